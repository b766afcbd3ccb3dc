/* SPDX-License-Identifier: BSD-3-Clause */
/* What was written against what is there. HDF5 1.10 reports success when it closes a file on a
 * full disk, so that only reading it again tells. */
#include <string.h>

#include <xxhash.h>

#include <sci/memory.h>

#include "h5_output_priv.h"
#include "h5_source_priv.h"

#define ATTRIBUTE_BYTES_MOST ((size_t)1 << 20)
#define READ_BYTES ((uint64_t)1 << 20)

/* ---- digest of chunks ---- */

void
h5_digest_chunk(uint8_t sum[16], uint64_t number, const void *bytes, size_t n)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, n, number);
    uint64_t parts[2];

    memcpy(parts, sum, sizeof parts);
    parts[0] += hash.low64;
    parts[1] += hash.high64;
    memcpy(sum, parts, sizeof parts);
}

/* ---- census ---- */

typedef struct census {
    h5_census *out;
    sci_status status;
    const char *where;
} census;

/* Plain values enter the sum; of those that may hold pointers it only counts that they can be
 * read. */
static herr_t
count_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    census *c = context;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    size_t bytes = n > 0 ? (size_t)n * H5Tget_size(type) : 0;
    void *values = NULL;

    h5_rearm(0);
    c->out->attributes++;
    if (attribute < 0 || type < 0 || n < 0)
        c->status =
            h5_fail(SCI_ERR_IO, "attribute '%s' of '%s' cannot be read back", name, c->where);
    if (c->status == SCI_OK && bytes > 0 && bytes <= ATTRIBUTE_BYTES_MOST) {
        bool variable =
            H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tdetect_class(type, H5T_STRING) > 0;

        c->status = sci_alloc_zero(&values, bytes, 1, 1);
        if (c->status == SCI_OK && H5Aread(attribute, type, values) < 0)
            c->status =
                h5_fail(SCI_ERR_IO, "attribute '%s' of '%s' cannot be read back", name, c->where);
        else if (c->status == SCI_OK && variable)
            (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
        else if (c->status == SCI_OK)
            c->out->sum += XXH3_64bits_withSeed(values, bytes, info->data_size);
    }
    sci_free(values);
    h5_close(space);
    h5_close(type);
    h5_close(attribute);
    return c->status == SCI_OK ? 0 : -1;
}

static herr_t
count_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    census *c = context;
    hsize_t start = 0;
    hid_t object;

    h5_rearm(0);
    c->out->links++;
    c->out->sum += XXH3_64bits(name, strlen(name));
    if (info->type != H5L_TYPE_HARD)
        return 0;
    object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0)
        c->status = h5_fail(SCI_ERR_IO, "'%s' of '%s' cannot be read back", name, c->where);
    else if (H5Iget_type(object) == H5I_DATASET)
        c->out->stored_bytes += H5Dget_storage_size(object);
    if (c->status == SCI_OK
        && H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &start, count_attribute, c) < 0
        && c->status == SCI_OK)
        c->status =
            h5_fail(SCI_ERR_IO, "attributes of '%s' in '%s' cannot be read back", name, c->where);
    h5_close(object);
    return c->status == SCI_OK ? 0 : -1;
}

sci_status
h5_census_take(hid_t file, const char *where, h5_census *out)
{
    census c = { out, SCI_OK, where };
    hsize_t start = 0;
    sci_status st;

    *out = (h5_census){ 0 };
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    if ((H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, &start, count_attribute, &c) < 0
         || H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, count_link, &c) < 0)
        && c.status == SCI_OK)
        c.status = h5_fail(SCI_ERR_IO, "'%s' cannot be read back", where);
    h5_leave();
    return c.status;
}

/* ---- datasets ---- */

static sci_status
fail_difference(const sci_h5_output *out, const h5_written *w, const char *what)
{
    return sci_fail(SCI_ERR_IO, "'%s:%s' was not written completely: %s", out->name, w->path, what);
}

static sci_status
verify_elements(const sci_h5_output *out, const h5_written *w, sci_source *source,
                const h5_range *range)
{
    size_t size = sci_type_size(w->array.type);
    uint64_t step = READ_BYTES / size;
    XXH3_state_t *state = XXH3_createState();
    XXH128_canonical_t digest;
    unsigned char *bytes = NULL;
    sci_status st;

    if (state == NULL)
        return sci_fail(SCI_ERR_NOMEM, "cannot allocate memory for a digest");
    (void)XXH3_128bits_reset(state);
    st = sci_alloc(&bytes, step, size, 1);
    for (uint64_t at = range->first; st == SCI_OK && at < range->end; at += step) {
        uint64_t n = range->end - at < step ? range->end - at : step;

        st = sci_source_read(source, at, n, bytes);
        if (st == SCI_OK)
            (void)XXH3_128bits_update(state, bytes, n * size);
    }
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(state));
    if (st == SCI_OK && memcmp(digest.digest, range->digest, sizeof range->digest) != 0)
        st = fail_difference(out, w, "its data differ from what was written");
    sci_free(bytes);
    (void)XXH3_freeState(state);
    return st;
}

static sci_status
verify_chunks(const sci_h5_output *out, const h5_written *w, const h5_source *s,
              const h5_range *range)
{
    const h5_grid *g = &s->grid;
    uint64_t band = h5_grid_band_of(g, range->first), last = h5_grid_band_of(g, range->end - 1);
    uint8_t digest[16] = { 0 };
    unsigned char *bytes = NULL;
    sci_status st;

    st = sci_alloc(&bytes, h5_chunk_bytes_most(s), 1, 1);
    for (uint64_t i = band * g->band_chunks; st == SCI_OK && i < (last + 1) * g->band_chunks; i++) {
        h5_cell cell;
        size_t n = 0;
        uint32_t mask;

        h5_grid_cell(g, i / g->band_chunks, i % g->band_chunks, &cell);
        st = h5_enter();
        if (st != SCI_OK)
            break;
        st = h5_chunk_size(s, &cell, &n);
        if (st == SCI_OK && n > 0)
            st = h5_chunk_read(s, &cell, n, bytes, &mask);
        h5_leave();
        h5_digest_chunk(digest, i, bytes, n);
    }
    if (st == SCI_OK && memcmp(digest, range->digest, sizeof digest) != 0)
        st = fail_difference(out, w, "its chunks differ from what was written");
    sci_free(bytes);
    return st;
}

static sci_status
verify_storage(const sci_h5_output *out, const h5_written *w, const h5_source *s)
{
    const sci_array *a = &s->data.array;
    uint64_t expected = 0, stored = 0;
    sci_status st;

    if (a->rank != w->array.rank || a->type != w->array.type || a->swapped
        || memcmp(a->shape, w->array.shape, (size_t)a->rank * sizeof *a->shape) != 0)
        return fail_difference(out, w, "shape or type is wrong");
    if (!w->layout.chunked)
        return s->data.count == 0 || s->data.address == w->address
                   ? SCI_OK
                   : fail_difference(out, w, "its data are elsewhere");
    for (size_t i = 0; i < w->n_ranges; i++)
        expected += w->ranges[i].stored_bytes;
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    stored = H5Dget_storage_size(s->data.id);
    h5_leave();
    return stored == expected ? SCI_OK : fail_difference(out, w, "chunks are missing");
}

static sci_status
verify_one(const sci_h5_output *out, const h5_written *w, h5_file *file, bool data)
{
    /* Written by us: no shape is a lie, no chunk too large. */
    sci_h5_options all = { .chunk_bytes_most = UINT64_MAX,
                           .band_bytes_most = UINT64_MAX,
                           .claim_bytes_most = UINT64_MAX };
    sci_source *source = NULL;
    sci_status st;

    st = h5_source_in(&source, file, w->path, &all);
    if (st == SCI_OK)
        st = verify_storage(out, w, h5_source_of(source));
    for (size_t i = 0; st == SCI_OK && data && i < w->n_ranges; i++)
        st = w->layout.chunked ? verify_chunks(out, w, h5_source_of(source), &w->ranges[i])
                               : verify_elements(out, w, source, &w->ranges[i]);
    sci_source_free(source);
    return st;
}

sci_status
h5_verify_written(const sci_h5_output *out, h5_file *file, bool data)
{
    sci_status st = SCI_OK;

    for (const h5_written *w = out->written; st == SCI_OK && w != NULL; w = w->next)
        st = verify_one(out, w, file, data);
    return st;
}
