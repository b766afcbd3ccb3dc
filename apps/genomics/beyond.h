/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of the variance batches explain that kept covariates do not: what a batch effect is where
 * batches have unlike cells. */
#ifndef GENOMICS_BEYOND_H
#define GENOMICS_BEYOND_H

#include <sci/crossed.h>

/* The residual sum of squares of one regression on the covariates with kept[k], less that of such a
 * regression in each level by itself, over the total sum of squares; each summed over the columns.
 * For one categorical covariate this is R² of level × covariate less R² of the covariate, without
 * covariates R² of the level. `map` (NULL: none) is applied first, without clipping. NaN if fewer
 * than two levels have rows or nothing varies. kept[q]; SCI_ERR_NOMEM. */
sci_status genomics_beyond(double *out, const sci_crossed *table, const sci_column_map *map,
                           const bool *kept) SCI_MUST_CHECK;

#endif
