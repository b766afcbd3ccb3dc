/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit_rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

enum { NAMED = 5 }; /* indicators that a warning names */

static sci_status
opened(econ_units **units)
{
    return *units ? SCI_OK : econ_units_open(units);
}

sci_status
econ_unit_rules_convert(void *context, const char *from, const char *to, double *factor,
                        double *offset)
{
    econ_units **units = context;
    econ_unit *a = NULL, *b = NULL;
    econ_conversion conversion = { 1.0, 0.0 };
    sci_status st = SCI_OK;

    if (strcmp(from, to) != 0) {
        st = opened(units);
        if (st == SCI_OK)
            st = econ_unit_parse(&a, *units, from);
        if (st == SCI_OK)
            st = econ_unit_parse(&b, *units, to);
        if (st == SCI_OK)
            st = econ_unit_convert(&conversion, a, b);
    }
    /* A unit that is not understood is the table's fault, not that of the command line. */
    if (st == SCI_ERR_ARGUMENT) {
        char why[512];

        snprintf(why, sizeof why, "%s", sci_message());
        st = sci_fail(SCI_ERR_REFUSED, "%s", why);
    }
    if (st == SCI_OK) {
        *factor = conversion.scale;
        *offset = conversion.offset;
    }
    econ_unit_free(a);
    econ_unit_free(b);
    return st;
}

/* ---- a warning that collects names ---- */

typedef struct collected {
    size_t n;
    size_t first[NAMED];
} collected;

static void
collect(collected *c, size_t indicator)
{
    if (c->n < NAMED)
        c->first[c->n] = indicator;
    c->n++;
}

/* "3 indicators TEXT: 'a', 'b', 'c'" */
static sci_status
warn(econ_panel *panel, const collected *c, const char *code, const char *text)
{
    char names[NAMED * 90] = "";
    size_t used = 0;

    if (c->n == 0)
        return SCI_OK;
    for (size_t k = 0; k < c->n && k < NAMED; k++) {
        int n = snprintf(names + used, sizeof names - used, "%s'%.80s'", k > 0 ? ", " : "",
                         panel->indicators[c->first[k]].name);

        used += n > 0 ? (size_t)n : 0;
    }
    return econ_notes_add(&panel->notes, ECON_WARNING, code, 0, 0, "%zu indicator%s %s: %s%s", c->n,
                          c->n == 1 ? "" : "s", text, names, c->n > NAMED ? ", \xe2\x80\xa6" : "");
}

/* ---- kinds of units, each looked at once ---- */

typedef struct kind {
    const char *unit; /* of the first indicator that has it */
    bool known, offset, percent, bare_index;
    char why[512]; /* it is not known */
} kind;

typedef struct kinds {
    econ_units **units;
    kind *list;
    size_t n, room;
} kinds;

static sci_status
look_at(kind *k, econ_units *units)
{
    econ_unit *unit = NULL;
    char *means = NULL;
    sci_status st = econ_unit_parse(&unit, units, k->unit);

    if (st == SCI_ERR_ARGUMENT) {
        snprintf(k->why, sizeof k->why, "%s", sci_message());
        return SCI_OK;
    }
    if (st == SCI_OK)
        st = econ_unit_text(&means, unit);
    if (st == SCI_OK) {
        k->known = true;
        k->offset = econ_unit_has_offset(unit);
        k->percent = econ_unit_is_percent(unit);
        k->bare_index = strcmp(means, "index") == 0;
    }
    sci_free(means);
    econ_unit_free(unit);
    return st;
}

static sci_status
kind_of(const kind **out, kinds *all, const char *unit)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; k < all->n; k++)
        if (strcmp(all->list[k].unit, unit) == 0) {
            *out = &all->list[k];
            return SCI_OK;
        }
    if (all->n == all->room) {
        size_t more = all->room ? 2 * all->room : 16;
        kind *list = NULL;

        st = sci_alloc_zero(&list, more, 1, sizeof *list);
        if (st != SCI_OK)
            return st;
        if (all->n > 0)
            memcpy(list, all->list, all->n * sizeof *list);
        sci_free(all->list);
        all->list = list;
        all->room = more;
    }
    all->list[all->n] = (kind){ .unit = unit };
    st = opened(all->units);
    if (st == SCI_OK)
        st = look_at(&all->list[all->n], *all->units);
    if (st == SCI_OK)
        *out = &all->list[all->n++];
    return st;
}

/* ---- values ---- */

static bool
takes_ratios(econ_transform transform)
{
    return transform == ECON_LOG || transform == ECON_DLOG || transform == ECON_D2LOG
           || transform == ECON_DPCT;
}

static bool
takes_logs(econ_transform transform)
{
    return takes_ratios(transform) && transform != ECON_DPCT;
}

/* Logarithms of negative values are refused; whether there are zeros goes to *zeros. */
static sci_status
check_values(const econ_panel *panel, size_t i, bool *zeros)
{
    const econ_indicator *indicator = &panel->indicators[i];
    const double *values = panel->values + i * panel->n_periods;

    *zeros = false;
    for (size_t t = 0; t < panel->n_periods; t++) {
        char period[ECON_PERIOD_TEXT];

        *zeros |= values[t] == 0.0;
        if (!(values[t] < 0.0))
            continue;
        econ_period_text(period, sizeof period, panel->frequency, panel->first + (int64_t)t);
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' is %g in %s, and negative numbers have no logarithm: use the "
                        "transform 'diff' instead of '%s'",
                        indicator->name, values[t], period,
                        econ_transform_name(indicator->transform));
    }
    return SCI_OK;
}

/* ---- the whole ---- */

typedef struct doubts {
    collected missing, unknown, bare, percent, zero;
} doubts;

static sci_status
check_unit(kinds *all, doubts *d, const econ_panel *panel, size_t i, bool strict)
{
    const econ_indicator *indicator = &panel->indicators[i];
    const char *transform = econ_transform_name(indicator->transform);
    const kind *what = NULL;
    sci_status st;

    if (!indicator->unit || !indicator->unit[0]) {
        collect(&d->missing, i);
        return strict ? sci_fail(SCI_ERR_REFUSED, "'%s' has no unit, which --strict-units asks for",
                                 indicator->name)
                      : SCI_OK;
    }
    st = kind_of(&what, all, indicator->unit);
    if (st != SCI_OK)
        return st;
    if (!what->known) {
        collect(&d->unknown, i);
        return strict ? sci_fail(SCI_ERR_REFUSED, "'%s': %s", indicator->name, what->why) : SCI_OK;
    }
    if (what->offset && takes_ratios(indicator->transform))
        return sci_fail(
            SCI_ERR_REFUSED,
            "'%s' is in '%s', whose zero means nothing: '%s' makes no sense for it, use "
            "'diff'",
            indicator->name, indicator->unit, transform);
    if (what->percent && takes_logs(indicator->transform))
        collect(&d->percent, i);
    if (what->bare_index)
        collect(&d->bare, i);
    return SCI_OK;
}

static sci_status
say(econ_panel *panel, const doubts *d)
{
    sci_status st = warn(panel, &d->missing, "no_unit", "without a unit");

    if (st == SCI_OK)
        st = warn(panel, &d->unknown, "unknown_unit",
                  "in a unit that is not understood ('sci-econ units' says more)");
    if (st == SCI_OK)
        st = warn(
            panel, &d->bare, "index_without_base",
            "measured by an index without its base, so that a change of base would not be seen");
    if (st == SCI_OK)
        st = warn(panel, &d->percent, "log_of_percent",
                  "in percent of which logarithms are taken ('diff' gives percentage points)");
    if (st == SCI_OK)
        st = warn(panel, &d->zero, "log_of_zero",
                  "with zeros, which have no logarithm and count as missing");
    return st;
}

sci_status
econ_unit_rules_check(econ_panel *panel, bool strict, econ_units **units)
{
    kinds all = { .units = units };
    doubts d = { 0 };
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < panel->n_indicators; i++) {
        bool zeros = false;

        st = check_unit(&all, &d, panel, i, strict);
        if (st == SCI_OK && takes_logs(panel->indicators[i].transform))
            st = check_values(panel, i, &zeros);
        if (zeros)
            collect(&d.zero, i);
    }
    if (st == SCI_OK)
        st = say(panel, &d);
    sci_free(all.list);
    return st;
}
