/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of moments and cross-products with other covariates or fewer genes, and what follows from
 * it without the data. */
#ifndef GENOMICS_RECODE_H
#define GENOMICS_RECODE_H

#include <sci/crossed.h>

#define GENOMICS_NO_COLUMN UINT64_MAX

/* New covariates c' = T c with T[q][Q] (NULL: the same ones), and the columns `columns[0…n-1]` only
 * (NULL: all), of which GENOMICS_NO_COLUMN has no values: all are missing. Exact for contrasts, whose
 * entries are 0, 1 and -1. */
sci_status genomics_recode(sci_crossed **out, const sci_crossed *from, const double *T, uint64_t q,
                           uint64_t n, const uint64_t *columns) SCI_MUST_CHECK;

/* sci_crossed_get of what the values of a cell are after `map` (NULL: as they are), whose level is
 * map_level, without clipping. */
sci_crossed_cell genomics_cell_mapped(const sci_crossed *table, uint64_t level, uint64_t column,
                                      const sci_column_map *map, uint64_t map_level, double *mean_c,
                                      double *scc, double *scy);

/* The moments that the table has after the map (without clipping), covariates left out. `parts` levels
 * of the table after one another are one level of the map; usually 1. */
sci_status genomics_recode_mapped(sci_crossed **out, const sci_crossed *from, uint64_t parts,
                                  const sci_column_map *map) SCI_MUST_CHECK;

/* True if every value seems to be a whole number of at least 0 and some are above 1: all extremes are,
 * and all sums. */
bool genomics_looks_like_counts(const sci_crossed *table);

/* Values that are missing. */
uint64_t genomics_missing(const sci_crossed *table);

#endif
