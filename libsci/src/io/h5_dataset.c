/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks that a dataset passes before anything of it is read. The order matters: HDF5 opens
 * the parts of a virtual dataset as soon as its shape is asked for. */
#include <string.h>
#include <unistd.h>

#include "h5_dataset_priv.h"

#define CLAIM_FACTOR 1000 /* deflate reaches 1032 on constant data */
#define CHUNKS_MANY ((uint64_t)1 << 20)
#define CHUNKS_A_BYTE 100 /* an allocated chunk takes 24 bytes of index at least */

sci_h5_options
h5_limits(const sci_h5_options *opt)
{
    sci_h5_options o = { 0 };

    if (opt != NULL)
        o = *opt;
    if (o.chunk_bytes_most == 0) {
        long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

        o.chunk_bytes_most =
            pages > 0 && page > 0 ? (uint64_t)pages / 4 * (uint64_t)page : UINT64_C(1) << 30;
    }
    if (o.band_bytes_most == 0)
        o.band_bytes_most = UINT64_C(16) << 20;
    if (o.claim_bytes_most == 0)
        o.claim_bytes_most = UINT64_C(1) << 30;
    if (o.scratch == NULL)
        o.scratch = ".";
    return o;
}

static sci_status
read_shape(h5_dataset *d, const char *where)
{
    hsize_t extent[SCI_MAX_RANK];
    char text[256];
    hid_t space = H5Dget_space(d->id);
    H5S_class_t class = H5Sget_simple_extent_type(space);
    int rank = class == H5S_SIMPLE ? H5Sget_simple_extent_ndims(space) : 0;
    bool known = rank >= 0 && rank <= SCI_MAX_RANK;

    if (known && rank > 0)
        known = H5Sget_simple_extent_dims(space, extent, NULL) == rank;
    h5_close(space);
    if (class == H5S_NULL)
        return sci_fail(SCI_ERR_SHAPE, "'%s' has no data space", where);
    if (!known || (class != H5S_SIMPLE && class != H5S_SCALAR))
        return h5_fail(SCI_ERR_FORMAT, "'%s': its shape is damaged", where);
    d->array.rank = rank;
    for (int i = 0; i < rank; i++)
        d->array.shape[i] = extent[i];
    if (sci_array_count(&d->array, &d->count) != SCI_OK) {
        h5_shape_text(rank, d->array.shape, text, sizeof text);
        return sci_fail(SCI_ERR_UNSAFE, "'%s' claims a shape that no memory can hold: %s", where,
                        text);
    }
    return SCI_OK;
}

/* A small file can claim any shape; what follows would take hours and give fill values. */
static sci_status
check_claim(const h5_dataset *d, const h5_file *file, const char *where, const sci_h5_options *o)
{
    uint64_t bytes, stored;
    char text[256];

    if (__builtin_mul_overflow(d->count, d->size, &bytes))
        bytes = UINT64_MAX;
    if (bytes <= o->claim_bytes_most)
        return SCI_OK;
    stored = file->bytes;
    if (bytes / CLAIM_FACTOR <= stored)
        stored = H5Dget_storage_size(d->id);
    if (bytes / CLAIM_FACTOR <= stored)
        return SCI_OK;
    h5_shape_text(d->array.rank, d->array.shape, text, sizeof text);
    return sci_fail(SCI_ERR_UNSAFE,
                    "'%s' claims %s elements (%llu bytes), but %llu bytes are stored", where, text,
                    (unsigned long long)bytes, (unsigned long long)stored);
}

static sci_status
check_chunk(h5_dataset *d, hid_t list, const h5_file *file, const char *where,
            const sci_h5_options *o)
{
    hsize_t chunk[SCI_MAX_RANK];
    uint64_t bytes = d->size, chunks = 1;
    int rank = d->array.rank;
    char text[256];

    if (H5Pget_chunk(list, SCI_MAX_RANK, chunk) != rank)
        return h5_fail(SCI_ERR_FORMAT, "'%s': its chunks have another rank", where);
    for (int i = 0; i < rank; i++) {
        uint64_t n;

        if (chunk[i] == 0)
            return sci_fail(SCI_ERR_FORMAT, "'%s' has empty chunks", where);
        d->chunk[i] = chunk[i];
        n = d->array.shape[i] / chunk[i] + (d->array.shape[i] % chunk[i] != 0);
        if (__builtin_mul_overflow(bytes, chunk[i], &bytes))
            bytes = UINT64_MAX;
        if (__builtin_mul_overflow(chunks, n, &chunks))
            chunks = UINT64_MAX;
    }
    h5_shape_text(rank, d->chunk, text, sizeof text);
    if (bytes > o->chunk_bytes_most)
        return sci_fail(SCI_ERR_UNSAFE,
                        "'%s': a chunk (%s) takes %llu bytes of memory, more than %llu", where,
                        text, (unsigned long long)bytes, (unsigned long long)o->chunk_bytes_most);
    if (chunks > CHUNKS_MANY && chunks / CHUNKS_A_BYTE > file->bytes)
        return sci_fail(SCI_ERR_UNSAFE,
                        "'%s' claims %llu chunks (%s), far more than its file can hold", where,
                        (unsigned long long)chunks, text);
    return SCI_OK;
}

static sci_status
find_contiguous(h5_dataset *d, const h5_file *file, const char *where)
{
    H5D_space_status_t status;
    uint64_t bytes, end;
    haddr_t address;

    if (__builtin_mul_overflow(d->count, d->size, &bytes))
        bytes = UINT64_MAX;
    /* Asked first: behind a user block the address of what is not allocated looks like one. */
    if (H5Dget_space_status(d->id, &status) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where);
    d->allocated = status != H5D_SPACE_STATUS_NOT_ALLOCATED && bytes > 0;
    if (!d->allocated)
        return SCI_OK;
    address = H5Dget_offset(d->id);
    if (address == HADDR_UNDEF)
        return h5_fail(SCI_ERR_FORMAT, "'%s': the place of its data is damaged", where);
    d->address = address;
    if (__builtin_add_overflow(d->address, bytes, &end) || end > file->bytes)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s' is cut off: its data end at byte %llu, its file at %llu", where,
                        (unsigned long long)end, (unsigned long long)file->bytes);
    return SCI_OK;
}

/* An undefined fill value reads as zeros. */
static sci_status
read_fill(h5_dataset *d, hid_t list, const char *where)
{
    H5D_fill_value_t defined;

    if (H5Pfill_value_defined(list, &defined) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s': its fill value is damaged", where);
    if (defined == H5D_FILL_VALUE_USER_DEFINED && H5Pget_fill_value(list, d->type, d->fill) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s': its fill value is damaged", where);
    return SCI_OK;
}

static sci_status
find_type(h5_dataset *d, const char *where, bool any)
{
    sci_status st;

    d->type = H5Dget_type(d->id);
    d->size = d->type < 0 ? 0 : H5Tget_size(d->type);
    if (d->size == 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s': its type is damaged", where);
    /* The shape is checked against elements of a byte at least. */
    d->array.type = SCI_UINT8;
    if (any)
        return SCI_OK;
    st = h5_type_decode(d->type, where, &d->array);
    d->size = sci_type_size(d->array.type);
    return st;
}

static sci_status
describe(h5_dataset *d, const h5_file *file, const char *where, const sci_h5_options *o, hid_t list,
         bool any)
{
    sci_status st;

    st = h5_storage_safe(list, where);
    if (st != SCI_OK)
        return st;
    d->layout = H5Pget_layout(list);
    st = h5_storage_filters(list, where, d);
    if (st != SCI_OK)
        return st;
    st = find_type(d, where, any);
    if (st == SCI_OK)
        st = read_shape(d, where);
    if (st == SCI_OK)
        st = check_claim(d, file, where, o);
    if (st == SCI_OK && d->layout == H5D_CHUNKED)
        st = check_chunk(d, list, file, where, o);
    if (st == SCI_OK && d->layout == H5D_CONTIGUOUS)
        st = find_contiguous(d, file, where);
    if (st == SCI_OK && !any)
        st = read_fill(d, list, where);
    return st;
}

static sci_status
open_dataset(h5_dataset *out, const h5_file *file, hid_t id, const char *where,
             const sci_h5_options *opt, bool any)
{
    sci_h5_options o = h5_limits(opt);
    sci_status st;
    hid_t list = H5I_INVALID_HID;

    *out = (h5_dataset){ .id = id, .type = H5I_INVALID_HID, .allocated = true };
    st = h5_enter();
    if (st != SCI_OK) {
        h5_dataset_close(out);
        return st;
    }
    if (H5Iget_type(id) != H5I_DATASET) {
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is not a dataset", where);
        goto out;
    }
    list = H5Dget_create_plist(id);
    if (list < 0) {
        st = h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where);
        goto out;
    }
    st = describe(out, file, where, &o, list, any);
out:
    h5_close(list);
    if (st != SCI_OK)
        h5_dataset_close(out);
    h5_leave();
    return st;
}

sci_status
h5_dataset_open(h5_dataset *out, const h5_file *file, hid_t id, const char *where,
                const sci_h5_options *opt)
{
    return open_dataset(out, file, id, where, opt, false);
}

sci_status
h5_dataset_open_any(h5_dataset *out, const h5_file *file, hid_t id, const char *where,
                    const sci_h5_options *opt)
{
    return open_dataset(out, file, id, where, opt, true);
}

void
h5_dataset_close(h5_dataset *d)
{
    h5_close(d->type);
    h5_close(d->id);
    d->type = d->id = H5I_INVALID_HID;
}
