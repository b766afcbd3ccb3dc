/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "build.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

void
econ_build_clear(econ_build *b)
{
    sci_free(b->place);
    sci_free(b->frequency);
    sci_free(b->calendar.entries);
    *b = (econ_build){ 0 };
}

/* ---- places in the file ---- */

/* The number of the first cell whose period is spelled so, UINT64_MAX. */
static uint64_t
first_cell_of_period(const econ_cells *c, uint32_t period)
{
    uint64_t cell = 0;

    for (size_t k = 0; k < c->n_runs; k++) {
        const econ_run *run = &c->runs[k];

        if (run->across ? run->period == period
                        : period >= run->period && period - run->period < run->n)
            return cell + (run->across ? 0 : period - run->period);
        cell += run->n;
    }
    return UINT64_MAX;
}

/* The line and the column of the first row of a period; those of the header for periods in columns. */
static void
place_of_period(const econ_build *b, uint32_t period, uint64_t *line, uint64_t *column)
{
    const econ_plan *plan = b->pass->plan;
    uint64_t cell = first_cell_of_period(&b->pass->cells, period);

    *line = plan->header_line;
    *column = 1;
    if (plan->layout != ECON_ACROSS && cell != UINT64_MAX
        && econ_pass_locate(plan, b->text, cell, line, column) == SCI_OK)
        *column = 1;
}

/* ---- periods ---- */

static sci_status
fail_dates(econ_build *b, econ_calendar_verdict verdict)
{
    uint32_t culprit = (uint32_t)b->calendar.culprit;
    const char *text = econ_intern_text(&b->pass->periods, culprit);
    uint64_t line, column;

    place_of_period(b, culprit, &line, &column);
    if (verdict == ECON_CALENDAR_AMBIGUOUS)
        return econ_fault_at(
            b->panel, SCI_ERR_REFUSED, "ambiguous_date", line, column,
            "'%.40s' may have the day or the month first; --date-format dmy or mdy says "
            "which",
            text);
    if (verdict == ECON_CALENDAR_CONFLICT)
        return econ_fault_at(b->panel, SCI_ERR_REFUSED, "date_conflict", line, column,
                             "'%.40s': some dates have the day first and some the month", text);
    return econ_fault_at(b->panel, SCI_ERR_FORMAT, "bad_period", line, column,
                         "'%.40s' is no date in the order of --date-format", text);
}

static sci_status
read_calendar(econ_build *b)
{
    econ_pass *p = b->pass;
    const econ_calendar_told told = {
        .order = p->reader->options == NULL ? 0 : p->reader->options->date_order,
        .frequency = p->reader->frequency,
    };
    econ_calendar_verdict verdict;
    sci_status st = econ_calendar_make(&b->calendar, &verdict, p->spellings, p->periods.n, told);

    if (st != SCI_OK)
        return st;
    if (verdict != ECON_CALENDAR_FINE)
        return fail_dates(b, verdict);
    if (b->calendar.order_guessed)
        st = econ_notes_add(&b->panel->notes, ECON_GUESS, "date_order", 0, 0,
                            "dates have the %s first: only then there is one for every %s",
                            b->calendar.order == ECON_DAY_FIRST ? "day" : "month",
                            econ_frequency_unit(b->calendar.entries[0].frequency));
    if (st == SCI_OK && b->calendar.from_dates)
        st = econ_notes_add(&b->panel->notes, ECON_GUESS, "frequency", 0, 0,
                            "the dates are those of %s periods",
                            econ_frequency_name(b->calendar.entries[0].frequency));
    return st;
}

/* ---- indicators ---- */

/* Parts of names are joined by a slash from here on. The keys are not looked up any more. */
static void
name_keys(econ_build *b)
{
    char *bytes = b->pass->keys.bytes;

    for (size_t k = 0; k < b->pass->keys.bytes_n; k++)
        if (bytes[k] == ECON_JOINT) {
            bytes[k] = '/';
            b->joined = true;
        }
}

/* Name one of the indicators that only the map has: it may be a misspelling of one that is left out. */
static sci_status
note_unused(econ_build *b, size_t unused)
{
    uint8_t *used = NULL;
    size_t first = 0;
    sci_status st = sci_alloc_zero(&used, b->map->n, 1, 1);

    if (st != SCI_OK)
        return st;
    for (uint32_t k = 0; k < b->pass->keys.n; k++) {
        const econ_map_row *row = econ_map_find(b->map, econ_build_name(b, k));

        if (row != NULL)
            used[row - b->map->rows] = 1;
    }
    while (first + 1 < b->map->n && used[first])
        first++;
    sci_free(used);
    return econ_notes_add(
        &b->panel->notes, ECON_WARNING, "map_unused", 0, 0,
        "%zu indicator%s of the map %s not in the panel, first '%.80s' of line %" PRIu64, unused,
        unused == 1 ? "" : "s", unused == 1 ? "is" : "are", b->map->rows[first].indicator,
        b->map->rows[first].line);
}

/* Which keys the map wants, in order of appearance. */
static sci_status
place_keys(econ_build *b)
{
    const uint32_t n = b->pass->keys.n;
    size_t kept = 0;
    sci_status st = sci_alloc(&b->place, n, 1, sizeof *b->place);

    if (st != SCI_OK)
        return st;
    for (uint32_t k = 0; k < n; k++)
        b->place[k] = b->map == NULL || econ_map_find(b->map, econ_build_name(b, k)) != NULL
                          ? kept++
                          : SIZE_MAX;
    if (kept == 0)
        return econ_fault_at(b->panel, SCI_ERR_REFUSED, "map_mismatch", 0, 0,
                             "none of its %" PRIu32
                             " indicators is in the map '%.200s', not even '%.80s'",
                             n, b->map == NULL ? "" : b->map->path, econ_build_name(b, 0));
    if (kept < n)
        st = econ_notes_add(&b->panel->notes, ECON_GUESS, "map_left_out", 0, 0,
                            "%zu of %" PRIu32 " indicators are not in the map and are left out",
                            n - kept, n);
    if (st == SCI_OK && b->map != NULL && kept < b->map->n)
        st = note_unused(b, b->map->n - kept);
    b->panel->n_indicators = kept;
    return st;
}

/* ---- frequencies ---- */

static econ_calendar_entry
entry_of(const econ_build *b, const econ_run *run, uint32_t k)
{
    return b->calendar.entries[run->across ? run->period : run->period + k];
}

static size_t
place_in_run(const econ_build *b, const econ_run *run, uint32_t k)
{
    return b->place[run->across ? run->indicator + k : run->indicator];
}

static sci_status
fail_frequencies(const econ_build *b, const econ_run *run, uint32_t k, const char *what)
{
    uint32_t period = run->across ? run->period : run->period + k,
             key = run->across ? run->indicator + k : run->indicator;
    uint64_t line, column;

    place_of_period(b, period, &line, &column);
    return econ_fault_at(b->panel, SCI_ERR_REFUSED, "mixed_frequency", line, column,
                         "'%.80s' has the %s period '%.40s'%s", econ_build_name(b, key),
                         econ_frequency_name(b->calendar.entries[period].frequency),
                         econ_intern_text(&b->pass->periods, period), what);
}

/* The frequency of every indicator, and first and last ordinal of every frequency. */
static sci_status
find_frequencies(econ_build *b, econ_align align)
{
    const econ_cells *c = &b->pass->cells;
    unsigned found = 0;
    sci_status st = sci_alloc(&b->frequency, b->panel->n_indicators, 1, 1);

    if (st != SCI_OK)
        return st;
    memset(b->frequency, 0xff, b->panel->n_indicators);
    for (int f = 0; f < ECON_FREQUENCIES; f++) {
        b->first[f] = INT64_MAX;
        b->last[f] = INT64_MIN;
    }
    for (size_t r = 0; r < c->n_runs; r++)
        for (uint32_t k = 0; k < c->runs[r].n; k++) {
            const econ_run *run = &c->runs[r];
            size_t place = place_in_run(b, run, k);
            econ_calendar_entry e;

            if (place == SIZE_MAX)
                continue;
            e = entry_of(b, run, k);
            if (b->frequency[place] == 0xff)
                b->frequency[place] = (unsigned char)e.frequency;
            if (b->frequency[place] != e.frequency)
                return fail_frequencies(b, run, k, ", others are of another frequency");
            found |= 1u << e.frequency;
            if ((found & (found - 1)) != 0 && align == ECON_ALIGN_NONE)
                return fail_frequencies(
                    b, run, k,
                    ", other indicators have another frequency; --align mean, sum or "
                    "last brings all to the lowest");
            if (e.ordinal < b->first[e.frequency])
                b->first[e.frequency] = e.ordinal;
            if (e.ordinal > b->last[e.frequency])
                b->last[e.frequency] = e.ordinal;
        }
    return SCI_OK;
}

/* A mistyped year may ask for more memory than there is. */
static sci_status
check_size(econ_build *b)
{
    char from[ECON_PERIOD_TEXT], to[ECON_PERIOD_TEXT];
    uint64_t cells, allowed = 64 * b->pass->cells.n + (UINT64_C(1) << 22);

    for (int f = 0; f < ECON_FREQUENCIES; f++) {
        uint64_t n = b->first[f] > b->last[f] ? 0 : (uint64_t)(b->last[f] - b->first[f]) + 1;

        if (n <= b->periods_most)
            continue;
        b->periods_most = n;
        econ_period_text(from, sizeof from, (econ_frequency)f, b->first[f]);
        econ_period_text(to, sizeof to, (econ_frequency)f, b->last[f]);
    }
    if (__builtin_mul_overflow(b->periods_most, b->panel->n_indicators, &cells) || cells > allowed)
        return econ_fault_at(b->panel, SCI_ERR_FORMAT, "too_sparse", 0, 0,
                             "%" PRIu64
                             " cells in %zu indicators from %s to %s: nearly all would be missing; "
                             "is a period mistyped?",
                             b->pass->cells.n, b->panel->n_indicators, from, to);
    return SCI_OK;
}

sci_status
econ_build_panel(econ_build *b, econ_align align)
{
    sci_status st = read_calendar(b);

    if (st == SCI_OK) {
        name_keys(b);
        st = place_keys(b);
    }
    if (st == SCI_OK)
        st = find_frequencies(b, align);
    if (st == SCI_OK)
        st = check_size(b);
    if (st == SCI_OK)
        st = econ_build_indicators(b);
    if (st == SCI_OK)
        st = econ_build_values(b);
    return st == SCI_OK ? econ_build_align(b, align) : st;
}
