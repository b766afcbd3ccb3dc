/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map: which sector, unit, transform and sign each indicator has. A CSV file with the columns
 * indicator, sector and, where wanted, unit, transform, sign, weight, title. */
#ifndef ECON_MAP_H
#define ECON_MAP_H

#include <stdio.h>

#include "intern.h"
#include "panel.h"

typedef struct econ_map_row {
    char *indicator, *sector;
    char *unit, *title;       /* NULL: none */
    econ_transform transform; /* 0: none */
    int sign;                 /* 1 or -1 */
    double weight;            /* > 0; 1 where none is given */
    uint64_t line;
} econ_map_row;

typedef struct econ_map {
    char *path;
    size_t n, room;
    econ_map_row *rows; /* indicators are unique */
    econ_intern names;  /* of the indicators */
} econ_map;

/* SCI_ERR_FORMAT with file:line:column: no such table, no sector, an unknown transform, a sign that is not 1
 * or -1, an indicator twice. */
sci_status econ_map_read(econ_map *map, const char *path) SCI_MUST_CHECK;
void econ_map_clear(econ_map *map);
/* The row of an indicator, NULL if there is none. */
const econ_map_row *econ_map_find(const econ_map *map, const char *indicator);

/* Write the map of a panel, for the user to complete, to `out`, which is called `name` in messages. Names are
 * written as they are, so that the map fits the panel; spreadsheets may take some for formulas. */
sci_status econ_map_write(const econ_panel *panel, FILE *out, const char *name) SCI_MUST_CHECK;

#endif
