/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit, merge, apply and show: agencies that hold different sectors share the scores of sectors. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/single.h"

#include "joined.h"
#include "run.h"
#include "sectors.h"
#include "verbs_scoring.h"

/* ---- fit ---- */

static void
say_private(bool values, const char *target)
{
    if (values)
        cli_warn("'%s' holds the values of all indicators: it is not for others", target);
}

static sci_status
fit_work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const econ_settings *s = single->call->settings;
    char text[ECON_RULES_TEXT];
    econ_stored what = { .values = s->scoring.keep_values, .rules = text };
    econ_panel panel = { 0 };
    econ_scores scores = { 0 };
    econ_rules rules;
    sci_status st = econ_panel_load(&panel, s, single->inputs.items[0].path, worker->stop);

    if (st == SCI_OK)
        st = econ_rules_of(&rules, &s->scoring, panel.frequency);
    if (st == SCI_OK)
        st = econ_scores_make(&scores, &panel, &rules, worker->threads);
    if (st == SCI_OK) {
        econ_rules_text(text, sizeof text, &rules, panel.frequency, false);
        st =
            econ_store_save(worker->temporary[0], &what, &panel, &scores, NULL, !s->common.no_sync);
    }
    if (st == SCI_OK)
        say_private(what.values, worker->target[0]);
    econ_scores_clear(&scores);
    econ_panel_clear(&panel);
    return st;
}

int
econ_fit(const cli_call *call)
{
    const econ_settings *s = call->settings;
    cli_single single = {
        .call = call, .common = &s->common, .doing = "fitting", .work = fit_work
    };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}

/* ---- merge ---- */

static sci_status
merge_work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const econ_settings *s = single->call->settings;
    size_t n = single->inputs.n;
    econ_sectors *parts = NULL, merged = { .is = { .state = false } };
    bool by_period = false;
    sci_status st = sci_alloc_zero(&parts, n, 1, sizeof *parts);

    for (size_t k = 0; st == SCI_OK && k < n; k++)
        st = econ_sectors_load(&parts[k], single->inputs.items[k].path);
    if (st == SCI_OK)
        st = econ_sectors_merge(&merged, n, parts, worker->threads, &by_period);
    if (st == SCI_OK)
        st = econ_store_save(worker->temporary[0], &merged.is, &merged.panel, &merged.scores, NULL,
                             !s->common.no_sync);
    if (st == SCI_OK)
        say_private(merged.is.values, worker->target[0]);
    for (size_t k = 0; parts != NULL && k < n; k++)
        econ_sectors_clear(&parts[k]);
    sci_free(parts);
    econ_sectors_clear(&merged);
    return st;
}

int
econ_merge(const cli_call *call)
{
    const econ_settings *s = call->settings;
    cli_single single = {
        .call = call, .common = &s->common, .doing = "merging", .work = merge_work
    };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}

/* ---- apply ---- */

/* Only sectors, no indicators. */
static sci_status
sectors_alone(econ_panel *out, const econ_panel *from)
{
    const econ_panel empty = { .path = from->path,
                               .frequency = from->frequency,
                               .first = from->first,
                               .n_periods = from->n_periods };

    return econ_panel_stretch(out, &empty, from->first, from->n_periods);
}

static sci_status
apply_work(econ_run *run, const cli_worker *worker)
{
    const econ_scoring *s = &run->settings->scoring;
    econ_sectors others = { .is = { .state = false } };
    econ_panel panel = { 0 };
    econ_scores scores = { 0 };
    econ_rules rules, watched;
    char digest[80] = "";
    econ_report_input input = { "panel", cli_operand_name(run->input), NULL };
    sci_status st = econ_sectors_load(&others, s->others);

    if (st == SCI_OK)
        st = econ_rules_from_text(&rules, others.is.rules, others.panel.frequency);
    if (st == SCI_OK)
        st = econ_rules_of(&watched, s, others.panel.frequency);
    if (st == SCI_OK && run->call->n_operands > 0)
        st = econ_run_read(run, &panel, run->input, worker);
    else if (st == SCI_OK)
        st = sectors_alone(&panel, &others.panel);
    if (st == SCI_OK) {
        snprintf(digest, sizeof digest, "%s", panel.digest);
        input.digest = digest[0] != 0 ? digest : NULL;
        rules.stats = watched.stats;
        rules.alpha = watched.alpha;
        rules.min_z = watched.min_z;
        rules.min_effect = watched.min_effect;
        rules.min_breadth = watched.min_breadth;
        st = econ_sectors_apply(&scores, &panel, &others, &rules, worker->threads);
    }
    if (st == SCI_OK)
        st = econ_run_finish(run, &panel, &scores, &rules, &input, 1);
    econ_scores_clear(&scores);
    econ_panel_clear(&panel);
    econ_sectors_clear(&others);
    return st;
}

int
econ_apply(const cli_call *call)
{
    const econ_settings *s = call->settings;
    econ_run run = { .call = call,
                     .settings = s,
                     .input = call->n_operands > 0 ? call->operands[0] : s->scoring.others,
                     .work = apply_work };

    return econ_run_do(&run);
}

/* ---- show ---- */

static void
show_text(const econ_store *store, const char *first, const char *last)
{
    const econ_panel *p = &store->panel;
    char name[256];

    printf("%s of %zu sectors, %zu periods from %s to %s\n", store->is.state ? "state" : "scores",
           p->n_sectors, p->n_periods, first, last);
    cli_escape(name, sizeof name, store->is.rules);
    printf("settings: %s\n", name);
    if (store->is.values)
        printf("holds the values of %zu indicators: it is not for others\n", p->n_indicators);
    else
        printf("holds no values of indicators\n");
    for (size_t s = 0; s < p->n_sectors; s++) {
        cli_escape(name, sizeof name, p->sectors[s]);
        printf("  %s\n", name);
    }
}

static sci_status
show_json(const econ_store *store, const char *first, const char *last)
{
    const econ_panel *p = &store->panel;
    cli_json j;

    cli_json_start(&j, stdout);
    cli_json_object(&j);
    cli_json_member_text(&j, "kind", store->is.state ? "state" : "sectors");
    cli_json_member_text(&j, "settings", store->is.rules);
    cli_json_key(&j, "values");
    cli_json_boolean(&j, store->is.values);
    cli_json_member_unsigned(&j, "indicators", p->n_indicators);
    cli_json_member_unsigned(&j, "periods", p->n_periods);
    cli_json_member_text(&j, "frequency", econ_frequency_name(p->frequency));
    cli_json_member_text(&j, "first", first);
    cli_json_member_text(&j, "last", last);
    cli_json_key(&j, "sectors");
    cli_json_array(&j);
    for (size_t s = 0; s < p->n_sectors; s++)
        cli_json_text(&j, p->sectors[s]);
    cli_json_array_end(&j);
    cli_json_object_end(&j);
    return cli_json_finish(&j);
}

static sci_status
show_work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const econ_settings *s = single->call->settings;
    char first[ECON_PERIOD_TEXT], last[ECON_PERIOD_TEXT];
    const econ_panel *p;
    econ_store store = { 0 };
    sci_status st = econ_store_open(&store, single->inputs.items[0].path);

    (void)worker;
    p = &store.panel;
    if (st == SCI_OK) {
        econ_period_text(first, sizeof first, p->frequency, p->first);
        econ_period_text(last, sizeof last, p->frequency, p->first + (int64_t)p->n_periods - 1);
        if (s->common.json)
            st = show_json(&store, first, last);
        else
            show_text(&store, first, last);
    }
    econ_store_close(&store);
    return st == SCI_OK ? cli_stdout_finish() : st;
}

int
econ_show(const cli_call *call)
{
    const econ_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = show_work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
