/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells in the order of the file: a value, and of which period and indicator. Values lie in pieces that can be
 * given back one by one; periods and indicators are kept as runs, of which an ordered file has few. */
#ifndef ECON_CELLS_H
#define ECON_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

/* Cells one after the other: of one period and successive indicators (`across`), or of one indicator and
 * successive periods. Both are numbers in the order of their first appearance. */
typedef struct econ_run {
    uint32_t period, indicator;
    uint32_t n : 31;
    uint32_t across : 1;
} econ_run;

enum { ECON_PIECES_MOST = 1 << 14 };

/* Zeroed it is empty. */
typedef struct econ_cells {
    uint64_t n;
    double *at, *end; /* where the next value goes, and the end of the piece */
    size_t n_pieces;
    double *pieces[ECON_PIECES_MOST];
    size_t n_runs, runs_room;
    econ_run *runs;
} econ_cells;

void econ_cells_clear(econ_cells *c);

/* Values of piece k. */
size_t econ_cells_piece_size(size_t k);
/* Give its memory back. */
void econ_cells_piece_free(econ_cells *c, size_t k);

sci_status econ_cells_more(econ_cells *c) SCI_MUST_CHECK;
sci_status econ_cells_run(econ_cells *c, uint32_t period, uint32_t indicator) SCI_MUST_CHECK;

static inline sci_status
econ_cells_add(econ_cells *c, uint32_t period, uint32_t indicator, double value)
{
    econ_run *run = c->n_runs == 0 ? NULL : &c->runs[c->n_runs - 1];
    sci_status st = SCI_OK;

    if (run != NULL && run->n < UINT32_C(0x7fffffff) && (run->across || run->n == 1)
        && period == run->period && indicator == run->indicator + run->n) {
        run->across = 1;
        run->n++;
    } else if (run != NULL && run->n < UINT32_C(0x7fffffff) && !run->across
               && indicator == run->indicator && period == run->period + run->n) {
        run->n++;
    } else {
        st = econ_cells_run(c, period, indicator);
    }
    if (st == SCI_OK && c->at == c->end)
        st = econ_cells_more(c);
    if (st == SCI_OK) {
        *c->at++ = value;
        c->n++;
    }
    return st;
}

#endif
