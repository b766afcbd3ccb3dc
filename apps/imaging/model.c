/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"

#include "settings.h"

const double imaging_nyul_percent[NYUL_POINTS] = { 1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99 };
const double imaging_ct_p[CT_LIMITS] = { 0.005, 0.5, 0.995 };

void
imaging_model_clear(imaging_model *model)
{
    sci_stats_free(model->stats);
    sci_quantiles_free(model->counts);
    sci_free(model->limits);
    sci_texts_clear(&model->names);
    sci_texts_clear(&model->digests);
    sci_free(model->landmarks);
    *model = (imaging_model){ 0 };
}

sci_status
imaging_model_close(imaging_model *model)
{
    sci_quantiles *last = NULL;
    bool done = false;
    sci_status st = SCI_OK;

    if (model->counts == NULL)
        return SCI_OK;
    sci_free(model->limits);
    model->limits = NULL;
    if (sci_quantiles_is_partial(model->counts))
        return SCI_OK;
    st = sci_quantiles_copy(&last, model->counts);
    if (st == SCI_OK)
        st = sci_quantiles_advance(last, &done);
    if (st == SCI_OK && done)
        st = sci_alloc(&model->limits, model->n, CT_LIMITS, sizeof *model->limits);
    for (uint64_t i = 0; i < model->n && st == SCI_OK && done; i++)
        for (size_t k = 0; k < CT_LIMITS; k++)
            model->limits[i * CT_LIMITS + k] = sci_quantiles_value(last, i, k);
    sci_quantiles_free(last);
    return st;
}

sci_status
imaging_model_unfinished(const imaging_model *model, const char *name)
{
    int round = sci_quantiles_round(model->counts) + 1;

    if (sci_quantiles_is_partial(model->counts))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' has counted only a part of round %d of its percentiles; merge it "
                        "with the models of this round of the other sites",
                        name, round);
    return sci_fail(SCI_ERR_REFUSED,
                    "'%s' has only round %d of %d of its percentiles; count the next one at every "
                    "site with 'fit --method ct --refine %s', then merge",
                    name, round, sci_quantiles_rounds(model->counts), name);
}

void
imaging_model_note_unfinished(const imaging_model *model, const char *name)
{
    if (model->counts != NULL && model->limits == NULL
        && imaging_model_unfinished(model, name) != SCI_OK)
        cli_note("%s", sci_message());
}

void
imaging_nyul_scale(const imaging_model *model, uint64_t group, double out[NYUL_POINTS])
{
    for (int k = 0; k < NYUL_POINTS; k++) {
        double sum = 0.0;

        for (uint64_t i = 0; i < model->n_images; i++) {
            const double *x = model->landmarks + (i * model->n + group) * NYUL_POINTS;
            double slope = (100.0 - 1.0) / (x[NYUL_POINTS - 1] - x[0]);

            sum += (x[k] - x[0]) * slope + 1.0;
        }
        out[k] = sum / (double)model->n_images;
    }
}

/* ---- merging ---- */

static sci_status
merge_stats(imaging_model *out, size_t n, const imaging_model *parts, const char *const *names)
{
    const sci_stats **tables = NULL;
    sci_status st = sci_alloc(&tables, n, 1, sizeof *tables);

    for (size_t i = 0; i < n && st == SCI_OK; i++)
        tables[i] = parts[i].stats;
    if (st == SCI_OK)
        st = sci_stats_merge_all(&out->stats, n, tables, names);
    if (st == SCI_OK)
        out->n = sci_stats_groups(out->stats);
    sci_free(tables);
    return st;
}

static sci_status
merge_counts(imaging_model *out, size_t n, const imaging_model *parts)
{
    sci_status st = sci_quantiles_copy(&out->counts, parts[0].counts);

    for (size_t i = 1; i < n && st == SCI_OK; i++)
        st = sci_quantiles_merge(out->counts, parts[i].counts);
    if (st == SCI_OK && out->n != parts[0].n)
        st = sci_fail(SCI_ERR_REFUSED, "models of other channels cannot be merged");
    return st == SCI_OK ? imaging_model_close(out) : st;
}

/* One image of one part, for putting them in order. */
typedef struct place {
    const char *digest, *name;
    const double *landmarks;
} place;

static int
by_digest(const void *a, const void *b)
{
    const place *x = a, *y = b;
    int order = strcmp(x->digest, y->digest);

    return order != 0 ? order : strcmp(x->name, y->name);
}

static sci_status
gather(size_t n, const imaging_model *parts, uint64_t images, place *places)
{
    uint64_t at = 0;

    for (size_t p = 0; p < n; p++)
        for (uint64_t i = 0; i < parts[p].n_images; i++)
            places[at++] =
                (place){ .digest = parts[p].digests.items[i],
                         .name = parts[p].names.items[i],
                         .landmarks = parts[p].landmarks + i * parts[p].n * NYUL_POINTS };
    qsort(places, images, sizeof *places, by_digest);
    for (uint64_t i = 1; i < images; i++)
        if (strcmp(places[i].digest, places[i - 1].digest) == 0)
            return sci_fail(SCI_ERR_REFUSED, "'%s' and '%s' are the same image", places[i - 1].name,
                            places[i].name);
    return SCI_OK;
}

static sci_status
keep_places(imaging_model *out, uint64_t images, const place *places)
{
    sci_texts_maker names = { 0 }, digests = { 0 };
    sci_status st =
        sci_alloc(&out->landmarks, images * out->n, NYUL_POINTS, sizeof *out->landmarks);

    out->n_images = images;
    for (uint64_t i = 0; i < images && st == SCI_OK; i++) {
        memcpy(out->landmarks + i * out->n * NYUL_POINTS, places[i].landmarks,
               out->n * NYUL_POINTS * sizeof *out->landmarks);
        st = sci_texts_add(&names, places[i].name, strlen(places[i].name));
        if (st == SCI_OK)
            st = sci_texts_add(&digests, places[i].digest, strlen(places[i].digest));
    }
    if (st == SCI_OK)
        st = sci_texts_finish(&names, &out->names);
    if (st == SCI_OK)
        st = sci_texts_finish(&digests, &out->digests);
    sci_texts_maker_clear(&names);
    sci_texts_maker_clear(&digests);
    return st;
}

static sci_status
merge_landmarks(imaging_model *out, size_t n, const imaging_model *parts)
{
    uint64_t images = 0;
    place *places = NULL;
    sci_status st;

    out->n = parts[0].n;
    for (size_t p = 0; p < n; p++) {
        images += parts[p].n_images;
        if (parts[p].n != out->n)
            return sci_fail(SCI_ERR_REFUSED, "models of %llu and of %llu channels cannot be merged",
                            (unsigned long long)out->n, (unsigned long long)parts[p].n);
    }
    st = sci_alloc(&places, images, 1, sizeof *places);
    if (st == SCI_OK)
        st = gather(n, parts, images, places);
    if (st == SCI_OK)
        st = keep_places(out, images, places);
    sci_free(places);
    return st;
}

sci_status
imaging_model_merge(imaging_model *out, size_t n, const imaging_model *parts,
                    const char *const *names)
{
    sci_status st = SCI_OK;

    *out = (imaging_model){ .method = parts[0].method, .ddof = parts[0].ddof };
    for (size_t i = 1; i < n; i++)
        if (parts[i].method != out->method || parts[i].ddof != out->ddof)
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s' and '%s' are models of different methods or --ddof", names[0],
                            names[i]);
    if (out->method == IMAGING_NYUL)
        st = merge_landmarks(out, n, parts);
    else
        st = merge_stats(out, n, parts, names);
    if (st == SCI_OK && out->method == IMAGING_CT)
        st = merge_counts(out, n, parts);
    if (st != SCI_OK)
        imaging_model_clear(out);
    return st;
}
