/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "joined.h"
#include "scoring.h"

sci_status
econ_sectors_load(econ_sectors *out, const char *path)
{
    const econ_rules plain = { .stats = ECON_STAT_LEVEL };
    econ_store store = { 0 };
    sci_status st = econ_store_open(&store, path);

    *out = (econ_sectors){ .is = store.is };
    if (st == SCI_OK && store.is.state)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is the state of one run; fit makes sectors for others",
                      path);
    if (st == SCI_OK)
        st = econ_scores_alloc(&out->scores, &store.panel, &plain);
    if (st == SCI_OK)
        st = econ_store_scores(&store, store.panel.n_periods, &out->scores, NULL);
    if (st == SCI_OK) {
        out->panel = store.panel;
        out->is = store.is;
        store.panel = (econ_panel){ .path = NULL };
        store.is.rules = NULL;
    } else {
        out->is.rules = NULL;
    }
    econ_store_close(&store);
    return st;
}

void
econ_sectors_clear(econ_sectors *sectors)
{
    econ_panel_clear(&sectors->panel);
    econ_scores_clear(&sectors->scores);
    sci_free(sectors->is.rules);
    *sectors = (econ_sectors){ .is = { .state = false } };
}

/* ---- what fits together ---- */

static bool
same_periods(const econ_panel *a, const econ_panel *b)
{
    return a->first == b->first && a->n_periods == b->n_periods;
}

/* Ordinal of the period after the last one. */
static int64_t
end_of(const econ_panel *p)
{
    return p->first + (int64_t)p->n_periods;
}

static bool
share_a_sector(const econ_panel *a, const econ_panel *b, const char **name)
{
    for (size_t s = 0; s < a->n_sectors; s++)
        if (econ_panel_sector(b, a->sectors[s]) != SIZE_MAX) {
            *name = a->sectors[s];
            return true;
        }
    return false;
}

static void
range_text(char *text, size_t size, const econ_panel *p)
{
    char first[ECON_PERIOD_TEXT], last[ECON_PERIOD_TEXT];

    econ_period_text(first, sizeof first, p->frequency, p->first);
    econ_period_text(last, sizeof last, p->frequency, p->first + (int64_t)p->n_periods - 1);
    snprintf(text, size, "%s to %s", first, last);
}

static sci_status
check_pair(const econ_sectors *a, const econ_sectors *b, bool by_period)
{
    char left[64], right[64];
    const char *name = "";

    if (strcmp(a->is.rules, b->is.rules) != 0)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' and '%s' were made with unlike settings: '%s' and '%s'",
                        a->panel.path, b->panel.path, a->is.rules, b->is.rules);
    if (a->panel.frequency != b->panel.frequency)
        return sci_fail(SCI_ERR_REFUSED, "'%s' is %s and '%s' is %s", a->panel.path,
                        econ_frequency_name(a->panel.frequency), b->panel.path,
                        econ_frequency_name(b->panel.frequency));
    if (by_period)
        return SCI_OK;
    range_text(left, sizeof left, &a->panel);
    range_text(right, sizeof right, &b->panel);
    if (share_a_sector(&a->panel, &b->panel, &name))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' (%s) and '%s' (%s) both have sector '%s'; stretches of time are put "
                        "together only from values (fit --keep-values)",
                        a->panel.path, left, b->panel.path, right, name);
    if (end_of(&a->panel) != end_of(&b->panel))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' has the periods %s and '%s' %s; fit both up to the same last one",
                        a->panel.path, left, b->panel.path, right);
    return SCI_OK;
}

/* Parts of one panel in time: all with values, and sectors that all have. */
static bool
is_split_by_period(size_t n, const econ_sectors *parts)
{
    const char *name;
    bool split = n > 1;

    for (size_t k = 0; k < n; k++)
        split = split && parts[k].is.values
                && (k == 0
                    || (share_a_sector(&parts[0].panel, &parts[k].panel, &name)
                        && !same_periods(&parts[0].panel, &parts[k].panel)));
    return split;
}

/* ---- stretches of time ---- */

static int
by_first(const void *a, const void *b)
{
    const econ_sectors *const *x = a, *const *y = b;

    return ((*x)->panel.first > (*y)->panel.first) - ((*x)->panel.first < (*y)->panel.first);
}

static sci_status
merge_periods(econ_sectors *out, size_t n, const econ_sectors **parts, int threads)
{
    econ_rules rules;
    sci_status st = econ_panel_stretch(&out->panel, &parts[0]->panel, parts[0]->panel.first,
                                       parts[0]->panel.n_periods);

    for (size_t k = 1; st == SCI_OK && k < n; k++) {
        econ_panel joined = { 0 };
        econ_joining what = { 0 };

        st = econ_panel_join(&joined, &out->panel, &parts[k]->panel, &what);
        if (st == SCI_OK && what.ignored > 0)
            st = sci_fail(SCI_ERR_REFUSED, "'%s' has indicators that '%s' does not have",
                          parts[k]->panel.path, parts[0]->panel.path);
        econ_panel_clear(&out->panel);
        out->panel = joined;
    }
    if (st == SCI_OK)
        st = econ_rules_from_text(&rules, parts[0]->is.rules, out->panel.frequency);
    if (st == SCI_OK)
        st = econ_scores_make(&out->scores, &out->panel, &rules, threads);
    out->is.values = true;
    return st;
}

/* ---- sectors of several ---- */

typedef struct place {
    const econ_sectors *part;
    size_t sector;
} place;

static int
by_name(const void *a, const void *b)
{
    const place *x = a, *y = b;

    return strcmp(x->part->panel.sectors[x->sector], y->part->panel.sectors[y->sector]);
}

/* The indicators of a sector, where they are kept. */
static sci_status
add_indicators(econ_panel *out, size_t s, const place *from)
{
    const econ_panel *p = &from->part->panel;
    size_t n = p->n_periods, later = (size_t)(p->first - out->first);
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < p->n_indicators; i++) {
        econ_indicator *in = &out->indicators[out->n_indicators];

        if (p->indicators[i].sector_index != from->sector)
            continue;
        if (econ_panel_indicator(out, p->indicators[i].name) != SIZE_MAX)
            return sci_fail(SCI_ERR_REFUSED, "'%s': indicator '%s' is in another file too", p->path,
                            p->indicators[i].name);
        *in = p->indicators[i];
        in->name = in->sector = in->unit = in->title = NULL;
        in->sector_index = s;
        for (size_t t = 0; t < later; t++)
            out->values[out->n_indicators * out->n_periods + t] = (double)NAN;
        memcpy(out->values + out->n_indicators * out->n_periods + later, p->values + i * n,
               n * sizeof *out->values);
        out->n_indicators++;
        st = sci_strdup(&in->name, p->indicators[i].name);
        if (st == SCI_OK)
            st = sci_strdup(&in->sector, p->indicators[i].sector);
        if (st == SCI_OK)
            st = sci_strdup(&in->unit, p->indicators[i].unit);
        if (st == SCI_OK)
            st = sci_strdup(&in->title, p->indicators[i].title);
    }
    return st;
}

static sci_status
unite(econ_sectors *out, size_t n_places, const place *places, size_t n_indicators)
{
    const econ_rules plain = { .stats = ECON_STAT_LEVEL };
    econ_panel *p = &out->panel;
    const econ_panel *like = &places[0].part->panel;
    int64_t first = like->first;
    size_t n;
    sci_status st;

    for (size_t s = 1; s < n_places; s++)
        if (places[s].part->panel.first < first)
            first = places[s].part->panel.first;
    n = (size_t)(end_of(like) - first);
    *p = (econ_panel){ .frequency = like->frequency, .first = first, .n_periods = n };
    st = sci_strdup(&p->path, "merged");
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->sectors, n_places, 1, sizeof *p->sectors);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->indicators, n_indicators, 1, sizeof *p->indicators);
    if (st == SCI_OK)
        st = sci_alloc(&p->values, n_indicators, n, sizeof *p->values);
    for (size_t s = 0; st == SCI_OK && s < n_places; s++) {
        p->n_sectors++;
        st = sci_strdup(&p->sectors[s], places[s].part->panel.sectors[places[s].sector]);
        if (st == SCI_OK && out->is.values)
            st = add_indicators(p, s, &places[s]);
    }
    if (st == SCI_OK)
        st = econ_scores_alloc(&out->scores, p, &plain);
    for (size_t s = 0; st == SCI_OK && s < n_places; s++) {
        const econ_scores *from = &places[s].part->scores;
        size_t own = places[s].part->panel.n_periods, at = places[s].sector * own,
               later = n - own; /* all end with the same period */

        memcpy(out->scores.raw + s * n + later, from->raw + at, own * sizeof *from->raw);
        memcpy(out->scores.n_available + s * n + later, from->n_available + at,
               own * sizeof *from->n_available);
    }
    return st;
}

static sci_status
merge_sectors(econ_sectors *out, size_t n, const econ_sectors **parts)
{
    size_t sectors = 0, indicators = 0, at = 0;
    place *places = NULL;
    sci_status st;

    out->is.values = true;
    for (size_t k = 0; k < n; k++) {
        sectors += parts[k]->panel.n_sectors;
        indicators += parts[k]->panel.n_indicators;
        out->is.values = out->is.values && parts[k]->is.values;
    }
    st = sci_alloc(&places, sectors, 1, sizeof *places);
    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < n; k++)
        for (size_t s = 0; s < parts[k]->panel.n_sectors; s++)
            places[at++] = (place){ parts[k], s };
    qsort(places, sectors, sizeof *places, by_name);
    st = unite(out, sectors, places, indicators);
    sci_free(places);
    return st;
}

sci_status
econ_sectors_merge(econ_sectors *out, size_t n, const econ_sectors *parts, int threads,
                   bool *by_period)
{
    const econ_sectors **sorted = NULL;
    sci_status st = sci_alloc(&sorted, n, 1, sizeof *sorted);

    *out = (econ_sectors){ .is = { .state = false } };
    *by_period = is_split_by_period(n, parts);
    for (size_t k = 0; st == SCI_OK && k < n; k++)
        sorted[k] = &parts[k];
    if (st == SCI_OK)
        qsort(sorted, n, sizeof *sorted, by_first);
    for (size_t a = 1; st == SCI_OK && a < n; a++)
        for (size_t b = 0; st == SCI_OK && b < a; b++)
            st = check_pair(&parts[b], &parts[a], *by_period);
    if (st == SCI_OK)
        st = sci_strdup(&out->is.rules, parts[0].is.rules);
    if (st == SCI_OK)
        st = *by_period ? merge_periods(out, n, sorted, threads) : merge_sectors(out, n, sorted);
    sci_free(sorted);
    if (st != SCI_OK)
        econ_sectors_clear(out);
    return st;
}

/* ---- scores among others ---- */

static sci_status
add_sector(econ_panel *panel, const char *name)
{
    char **more = NULL;
    sci_status st = sci_alloc(&more, panel->n_sectors + 1, 1, sizeof *more);

    if (st != SCI_OK)
        return st;
    if (panel->n_sectors > 0)
        memcpy(more, panel->sectors, panel->n_sectors * sizeof *more);
    st = sci_strdup(&more[panel->n_sectors], name);
    if (st != SCI_OK) {
        sci_free(more);
        return st;
    }
    sci_free(panel->sectors);
    panel->sectors = more;
    panel->n_sectors++;
    return SCI_OK;
}

/* The panel over the periods of both. */
static sci_status
widen(econ_panel *panel, const econ_panel *others)
{
    int64_t first = panel->first < others->first ? panel->first : others->first;
    int64_t end = panel->first + (int64_t)panel->n_periods,
            others_end = others->first + (int64_t)others->n_periods;
    econ_panel wide = { 0 };
    sci_status st;

    if (panel->frequency != others->frequency)
        return sci_fail(SCI_ERR_REFUSED, "'%s' is %s and '%s' is %s", panel->path,
                        econ_frequency_name(panel->frequency), others->path,
                        econ_frequency_name(others->frequency));
    st = econ_panel_stretch(&wide, panel, first,
                            (size_t)((end > others_end ? end : others_end) - first));
    if (st != SCI_OK)
        return st;
    econ_panel_clear(panel);
    *panel = wide;
    return SCI_OK;
}

/* Put the known sectors that the panel does not have beside its own; known[s] of each. */
static sci_status
add_known(econ_panel *panel, const econ_panel *others, uint8_t **known, size_t **from)
{
    size_t own = panel->n_sectors;
    sci_status st = SCI_OK;

    for (size_t s = 0; st == SCI_OK && s < others->n_sectors; s++)
        if (econ_panel_sector(panel, others->sectors[s]) == SIZE_MAX)
            st = add_sector(panel, others->sectors[s]);
    if (st == SCI_OK)
        st = sci_alloc_zero(known, panel->n_sectors, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(from, panel->n_sectors, 1, sizeof **from);
    for (size_t s = own; st == SCI_OK && s < panel->n_sectors; s++) {
        (*known)[s] = 1;
        (*from)[s] = econ_panel_sector(others, panel->sectors[s]);
    }
    return st;
}

static void
fill_known(econ_scores *out, const econ_panel *panel, const econ_sectors *others,
           const uint8_t *known, const size_t *from)
{
    size_t n = others->panel.n_periods, shift = (size_t)(others->panel.first - panel->first);

    for (size_t s = 0; s < panel->n_sectors; s++)
        if (known[s]) {
            memcpy(out->raw + s * panel->n_periods + shift, others->scores.raw + from[s] * n,
                   n * sizeof *out->raw);
            memcpy(out->n_available + s * panel->n_periods + shift,
                   others->scores.n_available + from[s] * n, n * sizeof *out->n_available);
        }
}

sci_status
econ_sectors_apply(econ_scores *out, econ_panel *panel, const econ_sectors *others,
                   const econ_rules *rules, int threads)
{
    econ_given given = { .from = 0 };
    uint8_t *known = NULL;
    size_t *from = NULL;
    sci_status st = widen(panel, &others->panel);

    if (st == SCI_OK)
        st = add_known(panel, &others->panel, &known, &from);
    if (st == SCI_OK)
        st = econ_scores_alloc(out, panel, rules);
    if (st == SCI_OK) {
        fill_known(out, panel, others, known, from);
        given.known = known;
        st = econ_scores_continue(out, panel, rules, &given, threads);
    }
    sci_free(known);
    sci_free(from);
    return st;
}
