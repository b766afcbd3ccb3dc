/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the cells of a pass to a panel. */
#ifndef ECON_BUILD_H
#define ECON_BUILD_H

#include "calendar.h"
#include "map.h"
#include "pass.h"

/* What building works on. */
typedef struct econ_build {
    econ_pass *pass;     /* its cells are given up piece by piece */
    econ_text *text;     /* to find lines again */
    const econ_map *map; /* NULL: none */
    econ_panel *panel;
    econ_calendar calendar;
    bool joined;              /* names have several parts */
    size_t *place;            /* of each key among the indicators; SIZE_MAX: left out */
    unsigned char *frequency; /* econ_frequency of each indicator; 0xff: none yet */
    int64_t first[ECON_FREQUENCIES], last[ECON_FREQUENCIES]; /* ordinals of what is kept */
    size_t periods_most; /* of the frequencies that there are: the length of a row of values */
} econ_build;

/* The name of a key. */
static inline const char *
econ_build_name(const econ_build *b, uint32_t key)
{
    return econ_intern_text(&b->pass->keys, key);
}

/* Put the values in order of time. Fails as econ_panel_read. */
sci_status econ_build_values(econ_build *b) SCI_MUST_CHECK;

/* Where indicators have several frequencies: bring all to the lowest of them. */
sci_status econ_build_align(econ_build *b, econ_align how) SCI_MUST_CHECK;

/* Name the indicators that are kept, in order of their first appearance, and say what is known of them. */
sci_status econ_build_indicators(econ_build *b) SCI_MUST_CHECK;

/* All of it. */
sci_status econ_build_panel(econ_build *b, econ_align align) SCI_MUST_CHECK;
void econ_build_clear(econ_build *b);

#endif
