/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models as maps of the data. */
#include <math.h>

#include <sci/memory.h>

#include "combat.h"

/* 1 - 1/√δ without cancellation. */
static double
one_less_inverse_root(double delta)
{
    double root = sqrt(delta);

    return (delta - 1.0) / (root * (root + 1.0));
}

/* y = x/√δ + grand·(1 - 1/√δ) - σγ/√δ + Σ c·β(1 - 1/√δ). less := 1 - 1/√δ, 0 where only the location
 * moves or nothing does. */
static void
map_batch(sci_column_map *map, const combat_model *model, uint64_t b, double *less)
{
    uint64_t genes = model->columns;
    double *scale = map->scale + b * genes, *shift = map->shift + b * genes;

    for (uint64_t g = 0; g < genes; g++) {
        double delta = model->delta_star[b * genes + g], sd = sqrt(model->pooled[g]);
        double move = sd * model->gamma_star[b * genes + g];

        less[g] = 0.0;
        if (model->unadjusted[g] != 0 || isnan(delta))
            continue;
        if (delta == 1.0) {
            shift[g] = move == 0.0 ? -0.0 : -move; /* γ = 0 keeps the bits */
            continue;
        }
        less[g] = one_less_inverse_root(delta);
        scale[g] = 1.0 / sqrt(delta);
        shift[g] = model->grand[g] * less[g] - move * scale[g];
    }
}

static void
slope_batch(sci_column_map *map, const combat_model *model, uint64_t b, const double *less)
{
    uint64_t genes = model->columns, q = model->covariates;

    for (uint64_t k = 0; k < q; k++)
        for (uint64_t g = 0; g < genes; g++)
            map->slope[(b * q + k) * genes + g] =
                less[g] == 0.0 ? 0.0 : model->beta[k * genes + g] * less[g];
}

sci_status
combat_map(sci_column_map **out, const combat_model *model)
{
    sci_column_map *map = NULL;
    double *less = NULL;
    sci_status st = sci_column_map_create(&map, model->levels, model->columns, model->covariates);

    if (st == SCI_OK)
        st = sci_alloc(&less, model->columns, 1, sizeof *less);
    if (st != SCI_OK)
        goto out;
    for (uint64_t b = 0; b < model->levels; b++) {
        map_batch(map, model, b, less);
        slope_batch(map, model, b, less);
    }
    *out = map;
    map = NULL;
out:
    sci_free(less);
    sci_column_map_free(map);
    return st;
}

sci_status
combat_map_invert(sci_column_map *map)
{
    if (map->clip)
        return sci_fail(SCI_ERR_REFUSED, "values were raised to %g: what they were is lost",
                        map->least);
    for (uint64_t b = 0; b < map->levels; b++)
        for (uint64_t g = 0; g < map->columns; g++) {
            double scale = map->scale[b * map->columns + g];

            if (scale == 0.0 || !isfinite(scale))
                return sci_fail(SCI_ERR_REFUSED,
                                "batch %llu, gene %llu was scaled by %g, which cannot be undone",
                                (unsigned long long)b + 1, (unsigned long long)g + 1, scale);
        }
    map->inverse = true;
    return SCI_OK;
}
