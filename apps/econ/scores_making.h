/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the making of scores share: all of it (scores.c), sectors from their indicators
 * (scores_sector.c). */
#ifndef ECON_SCORES_MAKING_H
#define ECON_SCORES_MAKING_H

#include "others.h"
#include "scores_priv.h"

/* The scores of a sector's indicators in successive periods, without those that are missing. */
enum { ECON_COLUMNS_MOST = 16 };
typedef struct econ_columns {
    size_t periods, stride; /* column k begins at values[k·stride] */
    double *values;
    size_t n[ECON_COLUMNS_MOST]; /* of each column */
} econ_columns;

/* Working space of one thread. */
typedef struct worker_space {
    econ_scratch scratch;
    econ_others others; /* of the sector in hand */
    double *column;     /* of sectors in one period */
    econ_columns columns;
    uint32_t *tests; /* [period]: indicators with a p */
} worker_space;

/* Scores in the making. */
typedef struct making {
    econ_scores *out;
    const econ_panel *panel;
    const econ_rules *rules;
    econ_window window;
    const econ_given *given;
    size_t from, n;
    size_t *start;        /* [sector + 1] of its members */
    size_t *member;       /* indicators, sector by sector */
    worker_space *spaces; /* one a worker */
    int workers;
} making;

/* Room for columns of so many members. */
sci_status econ_columns_alloc(econ_columns *c, size_t members) SCI_MUST_CHECK;
/* The columns of some periods, from `first` on: c->periods of them. */
void econ_columns_gather(econ_columns *c, const making *m, size_t sector, size_t first);
/* Their means, [periods]. False where they cannot be had together: nothing in them is missing or infinite else. */
bool econ_columns_means(const econ_columns *c, double *mean);

/* Everything about one sector but what the other sectors decide: raw, breadth, within, level. A sci_task. */
sci_status econ_making_sector(void *context, size_t sector, int worker) SCI_MUST_CHECK;

#endif
