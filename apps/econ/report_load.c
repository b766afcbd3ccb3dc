/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.json read back. Texts stay in the tree that was read. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json_read.h"
#include "cli/options.h"

#include "report_priv.h"

typedef struct report_store {
    cli_json_value *tree;
    const char *path; /* for messages, while it is read */
    econ_panel panel;
    econ_scores scores;
    econ_rules rules;
    econ_events events;
    econ_anomaly *anomalies;
    size_t n_anomalies;
} report_store;

void
report_store_free(void *store)
{
    report_store *s = store;

    if (!s)
        return;
    sci_free(s->panel.values);
    sci_free(s->panel.indicators);
    sci_free(s->panel.sectors);
    sci_free(s->panel.notes.items);
    sci_free(s->events.items);
    sci_free(s->anomalies);
    econ_scores_clear(&s->scores);
    cli_json_value_free(s->tree);
    sci_free(s);
}

/* ---- values ---- */

static sci_status
damaged(const report_store *s, const char *key)
{
    return sci_fail(SCI_ERR_FORMAT,
                    "'%s' is not a whole report: '%s' is missing, or is not what it should be",
                    s->path, key);
}

static sci_status
need(const cli_json_value **out, const report_store *s, const cli_json_value *object,
     const char *key, cli_json_kind kind)
{
    *out = cli_json_member(object, key);
    return *out && (*out)->kind == kind ? SCI_OK : damaged(s, key);
}

/* A number that is missing or null is NaN. */
static double
real_of(const cli_json_value *value)
{
    return value && value->kind == CLI_JSON_NUMBER ? value->number : (double)NAN;
}

static char *
text_of(const cli_json_value *object, const char *key)
{
    const cli_json_value *value = cli_json_member(object, key);

    return value && value->kind == CLI_JSON_TEXT ? value->text : NULL;
}

/* A whole number below `bound`; SIZE_MAX for null. */
static sci_status
index_of(size_t *out, const report_store *s, const cli_json_value *value, size_t bound,
         const char *key)
{
    *out = SIZE_MAX;
    if (value && value->kind == CLI_JSON_NULL)
        return SCI_OK;
    if (!value || value->kind != CLI_JSON_NUMBER || !(value->number >= 0.0)
        || !(value->number < (double)bound) || value->number != floor(value->number))
        return damaged(s, key);
    *out = (size_t)value->number;
    return SCI_OK;
}

static sci_status
period_of(int64_t *out, const report_store *s, const cli_json_value *object, const char *key)
{
    const char *text = text_of(object, key);

    return text && econ_period_parse(text, s->panel.frequency, false, out) == SCI_OK
               ? SCI_OK
               : damaged(s, key);
}

static sci_status
choice_of(int *out, const report_store *s, const cli_json_value *object, const char *key,
          const char *choices)
{
    const char *text = text_of(object, key);

    *out = text ? cli_choice_find(choices, text) : -1;
    return *out >= 0 ? SCI_OK : damaged(s, key);
}

/* ---- arrays ---- */

/* Lengths are compared before memory is taken for them. */
static sci_status
need_lists(const report_store *s, const cli_json_value *list, size_t rows, size_t columns,
           const char *key)
{
    if (list->n != rows)
        return damaged(s, key);
    for (size_t k = 0; k < rows; k++)
        if (list->items[k].kind != CLI_JSON_ARRAY || list->items[k].n != columns)
            return damaged(s, key);
    return SCI_OK;
}

/* Numbers, or null for what is missing, and nothing else. */
static sci_status
copy_reals(double *out, const report_store *s, const cli_json_value *list, const char *key)
{
    for (size_t k = 0; k < list->n; k++) {
        const cli_json_value *item = &list->items[k];

        if (item->kind != CLI_JSON_NUMBER && item->kind != CLI_JSON_NULL)
            return damaged(s, key);
        out[k] = real_of(item);
    }
    return SCI_OK;
}

static sci_status
need_real(double *out, const report_store *s, const cli_json_value *object, const char *key)
{
    const cli_json_value *value;
    sci_status st = need(&value, s, object, key, CLI_JSON_NUMBER);

    *out = st == SCI_OK ? value->number : (double)NAN;
    return st;
}

static sci_status
load_vector(double **out, const report_store *s, const cli_json_value *object, const char *key)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, object, key, CLI_JSON_ARRAY);

    if (st == SCI_OK && list->n != s->panel.n_periods)
        st = damaged(s, key);
    if (st == SCI_OK)
        st = sci_alloc(out, list->n, 1, sizeof **out);
    if (st == SCI_OK)
        st = copy_reals(*out, s, list, key);
    return st;
}

static sci_status
load_rows(double **out, const report_store *s, const cli_json_value *object, const char *key,
          size_t rows, size_t columns)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, object, key, CLI_JSON_ARRAY);

    if (st == SCI_OK)
        st = need_lists(s, list, rows, columns, key);
    if (st == SCI_OK)
        st = sci_alloc(out, rows, columns, sizeof **out);
    for (size_t k = 0; st == SCI_OK && k < rows; k++)
        st = copy_reals(*out + k * columns, s, &list->items[k], key);
    return st;
}

/* Counts are written as numbers, drivers as numbers or null (`optional`). */
static sci_status
load_counts(uint32_t **out, const report_store *s, const cli_json_value *object, const char *key,
            size_t bound, bool optional)
{
    size_t sectors = s->panel.n_sectors, periods = s->panel.n_periods;
    const cli_json_value *list;
    sci_status st = need(&list, s, object, key, CLI_JSON_ARRAY);

    if (st == SCI_OK)
        st = need_lists(s, list, sectors, periods, key);
    if (st == SCI_OK)
        st = sci_alloc(out, sectors, periods, sizeof **out);
    for (size_t k = 0; st == SCI_OK && k < sectors; k++)
        for (size_t t = 0; st == SCI_OK && t < periods; t++) {
            size_t number;

            st = index_of(&number, s, &list->items[k].items[t], bound, key);
            if (st == SCI_OK && number == SIZE_MAX && !optional)
                st = damaged(s, key);
            (*out)[k * periods + t] = number == SIZE_MAX ? ECON_NO_DRIVER : (uint32_t)number;
        }
    return st;
}

static sci_status
load_flags(uint8_t **out, const report_store *s, const char *key)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, s->tree, key, CLI_JSON_ARRAY);

    if (st == SCI_OK)
        st = sci_alloc_zero(out, s->panel.n_periods, 1, 1);
    for (size_t k = 0; st == SCI_OK && k < list->n; k++) {
        size_t t;

        st = index_of(&t, s, &list->items[k], s->panel.n_periods, key);
        if (st == SCI_OK && t != SIZE_MAX)
            (*out)[t] = 1;
    }
    return st;
}

/* ---- parts ---- */

static sci_status
load_schema(report_store *s)
{
    const char *schema = text_of(s->tree, "schema");
    double version = real_of(cli_json_member(s->tree, "schema_version"));

    if (!schema || strcmp(schema, REPORT_SCHEMA) != 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is not a report of sci-econ (report.json)", s->path);
    if (version != REPORT_VERSION)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s' is a report of schema %.15g, this program knows %d: score again",
                        s->path, version, REPORT_VERSION);
    return SCI_OK;
}

static sci_status
load_time(report_store *s)
{
    const char *name = text_of(s->tree, "frequency");
    int frequency = 0;
    size_t n = 0;
    sci_status st;

    while (frequency < ECON_FREQUENCIES
           && (!name || strcmp(name, econ_frequency_name((econ_frequency)frequency)) != 0))
        frequency++;
    if (frequency == ECON_FREQUENCIES)
        return damaged(s, "frequency");
    s->panel.frequency = (econ_frequency)frequency;
    st = period_of(&s->panel.first, s, s->tree, "first");
    if (st == SCI_OK)
        st = index_of(&n, s, cli_json_member(s->tree, "periods"), SIZE_MAX / 2, "periods");
    s->panel.n_periods = s->scores.n_periods = n;
    return st == SCI_OK && n == SIZE_MAX ? damaged(s, "periods") : st;
}

static sci_status
load_sectors(report_store *s)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, s->tree, "sectors", CLI_JSON_ARRAY);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s->panel.sectors, list->n, 1, sizeof *s->panel.sectors);
    for (size_t k = 0; st == SCI_OK && k < list->n; k++) {
        s->panel.sectors[k] = list->items[k].text;
        if (list->items[k].kind != CLI_JSON_TEXT)
            st = damaged(s, "sectors");
    }
    if (st == SCI_OK)
        s->panel.n_sectors = s->scores.n_sectors = list->n;
    return st;
}

static sci_status
load_indicator(econ_indicator *i, const report_store *s, const cli_json_value *object)
{
    const char *transform = text_of(object, "transform");

    i->name = text_of(object, "name");
    i->title = text_of(object, "title");
    i->unit = text_of(object, "unit");
    i->transform = (econ_transform)(transform ? econ_transform_find(transform) : 0);
    i->sign = real_of(cli_json_member(object, "sign")) < 0.0 ? -1 : 1;
    i->weight = 1.0;
    if (!i->name || (int)i->transform == 0)
        return damaged(s, "indicators");
    return index_of(&i->sector_index, s, cli_json_member(object, "sector"), s->panel.n_sectors,
                    "sector");
}

static sci_status
load_indicators(report_store *s)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, s->tree, "indicators", CLI_JSON_ARRAY);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s->panel.indicators, list->n, 1, sizeof *s->panel.indicators);
    for (size_t k = 0; st == SCI_OK && k < list->n; k++)
        st = load_indicator(&s->panel.indicators[k], s, &list->items[k]);
    if (st == SCI_OK)
        s->panel.n_indicators = s->scores.n_indicators = list->n;
    return st;
}

static sci_status
load_rules(report_store *s)
{
    econ_rules *r = &s->rules;
    const cli_json_value *o, *list;
    int seasonal = 0, scale = 0, sector = 0, tail = 0, fdr = 0;
    sci_status st = need(&o, s, s->tree, "rules", CLI_JSON_OBJECT);

    if (st == SCI_OK)
        st = choice_of(&seasonal, s, o, "seasonal", ECON_SEASONALS);
    if (st == SCI_OK)
        st = choice_of(&scale, s, o, "scale", ECON_SCALES);
    if (st == SCI_OK)
        st = choice_of(&sector, s, o, "sector_stat", ECON_SECTOR_STATS);
    if (st == SCI_OK)
        st = choice_of(&tail, s, o, "p", ECON_TAILS);
    if (st == SCI_OK)
        st = choice_of(&fdr, s, o, "fdr", ECON_FDRS);
    if (st == SCI_OK)
        st = need(&list, s, o, "statistics", CLI_JSON_ARRAY);
    if (st != SCI_OK)
        return st;
    *r = (econ_rules){ .seasonal = (econ_seasonal)seasonal,
                       .scale = (econ_scale)scale,
                       .sector_stat = (econ_sector_stat)sector,
                       .tail = (econ_tail)tail,
                       .fdr = (econ_fdr)fdr,
                       .min_effect = real_of(cli_json_member(o, "min_effect")),
                       .min_breadth = real_of(cli_json_member(o, "min_breadth")) };
    st = need_real(&r->alpha, s, o, "alpha");
    if (st == SCI_OK)
        st = need_real(&r->min_z, s, o, "min_z");
    if (st != SCI_OK)
        return st;
    for (unsigned bit = 1; bit <= ECON_STAT_MAHALANOBIS; bit *= 2)
        for (size_t k = 0; k < list->n; k++)
            if (list->items[k].kind == CLI_JSON_TEXT
                && strcmp(list->items[k].text, econ_statistic_name(bit)) == 0)
                r->stats |= bit;
    if (cli_json_member(o, "window")) {
        r->window_kind = ECON_ROLLING;
        st = index_of(&r->window, s, cli_json_member(o, "window"), SIZE_MAX / 2, "window");
    }
    if (st == SCI_OK && cli_json_member(o, "calibrate_to")) {
        r->window_kind = ECON_CALIBRATED;
        st = period_of(&r->calibrate_to, s, o, "calibrate_to");
    }
    if (st == SCI_OK && cli_json_member(o, "exclude_first")) {
        r->excluding = true;
        st = period_of(&r->exclude_first, s, o, "exclude_first");
        if (st == SCI_OK)
            st = period_of(&r->exclude_last, s, o, "exclude_last");
    }
    return st;
}

static sci_status
load_anomaly(econ_anomaly *a, const report_store *s, const cli_json_value *object)
{
    const char *statistic = text_of(object, "statistic");
    const cli_json_value *extrapolated = cli_json_member(object, "extrapolated");
    size_t driver = SIZE_MAX;
    sci_status st =
        index_of(&a->period, s, cli_json_member(object, "period"), s->panel.n_periods, "period");

    if (st == SCI_OK && a->period == SIZE_MAX)
        st = damaged(s, "period");
    if (st == SCI_OK)
        st = index_of(&a->sector, s, cli_json_member(object, "sector"), s->panel.n_sectors,
                      "sector");
    if (st == SCI_OK)
        st = index_of(&driver, s, cli_json_member(object, "driver"), s->panel.n_indicators,
                      "driver");
    for (unsigned bit = 1; statistic && bit <= ECON_STAT_MAHALANOBIS; bit *= 2)
        if (strcmp(statistic, econ_statistic_name(bit)) == 0)
            a->statistic = bit;
    if (st == SCI_OK && a->statistic == 0)
        st = damaged(s, "statistic");
    a->driver = driver == SIZE_MAX ? ECON_NO_DRIVER : (uint32_t)driver;
    if (st == SCI_OK)
        st = need_real(&a->score, s, object, "score");
    a->p = real_of(cli_json_member(object, "p"));
    a->q = real_of(cli_json_member(object, "q"));
    a->breadth = real_of(cli_json_member(object, "breadth"));
    a->effect = real_of(cli_json_member(object, "effect"));
    a->extrapolated = extrapolated && extrapolated->kind == CLI_JSON_BOOLEAN && extrapolated->truth;
    return st;
}

static sci_status
load_anomalies(report_store *s)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, s->tree, "anomalies", CLI_JSON_ARRAY);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s->anomalies, list->n, 1, sizeof *s->anomalies);
    for (size_t k = 0; st == SCI_OK && k < list->n; k++)
        st = load_anomaly(&s->anomalies[s->n_anomalies++], s, &list->items[k]);
    return st;
}

static sci_status
load_events(report_store *s)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, s->tree, "events", CLI_JSON_ARRAY);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s->events.items, list->n, 1, sizeof *s->events.items);
    for (size_t k = 0; st == SCI_OK && k < list->n; k++) {
        econ_event *e = &s->events.items[s->events.n++];
        const cli_json_value *object = &list->items[k];

        e->label = text_of(object, "label");
        e->sector = text_of(object, "sector");
        st = e->label ? period_of(&e->first, s, object, "first") : damaged(s, "events");
        if (st == SCI_OK)
            st = period_of(&e->last, s, object, "last");
    }
    return st;
}

static sci_status
load_notes(report_store *s)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, s->tree, "notes", CLI_JSON_ARRAY);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s->panel.notes.items, list->n, 1, sizeof *s->panel.notes.items);
    for (size_t k = 0; st == SCI_OK && k < list->n; k++) {
        econ_note *note = &s->panel.notes.items[s->panel.notes.n++];
        const cli_json_value *object = &list->items[k];
        const char *kind = text_of(object, "kind");
        size_t line = SIZE_MAX;

        note->kind = kind && strcmp(kind, "guess") == 0 ? ECON_GUESS : ECON_WARNING;
        note->code = text_of(object, "code");
        note->text = text_of(object, "text");
        st = note->code && note->text
                 ? index_of(&line, s, cli_json_member(object, "line"), SIZE_MAX / 2, "line")
                 : damaged(s, "notes");
        note->line = line == SIZE_MAX ? 0 : line;
    }
    return st;
}

static sci_status
load_scores(report_store *s)
{
    const cli_json_value *o, *economy;
    sci_status st = need(&o, s, s->tree, "scores", CLI_JSON_OBJECT);

    if (st == SCI_OK)
        st = need(&economy, s, s->tree, "economy", CLI_JSON_OBJECT);
    if (st == SCI_OK)
        st = load_vector(&s->scores.economy_raw, s, economy, "raw");
    if (st == SCI_OK)
        st = load_vector(&s->scores.economy, s, economy, "score");
    if (st == SCI_OK)
        st = load_vector(&s->scores.p_economy, s, economy, "p");
    for (size_t a = 0; st == SCI_OK && a < REPORT_ARRAYS; a++) {
        const report_array *array = &report_arrays[a];
        double **at = (double **)((char *)&s->scores + array->offset);

        if (cli_json_member(o, array->name) || strcmp(array->name, "mahalanobis") != 0)
            st = load_rows(at, s, o, array->name, s->panel.n_sectors, s->panel.n_periods);
    }
    if (st == SCI_OK)
        st = load_counts(&s->scores.n_available, s, o, "n_available", UINT32_MAX, false);
    if (st == SCI_OK)
        st = load_counts(&s->scores.within_driver, s, o, "within_driver", s->panel.n_indicators,
                         true);
    if (st == SCI_OK)
        st = load_flags(&s->scores.in_sample, s, "in_sample");
    if (st == SCI_OK)
        st = load_flags(&s->scores.excluded, s, "excluded");
    return st;
}

static sci_status
load_detail(econ_report *r, report_store *s)
{
    const cli_json_value *o, *periods;
    sci_status st = need(&o, s, s->tree, "detail", CLI_JSON_OBJECT);

    if (st == SCI_OK)
        st = need(&periods, s, o, "periods", CLI_JSON_ARRAY);
    if (st == SCI_OK)
        st = sci_alloc(&r->column, s->panel.n_periods, 1, sizeof *r->column);
    if (st != SCI_OK)
        return st;
    for (size_t t = 0; t < s->panel.n_periods; t++)
        r->column[t] = SIZE_MAX;
    for (size_t k = 0; st == SCI_OK && k < periods->n; k++) {
        size_t t;

        st = index_of(&t, s, &periods->items[k], s->panel.n_periods, "periods");
        if (st == SCI_OK && t != SIZE_MAX)
            r->column[t] = k;
    }
    r->stride = r->n_kept = periods->n;
    r->thinned = r->n_kept < s->panel.n_periods;
    if (st == SCI_OK)
        st = load_rows(&s->panel.values, s, o, "value", s->panel.n_indicators, r->stride);
    if (st == SCI_OK)
        st = load_rows(&s->scores.z, s, o, "z", s->panel.n_indicators, r->stride);
    return st;
}

static sci_status
load_inputs(econ_report_parts *p, report_store *s)
{
    const cli_json_value *list;
    sci_status st = need(&list, s, s->tree, "inputs", CLI_JSON_ARRAY);

    for (size_t k = 0; st == SCI_OK && k < list->n && k < ECON_REPORT_INPUTS; k++) {
        econ_report_input *input = &p->inputs[p->n_inputs++];

        input->role = text_of(&list->items[k], "role");
        input->name = text_of(&list->items[k], "name");
        input->digest = text_of(&list->items[k], "digest");
        if (!input->role || !input->name)
            st = damaged(s, "inputs");
    }
    return st;
}

static sci_status
load_all(econ_report *r, report_store *s)
{
    econ_report_parts *p = &r->parts;
    sci_status (*const steps[])(report_store *) = { load_schema,     load_time,   load_sectors,
                                                    load_indicators, load_rules,  load_scores,
                                                    load_anomalies,  load_events, load_notes };
    sci_status st = SCI_OK;

    for (size_t k = 0; st == SCI_OK && k < sizeof steps / sizeof *steps; k++)
        st = steps[k](s);
    if (st == SCI_OK)
        st = load_inputs(p, s);
    if (st == SCI_OK)
        st = load_detail(r, s);
    if (st == SCI_OK)
        st = index_of(&p->last, s, cli_json_member(s->tree, "last"), SIZE_MAX / 2, "last");
    if (st != SCI_OK)
        return st;
    p->panel = &s->panel;
    p->scores = &s->scores;
    p->rules = &s->rules;
    p->anomalies = s->anomalies;
    p->n_anomalies = r->n_shown = s->n_anomalies;
    p->events = &s->events;
    p->options = text_of(s->tree, "options");
    p->false_alarms = real_of(cli_json_member(s->tree, "false_alarms_a_year"));
    p->last = p->last == SIZE_MAX ? 0 : p->last;
    st = sci_alloc(&r->shown, r->n_shown, 1, sizeof *r->shown);
    for (size_t k = 0; st == SCI_OK && k < r->n_shown; k++)
        r->shown[k] = k;
    return st;
}

sci_status
econ_report_read(econ_report *out, const char *path)
{
    econ_report r = { 0 };
    report_store *s = NULL;
    sci_status st = sci_alloc_zero(&s, 1, 1, sizeof *s);

    if (st != SCI_OK)
        return st;
    r.store = s;
    s->path = path;
    st = cli_json_read(&s->tree, path);
    if (st == SCI_OK)
        st = load_all(&r, s);
    if (st == SCI_OK)
        *out = r;
    else
        econ_report_clear(&r);
    return st;
}
