/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch that a model does not know, estimated against it. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "model.h"

/* The level `b` of a table as a table of its own. */
static sci_status
take_level(const sci_crossed *table, uint64_t b, sci_crossed **out)
{
    uint64_t q = table->covariates, G = table->columns, pairs = q * (q + 1) / 2;
    sci_crossed *one = NULL;
    sci_status st = sci_crossed_create(&one, 1, G, q);

    if (st != SCI_OK)
        return st;
    one->rows[0] = table->rows[b];
    memcpy(one->moments, table->moments + b * G, G * sizeof *one->moments);
    if (q > 0) {
        memcpy(one->mean, table->mean + b * q, q * sizeof(double));
        memcpy(one->gram, table->gram + b * q * q, q * q * sizeof(double));
        memcpy(one->cross, table->cross + b * q * G, q * G * sizeof(double));
    }
    if (table->missing_sum != NULL) {
        st = sci_alloc_zero(&one->missing_sum, q, G, sizeof(double));
        if (st == SCI_OK)
            st = sci_alloc_zero(&one->missing_gram, pairs, G, sizeof(double));
        if (st == SCI_OK && q > 0) {
            memcpy(one->missing_sum, table->missing_sum + b * q * G, q * G * sizeof(double));
            memcpy(one->missing_gram, table->missing_gram + b * pairs * G,
                   pairs * G * sizeof(double));
        }
    }
    if (st == SCI_OK)
        *out = one;
    else
        sci_crossed_free(one);
    return st;
}

/* Batches of `from` behind `first` others. */
static void
copy_batches(combat_model *to, uint64_t first, const combat_model *from)
{
    uint64_t n = from->levels, G = from->columns;

    memcpy(to->gamma_hat + first * G, from->gamma_hat, n * G * sizeof(double));
    memcpy(to->delta_hat + first * G, from->delta_hat, n * G * sizeof(double));
    memcpy(to->gamma_star + first * G, from->gamma_star, n * G * sizeof(double));
    memcpy(to->delta_star + first * G, from->delta_star, n * G * sizeof(double));
    memcpy(to->gamma_bar + first, from->gamma_bar, n * sizeof(double));
    memcpy(to->t2 + first, from->t2, n * sizeof(double));
    memcpy(to->a + first, from->a, n * sizeof(double));
    memcpy(to->b + first, from->b, n * sizeof(double));
    memcpy(to->iterations + first, from->iterations, n * sizeof *to->iterations);
}

static sci_status
extend_combat(genomics_model *m, const sci_crossed *table, combat_model **out)
{
    const combat_model *old = m->combat;
    uint64_t B = old->levels, G = old->columns, q = old->covariates;
    combat_model *model = NULL;
    sci_status st = combat_model_create(&model, B + table->levels, G, q);

    if (st != SCI_OK)
        return st;
    model->mean_only = old->mean_only;
    model->reference = old->reference;
    memcpy(model->grand, old->grand, G * sizeof(double));
    memcpy(model->pooled, old->pooled, G * sizeof(double));
    if (q > 0)
        memcpy(model->beta, old->beta, q * G * sizeof(double));
    memcpy(model->unadjusted, old->unadjusted, G);
    memcpy(model->location_only, old->location_only, G);
    copy_batches(model, 0, old);
    for (uint64_t b = 0; st == SCI_OK && b < table->levels; b++) {
        sci_crossed *one = NULL;
        combat_model *added = NULL;

        st = take_level(table, b, &one);
        if (st == SCI_OK)
            st = combat_fit_frozen(&added, old, one, &m->combat_options);
        if (st == SCI_OK)
            copy_batches(model, B + b, added);
        combat_model_free(added);
        sci_crossed_free(one);
    }
    if (st == SCI_OK)
        *out = model;
    else
        combat_model_free(model);
    return st;
}

sci_status
genomics_model_extend(genomics_model *m, const sci_crossed *table, const anndata_texts *batches)
{
    uint64_t B = m->terms.batches.n, n = B + batches->n;
    combat_model *combat = NULL;
    sci_column_map *map = NULL;
    anndata_texts all = { 0 };
    const char **names = NULL;
    uint64_t *cells = NULL;
    sci_status st;

    if (m->combat == NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--frozen extends models of ComBat, and this one is of %s",
                        genomics_method_name(m->method));
    st = sci_alloc(&names, n, 1, sizeof *names);
    if (st == SCI_OK)
        st = sci_alloc(&cells, n, 1, sizeof *cells);
    for (uint64_t b = 0; st == SCI_OK && b < n; b++) {
        names[b] = b < B ? m->terms.batches.items[b] : batches->items[b - B];
        cells[b] = b < B ? m->cells[b] : table->rows[b - B];
    }
    if (st == SCI_OK)
        st = texts_copy(&all, n, names);
    if (st == SCI_OK)
        st = extend_combat(m, table, &combat);
    if (st == SCI_OK)
        st = combat_map(&map, combat);
    sci_free(names);
    if (st != SCI_OK) {
        combat_model_free(combat);
        anndata_texts_clear(&all);
        sci_free(cells);
        return st;
    }
    combat_model_free(m->combat);
    sci_column_map_free(m->map);
    anndata_texts_clear(&m->terms.batches);
    sci_free(m->cells);
    m->combat = combat;
    m->map = map;
    m->terms.batches = all;
    m->cells = cells;
    m->r2_before = m->r2_after = m->beyond_before = m->beyond_after = (double)NAN;
    return SCI_OK;
}
