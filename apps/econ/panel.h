/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A panel: indicators in sectors, each with one value a period. It is read from a text table in one of
 * three layouts:
 *   long                a row for each period and indicator
 *   wide                a row for each period, a column for each indicator
 *   periods-in-columns  a row for each indicator, a column for each period
 * docs/econ-panels.md says what is understood in each. */
#ifndef ECON_PANEL_H
#define ECON_PANEL_H

#include "cli/options.h"

#include "notes.h"
#include "period.h"

/* What is done to an indicator before anything else, with the codes of FRED-MD (McCracken and Ng 2016). */
typedef enum econ_transform {
    ECON_LEVEL = 1,
    ECON_DIFF,  /* x[t] - x[t-1] */
    ECON_DIFF2, /* the same twice */
    ECON_LOG,
    ECON_DLOG,
    ECON_D2LOG,
    ECON_DPCT /* difference of x[t]/x[t-1] - 1 */
} econ_transform;
#define ECON_TRANSFORMS "level|diff|diff2|log|dlog|d2log|dpct" /* in that order, from 1 */

/* The transform of a name or of a code from 1 to 7; 0 if it is none. */
int econ_transform_find(const char *text);
const char *econ_transform_name(econ_transform transform);

/* 1 of "1", "+1", "+" or "up", -1 of "-1", "-" or "down"; 0 if it is none. */
int econ_sign_find(const char *text);

typedef struct econ_indicator {
    char *name;   /* unique in the panel */
    char *sector; /* NULL: neither map nor file names one */
    char *unit;   /* NULL: not known */
    char *title;  /* NULL */
    econ_transform transform;
    int sign;            /* -1: a rise is bad */
    double weight;       /* 1 where none is given */
    size_t sector_index; /* in sectors; SIZE_MAX without a sector */
    size_t row_first,
        row_last; /* periods of its first and last row in the file, missing values counted */
} econ_indicator;

typedef enum econ_layout { ECON_LONG, ECON_WIDE, ECON_ACROSS } econ_layout;
const char *econ_layout_name(econ_layout layout);

/* How the file is written. */
typedef struct econ_dialect {
    char delimiter;
    char decimal;         /* '.' or ',' */
    char thousands;       /* ',', '.', ' ', '\''; 0: there are none */
    char quote;           /* '"' */
    const char *encoding; /* "utf-8", "utf-16le", "utf-16be", "windows-1252"; static */
} econ_dialect;

/* A status after the number of a cell: "p" (provisional), "b" (break), … */
typedef struct econ_flag {
    size_t indicator, period;
    char text[8];
} econ_flag;

/* Why a file cannot be read. */
typedef struct econ_fault {
    const char *code; /* "ragged_row"; NULL: there is none, or it is not the file's */
    uint64_t line, column;
    uint64_t also; /* another line with the same fault; 0 */
} econ_fault;

/* Weights that sums are made of without losing all others, from 1e-9 to 1e9. */
static inline bool
econ_weight_is_fine(double weight)
{
    return weight >= 1e-9 && weight <= 1e9;
}

typedef struct econ_panel {
    char *path; /* "-": standard input */
    econ_frequency frequency;
    int64_t first; /* ordinal of the first period */
    size_t n_periods, n_indicators, n_sectors;
    double *values;             /* [indicator][period], NaN: missing */
    econ_indicator *indicators; /* in order of first appearance */
    char **sectors;             /* in order of first appearance in the map, or in the file */
    econ_layout layout;
    econ_dialect dialect;
    econ_notes notes;
    econ_flag *flags; /* in order of period, then indicator */
    size_t n_flags;
    uint64_t n_cells;  /* that the file has of these indicators, missing ones counted */
    uint64_t n_gaps;   /* cells that it does not have, between an indicator's first and last */
    uint64_t n_values; /* cells with a number */
    char digest[80];   /* "xxh3:…" of the file's bytes */
    econ_fault fault;
} econ_panel;

typedef enum econ_duplicates {
    ECON_DUP_REFUSE,
    ECON_DUP_FIRST,
    ECON_DUP_LAST,
    ECON_DUP_MEAN
} econ_duplicates;
typedef enum econ_align {
    ECON_ALIGN_NONE,
    ECON_ALIGN_MEAN,
    ECON_ALIGN_SUM,
    ECON_ALIGN_LAST
} econ_align;

/* The options of reading; their rows are in rows_reading.h. */
typedef struct econ_reading {
    const char *map;     /* file; NULL */
    const char *dialect; /* "delimiter=; decimal=,"; NULL: guessed */
    int date_order;      /* 0 guessed, else econ_date_order */
    int duplicates;      /* econ_duplicates */
    int align;           /* econ_align */
    int layout;          /* 0 guessed, else econ_layout + 1 */
    cli_list columns;    /* "value=OBS" */
    int transform;       /* econ_transform for indicators without one; 0: level */
} econ_reading;

/* What reading needs besides. Valid when zeroed. */
typedef struct econ_reader {
    const econ_reading *options; /* NULL: defaults */
    /* econ_frequency + 1 of the panel that these values go on with: a few dates do not say what they are of,
     * a single first of a month may be a day. 0: there is none. */
    int frequency;
    /* y = x * factor + offset turns a number in unit `from` into unit `to`. SCI_ERR_REFUSED if there is
     * no such conversion. Called where one indicator has rows in several units; NULL refuses them all. */
    sci_status (*convert)(void *context, const char *from, const char *to, double *factor,
                          double *offset);
    void *context;
    const volatile int *stop; /* set: end with SCI_ERR_INTERRUPTED; may be NULL */
} econ_reader;

/* Read the panel in the file `path`. SCI_ERR_FORMAT: it cannot be read; SCI_ERR_REFUSED: it contradicts
 * itself or can be read in two ways; the message begins with file:line:column and panel->fault has code
 * and place. SCI_ERR_ARGUMENT: an option does not fit. Indicators that a map does not name are left out.
 * Call econ_panel_clear also after a failure. */
sci_status econ_panel_read(econ_panel *panel, const char *path,
                           const econ_reader *reader) SCI_MUST_CHECK;
void econ_panel_clear(econ_panel *panel);

/* Number of the indicator or sector of that name, SIZE_MAX if there is none. */
size_t econ_panel_indicator(const econ_panel *panel, const char *name);
size_t econ_panel_sector(const econ_panel *panel, const char *name);

#endif
