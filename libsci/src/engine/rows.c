/* SPDX-License-Identifier: BSD-3-Clause */
/* A table in memory as a source of rows. */
#include <string.h>

#include "../stats/table.h"

static sci_status
read_moments(void *context, uint64_t first_group, uint64_t n, sci_moments *rows)
{
    const sci_stats *stats = context;

    if (n > stats->n_rows || first_group > stats->n_rows - n)
        return sci_fail(SCI_ERR_SHAPE, "the table has %llu groups, more are asked for",
                        (unsigned long long)stats->n_rows);
    if (stats->kind == SCI_STATS_MOMENTS) {
        memcpy(rows, stats->moments + first_group, n * sizeof *rows);
        return SCI_OK;
    }
    /* Inference: the running mean and variance, as if of one member. */
    for (uint64_t i = 0; i < n; i++) {
        const sci_running *r = &stats->running[first_group + i];

        rows[i] = (sci_moments){ .count = 1,
                                 .weight = 1.0,
                                 .mean_hi = r->mean,
                                 .m2 = r->variance,
                                 .min = r->mean,
                                 .max = r->mean };
    }
    return SCI_OK;
}

sci_rows_source
sci_stats_rows(const sci_stats *stats)
{
    sci_rows_source source = { .read = read_moments };

    memcpy(&source.context, &stats, sizeof stats); /* only read through it */
    return source;
}
