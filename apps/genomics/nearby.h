/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact nearest neighbours and mean distances: some cells (the queries) against all cells, in blocks.
 * Distances are sums of squared differences, so equal cells are at distance 0 and no digits are lost
 * between close ones. Ties go to the lower number. */
#ifndef GENOMICS_NEARBY_H
#define GENOMICS_NEARBY_H

#include <sci/parallel.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct nearby_input {
    size_t cells, components;
    const double *scores; /* [cells][components] */
    size_t groups;
    const int32_t *group; /* [cells] 0 … groups - 1 */
    size_t queries;
    const uint32_t *query; /* [queries] cells, each once */
    size_t k;              /* neighbours of each, < cells */
    sci_pool *pool;
    const volatile int *stop;
} nearby_input;

/* What is known of a query; valid during the visit. */
typedef struct nearby_cell {
    size_t number; /* of the query */
    uint32_t cell;
    size_t k;
    const uint32_t *neighbour; /* [k] cells, the nearest first, the cell itself left out */
    const double *distance;    /* [k] */
    const double *sums;        /* [groups] of the distances to the members of each group */
} nearby_cell;
/* Called from several threads at once, for each query once. */
typedef void (*nearby_visit)(void *context, const nearby_cell *cell, int worker);

sci_status nearby_each(const nearby_input *in, nearby_visit visit, void *context) SCI_MUST_CHECK;

#endif
