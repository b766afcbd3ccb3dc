/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <sci/memory.h>

#include "cli/provenance.h"

#include "summary_priv.h"

static sci_status
put_array(sci_h5_output *out, const char *base, const char *name, sci_type type, int rank,
          const uint64_t *shape, const void *elements)
{
    sci_array array = { .rank = rank, .type = type };
    uint64_t n = 1;
    char *path = NULL;
    sci_status st;

    for (int i = 0; i < rank; i++)
        n *= array.shape[i] = shape[i];
    if (n == 0 || elements == NULL)
        return SCI_OK;
    st = sci_format(&path, "%s/%s", base, name);
    if (st == SCI_OK)
        st = sci_h5_output_array(out, path, &array, elements);
    sci_free(path);
    return st;
}

static sci_status
put_table(sci_h5_output *out, const char *base, const sci_crossed *t)
{
    uint64_t B = t->levels, G = t->columns, q = t->covariates;
    void *column = NULL;
    sci_status st = sci_alloc(&column, B, G, 8);

    for (int c = 0; st == SCI_OK && c < SUMMARY_COLUMNS; c++) {
        summary_column_pack(t->moments, B * G, c, column);
        st = put_array(out, base, summary_column_names[c], summary_column_type(c), 2,
                       (uint64_t[]){ B, G }, column);
    }
    sci_free(column);
    if (st == SCI_OK)
        st = put_array(out, base, "rows", SCI_UINT64, 1, (uint64_t[]){ B }, t->rows);
    if (st == SCI_OK)
        st = put_array(out, base, "covariate_mean", SCI_FLOAT64, 2, (uint64_t[]){ B, q }, t->mean);
    if (st == SCI_OK)
        st = put_array(out, base, "covariate_gram", SCI_FLOAT64, 3, (uint64_t[]){ B, q, q },
                       t->gram);
    if (st == SCI_OK)
        st = put_array(out, base, "cross", SCI_FLOAT64, 3, (uint64_t[]){ B, q, G }, t->cross);
    if (st == SCI_OK)
        st = put_array(out, base, "missing_sum", SCI_FLOAT64, 3, (uint64_t[]){ B, q, G },
                       t->missing_sum);
    return st == SCI_OK ? put_array(out, base, "missing_gram", SCI_FLOAT64, 3,
                                    (uint64_t[]){ B, q * (q + 1) / 2, G }, t->missing_gram)
                        : st;
}

/* Bytes, each text with the zero at its end: HDF5 1.10 can be led astray by damaged heaps of
 * variable-length texts. */
static sci_status
put_names(sci_h5_output *out, const char *path, uint64_t n, const char *const *items)
{
    unsigned char *packed = NULL;
    uint64_t bytes = 0, used = 0;
    sci_status st;

    for (uint64_t i = 0; i < n; i++)
        bytes += strlen(items[i]) + 1;
    st = sci_alloc(&packed, bytes, 1, 1);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        size_t length = strlen(items[i]) + 1;

        memcpy(packed + used, items[i], length);
        used += length;
    }
    if (st == SCI_OK)
        st = put_array(out, "", path + 1, SCI_UINT8, 1, &bytes, packed);
    sci_free(packed);
    return st;
}

static sci_status
put_terms(sci_h5_output *out, const genomics_terms *terms)
{
    const char **names = NULL;
    int64_t *kinds = NULL; /* role, numeric, levels */
    sci_status st = sci_alloc(&names, terms->n, 1, sizeof *names);

    if (st == SCI_OK)
        st = sci_alloc(&kinds, terms->n, 3, sizeof *kinds);
    for (size_t t = 0; st == SCI_OK && t < terms->n; t++) {
        char *path = NULL;

        names[t] = terms->items[t].name;
        kinds[3 * t] = (int64_t)terms->items[t].role;
        kinds[3 * t + 1] = terms->items[t].numeric;
        kinds[3 * t + 2] = (int64_t)terms->items[t].levels.n;
        st = sci_format(&path, "/term_levels_%zu", t);
        if (st == SCI_OK)
            st = put_names(out, path, terms->items[t].levels.n,
                           (const char *const *)terms->items[t].levels.items);
        sci_free(path);
    }
    if (st == SCI_OK)
        st = put_names(out, "/terms", terms->n, names);
    if (st == SCI_OK)
        st = put_array(out, "", "term_kinds", SCI_INT64, 2, (uint64_t[]){ terms->n, 3 }, kinds);
    sci_free(names);
    sci_free(kinds);
    return st;
}

static sci_status
put_head(sci_h5_output *out, const genomics_summary *s)
{
    const struct {
        const char *name, *value;
    } texts[] = { { "format", SUMMARY_FORMAT },   { "kind", SUMMARY_KIND },
                  { "batch_key", s->batch_key },  { "matrix", s->matrix },
                  { "transform", s->transform },  { "plan", s->plan },
                  { "provenance", s->provenance } };
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = { { "version", SUMMARY_VERSION },
                    { "shared", s->shared },
                    { "segments", s->shard != NULL ? s->shard->segments : 0 },
                    { "nodes", s->shard != NULL ? s->shard->n : 0 } };
    uint8_t digest[16];
    char hex[80];
    sci_status st = genomics_summary_digest(s, digest);

    for (size_t i = 0; st == SCI_OK && i < sizeof texts / sizeof *texts; i++)
        st = sci_h5_output_text(out, "/", texts[i].name, texts[i].value);
    for (size_t i = 0; st == SCI_OK && i < sizeof numbers / sizeof *numbers; i++)
        st = sci_h5_output_integer(out, "/", numbers[i].name, (int64_t)numbers[i].value);
    if (st != SCI_OK)
        return st;
    cli_digest_text(SCI_DIGEST_XXH3, digest, hex);
    st = sci_h5_output_text(out, "/", "content", hex);
    if (st == SCI_OK && s->n_sources > 0)
        st = put_array(out, "", "sources", SCI_UINT8, 2, (uint64_t[]){ s->n_sources, 16 },
                       s->sources);
    return st;
}

static sci_status
put_nodes(sci_h5_output *out, const sci_crossed_shard *shard)
{
    int64_t *places = NULL;
    sci_status st = sci_alloc(&places, shard->n, 2, sizeof *places);

    for (size_t k = 0; st == SCI_OK && k < shard->n; k++) {
        char *base = NULL;

        places[2 * k] = (int64_t)shard->nodes[k].level;
        places[2 * k + 1] = (int64_t)shard->nodes[k].index;
        st = sci_format(&base, "/node_%zu", k);
        if (st == SCI_OK)
            st = put_table(out, base, shard->nodes[k].table);
        sci_free(base);
    }
    if (st == SCI_OK)
        st = put_array(out, "", "nodes", SCI_INT64, 2, (uint64_t[]){ shard->n, 2 }, places);
    sci_free(places);
    return st;
}

sci_status
genomics_summary_write(const genomics_summary *s, const char *path, bool verify, bool sync)
{
    sci_h5_output *out = NULL;
    sci_status st = sci_h5_output_create(&out, path);

    if (st == SCI_OK)
        st = put_head(out, s);
    if (st == SCI_OK)
        st = put_names(out, "/batches", s->terms.batches.n,
                       (const char *const *)s->terms.batches.items);
    if (st == SCI_OK)
        st = put_names(out, "/genes", s->genes.n, (const char *const *)s->genes.items);
    if (st == SCI_OK)
        st = put_terms(out, &s->terms);
    if (st == SCI_OK)
        st = s->table != NULL ? put_table(out, "", s->table) : put_nodes(out, s->shard);
    if (st != SCI_OK) {
        sci_h5_output_free(out);
        return st;
    }
    return sci_h5_output_close(out, verify, sync);
}
