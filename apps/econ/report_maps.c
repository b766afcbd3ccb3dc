/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sectors over time, as maps. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "report_page_priv.h"
#include "words.h"

enum {
    SECTORS_MOST = 60, /* rows of a map */
    TICKS_MOST = 20,
    EVENTS_MOST = 40
};

typedef struct map_parts {
    char (*text)[ECON_PERIOD_TEXT]; /* [period] */
    const char **columns, **rows;
    size_t *sectors; /* that are rows, in the order of the panel */
    size_t n_sectors;
    double *values; /* [row][period]: first the whole economy */
    char ticks_text[TICKS_MOST][ECON_PERIOD_TEXT];
    cli_heat_mark ticks[TICKS_MOST];
    size_t n_ticks;
    char marks_text[EVENTS_MOST][24];
    cli_heat_mark marks[EVENTS_MOST];
    size_t n_marks;
} map_parts;

static void
clear(map_parts *m)
{
    sci_free(m->text);
    sci_free(m->columns);
    sci_free(m->rows);
    sci_free(m->sectors);
    sci_free(m->values);
}

/* ---- the ruler ---- */

static void
add_tick(map_parts *m, size_t column, const char *text, size_t length)
{
    if (m->n_ticks == TICKS_MOST)
        return;
    snprintf(m->ticks_text[m->n_ticks], ECON_PERIOD_TEXT, "%.*s",
             (int)(length < ECON_PERIOD_TEXT ? length : ECON_PERIOD_TEXT - 1), text);
    m->ticks[m->n_ticks] = (cli_heat_mark){ column, m->ticks_text[m->n_ticks] };
    m->n_ticks++;
}

/* Where a year begins, every one or every second, fifth, …; of short panels some periods. */
static void
make_ticks(map_parts *m, size_t periods)
{
    static const int steps[] = { 1, 2, 5, 10, 20, 50, 100, 1000 };
    int first = periods > 0 ? atoi(m->text[0]) : 0;
    int years = periods > 0 ? atoi(m->text[periods - 1]) - first : 0, step = 0;

    if (years < 3) {
        size_t every = periods / 8 > 4 ? periods / 8 : 4; /* as wide as a text at least */

        for (size_t t = 0; t < periods; t += every)
            add_tick(m, t, m->text[t], ECON_PERIOD_TEXT);
        return;
    }
    while (years / steps[step] > 14)
        step++;
    for (size_t t = 0; t < periods; t++) {
        int year = atoi(m->text[t]);

        /* A year whose beginning is not there has no tick, but for the first row of whole years. */
        if (year % steps[step] == 0 && (t == 0 ? true : atoi(m->text[t - 1]) != year))
            add_tick(m, t, m->text[t], 4);
    }
}

static void
make_marks(map_parts *m, const econ_report *r)
{
    const econ_panel *panel = r->parts.panel;
    const econ_events *events = r->parts.events;

    for (size_t k = 0; events && k < events->n && m->n_marks < EVENTS_MOST; k++) {
        int64_t at = events->items[k].first - panel->first;

        if (at < 0 || at >= (int64_t)panel->n_periods)
            continue;
        snprintf(m->marks_text[m->n_marks], sizeof m->marks_text[0], "%zu", k + 1);
        m->marks[m->n_marks] = (cli_heat_mark){ (size_t)at, m->marks_text[m->n_marks] };
        m->n_marks++;
    }
}

/* ---- rows ---- */

typedef struct ranked {
    double largest;
    size_t sector;
} ranked;

static int
by_size(const void *a, const void *b)
{
    const ranked *x = a, *y = b;

    if (x->largest != y->largest)
        return x->largest > y->largest ? -1 : 1;
    return (x->sector > y->sector) - (x->sector < y->sector);
}

static int
by_number(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return (x > y) - (x < y);
}

/* Those with the largest scores where there are too many. */
static sci_status
choose_sectors(map_parts *m, const econ_report *r)
{
    size_t sectors = r->parts.panel->n_sectors, periods = r->parts.panel->n_periods;
    ranked *list = NULL;
    sci_status st = sci_alloc(&list, sectors, 1, sizeof *list);

    if (st == SCI_OK)
        st = sci_alloc(&m->sectors, sectors, 1, sizeof *m->sectors);
    for (size_t k = 0; st == SCI_OK && k < sectors; k++) {
        list[k] = (ranked){ 0.0, k };
        for (size_t t = 0; t < periods; t++)
            list[k].largest =
                fmax(list[k].largest, fabs(econ_report_score(r, r->parts.scores->level, k, t)));
    }
    if (st == SCI_OK) {
        qsort(list, sectors, sizeof *list, by_size);
        m->n_sectors = sectors < SECTORS_MOST ? sectors : SECTORS_MOST;
        for (size_t k = 0; k < m->n_sectors; k++)
            m->sectors[k] = list[k].sector;
        qsort(m->sectors, m->n_sectors, sizeof *m->sectors, by_number);
    }
    sci_free(list);
    return st;
}

static sci_status
make_parts(map_parts *m, const econ_report *r)
{
    size_t periods = r->parts.panel->n_periods;
    sci_status st = choose_sectors(m, r);

    if (st == SCI_OK)
        st = sci_alloc(&m->text, periods, 1, sizeof *m->text);
    if (st == SCI_OK)
        st = sci_alloc(&m->columns, periods, 1, sizeof *m->columns);
    if (st == SCI_OK)
        st = sci_alloc(&m->rows, m->n_sectors + 1, 1, sizeof *m->rows);
    if (st == SCI_OK)
        st = sci_alloc(&m->values, m->n_sectors + 1, periods, sizeof *m->values);
    if (st != SCI_OK)
        return st;
    for (size_t t = 0; t < periods; t++) {
        econ_report_period(r, t, m->text[t], sizeof m->text[t]);
        m->columns[t] = m->text[t];
    }
    m->rows[0] = "whole economy";
    for (size_t k = 0; k < m->n_sectors; k++)
        m->rows[k + 1] = r->parts.panel->sectors[m->sectors[k]];
    make_ticks(m, periods);
    make_marks(m, r);
    return SCI_OK;
}

/* ---- maps ---- */

static void
write_map(cli_page *page, const econ_report *r, map_parts *m, const double *array, bool economy,
          const char *title, const char *name, const char *caption)
{
    size_t periods = r->parts.panel->n_periods, rows = m->n_sectors + (economy ? 1 : 0);
    char summary[128];
    cli_heat heat = { .title = title,
                      .n_rows = rows,
                      .n_columns = periods,
                      .rows = m->rows + (economy ? 0 : 1),
                      .columns = m->columns,
                      .values = m->values,
                      .value_name = name,
                      .below = "below",
                      .above = "above",
                      .n_ticks = m->n_ticks,
                      .ticks = m->ticks,
                      .n_marks = m->n_marks,
                      .marks = m->marks,
                      .summary = summary };
    double *at = m->values;

    if (economy) {
        for (size_t t = 0; t < periods; t++)
            at[t] =
                isfinite(r->parts.scores->economy[t]) ? r->parts.scores->economy[t] : (double)NAN;
        at += periods;
    }
    for (size_t k = 0; k < m->n_sectors; k++)
        for (size_t t = 0; t < periods; t++)
            at[k * periods + t] = econ_report_score(r, array, m->sectors[k], t);
    snprintf(summary, sizeof summary,
             "%s, %zu rows over %zu periods; the table of findings has "
             "what stands out",
             title, rows, periods);
    cli_page_subsection(page, title);
    cli_page_heat(page, &heat, caption);
}

static void
write_events(cli_page *page, const econ_report *r)
{
    const econ_events *events = r->parts.events;
    static const char *const heads[] = { "mark", "when", "known event", "sector" };

    if (!events || events->n == 0)
        return;
    cli_page_table(page, 4, heads, "rlll", "Known events, as the marks of the maps count them");
    for (size_t k = 0; k < events->n; k++) {
        const econ_event *e = &events->items[k];
        char number[24], first[ECON_PERIOD_TEXT], last[ECON_PERIOD_TEXT], when[40];
        const char *cells[] = { number, when, e->label, e->sector ? e->sector : "all" };

        snprintf(number, sizeof number, "%zu", k + 1);
        econ_period_text(first, sizeof first, r->parts.panel->frequency, e->first);
        econ_period_text(last, sizeof last, r->parts.panel->frequency, e->last);
        snprintf(when, sizeof when, e->first == e->last ? "%s" : "%s to %s", first, last);
        cli_page_row(page, cells);
    }
    cli_page_table_end(page);
}

sci_status
report_write_maps(cli_page *page, const econ_report *r)
{
    map_parts m = { 0 };
    sci_status st;

    if (r->parts.panel->n_periods == 0 || r->parts.panel->n_sectors == 0)
        return SCI_OK;
    st = make_parts(&m, r);
    if (st == SCI_OK) {
        cli_page_section(page, "Sectors over time");
        if (m.n_sectors < r->parts.panel->n_sectors)
            cli_page_paragraph(page, "The %zu of %zu sectors with the largest scores.", m.n_sectors,
                               r->parts.panel->n_sectors);
        write_map(page, r, &m, r->parts.scores->level, true, "Each sector against its own past",
                  "level",
                  "Standard deviations from what was usual. Steps of colour double, so that a "
                  "crisis does not hide the rest. Early scores have little past to be compared "
                  "with. Point at a cell to read it; a click looks for the sector in the table "
                  "above.");
        if (r->parts.panel->n_sectors > 1)
            write_map(page, r, &m, r->parts.scores->relative, false,
                      "Each sector against the others", "against the others",
                      "What is left when the middle one of the other sectors is taken off: a "
                      "shock that all share is not here.");
        write_events(page, r);
    }
    clear(&m);
    return st;
}
