/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the making of scores share: all of it (scores.c), sectors from their indicators
 * (scores_sector.c). */
#ifndef ECON_SCORES_MAKING_H
#define ECON_SCORES_MAKING_H

#include "others.h"
#include "scores_priv.h"

/* Working space of one thread. */
typedef struct worker_space {
    econ_scratch scratch;
    econ_others others; /* of the sector in hand */
    double *column;     /* what is available in one period */
    uint32_t *tests;    /* [period]: indicators with a p */
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

/* Everything about one sector but what the other sectors decide: raw, breadth, within, level. A sci_task. */
sci_status econ_making_sector(void *context, size_t sector, int worker) SCI_MUST_CHECK;

#endif
