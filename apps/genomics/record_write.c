/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <sci/memory.h>

#include "record.h"

#define VERSION 1

/* One record being written; a failure is kept until the end. */
typedef struct writing {
    sci_h5_output *out;
    const char *base;
    sci_status st;
} writing;

static char *
path_of(writing *w, const char *name)
{
    char *path = NULL;

    if (w->st == SCI_OK)
        w->st = sci_format(&path, "%s/%s", w->base, name);
    return path;
}

static void
put_text(writing *w, const char *name, const char *value)
{
    char *path = path_of(w, name);

    if (w->st == SCI_OK)
        w->st = anndata_write_text(w->out, path, value != NULL ? value : "");
    sci_free(path);
}

static void
put_integer(writing *w, const char *name, int64_t value)
{
    char *path = path_of(w, name);

    if (w->st == SCI_OK)
        w->st = anndata_write_integer(w->out, path, value);
    sci_free(path);
}

static void
put_number(writing *w, const char *name, double value)
{
    char *path = path_of(w, name);

    if (w->st == SCI_OK)
        w->st = anndata_write_number(w->out, path, value);
    sci_free(path);
}

static void
put_texts(writing *w, const char *name, const anndata_texts *texts)
{
    char *path = path_of(w, name);

    if (w->st == SCI_OK)
        w->st = anndata_write_texts(w->out, path, texts);
    sci_free(path);
}

/* columns 0: one axis. */
static void
put_array(writing *w, const char *name, sci_type type, uint64_t rows, uint64_t columns,
          const void *elements)
{
    sci_array array = { .rank = columns > 0 ? 2 : 1, .shape = { rows, columns }, .type = type };
    char *path = elements != NULL ? path_of(w, name) : NULL;

    if (w->st == SCI_OK && elements != NULL)
        w->st = anndata_write_array(w->out, path, &array, elements);
    sci_free(path);
}

/* ---- parts ---- */

/* Terms as lists of one length, and their levels as lists of another. */
static void
put_terms(writing *w, const genomics_terms *terms)
{
    const char **names = NULL, **roles = NULL, **levels = NULL;
    int64_t *term_of = NULL, *numeric = NULL;
    anndata_texts list = { 0 };
    uint64_t n_levels = 0, used = 0;

    for (size_t t = 0; t < terms->n; t++)
        n_levels += terms->items[t].levels.n;
    if (w->st == SCI_OK)
        w->st = sci_alloc(&names, terms->n, 1, sizeof *names);
    if (w->st == SCI_OK)
        w->st = sci_alloc(&roles, terms->n, 1, sizeof *roles);
    if (w->st == SCI_OK)
        w->st = sci_alloc(&numeric, terms->n, 1, sizeof *numeric);
    if (w->st == SCI_OK)
        w->st = sci_alloc(&levels, n_levels, 1, sizeof *levels);
    if (w->st == SCI_OK)
        w->st = sci_alloc(&term_of, n_levels, 1, sizeof *term_of);
    for (size_t t = 0; w->st == SCI_OK && t < terms->n; t++) {
        names[t] = terms->items[t].name;
        roles[t] = genomics_role_name(terms->items[t].role);
        numeric[t] = terms->items[t].numeric;
        for (uint64_t l = 0; l < terms->items[t].levels.n; l++, used++) {
            levels[used] = terms->items[t].levels.items[l];
            term_of[used] = (int64_t)t;
        }
    }
    if (w->st == SCI_OK && terms->n > 0) {
        sci_status st = texts_copy(&list, terms->n, names);

        w->st = st;
        put_texts(w, "terms", &list);
        anndata_texts_clear(&list);
        if (w->st == SCI_OK)
            w->st = texts_copy(&list, terms->n, roles);
        put_texts(w, "term_roles", &list);
        anndata_texts_clear(&list);
        put_array(w, "term_numeric", SCI_INT64, terms->n, 0, numeric);
    }
    if (w->st == SCI_OK && n_levels > 0) {
        w->st = texts_copy(&list, n_levels, levels);
        put_texts(w, "term_levels", &list);
        anndata_texts_clear(&list);
        put_array(w, "term_of_level", SCI_INT64, n_levels, 0, term_of);
    }
    if (w->st == SCI_OK && genomics_terms_columns(terms, false) > 0) {
        w->st = genomics_terms_names(terms, &list);
        put_texts(w, "columns", &list);
        anndata_texts_clear(&list);
    }
    sci_free(names);
    sci_free(roles);
    sci_free(levels);
    sci_free(term_of);
    sci_free(numeric);
}

/* What a reader without this program needs: y = x·scale + shift + (c·slope)·(1 - scale), or without
 * the last factor. */
static void
put_map(writing *w, const genomics_model *m)
{
    const sci_column_map *map = m->map;
    uint64_t B = map->levels, G = map->columns, q = map->covariates;
    double *slope = NULL; /* without the NaN of genes that have no coefficients */

    put_array(w, "scale", SCI_FLOAT64, B, G, map->scale);
    put_array(w, "shift", SCI_FLOAT64, B, G, map->shift);
    if (q == 0)
        return;
    put_text(w, "slope_rule", m->combat != NULL ? "times 1 - scale" : "plain");
    if (m->combat == NULL) {
        put_array(w, "slope", SCI_FLOAT64, q, G, map->slope);
        return;
    }
    if (w->st == SCI_OK)
        w->st = sci_alloc(&slope, q, G, sizeof *slope);
    for (uint64_t i = 0; w->st == SCI_OK && i < q * G; i++)
        slope[i] = isnan(m->combat->beta[i]) ? 0.0 : m->combat->beta[i];
    put_array(w, "slope", SCI_FLOAT64, q, G, slope);
    sci_free(slope);
}

static void
put_combat(writing *w, const combat_model *c, const combat_options *options)
{
    uint64_t B = c->levels, G = c->columns;

    put_integer(w, "mean_only", c->mean_only);
    put_integer(w, "reference", c->reference);
    put_integer(w, "nonparametric", options->nonparametric);
    put_integer(w, "empirical_bayes", !options->no_eb);
    put_integer(w, "eb_stop", options->stop);
    put_integer(w, "zero_variance", options->zero_variance);
    put_array(w, "grand_mean", SCI_FLOAT64, G, 0, c->grand);
    put_array(w, "var_pooled", SCI_FLOAT64, G, 0, c->pooled);
    if (c->covariates > 0)
        put_array(w, "beta", SCI_FLOAT64, c->covariates, G, c->beta);
    put_array(w, "gamma_hat", SCI_FLOAT64, B, G, c->gamma_hat);
    put_array(w, "delta_hat", SCI_FLOAT64, B, G, c->delta_hat);
    put_array(w, "gamma_star", SCI_FLOAT64, B, G, c->gamma_star);
    put_array(w, "delta_star", SCI_FLOAT64, B, G, c->delta_star);
    put_array(w, "gamma_bar", SCI_FLOAT64, B, 0, c->gamma_bar);
    put_array(w, "t2", SCI_FLOAT64, B, 0, c->t2);
    put_array(w, "a_prior", SCI_FLOAT64, B, 0, c->a);
    put_array(w, "b_prior", SCI_FLOAT64, B, 0, c->b);
    put_array(w, "iterations", SCI_UINT64, B, 0, c->iterations);
    put_array(w, "location_only", SCI_UINT8, G, 0, c->location_only);
}

static void
put_unadjusted(writing *w, const genomics_model *m)
{
    const char **names = NULL;
    anndata_texts list = { 0 };
    uint64_t n = 0;

    put_array(w, "unadjusted", SCI_UINT8, m->genes.n, 0, m->unadjusted);
    if (w->st == SCI_OK)
        w->st = sci_alloc(&names, m->genes.n, 1, sizeof *names);
    for (uint64_t g = 0; w->st == SCI_OK && g < m->genes.n; g++)
        if (m->unadjusted[g] != 0 && !(m->unadjusted[g] & GENOMICS_NOT_SELECTED))
            names[n++] = m->genes.items[g];
    if (w->st == SCI_OK)
        w->st = texts_copy(&list, n, names);
    put_texts(w, "unadjusted_genes", &list);
    anndata_texts_clear(&list);
    sci_free(names);
}

sci_status
genomics_record_write(sci_h5_output *out, const char *path, const genomics_record *record)
{
    const genomics_model *m = record->model;
    writing w = { .out = out, .base = path, .st = anndata_write_dict(out, path) };

    put_integer(&w, "version", VERSION);
    put_text(&w, "method", genomics_method_name(m->method));
    put_text(&w, "form", record->affine ? "affine" : "dense");
    put_text(&w, "matrix", record->place);
    put_text(&w, "dtype_before", record->type);
    put_text(&w, "batch_key", record->batch_key);
    put_text(&w, "provenance", record->provenance);
    if (record->clip) {
        put_number(&w, "clip_min", record->least);
        put_integer(&w, "clipped", (int64_t)record->clipped);
    }
    put_texts(&w, "batches", &m->terms.batches);
    put_array(&w, "cells", SCI_UINT64, m->terms.batches.n, 0, m->cells);
    put_texts(&w, "genes", &m->genes);
    put_array(&w, "batch_codes", SCI_INT32, record->n_codes, 0, record->codes);
    put_integer(&w, "missing_values", (int64_t)m->missing);
    put_number(&w, "r2_batch_before", m->r2_before);
    put_number(&w, "r2_batch_after", m->r2_after);
    put_number(&w, "r2_beyond_before", m->beyond_before);
    put_number(&w, "r2_beyond_after", m->beyond_after);
    put_terms(&w, &m->terms);
    put_map(&w, m);
    if (m->combat != NULL)
        put_combat(&w, m->combat, &m->combat_options);
    put_unadjusted(&w, m);
    return w.st;
}
