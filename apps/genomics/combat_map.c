/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models as maps of the data. */
#include <math.h>

#include "combat.h"

/* 1 - 1/√δ without cancellation. */
static double
one_less_inverse_root(double delta)
{
    double root = sqrt(delta);

    return (delta - 1.0) / (root * (root + 1.0));
}

/* y = x/√δ + grand·(1 - 1/√δ) - σγ/√δ + Σ c·β(1 - 1/√δ) */
static void
map_cell(sci_column_map *map, const combat_model *model, uint64_t b, uint64_t g)
{
    uint64_t genes = model->columns, q = model->covariates, i = b * genes + g;
    double delta = model->delta_star[i], sd = sqrt(model->pooled[g]);

    if (model->unadjusted[g] != 0 || isnan(delta))
        return;
    if (delta == 1.0) { /* only the location moves; γ = 0 keeps the bits */
        map->shift[i] = -(sd * model->gamma_star[i]);
        if (map->shift[i] == 0.0)
            map->shift[i] = -0.0;
        return;
    }
    map->scale[i] = 1.0 / sqrt(delta);
    map->shift[i] =
        model->grand[g] * one_less_inverse_root(delta) - sd * model->gamma_star[i] * map->scale[i];
    for (uint64_t k = 0; k < q; k++)
        map->slope[(b * q + k) * genes + g] =
            model->beta[k * genes + g] * one_less_inverse_root(delta);
}

sci_status
combat_map(sci_column_map **out, const combat_model *model)
{
    sci_column_map *map = NULL;
    sci_status st = sci_column_map_create(&map, model->levels, model->columns, model->covariates);

    if (st != SCI_OK)
        return st;
    for (uint64_t b = 0; b < model->levels; b++)
        for (uint64_t g = 0; g < model->columns; g++)
            map_cell(map, model, b, g);
    *out = map;
    return SCI_OK;
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
