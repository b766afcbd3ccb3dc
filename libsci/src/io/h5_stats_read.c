/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading what a table is. Nothing that stands in the file is believed: the fields are compared
 * with what is there, and the head as a whole is checked in the end. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/check.h"
#include "h5_fields_priv.h"
#include "h5_stats_names_priv.h"
#include "h5_stats_priv.h"

/* ---- identity ---- */

static sci_status
get_format(const h5_fields *r)
{
    char *format = NULL;
    uint64_t version = 0;
    sci_status st = h5_attribute_read_text(r->group, r->where, "format", &format);

    if (st == SCI_ERR_NOTFOUND || (st == SCI_OK && strcmp(format, H5_STATS_FORMAT) != 0))
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds no statistics table", r->where);
    sci_free(format);
    if (st == SCI_OK)
        st = h5_field_number(r, "version", UINT64_MAX, &version);
    if (st == SCI_OK && version > H5_STATS_VERSION)
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s' has version %" PRIu64
                      " of the statistics format; this program reads up to %d:"
                      " use a newer one",
                      r->where, version, H5_STATS_VERSION);
    if (st == SCI_OK && version == 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has version 0 of the statistics format", r->where);
    return st;
}

static sci_status
get_kind(const h5_fields *r, sci_stats *head)
{
    char *word = NULL;
    int kind;
    sci_status st = h5_attribute_read_text(r->group, r->where, "kind", &word);

    if (st != SCI_OK)
        return st;
    kind = h5_stats_find_kind(word);
    if (kind < 0)
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s' holds a table of kind '%.100s', which this program cannot read",
                      r->where, word);
    else
        head->kind = (sci_stats_kind)kind;
    sci_free(word);
    return st;
}

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static sci_status
get_content(const h5_fields *r, sci_stats *head)
{
    static const char prefix[] = "xxh3:";
    const size_t skipped = sizeof prefix - 1;
    char *text = NULL;
    sci_status st = h5_attribute_read_text(r->group, r->where, "content", &text);
    bool right = st == SCI_OK && strncmp(text, prefix, skipped) == 0
                 && strlen(text) == skipped + 2 * (size_t)SCI_CONTENT_BYTES;

    for (size_t i = 0; right && i < SCI_CONTENT_BYTES; i++) {
        int high = hex_digit(text[skipped + 2 * i]), low = hex_digit(text[skipped + 2 * i + 1]);

        right = high >= 0 && low >= 0;
        if (right)
            head->content[i] = (uint8_t)(high * 16 + low);
    }
    if (st == SCI_OK && !right)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute 'content' is no digest", r->where);
    head->has_content = true;
    sci_free(text);
    return st;
}

static sci_status
get_parameters(const h5_fields *r, sci_stats *head, uint64_t *n_rows)
{
    uint64_t ddof = 0, weighted = 0, masked = 0;
    int nan = 0, digest = 0, rule = 0;
    double equal_weight = 0.0;
    bool weighed = false;
    sci_status st = h5_field_number(r, "rows", INT64_MAX, n_rows);

    if (st == SCI_OK)
        st = h5_field_number(r, "ddof", 1, &ddof);
    if (st == SCI_OK)
        st = h5_field_word(r, "nan", h5_stats_find_nan, &nan);
    if (st == SCI_OK)
        st = h5_field_number(r, "weighted", 1, &weighted);
    if (st == SCI_OK)
        st = h5_field_number(r, "masked", 1, &masked);
    if (st == SCI_OK)
        st = h5_attribute_exists(r->group, r->where, "equal_weight", &weighed);
    if (st == SCI_OK && weighed)
        st = h5_field_real(r, "equal_weight", &equal_weight);
    if (st == SCI_OK && weighed && (!(equal_weight > 0.0) || isinf(equal_weight)))
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute 'equal_weight' is %g", r->where,
                      equal_weight);
    if (st == SCI_OK)
        st = h5_field_word(r, "digests", h5_stats_find_digest, &digest);
    if (st == SCI_OK && head->kind == SCI_STATS_RUNNING)
        st = h5_field_word(r, "rule", h5_stats_find_rule, &rule);
    if (st == SCI_OK && head->kind == SCI_STATS_RUNNING)
        st = h5_field_number(r, "steps", UINT64_MAX, &head->steps);
    head->parameters = (sci_parameters){ .ddof = (int)ddof,
                                         .nan = (sci_nan_policy)nan,
                                         .weighted = weighted != 0,
                                         .masked = masked != 0,
                                         .equal_weight = equal_weight };
    head->digest_kind = (sci_digest_kind)digest;
    head->rule = (sci_running_rule)rule;
    return st;
}

/* ---- sources and shards ---- */

static void
set_origin(void *list, uint64_t i, char *text)
{
    ((sci_origin *)list)[i].name = text;
}

static sci_status
get_origins(const h5_fields *r, sci_stats *head)
{
    uint64_t *counts = NULL, n = 0;
    uint8_t *digests = NULL;
    sci_status st = h5_field_number(r, "sources", H5_LIST_MOST, &n);

    if (st != SCI_OK || n == 0)
        return st;
    st = h5_field_array(r, "source_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, &digests);
    if (st == SCI_OK)
        st = h5_field_array(r, "source_counts", SCI_UINT64, n, 3, &counts);
    if (st == SCI_OK)
        st = sci_alloc_zero(&head->origins, n, 1, sizeof *head->origins);
    if (st == SCI_OK)
        head->n_origins = n;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        sci_origin *origin = &head->origins[i];

        origin->elements = counts[3 * i];
        origin->members = counts[3 * i + 1];
        origin->nonfinite = counts[3 * i + 2];
        memcpy(origin->digest.bytes, digests + i * SCI_DIGEST_BYTES, SCI_DIGEST_BYTES);
    }
    if (st == SCI_OK)
        st = h5_field_texts(r, "source_names", n, set_origin, head->origins);
    sci_free(counts);
    sci_free(digests);
    return st;
}

static sci_status
get_segmentation(const h5_fields *r, sci_segmentation *s)
{
    uint64_t numbers[H5_STATS_SEGMENTATION] = { 0 };
    sci_status st = h5_field_numbers(r, "segmentation", H5_STATS_SEGMENTATION, numbers);

    *s = (sci_segmentation){ .periods = numbers[0],
                             .period_length = numbers[1],
                             .period_groups = numbers[2],
                             .segment_length = numbers[3],
                             .periods_per_segment = numbers[4],
                             .segments_per_period = numbers[5],
                             .segments = numbers[6] };
    return st;
}

static sci_status
get_nodes(const h5_fields *r, sci_stats *head)
{
    uint64_t *numbers = NULL, n = 0;
    sci_status st = h5_field_number(r, "nodes", H5_LIST_MOST, &n);

    if (st == SCI_OK)
        st = h5_field_array(r, "nodes", SCI_UINT64, n, 5, &numbers);
    if (st == SCI_OK)
        st = sci_alloc_zero(&head->nodes, n, 1, sizeof *head->nodes);
    if (st == SCI_OK)
        head->n_nodes = n;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        head->nodes[i] = (sci_stats_node){ .period = numbers[5 * i],
                                           .period_count = numbers[5 * i + 1],
                                           .level = numbers[5 * i + 2],
                                           .index = numbers[5 * i + 3],
                                           .first_row = numbers[5 * i + 4] };
    sci_free(numbers);
    return st;
}

static sci_status
get_digest_nodes(const h5_fields *r, sci_stats *head)
{
    uint64_t *places = NULL, n = 0;
    uint8_t *digests = NULL;
    sci_status st = h5_field_number(r, "digest_nodes", H5_LIST_MOST, &n);

    if (st == SCI_OK)
        st = h5_field_array(r, "digest_nodes", SCI_UINT64, n, 2, &places);
    if (st == SCI_OK)
        st = h5_field_array(r, "digest_node_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, &digests);
    if (st == SCI_OK)
        st = sci_alloc_zero(&head->digest_nodes, n, 1, sizeof *head->digest_nodes);
    if (st == SCI_OK)
        head->n_digest_nodes = n;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        head->digest_nodes[i].level = places[2 * i];
        head->digest_nodes[i].index = places[2 * i + 1];
        memcpy(head->digest_nodes[i].digest.bytes, digests + i * SCI_DIGEST_BYTES,
               SCI_DIGEST_BYTES);
    }
    sci_free(places);
    sci_free(digests);
    return st;
}

static sci_status
get_shard(const h5_fields *r, sci_stats *head)
{
    uint64_t shard = 0;
    sci_status st = h5_field_number(r, "shard", 1, &shard);

    head->shard = shard != 0;
    if (st == SCI_OK && head->shard)
        st = get_nodes(r, head);
    if (st == SCI_OK && head->shard)
        st = get_digest_nodes(r, head);
    return st;
}

/* ---- all of it ---- */

static sci_status
get_head(const h5_fields *r, sci_stats *head, uint64_t *n_rows)
{
    sci_status st = get_format(r);

    if (st == SCI_OK)
        st = get_kind(r, head);
    if (st == SCI_OK)
        st = get_content(r, head);
    if (st == SCI_OK)
        st = get_parameters(r, head, n_rows);
    if (st == SCI_OK)
        st = h5_stats_read_space(r, &head->space);
    if (st == SCI_OK)
        st = get_origins(r, head);
    if (st == SCI_OK)
        st = get_segmentation(r, &head->segmentation);
    if (st == SCI_OK)
        st = get_shard(r, head);
    return st;
}

/* A table that lacks something is damaged; only a missing group is "not found". */
sci_status
h5_stats_read_head(sci_stats **out, h5_file *file, const char *path, uint64_t *n_rows)
{
    h5_fields r = { .file = file, .path = path, .group = H5I_INVALID_HID };
    sci_stats *head = NULL;
    sci_status st = h5_stats_where(&r.where, file->name, path);

    if (st == SCI_OK)
        st = sci_alloc_zero(&head, 1, 1, sizeof *head);
    if (st == SCI_OK)
        st = h5_open_group(file, path, &r.group);
    if (st != SCI_OK)
        goto out;
    st = get_head(&r, head, n_rows);
    if (st == SCI_ERR_NOTFOUND || st == SCI_ERR_SHAPE || st == SCI_ERR_TYPE)
        st = h5_stats_damaged(NULL);
    if (st == SCI_OK) {
        st = sci_head_check(head, *n_rows);
        if (st == SCI_ERR_FORMAT)
            st = h5_stats_damaged(r.where);
    }
    if (st != SCI_OK)
        goto out;
    *out = head;
    head = NULL;
out:
    if (r.group >= 0 && h5_enter() == SCI_OK) {
        h5_close(r.group);
        h5_leave();
    }
    sci_stats_free(head);
    sci_free(r.where);
    return st;
}
