/* SPDX-License-Identifier: BSD-3-Clause */
/* Stored chunks of a dataset, raw wherever we know their filters. */
#include "h5_source_priv.h"

#define WRONG_CHUNK "'%s': chunk at %s: %s; copy or make the file again"

sci_status
h5_chunk_fail(const h5_source *s, const h5_cell *cell, const char *what)
{
    char at[512];

    h5_grid_text(&s->grid, cell, at, sizeof at);
    return h5_fail(SCI_ERR_FORMAT, WRONG_CHUNK, s->name, at, what);
}

sci_status
h5_chunk_wrong(const h5_source *s, const h5_cell *cell, const char *what)
{
    char at[512];

    h5_grid_text(&s->grid, cell, at, sizeof at);
    return sci_fail(SCI_ERR_FORMAT, WRONG_CHUNK, s->name, at, what);
}

size_t
h5_chunk_bytes_most(const h5_source *s)
{
    size_t bytes = s->grid.chunk_bytes;

    /* The worst that a deflate encoder can make of n bytes is n·9/8, apart from headers and
     * checksums. */
    return s->data.filtered_by_library ? bytes : bytes + bytes / 8 + 256;
}

static void
offset_of(const h5_source *s, const h5_cell *cell, hsize_t *offset)
{
    for (int i = 0; i < s->grid.rank; i++)
        offset[i] = cell->at[i];
}

sci_status
h5_chunk_size(const h5_source *s, const h5_cell *cell, size_t *out)
{
    hsize_t offset[SCI_MAX_RANK], bytes = 0;

    *out = s->grid.chunk_bytes;
    if (s->data.filtered_by_library)
        return SCI_OK;
    *out = 0;
    offset_of(s, cell, offset);
    h5_rearm(0);
    if (H5Dget_chunk_storage_size(s->data.id, offset, &bytes) < 0) {
        /* HDF5 1.10 has no other way to say so; later versions give 0. */
        if (h5_error_says("chunk storage is not allocated"))
            return SCI_OK;
        return h5_chunk_fail(s, cell, "the index of chunks is damaged");
    }
    if (bytes > h5_chunk_bytes_most(s) || bytes > s->file->bytes)
        return h5_chunk_fail(s, cell, "it claims more bytes than a chunk can have");
    *out = (size_t)bytes;
    return SCI_OK;
}

/* HDF5 decodes: the part inside the array, to its place in the whole chunk. */
static sci_status
read_by_library(const h5_source *s, const h5_cell *cell, unsigned char *to)
{
    hsize_t offset[SCI_MAX_RANK], extent[SCI_MAX_RANK], chunk[SCI_MAX_RANK],
        zero[SCI_MAX_RANK] = { 0 };
    hid_t file_space = H5Dget_space(s->data.id), memory_space;
    bool good;

    offset_of(s, cell, offset);
    for (int i = 0; i < s->grid.rank; i++) {
        extent[i] = cell->extent[i];
        chunk[i] = s->grid.chunk[i];
    }
    memory_space = H5Screate_simple(s->grid.rank, chunk, NULL);
    h5_rearm(s->grid.chunk_bytes);
    good = file_space >= 0 && memory_space >= 0
           && H5Sselect_hyperslab(file_space, H5S_SELECT_SET, offset, NULL, extent, NULL) >= 0
           && H5Sselect_hyperslab(memory_space, H5S_SELECT_SET, zero, NULL, extent, NULL) >= 0
           && H5Dread(s->data.id, s->data.type, memory_space, file_space, H5P_DEFAULT, to) >= 0;
    h5_close(memory_space);
    h5_close(file_space);
    return good ? SCI_OK : h5_chunk_fail(s, cell, "it cannot be read");
}

sci_status
h5_chunk_read(const h5_source *s, const h5_cell *cell, size_t bytes, unsigned char *to,
              uint32_t *mask)
{
    hsize_t offset[SCI_MAX_RANK];

    *mask = 0;
    if (s->data.filtered_by_library)
        return read_by_library(s, cell, to);
    offset_of(s, cell, offset);
    h5_rearm(bytes);
    if (H5Dread_chunk(s->data.id, H5P_DEFAULT, offset, mask, to) < 0)
        return h5_chunk_fail(s, cell, "it cannot be read");
    return SCI_OK;
}
