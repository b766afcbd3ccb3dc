/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/plot.h"
#include "cli/utf8.h"

#include "words.h"

enum { NAME_MOST = 40 }; /* columns of a name in the table */

/* ---- which ---- */

sci_status
econ_explain_period(size_t *period, const econ_report *r, const char *text)
{
    const econ_panel *panel = r->parts.panel;
    int64_t ordinal;
    char first[ECON_PERIOD_TEXT] = "", last[ECON_PERIOD_TEXT] = "";
    sci_status st = econ_period_parse(text, panel->frequency, true, &ordinal);

    if (st != SCI_OK)
        return st;
    if (ordinal < panel->first || ordinal >= panel->first + (int64_t)panel->n_periods) {
        if (panel->n_periods > 0) {
            econ_report_period(r, 0, first, sizeof first);
            econ_report_period(r, panel->n_periods - 1, last, sizeof last);
        }
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--period: '%s' is not in the report, which goes from "
                        "%s to %s",
                        text, first, last);
    }
    *period = (size_t)(ordinal - panel->first);
    return SCI_OK;
}

sci_status
econ_explain_sector(size_t *sector, const econ_report *r, const char *name)
{
    const econ_panel *panel = r->parts.panel;
    char names[400] = "";
    size_t used = 0;

    for (size_t k = 0; k < panel->n_sectors; k++)
        if (strcmp(panel->sectors[k], name) == 0) {
            *sector = k;
            return SCI_OK;
        }
    for (size_t k = 0; k < panel->n_sectors && used < sizeof names; k++) {
        int n = snprintf(names + used, sizeof names - used, "%s'%.60s'", k > 0 ? ", " : "",
                         panel->sectors[k]);

        used += n > 0 ? (size_t)n : 0;
    }
    return sci_fail(SCI_ERR_ARGUMENT, "--sector: there is no sector '%s', but %s%s", name, names,
                    used >= sizeof names ? "\xe2\x80\xa6" : "");
}

size_t
econ_explain_most_unusual(const econ_report *r, size_t period)
{
    const econ_scores *s = r->parts.scores;
    size_t best = SIZE_MAX;
    double best_p = 2.0, best_level = -1.0;

    for (size_t k = 0; k < s->n_sectors; k++) {
        double p = econ_report_score(r, s->overall_p, k, period);
        double level = fabs(econ_report_score(r, s->level, k, period));

        p = isnan(p) ? 1.5 : p;
        level = isnan(level) ? 0.0 : level;
        if (p < best_p || (p == best_p && level > best_level)) {
            best = k;
            best_p = p;
            best_level = level;
        }
    }
    return best;
}

/* ---- what ---- */

typedef struct explained {
    const econ_report *report;
    size_t sector, period;
    double economy, shared; /* e, and the part of the sector: raw - e */
    double raw;
    econ_mover *movers; /* all indicators with a score */
    size_t n;
} explained;

static sci_status
explain(explained *x, const econ_report *r, size_t sector, size_t period)
{
    const econ_scores *s = r->parts.scores;
    char text[ECON_PERIOD_TEXT];
    size_t n = econ_report_sector_size(r, sector);
    sci_status st;

    *x = (explained){ .report = r, .sector = sector, .period = period };
    if (r->column[period] == SIZE_MAX) {
        econ_report_period(r, period, text, sizeof text);
        return sci_fail(SCI_ERR_ARGUMENT,
                        "the report keeps the indicators of this large panel for findings and the "
                        "latest periods only, and %s is neither",
                        text);
    }
    x->raw = econ_report_score(r, s->raw, sector, period);
    x->economy = isfinite(s->economy_raw[period]) ? s->economy_raw[period] : (double)NAN;
    x->shared = x->raw - x->economy;
    st = sci_alloc(&x->movers, n, 1, sizeof *x->movers);
    if (st == SCI_OK)
        x->n = econ_report_movers(r, sector, period, ECON_NO_DRIVER, n, x->movers);
    return st;
}

/* ---- as text ---- */

/* "Against the other sectors: 3.2 standard deviations below where it usually is; by chance: 1 in 800". */
static void
print_finding(const char *subject, double score, double p, const char *against)
{
    char distance[ECON_WORDS], chance[ECON_WORDS];

    if (isnan(score))
        return;
    econ_words_score(distance, sizeof distance, fabs(score), false);
    econ_words_p(chance, sizeof chance, p);
    (void)printf("%s: %s standard deviations %s %s", subject, distance,
                 score < 0.0 ? "below" : "above", against);
    if (!isnan(p))
        (void)printf("; by chance: %s", chance);
    (void)printf("\n");
}

static void
print_scores(const explained *x)
{
    const econ_report *r = x->report;
    const econ_scores *s = r->parts.scores;
    size_t at = x->sector * s->n_periods + x->period;
    size_t size = econ_report_sector_size(r, x->sector);
    char breadth[64], driver[CLI_MESSAGE_MOST + 32];

    print_finding("The whole economy", s->economy[x->period], s->p_economy[x->period],
                  "what it was used to");
    print_finding("The sector by itself", s->level[at], s->p_level[at], "what it was used to");
    print_finding("Against the other sectors", s->relative[at], s->p_relative[at],
                  "where it usually is");
    if (s->within_driver[at] != ECON_NO_DRIVER) {
        char name[CLI_MESSAGE_MOST];

        cli_escape(name, sizeof name, econ_report_label(r, s->within_driver[at]));
        snprintf(driver, sizeof driver, "Inside the sector, %s", name);
        print_finding(driver, s->within_max[at], s->p_within[at],
                      "where it usually is among the others");
    } else {
        (void)printf("Inside the sector: not known (%s)\n",
                     size == 0   ? "its indicators are not in this report"
                     : size == 1 ? "it has one indicator"
                                 : "too few indicators or too short a past");
    }
    econ_words_breadth(breadth, sizeof breadth, r, x->sector, x->period);
    if (breadth[0])
        (void)printf("Moved in the direction of the sector by more than 2: %s\n", breadth);
}

static void
print_cell(const char *text, size_t width, bool right)
{
    size_t used = cli_utf8_width(text), pad = used < width ? width - used : 0;

    (void)printf("%*s%s%*s", right ? (int)pad : 0, "", text, right ? 0 : (int)pad, "");
}

static size_t
width_of_names(const explained *x)
{
    size_t width = strlen("indicator");

    for (size_t k = 0; k < x->n; k++) {
        size_t w = cli_utf8_width(econ_report_label(x->report, x->movers[k].indicator));

        width = w > width ? w : width;
    }
    return width < NAME_MOST ? width : NAME_MOST;
}

static void
print_row(const explained *x, const econ_mover *m, size_t width)
{
    const econ_indicator *i = &x->report->parts.panel->indicators[m->indicator];
    double parts[] = { m->z, x->economy, x->shared, m->z - x->raw };
    char name[CLI_MESSAGE_MOST], unit[CLI_MESSAGE_MOST], move[ECON_WORDS + CLI_MESSAGE_MOST];

    cli_escape(name, sizeof name, econ_report_label(x->report, m->indicator));
    cli_escape(unit, sizeof unit, i->unit ? i->unit : "");
    print_cell(name, width, false);
    for (int k = 0; k < 4; k++) {
        char number[CLI_PLOT_NUMBER + 1];

        /* One decimal for all, so that they can be seen to add up. */
        snprintf(number, sizeof number, "+");
        cli_plot_number(number + (parts[k] > 0.05), CLI_PLOT_NUMBER, parts[k], 1);
        (void)printf("%s", (const char *const[]){ "  ", " = ", " + ", " + " }[k]);
        print_cell(number, 8, true);
    }
    econ_words_move(move, sizeof move, m->before, m->after, unit);
    (void)printf("   %s%s\n", move, i->sign < 0 ? "  [a rise counts as bad]" : "");
}

static void
print_sum(const explained *x)
{
    static const char *const heads[] = { "score", "economy", "sector", "own" };
    size_t width = width_of_names(x);

    (void)printf("\nWhat moved it: the score of each indicator is the sum of three parts\n\n");
    print_cell("indicator", width, false);
    for (int k = 0; k < 4; k++) {
        (void)printf("%s", (const char *const[]){ "  ", "   ", "   ", "   " }[k]);
        print_cell(heads[k], 8, true);
    }
    (void)printf("   before \xe2\x86\x92 after\n");
    for (size_t k = 0; k < x->n; k++)
        print_row(x, &x->movers[k], width);
}

sci_status
econ_explain_print(const econ_report *r, size_t sector, size_t period)
{
    const econ_event *event = econ_report_event(r, sector, period);
    char text[ECON_PERIOD_TEXT], name[CLI_MESSAGE_MOST];
    explained x;
    sci_status st = explain(&x, r, sector, period);

    if (st != SCI_OK)
        return st;
    econ_report_period(r, period, text, sizeof text);
    cli_escape(name, sizeof name, r->parts.panel->sectors[sector]);
    (void)printf("%s %s %s\n\n", name, econ_words_in(r->parts.panel->frequency, false), text);
    print_scores(&x);
    if (r->parts.scores->excluded[period])
        (void)printf("Left out of the past that later periods are compared with\n");
    if (event) {
        cli_escape(name, sizeof name, event->label);
        (void)printf("Known event: %s\n", name);
    }
    if (x.n > 0)
        print_sum(&x);
    else if (econ_report_sector_size(r, sector) > 0)
        (void)printf("\nNo indicator of the sector has a score in this period\n");
    sci_free(x.movers);
    return SCI_OK;
}

/* ---- as JSON ---- */

static void
put_indicator(cli_json *j, const explained *x, const econ_mover *m)
{
    const econ_indicator *i = &x->report->parts.panel->indicators[m->indicator];

    cli_json_object_line(j);
    cli_json_member_text(j, "name", i->name);
    cli_json_member_text(j, "title", i->title);
    cli_json_member_text(j, "unit", i->unit);
    cli_json_member_real(j, "before", m->before);
    cli_json_member_real(j, "after", m->after);
    cli_json_member_real(j, "z", m->z);
    cli_json_member_real(j, "economy", x->economy);
    cli_json_member_real(j, "sector", x->shared);
    cli_json_member_real(j, "own", m->z - x->raw);
    cli_json_member_real(j, "share", m->share);
    cli_json_object_end(j);
}

static void
put_pair(cli_json *j, const char *key, double score, double p)
{
    cli_json_key(j, key);
    cli_json_object_line(j);
    cli_json_member_real(j, "score", score);
    cli_json_member_real(j, "p", p);
    cli_json_object_end(j);
}

sci_status
econ_explain_json(const econ_report *r, size_t sector, size_t period)
{
    const econ_scores *s = r->parts.scores;
    size_t at = sector * s->n_periods + period;
    const econ_event *event = econ_report_event(r, sector, period);
    char text[ECON_PERIOD_TEXT];
    cli_json j;
    explained x;
    sci_status st = explain(&x, r, sector, period);

    if (st != SCI_OK)
        return st;
    econ_report_period(r, period, text, sizeof text);
    cli_json_start(&j, stdout);
    cli_json_object(&j);
    cli_json_member_text(&j, "period", text);
    cli_json_member_text(&j, "sector", r->parts.panel->sectors[sector]);
    put_pair(&j, "economy", s->economy[period], s->p_economy[period]);
    put_pair(&j, "level", s->level[at], s->p_level[at]);
    put_pair(&j, "relative", s->relative[at], s->p_relative[at]);
    put_pair(&j, "within", s->within_max[at], s->p_within[at]);
    cli_json_member_real(&j, "overall_p", s->overall_p[at]);
    cli_json_member_real(&j, "raw", x.raw);
    cli_json_member_unsigned(&j, "n_indicators", s->n_available[at]);
    cli_json_member_real(&j, "breadth", econ_report_score(r, s->breadth, sector, period));
    cli_json_member_unsigned(&j, "moved", econ_report_moved(r, sector, period));
    cli_json_member_text(&j, "event", event ? event->label : NULL);
    cli_json_key(&j, "indicators");
    cli_json_array(&j);
    for (size_t k = 0; k < x.n; k++)
        put_indicator(&j, &x, &x.movers[k]);
    cli_json_array_end(&j);
    cli_json_object_end(&j);
    sci_free(x.movers);
    return cli_json_finish(&j);
}
