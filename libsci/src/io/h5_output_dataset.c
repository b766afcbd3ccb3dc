/* SPDX-License-Identifier: BSD-3-Clause */
/* New datasets of an output. */
#include <string.h>

#include "h5_output_priv.h"
#include "h5_source_priv.h"

void
h5_layout_pipeline(const sci_h5_layout *layout, size_t size, size_t chunk_bytes, h5_pipeline *out)
{
    *out = (h5_pipeline){ .chunk_bytes = chunk_bytes };
    if (layout->shuffle)
        out->filters[out->n++] = (h5_filter){ H5Z_FILTER_SHUFFLE, (unsigned)size };
    if (layout->deflate > 0)
        out->filters[out->n++] = (h5_filter){ H5Z_FILTER_DEFLATE, (unsigned)layout->deflate };
    if (layout->lzf)
        out->filters[out->n++] = (h5_filter){ H5_LZF, 0 };
    if (layout->fletcher32)
        out->filters[out->n++] = (h5_filter){ H5Z_FILTER_FLETCHER32, 0 };
}

/* The largest extents: those of the source's dataset where the shape is the same, so that one
 * that can grow still can. */
static void
find_most(const sci_array *array, sci_source *like, hsize_t *most)
{
    const h5_source *s = like != NULL ? h5_source_of(like) : NULL;
    hsize_t shape[SCI_MAX_RANK], limit[SCI_MAX_RANK];
    hid_t space;

    for (int i = 0; i < array->rank; i++)
        most[i] = array->shape[i];
    if (s == NULL || s->data.array.rank != array->rank)
        return;
    space = H5Dget_space(s->data.id);
    if (H5Sget_simple_extent_ndims(space) == array->rank
        && H5Sget_simple_extent_dims(space, shape, limit) >= 0
        && memcmp(shape, most, (size_t)array->rank * sizeof *most) == 0)
        memcpy(most, limit, (size_t)array->rank * sizeof *most);
    h5_close(space);
}

static hid_t
make_space(const sci_array *array, const hsize_t *most)
{
    hsize_t shape[SCI_MAX_RANK];

    for (int i = 0; i < array->rank; i++)
        shape[i] = array->shape[i];
    return array->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(array->rank, shape, most);
}

/* As h5py sets it: version of the filter, of the format, and bytes of a chunk. */
static herr_t
set_lzf(hid_t list, const sci_array *array, const sci_h5_layout *layout)
{
    unsigned values[3] = { 4, 0x0105, 0 };
    uint64_t bytes = sci_type_size(array->type);

    for (int i = 0; i < array->rank; i++)
        bytes *= layout->chunk[i];
    values[2] = bytes <= UINT32_MAX ? (unsigned)bytes : 0;
    return H5Pset_filter(list, H5_LZF, H5Z_FLAG_OPTIONAL, 3, values);
}

/* Contiguous storage is taken at once, so that its place is known, and is written by us alone. */
static bool
set_layout(hid_t list, const sci_array *array, const sci_h5_layout *layout)
{
    hsize_t chunk[SCI_MAX_RANK];

    if (!layout->chunked)
        return H5Pset_layout(list, H5D_CONTIGUOUS) >= 0
               && H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) >= 0
               && H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0;
    for (int i = 0; i < array->rank; i++)
        chunk[i] = layout->chunk[i];
    return H5Pset_chunk(list, array->rank, chunk) >= 0
           && (!layout->shuffle || H5Pset_shuffle(list) >= 0)
           && (layout->deflate == 0 || H5Pset_deflate(list, (unsigned)layout->deflate) >= 0)
           && (!layout->lzf || set_lzf(list, array, layout) >= 0)
           && (!layout->fletcher32 || H5Pset_fletcher32(list) >= 0);
}

/* Chunks of an array without elements may stand only where it can grow; otherwise it is
 * contiguous. */
static sci_status
settle_layout(const sci_array *array, const hsize_t *most, const char *where, sci_h5_layout *layout)
{
    uint64_t count;
    sci_status st;

    st = sci_array_count(array, &count);
    if (st != SCI_OK || !layout->chunked)
        return st;
    if (array->rank == 0 || layout->deflate < 0 || layout->deflate > 9
        || (layout->lzf && layout->deflate > 0))
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': such a layout is impossible", where);
    for (int i = 0; i < array->rank; i++) {
        if (most[i] != H5S_UNLIMITED && layout->chunk[i] > most[i] && count > 0)
            return sci_fail(SCI_ERR_ARGUMENT, "'%s': chunks of %llu along axis %d, which has %llu",
                            where, (unsigned long long)layout->chunk[i], i,
                            (unsigned long long)most[i]);
        if (most[i] != H5S_UNLIMITED && layout->chunk[i] > most[i]) {
            *layout = (sci_h5_layout){ 0 };
            return SCI_OK;
        }
    }
    return SCI_OK;
}

static sci_status
create(sci_h5_output *out, const char *path, const sci_array *array, const sci_h5_layout *layout,
       hid_t as, const hsize_t *most, hid_t *dataset)
{
    hid_t parent = H5I_INVALID_HID, list = H5I_INVALID_HID, space = H5I_INVALID_HID,
          type = H5I_INVALID_HID;
    const char *name;
    htri_t exists;
    sci_status st;

    st = h5_output_parent(out, path, &parent, &name);
    if (st == SCI_OK)
        st = h5_output_creation(out, &list);
    if (st != SCI_OK)
        goto out;
    exists = H5Lexists(parent, name, H5P_DEFAULT);
    if (exists > 0) {
        st = sci_fail(SCI_ERR_EXISTS, "'%s' has a '%s' already", out->name, path);
        goto out;
    }
    type = as >= 0 ? H5Tcopy(as) : h5_type_create(array->type);
    space = make_space(array, most);
    if (exists == 0 && type >= 0 && space >= 0 && set_layout(list, array, layout))
        *dataset = H5Dcreate2(parent, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    if (*dataset < 0)
        st = h5_fail(SCI_ERR_IO, "'%s:%s' cannot be made", out->name, path);
out:
    h5_close(type);
    h5_close(space);
    h5_close(list);
    h5_close(parent);
    return st;
}

static sci_status
find_address(const sci_h5_output *out, hid_t dataset, h5_written *record)
{
    uint64_t count;
    haddr_t address;
    sci_status st;

    st = sci_array_count(&record->array, &count);
    if (st != SCI_OK || record->layout.chunked || count == 0)
        return st;
    address = H5Dget_offset(dataset);
    if (address == HADDR_UNDEF)
        return h5_fail(SCI_ERR_IO, "'%s:%s' cannot be made", out->name, record->path);
    record->address = address;
    return SCI_OK;
}

/* Stored as the type `as`, or as the array's where that is negative. */
static sci_status
make_dataset(sci_h5_output *out, const char *path, const sci_array *array,
             const sci_h5_layout *layout, hid_t as, sci_source *like, sci_sink **sink)
{
    const h5_source *source = like != NULL ? h5_source_of(like) : NULL;
    sci_h5_layout settled = *layout;
    hsize_t most[SCI_MAX_RANK];
    h5_written *record = NULL;
    hid_t dataset = H5I_INVALID_HID;
    sci_status st;

    if (array->swapped)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s:%s': an output has native byte order", out->name,
                        path);
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    find_most(array, like, most);
    st = settle_layout(array, most, path, &settled);
    /* What is not chunked cannot grow. */
    for (int i = 0; i < array->rank && !settled.chunked; i++)
        most[i] = array->shape[i];
    if (st == SCI_OK)
        st = create(out, path, array, &settled, as, most, &dataset);
    if (st == SCI_OK)
        st = h5_output_remember(out, path, array, &settled, &record);
    if (st == SCI_OK)
        st = find_address(out, dataset, record);
    if (st == SCI_OK && source != NULL)
        st = h5_copy_like(out, like, path, dataset);
    if (st == SCI_OK)
        st = h5_sink_create(sink, out, record, dataset, source != NULL ? &source->limits : NULL);
    else
        h5_close(dataset);
    h5_leave();
    return st;
}

static sci_status
write_all(sci_sink *sink, const void *elements, uint64_t count)
{
    unsigned char nothing = 0;
    sci_piece piece = { .count = count };
    sci_status st;

    /* The sink only reads them. */
    memcpy(&piece.bytes, &elements, sizeof elements);
    if (piece.bytes == NULL)
        piece.bytes = &nothing;
    st = sink->ops->start(sink, 0, count, 1);
    if (st == SCI_OK)
        st = sink->ops->store(sink, &piece);
    if (st == SCI_OK)
        st = sink->ops->finish(sink);
    return st;
}

sci_status
sci_h5_output_dataset(sci_h5_output *out, const char *path, const sci_array *array,
                      const sci_h5_layout *layout, sci_source *like, sci_sink **sink)
{
    if (out->draft != NULL && like == NULL)
        return h5_draft_dataset(out->draft, path, array, layout, sink);
    return make_dataset(out, path, array, layout, H5I_INVALID_HID, like, sink);
}

sci_status
h5_output_elements(sci_h5_output *out, const char *path, const sci_array *array, hid_t type,
                   const void *elements)
{
    sci_h5_layout contiguous = { 0 };
    sci_sink *sink = NULL;
    uint64_t count;
    sci_status st;

    st = sci_array_count(array, &count);
    if (st == SCI_OK)
        st = make_dataset(out, path, array, &contiguous, type, NULL, &sink);
    if (st == SCI_OK)
        st = write_all(sink, elements, count);
    sci_sink_free(sink);
    return st;
}

sci_status
sci_h5_output_array(sci_h5_output *out, const char *path, const sci_array *array,
                    const void *elements)
{
    if (out->draft != NULL)
        return h5_draft_array(out->draft, path, array, elements);
    return h5_output_elements(out, path, array, H5I_INVALID_HID, elements);
}
