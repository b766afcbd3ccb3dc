/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing what a table is, beside its columns. Equal tables give equal bytes. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_draft_priv.h"
#include "h5_fields_priv.h"
#include "h5_stats_names_priv.h"
#include "h5_stats_priv.h"

/* A group of the output while its table's head is written. */
typedef struct writer {
    sci_h5_output *out;
    const char *path;
    char *where;
    hid_t group;     /* where HDF5 writes */
    h5_draft *draft; /* or NULL */
} writer;

static sci_status
put_text(const writer *w, const char *name, const char *value)
{
    return w->draft != NULL ? h5_draft_text(w->draft, w->path, name, value)
                            : h5_attribute_write_text(w->group, w->where, name, value);
}

static sci_status
put_values(const writer *w, const char *name, int64_t n, const uint64_t *values)
{
    return w->draft != NULL
               ? h5_draft_numbers(w->draft, w->path, name, SCI_UINT64, n, values)
               : h5_attribute_write(w->group, w->where, name, h5_field_type(), n, values);
}

static sci_status
put_real(const writer *w, const char *name, double value)
{
    return w->draft != NULL
               ? h5_draft_numbers(w->draft, w->path, name, SCI_FLOAT64, -1, &value)
               : h5_attribute_write(w->group, w->where, name, h5_field_real_type(), -1, &value);
}

static sci_status
put_number(const writer *w, const char *name, uint64_t value)
{
    return put_values(w, name, -1, &value);
}

static sci_status
put_numbers(const writer *w, const char *name, uint64_t n, const uint64_t *values)
{
    if (n == 0)
        return SCI_OK;
    return put_values(w, name, (int64_t)n, values);
}

/* n rows of `width` elements (width 1: one axis), nothing if there are none. */
static sci_status
put_array(const writer *w, const char *name, sci_type type, uint64_t n, uint64_t width,
          const void *elements)
{
    sci_array array = { .rank = width > 1 ? 2 : 1, .shape = { n, width }, .type = type };
    char *path = NULL;
    sci_status st;

    if (n == 0)
        return SCI_OK;
    st = h5_stats_join(&path, w->path, name);
    if (st == SCI_OK)
        st = sci_h5_output_array(w->out, path, &array, elements);
    sci_free(path);
    return st;
}

/* Texts one after the other, each with the zero byte that ends it. */
static sci_status
put_texts(const writer *w, const char *name, uint64_t n,
          const char *(*text_of)(const void *list, uint64_t i), const void *list)
{
    size_t bytes = 0, used = 0;
    char *block = NULL;
    sci_status st;

    for (uint64_t i = 0; i < n; i++)
        bytes += strlen(text_of(list, i)) + 1;
    st = sci_alloc(&block, bytes, 1, 1);
    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < n; i++) {
        size_t size = strlen(text_of(list, i)) + 1;

        memcpy(block + used, text_of(list, i), size);
        used += size;
    }
    st = put_array(w, name, SCI_UINT8, bytes, 1, block);
    sci_free(block);
    return st;
}

/* ---- space ---- */

static const char *
level_text(const void *list, uint64_t i)
{
    return ((const sci_levels *)list)->texts[i];
}

static sci_status
put_factor(const writer *w, const sci_factor *f, int i)
{
    char name[H5_STATS_NAME_ROOM];
    sci_status st;

    (void)snprintf(name, sizeof name, "factor_%d", i);
    st = put_text(w, name, f->keep ? "keep" : f->levels.texts != NULL ? "texts" : "integers");
    if (st != SCI_OK || f->keep)
        return st;
    (void)snprintf(name, sizeof name, "levels_%d", i);
    if (f->levels.texts != NULL)
        return put_texts(w, name, f->levels.count, level_text, &f->levels);
    return put_array(w, name, SCI_INT64, f->levels.count, 1, f->levels.values);
}

static const char *
part_name(const void *list, uint64_t i)
{
    return ((const sci_part *)list)[i].name;
}

static sci_status
put_parts(const writer *w, const sci_space *space)
{
    uint64_t n = (uint64_t)space->n_parts;
    uint64_t *counts = NULL;
    uint8_t *digests = NULL;
    sci_status st = sci_alloc(&counts, n, 1, sizeof *counts);

    if (st == SCI_OK)
        st = sci_alloc(&digests, n, SCI_DIGEST_BYTES, 1);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        counts[i] = space->parts[i].count;
        memcpy(digests + i * SCI_DIGEST_BYTES, space->parts[i].digest, SCI_DIGEST_BYTES);
    }
    if (st == SCI_OK)
        st = put_texts(w, "part_names", n, part_name, space->parts);
    if (st == SCI_OK)
        st = put_array(w, "part_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, digests);
    if (st == SCI_OK)
        st = put_array(w, "part_counts", SCI_UINT64, n, 1, counts);
    sci_free(counts);
    sci_free(digests);
    return st;
}

/* Which factor each axis belongs to says everything about the factors but their levels. */
static sci_status
put_axes(const writer *w, const sci_space *space)
{
    uint64_t factors[SCI_MAX_RANK], levels[SCI_MAX_RANK];
    char name[H5_STATS_NAME_ROOM];
    sci_status st = put_number(w, "rank", (uint64_t)space->rank);

    for (int i = 0; st == SCI_OK && i < space->rank; i++) {
        factors[i] = (uint64_t)(sci_space_factor_of(space, i) + 1);
        (void)snprintf(name, sizeof name, "axis_%d", i);
        st = put_text(w, name, space->axis_names[i]);
    }
    for (int i = 0; i < space->n_factors; i++)
        levels[i] = sci_space_levels(space, i);
    if (st == SCI_OK)
        st = put_numbers(w, "shape", (uint64_t)space->rank, space->shape);
    if (st == SCI_OK)
        st = put_numbers(w, "axis_factors", (uint64_t)space->rank, factors);
    if (st == SCI_OK)
        st = put_number(w, "factors", (uint64_t)space->n_factors);
    if (st == SCI_OK)
        st = put_numbers(w, "levels", (uint64_t)space->n_factors, levels);
    return st;
}

static sci_status
put_space(const writer *w, const sci_space *space)
{
    sci_status st = put_axes(w, space);

    for (int i = 0; st == SCI_OK && i < space->n_factors; i++)
        st = put_factor(w, &space->factors[i], i);
    if (st == SCI_OK)
        st = put_number(w, "parts", (uint64_t)space->n_parts);
    if (st == SCI_OK && space->n_parts > 0)
        st = put_parts(w, space);
    return st;
}

/* ---- sources and shards ---- */

static const char *
origin_name(const void *list, uint64_t i)
{
    return ((const sci_origin *)list)[i].name;
}

static sci_status
put_origins(const writer *w, const sci_stats *head)
{
    uint64_t n = head->n_origins;
    uint64_t *counts = NULL;
    uint8_t *digests = NULL;
    sci_status st = put_number(w, "sources", n);

    if (st == SCI_OK)
        st = sci_alloc(&counts, n, 3, sizeof *counts);
    if (st == SCI_OK)
        st = sci_alloc(&digests, n, SCI_DIGEST_BYTES, 1);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        const sci_origin *origin = &head->origins[i];

        counts[3 * i] = origin->elements;
        counts[3 * i + 1] = origin->members;
        counts[3 * i + 2] = origin->nonfinite;
        memcpy(digests + i * SCI_DIGEST_BYTES, origin->digest.bytes, SCI_DIGEST_BYTES);
    }
    if (st == SCI_OK && n > 0)
        st = put_texts(w, "source_names", n, origin_name, head->origins);
    if (st == SCI_OK)
        st = put_array(w, "source_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, digests);
    if (st == SCI_OK)
        st = put_array(w, "source_counts", SCI_UINT64, n, 3, counts);
    sci_free(counts);
    sci_free(digests);
    return st;
}

static sci_status
put_segmentation(const writer *w, const sci_segmentation *s)
{
    const uint64_t numbers[H5_STATS_SEGMENTATION] = {
        s->periods,        s->period_length,       s->period_groups,
        s->segment_length, s->periods_per_segment, s->segments_per_period,
        s->segments
    };

    return put_numbers(w, "segmentation", H5_STATS_SEGMENTATION, numbers);
}

static sci_status
put_digest_nodes(const writer *w, const sci_stats *head)
{
    uint64_t n = head->n_digest_nodes;
    uint64_t *places = NULL;
    uint8_t *digests = NULL;
    sci_status st = sci_alloc(&places, n, 2, sizeof *places);

    if (st == SCI_OK)
        st = sci_alloc(&digests, n, SCI_DIGEST_BYTES, 1);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        places[2 * i] = head->digest_nodes[i].level;
        places[2 * i + 1] = head->digest_nodes[i].index;
        memcpy(digests + i * SCI_DIGEST_BYTES, head->digest_nodes[i].digest.bytes,
               SCI_DIGEST_BYTES);
    }
    if (st == SCI_OK)
        st = put_array(w, "digest_nodes", SCI_UINT64, n, 2, places);
    if (st == SCI_OK)
        st = put_array(w, "digest_node_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, digests);
    sci_free(places);
    sci_free(digests);
    return st;
}

static sci_status
put_shard(const writer *w, const sci_stats *head)
{
    uint64_t n = head->n_nodes;
    uint64_t *nodes = NULL;
    sci_status st = put_number(w, "shard", head->shard);

    if (st != SCI_OK || !head->shard)
        return st;
    st = put_number(w, "nodes", n);
    if (st == SCI_OK)
        st = put_number(w, "digest_nodes", head->n_digest_nodes);
    if (st == SCI_OK)
        st = sci_alloc(&nodes, n, 5, sizeof *nodes);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        const sci_stats_node *node = &head->nodes[i];
        const uint64_t numbers[5] = { node->period, node->period_count, node->level, node->index,
                                      node->first_row };

        memcpy(nodes + 5 * i, numbers, sizeof numbers);
    }
    if (st == SCI_OK)
        st = put_array(w, "nodes", SCI_UINT64, n, 5, nodes);
    if (st == SCI_OK)
        st = put_digest_nodes(w, head);
    sci_free(nodes);
    return st;
}

/* ---- all of it ---- */

static sci_status
put_parameters(const writer *w, const sci_stats *head, uint64_t n_rows)
{
    const sci_parameters *p = &head->parameters;
    sci_status st = put_text(w, "kind", h5_stats_kind_name(head->kind));

    if (st == SCI_OK)
        st = put_number(w, "rows", n_rows);
    if (st == SCI_OK)
        st = put_number(w, "ddof", (uint64_t)p->ddof);
    if (st == SCI_OK)
        st = put_text(w, "nan", h5_stats_nan_name(p->nan));
    if (st == SCI_OK)
        st = put_number(w, "weighted", p->weighted);
    if (st == SCI_OK)
        st = put_number(w, "masked", p->masked);
    if (st == SCI_OK && p->equal_weight > 0.0)
        st = put_real(w, "equal_weight", p->equal_weight);
    if (st == SCI_OK)
        st = put_text(w, "digests", h5_stats_digest_name(head->digest_kind));
    if (st == SCI_OK && head->kind == SCI_STATS_RUNNING)
        st = put_text(w, "rule", h5_stats_rule_name(head->rule));
    if (st == SCI_OK && head->kind == SCI_STATS_RUNNING)
        st = put_number(w, "steps", head->steps);
    return st;
}

static sci_status
put_identity(const writer *w, const uint8_t content[SCI_CONTENT_BYTES])
{
    sci_digest digest = { { 0 } };
    char text[80];
    sci_status st = put_text(w, "format", H5_STATS_FORMAT);

    memcpy(digest.bytes, content, SCI_CONTENT_BYTES);
    sci_digest_text(SCI_DIGEST_XXH3, &digest, text);
    if (st == SCI_OK)
        st = put_number(w, "version", H5_STATS_VERSION);
    if (st == SCI_OK)
        st = put_text(w, "content", text);
    return st;
}

sci_status
h5_stats_write_head(sci_h5_output *out, const char *path, const sci_stats *head, uint64_t n_rows,
                    const uint8_t content[SCI_CONTENT_BYTES])
{
    writer w = {
        .out = out, .path = path, .group = H5I_INVALID_HID, .draft = h5_output_draft(out)
    };
    sci_status st = h5_stats_where(&w.where, h5_output_name(out), path);

    if (st == SCI_OK)
        st = w.draft != NULL ? h5_draft_group(w.draft, path) : h5_output_group(out, path, &w.group);
    if (st == SCI_OK)
        st = put_identity(&w, content);
    if (st == SCI_OK)
        st = put_parameters(&w, head, n_rows);
    if (st == SCI_OK)
        st = put_space(&w, &head->space);
    if (st == SCI_OK)
        st = put_origins(&w, head);
    if (st == SCI_OK)
        st = put_segmentation(&w, &head->segmentation);
    if (st == SCI_OK)
        st = put_shard(&w, head);
    if (w.group >= 0 && h5_enter() == SCI_OK) {
        h5_close(w.group);
        h5_leave();
    }
    sci_free(w.where);
    return st;
}
