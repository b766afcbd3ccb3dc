/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "joined.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

static sci_status
copy_indicator(econ_indicator *out, const econ_indicator *from)
{
    sci_status st = SCI_OK;

    *out = *from;
    out->name = out->sector = out->unit = out->title = NULL;
    st = sci_strdup(&out->name, from->name);
    if (st == SCI_OK)
        st = sci_strdup(&out->sector, from->sector);
    if (st == SCI_OK)
        st = sci_strdup(&out->unit, from->unit);
    if (st == SCI_OK)
        st = sci_strdup(&out->title, from->title);
    return st;
}

static void
copy_values(econ_panel *out, const econ_panel *from)
{
    for (size_t i = 0; i < out->n_indicators; i++)
        for (size_t t = 0; t < out->n_periods; t++) {
            int64_t u = out->first + (int64_t)t - from->first;
            bool there = u >= 0 && u < (int64_t)from->n_periods;

            out->values[i * out->n_periods + t] =
                there ? from->values[i * from->n_periods + (size_t)u] : (double)NAN;
        }
}

sci_status
econ_panel_stretch(econ_panel *out, const econ_panel *from, int64_t first, size_t n)
{
    sci_status st;

    *out = (econ_panel){ .frequency = from->frequency, .first = first, .n_periods = n };
    st = sci_strdup(&out->path, from->path);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->indicators, from->n_indicators, 1, sizeof *out->indicators);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->sectors, from->n_sectors, 1, sizeof *out->sectors);
    if (st == SCI_OK)
        st = sci_alloc(&out->values, from->n_indicators, n, sizeof *out->values);
    for (size_t i = 0; st == SCI_OK && i < from->n_indicators; i++) {
        out->n_indicators++;
        st = copy_indicator(&out->indicators[i], &from->indicators[i]);
    }
    for (size_t s = 0; st == SCI_OK && s < from->n_sectors; s++) {
        out->n_sectors++;
        st = sci_strdup(&out->sectors[s], from->sectors[s]);
    }
    if (st == SCI_OK) {
        copy_values(out, from);
        econ_panel_detach(out);
    } else {
        econ_panel_clear(out);
    }
    return st;
}

void
econ_panel_detach(econ_panel *panel)
{
    econ_notes_clear(&panel->notes);
    sci_free(panel->flags);
    panel->flags = NULL;
    panel->n_flags = 0;
    panel->n_cells = (uint64_t)panel->n_indicators * panel->n_periods;
    panel->n_gaps = panel->n_values = 0;
    for (uint64_t k = 0; k < panel->n_cells; k++)
        panel->n_values += isnan(panel->values[k]) ? 0 : 1;
    panel->layout = ECON_LONG;
    panel->dialect =
        (econ_dialect){ .delimiter = ',', .decimal = '.', .quote = '"', .encoding = "utf-8" };
    for (size_t i = 0; i < panel->n_indicators; i++) {
        panel->indicators[i].row_first = 0;
        panel->indicators[i].row_last = panel->n_periods - 1;
    }
}

static sci_status
check_like(const econ_panel *old, const econ_panel *more)
{
    if (old->frequency != more->frequency)
        return sci_fail(SCI_ERR_REFUSED, "'%s' is %s and '%s' is %s", more->path,
                        econ_frequency_name(more->frequency), old->path,
                        econ_frequency_name(old->frequency));
    return SCI_OK;
}

static sci_status
fail_at(const econ_panel *old, const econ_panel *more, const char *name, int64_t ordinal,
        const char *what)
{
    char period[ECON_PERIOD_TEXT];

    econ_period_text(period, sizeof period, old->frequency, ordinal);
    return sci_fail(SCI_ERR_REFUSED, "'%s': %s in %s %s '%s'", more->path, name, period, what,
                    old->path);
}

/* One indicator's values of `more` put into `out`. */
static sci_status
take_values(econ_panel *out, const econ_panel *old, const econ_panel *more, size_t i, size_t k,
            econ_joining *what)
{
    const char *name = old->indicators[i].name;

    for (size_t u = 0; u < more->n_periods; u++) {
        double x = more->values[k * more->n_periods + u], *place;
        int64_t ordinal = more->first + (int64_t)u, t = ordinal - old->first;

        if (isnan(x))
            continue;
        if (t < 0)
            return fail_at(old, more, name, ordinal, "is before all periods of");
        place = &out->values[i * out->n_periods + (size_t)t];
        if (*place == x)
            continue;
        if (!isnan(*place))
            return fail_at(
                old, more, name, ordinal,
                "was revised: scores that were given stay, a run over all the values makes "
                "new ones; it is not what is in");
        *place = x;
        if ((size_t)t < old->n_periods)
            what->late++;
        else
            what->added++;
        if ((size_t)t < what->from)
            what->from = (size_t)t;
    }
    return SCI_OK;
}

static sci_status
check_unit(const econ_panel *old, const econ_panel *more, size_t i, size_t k)
{
    const char *a = old->indicators[i].unit, *b = more->indicators[k].unit;

    if (a != NULL && b != NULL && strcmp(a, b) != 0)
        return sci_fail(SCI_ERR_REFUSED, "'%s': %s is in '%s', and in '%s' of '%s'", more->path,
                        old->indicators[i].name, b, a, old->path);
    return SCI_OK;
}

/* Where the file or its map names sectors, they have to be those of the state. */
static sci_status
check_sector(const econ_panel *old, const econ_panel *more, size_t i, size_t k)
{
    const char *a = old->indicators[i].sector, *b = more->indicators[k].sector;

    if (a != NULL && b != NULL && strcmp(a, b) != 0)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': %s is in the sector '%s', and in '%s' of '%s'; other sectors need a "
                        "run over all the values",
                        more->path, old->indicators[i].name, b, a, old->path);
    return SCI_OK;
}

/* ---- names ---- */

typedef struct named {
    const char *name;
    size_t indicator;
} named;

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

static sci_status
sort_names(named **out, const econ_panel *panel)
{
    sci_status st = sci_alloc(out, panel->n_indicators, 1, sizeof **out);

    for (size_t i = 0; st == SCI_OK && i < panel->n_indicators; i++)
        (*out)[i] = (named){ panel->indicators[i].name, i };
    if (st == SCI_OK)
        qsort(*out, panel->n_indicators, sizeof **out, by_name);
    return st;
}

sci_status
econ_panel_join(econ_panel *out, const econ_panel *old, const econ_panel *more, econ_joining *what)
{
    int64_t end = old->first + (int64_t)old->n_periods,
            more_end = more->first + (int64_t)more->n_periods;
    size_t n = (size_t)((more_end > end ? more_end : end) - old->first);
    named *names = NULL;
    sci_status st = check_like(old, more);

    *what = (econ_joining){ .from = old->n_periods };
    if (st == SCI_OK)
        st = econ_panel_stretch(out, old, old->first, n);
    if (st == SCI_OK)
        st = sort_names(&names, old);
    for (size_t k = 0; st == SCI_OK && k < more->n_indicators; k++) {
        const named wanted = { more->indicators[k].name, 0 },
                    *found = bsearch(&wanted, names, old->n_indicators, sizeof *names, by_name);

        if (found == NULL) {
            what->ignored++;
            continue;
        }
        st = check_unit(old, more, found->indicator, k);
        if (st == SCI_OK)
            st = check_sector(old, more, found->indicator, k);
        if (st == SCI_OK)
            st = take_values(out, old, more, found->indicator, k, what);
    }
    if (st == SCI_OK && what->ignored == more->n_indicators)
        st = sci_fail(SCI_ERR_REFUSED, "'%s': none of its %zu indicators is in '%s', not even '%s'",
                      more->path, more->n_indicators, old->path, more->indicators[0].name);
    sci_free(names);
    return st;
}
