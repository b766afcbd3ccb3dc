/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation.h"

#include <sci/memory.h>

#include "shares.h"

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

static sci_status
share_out(genomics_evaluation *e, const pca_input *in, const genomics_factor *batch,
          const genomics_factor *label, const sci_options *opt)
{
    share shares[2] = { { .level = batch->codes, .levels = batch->levels.n } };
    uint64_t columns = e->pca->columns;
    sci_status st = sci_alloc(&e->r2_batch, columns, 1, sizeof *e->r2_batch);

    if (st == SCI_OK && label)
        st = sci_alloc(&e->r2_label, columns, 1, sizeof *e->r2_label);
    if (st != SCI_OK)
        return st;
    shares[0].per_gene = e->r2_batch;
    if (label)
        shares[1] =
            (share){ .level = label->codes, .levels = label->levels.n, .per_gene = e->r2_label };
    st = shares_compute(in, label ? 2 : 1, shares, opt);
    if (st != SCI_OK)
        return st;
    e->metrics.r2_batch = shares[0].overall;
    if (label)
        e->metrics.r2_label = shares[1].overall;
    return SCI_OK;
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
