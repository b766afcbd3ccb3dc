/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measures that compare cells with cells. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "metrics_priv.h"
#include "random.h"

enum { SAMPLE_MOST = 20000, SAMPLE_LEAST = 1000 };
static const uint64_t pairs_most = 4000000000; /* of cells that are compared: some seconds */

/* Which cells: all, or a sample without repetition, ascending (Vitter's selection sampling). */
static sci_status
choose_queries(study *s)
{
    uint64_t most = s->in->sample_most > 0 ? s->in->sample_most : SAMPLE_MOST, seed = s->in->seed;
    uint64_t by_pairs = pairs_most / s->cells;
    size_t at = 0;
    sci_status st;

    if (most > by_pairs)
        most = by_pairs > SAMPLE_LEAST ? by_pairs : most < SAMPLE_LEAST ? most : SAMPLE_LEAST;
    s->queries = s->cells < most ? s->cells : (size_t)most;
    st = sci_alloc(&s->query, s->queries, 1, sizeof *s->query);
    if (st != SCI_OK)
        return st;
    for (size_t c = 0; c < s->cells && at < s->queries; c++)
        if (random_below(&seed, s->cells - c) < s->queries - at)
            s->query[at++] = (uint32_t)c;
    return SCI_OK;
}

static sci_status
make_room(study *s, const sci_pool *pool)
{
    size_t levels = s->batches > s->labels ? s->batches : s->labels, n = s->queries;
    sci_status st = sci_alloc(&s->lisi_batch, n, 1, sizeof *s->lisi_batch);

    s->work_size = LISI_NEIGHBOURS + 2 * levels + s->labels;
    if (st == SCI_OK)
        st = sci_alloc(&s->lisi_label, n, 1, sizeof *s->lisi_label);
    if (st == SCI_OK)
        st = sci_alloc(&s->silhouette_batch, n, 1, sizeof *s->silhouette_batch);
    if (st == SCI_OK)
        st = sci_alloc(&s->silhouette_label, n, 1, sizeof *s->silhouette_label);
    if (st == SCI_OK)
        st = sci_alloc(&s->accepted, n, 1, sizeof *s->accepted);
    if (st == SCI_OK)
        st = sci_alloc(&s->work, (size_t)sci_pool_threads(pool), s->work_size, sizeof *s->work);
    return st;
}

/* Perplexity 30 of 90 neighbours, a third of fewer. */
static double
perplexity_of(size_t k)
{
    return k >= LISI_NEIGHBOURS ? LISI_PERPLEXITY : (double)(k / 3);
}

static size_t
kbet_neighbours(size_t k)
{
    return k < KBET_NEIGHBOURS ? k : KBET_NEIGHBOURS;
}

static void
measure_neighbours(study *s, const nearby_cell *cell, double *work)
{
    double *p = work, *share = work + LISI_NEIGHBOURS;
    size_t levels = s->batches > s->labels ? s->batches : s->labels;
    uint64_t *count = (uint64_t *)(void *)(share + levels);
    size_t k = kbet_neighbours(cell->k);

    if (cell->k >= 3) {
        lisi_weights(cell->k, cell->distance, perplexity_of(cell->k), p);
        s->lisi_batch[cell->number] =
            lisi_index(cell->k, p, cell->neighbour, s->batch, s->batches, share);
        s->lisi_label[cell->number] =
            lisi_index(cell->k, p, cell->neighbour, s->label, s->labels, share);
    }
    if (s->batches > 1)
        s->accepted[cell->number] =
            kbet_accepts(k, cell->neighbour, s->batch, s->batches, s->frequency, count);
}

static void
measure_silhouettes(study *s, const nearby_cell *cell, double *sums)
{
    size_t label = (size_t)s->label[cell->cell], batch = (size_t)s->batch[cell->cell];

    memset(sums, 0, s->labels * sizeof *sums);
    for (size_t g = 0; g < s->labels * s->batches; g++)
        sums[g / s->batches] += cell->sums[g];
    s->silhouette_label[cell->number] = silhouette(s->labels, label, sums, s->of_label);
    s->silhouette_batch[cell->number] = silhouette(
        s->batches, batch, cell->sums + label * s->batches, s->members + label * s->batches);
}

static void
measure(void *context, const nearby_cell *cell, int worker)
{
    study *s = context;
    double *work = s->work + (size_t)worker * s->work_size;

    measure_neighbours(s, cell, work);
    measure_silhouettes(s, cell, work + s->work_size - s->labels);
}

/* ---- over all cells ---- */

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts x. */
static double
median(double *x, size_t n)
{
    if (n == 0)
        return (double)NAN;
    qsort(x, n, sizeof *x, ascending);
    return n % 2 == 1 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2.0;
}

static double
mean_silhouette(const study *s)
{
    double sum = 0.0;

    if (s->labels < 2 || s->labels >= s->cells)
        return (double)NAN;
    for (size_t q = 0; q < s->queries; q++)
        sum += s->silhouette_label[q];
    return (sum / (double)s->queries + 1.0) / 2.0;
}

/* 1 - |s| inside each label, then over the labels. */
static sci_status
mixed_silhouette(const study *s, double *out)
{
    double *sum = NULL, total = 0.0, labels = 0.0;
    sci_status st = sci_alloc_zero(&sum, s->labels, 2, sizeof *sum);

    if (st != SCI_OK)
        return st;
    for (size_t q = 0; q < s->queries; q++) {
        size_t label = (size_t)s->label[s->query[q]];

        sum[label] += 1.0 - fabs(s->silhouette_batch[q]);
        sum[s->labels + label] += 1.0;
    }
    for (size_t l = 0; l < s->labels; l++) {
        if (s->batches_of[l] < 2 || s->batches_of[l] >= s->of_label[l] || sum[s->labels + l] == 0.0)
            continue;
        total += sum[l] / sum[s->labels + l];
        labels += 1.0;
    }
    *out = labels > 0.0 ? total / labels : (double)NAN;
    sci_free(sum);
    return SCI_OK;
}

static sci_status
summarize(study *s, metrics *out)
{
    double accepted = 0.0;

    if (s->k >= 3 && s->batches > 1) {
        out->lisi_batch = median(s->lisi_batch, s->queries);
        out->ilisi = (out->lisi_batch - 1.0) / ((double)s->batches - 1.0);
    }
    if (s->k >= 3 && s->labels > 1) {
        out->lisi_label = median(s->lisi_label, s->queries);
        out->clisi = ((double)s->labels - out->lisi_label) / ((double)s->labels - 1.0);
    }
    if (s->batches > 1) {
        for (size_t q = 0; q < s->queries; q++)
            accepted += s->accepted[q];
        out->kbet = accepted / (double)s->queries;
    }
    out->silhouette_label = mean_silhouette(s);
    return mixed_silhouette(s, &out->silhouette_batch);
}

sci_status
study_pairwise(study *s, metrics *out)
{
    sci_status st;
    sci_pool *pool = NULL;
    nearby_input near = { .components = s->components, .scores = s->scores, .group = s->group };

    s->k = s->cells - 1 < LISI_NEIGHBOURS ? s->cells - 1 : LISI_NEIGHBOURS;
    st = sci_pool_create(&pool, s->in->threads);
    if (st == SCI_OK)
        st = choose_queries(s);
    if (st == SCI_OK)
        st = make_room(s, pool);
    if (st != SCI_OK)
        goto out;
    near.cells = s->cells;
    near.groups = s->labels * s->batches;
    near.queries = s->queries;
    near.query = s->query;
    near.k = s->k;
    near.pool = pool;
    near.stop = s->in->stop;
    st = nearby_each(&near, measure, s);
    if (st == SCI_OK)
        st = summarize(s, out);
    out->sampled = s->queries;
    out->neighbours = s->k;
    out->kbet_neighbours = kbet_neighbours(s->k);
out:
    sci_pool_free(pool);
    return st;
}
