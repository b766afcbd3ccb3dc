/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole datasets from file to file: stored bytes as they are, except where they hold pointers
 * into their file. */
#include <string.h>

#include <sci/memory.h>

#include <sci/file.h>
#include "h5_copy_priv.h"
#include "h5_dataset_priv.h"

#define BLOCK_BYTES ((size_t)1 << 20)
#define CELL_ELEMENTS ((uint64_t)1 << 16)
#define CHUNKS_MANY ((uint64_t)1 << 20)
#define CHUNKS_A_BYTE 100 /* an allocated chunk takes 24 bytes of index at least */

/* A dataset on its way. */
typedef struct transfer {
    const h5_file *file;
    const char *where;
    hid_t from, to, type;
    size_t size;
    int rank;
    hsize_t shape[SCI_MAX_RANK], cell[SCI_MAX_RANK]; /* cell: a chunk, or what is moved at once */
    uint64_t count;                                  /* elements */
} transfer;

static sci_status
fail_damaged(const transfer *t)
{
    return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged and cannot be copied", t->where);
}

static sci_status
fail_write(const transfer *t)
{
    return h5_fail(SCI_ERR_IO, "'%s' cannot be copied", t->where);
}

static bool
has_pointers(hid_t type)
{
    H5T_class_t class = H5Tget_class(type);
    bool found = class == H5T_VLEN || (class == H5T_STRING && H5Tis_variable_str(type) > 0);

    if (class == H5T_ARRAY) {
        hid_t element = H5Tget_super(type);

        found = element >= 0 && has_pointers(element);
        h5_close(element);
    }
    for (unsigned i = 0; class == H5T_COMPOUND && !found && (int)i < H5Tget_nmembers(type); i++) {
        hid_t member = H5Tget_member_type(type, i);

        found = member >= 0 && has_pointers(member);
        h5_close(member);
    }
    return found;
}

/* ---- shape ---- */

static sci_status
measure(transfer *t, hid_t space)
{
    t->rank = H5Sget_simple_extent_ndims(space);
    t->size = H5Tget_size(t->type);
    t->count = 1;
    if (t->rank < 0 || t->rank > SCI_MAX_RANK || t->size == 0
        || (t->rank > 0 && H5Sget_simple_extent_dims(space, t->shape, NULL) != t->rank))
        return fail_damaged(t);
    if (H5Sget_simple_extent_type(space) == H5S_NULL)
        t->count = 0;
    for (int i = 0; i < t->rank; i++)
        if (__builtin_mul_overflow(t->count, t->shape[i], &t->count))
            return sci_fail(SCI_ERR_UNSAFE, "'%s' claims a shape that no memory can hold",
                            t->where);
    return SCI_OK;
}

static sci_status
measure_chunks(transfer *t, hid_t list)
{
    uint64_t chunks = 1, bytes = t->size;

    if (H5Pget_chunk(list, SCI_MAX_RANK, t->cell) != t->rank)
        return fail_damaged(t);
    for (int i = 0; i < t->rank; i++) {
        if (t->cell[i] == 0 || __builtin_mul_overflow(bytes, t->cell[i], &bytes))
            return fail_damaged(t);
        chunks *= t->shape[i] / t->cell[i] + (t->shape[i] % t->cell[i] != 0);
    }
    if (bytes > h5_limits(NULL).chunk_bytes_most
        || (chunks > CHUNKS_MANY && chunks / CHUNKS_A_BYTE > t->file->bytes))
        return sci_fail(SCI_ERR_UNSAFE,
                        "'%s' claims more chunks, or larger ones, than its file can hold",
                        t->where);
    return SCI_OK;
}

/* As many whole rows of the last axes as make a cell. */
static void
choose_cell(transfer *t)
{
    uint64_t room = CELL_ELEMENTS;

    for (int i = t->rank - 1; i >= 0; i--) {
        t->cell[i] = t->shape[i] < room ? t->shape[i] : room;
        t->cell[i] = t->cell[i] > 0 ? t->cell[i] : 1;
        room /= t->cell[i];
        room = room > 0 ? room : 1;
    }
}

static bool
next_cell(const transfer *t, hsize_t *at)
{
    for (int i = t->rank - 1; i >= 0; i--) {
        at[i] += t->cell[i];
        if (at[i] < t->shape[i])
            return true;
        at[i] = 0;
    }
    return false;
}

/* ---- contents ---- */

static sci_status
copy_bytes(const transfer *t, const sci_h5_output *out)
{
    uint64_t bytes = t->count * t->size, from, to, end;
    unsigned char *block = NULL;
    sci_status st;

    from = H5Dget_offset(t->from);
    to = H5Dget_offset(t->to);
    if (to == HADDR_UNDEF)
        return fail_write(t);
    if (__builtin_add_overflow(from, bytes, &end) || end > t->file->bytes)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is cut off", t->where);
    st = sci_alloc(&block, BLOCK_BYTES, 1, 1);
    for (uint64_t at = 0; st == SCI_OK && at < bytes; at += BLOCK_BYTES) {
        size_t n = bytes - at < BLOCK_BYTES ? (size_t)(bytes - at) : BLOCK_BYTES;

        st = sci_read_at(t->file->fd, t->where, block, n, from + at);
        if (st == SCI_OK)
            st = sci_write_at(out->fd, out->name, block, n, to + at);
    }
    sci_free(block);
    return st;
}

static sci_status
copy_chunk(const transfer *t, const hsize_t *at, unsigned char **room, size_t *capacity,
           uint64_t *total)
{
    hsize_t bytes = 0;
    uint32_t mask = 0;
    sci_status st;

    h5_rearm(0);
    if (H5Dget_chunk_storage_size(t->from, at, &bytes) < 0) {
        if (!h5_error_says("chunk storage is not allocated"))
            return fail_damaged(t);
        bytes = 0;
    }
    *total += bytes;
    if (bytes > t->file->bytes || *total > t->file->bytes)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is damaged: its chunks overlap", t->where);
    if (bytes == 0)
        return SCI_OK;
    if (bytes > *capacity) {
        sci_free(*room);
        *capacity = 0;
        st = sci_alloc(room, (size_t)bytes, 1, 1);
        if (st != SCI_OK)
            return st;
        *capacity = (size_t)bytes;
    }
    h5_rearm(bytes);
    if (H5Dread_chunk(t->from, H5P_DEFAULT, at, &mask, *room) < 0)
        return fail_damaged(t);
    if (H5Dwrite_chunk(t->to, H5P_DEFAULT, mask, at, (size_t)bytes, *room) < 0)
        return fail_write(t);
    return SCI_OK;
}

static sci_status
copy_chunks(const transfer *t)
{
    hsize_t at[SCI_MAX_RANK] = { 0 };
    unsigned char *room = NULL;
    size_t capacity = 0;
    uint64_t total = 0;
    sci_status st;

    do
        st = copy_chunk(t, at, &room, &capacity, &total);
    while (st == SCI_OK && next_cell(t, at));
    sci_free(room);
    return st;
}

/* One cell through memory. */
static sci_status
copy_cell(const transfer *t, const sci_h5_output *out, const hsize_t *at)
{
    hsize_t extent[SCI_MAX_RANK];
    hid_t memory = H5I_INVALID_HID, there = H5Dget_space(t->from);
    uint64_t n = 1;
    unsigned char *values = NULL;
    sci_status st;

    for (int i = 0; i < t->rank; i++) {
        extent[i] = t->shape[i] - at[i] < t->cell[i] ? t->shape[i] - at[i] : t->cell[i];
        n *= extent[i];
    }
    memory = t->rank > 0 ? H5Screate_simple(t->rank, extent, NULL) : H5Screate(H5S_SCALAR);
    h5_rearm(n * t->size);
    st = sci_alloc_zero(&values, n, t->size, 1);
    if (st != SCI_OK)
        goto out;
    if ((t->rank > 0 && H5Sselect_hyperslab(there, H5S_SELECT_SET, at, NULL, extent, NULL) < 0)
        || H5Dread(t->from, t->type, memory, there, H5P_DEFAULT, values) < 0) {
        st = fail_damaged(t);
        goto out;
    }
    if (h5_has_references(t->type))
        st = h5_remap(out, t->from, t->type, n, values);
    if (st == SCI_OK && H5Dwrite(t->to, t->type, memory, there, H5P_DEFAULT, values) < 0)
        st = fail_write(t);
    (void)H5Dvlen_reclaim(t->type, memory, H5P_DEFAULT, values);
out:
    sci_free(values);
    h5_close(memory);
    h5_close(there);
    return st;
}

static sci_status
copy_cells(const transfer *t, const sci_h5_output *out)
{
    hsize_t at[SCI_MAX_RANK] = { 0 };
    sci_status st;

    do
        st = copy_cell(t, out, at);
    while (st == SCI_OK && next_cell(t, at));
    return st;
}

sci_status
h5_copy_elements(const sci_h5_output *out, hid_t from, hid_t to, const char *where)
{
    h5_file unknown = { .bytes = UINT64_MAX };
    transfer t = {
        .file = &unknown, .where = where, .from = from, .to = to, .type = H5Dget_type(from)
    };
    hid_t space = H5Dget_space(from), list = H5Dget_create_plist(from);
    sci_status st;

    st = measure(&t, space);
    if (st == SCI_OK && t.count > 0) {
        if (H5Pget_layout(list) == H5D_CHUNKED)
            st = measure_chunks(&t, list);
        else
            choose_cell(&t);
        if (st == SCI_OK)
            st = copy_cells(&t, out);
    }
    h5_close(list);
    h5_close(space);
    h5_close(t.type);
    return st;
}

/* ---- the whole ---- */

/* The type for the new dataset: a committed one where it was copied too. */
static hid_t
type_for(const sci_h5_output *out, hid_t type)
{
    H5O_info_t info;
    const h5_place *place = NULL;

    if (H5Tcommitted(type) > 0 && out->copy != NULL
        && H5Oget_info2(type, &info, H5O_INFO_BASIC) >= 0)
        place = h5_copy_find(out->copy, info.fileno, info.addr);
    return place != NULL ? H5Topen2(out->id, place->path, H5P_DEFAULT) : H5Tcopy(type);
}

static bool
settle_storage(hid_t list, H5D_layout_t layout, bool in_place)
{
    if (H5Pset_obj_track_times(list, false) < 0)
        return false;
    if (layout == H5D_CHUNKED)
        return H5Pset_alloc_time(list, H5D_ALLOC_TIME_INCR) >= 0;
    /* Fill values that HDF5 wrote now would reach the file after our bytes. */
    if (layout == H5D_CONTIGUOUS && in_place)
        return H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) >= 0
               && H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0;
    return true;
}

static sci_status
check_claim(const transfer *t)
{
    sci_h5_options o = h5_limits(NULL);
    uint64_t bytes;

    if (__builtin_mul_overflow(t->count, t->size, &bytes)
        || (bytes > o.claim_bytes_most && bytes / 1000 > t->file->bytes))
        return sci_fail(SCI_ERR_UNSAFE, "'%s' claims a shape far larger than its file", t->where);
    return SCI_OK;
}

static sci_status
copy_contents(transfer *t, sci_h5_output *out, h5_file *file, const char *from_path,
              const char *to_path, hid_t list, bool through_memory, bool in_place)
{
    H5D_layout_t layout = H5Pget_layout(list);
    sci_status st = SCI_OK;

    if (t->count == 0)
        return SCI_OK;
    if (layout == H5D_CHUNKED)
        st = measure_chunks(t, list);
    else
        choose_cell(t);
    if (st == SCI_OK && h5_has_references(t->type))
        return h5_copy_defer(out, H5_PENDING_DATA, file, from_path, to_path, NULL);
    if (st == SCI_OK && (through_memory || layout == H5D_COMPACT))
        return copy_cells(t, out);
    if (st == SCI_OK && layout == H5D_CHUNKED)
        return copy_chunks(t);
    return st == SCI_OK && in_place ? copy_bytes(t, out) : st;
}

sci_status
h5_copy_dataset(sci_h5_output *out, h5_file *file, hid_t from, const char *from_path, hid_t group,
                const char *name, const char *to_path)
{
    transfer t = { .file = file, .from = from, .to = H5I_INVALID_HID, .type = H5I_INVALID_HID };
    hid_t list = H5Dget_create_plist(from), space = H5I_INVALID_HID, type = H5I_INVALID_HID;
    H5D_space_status_t status;
    bool through_memory, in_place;
    char *where = NULL;
    sci_status st;

    st = sci_format(&where, "%s:%s", file->name, from_path);
    t.where = where;
    if (st == SCI_OK)
        st = h5_storage_safe(list, where);
    if (st != SCI_OK)
        goto out;
    t.type = H5Dget_type(from);
    space = H5Dget_space(from);
    st = t.type >= 0 && space >= 0 ? measure(&t, space) : fail_damaged(&t);
    if (st == SCI_OK && H5Pget_layout(list) != H5D_CHUNKED)
        st = check_claim(&t);
    if (st != SCI_OK)
        goto out;
    through_memory = has_pointers(t.type) || h5_has_references(t.type);
    in_place = !through_memory && H5Dget_space_status(from, &status) >= 0
               && status != H5D_SPACE_STATUS_NOT_ALLOCATED;
    type = type_for(out, t.type);
    if (type >= 0 && settle_storage(list, H5Pget_layout(list), in_place))
        t.to = H5Dcreate2(group, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    st = t.to < 0
             ? fail_write(&t)
             : copy_contents(&t, out, file, from_path, to_path, list, through_memory, in_place);
out:
    h5_close(t.to);
    h5_close(type);
    h5_close(t.type);
    h5_close(space);
    h5_close(list);
    sci_free(where);
    return st;
}
