/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.json, as docs/econ-report.md describes it. */
#include <stddef.h>
#include <string.h>

#include <sci/memory.h>
#include <sci.h>

#include "cli/json.h"

#include "report_priv.h"

#define AT(member) offsetof(econ_scores, member)

const report_array report_arrays[REPORT_ARRAYS] = {
    { "raw", AT(raw) },
    { "level", AT(level) },
    { "relative", AT(relative) },
    { "within_max", AT(within_max) },
    { "breadth", AT(breadth) },
    { "p_level", AT(p_level) },
    { "p_relative", AT(p_relative) },
    { "p_within", AT(p_within) },
    { "q_relative", AT(q_relative) },
    { "q_within", AT(q_within) },
    { "overall_p", AT(overall_p) },
    { "mahalanobis", AT(mahalanobis) },
};

static void
put_reals(cli_json *j, const double *values, size_t n)
{
    cli_json_array_line(j);
    for (size_t k = 0; k < n; k++)
        cli_json_real(j, values[k]);
    cli_json_array_end(j);
}

static void
put_flags(cli_json *j, const char *key, const uint8_t *flags, size_t n)
{
    cli_json_key(j, key);
    cli_json_array_line(j);
    for (size_t k = 0; k < n; k++)
        if (flags[k])
            cli_json_unsigned(j, k);
    cli_json_array_end(j);
}

/* ---- where it comes from ---- */

static void
put_inputs(cli_json *j, const econ_report_parts *p)
{
    cli_json_key(j, "inputs");
    cli_json_array(j);
    for (size_t k = 0; k < p->n_inputs; k++) {
        cli_json_object_line(j);
        cli_json_member_text(j, "role", p->inputs[k].role);
        cli_json_member_text(j, "name", p->inputs[k].name);
        cli_json_member_text(j, "digest", p->inputs[k].digest);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

static void
put_period(cli_json *j, const char *key, const econ_panel *panel, int64_t ordinal)
{
    char text[ECON_PERIOD_TEXT];

    econ_period_text(text, sizeof text, panel->frequency, ordinal);
    cli_json_member_text(j, key, text);
}

static void
put_choice(cli_json *j, const char *key, const char *choices, int place)
{
    char text[32];

    cli_choice_text(choices, place, text, sizeof text);
    cli_json_member_text(j, key, text);
}

static void
put_statistics(cli_json *j, unsigned stats)
{
    cli_json_key(j, "statistics");
    cli_json_array_line(j);
    for (unsigned bit = 1; bit <= ECON_STAT_MAHALANOBIS; bit *= 2)
        if (stats & bit)
            cli_json_text(j, econ_statistic_name(bit));
    cli_json_array_end(j);
}

static void
put_rules(cli_json *j, const econ_rules *r, const econ_panel *panel)
{
    cli_json_key(j, "rules");
    cli_json_object(j);
    put_choice(j, "seasonal", ECON_SEASONALS, (int)r->seasonal);
    put_choice(j, "scale", ECON_SCALES, (int)r->scale);
    put_choice(j, "sector_stat", ECON_SECTOR_STATS, (int)r->sector_stat);
    put_choice(j, "p", ECON_TAILS, (int)r->tail);
    put_choice(j, "fdr", ECON_FDRS, (int)r->fdr);
    if (r->window_kind == ECON_ROLLING)
        cli_json_member_unsigned(j, "window", r->window);
    if (r->window_kind == ECON_CALIBRATED)
        put_period(j, "calibrate_to", panel, r->calibrate_to);
    if (r->excluding) {
        put_period(j, "exclude_first", panel, r->exclude_first);
        put_period(j, "exclude_last", panel, r->exclude_last);
    }
    put_statistics(j, r->stats);
    cli_json_member_real(j, "alpha", r->alpha);
    cli_json_member_real(j, "min_z", r->min_z);
    cli_json_member_real(j, "min_effect", r->min_effect);
    cli_json_member_real(j, "min_breadth", r->min_breadth);
    cli_json_object_end(j);
}

/* ---- what there is ---- */

static void
put_sectors(cli_json *j, const econ_panel *panel)
{
    cli_json_key(j, "sectors");
    cli_json_array_line(j);
    for (size_t k = 0; k < panel->n_sectors; k++)
        cli_json_text(j, panel->sectors[k]);
    cli_json_array_end(j);
}

static void
put_indicators(cli_json *j, const econ_panel *panel)
{
    cli_json_key(j, "indicators");
    cli_json_array(j);
    for (size_t k = 0; k < panel->n_indicators; k++) {
        const econ_indicator *i = &panel->indicators[k];

        cli_json_object_line(j);
        cli_json_member_text(j, "name", i->name);
        cli_json_member_text(j, "title", i->title);
        cli_json_key(j, "sector");
        if (i->sector_index == SIZE_MAX)
            cli_json_null(j);
        else
            cli_json_unsigned(j, i->sector_index);
        cli_json_member_text(j, "unit", i->unit);
        cli_json_member_text(j, "transform", econ_transform_name(i->transform));
        cli_json_key(j, "sign");
        cli_json_integer(j, i->sign);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

static void
put_economy(cli_json *j, const econ_scores *s)
{
    cli_json_key(j, "economy");
    cli_json_object(j);
    cli_json_key(j, "raw");
    put_reals(j, s->economy_raw, s->n_periods);
    cli_json_key(j, "score");
    put_reals(j, s->economy, s->n_periods);
    cli_json_key(j, "p");
    put_reals(j, s->p_economy, s->n_periods);
    cli_json_object_end(j);
}

static void
put_counts(cli_json *j, const char *key, const uint32_t *counts, const econ_scores *s)
{
    cli_json_key(j, key);
    cli_json_array(j);
    for (size_t k = 0; k < s->n_sectors; k++) {
        cli_json_array_line(j);
        for (size_t t = 0; t < s->n_periods; t++) {
            uint32_t count = counts[k * s->n_periods + t];

            if (count == ECON_NO_DRIVER)
                cli_json_null(j);
            else
                cli_json_unsigned(j, count);
        }
        cli_json_array_end(j);
    }
    cli_json_array_end(j);
}

static void
put_scores(cli_json *j, const econ_scores *s)
{
    cli_json_key(j, "scores");
    cli_json_object(j);
    for (size_t a = 0; a < REPORT_ARRAYS; a++) {
        const double *array = *(double *const *)((const char *)s + report_arrays[a].offset);

        if (!array)
            continue;
        cli_json_key(j, report_arrays[a].name);
        cli_json_array(j);
        for (size_t k = 0; k < s->n_sectors; k++)
            put_reals(j, array + k * s->n_periods, s->n_periods);
        cli_json_array_end(j);
    }
    put_counts(j, "n_available", s->n_available, s);
    put_counts(j, "within_driver", s->within_driver, s);
    cli_json_object_end(j);
}

/* ---- indicators over time ---- */

static void
put_detail_of(cli_json *j, const econ_report *r, double (*get)(const econ_report *, size_t, size_t))
{
    const econ_panel *panel = r->parts.panel;

    cli_json_array(j);
    for (size_t i = 0; i < panel->n_indicators; i++) {
        cli_json_array_line(j);
        for (size_t t = 0; t < panel->n_periods; t++)
            if (r->column[t] != SIZE_MAX)
                cli_json_real(j, get(r, i, t));
        cli_json_array_end(j);
    }
    cli_json_array_end(j);
}

static void
put_detail(cli_json *j, const econ_report *r)
{
    cli_json_key(j, "detail");
    cli_json_object(j);
    cli_json_key(j, "complete");
    cli_json_boolean(j, !r->thinned);
    cli_json_key(j, "periods");
    cli_json_array_line(j);
    for (size_t t = 0; t < r->parts.panel->n_periods; t++)
        if (r->column[t] != SIZE_MAX)
            cli_json_unsigned(j, t);
    cli_json_array_end(j);
    cli_json_key(j, "value");
    put_detail_of(j, r, econ_report_value);
    cli_json_key(j, "z");
    put_detail_of(j, r, econ_report_z);
    cli_json_object_end(j);
}

/* ---- findings ---- */

static void
put_anomalies(cli_json *j, const econ_report *r)
{
    cli_json_key(j, "anomalies");
    cli_json_array(j);
    for (size_t k = 0; k < r->n_shown; k++) {
        const econ_anomaly *a = &r->parts.anomalies[r->shown[k]];

        cli_json_object_line(j);
        cli_json_member_unsigned(j, "period", a->period);
        cli_json_key(j, "sector");
        if (a->sector == ECON_WHOLE_ECONOMY)
            cli_json_null(j);
        else
            cli_json_unsigned(j, a->sector);
        cli_json_member_text(j, "statistic", econ_statistic_name(a->statistic));
        cli_json_member_real(j, "score", a->score);
        cli_json_member_real(j, "p", a->p);
        cli_json_member_real(j, "q", a->q);
        cli_json_member_real(j, "breadth", a->breadth);
        cli_json_member_real(j, "effect", a->effect);
        cli_json_key(j, "driver");
        if (a->driver == ECON_NO_DRIVER)
            cli_json_null(j);
        else
            cli_json_unsigned(j, a->driver);
        cli_json_key(j, "extrapolated");
        cli_json_boolean(j, a->extrapolated);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

static void
put_events(cli_json *j, const econ_report_parts *p)
{
    cli_json_key(j, "events");
    cli_json_array(j);
    for (size_t k = 0; p->events && k < p->events->n; k++) {
        const econ_event *e = &p->events->items[k];

        cli_json_object_line(j);
        put_period(j, "first", p->panel, e->first);
        put_period(j, "last", p->panel, e->last);
        cli_json_member_text(j, "label", e->label);
        cli_json_member_text(j, "sector", e->sector);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

static void
put_notes(cli_json *j, const econ_notes *notes)
{
    cli_json_key(j, "notes");
    cli_json_array(j);
    for (size_t k = 0; k < notes->n; k++) {
        const econ_note *note = &notes->items[k];

        cli_json_object_line(j);
        cli_json_member_text(j, "kind", note->kind == ECON_GUESS ? "guess" : "warning");
        cli_json_member_text(j, "code", note->code);
        cli_json_member_unsigned(j, "line", note->line);
        cli_json_member_text(j, "text", note->text);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

static void
put_all(cli_json *j, const econ_report *r)
{
    const econ_report_parts *p = &r->parts;

    cli_json_object(j);
    cli_json_member_text(j, "schema", REPORT_SCHEMA);
    cli_json_member_unsigned(j, "schema_version", REPORT_VERSION);
    cli_json_member_text(j, "program", "sci-econ " SCI_VERSION);
    cli_json_member_text(j, "options", p->options);
    put_inputs(j, p);
    cli_json_member_text(j, "frequency", econ_frequency_name(p->panel->frequency));
    put_period(j, "first", p->panel, p->panel->first);
    cli_json_member_unsigned(j, "periods", p->panel->n_periods);
    cli_json_member_unsigned(j, "last", p->last);
    cli_json_member_real(j, "false_alarms_a_year", p->false_alarms);
    put_rules(j, p->rules, p->panel);
    put_sectors(j, p->panel);
    put_indicators(j, p->panel);
    put_anomalies(j, r);
    put_events(j, p);
    put_notes(j, &p->panel->notes);
    put_flags(j, "in_sample", p->scores->in_sample, p->panel->n_periods);
    put_flags(j, "excluded", p->scores->excluded, p->panel->n_periods);
    put_economy(j, p->scores);
    put_scores(j, p->scores);
    put_detail(j, r);
    cli_json_object_end(j);
}

sci_status
econ_report_write_json(const econ_report *report, const char *path)
{
    FILE *out = NULL;
    cli_json json;
    sci_status st = report_open(&out, path);

    if (st != SCI_OK)
        return st;
    cli_json_start(&json, out);
    put_all(&json, report);
    st = cli_json_finish(&json);
    return report_close(out, path, st);
}
