/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks as they are stored: digests of a range of them, and copies from file to file. */
#include <inttypes.h>
#include <string.h>

#include <xxhash.h>

#include <sci/memory.h>

#include "h5_look_priv.h"

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
    bool chunked;

    *c = (chunks){.dataset = dataset, .where = where};
    c->type = H5Dget_type(dataset);
    c->space = H5Dget_space(dataset);
    if (c->type < 0 || c->space < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where);
    c->rank = H5Sget_simple_extent_ndims(c->space);
    if (c->rank < 0 || c->rank > SCI_MAX_RANK || H5Sget_simple_extent_dims(c->space, c->shape, NULL) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where);
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
        return h5_fail(SCI_ERR_FORMAT, "'%s': chunk %" PRIu64 " cannot be found", c->where, index);
    if (size == 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s': chunk %" PRIu64 " was not written", c->where, index);
    if (size > SIZE_MAX / 2)
        return sci_fail(SCI_ERR_FORMAT, "'%s': chunk %" PRIu64 " claims an impossible size", c->where, index);
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
        return sci_fail(SCI_ERR_REFUSED, "'%s' has %" PRIu64 " chunks, not %" PRIu64 " from %" PRIu64 " on", c->where,
                        c->total, count, first);
    return SCI_OK;
}

static void
hash_chunk(XXH3_state_t *state, const chunks *c, uint32_t mask, size_t bytes)
{
    const unsigned char head[4] = {(unsigned char)mask, (unsigned char)(mask >> 8), (unsigned char)(mask >> 16),
                                   (unsigned char)(mask >> 24)};

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
    chunks c = {.dataset = H5I_INVALID_HID, .type = H5I_INVALID_HID, .space = H5I_INVALID_HID};
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
    hid_t ours = H5Dget_create_plist(from->dataset), theirs = H5Dget_create_plist(to), type = H5Dget_type(to);
    hsize_t chunk[SCI_MAX_RANK];
    bool alike = ours >= 0 && theirs >= 0 && type >= 0 && H5Tequal(from->type, type) > 0 &&
                 H5Pget_layout(theirs) == H5D_CHUNKED && H5Pget_chunk(theirs, from->rank, chunk) == from->rank &&
                 H5Pget_nfilters(ours) == H5Pget_nfilters(theirs);

    for (int a = 0; alike && a < from->rank; a++)
        alike = chunk[a] == from->chunk[a];
    for (int f = 0; alike && f < H5Pget_nfilters(ours); f++) {
        unsigned flags, a[8] = {0}, b[8] = {0}, config;
        size_t n_a = 8, n_b = 8;
        H5Z_filter_t id = H5Pget_filter2(ours, (unsigned)f, &flags, &n_a, a, 0, NULL, &config);

        alike = id == H5Pget_filter2(theirs, (unsigned)f, &flags, &n_b, b, 0, NULL, &config) && n_a == n_b &&
                (id == H5Z_FILTER_DEFLATE || memcmp(a, b, sizeof a) == 0);
    }
    h5_close(type);
    h5_close(theirs);
    h5_close(ours);
    return alike;
}

/* Where a chunk lies inside the array: its box without what stands over at the edges. */
static sci_status
copy_decoded(const chunks *from, hid_t to, uint64_t index, const hsize_t *offset)
{
    hsize_t box[SCI_MAX_RANK];
    uint64_t count = 1;
    unsigned char *elements = NULL;
    hid_t memory = H5I_INVALID_HID, native = H5I_INVALID_HID, space = H5I_INVALID_HID;
    sci_status st;

    for (int a = 0; a < from->rank; a++) {
        uint64_t left = from->shape[a] - offset[a];

        box[a] = left < from->chunk[a] ? left : from->chunk[a];
        count *= box[a];
    }
    native = H5Tget_native_type(from->type, H5T_DIR_ASCEND);
    space = H5Dget_space(to);
    memory = H5Screate_simple(from->rank, box, NULL);
    if (native < 0 || space < 0 || memory < 0) {
        st = h5_fail(SCI_ERR_IO, "'%s': chunk %" PRIu64 " cannot be copied", from->where, index);
        goto out;
    }
    st = sci_alloc(&elements, count, H5Tget_size(native), 1);
    if (st != SCI_OK)
        goto out;
    h5_rearm(count * H5Tget_size(native));
    if (H5Sselect_hyperslab(from->space, H5S_SELECT_SET, offset, NULL, box, NULL) < 0 ||
        H5Sselect_hyperslab(space, H5S_SELECT_SET, offset, NULL, box, NULL) < 0 ||
        H5Dread(from->dataset, native, memory, from->space, H5P_DEFAULT, elements) < 0)
        st = h5_fail(SCI_ERR_FORMAT, "'%s': chunk %" PRIu64 " cannot be read", from->where, index);
    else if (H5Dwrite(to, native, memory, space, H5P_DEFAULT, elements) < 0)
        st = h5_fail(SCI_ERR_IO, "chunk %" PRIu64 " of '%s' cannot be written", index, from->where);
out:
    sci_free(elements);
    h5_close(memory);
    h5_close(space);
    h5_close(native);
    return st;
}

static sci_status
copy_range(chunks *from, hid_t to, uint64_t first, uint64_t count, uint8_t digest[16])
{
    XXH3_state_t *state = XXH3_createState();
    bool alike = stored_alike(from, to);
    sci_status st = check_range(from, first, count);

    if (state == NULL)
        return sci_fail(SCI_ERR_NOMEM, "no memory for a digest");
    (void)XXH3_128bits_reset(state);
    for (uint64_t i = first; st == SCI_OK && i < first + count; i++) {
        hsize_t offset[SCI_MAX_RANK];
        uint32_t mask = 0;
        size_t bytes = 0;

        chunk_offset(from, i, offset);
        st = read_stored(from, i, offset, &mask, &bytes);
        if (st != SCI_OK)
            break;
        hash_chunk(state, from, mask, bytes);
        if (!alike)
            st = copy_decoded(from, to, i, offset);
        else if (H5Dwrite_chunk(to, H5P_DEFAULT, mask, offset, bytes, from->bytes) < 0)
            st = h5_fail(SCI_ERR_IO, "chunk %" PRIu64 " of '%s' cannot be written", i, from->where);
    }
    if (st == SCI_OK)
        hash_end(state, digest);
    (void)XXH3_freeState(state);
    return st;
}

sci_status
sci_h5_output_chunks_copy(sci_h5_output *out, const char *path, sci_h5_file *file, const char *dataset,
                          uint64_t first, uint64_t count, uint8_t digest[16])
{
    chunks from = {.dataset = H5I_INVALID_HID, .type = H5I_INVALID_HID, .space = H5I_INVALID_HID};
    hid_t object = H5I_INVALID_HID, to;
    char *where = NULL;
    sci_source *checked = NULL;
    /* As a source first: every check of a dataset that is not trusted is made there. */
    sci_status st = sci_h5_file_source(&checked, file, dataset, NULL);

    if (st != SCI_OK)
        return st;
    sci_source_free(checked);
    st = sci_format(&where, "%s:%s", file->file->name, dataset);
    if (st == SCI_OK)
        st = h5_open_object(file->file, dataset, &object, NULL);
    if (st == SCI_OK)
        st = h5_enter();
    if (st != SCI_OK) {
        sci_free(where);
        return st;
    }
    st = chunks_open(&from, object, where);
    to = st == SCI_OK ? H5Dopen2(h5_output_id(out), path, H5P_DEFAULT) : H5I_INVALID_HID;
    if (st == SCI_OK && to < 0)
        st = h5_fail(SCI_ERR_NOTFOUND, "'%s:%s' cannot be opened", h5_output_name(out), path);
    if (st == SCI_OK)
        st = copy_range(&from, to, first, count, digest);
    if (to >= 0) {
        sci_status closed = h5_close_checked(to, path);

        st = st == SCI_OK ? closed : st;
    }
    chunks_close(&from);
    h5_leave();
    sci_free(where);
    return st;
}
