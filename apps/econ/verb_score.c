/* SPDX-License-Identifier: GPL-3.0-or-later */
/* score: a panel, what moved in it, and how sure that is. */
#include <inttypes.h>

#include <sci/memory.h>

#include "cli/inputs.h"
#include "cli/message.h"
#include "cli/single.h"

#include "quality.h"
#include "run.h"
#include "scores_priv.h"
#include "unit_rules.h"
#include "verbs_scoring.h"

void
econ_show_notes(const econ_panel *panel)
{
    for (size_t k = 0; k < panel->notes.n; k++) {
        const econ_note *note = &panel->notes.items[k];

        if (note->kind == ECON_WARNING && note->line > 0)
            cli_warn("'%s:%" PRIu64 "': %s", panel->path, note->line, note->text);
        else if (note->kind == ECON_WARNING)
            cli_warn("%s", note->text);
        else
            cli_detail("%s", note->text);
    }
}

sci_status
econ_panel_load(econ_panel *panel, const econ_settings *settings, const char *path,
                const volatile int *stop)
{
    econ_units *units = NULL;
    const econ_reader reader = { .options = &settings->reading,
                                 .convert = econ_unit_rules_convert,
                                 .context = &units,
                                 .stop = stop };
    sci_status st = econ_panel_read(panel, path, &reader);

    if (st == SCI_OK)
        st = econ_unit_rules_check(panel, settings->scoring.strict_units, &units);
    if (st == SCI_OK)
        st = econ_quality_check(panel, settings->scoring.seasonal == ECON_SEASONAL_NONE);
    if (st == SCI_OK)
        econ_show_notes(panel);
    econ_units_close(units);
    return st;
}

sci_status
econ_run_read(econ_run *run, econ_panel *panel, const char *path, const cli_worker *worker)
{
    return econ_panel_load(panel, run->settings, path, worker->stop);
}

static sci_status
finish(econ_run *run, econ_panel *panel, const econ_scores *scores, const econ_rules *rules,
       const double *within, const cli_worker *worker)
{
    const econ_report_input input = { "panel", cli_operand_name(run->input), panel->digest };

    if (run->target != NULL)
        return econ_state_finish(run, panel, scores, within, rules, worker);
    return econ_run_finish(run, panel, scores, rules, &input, 1);
}

static sci_status
work(econ_run *run, const cli_worker *worker)
{
    econ_panel panel = { 0 };
    econ_scores scores = { 0 };
    econ_given given = { .from = 0 };
    econ_rules rules;
    sci_status st = econ_run_read(run, &panel, run->input, worker);

    if (st == SCI_OK)
        st = econ_rules_of(&rules, &run->settings->scoring, panel.frequency);
    if (st == SCI_OK)
        st = econ_scores_alloc(&scores, &panel, &rules);
    if (st == SCI_OK && run->target != NULL)
        st = econ_within_alloc(&given.within, &panel);
    if (st == SCI_OK)
        st = econ_scores_continue(&scores, &panel, &rules, &given, worker->threads);
    if (st == SCI_OK)
        st = finish(run, &panel, &scores, &rules, given.within, worker);
    econ_scores_clear(&scores);
    econ_panel_clear(&panel);
    sci_free(given.within);
    return st;
}

int
econ_score(const cli_call *call)
{
    const econ_settings *s = call->settings;
    econ_run run = { .call = call,
                     .settings = s,
                     .input = call->operands[0],
                     .target = s->scoring.state,
                     .fresh = true,
                     .work = work };

    return econ_run_do(&run);
}
