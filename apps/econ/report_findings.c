/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found, first in one sentence, then as a table. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_page_priv.h"
#include "summary.h"

static void
write_tiles(cli_page *page, const econ_report *r)
{
    const econ_panel *panel = r->parts.panel;
    char first[ECON_PERIOD_TEXT] = "", last[ECON_PERIOD_TEXT] = "", text[64], remark[128];

    cli_page_tiles(page);
    if (panel->n_periods > 0) {
        econ_report_period(r, 0, first, sizeof first);
        econ_report_period(r, panel->n_periods - 1, last, sizeof last);
    }
    snprintf(text, sizeof text, "%zu", r->n_shown);
    cli_page_tile(page, "Findings", text, "scores that crossed the thresholds");
    if (panel->n_periods > 0) {
        econ_words_score(text, sizeof text, r->parts.scores->economy[panel->n_periods - 1], true);
        snprintf(remark, sizeof remark, "standard deviations from what it was used to, %s %s",
                 econ_words_in(panel->frequency, false), last);
        cli_page_tile(page, "The whole economy", text, remark);
    }
    snprintf(text, sizeof text, "%zu in %zu", panel->n_indicators, panel->n_sectors);
    snprintf(remark, sizeof remark, "%zu %s%s, %s to %s", panel->n_periods,
             econ_frequency_unit(panel->frequency), panel->n_periods == 1 ? "" : "s", first, last);
    cli_page_tile(page, "Indicators in sectors", text, remark);
    if (!isnan(r->parts.false_alarms)) {
        snprintf(text, sizeof text, "\xe2\x89\xa4 %.2g a year", r->parts.false_alarms);
        cli_page_tile(page, "False findings to expect", text, "if nothing unusual ever happened");
    }
    cli_page_tiles_end(page);
}

/* "6 of 6 indicators moved with it; known event: …" */
static void
write_detail(char *text, size_t size, const econ_report *r, const econ_anomaly *a)
{
    const econ_event *event = econ_report_event(r, a->sector, a->period);
    char breadth[64] = "";

    if (a->sector != ECON_WHOLE_ECONOMY)
        econ_words_breadth(breadth, sizeof breadth, r, a->sector, a->period);
    snprintf(text, size, "%s%s%s%s%.400s%s", breadth, breadth[0] ? " moved with it" : "",
             breadth[0] && event ? "; " : "", event ? "known event: " : "",
             event ? event->label : "",
             r->parts.scores->excluded[a->period] ? "; left out of the past of later periods" : "");
}

static void
write_row(cli_page *page, const econ_report *r, const econ_anomaly *a, size_t rank)
{
    char number[32], period[ECON_PERIOD_TEXT], score[32], p[40], q[40], detail[ECON_WORDS];
    char movers[4 * ECON_WORDS];
    cli_page_cell cells[7] = { { .text = number },
                               { .text = period },
                               { .text = econ_words_sector(r, a->sector),
                                 .detail = econ_words_statistic(a->statistic) },
                               { .text = score },
                               { .text = movers, .detail = detail },
                               { .text = p },
                               { .text = q } };

    snprintf(number, sizeof number, "%zu", rank);
    econ_report_period(r, a->period, period, sizeof period);
    econ_words_score(score, sizeof score, a->score, true);
    econ_words_p_number(p, sizeof p - 3, a->p);
    if (a->extrapolated)
        snprintf(p + strlen(p), 3, " *");
    econ_words_p_number(q, sizeof q, a->q);
    write_detail(detail, sizeof detail, r, a);
    econ_words_movers(movers, sizeof movers, r, a);
    cli_page_cells(page, cells);
}

static void
write_table(cli_page *page, const econ_report *r)
{
    static const char *const heads[] = {
        "rank", "period", "sector", "score", "what moved", "p", "q"
    };
    size_t rows = r->n_shown < REPORT_ROWS ? r->n_shown : REPORT_ROWS;
    bool extrapolated = false;

    cli_page_sorts(page);
    cli_page_filter(page, "Show only rows with the words");
    cli_page_table(page, 7, heads, "rnlrlrr",
                   "Findings, the largest scores first; a click on a head sorts");
    for (size_t k = 0; k < rows; k++) {
        const econ_anomaly *a = &r->parts.anomalies[r->shown[k]];

        write_row(page, r, a, k + 1);
        extrapolated |= a->extrapolated;
    }
    cli_page_table_end(page);
    if (rows < r->n_shown)
        cli_page_paragraph(page, "These are the first %zu of %zu; anomalies.csv has them all.",
                           rows, r->n_shown);
    cli_page_paragraph(
        page,
        "Score: distance in standard deviations from what was usual, negative where things went "
        "down or worse. p: how often chance alone would give a score as large. q: the share of "
        "false ones to expect among the findings of that period. Moved with it: indicators that "
        "moved in the direction of their sector by more than 2 standard deviations.%s",
        extrapolated ? " *: beyond what the past has shown, from the tail of a fitted curve." : "");
}

void
report_write_findings(cli_page *page, const econ_report *r)
{
    char text[2 * ECON_WORDS];

    econ_summary_latest(text, sizeof text, r);
    cli_page_lead(page, "%s", text);
    write_tiles(page, r);
    cli_page_section(page, "What moved");
    econ_summary_all(text, sizeof text, r);
    cli_page_paragraph(page, "%s", text);
    if (r->n_shown > 0)
        write_table(page, r);
}
