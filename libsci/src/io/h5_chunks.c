/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks as they are stored: digests of a range of them, and copies from file to file. */
#include <inttypes.h>
#include <string.h>

#include <xxhash.h>

#include <sci/memory.h>

#include "h5_look_priv.h"
#include "h5_output_priv.h"
#include "h5_source_priv.h"

/* A chunked dataset and its grid. */
typedef struct chunks {
    hid_t dataset, type, space;
    const char *where; /* for messages */
    int rank;
    hsize_t shape[SCI_MAX_RANK], chunk[SCI_MAX_RANK];
    uint64_t grid[SCI_MAX_RANK], total;
    unsigned char *bytes; /* room for one stored chunk */
    size_t room;
} chunks;

static void
chunks_close(chunks *c)
{
    h5_close(c->space);
    h5_close(c->type);
    h5_close(c->dataset);
    sci_free(c->bytes);
}

/* Shape, grid and types of `dataset`, which is closed by chunks_close from now on. */
static sci_status
chunks_open(chunks *c, hid_t dataset, const char *where)
{
    hid_t list;
    bool chunked, empty = false;

    *c = (chunks){ .dataset = dataset, .where = where };
    c->type = H5Dget_type(dataset);
    c->space = H5Dget_space(dataset);
    if (c->type < 0 || c->space < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where);
    c->rank = H5Sget_simple_extent_ndims(c->space);
    if (c->rank < 0 || c->rank > SCI_MAX_RANK
        || H5Sget_simple_extent_dims(c->space, c->shape, NULL) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where);
    for (int a = 0; a < c->rank; a++)
        empty = empty || c->shape[a] == 0;
    if (empty) /* it may not even be able to have chunks */
        return SCI_OK;
    list = H5Dget_create_plist(dataset);
    chunked = list >= 0 && H5Pget_layout(list) == H5D_CHUNKED;
    if (chunked)
        chunked = H5Pget_chunk(list, c->rank, c->chunk) == c->rank;
    h5_close(list);
    if (!chunked)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is not stored in chunks", where);
    c->total = 1;
    for (int a = 0; a < c->rank; a++) {
        c->grid[a] = c->shape[a] / c->chunk[a] + (c->shape[a] % c->chunk[a] != 0);
        if (__builtin_mul_overflow(c->total, c->grid[a], &c->total))
            return sci_fail(SCI_ERR_SHAPE, "'%s' has more than 2^64 chunks", where);
    }
    return SCI_OK;
}

static void
chunk_offset(const chunks *c, uint64_t index, hsize_t *offset)
{
    for (int a = c->rank - 1; a >= 0; a--) {
        offset[a] = index % c->grid[a] * c->chunk[a];
        index /= c->grid[a];
    }
}

/* Read one chunk as it is stored into c->bytes. */
static sci_status
read_stored(chunks *c, uint64_t index, const hsize_t *offset, uint32_t *mask, size_t *bytes)
{
    hsize_t size = 0;

    h5_rearm(0);
    if (H5Dget_chunk_storage_size(c->dataset, offset, &size) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s': chunk %" PRIu64 " was not written", c->where, index);
    if (size == 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s': chunk %" PRIu64 " was not written", c->where, index);
    if (size > SIZE_MAX / 2)
        return sci_fail(SCI_ERR_FORMAT, "'%s': chunk %" PRIu64 " claims an impossible size",
                        c->where, index);
    if (size > c->room) {
        sci_status st;

        sci_free(c->bytes);
        c->bytes = NULL;
        c->room = 0;
        st = sci_alloc(&c->bytes, (size_t)size, 1, 1);
        if (st != SCI_OK)
            return st;
        c->room = (size_t)size;
    }
    *bytes = (size_t)size;
    h5_rearm(size);
    if (H5Dread_chunk(c->dataset, H5P_DEFAULT, offset, mask, c->bytes) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s': chunk %" PRIu64 " cannot be read", c->where, index);
    return SCI_OK;
}

static sci_status
check_range(const chunks *c, uint64_t first, uint64_t count)
{
    if (first > c->total || count > c->total - first)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' has %" PRIu64 " chunks, not %" PRIu64 " from %" PRIu64 " on",
                        c->where, c->total, count, first);
    return SCI_OK;
}

static void
hash_chunk(XXH3_state_t *state, const chunks *c, uint32_t mask, size_t bytes)
{
    const unsigned char head[4] = { (unsigned char)mask, (unsigned char)(mask >> 8),
                                    (unsigned char)(mask >> 16), (unsigned char)(mask >> 24) };

    (void)XXH3_128bits_update(state, head, sizeof head);
    (void)XXH3_128bits_update(state, c->bytes, bytes);
}

static void
hash_end(const XXH3_state_t *state, uint8_t digest[16])
{
    XXH128_canonical_t canonical;

    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
    memcpy(digest, canonical.digest, 16);
}

/* ---- the two uses ---- */

static sci_status
digest_range(chunks *c, uint64_t first, uint64_t count, uint8_t digest[16])
{
    XXH3_state_t *state = XXH3_createState();
    sci_status st = check_range(c, first, count);

    if (state == NULL)
        return sci_fail(SCI_ERR_NOMEM, "no memory for a digest");
    (void)XXH3_128bits_reset(state);
    for (uint64_t i = first; st == SCI_OK && i < first + count; i++) {
        hsize_t offset[SCI_MAX_RANK];
        uint32_t mask = 0;
        size_t bytes = 0;

        chunk_offset(c, i, offset);
        st = read_stored(c, i, offset, &mask, &bytes);
        if (st == SCI_OK)
            hash_chunk(state, c, mask, bytes);
    }
    if (st == SCI_OK)
        hash_end(state, digest);
    (void)XXH3_freeState(state);
    return st;
}

sci_status
sci_h5_output_chunks_digest(sci_h5_output *out, const char *path, uint64_t first, uint64_t count,
                            uint8_t digest[16])
{
    chunks c = { .dataset = H5I_INVALID_HID, .type = H5I_INVALID_HID, .space = H5I_INVALID_HID };
    hid_t dataset;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    dataset = H5Dopen2(h5_output_id(out), path, H5P_DEFAULT);
    if (dataset < 0) {
        st = h5_fail(SCI_ERR_NOTFOUND, "'%s:%s' cannot be opened", h5_output_name(out), path);
    } else {
        st = chunks_open(&c, dataset, path);
        if (st == SCI_OK)
            st = digest_range(&c, first, count, digest);
        chunks_close(&c);
    }
    h5_leave();
    return st;
}

/* True if the chunks and filters of the two are alike, so that stored bytes mean the same. */
static bool
stored_alike(const chunks *from, hid_t to)
{
    hid_t ours = H5Dget_create_plist(from->dataset), theirs = H5Dget_create_plist(to),
          type = H5Dget_type(to);
    hsize_t chunk[SCI_MAX_RANK];
    bool alike = ours >= 0 && theirs >= 0 && type >= 0 && H5Tequal(from->type, type) > 0
                 && H5Pget_layout(theirs) == H5D_CHUNKED
                 && H5Pget_chunk(theirs, from->rank, chunk) == from->rank
                 && H5Pget_nfilters(ours) == H5Pget_nfilters(theirs);

    for (int a = 0; alike && a < from->rank; a++)
        alike = chunk[a] == from->chunk[a];
    for (int f = 0; alike && f < H5Pget_nfilters(ours); f++) {
        unsigned flags, a[8] = { 0 }, b[8] = { 0 }, config;
        size_t n_a = 8, n_b = 8;
        H5Z_filter_t id = H5Pget_filter2(ours, (unsigned)f, &flags, &n_a, a, 0, NULL, &config);

        alike = id == H5Pget_filter2(theirs, (unsigned)f, &flags, &n_b, b, 0, NULL, &config)
                && n_a == n_b && (id == H5Z_FILTER_DEFLATE || memcmp(a, b, sizeof a) == 0);
    }
    h5_close(type);
    h5_close(theirs);
    h5_close(ours);
    return alike;
}

/* What closing the output will look for. */
static h5_written *
find_written(const sci_h5_output *out, const char *path)
{
    h5_written *w = out->written;

    while (w != NULL && strcmp(w->path, path) != 0)
        w = w->next;
    return w;
}

/* The elements of whole bands of chunks. */
static sci_status
range_of_chunks(const h5_grid *grid, const char *where, uint64_t first, uint64_t count,
                h5_range *range)
{
    uint64_t unused;

    if (first % grid->band_chunks != 0 || count % grid->band_chunks != 0)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s': %" PRIu64 " chunks from %" PRIu64 " on are no whole bands", where,
                        count, first);
    h5_grid_band(grid, first / grid->band_chunks, &range->first, &unused);
    h5_grid_band(grid, (first + count) / grid->band_chunks - 1, &unused, &range->end);
    return SCI_OK;
}

static sci_status
copy_range(chunks *from, hid_t to, uint64_t first, uint64_t count, h5_range *range,
           uint8_t digest[16])
{
    XXH3_state_t *state = XXH3_createState();
    sci_status st = check_range(from, first, count);

    if (state == NULL)
        return sci_fail(SCI_ERR_NOMEM, "no memory for a digest");
    (void)XXH3_128bits_reset(state);
    if (st == SCI_OK && !stored_alike(from, to))
        st = sci_fail(SCI_ERR_SHAPE, "'%s' is stored in another way than the output", from->where);
    for (uint64_t i = first; st == SCI_OK && i < first + count; i++) {
        hsize_t offset[SCI_MAX_RANK];
        uint32_t mask = 0;
        size_t bytes = 0;

        chunk_offset(from, i, offset);
        st = read_stored(from, i, offset, &mask, &bytes);
        if (st != SCI_OK)
            break;
        hash_chunk(state, from, mask, bytes);
        h5_digest_chunk(range->digest, i, from->bytes, bytes);
        range->stored_bytes += bytes;
        if (H5Dwrite_chunk(to, H5P_DEFAULT, mask, offset, bytes, from->bytes) < 0)
            st = h5_fail(SCI_ERR_IO, "chunk %" PRIu64 " of '%s' cannot be written", i, from->where);
    }
    if (st == SCI_OK)
        hash_end(state, digest);
    (void)XXH3_freeState(state);
    return st;
}

/* A dataset of a file as chunks. As a source first: every check of what is not trusted is made
 * there. */
static sci_status
open_checked(chunks *c, sci_h5_file *file, const char *dataset, sci_source **source)
{
    hid_t object = H5I_INVALID_HID;
    sci_status st = sci_h5_file_source(source, file, dataset, NULL);

    if (st == SCI_OK)
        st = h5_open_object(file->file, dataset, &object, NULL);
    return st == SCI_OK ? chunks_open(c, object, (*source)->name) : st;
}

sci_status
sci_h5_file_chunks_digest(sci_h5_file *file, const char *dataset, uint64_t first, uint64_t count,
                          uint8_t digest[16])
{
    chunks c = { .dataset = H5I_INVALID_HID, .type = H5I_INVALID_HID, .space = H5I_INVALID_HID };
    sci_source *source = NULL;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = open_checked(&c, file, dataset, &source);
    if (st == SCI_OK)
        st = digest_range(&c, first, count, digest);
    chunks_close(&c);
    h5_leave();
    sci_source_free(source);
    return st;
}

static sci_status
copy_to(sci_h5_output *out, const char *path, chunks *from, sci_source *source, uint64_t first,
        uint64_t count, uint8_t digest[16])
{
    h5_written *written = find_written(out, path);
    h5_range range = { 0 };
    hid_t to;
    sci_status st, closed;

    if (written == NULL)
        return sci_fail(SCI_ERR_NOTFOUND, "'%s:%s' was not made", h5_output_name(out), path);
    if (count > 0) {
        st = range_of_chunks(&h5_source_of(source)->grid, source->name, first, count, &range);
        if (st != SCI_OK)
            return st;
    }
    to = H5Dopen2(h5_output_id(out), path, H5P_DEFAULT);
    if (to < 0)
        return h5_fail(SCI_ERR_NOTFOUND, "'%s:%s' cannot be opened", h5_output_name(out), path);
    st = copy_range(from, to, first, count, &range, digest);
    if (st == SCI_OK && count > 0)
        st = h5_written_add(written, &range);
    closed = h5_close_checked(to, path);
    return st == SCI_OK ? closed : st;
}

sci_status
sci_h5_output_chunks_copy(sci_h5_output *out, const char *path, sci_h5_file *file,
                          const char *dataset, uint64_t first, uint64_t count, uint8_t digest[16])
{
    chunks from = { .dataset = H5I_INVALID_HID, .type = H5I_INVALID_HID, .space = H5I_INVALID_HID };
    sci_source *source = NULL;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = open_checked(&from, file, dataset, &source);
    if (st == SCI_OK)
        st = copy_to(out, path, &from, source, first, count, digest);
    chunks_close(&from);
    h5_leave();
    sci_source_free(source);
    return st;
}
