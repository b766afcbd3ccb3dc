/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#define VERSION 1

void
genomics_record_clear(genomics_record *record)
{
    genomics_model_free(record->model);
    sci_free(record->place);
    sci_free(record->batch_key);
    sci_free(record->codes);
    sci_free(record->type);
    sci_free(record->provenance);
    *record = (genomics_record){ 0 };
}

/* ---- reading ---- */

typedef struct reading {
    sci_h5_file *file;
    const char *name, *base; /* of the file; of the record in it */
    sci_status st;
} reading;

static char *
path_of(reading *r, const char *entry)
{
    char *path = NULL;

    if (r->st == SCI_OK)
        r->st = sci_format(&path, "%s/%s", r->base, entry);
    return path;
}

static void
damaged(reading *r, const char *entry, const char *what)
{
    if (r->st == SCI_OK)
        r->st = sci_fail(SCI_ERR_FORMAT, "'%s:%s/%s' %s", r->name, r->base, entry, what);
}

static bool
has(reading *r, const char *entry)
{
    char *path = path_of(r, entry);
    bool there = false;

    if (r->st == SCI_OK)
        r->st = sci_h5_file_has(r->file, path, &there);
    sci_free(path);
    return r->st == SCI_OK && there;
}

static void
get_texts(reading *r, const char *entry, anndata_texts *out)
{
    char *path = path_of(r, entry);

    if (r->st == SCI_OK)
        r->st = sci_h5_file_texts(r->file, path, NULL, out);
    sci_free(path);
    for (uint64_t i = 0; r->st == SCI_OK && i < out->n; i++)
        if (out->items[i] == NULL)
            damaged(r, entry, "has a missing text");
}

static void
get_text(reading *r, const char *entry, char **out)
{
    anndata_texts texts = { 0 };

    get_texts(r, entry, &texts);
    if (r->st == SCI_OK && texts.n != 1)
        damaged(r, entry, "is no single text");
    if (r->st == SCI_OK)
        r->st = sci_strdup(out, texts.items[0]);
    anndata_texts_clear(&texts);
}

/* n numbers into an array that is there, or with *out NULL into a new one. */
static void
get_numbers(reading *r, const char *entry, uint64_t n, double **out)
{
    char *path = path_of(r, entry);
    double *values = NULL;
    uint64_t found = 0;

    if (r->st == SCI_OK)
        r->st = sci_h5_file_numbers(r->file, path, NULL, &found, &values);
    if (r->st == SCI_OK && found != n)
        damaged(r, entry, "has another number of values than the batches and genes ask for");
    if (r->st == SCI_OK && *out != NULL) {
        memcpy(*out, values, n * sizeof *values);
    } else if (r->st == SCI_OK) {
        *out = values;
        values = NULL;
    }
    sci_free(values);
    sci_free(path);
}

static double
get_number(reading *r, const char *entry)
{
    double *value = NULL, number = 0.0;

    get_numbers(r, entry, 1, &value);
    if (r->st == SCI_OK)
        number = *value;
    sci_free(value);
    return number;
}

/* Whole numbers from least to most. */
static void
get_integers(reading *r, const char *entry, uint64_t n, int64_t least, int64_t most, int64_t **out)
{
    char *path = path_of(r, entry);
    uint64_t found = 0;

    if (r->st == SCI_OK)
        r->st = sci_h5_file_integers(r->file, path, NULL, &found, out);
    if (r->st == SCI_OK && found != n)
        damaged(r, entry, "has another number of values than the batches and genes ask for");
    for (uint64_t i = 0; r->st == SCI_OK && i < n; i++)
        if ((*out)[i] < least || (*out)[i] > most)
            damaged(r, entry, "has a value that is not possible");
    sci_free(path);
}

static int64_t
get_integer(reading *r, const char *entry, int64_t least, int64_t most)
{
    int64_t *value = NULL, number = least;

    get_integers(r, entry, 1, least, most, &value);
    if (r->st == SCI_OK)
        number = *value;
    sci_free(value);
    return number;
}

/* ---- parts ---- */

static genomics_role
role_of(reading *r, const char *text)
{
    for (int role = GENOMICS_KEPT; role <= GENOMICS_BATCH2; role++)
        if (strcmp(genomics_role_name((genomics_role)role), text) == 0)
            return (genomics_role)role;
    damaged(r, "term_roles", "has an unknown role");
    return GENOMICS_KEPT;
}

static void
get_levels(reading *r, genomics_terms *terms)
{
    anndata_texts levels = { 0 };
    int64_t *term_of = NULL;
    const char **items = NULL;

    get_texts(r, "term_levels", &levels);
    get_integers(r, "term_of_level", levels.n, 0, (int64_t)terms->n - 1, &term_of);
    if (r->st == SCI_OK)
        r->st = sci_alloc(&items, levels.n, 1, sizeof *items);
    for (size_t t = 0; r->st == SCI_OK && t < terms->n; t++) {
        uint64_t n = 0;

        for (uint64_t l = 0; l < levels.n; l++)
            if (term_of[l] == (int64_t)t)
                items[n++] = levels.items[l];
        if ((n == 0) != terms->items[t].numeric)
            damaged(r, "term_levels", "does not fit the terms");
        if (r->st == SCI_OK)
            r->st = texts_copy(&terms->items[t].levels, n, items);
    }
    anndata_texts_clear(&levels);
    sci_free(term_of);
    sci_free(items);
}

static void
get_terms(reading *r, genomics_terms *terms)
{
    anndata_texts names = { 0 }, roles = { 0 };
    int64_t *numeric = NULL;

    get_texts(r, "batches", &terms->batches);
    if (r->st == SCI_OK && terms->batches.n == 0)
        damaged(r, "batches", "is empty");
    if (!has(r, "terms"))
        return;
    get_texts(r, "terms", &names);
    get_texts(r, "term_roles", &roles);
    get_integers(r, "term_numeric", names.n, 0, 1, &numeric);
    if (r->st == SCI_OK && roles.n != names.n)
        damaged(r, "term_roles", "does not fit the terms");
    if (r->st == SCI_OK)
        r->st = sci_alloc_zero(&terms->items, names.n, 1, sizeof *terms->items);
    if (r->st == SCI_OK)
        terms->n = names.n;
    for (size_t t = 0; r->st == SCI_OK && t < terms->n; t++) {
        terms->items[t].numeric = numeric[t] != 0;
        terms->items[t].role = role_of(r, roles.items[t]);
        if (r->st == SCI_OK)
            r->st = sci_strdup(&terms->items[t].name, names.items[t]);
    }
    if (has(r, "term_levels"))
        get_levels(r, terms);
    anndata_texts_clear(&names);
    anndata_texts_clear(&roles);
    sci_free(numeric);
}

static void
get_combat(reading *r, genomics_model *m, uint64_t B, uint64_t G, uint64_t q)
{
    combat_model *c;
    int64_t *iterations = NULL, *only = NULL;

    if (r->st == SCI_OK)
        r->st = combat_model_create(&m->combat, B, G, q);
    if (r->st != SCI_OK)
        return;
    c = m->combat;
    c->mean_only = get_integer(r, "mean_only", 0, 1) != 0;
    c->reference = get_integer(r, "reference", -1, (int64_t)B - 1);
    m->combat_options = (combat_options){
        .mean_only = c->mean_only,
        .reference = c->reference,
        .nonparametric = get_integer(r, "nonparametric", 0, 1) != 0,
        .no_eb = get_integer(r, "empirical_bayes", 0, 1) == 0,
        .stop = (combat_stop)get_integer(r, "eb_stop", 0, COMBAT_STOP_FIXED_POINT),
        .zero_variance = (combat_zero)get_integer(r, "zero_variance", 0, COMBAT_ZERO_ADJUST),
    };
    get_numbers(r, "grand_mean", G, &c->grand);
    get_numbers(r, "var_pooled", G, &c->pooled);
    if (q > 0)
        get_numbers(r, "beta", q * G, &c->beta);
    get_numbers(r, "gamma_hat", B * G, &c->gamma_hat);
    get_numbers(r, "delta_hat", B * G, &c->delta_hat);
    get_numbers(r, "gamma_star", B * G, &c->gamma_star);
    get_numbers(r, "delta_star", B * G, &c->delta_star);
    get_numbers(r, "gamma_bar", B, &c->gamma_bar);
    get_numbers(r, "t2", B, &c->t2);
    get_numbers(r, "a_prior", B, &c->a);
    get_numbers(r, "b_prior", B, &c->b);
    get_integers(r, "iterations", B, 0, INT64_MAX, &iterations);
    get_integers(r, "location_only", G, 0, 1, &only);
    for (uint64_t b = 0; r->st == SCI_OK && b < B; b++)
        c->iterations[b] = (uint64_t)iterations[b];
    for (uint64_t g = 0; r->st == SCI_OK && g < G; g++) {
        c->location_only[g] = only[g] != 0;
        c->unadjusted[g] = m->unadjusted[g];
        for (uint64_t b = 0; c->unadjusted[g] == 0 && b < B; b++)
            if (c->delta_star[b * G + g] <= 0.0 || isinf(c->delta_star[b * G + g])
                || !(c->pooled[g] >= 0.0))
                damaged(r, "delta_star", "has a variance that is not possible");
    }
    sci_free(iterations);
    sci_free(only);
    if (r->st == SCI_OK)
        r->st = combat_map(&m->map, c);
}

static void
get_map(reading *r, genomics_model *m, uint64_t B, uint64_t G, uint64_t q)
{
    if (r->st == SCI_OK)
        r->st = sci_column_map_create(&m->map, B, G, q);
    if (r->st != SCI_OK)
        return;
    get_numbers(r, "scale", B * G, &m->map->scale);
    get_numbers(r, "shift", B * G, &m->map->shift);
    if (q > 0)
        get_numbers(r, "slope", q * G, &m->map->slope);
    for (uint64_t b = 1; r->st == SCI_OK && b < B && q > 0; b++)
        memcpy(m->map->slope + b * q * G, m->map->slope, q * G * sizeof(double));
    for (uint64_t i = 0; r->st == SCI_OK && i < B * G; i++)
        if (!isfinite(m->map->scale[i]) || !isfinite(m->map->shift[i]))
            damaged(r, "scale", "has a value that is not finite");
}

static void
get_model(reading *r, genomics_model *m)
{
    char *method = NULL;
    int64_t *cells = NULL, *bits = NULL;
    uint64_t B, G, q;

    get_text(r, "method", &method);
    get_terms(r, &m->terms);
    get_texts(r, "genes", &m->genes);
    B = m->terms.batches.n;
    G = m->genes.n;
    q = genomics_terms_columns(&m->terms, false);
    get_integers(r, "cells", B, 0, INT64_MAX, &cells);
    get_integers(r, "unadjusted", G, 0, 255, &bits);
    m->missing = (uint64_t)get_integer(r, "missing_values", 0, INT64_MAX);
    m->r2_before = get_number(r, "r2_batch_before");
    m->r2_after = get_number(r, "r2_batch_after");
    m->beyond_before = get_number(r, "r2_beyond_before");
    m->beyond_after = get_number(r, "r2_beyond_after");
    if (r->st == SCI_OK)
        r->st = sci_alloc(&m->cells, B, 1, sizeof *m->cells);
    if (r->st == SCI_OK)
        r->st = sci_alloc(&m->unadjusted, G, 1, 1);
    for (uint64_t b = 0; r->st == SCI_OK && b < B; b++)
        m->cells[b] = (uint64_t)cells[b];
    for (uint64_t g = 0; r->st == SCI_OK && g < G; g++)
        m->unadjusted[g] = (unsigned char)bits[g];
    m->method = GENOMICS_COMBAT;
    while (r->st == SCI_OK && strcmp(genomics_method_name(m->method), method) != 0) {
        if (m->method == GENOMICS_CENTER)
            damaged(r, "method", "is unknown");
        else
            m->method++;
    }
    if (m->method == GENOMICS_COMBAT)
        get_combat(r, m, B, G, q);
    else
        get_map(r, m, B, G, q);
    sci_free(method);
    sci_free(cells);
    sci_free(bits);
}

static void
get_codes(reading *r, genomics_record *out)
{
    int64_t *codes = NULL;
    char *path = path_of(r, "batch_codes");
    int64_t most = (int64_t)out->model->terms.batches.n - 1;

    if (r->st == SCI_OK)
        r->st = sci_h5_file_integers(r->file, path, NULL, &out->n_codes, &codes);
    if (r->st == SCI_OK)
        r->st = sci_alloc(&out->codes, out->n_codes, 1, sizeof *out->codes);
    for (uint64_t i = 0; r->st == SCI_OK && i < out->n_codes; i++) {
        if (codes[i] < 0 || codes[i] > most)
            damaged(r, "batch_codes", "has a batch that there is not");
        else
            out->codes[i] = (int32_t)codes[i];
    }
    sci_free(codes);
    sci_free(path);
}

sci_status
genomics_record_read(genomics_record *out, sci_h5_file *file, const char *name, const char *path)
{
    genomics_record record = { 0 };
    reading r = { .file = file, .name = name, .base = path, .st = SCI_OK };
    char *form = NULL;
    int64_t version = get_integer(&r, "version", 1, INT64_MAX);

    if (r.st == SCI_OK && version != VERSION)
        r.st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has version %lld, this program reads %d", name,
                        path, (long long)version, VERSION);
    get_text(&r, "form", &form);
    get_text(&r, "matrix", &record.place);
    get_text(&r, "dtype_before", &record.type);
    get_text(&r, "batch_key", &record.batch_key);
    get_text(&r, "provenance", &record.provenance);
    if (r.st == SCI_OK)
        record.affine = strcmp(form, "affine") == 0;
    record.clip = has(&r, "clip_min");
    if (record.clip) {
        record.least = get_number(&r, "clip_min");
        record.clipped = (uint64_t)get_integer(&r, "clipped", 0, INT64_MAX);
    }
    if (r.st == SCI_OK)
        r.st = sci_alloc_zero(&record.model, 1, 1, sizeof *record.model);
    if (r.st == SCI_OK)
        get_model(&r, record.model);
    if (has(&r, "batch_codes"))
        get_codes(&r, &record);
    sci_free(form);
    if (r.st == SCI_OK)
        *out = record;
    else
        genomics_record_clear(&record);
    return r.st;
}
