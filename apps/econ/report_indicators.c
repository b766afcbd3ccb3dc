/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indicators, sector by sector, each with its values and scores over time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sci/memory.h>

#include "report_page_priv.h"
#include "words.h"

enum { INDICATORS_MOST = 400 };

typedef struct indicator_list {
    bool *chosen; /* [indicator] */
    size_t n;
    double *values, *scores; /* [period] of one */
    size_t first;            /* period from which they are drawn */
} indicator_list;

/* ---- which ones ---- */

static int
falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x < y) - (x > y);
}

static double
largest_score(const econ_report *r, size_t indicator)
{
    double largest = 0.0;

    for (size_t t = 0; t < r->parts.panel->n_periods; t++)
        largest = fmax(largest, fabs(econ_report_z(r, indicator, t)));
    return largest;
}

/* All, or those whose largest scores are the largest; equals by their order. */
static sci_status
choose(indicator_list *list, const econ_report *r)
{
    size_t n = r->parts.panel->n_indicators;
    double *largest = NULL, *sorted = NULL, bound = -1.0;
    sci_status st = sci_alloc(&largest, n, 1, sizeof *largest);

    if (st == SCI_OK)
        st = sci_alloc(&sorted, n, 1, sizeof *sorted);
    if (st == SCI_OK)
        st = sci_alloc_zero(&list->chosen, n, 1, sizeof *list->chosen);
    for (size_t i = 0; st == SCI_OK && i < n; i++)
        sorted[i] = largest[i] = largest_score(r, i);
    if (st == SCI_OK && n > INDICATORS_MOST) {
        qsort(sorted, n, sizeof *sorted, falling);
        bound = sorted[INDICATORS_MOST - 1];
    }
    for (int equal = 0; st == SCI_OK && equal <= 1; equal++)
        for (size_t i = 0; i < n && list->n < INDICATORS_MOST; i++)
            if (!list->chosen[i] && (equal ? largest[i] >= bound : largest[i] > bound)) {
                list->chosen[i] = true;
                list->n++;
            }
    sci_free(largest);
    sci_free(sorted);
    return st;
}

/* ---- rows ---- */

static size_t
last_known(const econ_report *r, size_t indicator)
{
    for (size_t t = r->parts.panel->n_periods; t-- > 0;)
        if (!isnan(econ_report_value(r, indicator, t)))
            return t;
    return SIZE_MAX;
}

static double
value_before(const econ_report *r, size_t indicator, size_t period)
{
    for (size_t t = period; t-- > 0;)
        if (!isnan(econ_report_value(r, indicator, t)))
            return econ_report_value(r, indicator, t);
    return NAN;
}

static void
write_row(cli_page *page, const econ_report *r, const indicator_list *list, size_t i)
{
    const econ_indicator *indicator = &r->parts.panel->indicators[i];
    size_t last = last_known(r, i), periods = r->parts.panel->n_periods;
    char value[CLI_PLOT_NUMBER] = "\xe2\x80\x93", unit[ECON_WORDS], change[ECON_WORDS] = "";
    char score[32] = "\xe2\x80\x93", summary[ECON_WORDS], when[ECON_PERIOD_TEXT] = "";
    const char *label = econ_report_label(r, i);
    cli_spark spark = { .n = periods - list->first,
                        .values = list->values + list->first,
                        .scores = list->scores + list->first,
                        .band = r->parts.rules->min_z,
                        .summary = summary };
    cli_page_cell cells[6] = { { .text = label },  { .text = value }, { .text = unit },
                               { .text = change }, { .text = score }, { .spark = &spark } };

    econ_words_unit(unit, sizeof unit, indicator->unit);
    if (last != SIZE_MAX) {
        double now = econ_report_value(r, i, last);

        econ_words_value(value, sizeof value, now);
        econ_words_change(change, sizeof change, value_before(r, i, last), now, indicator->unit);
        econ_words_score(score, sizeof score, econ_report_z(r, i, last), true);
        econ_report_period(r, last, when, sizeof when);
        if (last + 1 < periods)
            cells[1].remark = "an earlier period: the latest is missing";
    }
    for (size_t t = list->first; t < periods; t++) {
        list->values[t] = econ_report_value(r, i, t);
        list->scores[t] = econ_report_z(r, i, t);
    }
    snprintf(summary, sizeof summary, "%.200s: %s %.60s in %s, score %s", label, value, unit, when,
             score);
    cli_page_cells(page, cells);
}

static void
write_sector(cli_page *page, const econ_report *r, const indicator_list *list, size_t sector)
{
    static const char *const heads[] = { "indicator", "latest",       "unit",
                                         "change",    "latest score", "values, and scores below" };
    const econ_panel *panel = r->parts.panel;
    bool begun = false;

    for (size_t i = 0; i < panel->n_indicators; i++) {
        if (!list->chosen[i] || panel->indicators[i].sector_index != sector)
            continue;
        if (!begun) {
            if (sector != SIZE_MAX)
                cli_page_subsection(page, panel->sectors[sector]);
            cli_page_table(page, 6, heads, "lrlrrl",
                           sector != SIZE_MAX ? NULL : "Indicators without a sector");
        }
        begun = true;
        write_row(page, r, list, i);
    }
    if (begun)
        cli_page_table_end(page);
}

sci_status
report_write_indicators(cli_page *page, const econ_report *r)
{
    const econ_panel *panel = r->parts.panel;
    indicator_list list = { 0 };
    sci_status st;

    if (panel->n_periods == 0 || panel->n_indicators == 0)
        return SCI_OK;
    if (r->thinned && panel->n_periods > ECON_REPORT_RECENT)
        list.first = panel->n_periods - ECON_REPORT_RECENT;
    st = choose(&list, r);
    if (st == SCI_OK)
        st = sci_alloc(&list.values, panel->n_periods, 1, sizeof *list.values);
    if (st == SCI_OK)
        st = sci_alloc(&list.scores, panel->n_periods, 1, sizeof *list.scores);
    if (st == SCI_OK) {
        cli_page_section(page, "Indicators");
        cli_page_paragraph(
            page,
            "The upper line has the values, the lower one the scores: how many times its usual "
            "size each move was. The band goes to \xc2\xb1%g; dots are beyond it.%s",
            r->parts.rules->min_z,
            list.first > 0 ? " Of this large panel only the latest periods are drawn." : "");
        if (list.n < panel->n_indicators)
            cli_page_paragraph(page, "The %zu of %zu indicators with the largest scores.", list.n,
                               panel->n_indicators);
        cli_page_filter(page, "Show only rows with the words");
        for (size_t k = 0; k < panel->n_sectors; k++)
            write_sector(page, r, &list, k);
        write_sector(page, r, &list, SIZE_MAX);
    }
    sci_free(list.chosen);
    sci_free(list.values);
    sci_free(list.scores);
    return st;
}
