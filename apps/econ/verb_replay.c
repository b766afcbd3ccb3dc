/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay: what a watch with these rules would have said in the past, and when. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/single.h"

#include "replay.h"
#include "run.h"
#include "verbs_scoring.h"

typedef struct replayed {
    const econ_panel *panel;
    const econ_events *events;
    const econ_replay *result;
    int64_t first;
} replayed;

static double
share(size_t part, size_t of)
{
    return of > 0 ? (double)part / (double)of : (double)NAN;
}

static double
mean_delay(const replayed *r)
{
    double sum = 0.0;

    for (size_t e = 0; e < r->events->n; e++)
        if (r->result->each[e].seen)
            sum += (double)r->result->each[e].delay;
    return r->result->seen > 0 ? sum / (double)r->result->seen : (double)NAN;
}

/* ---- printing ---- */

static void
print_event(const replayed *r, size_t e)
{
    const econ_seen *seen = &r->result->each[e];
    const econ_event *event = &r->events->items[e];
    char period[ECON_PERIOD_TEXT], label[160], sector[160];

    econ_period_text(period, sizeof period, r->panel->frequency, event->first);
    cli_escape(label, sizeof label, event->label);
    if (!seen->inside) {
        printf("  %-10s %-36s outside the periods\n", period, label);
    } else if (!seen->seen) {
        printf("  %-10s %-36s not seen\n", period, label);
    } else {
        cli_escape(sector, sizeof sector,
                   seen->sector != NULL ? seen->sector : "the whole economy");
        printf("  %-10s %-36s after %zu %s%s: %s, %s %+.1f\n", period, label, seen->delay,
               econ_frequency_unit(r->panel->frequency), seen->delay == 1 ? "" : "s", sector,
               econ_statistic_name(seen->statistic), seen->score);
    }
}

static void
print_text(const replayed *r)
{
    const econ_replay *x = r->result;
    char first[ECON_PERIOD_TEXT];

    econ_period_text(first, sizeof first, r->panel->frequency, r->first);
    printf("%zu periods from %s on, each judged by what was known before it (values as they are in "
           "the file, which may have been revised since)\n",
           x->periods, first);
    printf("%zu of %zu events seen", x->seen, x->events);
    if (x->seen > 0)
        printf(", after %.3g %ss on average", mean_delay(r),
               econ_frequency_unit(r->panel->frequency));
    printf("\n");
    for (size_t e = 0; e < r->events->n; e++)
        print_event(r, e);
    printf("%zu alarms, %zu of them at an event", x->alarms, x->right);
    if (x->first_ten > 0)
        printf("; of the largest %zu, %zu", x->first_ten, x->first_ten_right);
    printf("\n%zu periods with a false alarm, %.3g a year\n", x->false_periods,
           (double)x->false_periods / x->years);
}

static void
put_event(cli_json *j, const replayed *r, size_t e)
{
    const econ_seen *seen = &r->result->each[e];
    char period[ECON_PERIOD_TEXT];

    econ_period_text(period, sizeof period, r->panel->frequency, r->events->items[e].first);
    cli_json_object_line(j);
    cli_json_member_text(j, "period", period);
    cli_json_member_text(j, "label", r->events->items[e].label);
    cli_json_key(j, "inside");
    cli_json_boolean(j, seen->inside);
    cli_json_key(j, "seen");
    cli_json_boolean(j, seen->seen);
    if (seen->seen) {
        cli_json_member_unsigned(j, "delay", seen->delay);
        cli_json_member_text(j, "sector", seen->sector);
        cli_json_member_text(j, "statistic", econ_statistic_name(seen->statistic));
        cli_json_member_real(j, "score", seen->score);
    }
    cli_json_object_end(j);
}

static sci_status
print_json(const replayed *r)
{
    const econ_replay *x = r->result;
    cli_json j;

    cli_json_start(&j, stdout);
    cli_json_object(&j);
    cli_json_member_unsigned(&j, "periods", x->periods);
    cli_json_member_unsigned(&j, "events", x->events);
    cli_json_member_unsigned(&j, "seen", x->seen);
    cli_json_member_real(&j, "mean_delay", mean_delay(r));
    cli_json_member_unsigned(&j, "alarms", x->alarms);
    cli_json_member_unsigned(&j, "right", x->right);
    cli_json_member_real(&j, "precision", share(x->right, x->alarms));
    cli_json_member_real(&j, "precision_at_10", share(x->first_ten_right, x->first_ten));
    cli_json_member_real(&j, "false_alarms_a_year", (double)x->false_periods / x->years);
    cli_json_key(&j, "each");
    cli_json_array(&j);
    for (size_t e = 0; e < r->events->n; e++)
        put_event(&j, r, e);
    cli_json_array_end(&j);
    cli_json_object_end(&j);
    return cli_json_finish(&j);
}

/* ---- the work ---- */

static sci_status
start_of(const econ_scoring *s, const econ_panel *panel, size_t *from)
{
    int64_t ordinal = panel->first;
    sci_status st = SCI_OK;

    if (s->from != NULL)
        st = econ_period_parse(s->from, panel->frequency, false, &ordinal);
    if (st == SCI_OK
        && (ordinal < panel->first || ordinal >= panel->first + (int64_t)panel->n_periods))
        st = sci_fail(SCI_ERR_ARGUMENT, "--from %s is outside the periods of '%s'", s->from,
                      panel->path);
    *from = (size_t)(ordinal - panel->first);
    return st;
}

static sci_status
judge(const econ_settings *s, const econ_panel *panel, const econ_rules *rules,
      const econ_scores *scores)
{
    econ_events events = { 0 };
    econ_replay result = { .each = NULL };
    econ_anomaly *anomalies = NULL;
    size_t n = 0, from = 0;
    sci_status st = start_of(&s->scoring, panel, &from);

    if (st == SCI_OK)
        st = econ_events_read(&events, s->scoring.events, panel->frequency);
    if (st == SCI_OK)
        econ_events_check(&events, s->scoring.events, panel);
    if (st == SCI_OK)
        st = econ_anomalies_find(&anomalies, &n, panel, scores, rules, from);
    if (st == SCI_OK)
        st = econ_replay_judge(&result, panel, &events, anomalies, n, from,
                               (size_t)s->scoring.grace);
    if (st == SCI_OK) {
        const replayed r = { panel, &events, &result, panel->first + (int64_t)from };

        if (s->common.json)
            st = print_json(&r);
        else
            print_text(&r);
    }
    sci_free(result.each);
    sci_free(anomalies);
    econ_events_clear(&events);
    return st == SCI_OK ? cli_stdout_finish() : st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const econ_settings *s = single->call->settings;
    econ_panel panel = { 0 };
    econ_scores scores = { 0 };
    econ_rules rules;
    sci_status st = econ_panel_load(&panel, s, single->inputs.items[0].path, worker->stop);

    if (st == SCI_OK)
        st = econ_rules_of(&rules, &s->scoring, panel.frequency);
    if (st == SCI_OK && rules.window_kind == ECON_CALIBRATED)
        st = sci_fail(SCI_ERR_ARGUMENT, "--calibrate-to knows the future of the periods before it; "
                                        "replay judges each by its past");
    if (st == SCI_OK)
        st = econ_scores_make(&scores, &panel, &rules, worker->threads);
    if (st == SCI_OK)
        st = judge(s, &panel, &rules, &scores);
    econ_scores_clear(&scores);
    econ_panel_clear(&panel);
    return st;
}

int
econ_replay_verb(const cli_call *call)
{
    const econ_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
