/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading the axes, factors, levels and parts of a table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_fields_priv.h"
#include "h5_stats_names_priv.h"

/* Axes of each factor from the factor of each axis. */
static sci_status
spread_axes(const h5_fields *r, sci_space *space, const uint64_t *factor_of)
{
    for (int axis = 0; axis < space->rank; axis++) {
        sci_factor *f;

        if (factor_of[axis] == 0)
            continue;
        if (factor_of[axis] > (uint64_t)space->n_factors)
            return sci_fail(SCI_ERR_FORMAT, "'%s': axis %d has a factor that does not exist",
                            r->where, axis);
        f = &space->factors[factor_of[axis] - 1];
        f->axes[f->n_axes++] = axis;
    }
    return SCI_OK;
}

static sci_status
get_axes(const h5_fields *r, sci_space *space, uint64_t *levels)
{
    uint64_t rank = 0, factors = 0, factor_of[SCI_MAX_RANK];
    char name[H5_STATS_NAME_ROOM];
    sci_status st = h5_field_number(r, "rank", SCI_MAX_RANK, &rank);

    for (uint64_t i = 0; st == SCI_OK && i < rank; i++) {
        (void)snprintf(name, sizeof name, "axis_%d", (int)i);
        st = h5_attribute_read_text(r->group, r->where, name, &space->axis_names[i]);
    }
    if (st == SCI_OK)
        st = h5_field_numbers(r, "shape", rank, space->shape);
    if (st == SCI_OK)
        st = h5_field_numbers(r, "axis_factors", rank, factor_of);
    if (st == SCI_OK)
        st = h5_field_number(r, "factors", rank, &factors);
    if (st == SCI_OK)
        st = h5_field_numbers(r, "levels", factors, levels);
    if (st == SCI_OK && factors > 0)
        st = sci_alloc_zero(&space->factors, factors, 1, sizeof *space->factors);
    if (st != SCI_OK)
        return st;
    space->rank = (int)rank;
    space->n_factors = (int)factors;
    return spread_axes(r, space, factor_of);
}

static void
set_level(void *list, uint64_t i, char *text)
{
    ((sci_levels *)list)->texts[i] = text;
}

/* The number of texts is believed only when their bytes are there. */
static sci_status
get_level_texts(const h5_fields *r, const char *name, sci_levels *levels, uint64_t n)
{
    char *bytes = NULL;
    uint64_t size = 0;
    sci_status st = n == 0 ? SCI_OK : h5_field_bytes(r, name, &bytes, &size);

    if (st == SCI_OK && n > size)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': '%s' does not hold %" PRIu64 " texts", r->where, name,
                      n);
    if (st == SCI_OK)
        st = sci_alloc_zero(&levels->texts, n, 1, sizeof *levels->texts);
    if (st == SCI_OK) {
        levels->count = n;
        st = h5_field_split(r, name, bytes, size, n, set_level, levels);
    }
    sci_free(bytes);
    return st;
}

static sci_status
get_levels(const h5_fields *r, sci_levels *levels, int factor, uint64_t n, bool texts)
{
    char name[H5_STATS_NAME_ROOM];
    sci_status st;

    if (n > H5_LIST_MOST)
        return sci_fail(SCI_ERR_FORMAT, "'%s': factor %d has too many levels", r->where, factor);
    (void)snprintf(name, sizeof name, "levels_%d", factor);
    if (texts)
        return get_level_texts(r, name, levels, n);
    st = h5_field_array(r, name, SCI_INT64, n, 1, &levels->values);
    if (st == SCI_OK)
        levels->count = n;
    return st;
}

static sci_status
get_factor(const h5_fields *r, sci_space *space, int i, uint64_t levels)
{
    sci_factor *f = &space->factors[i];
    char name[H5_STATS_NAME_ROOM], *kind = NULL;
    sci_status st;

    (void)snprintf(name, sizeof name, "factor_%d", i);
    st = h5_attribute_read_text(r->group, r->where, name, &kind);
    if (st != SCI_OK)
        return st;
    if (strcmp(kind, "keep") == 0)
        f->keep = true;
    else if (strcmp(kind, "texts") == 0 || strcmp(kind, "integers") == 0)
        st = get_levels(r, &f->levels, i, levels, kind[0] == 't');
    else
        st = sci_fail(SCI_ERR_FORMAT, "'%s': factor %d is '%.100s', which means nothing here",
                      r->where, i, kind);
    sci_free(kind);
    return st;
}

static void
set_part(void *list, uint64_t i, char *text)
{
    ((sci_part *)list)[i].name = text;
}

/* A list without names would have NULL among them. */
static sci_status
get_parts(const h5_fields *r, sci_space *space, uint64_t n)
{
    uint64_t *counts = NULL;
    uint8_t *digests = NULL;
    sci_status st = h5_field_array(r, "part_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, &digests);

    if (st == SCI_OK)
        st = h5_field_array(r, "part_counts", SCI_UINT64, n, 1, &counts);
    if (st == SCI_OK)
        st = sci_alloc_zero(&space->parts, n, 1, sizeof *space->parts);
    if (st == SCI_OK)
        space->n_parts = (int)n;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        space->parts[i].count = counts[i];
        memcpy(space->parts[i].digest, digests + i * SCI_DIGEST_BYTES, SCI_DIGEST_BYTES);
    }
    if (st == SCI_OK)
        st = h5_field_texts(r, "part_names", n, set_part, space->parts);
    sci_free(counts);
    sci_free(digests);
    return st;
}

sci_status
h5_stats_read_space(const h5_fields *r, sci_space *space)
{
    uint64_t levels[SCI_MAX_RANK], parts = 0;
    sci_status st = get_axes(r, space, levels);

    for (int i = 0; st == SCI_OK && i < space->n_factors; i++)
        st = get_factor(r, space, i, levels[i]);
    if (st == SCI_OK)
        st = h5_field_number(r, "parts", INT32_MAX, &parts);
    if (st == SCI_OK && parts > 0)
        st = get_parts(r, space, parts);
    return st;
}
