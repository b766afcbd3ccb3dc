/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation.h"

#include <math.h>

#include <sci/memory.h>

#include "shares.h"

#define PAIRS_MOST (UINT64_C(1) << 24) /* of batch and label */
#define SUMS_MOST (UINT64_C(1) << 25)  /* sums by pair and gene */

void
genomics_evaluation_clear(genomics_evaluation *e)
{
    pca_free(e->pca);
    sci_free(e->r2_batch);
    sci_free(e->r2_label);
    *e = (genomics_evaluation){ 0 };
}

static sci_status
measure(genomics_evaluation *e, const genomics_factor *batch, const genomics_factor *label,
        uint64_t seed, const sci_options *opt)
{
    metrics_input in = { .cells = e->pca->rows,
                         .components = e->pca->components,
                         .scores = e->pca->scores,
                         .variance = e->pca->variance,
                         .batches = batch->levels.n,
                         .labels = label ? label->levels.n : 0,
                         .batch = batch->codes,
                         .label = label ? label->codes : NULL,
                         .seed = seed,
                         .threads = opt->threads,
                         .stop = opt->stop };

    return metrics_of_cells(&e->metrics, &in);
}

/* Batch and label together, numbered without gaps; *levels stays 0 if their sums would not fit. */
static sci_status
cross(const genomics_factor *batch, const genomics_factor *label, uint64_t columns, int32_t **out,
      uint64_t *levels)
{
    uint64_t L = label->levels.n, pairs = batch->levels.n * L, used = 0;
    int32_t *number = NULL;
    sci_status st;

    if (pairs > PAIRS_MOST)
        return SCI_OK;
    st = sci_alloc_zero(&number, pairs, 1, sizeof *number); /* 0: no cell yet */
    if (st == SCI_OK)
        st = sci_alloc(out, batch->n, 1, sizeof **out);
    for (uint64_t i = 0; st == SCI_OK && i < batch->n; i++) {
        int32_t b = batch->codes[i], l = label->codes[i], *n;

        (*out)[i] = -1;
        if (b < 0 || l < 0)
            continue;
        n = &number[(uint64_t)b * L + (uint64_t)l];
        if (*n == 0)
            *n = (int32_t)++used;
        (*out)[i] = *n - 1;
    }
    if (st == SCI_OK && used <= SUMS_MOST / columns)
        *levels = used;
    sci_free(number);
    return st;
}

static sci_status
share_out(genomics_evaluation *e, const pca_input *in, const genomics_factor *batch,
          const genomics_factor *label, const sci_options *opt)
{
    share shares[3] = { { .level = batch->codes, .levels = batch->levels.n } };
    uint64_t columns = e->pca->columns, pairs = 0;
    int32_t *pair = NULL;
    sci_status st = sci_alloc(&e->r2_batch, columns, 1, sizeof *e->r2_batch);

    if (st == SCI_OK && label)
        st = sci_alloc(&e->r2_label, columns, 1, sizeof *e->r2_label);
    if (st == SCI_OK && label)
        st = cross(batch, label, columns, &pair, &pairs);
    if (st != SCI_OK)
        goto out;
    shares[0].per_gene = e->r2_batch;
    if (label)
        shares[1] =
            (share){ .level = label->codes, .levels = label->levels.n, .per_gene = e->r2_label };
    shares[2] = (share){ .level = pair, .levels = pairs };
    st = shares_compute(in, !label ? 1 : pairs == 0 ? 2 : 3, shares, opt);
    if (st != SCI_OK)
        goto out;
    e->metrics.r2_batch = shares[0].overall;
    if (label)
        e->metrics.r2_label = shares[1].overall;
    if (pairs > 0 && !isnan(shares[0].overall)) /* several batches */
        e->metrics.r2_beyond = fmax(shares[2].overall - shares[1].overall, 0.0);
out:
    sci_free(pair);
    return st;
}

sci_status
genomics_evaluate_matrix(genomics_evaluation *out, const pca_input *in,
                         const genomics_factor *batch, const genomics_factor *label, uint64_t seed,
                         const sci_options *opt)
{
    genomics_evaluation e = { 0 };
    sci_status st;

    if (batch->n != sci_matrix_rows(in->matrix))
        return sci_fail(SCI_ERR_SHAPE, "'%s' has another number of cells than their batches",
                        sci_matrix_name(in->matrix));
    st = pca_compute(&e.pca, in, EVALUATION_COMPONENTS, seed, opt);
    if (st == SCI_OK)
        st = measure(&e, batch, label, seed, opt);
    if (st == SCI_OK)
        st = share_out(&e, in, batch, label, opt);
    if (st == SCI_OK)
        *out = e;
    else
        genomics_evaluation_clear(&e);
    return st;
}
