/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "report_priv.h"

/* ---- making it ---- */

static sci_status
choose_shown(econ_report *r)
{
    const econ_report_parts *p = &r->parts;
    size_t periods = p->panel->n_periods;
    size_t first = p->last > 0 && p->last < periods ? periods - p->last : 0;
    sci_status st = sci_alloc(&r->shown, p->n_anomalies, 1, sizeof *r->shown);

    for (size_t k = 0; st == SCI_OK && k < p->n_anomalies; k++)
        if (p->anomalies[k].period >= first)
            r->shown[r->n_shown++] = k;
    return st;
}

/* The periods of anomalies, two before each (what second differences are made of), and the last. */
static void
keep_some(econ_report *r)
{
    const econ_report_parts *p = &r->parts;
    size_t periods = p->panel->n_periods;
    size_t recent = periods > ECON_REPORT_RECENT ? periods - ECON_REPORT_RECENT : 0;

    for (size_t t = 0; t < periods; t++)
        r->column[t] = t >= recent ? t : SIZE_MAX;
    for (size_t k = 0; k < r->n_shown; k++) {
        size_t t = p->anomalies[r->shown[k]].period;

        for (size_t back = 0; back <= 2 && back <= t; back++)
            r->column[t - back] = t - back;
    }
}

static sci_status
choose_kept(econ_report *r)
{
    const econ_panel *panel = r->parts.panel;
    sci_status st = sci_alloc(&r->column, panel->n_periods, 1, sizeof *r->column);

    if (st != SCI_OK)
        return st;
    r->stride = panel->n_periods;
    if (panel->n_indicators > 0 && panel->n_periods > ECON_REPORT_CELLS / panel->n_indicators)
        keep_some(r);
    else
        for (size_t t = 0; t < panel->n_periods; t++)
            r->column[t] = t;
    for (size_t t = 0; t < panel->n_periods; t++)
        r->n_kept += r->column[t] != SIZE_MAX;
    r->thinned = r->n_kept < panel->n_periods;
    return SCI_OK;
}

sci_status
econ_report_make(econ_report *out, const econ_report_parts *parts)
{
    econ_report r = { .parts = *parts };
    sci_status st = choose_shown(&r);

    if (st == SCI_OK)
        st = choose_kept(&r);
    if (st == SCI_OK)
        *out = r;
    else
        econ_report_clear(&r);
    return st;
}

void
econ_report_clear(econ_report *report)
{
    sci_free(report->shown);
    sci_free(report->column);
    report_store_free(report->store);
    *report = (econ_report){ 0 };
}

/* ---- looking into it ---- */

static double
finite_or_nan(double value)
{
    return isfinite(value) ? value : (double)NAN;
}

static double
cell(const econ_report *r, const double *array, size_t indicator, size_t period)
{
    size_t column = r->column[period];

    return column == SIZE_MAX ? (double)NAN : finite_or_nan(array[indicator * r->stride + column]);
}

double
econ_report_value(const econ_report *report, size_t indicator, size_t period)
{
    return cell(report, report->parts.panel->values, indicator, period);
}

double
econ_report_z(const econ_report *report, size_t indicator, size_t period)
{
    return cell(report, report->parts.scores->z, indicator, period);
}

double
econ_report_score(const econ_report *report, const double *array, size_t sector, size_t period)
{
    return array ? finite_or_nan(array[sector * report->parts.panel->n_periods + period])
                 : (double)NAN;
}

const char *
econ_report_label(const econ_report *report, size_t indicator)
{
    const econ_indicator *i = &report->parts.panel->indicators[indicator];

    return i->title && i->title[0] ? i->title : i->name;
}

void
econ_report_period(const econ_report *report, size_t period, char *text, size_t size)
{
    const econ_panel *panel = report->parts.panel;

    econ_period_text(text, size, panel->frequency, panel->first + (int64_t)period);
}

size_t
econ_report_sector_size(const econ_report *report, size_t sector)
{
    const econ_panel *panel = report->parts.panel;
    size_t n = 0;

    for (size_t i = 0; i < panel->n_indicators; i++)
        n += panel->indicators[i].sector_index == sector;
    return n;
}

size_t
econ_report_moved(const econ_report *report, size_t sector, size_t period)
{
    const econ_scores *s = report->parts.scores;
    double breadth = econ_report_score(report, s->breadth, sector, period);
    double available = s->n_available[sector * s->n_periods + period];

    return isnan(breadth) ? 0 : (size_t)lround(breadth * available);
}

const econ_event *
econ_report_event(const econ_report *report, size_t sector, size_t period)
{
    const econ_report_parts *p = &report->parts;
    int64_t ordinal = p->panel->first + (int64_t)period;

    for (size_t k = 0; p->events && k < p->events->n; k++) {
        const econ_event *e = &p->events->items[k];

        if (ordinal < e->first || ordinal > e->last)
            continue;
        if (!e->sector
            || (sector != ECON_WHOLE_ECONOMY && strcmp(e->sector, p->panel->sectors[sector]) == 0))
            return e;
    }
    return NULL;
}

/* ---- movers ---- */

/* The last value before a period; NaN if none is kept. */
static double
value_before(const econ_report *r, size_t indicator, size_t period)
{
    for (size_t t = period; t-- > 0;) {
        double value = econ_report_value(r, indicator, t);

        if (!isnan(value))
            return value;
    }
    return NAN;
}

/* Larger comes first: the one asked for, then by the part in the direction of the sector. */
static double
order_of(const econ_mover *m, double direction, uint32_t first)
{
    return m->indicator == first ? (double)INFINITY : m->z * direction;
}

static size_t
insert(econ_mover *list, size_t n, size_t most, const econ_mover *m, double direction,
       uint32_t first)
{
    size_t at = n;

    while (at > 0 && order_of(&list[at - 1], direction, first) < order_of(m, direction, first))
        at--;
    if (at >= most)
        return n;
    if (n == most)
        n--;
    memmove(&list[at + 1], &list[at], (n - at) * sizeof *list);
    list[at] = *m;
    return n + 1;
}

size_t
econ_report_movers(const econ_report *report, size_t sector, size_t period, uint32_t first,
                   size_t n, econ_mover *out)
{
    const econ_panel *panel = report->parts.panel;
    double raw = econ_report_score(report, report->parts.scores->raw, sector, period);
    double direction = raw < 0.0 ? -1.0 : 1.0, sum = 0.0;
    size_t found = 0;

    for (size_t i = 0; i < panel->n_indicators && n > 0; i++) {
        econ_mover m = { .indicator = i };

        if (panel->indicators[i].sector_index != sector)
            continue;
        m.z = econ_report_z(report, i, period);
        if (isnan(m.z))
            continue;
        sum += fabs(m.z);
        m.after = econ_report_value(report, i, period);
        m.before = value_before(report, i, period);
        found = insert(out, found, n, &m, direction, first);
    }
    for (size_t k = 0; k < found; k++)
        out[k].share = sum > 0.0 ? fabs(out[k].z) / sum : 0.0;
    return found;
}
