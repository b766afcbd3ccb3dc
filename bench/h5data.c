/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5data.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve.h"

#define SLAB_BYTES ((hsize_t)8 << 20)

/* A slab is some neighbouring indices of the first axis that is longer than 1. */
typedef struct slabs {
    int rank, axis;
    hsize_t shape[SCI_MAX_RANK], row; /* elements of one index of `axis` */
} slabs;

static bool
slabs_of(slabs *s, const sci_array *array)
{
    *s = (slabs){ .rank = array->rank, .row = 1 };
    for (int i = 0; i < s->rank; i++)
        s->shape[i] = array->shape[i];
    while (s->axis + 1 < s->rank && s->shape[s->axis] == 1)
        s->axis++;
    for (int i = s->axis + 1; i < s->rank; i++)
        s->row *= s->shape[i];
    return s->rank > 0;
}

static hsize_t
slab_rows(const slabs *s)
{
    hsize_t rows = SLAB_BYTES / (s->row * sizeof(float));

    return rows == 0 ? 1 : rows;
}

/* Select rows [first, first + rows) in `space` and return a memory space of that size. */
static hid_t
select_rows(const slabs *s, hid_t space, hsize_t first, hsize_t rows)
{
    hsize_t start[SCI_MAX_RANK] = { 0 }, count[SCI_MAX_RANK];
    hsize_t elements = rows * s->row;

    memcpy(count, s->shape, sizeof count);
    start[s->axis] = first;
    count[s->axis] = rows;
    if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0)
        return -1;
    return H5Screate_simple(1, &elements, NULL);
}

/* Smooth along the array with a little noise, in steps of 1/64: gzip finds something to do. */
static void
fill_compressible(float *x, uint64_t n, uint64_t first)
{
    uint64_t seed = first;

    for (uint64_t i = 0; i < n; i++) {
        double smooth = 20.0 * sin((double)(first + i) * 1e-3);
        double noise = (double)(next_random(&seed) & 0x3f) - 32.0;
        x[i] = (float)(rint(smooth * 64.0) + noise) / 64.0f;
    }
}

/* Chunks of 8 channels of one sample, level 4, as h5py users write them. */
static hid_t
creation(const slabs *s, bool gzip)
{
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[SCI_MAX_RANK];

    if (!gzip || plist < 0)
        return plist;
    memcpy(chunk, s->shape, sizeof chunk);
    chunk[0] = 1;
    if (s->rank > 1 && chunk[1] > 8)
        chunk[1] = 8;
    if (H5Pset_chunk(plist, s->rank, chunk) < 0 || H5Pset_shuffle(plist) < 0
        || H5Pset_deflate(plist, 4) < 0) {
        H5Pclose(plist);
        return -1;
    }
    return plist;
}

static bool
write_slabs(const slabs *s, hid_t dataset, hid_t space)
{
    hsize_t step = slab_rows(s), total = s->shape[s->axis];
    float *buffer = malloc(step * s->row * sizeof *buffer);
    bool good = buffer != NULL;

    for (hsize_t first = 0; good && first < total; first += step) {
        hsize_t rows = total - first < step ? total - first : step;
        hid_t memory = select_rows(s, space, first, rows);
        fill_compressible(buffer, rows * s->row, first * s->row);
        good = memory >= 0
               && H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, buffer) >= 0;
        H5Sclose(memory);
    }
    free(buffer);
    return good;
}

int
h5_make(int argc, char **argv)
{
    sci_array array;
    slabs s;

    if (argc != 3 || !parse_shape(argv[1], &array) || !slabs_of(&s, &array))
        return 2;
    hid_t file = H5Fcreate(argv[0], H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(s.rank, s.shape, NULL);
    hid_t plist = creation(&s, strcmp(argv[2], "gzip") == 0);
    hid_t dataset = H5Dcreate2(file, "x", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    bool good = dataset >= 0 && write_slabs(&s, dataset, space);
    H5Dclose(dataset);
    H5Pclose(plist);
    H5Sclose(space);
    good = H5Fclose(file) >= 0 && good;
    return good ? 0 : 1;
}

static bool
copy_slabs(const slabs *s, hid_t from, hid_t to, hid_t space)
{
    hsize_t step = slab_rows(s), total = s->shape[s->axis];
    float *buffer = malloc(step * s->row * sizeof *buffer);
    bool good = buffer != NULL;

    for (hsize_t first = 0; good && first < total; first += step) {
        hsize_t rows = total - first < step ? total - first : step;
        hid_t memory = select_rows(s, space, first, rows);
        good = memory >= 0
               && H5Dread(from, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, buffer) >= 0
               && H5Dwrite(to, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, buffer) >= 0;
        H5Sclose(memory);
    }
    free(buffer);
    return good;
}

int
h5_copy(int argc, char **argv)
{
    sci_array array = { .type = SCI_FLOAT32 };
    hsize_t shape[SCI_MAX_RANK];
    slabs s;

    if (argc != 2)
        return 2;
    hid_t in = H5Fopen(argv[0], H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t from = H5Dopen2(in, "x", H5P_DEFAULT);
    hid_t space = H5Dget_space(from);
    array.rank = H5Sget_simple_extent_ndims(space);
    if (array.rank < 1 || H5Sget_simple_extent_dims(space, shape, NULL) < 0)
        return 1;
    for (int i = 0; i < array.rank; i++)
        array.shape[i] = shape[i];
    slabs_of(&s, &array);
    hid_t out = H5Fcreate(argv[1], H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t to = H5Dcreate2(out, "y", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool good = to >= 0 && copy_slabs(&s, from, to, space);
    H5Dclose(to);
    good = H5Fclose(out) >= 0 && good;
    H5Sclose(space);
    H5Dclose(from);
    H5Fclose(in);
    return good ? 0 : 1;
}
