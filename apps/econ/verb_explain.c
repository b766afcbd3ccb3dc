/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain: why a sector has its score, from report.json alone. */
#include <stddef.h>

#include "cli/json.h"
#include "cli/single.h"

#include "explain.h"
#include "verb_report.h"

const cli_row econ_explain_rows[] = {
    { 0, "period", "PERIOD", CLI_TEXT, offsetof(econ_explain_settings, period), NULL,
      "which period: 2020, 2020Q2, 2020-04 (default: that of the largest score among the findings)",
      "What to explain", 0, NULL, 0, 0 },
    { 0, "sector", "NAME", CLI_TEXT, offsetof(econ_explain_settings, sector), NULL,
      "which sector (default: the most unusual one of the period)", "What to explain", 0, NULL, 0,
      0 },
    CLI_ROW_JSON(econ_explain_settings),
    CLI_END,
};

/* The finding of a sector with the largest score; without findings the last period. */
static size_t
usual_period(const econ_report *r)
{
    for (size_t k = 0; k < r->n_shown; k++)
        if (r->parts.anomalies[r->shown[k]].sector != ECON_WHOLE_ECONOMY)
            return r->parts.anomalies[r->shown[k]].period;
    return r->parts.panel->n_periods - 1;
}

static sci_status
choose(size_t *sector, size_t *period, const econ_report *r, const econ_explain_settings *s)
{
    sci_status st = SCI_OK;

    if (r->parts.panel->n_periods == 0 || r->parts.panel->n_sectors == 0)
        return sci_fail(SCI_ERR_DEGENERATE, "the report has no periods or no sectors");
    *period = usual_period(r);
    if (s->period)
        st = econ_explain_period(period, r, s->period);
    if (st == SCI_OK && s->sector)
        st = econ_explain_sector(sector, r, s->sector);
    else if (st == SCI_OK)
        *sector = econ_explain_most_unusual(r, *period);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const econ_explain_settings *s = single->call->settings;
    econ_report report = { 0 };
    size_t sector = 0, period = 0;
    sci_status st = econ_report_read(&report, single->inputs.items[0].path);

    (void)worker;
    if (st == SCI_OK)
        st = choose(&sector, &period, &report, s);
    if (st == SCI_OK)
        st = s->common.json ? econ_explain_json(&report, sector, period)
                            : econ_explain_print(&report, sector, period);
    if (st == SCI_OK)
        st = cli_stdout_finish();
    econ_report_clear(&report);
    return st;
}

int
econ_explain_verb(const cli_call *call)
{
    const econ_explain_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
