/* SPDX-License-Identifier: GPL-3.0-or-later */
/* update: scores that go on where a state ended; and the states themselves. */
#include <math.h>

#include <sci/memory.h>

#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/reads.h"
#include "cli/single.h"

#include "joined.h"
#include "run.h"
#include "scores_priv.h"
#include "store.h"
#include "verbs_scoring.h"

sci_status
econ_state_finish(econ_run *run, econ_panel *panel, const econ_scores *scores, const double *within,
                  const econ_rules *rules, const cli_worker *worker)
{
    const econ_stored what = { .state = true, .values = true, .rules = run->options };
    char digest[80];
    const econ_report_input input = { "panel", "state", digest };
    sci_status st;

    econ_panel_detach(panel);
    econ_rules_text(run->options, sizeof run->options, rules, panel->frequency, true);
    econ_store_digest(panel, digest);
    st = econ_run_finish(run, panel, scores, rules, &input, 1);
    if (st == SCI_OK)
        st = econ_store_save(worker->temporary[0], &what, panel, scores, within,
                             !run->settings->common.no_sync);
    return st;
}

sci_status
econ_within_alloc(double **out, const econ_panel *panel)
{
    size_t n = panel->n_indicators * panel->n_periods;
    sci_status st = sci_alloc(out, panel->n_indicators, panel->n_periods, sizeof **out);

    for (size_t k = 0; st == SCI_OK && k < n; k++)
        (*out)[k] = (double)NAN;
    return st;
}

/* What the new file brought, in words. */
static void
say_what(const econ_panel *panel, const econ_joining *what)
{
    char period[ECON_PERIOD_TEXT];

    cli_detail("%zu new values", what->added);
    if (what->ignored > 0)
        cli_note(
            "%zu indicators are not in the state and are left out; a run over all the values with "
            "them in the map takes them in",
            what->ignored);
    if (what->late > 0) {
        econ_period_text(period, sizeof period, panel->frequency,
                         panel->first + (int64_t)what->from);
        cli_warn("%zu values came late: scores from %s on are made anew", what->late, period);
    }
}

/* Late values of a calibration change the history of all periods. */
static size_t
first_anew(const econ_joining *what, const econ_rules *rules, const econ_panel *panel)
{
    bool calibrated = rules->window_kind == ECON_CALIBRATED
                      && panel->first + (int64_t)what->from <= rules->calibrate_to;

    return calibrated ? 0 : what->from;
}

static sci_status
go_on(econ_run *run, econ_store *store, econ_panel *panel, const econ_joining *what,
      const cli_worker *worker)
{
    econ_scores scores = { 0 };
    econ_given given = { .from = 0 };
    econ_rules rules;
    sci_status st = econ_rules_from_text(&rules, store->is.rules, panel->frequency);

    if (st == SCI_OK)
        st = econ_scores_alloc(&scores, panel, &rules);
    if (st == SCI_OK)
        st = econ_within_alloc(&given.within, panel);
    if (st == SCI_OK) {
        given.from = first_anew(what, &rules, panel);
        st = econ_store_scores(store, given.from, &scores, given.within);
    }
    if (st == SCI_OK)
        st = econ_scores_continue(&scores, panel, &rules, &given, worker->threads);
    if (st == SCI_OK)
        st = econ_state_finish(run, panel, &scores, given.within, &rules, worker);
    econ_scores_clear(&scores);
    sci_free(given.within);
    return st;
}

static sci_status
work(econ_run *run, const cli_worker *worker)
{
    econ_store store = { 0 };
    econ_panel more = { 0 }, panel = { 0 };
    econ_joining what;
    econ_reader reader = { .options = &run->settings->reading, .stop = worker->stop };
    sci_status st = econ_store_open(&store, run->target);

    if (st == SCI_OK && !store.is.state)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds sectors for apply and no state", run->target);
    reader.frequency = (int)store.panel.frequency + 1;
    if (st == SCI_OK)
        st = econ_panel_read(&more, run->input, &reader); /* units are known from the state */
    if (st == SCI_OK)
        st = econ_panel_join(&panel, &store.panel, &more, &what);
    if (st == SCI_OK) {
        econ_show_notes(&more);
        say_what(&panel, &what);
        st = go_on(run, &store, &panel, &what, worker);
    }
    econ_panel_clear(&panel);
    econ_panel_clear(&more);
    econ_store_close(&store);
    return st;
}

int
econ_update(const cli_call *call)
{
    const econ_settings *s = call->settings;
    econ_run run = { .call = call,
                     .settings = s,
                     .input = call->operands[0],
                     .target = s->scoring.state,
                     .work = work };

    return econ_run_do(&run);
}
