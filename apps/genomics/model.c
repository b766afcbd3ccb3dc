/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"

#include "beyond.h"
#include "metrics.h"
#include "recode.h"

const char *
genomics_method_name(genomics_method method)
{
    static const char *const names[] = { "combat", "limma", "zscore", "center" };

    return names[method];
}

void
genomics_model_free(genomics_model *model)
{
    if (model == NULL)
        return;
    genomics_terms_clear(&model->terms);
    anndata_texts_clear(&model->genes);
    sci_free(model->cells);
    combat_model_free(model->combat);
    sci_column_map_free(model->map);
    sci_free(model->unadjusted);
    sci_free(model->left_out);
    sci_free(model);
}

/* ---- from the chosen genes to all ---- */

/* Rows of n columns into rows of G. */
static void
spread(double *to, uint64_t G, const double *from, uint64_t n, const uint64_t *columns,
       uint64_t rows)
{
    for (uint64_t r = 0; r < rows; r++)
        for (uint64_t g = 0; g < n; g++)
            to[r * G + columns[g]] = from[r * n + g];
}

static sci_status
widen_map(sci_column_map **map, uint64_t G, const uint64_t *columns)
{
    sci_column_map *from = *map, *to = NULL;
    uint64_t B = from->levels, q = from->covariates, n = from->columns;
    sci_status st = sci_column_map_create(&to, B, G, q);

    if (st != SCI_OK)
        return st;
    spread(to->scale, G, from->scale, n, columns, B);
    spread(to->shift, G, from->shift, n, columns, B);
    if (q > 0)
        spread(to->slope, G, from->slope, n, columns, B * q);
    sci_column_map_free(from);
    *map = to;
    return SCI_OK;
}

static sci_status
widen_combat(combat_model **model, uint64_t G, const uint64_t *columns)
{
    combat_model *from = *model, *to = NULL;
    uint64_t B = from->levels, q = from->covariates, n = from->columns;
    sci_status st = combat_model_create(&to, B, G, q);

    if (st != SCI_OK)
        return st;
    to->mean_only = from->mean_only;
    to->reference = from->reference;
    spread(to->grand, G, from->grand, n, columns, 1);
    spread(to->pooled, G, from->pooled, n, columns, 1);
    spread(to->beta, G, from->beta, n, columns, q);
    spread(to->gamma_hat, G, from->gamma_hat, n, columns, B);
    spread(to->delta_hat, G, from->delta_hat, n, columns, B);
    spread(to->gamma_star, G, from->gamma_star, n, columns, B);
    spread(to->delta_star, G, from->delta_star, n, columns, B);
    memcpy(to->gamma_bar, from->gamma_bar, B * sizeof(double));
    memcpy(to->t2, from->t2, B * sizeof(double));
    memcpy(to->a, from->a, B * sizeof(double));
    memcpy(to->b, from->b, B * sizeof(double));
    memcpy(to->iterations, from->iterations, B * sizeof *to->iterations);
    memset(to->unadjusted, GENOMICS_NOT_SELECTED, G);
    memset(to->location_only, 0, G);
    for (uint64_t g = 0; g < n; g++) {
        to->unadjusted[columns[g]] = from->unadjusted[g];
        to->location_only[columns[g]] = from->location_only[g];
    }
    combat_model_free(from);
    *model = to;
    return SCI_OK;
}

/* ---- methods ---- */

static sci_status
fit_combat(genomics_model *m, const sci_crossed *table, const genomics_recipe *recipe,
           const uint64_t *columns)
{
    uint64_t G = m->genes.n;
    sci_status st = combat_fit(&m->combat, table, &recipe->combat);

    if (st == SCI_OK && columns != NULL)
        st = widen_combat(&m->combat, G, columns);
    if (st == SCI_OK)
        memcpy(m->unadjusted, m->combat->unadjusted, G);
    return st == SCI_OK ? combat_map(&m->map, m->combat) : st;
}

/* limma keeps the covariates and drops contrasts of batches that they determine. */
static void
warn_left_out(const genomics_model *m)
{
    uint64_t B = m->terms.batches.n, q = m->map->covariates, within;
    char list[800] = "";
    size_t used = 0;

    for (uint64_t k = 0; k < B + q && used < sizeof list; k++) {
        const char *name = k < B ? m->terms.batches.items[k]
                                 : genomics_terms_of(&m->terms, false, k - B, &within)->name;

        if (m->left_out[k])
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s'%s'",
                                     used == 0 ? "" : ", ", k < B ? "batch " : "", name);
    }
    if (used > 0)
        cli_warn("coefficients that the covariates determine are left out, as limma does: %s; what "
                 "these batches owe to the batch stays in",
                 list);
}

static sci_status
fit_limma(genomics_model *m, const sci_crossed *table)
{
    uint64_t q = table->covariates;
    bool *removed = NULL;
    sci_status st = sci_alloc_zero(&removed, q, 1, sizeof *removed);

    if (st == SCI_OK)
        st = sci_alloc_zero(&m->left_out, table->levels + q, 1, sizeof *m->left_out);
    for (uint64_t k = 0; st == SCI_OK && k < q; k++) {
        uint64_t within;

        removed[k] = genomics_terms_of(&m->terms, false, k, &within)->role != GENOMICS_KEPT;
    }
    if (st == SCI_OK)
        st = limma_map(&m->map, table, removed, m->left_out);
    if (st == SCI_OK)
        warn_left_out(m);
    sci_free(removed);
    return st;
}

/* Genes that are the same in all cells: for the methods other than ComBat, whose map takes care of
 * them by itself. */
static void
mark_constant(genomics_model *m, const sci_crossed *table, const uint64_t *columns)
{
    for (uint64_t g = 0; g < table->columns; g++) {
        double min = HUGE_VAL, max = -HUGE_VAL;

        for (uint64_t b = 0; b < table->levels; b++) {
            const sci_moments *c = &table->moments[b * table->columns + g];

            min = c->count > 0 && c->min < min ? c->min : min;
            max = c->count > 0 && c->max > max ? c->max : max;
        }
        m->unadjusted[columns != NULL ? columns[g] : g] = max > min ? 0 : COMBAT_CONSTANT;
    }
}

static sci_status
fit_other(genomics_model *m, const sci_crossed *table, const uint64_t *columns)
{
    uint64_t G = m->genes.n;
    sci_status st;

    switch (m->method) {
    case GENOMICS_LIMMA:
        st = fit_limma(m, table);
        break;
    case GENOMICS_ZSCORE:
        st = zscore_map(&m->map, table);
        break;
    default:
        st = center_map(&m->map, table);
    }
    memset(m->unadjusted, GENOMICS_NOT_SELECTED, G);
    mark_constant(m, table, columns);
    return st == SCI_OK && columns != NULL ? widen_map(&m->map, G, columns) : st;
}

/* ---- all ---- */

static sci_status
choose(const unsigned char *selected, uint64_t G, uint64_t **columns, uint64_t *n)
{
    sci_status st = sci_alloc(columns, G, 1, sizeof **columns);

    *n = 0;
    for (uint64_t g = 0; st == SCI_OK && g < G; g++)
        if (selected[g])
            (*columns)[(*n)++] = g;
    if (st == SCI_OK && *n == 0)
        st = sci_fail(SCI_ERR_REFUSED, "none of the genes is selected");
    return st;
}

static sci_status
measure_beyond(genomics_model *m, const sci_crossed *table)
{
    bool *kept = NULL;
    uint64_t within;
    sci_status st = sci_alloc_zero(&kept, table->covariates, 1, sizeof *kept);

    for (uint64_t k = 0; st == SCI_OK && k < table->covariates; k++)
        kept[k] = genomics_terms_of(&m->terms, false, k, &within)->role == GENOMICS_KEPT;
    if (st == SCI_OK)
        st = genomics_beyond(&m->beyond_before, table, NULL, kept);
    if (st == SCI_OK)
        st = genomics_beyond(&m->beyond_after, table, m->map, kept);
    sci_free(kept);
    return st;
}

static sci_status
measure(genomics_model *m, const sci_crossed *table)
{
    sci_crossed *after = NULL;
    sci_status st = genomics_recode_mapped(&after, table, 1, m->map);

    if (st == SCI_OK) {
        m->r2_before = metrics_r2(table, NULL);
        m->r2_after = metrics_r2(after, NULL);
        st = measure_beyond(m, table);
    }
    m->missing = genomics_missing(table);
    sci_crossed_free(after);
    return st;
}

static sci_status
start(genomics_model **out, const sci_crossed *table, const genomics_terms *terms,
      const anndata_texts *genes, const genomics_recipe *recipe)
{
    genomics_model *m = NULL;
    sci_status st = sci_alloc_zero(&m, 1, 1, sizeof *m);

    if (st != SCI_OK)
        return st;
    *out = m;
    m->method = recipe->method;
    m->combat_options = recipe->combat;
    m->r2_before = m->r2_after = m->beyond_before = m->beyond_after = (double)NAN;
    st = genomics_terms_copy(&m->terms, terms);
    if (st == SCI_OK)
        st = texts_copy(&m->genes, genes->n, (const char *const *)genes->items);
    if (st == SCI_OK)
        st = sci_alloc_zero(&m->unadjusted, genes->n, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc(&m->cells, table->levels, 1, sizeof *m->cells);
    if (st == SCI_OK)
        memcpy(m->cells, table->rows, table->levels * sizeof *m->cells);
    return st;
}

sci_status
genomics_model_fit(genomics_model **out, const sci_crossed *table, const genomics_terms *terms,
                   const anndata_texts *genes, const genomics_recipe *recipe)
{
    genomics_model *m = NULL;
    sci_crossed *part = NULL;
    uint64_t *columns = NULL, n = 0;
    const sci_crossed *used = table;
    sci_status st = start(&m, table, terms, genes, recipe);

    if (st == SCI_OK && recipe->selected != NULL) {
        st = choose(recipe->selected, genes->n, &columns, &n);
        if (st == SCI_OK)
            st = genomics_recode(&part, table, NULL, 0, n, columns);
        used = part;
    }
    if (st == SCI_OK)
        st = recipe->method == GENOMICS_COMBAT ? fit_combat(m, used, recipe, columns)
                                               : fit_other(m, used, columns);
    if (st == SCI_OK)
        st = measure(m, table);
    sci_crossed_free(part);
    sci_free(columns);
    if (st == SCI_OK)
        *out = m;
    else
        genomics_model_free(m);
    return st;
}

/* ---- the map of a file ---- */

static void
copy_column(sci_column_map *to, uint64_t h, const sci_column_map *from, uint64_t g)
{
    uint64_t G = from->columns, H = to->columns;

    for (uint64_t b = 0; b < from->levels; b++) {
        to->scale[b * H + h] = from->scale[b * G + g];
        to->shift[b * H + h] = from->shift[b * G + g];
    }
    for (uint64_t r = 0; r < from->levels * from->covariates; r++)
        to->slope[r * H + h] = from->slope[r * G + g];
}

sci_status
genomics_model_map(const genomics_model *model, const anndata_texts *file_genes, const char *file,
                   sci_column_map **out, uint64_t *unknown, uint64_t *absent)
{
    sci_column_map *map = NULL;
    texts_index index = { 0 };
    uint64_t found = 0;
    sci_status st = texts_index_make(&index, &model->genes);

    if (st == SCI_OK)
        st = sci_column_map_create(&map, model->map->levels, file_genes->n, model->map->covariates);
    if (st == SCI_OK && texts_duplicate(&index) != NULL && !texts_equal(&model->genes, file_genes))
        st = sci_fail(SCI_ERR_REFUSED,
                      "the model has two genes called '%s', and those of '%s' are "
                      "not in its order",
                      texts_duplicate(&index), file);
    for (uint64_t h = 0; st == SCI_OK && h < file_genes->n; h++) {
        int64_t g = h < model->genes.n && strcmp(model->genes.items[h], file_genes->items[h]) == 0
                        ? (int64_t)h
                        : texts_find(&index, file_genes->items[h]);

        if (g < 0)
            continue;
        copy_column(map, h, model->map, (uint64_t)g);
        found++;
    }
    if (st == SCI_OK && found == 0)
        st = sci_fail(SCI_ERR_REFUSED, "no gene of '%s' is in the model (which has '%s' …)", file,
                      model->genes.n > 0 ? model->genes.items[0] : "");
    texts_index_clear(&index);
    if (st != SCI_OK) {
        sci_column_map_free(map);
        return st;
    }
    if (unknown != NULL)
        *unknown = file_genes->n - found;
    if (absent != NULL)
        *absent = model->genes.n > found ? model->genes.n - found : 0;
    *out = map;
    return SCI_OK;
}

/* ---- counts ---- */

genomics_counts
genomics_model_counts(const genomics_model *model)
{
    genomics_counts c = { 0 };

    for (uint64_t g = 0; g < model->genes.n; g++) {
        unsigned char bits = model->unadjusted[g];

        if (bits == 0)
            c.adjusted++;
        else if (bits & GENOMICS_NOT_SELECTED)
            c.not_selected++;
        else if (bits & COMBAT_CONSTANT)
            c.constant++;
        else if (bits & COMBAT_CONSTANT_IN_BATCH)
            c.constant_in_batch++;
        else if (bits & COMBAT_TOO_FEW)
            c.too_few++;
        else
            c.other++;
    }
    return c;
}

const char *
genomics_reason(unsigned char bits)
{
    if (bits & GENOMICS_NOT_SELECTED)
        return "not selected";
    if (bits & COMBAT_CONSTANT)
        return "constant";
    if (bits & COMBAT_CONSTANT_IN_BATCH)
        return "constant in a batch";
    if (bits & COMBAT_TOO_FEW)
        return "too few values in a batch";
    if (bits & COMBAT_NO_RESIDUAL)
        return "explained wholly by batches and covariates";
    return bits & COMBAT_ALIASED ? "too few values to tell the covariates apart" : "";
}
