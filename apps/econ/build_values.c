/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values from the order of the file into that of time. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "build.h"

/* A NaN that no cell has: the file has no row for it. */
#define UNSET UINT64_C(0x7ff8000000c0ffee)

static uint64_t
bits_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static void
unset_all(double *values, size_t n)
{
    const uint64_t bits = UNSET;

    for (size_t k = 0; k < n; k++)
        memcpy(&values[k], &bits, sizeof bits);
}

/* The walk over all cells in the order of the file. */
typedef struct walk {
    econ_build *b;
    size_t piece, at; /* of the next value */
    uint64_t cell;
    size_t flag;      /* the next flag of the pass */
    uint32_t *counts; /* of --duplicates mean: values in each cell; NULL */
    econ_duplicates duplicates;
} walk;

static double
next_value(walk *w)
{
    econ_cells *c = &w->b->pass->cells;
    double value = c->pieces[w->piece][w->at++];

    if (w->at == econ_cells_piece_size(w->piece)) {
        econ_cells_piece_free(c, w->piece++);
        w->at = 0;
    }
    return value;
}

/* ---- duplicates ---- */

/* The number of the first cell of that indicator and period. */
static uint64_t
first_cell(const econ_build *b, size_t place, int64_t ordinal)
{
    const econ_cells *c = &b->pass->cells;
    uint64_t cell = 0;

    for (size_t r = 0; r < c->n_runs; r++) {
        const econ_run *run = &c->runs[r];

        for (uint32_t k = 0; k < run->n; k++, cell++)
            if (b->place[run->across ? run->indicator + k : run->indicator] == place
                && b->calendar.entries[run->across ? run->period : run->period + k].ordinal
                       == ordinal)
                return cell;
    }
    return cell;
}

static sci_status
fail_duplicate(walk *w, size_t place, int64_t ordinal)
{
    econ_build *b = w->b;
    char period[ECON_PERIOD_TEXT];
    uint64_t line, column, before, unused;
    sci_status st = econ_pass_locate(b->pass->plan, b->text, w->cell, &line, &column);

    if (st == SCI_OK)
        st = econ_pass_locate(b->pass->plan, b->text, first_cell(b, place, ordinal), &before,
                              &unused);
    if (st != SCI_OK)
        return st;
    econ_period_text(period, sizeof period, (econ_frequency)b->frequency[place], ordinal);
    return econ_fault_at(b->panel, SCI_ERR_REFUSED, "duplicate_key", line, column,
                         "'%.80s' has a value for %s in line %" PRIu64
                         " already; --duplicates first, last or mean takes one",
                         b->panel->indicators[place].name, period, before);
}

/* A second value for a cell. */
static sci_status
join_duplicate(walk *w, double *cell, size_t index, size_t place, int64_t ordinal, double value)
{
    bool missing = isnan(*cell), empty = isnan(value);

    switch (w->duplicates) {
    case ECON_DUP_REFUSE:
        return fail_duplicate(w, place, ordinal);
    case ECON_DUP_FIRST:
        break;
    case ECON_DUP_LAST:
        *cell = value;
        break;
    case ECON_DUP_MEAN:
        if (empty)
            break;
        *cell = missing ? value : *cell + (value - *cell) / (double)++w->counts[index];
        break;
    }
    return SCI_OK;
}

/* ---- the walk ---- */

static sci_status
keep_flag(walk *w, size_t place, int64_t ordinal)
{
    econ_build *b = w->b;
    econ_panel *panel = b->panel;
    econ_flag *flag = &panel->flags[panel->n_flags];

    if (place != SIZE_MAX) {
        *flag = (econ_flag){ .indicator = place,
                             .period = (size_t)(ordinal - b->first[b->frequency[place]]) };
        memcpy(flag->text, b->pass->flags[w->flag].text, sizeof flag->text);
        panel->n_flags++;
    }
    w->flag++;
    return SCI_OK;
}

static sci_status
put(walk *w, size_t place, int64_t ordinal, double value)
{
    econ_build *b = w->b;
    size_t index = place * b->periods_most + (size_t)(ordinal - b->first[b->frequency[place]]);
    double *cell = &b->panel->values[index];

    if (bits_of(*cell) != UNSET)
        return join_duplicate(w, cell, index, place, ordinal, value);
    *cell = value;
    if (w->counts != NULL)
        w->counts[index] = 1;
    b->panel->n_cells++;
    return SCI_OK;
}

static sci_status
walk_run(walk *w, const econ_run *run)
{
    econ_build *b = w->b;
    const econ_pass *p = b->pass;
    sci_status st = SCI_OK;

    for (uint32_t k = 0; k < run->n && st == SCI_OK; k++, w->cell++) {
        size_t place = b->place[run->across ? run->indicator + k : run->indicator];
        int64_t ordinal = b->calendar.entries[run->across ? run->period : run->period + k].ordinal;
        double value = next_value(w);

        while (w->flag < p->n_flags && p->flags[w->flag].cell == w->cell && st == SCI_OK)
            st = keep_flag(w, place, ordinal);
        if (place != SIZE_MAX && st == SCI_OK)
            st = put(w, place, ordinal, value);
    }
    return st;
}

/* ---- gaps ---- */

/* First and last row of an indicator; missing cells become NaN. Returns the gaps between. */
static uint64_t
close_row(econ_build *b, size_t i, size_t *gap_from)
{
    double *row = b->panel->values + i * b->periods_most;
    econ_indicator *indicator = &b->panel->indicators[i];
    size_t first = SIZE_MAX, last = 0;
    uint64_t gaps = 0, pending = 0;

    *gap_from = SIZE_MAX;
    for (size_t t = 0; t < b->periods_most; t++) {
        if (bits_of(row[t]) == UNSET) {
            row[t] = (double)NAN;
            pending++;
            continue;
        }
        if (first == SIZE_MAX) {
            first = t;
        } else if (pending > 0) {
            if (*gap_from == SIZE_MAX)
                *gap_from = t - pending;
            gaps += pending;
        }
        pending = 0;
        last = t;
        b->panel->n_values += isnan(row[t]) ? 0 : 1;
    }
    indicator->row_first = first;
    indicator->row_last = last;
    return gaps;
}

static sci_status
close_rows(econ_build *b)
{
    econ_panel *panel = b->panel;
    size_t with_gaps = 0, example = 0, example_from = 0, from;
    char period[ECON_PERIOD_TEXT];

    for (size_t i = 0; i < panel->n_indicators; i++) {
        uint64_t gaps = close_row(b, i, &from);

        if (gaps > 0 && with_gaps++ == 0) {
            example = i;
            example_from = from;
        }
        panel->n_gaps += gaps;
    }
    if (with_gaps == 0)
        return SCI_OK;
    econ_period_text(period, sizeof period, (econ_frequency)b->frequency[example],
                     b->first[b->frequency[example]] + (int64_t)example_from);
    return econ_notes_add(&panel->notes, ECON_WARNING, "gap", 0, 0,
                          "%" PRIu64
                          " period%s without a row inside %zu indicator%s, first %s of '%.80s'",
                          panel->n_gaps, panel->n_gaps == 1 ? "" : "s", with_gaps,
                          with_gaps == 1 ? "" : "s", period, panel->indicators[example].name);
}

static int
compare_flags(const void *a, const void *b)
{
    const econ_flag *x = a, *y = b;

    if (x->period != y->period)
        return x->period < y->period ? -1 : 1;
    return (x->indicator > y->indicator) - (x->indicator < y->indicator);
}

sci_status
econ_build_values(econ_build *b)
{
    const econ_reading *options = b->pass->reader->options;
    econ_panel *panel = b->panel;
    econ_cells *c = &b->pass->cells;
    walk w = { .b = b,
               .duplicates =
                   options == NULL ? ECON_DUP_REFUSE : (econ_duplicates)options->duplicates };
    size_t n = panel->n_indicators * b->periods_most;
    sci_status st = sci_alloc(&panel->values, panel->n_indicators, b->periods_most, sizeof(double));

    if (st == SCI_OK && b->pass->n_flags > 0)
        st = sci_alloc(&panel->flags, b->pass->n_flags, 1, sizeof *panel->flags);
    if (st == SCI_OK && w.duplicates == ECON_DUP_MEAN)
        st = sci_alloc_zero(&w.counts, n, 1, sizeof *w.counts);
    if (st == SCI_OK)
        unset_all(panel->values, n);
    for (size_t r = 0; r < c->n_runs && st == SCI_OK; r++)
        st = walk_run(&w, &c->runs[r]);
    sci_free(w.counts);
    if (st == SCI_OK && panel->n_flags > 0)
        qsort(panel->flags, panel->n_flags, sizeof *panel->flags, compare_flags);
    return st == SCI_OK ? close_rows(b) : st;
}
