/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Per-batch z-scores (group norm over batch × gene) and centring. */
#include <math.h>

#include "combat.h"

static void
zscore_cell(const sci_moments *m, double *scale, double *shift)
{
    double sd = sci_moments_sd(m, 0);

    if (m->count == 0)
        return;
    if (sci_moments_is_constant(m) || !(sd > 0.0) || !isfinite(1.0 / sd)) {
        *shift = -m->min; /* exactly the value, which a mean need not be */
        return;
    }
    *scale = 1.0 / sd;
    *shift = -(sci_moments_mean(m) / sd);
}

sci_status
zscore_map(sci_column_map **out, const sci_crossed *table)
{
    sci_column_map *map = NULL;
    sci_status st = sci_column_map_create(&map, table->levels, table->columns, 0);

    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < table->levels * table->columns; i++)
        zscore_cell(&table->moments[i], &map->scale[i], &map->shift[i]);
    *out = map;
    return SCI_OK;
}

/* The difference of two means; of the pairs where they have no exponent, so that it keeps its digits
 * far from zero. */
static double
mean_difference(const sci_moments *a, const sci_moments *b)
{
    if ((a->exponent | b->exponent) != 0)
        return sci_moments_mean(a) - sci_moments_mean(b);
    return (a->mean_hi - b->mean_hi) + (a->mean_lo - b->mean_lo);
}

sci_status
center_map(sci_column_map **out, const sci_crossed *table)
{
    uint64_t genes = table->columns;
    sci_column_map *map = NULL;
    sci_status st = sci_column_map_create(&map, table->levels, genes, 0);

    if (st != SCI_OK)
        return st;
    for (uint64_t g = 0; g < genes; g++) {
        sci_moments all = sci_moments_empty();

        for (uint64_t b = 0; b < table->levels; b++)
            sci_moments_merge(&all, &table->moments[b * genes + g]);
        for (uint64_t b = 0; b < table->levels; b++) {
            const sci_moments *m = &table->moments[b * genes + g];
            double shift = m->count == 0 ? 0.0 : mean_difference(&all, m);

            map->shift[b * genes + g] = shift == 0.0 ? -0.0 : shift;
        }
    }
    *out = map;
    return SCI_OK;
}
