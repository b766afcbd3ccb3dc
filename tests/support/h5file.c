/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5file.h"

#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "random.h"
#include "testing.h"

void
h5file_checked(bool good, const char *what, const char *file, int line)
{
    if (!good)
        test_failed(file, line, "%s failed", what);
}

hid_t
h5file_create(char *path, const char *name, uint64_t user_block)
{
    hid_t list = H5Pcreate(H5P_FILE_CREATE), file;

    place_scratch(path, name);
    if (user_block > 0)
        h5file_check(H5Pset_userblock(list, user_block));
    file = H5Fcreate(path, H5F_ACC_TRUNC, list, H5P_DEFAULT);
    h5file_check(file);
    h5file_check(H5Pclose(list));
    return file;
}

void
h5file_close(hid_t file)
{
    h5file_check(H5Fclose(file));
}

hid_t
h5file_type(sci_type type, bool swapped)
{
    hid_t id = h5_type_create(type);

    h5file_check(id);
    if (swapped)
        h5file_check(H5Tset_order(id, H5Tget_order(H5T_NATIVE_INT) == H5T_ORDER_LE ? H5T_ORDER_BE
                                                                                   : H5T_ORDER_LE));
    return id;
}

static void
set_filters(hid_t list, const int *filters, size_t size)
{
    const unsigned lzf[3] = { 4, 0x105, 0 };

    for (; *filters != 0; filters++) {
        if (*filters == H5Z_FILTER_DEFLATE)
            h5file_check(H5Pset_deflate(list, 4));
        else if (*filters == H5Z_FILTER_SHUFFLE)
            h5file_check(H5Pset_shuffle(list));
        else if (*filters == H5Z_FILTER_FLETCHER32)
            h5file_check(H5Pset_fletcher32(list));
        else if (*filters == H5Z_FILTER_SCALEOFFSET)
            h5file_check(H5Pset_scaleoffset(list, H5Z_SO_INT, 0));
        else if (*filters == H5Z_FILTER_NBIT)
            h5file_check(H5Pset_nbit(list));
        else
            h5file_check(H5Pset_filter(list, *filters, H5Z_FLAG_OPTIONAL, 3, lzf));
    }
    (void)size;
}

static hid_t
creation_list(const sci_array *array, const h5file_storage *s, hid_t native)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[SCI_MAX_RANK];

    if (s->compact)
        h5file_check(H5Pset_layout(list, H5D_COMPACT));
    for (int i = 0; s->chunk != NULL && i < array->rank; i++)
        chunk[i] = s->chunk[i];
    if (s->chunk != NULL)
        h5file_check(H5Pset_chunk(list, array->rank, chunk));
    set_filters(list, s->filters, sci_type_size(array->type));
    if (s->late)
        h5file_check(H5Pset_alloc_time(list, H5D_ALLOC_TIME_LATE));
    if (s->fill != NULL)
        h5file_check(H5Pset_fill_value(list, native, s->fill));
    return list;
}

hid_t
h5file_dataset(hid_t file, const char *name, const sci_array *array, const h5file_storage *storage,
               const void *values)
{
    hid_t type = h5file_type(array->type, array->swapped), native = h5file_type(array->type, false);
    hid_t list = creation_list(array, storage, native), space, dataset;
    hsize_t shape[SCI_MAX_RANK], most[SCI_MAX_RANK];

    for (int i = 0; i < array->rank; i++)
        shape[i] = most[i] = array->shape[i];
    if (storage->unlimited)
        most[0] = H5S_UNLIMITED;
    space = array->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(array->rank, shape, most);
    dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    h5file_check(dataset);
    if (values != NULL)
        h5file_check(H5Dwrite(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    h5file_check(H5Sclose(space));
    h5file_check(H5Pclose(list));
    h5file_check(H5Tclose(native));
    h5file_check(H5Tclose(type));
    return dataset;
}

static uint64_t
count_of(const sci_array *array)
{
    uint64_t n = 0;

    assert_ok(sci_array_count(array, &n));
    return n;
}

void *
h5file_bytes(const sci_array *array, const void *values)
{
    size_t size = sci_type_size(array->type);
    uint64_t n = count_of(array);
    unsigned char *bytes = test_alloc(n > 0 ? n : 1, size);

    memcpy(bytes, values, n * size);
    for (uint64_t i = 0; array->swapped && i < n; i++) {
        for (size_t b = 0; b < size / 2; b++) {
            unsigned char t = bytes[i * size + b];

            bytes[i * size + b] = bytes[(i + 1) * size - 1 - b];
            bytes[(i + 1) * size - 1 - b] = t;
        }
    }
    return bytes;
}

void *
h5file_values(const sci_array *array, uint64_t seed)
{
    size_t size = sci_type_size(array->type);
    uint64_t n = count_of(array);
    unsigned char *bytes = test_alloc(n > 0 ? n : 1, size);
    random_stream r = random_start(seed);

    for (uint64_t i = 0; i < n * size; i++)
        bytes[i] = (unsigned char)(i % size == size - 1 ? 0x3f : random_below(&r, 40));
    return bytes;
}
