/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indicators of several frequencies brought to the lowest of them. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "build.h"

/* Periods of `fine` in one of `coarse` where that is always the same, else 0. */
static int
inside(econ_frequency fine, econ_frequency coarse)
{
    if (fine == ECON_MONTHLY && coarse == ECON_QUARTERLY)
        return 3;
    if (fine == ECON_MONTHLY && coarse == ECON_ANNUAL)
        return 12;
    return fine == ECON_QUARTERLY && coarse == ECON_ANNUAL ? 4 : 0;
}

/* The values inside one coarse period. */
typedef struct group {
    double sum, last;
    int n, missing;
} group;

/* A mean or a sum over a part of the period would not be comparable; the last value is, if it is there. */
static double
value_of(const group *g, econ_align how, int expected)
{
    if (how == ECON_ALIGN_LAST)
        return g->last;
    if (g->n == 0 || g->missing > 0 || (expected > 0 && g->n != expected))
        return (double)NAN;
    return how == ECON_ALIGN_SUM ? g->sum : g->sum / g->n;
}

static void
align_row(const econ_build *b, size_t i, econ_frequency to, int64_t first, econ_align how,
          double *out, size_t n)
{
    econ_frequency from = (econ_frequency)b->frequency[i];
    const double *row = b->panel->values + i * b->periods_most;
    econ_indicator *indicator = &b->panel->indicators[i];
    int64_t origin = b->first[from], open = INT64_MIN;
    group g = { .last = (double)NAN };

    for (size_t t = 0; t < n; t++)
        out[t] = (double)NAN;
    for (size_t t = indicator->row_first; t <= indicator->row_last; t++) {
        int64_t coarse = econ_period_convert(from, origin + (int64_t)t, to, false);

        if (coarse != open) {
            if (open != INT64_MIN)
                out[open - first] = value_of(&g, how, inside(from, to));
            g = (group){ .last = (double)NAN };
            open = coarse;
        }
        g.last = row[t];
        g.n++;
        g.missing += isnan(row[t]);
        g.sum += row[t];
    }
    if (open != INT64_MIN)
        out[open - first] = value_of(&g, how, inside(from, to));
    indicator->row_first =
        (size_t)(econ_period_convert(from, origin + (int64_t)indicator->row_first, to, false)
                 - first);
    indicator->row_last =
        (size_t)(econ_period_convert(from, origin + (int64_t)indicator->row_last, to, false)
                 - first);
}

/* The lowest frequency, and first and last period of all in it. Returns how many frequencies there are. */
static int
lowest(const econ_build *b, econ_frequency *to, int64_t *first, int64_t *last)
{
    int n = 0;

    *first = INT64_MAX;
    *last = INT64_MIN;
    for (int f = ECON_FREQUENCIES; f-- > 0;)
        if (b->first[f] <= b->last[f]) {
            *to = (econ_frequency)f;
            n++;
        }
    for (int f = 0; f < ECON_FREQUENCIES; f++) {
        int64_t from, until;

        if (b->first[f] > b->last[f])
            continue;
        from = econ_period_convert((econ_frequency)f, b->first[f], *to, false);
        until = econ_period_convert((econ_frequency)f, b->last[f], *to, false);
        *first = from < *first ? from : *first;
        *last = until > *last ? until : *last;
    }
    return n;
}

sci_status
econ_build_align(econ_build *b, econ_align how)
{
    econ_panel *panel = b->panel;
    econ_frequency to = ECON_ANNUAL;
    int64_t first, last;
    double *values;
    sci_status st;

    if (lowest(b, &to, &first, &last) > 1) {
        size_t n = (size_t)(last - first) + 1;

        st = sci_alloc(&values, panel->n_indicators, n, sizeof *values);
        if (st != SCI_OK)
            return st;
        for (size_t i = 0; i < panel->n_indicators; i++)
            align_row(b, i, to, first, how, values + i * n, n);
        sci_free(panel->values);
        panel->values = values;
        b->periods_most = n;
        panel->n_flags = 0; /* they are of single values */
        st = econ_notes_add(&panel->notes, ECON_GUESS, "aligned", 0, 0,
                            "indicators of several frequencies were brought to %s ones by their %s",
                            econ_frequency_name(to),
                            how == ECON_ALIGN_SUM    ? "sum"
                            : how == ECON_ALIGN_LAST ? "last value"
                                                     : "mean");
        if (st != SCI_OK)
            return st;
    }
    panel->frequency = to;
    panel->first = first;
    panel->n_periods = b->periods_most;
    return SCI_OK;
}
