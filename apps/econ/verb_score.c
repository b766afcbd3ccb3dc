/* SPDX-License-Identifier: GPL-3.0-or-later */
/* score: a panel, what moved in it, and how sure that is. */
#include "cli/inputs.h"
#include "cli/message.h"

#include "run.h"
#include "verbs_scoring.h"

static void
show_notes(const econ_panel *panel)
{
    for (size_t k = 0; k < panel->notes.n; k++) {
        const econ_note *note = &panel->notes.items[k];

        if (note->kind == ECON_WARNING)
            cli_warn("%s", note->text);
        else
            cli_detail("%s", note->text);
    }
}

sci_status
econ_run_read(econ_run *run, econ_panel *panel, const char *path, const cli_worker *worker)
{
    const econ_reader reader = { .options = &run->settings->reading, .stop = worker->stop };
    sci_status st = econ_panel_read(panel, path, &reader);

    if (st == SCI_OK)
        show_notes(panel);
    return st;
}

static sci_status
work(econ_run *run, const cli_worker *worker)
{
    const econ_settings *s = run->settings;
    econ_panel panel = { 0 };
    econ_scores scores = { 0 };
    econ_rules rules;
    sci_status st = econ_run_read(run, &panel, run->input, worker);

    if (st == SCI_OK)
        st = econ_rules_of(&rules, &s->scoring, panel.frequency);
    if (st == SCI_OK)
        st = econ_scores_make(&scores, &panel, &rules, worker->threads);
    if (st == SCI_OK) {
        const econ_report_input input = { "panel", cli_operand_name(run->input), panel.digest };

        st = econ_run_finish(run, &panel, &scores, &rules, &input, 1);
    }
    econ_scores_clear(&scores);
    econ_panel_clear(&panel);
    return st;
}

int
econ_score(const cli_call *call)
{
    econ_run run = {
        .call = call, .settings = call->settings, .input = call->operands[0], .work = work
    };

    return econ_run_do(&run);
}
