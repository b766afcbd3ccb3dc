/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "metrics_priv.h"

metrics
metrics_unknown(void)
{
    double nan = (double)NAN;

    return (metrics){ .r2_batch = nan,
                      .r2_label = nan,
                      .r2_beyond = nan,
                      .pcr_batch = nan,
                      .pcr_label = nan,
                      .silhouette_batch = nan,
                      .silhouette_label = nan,
                      .ilisi = nan,
                      .clisi = nan,
                      .lisi_batch = nan,
                      .lisi_label = nan,
                      .kbet = nan,
                      .batch_score = nan,
                      .label_score = nan,
                      .overall = nan };
}

sci_status
metrics_of_cells(metrics *out, const metrics_input *in)
{
    study s = { .in = in };
    metrics m = metrics_unknown();
    sci_status st = study_begin(&s);

    m.cells = s.cells;
    if (st == SCI_OK && s.cells > 0)
        st = study_regression(&s, s.batch, s.batches, &m.pcr_batch);
    if (st == SCI_OK && s.cells > 0)
        st = study_regression(&s, s.label, s.labels, &m.pcr_label);
    if (st == SCI_OK && s.cells > 1)
        st = study_pairwise(&s, &m);
    if (st == SCI_OK) {
        metrics_overall(&m);
        *out = m;
    }
    study_clear(&s);
    return st;
}

double
metrics_r2(const sci_crossed *table, double *per_gene)
{
    double between_all = 0.0, total_all = 0.0;
    uint64_t levels = 0;

    for (uint64_t l = 0; l < table->levels; l++)
        levels += table->rows[l] > 0;
    for (uint64_t g = 0; g < table->columns; g++) {
        sci_moments all = sci_moments_empty();
        double between = 0.0, within = 0.0, grand;

        for (uint64_t l = 0; l < table->levels; l++)
            sci_moments_merge(&all, &table->moments[l * table->columns + g]);
        grand = sci_moments_mean(&all);
        for (uint64_t l = 0; l < table->levels; l++) {
            const sci_moments *m = &table->moments[l * table->columns + g];
            double d = sci_moments_mean(m) - grand;

            if (m->count == 0)
                continue;
            between += (double)m->count * d * d;
            within += sci_moments_variance(m, 0) * (double)m->count;
        }
        if (per_gene)
            per_gene[g] = between + within > 0.0 ? between / (between + within) : (double)NAN;
        between_all += between;
        total_all += between + within;
    }
    return levels > 1 && total_all > 0.0 ? between_all / total_all : (double)NAN;
}

/* The mean of those that are numbers. */
static double
mean_of(const double *x, size_t n)
{
    double sum = 0.0, count = 0.0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            sum += x[i];
            count += 1.0;
        }
    return count > 0.0 ? sum / count : (double)NAN;
}

void
metrics_overall(metrics *m)
{
    const double batch[] = { m->silhouette_batch, m->ilisi, m->kbet, 1.0 - m->pcr_batch };
    const double label[] = { m->silhouette_label, m->clisi };

    m->batch_score = mean_of(batch, 4);
    m->label_score = mean_of(label, 2);
    m->overall = 0.4 * m->batch_score + 0.6 * m->label_score;
}
