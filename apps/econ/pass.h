/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over the rows of a file: what it has, cell by cell, before periods are put in order. */
#ifndef ECON_PASS_H
#define ECON_PASS_H

#include "cells.h"
#include "intern.h"
#include "period_spelling.h"
#include "plan.h"
#include "records.h"

/* What the rows of an indicator say of it, as numbers of texts; UINT32_MAX: nothing. */
typedef struct econ_said {
    uint32_t sector, unit, transform, sign, weight, title;
    char mark[4];          /* what all of its cells say of their unit */
    bool mark_mixed;       /* they do not say the same */
    bool seen;             /* it has a cell with a number */
    double factor, offset; /* from the unit of the row before to its own */
    uint32_t other_unit;   /* that unit; UINT32_MAX: its own */
} econ_said;

typedef struct econ_cell_flag {
    uint64_t cell; /* its number in the file */
    char text[8];
} econ_cell_flag;

typedef struct econ_pass {
    const econ_plan *plan;
    const econ_reader *reader;
    econ_panel *panel; /* for notes and faults */
    econ_records records;
    econ_intern periods; /* as they are spelled */
    econ_spelling *spellings;
    econ_intern keys;  /* of indicators; parts are joined by a unit separator, 0x1f */
    econ_intern texts; /* sectors, units, … */
    econ_said *said;   /* one a key */
    size_t spellings_room, said_room;
    econ_cells cells;
    econ_cell_flag *flags;
    size_t n_flags, flags_room;
    char *joined; /* a key that is put together */
    size_t joined_room;
    uint32_t *column_ids; /* wide: the key of each column; across: the period */
    /* what comes at the end of a file, or should not */
    bool after_blank;
    uint64_t footer_line; /* the first line that is no row; 0 */
    bool restyle; /* a cell is no number in the plan's style: all cells have to be looked at */
    bool sectors_differ; /* an indicator is in two sectors */
    uint64_t overflows, overflow_line, overflow_column;
} econ_pass;

enum { ECON_JOINT = 0x1f };

/* Go through all rows of a text that was started. Fails as econ_panel_read. With SCI_ERR_FORMAT restyle or
 * sectors_differ may be set: another plan may do. Cleared by econ_pass_clear, also after a failure. */
sci_status econ_pass_run(econ_pass *pass, const econ_plan *plan, econ_text *text,
                         const econ_reader *reader, econ_panel *panel) SCI_MUST_CHECK;
void econ_pass_clear(econ_pass *pass);

/* What a record behind the header is. */
typedef enum econ_row_kind {
    ECON_ROW_DATA,
    ECON_ROW_BLANK,
    ECON_ROW_SPECIAL, /* of transforms, units, … */
    ECON_ROW_RAGGED,
    ECON_ROW_FOOTER,   /* no row: a note at the end of the file, if nothing comes behind it */
    ECON_ROW_NO_PERIOD /* it has values, but where its period should be is something else */
} econ_row_kind;
econ_row_kind econ_row_kind_of(const econ_plan *plan, const econ_records *r, bool after_blank);

/* Where the cell of that number lies in the file. */
sci_status econ_pass_locate(const econ_plan *plan, econ_text *text, uint64_t cell, uint64_t *line,
                            uint64_t *column) SCI_MUST_CHECK;

/* All evidence of style in a file; rows that are none are skipped. */
sci_status econ_pass_evidence(const econ_plan *plan, econ_text *text,
                              unsigned *evidence) SCI_MUST_CHECK;

#endif
