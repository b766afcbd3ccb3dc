/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/plot.h"

const char *const econ_summary_questions[][2] = {
    { "Did everything move?",
      "The score of the whole economy: the middle one of the scores of all sectors, compared with "
      "its own past. A shock that hits all sectors shows here, and not below." },
    { "Which sector moved unlike the rest?",
      "The score against the other sectors (\"relative\"): how far the sector is from the middle "
      "one of the others, compared with how far it usually is. This names the sector when "
      "everything moves at once." },
    { "Which indicator left its sector?",
      "The score of one indicator against the others of its sector (\"within\"). It finds a break "
      "in one series, a strike or a wrong number, which the mean of the sector would hide." },
    { "How far did the sector go by itself?",
      "The level: the mean of the indicators of a sector, each in units of its own usual "
      "changes, compared with the past of that mean. Level says who moved most; relative says who "
      "moved unlike the rest." },
    { NULL, NULL },
};

const char *const econ_summary_limits[] = {
    "A score is a distance in standard deviations: how many times the usual size a move has. It is "
    "measured by medians, so that one crisis in the past does not make the next one look small.",
    "A small p says that a move is rare in the past that is known, not what caused it. A change of "
    "definition, a strike and a typing error look alike. Findings are where to look first.",
    "How rare a move is beyond everything in the past is an extrapolation (marked *): trust its "
    "order of magnitude, not its digits.",
    "A sector with one indicator has no score within, and with two it cannot be said which of them "
    "left the other.",
    "Later revisions of the data are not known here, and neither is what a single number means "
    "for policy.",
    NULL,
};

static size_t
count_in(const econ_report *r, size_t period)
{
    size_t n = 0;

    for (size_t k = 0; k < r->n_shown; k++)
        n += r->parts.anomalies[r->shown[k]].period == period;
    return n;
}

static const econ_anomaly *
first_in(const econ_report *r, size_t period)
{
    for (size_t k = 0; k < r->n_shown; k++)
        if (r->parts.anomalies[r->shown[k]].period == period)
            return &r->parts.anomalies[r->shown[k]];
    return NULL;
}

void
econ_summary_latest(char *text, size_t size, const econ_report *r)
{
    const econ_panel *panel = r->parts.panel;
    const econ_anomaly *first;
    char period[ECON_PERIOD_TEXT], sentence[ECON_WORDS];
    size_t t, n;

    if (panel->n_periods == 0) {
        snprintf(text, size, "The panel has no periods.");
        return;
    }
    t = panel->n_periods - 1;
    n = count_in(r, t);
    first = first_in(r, t);
    econ_report_period(r, t, period, sizeof period);
    if (!first) {
        snprintf(text, size, "%s %s, the latest %s, nothing crossed the thresholds.",
                 econ_words_in(panel->frequency, true), period,
                 econ_frequency_unit(panel->frequency));
        return;
    }
    econ_words_anomaly(sentence, sizeof sentence, r, first);
    snprintf(text, size, "%s %s, the latest %s, %s%.420s.", econ_words_in(panel->frequency, true),
             period, econ_frequency_unit(panel->frequency),
             n > 1 ? "several things moved. First: " : "", sentence);
}

void
econ_summary_all(char *text, size_t size, const econ_report *r)
{
    const econ_panel *panel = r->parts.panel;
    size_t periods =
        r->parts.last > 0 && r->parts.last < panel->n_periods ? r->parts.last : panel->n_periods;
    const char *unit = econ_frequency_unit(panel->frequency);
    char period[ECON_PERIOD_TEXT], sentence[ECON_WORDS];

    if (r->n_shown == 0) {
        snprintf(text, size, "Nothing crossed the thresholds in %zu %s%s.", periods, unit,
                 periods == 1 ? "" : "s");
        return;
    }
    econ_words_anomaly(sentence, sizeof sentence, r, &r->parts.anomalies[r->shown[0]]);
    econ_report_period(r, r->parts.anomalies[r->shown[0]].period, period, sizeof period);
    snprintf(text, size, "%zu finding%s in %zu %s%s. The largest: %s %s, %.420s.", r->n_shown,
             r->n_shown == 1 ? "" : "s", periods, unit, periods == 1 ? "" : "s",
             econ_words_in(panel->frequency, false), period, sentence);
}

/* ---- facts ---- */

static void
window_fact(char *text, size_t size, const econ_report *r)
{
    const econ_rules *rules = r->parts.rules;
    const char *unit = econ_frequency_unit(r->parts.panel->frequency);
    char period[ECON_PERIOD_TEXT];

    if (rules->window_kind == ECON_ROLLING) {
        snprintf(text, size, "every %s is compared with the %zu known values before it", unit,
                 rules->window);
    } else if (rules->window_kind == ECON_CALIBRATED) {
        econ_period_text(period, sizeof period, r->parts.panel->frequency, rules->calibrate_to);
        snprintf(text, size,
                 "every %s is compared with those up to %s; scores up to there are of the past "
                 "that they are compared with, and look smaller than they would have at the time",
                 unit, period);
    } else {
        snprintf(text, size,
                 "every %s is compared with all before it, as it could have been at the time; a "
                 "score never changes later",
                 unit);
    }
}

static void
excluded_fact(char *text, size_t size, const econ_report *r)
{
    const econ_rules *rules = r->parts.rules;
    char first[ECON_PERIOD_TEXT], last[ECON_PERIOD_TEXT];

    econ_period_text(first, sizeof first, r->parts.panel->frequency, rules->exclude_first);
    econ_period_text(last, sizeof last, r->parts.panel->frequency, rules->exclude_last);
    snprintf(text, size, "%s to %s are scored, but later periods are not compared with them", first,
             last);
}

static void
p_fact(char *text, size_t size, const econ_rules *rules)
{
    static const char *const how[] = {
        "how often the past had a score as large; beyond its largest tenth a curve is fitted to "
        "the tail (generalized Pareto)",
        "how often the past had a score as large",
        "Student's t distribution",
        "the normal distribution, which is too small for most economic series",
    };

    snprintf(text, size, "%s; of 24 to 59 past scores Student's t, of fewer none",
             how[rules->tail]);
}

static void
threshold_fact(char *text, size_t size, const econ_rules *rules)
{
    char effect[80] = "", breadth[80] = "";

    if (rules->min_effect > 0.0)
        snprintf(effect, sizeof effect, ", something changed by at least %g %%",
                 100.0 * rules->min_effect);
    if (rules->min_breadth > 0.0)
        snprintf(breadth, sizeof breadth, ", at least %g %% of the indicators moved with it",
                 100.0 * rules->min_breadth);
    snprintf(text, size, "a finding has a score of at least %g%s%s%s", rules->min_z, effect,
             breadth,
             rules->fdr == ECON_FDR_NONE ? ", and a p of at most " : ", and a q of at most ");
    snprintf(text + strlen(text), size - strlen(text), "%g", rules->alpha);
}

static void
fdr_fact(char *text, size_t size, const econ_report *r)
{
    const econ_rules *rules = r->parts.rules;
    const char *unit = econ_frequency_unit(r->parts.panel->frequency);

    if (rules->fdr == ECON_FDR_NONE || isnan(r->parts.false_alarms)) {
        snprintf(text, size, "not controlled: with many sectors some findings are chance");
        return;
    }
    snprintf(text, size,
             "of the sectors of one %s (%s): if nothing unusual ever happened, at most %.2g false "
             "findings a year",
             unit, rules->fdr == ECON_FDR_BH ? "Benjamini and Hochberg" : "Benjamini and Yekutieli",
             r->parts.false_alarms);
}

size_t
econ_summary_facts(econ_fact facts[ECON_FACTS], const econ_report *r)
{
    static const char *const seasons[] = { "none",
                                           "the median of the same season of the past is taken off",
                                           "taken off by loess (STL)" };
    static const char *const scales[] = { "median distance from the median (MAD)",
                                          "Rousseeuw and Croux's Qn",
                                          "standard deviation, which a single crisis inflates" };
    const econ_rules *rules = r->parts.rules;
    size_t n = 0;

    facts[n].name = "Past";
    window_fact(facts[n].text, ECON_WORDS, r);
    n++;
    if (rules->excluding) {
        facts[n].name = "Left out of the past";
        excluded_fact(facts[n].text, ECON_WORDS, r);
        n++;
    }
    facts[n].name = "Season";
    snprintf(facts[n++].text, ECON_WORDS, "%s", seasons[rules->seasonal]);
    facts[n].name = "Usual size of a move";
    snprintf(facts[n++].text, ECON_WORDS, "%s", scales[rules->scale]);
    facts[n].name = "Score of a sector";
    snprintf(facts[n++].text, ECON_WORDS, "the %s of its indicators",
             rules->sector_stat == ECON_SECTOR_MEAN ? "mean" : "median");
    facts[n].name = "p";
    p_fact(facts[n++].text, ECON_WORDS, rules);
    facts[n].name = "q (false discoveries)";
    fdr_fact(facts[n++].text, ECON_WORDS, r);
    facts[n].name = "Thresholds";
    threshold_fact(facts[n++].text, ECON_WORDS, rules);
    return n;
}
