/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What crossed every threshold, the largest first. */
#include "scores.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <sci/memory.h>

#include "fdr.h"
#include "panel.h"

static const unsigned statistics[] = { ECON_STAT_RELATIVE, ECON_STAT_WITHIN, ECON_STAT_LEVEL,
                                       ECON_STAT_ECONOMY, ECON_STAT_MAHALANOBIS };
enum { STATISTICS = sizeof statistics / sizeof *statistics };

const char *
econ_statistic_name(unsigned statistic)
{
    static const char *const names[STATISTICS] = { "relative", "within", "level", "economy",
                                                   "mahalanobis" };

    for (int k = 0; k < STATISTICS; k++)
        if (statistics[k] == statistic)
            return names[k];
    return "none";
}

double
econ_false_alarms_a_year(const econ_panel *panel, const econ_rules *rules)
{
    int families = 0;

    for (int k = 0; k < STATISTICS; k++)
        families += (rules->stats & statistics[k]) != 0;
    if (rules->fdr == ECON_FDR_NONE)
        return (double)NAN;
    return fmin(1.0, rules->alpha * (double)families) * econ_frequency_per_year(panel->frequency);
}

typedef struct search {
    const econ_panel *panel;
    const econ_scores *scores;
    const econ_rules *rules;
    double *q; /* [sector] of one period and statistic */
    size_t *head,
        *next; /* indicators of a sector: the first, and the one after each; SIZE_MAX ends */
    econ_anomaly *found;
    size_t n, room;
} search;

/* ---- what moved ---- */

static double
change_of(const econ_panel *panel, size_t indicator, size_t t)
{
    const double *x = panel->values + indicator * panel->n_periods;
    double change = t > 0 && x[t - 1] != 0.0 ? fabs(x[t] / x[t - 1] - 1.0) : (double)NAN;

    return isinf(change) ? DBL_MAX : change;
}

/* The indicator with the largest part of the sector's score in its direction, and the largest change. Of a
 * distance without direction: with the largest z. */
static uint32_t
find_driver(const search *s, size_t sector, size_t t, bool directed, double *effect)
{
    const econ_scores *scores = s->scores;
    double raw = scores->raw[sector * scores->n_periods + t], best = (double)-INFINITY;
    uint32_t driver = ECON_NO_DRIVER;

    *effect = (double)NAN;
    for (size_t i = s->head[sector]; i != SIZE_MAX; i = s->next[i]) {
        double z = scores->z[i * scores->n_periods + t], part;

        if (isnan(z))
            continue;
        *effect = fmax(*effect, change_of(s->panel, i, t));
        part = directed ? (raw < 0.0 ? -z : z) : fabs(z);
        if (part > best) {
            best = part;
            driver = (uint32_t)i;
        }
    }
    return driver;
}

static void
describe(const search *s, econ_anomaly *a)
{
    const econ_scores *scores = s->scores;
    size_t at = a->sector * scores->n_periods + a->period;

    a->effect = a->breadth = (double)NAN;
    a->driver = ECON_NO_DRIVER;
    if (a->sector == ECON_WHOLE_ECONOMY)
        return;
    a->breadth = scores->breadth[at];
    if (a->statistic == ECON_STAT_WITHIN) {
        a->driver = scores->within_driver[at];
        if (a->driver != ECON_NO_DRIVER)
            a->effect = change_of(s->panel, a->driver, a->period);
    } else {
        a->driver =
            find_driver(s, a->sector, a->period, a->statistic != ECON_STAT_MAHALANOBIS, &a->effect);
    }
}

/* ---- thresholds ---- */

/* An effect or a breadth that is not known does not speak against an anomaly; breadth is a question to what
 * moves a whole sector only. */
static bool
is_large(const search *s, const econ_anomaly *a)
{
    const econ_rules *r = s->rules;
    bool whole = a->statistic == ECON_STAT_LEVEL || a->statistic == ECON_STAT_RELATIVE;

    return !(a->effect < r->min_effect) && (!whole || !(a->breadth < r->min_breadth));
}

/* Of d squared the score that is compared is that of one indicator that would be as far. */
static bool
crosses(const search *s, double score, double q)
{
    return !isnan(q) && q <= s->rules->alpha && fabs(score) >= s->rules->min_z;
}

static sci_status
add(search *s, econ_anomaly a)
{
    econ_anomaly *more = NULL;
    size_t room = s->room == 0 ? 64 : 2 * s->room;
    sci_status st;

    describe(s, &a);
    if (!is_large(s, &a))
        return SCI_OK;
    if (s->n == s->room) {
        st = sci_alloc(&more, room, 1, sizeof *more);
        if (st != SCI_OK)
            return st;
        for (size_t k = 0; k < s->n; k++)
            more[k] = s->found[k];
        sci_free(s->found);
        s->found = more;
        s->room = room;
    }
    s->found[s->n++] = a;
    return SCI_OK;
}

/* ---- the search ---- */

/* A score of some sector is large enough, or there is nothing to look for. */
static bool
some_large(const search *s, const double *score, size_t t)
{
    for (size_t k = 0; k < s->scores->n_sectors; k++)
        if (fabs(score[k * s->scores->n_periods + t]) >= s->rules->min_z)
            return true;
    return false;
}

static sci_status
search_sectors(search *s, unsigned statistic, const double *score, const double *p, size_t t)
{
    const econ_scores *scores = s->scores;
    size_t n = scores->n_periods;
    bool distance = statistic == ECON_STAT_MAHALANOBIS;
    sci_status st;

    if (!distance && !some_large(s, score, t))
        return SCI_OK;
    for (size_t k = 0; k < scores->n_sectors; k++)
        s->q[k] = p[k * n + t];
    st = econ_fdr_q(s->rules->fdr, s->q, scores->n_sectors, 1, s->q);
    for (size_t k = 0; st == SCI_OK && k < scores->n_sectors; k++) {
        double value = score[k * n + t];

        if (crosses(s, distance ? sqrt(value) : value, s->q[k]))
            st = add(s, (econ_anomaly){ .period = t,
                                        .sector = k,
                                        .statistic = statistic,
                                        .score = value,
                                        .p = p[k * n + t],
                                        .q = s->q[k],
                                        .extrapolated =
                                            (scores->extrapolated[k * n + t] & statistic) != 0 });
    }
    return st;
}

static sci_status
search_economy(search *s, size_t t)
{
    const econ_scores *scores = s->scores;
    double p = scores->p_economy[t];

    if (!crosses(s, scores->economy[t], p))
        return SCI_OK;
    return add(s, (econ_anomaly){ .period = t,
                                  .sector = ECON_WHOLE_ECONOMY,
                                  .statistic = ECON_STAT_ECONOMY,
                                  .score = scores->economy[t],
                                  .p = p,
                                  .q = p,
                                  .extrapolated = scores->economy_extrapolated[t] != 0 });
}

static sci_status
search_period(search *s, size_t t)
{
    const econ_scores *c = s->scores;
    unsigned stats = s->rules->stats;
    sci_status st = SCI_OK;

    if ((stats & ECON_STAT_RELATIVE) != 0)
        st = search_sectors(s, ECON_STAT_RELATIVE, c->relative, c->p_relative, t);
    if (st == SCI_OK && (stats & ECON_STAT_WITHIN) != 0)
        st = search_sectors(s, ECON_STAT_WITHIN, c->within_max, c->p_within, t);
    if (st == SCI_OK && (stats & ECON_STAT_LEVEL) != 0)
        st = search_sectors(s, ECON_STAT_LEVEL, c->level, c->p_level, t);
    if (st == SCI_OK && (stats & ECON_STAT_ECONOMY) != 0)
        st = search_economy(s, t);
    if (st == SCI_OK && (stats & ECON_STAT_MAHALANOBIS) != 0 && c->mahalanobis != NULL)
        st = search_sectors(s, ECON_STAT_MAHALANOBIS, c->mahalanobis, c->p_mahalanobis, t);
    return st;
}

/* Of a squared distance the distance. */
static double
size_of(const econ_anomaly *a)
{
    return a->statistic == ECON_STAT_MAHALANOBIS ? sqrt(a->score) : fabs(a->score);
}

static int
compare(const void *left, const void *right)
{
    const econ_anomaly *a = left, *b = right;
    double x = size_of(a), y = size_of(b);

    if (x != y)
        return x > y ? -1 : 1;
    if (a->p != b->p)
        return a->p < b->p ? -1 : 1;
    if (a->period != b->period)
        return a->period < b->period ? -1 : 1;
    if (a->sector != b->sector)
        return a->sector < b->sector ? -1 : 1;
    return (a->statistic > b->statistic) - (a->statistic < b->statistic);
}

static sci_status
list_members(search *s)
{
    const econ_panel *p = s->panel;
    sci_status st = sci_alloc(&s->head, s->scores->n_sectors, 1, sizeof *s->head);

    if (st == SCI_OK)
        st = sci_alloc(&s->next, s->scores->n_indicators, 1, sizeof *s->next);
    for (size_t k = 0; st == SCI_OK && k < s->scores->n_sectors; k++)
        s->head[k] = SIZE_MAX;
    for (size_t i = s->scores->n_indicators; st == SCI_OK && i > 0; i--) {
        s->next[i - 1] = s->head[p->indicators[i - 1].sector_index];
        s->head[p->indicators[i - 1].sector_index] = i - 1;
    }
    return st;
}

sci_status
econ_anomalies_find(econ_anomaly **out, size_t *n, const econ_panel *panel,
                    const econ_scores *scores, const econ_rules *rules, size_t from)
{
    search s = { .panel = panel, .scores = scores, .rules = rules };
    sci_status st = sci_alloc(&s.q, scores->n_sectors, 1, sizeof *s.q);

    if (st == SCI_OK)
        st = list_members(&s);
    for (size_t t = from; st == SCI_OK && t < scores->n_periods; t++)
        st = search_period(&s, t);
    sci_free(s.q);
    sci_free(s.head);
    sci_free(s.next);
    if (st != SCI_OK) {
        sci_free(s.found);
        return st;
    }
    if (s.found != NULL)
        qsort(s.found, s.n, sizeof *s.found, compare);
    *out = s.found;
    *n = s.n;
    return SCI_OK;
}
