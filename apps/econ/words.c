/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/plot.h"

/* ---- numbers ---- */

void
econ_words_score(char *text, size_t size, double score, bool sign)
{
    int decimals = fabs(score) < 9.95 ? 1 : 0;
    bool plus = sign && score > 0.05 && size > 1;

    snprintf(text, size, "+");
    cli_plot_number(text + plus, size - plus, score, decimals);
}

void
econ_words_p(char *text, size_t size, double p)
{
    if (isnan(p)) {
        snprintf(text, size, "\xe2\x80\x93");
    } else if (p < 1e-6) {
        snprintf(text, size, "less than 1 in a million");
    } else if (p < 0.095) {
        /* Two digits are more than is known. */
        double one_in = 1.0 / p, unit = pow(10.0, floor(log10(one_in)) - 1.0);
        char number[CLI_PLOT_NUMBER];

        cli_plot_number(number, sizeof number, round(one_in / unit) * unit, 0);
        snprintf(text, size, "1 in %s", number);
    } else {
        snprintf(text, size, "%.0f %%", 100.0 * p);
    }
}

void
econ_words_value(char *text, size_t size, double value)
{
    double largest = fabs(value);
    int decimals = largest >= 1000.0 ? 0 : largest >= 100.0 ? 1 : largest >= 1.0 ? 2 : 4;
    char *point;

    if (largest != 0.0 && (largest < 1e-3 || largest >= 1e12) && !isnan(value)) {
        snprintf(text, size, "%.3g", value);
        return;
    }
    cli_plot_number(text, size, value, decimals);
    point = strchr(text, '.');
    if (!point)
        return;
    for (char *end = text + strlen(text) - 1; *end == '0' || end == point; end--) {
        *end = '\0';
        if (end == point)
            break;
    }
}

void
econ_words_p_number(char *text, size_t size, double p)
{
    if (isnan(p))
        snprintf(text, size, "\xe2\x80\x93");
    else if (p < 1e-5)
        snprintf(text, size, "<0.00001");
    else if (p < 0.001)
        snprintf(text, size, "%.*f", (int)-floor(log10(p)), p);
    else
        snprintf(text, size, "%.3f", p);
}

/* ---- units ---- */

bool
econ_words_is_percent(const char *unit)
{
    return unit
           && (strcmp(unit, "percent") == 0 || strcmp(unit, "%") == 0
               || strcmp(unit, "per cent") == 0 || strcmp(unit, "Percent") == 0);
}

static const char *
plural(const char *noun)
{
    static const char *const nouns[][2] = {
        { "person", "persons" }, { "household", "households" },
        { "job", "jobs" },       { "dwelling", "dwellings" },
        { "firm", "firms" },     { "vehicle", "vehicles" },
        { "hour", "hours" },     { "tonne", "tonnes" },
        { "barrel", "barrels" }, { "percentage point", "percentage points" },
        { "count", "" },         { "1", "" },
        { "number", "" },
    };

    for (size_t k = 0; k < sizeof nouns / sizeof *nouns; k++)
        if (strcmp(nouns[k][0], noun) == 0)
            return nouns[k][1];
    return noun;
}

void
econ_words_unit(char *text, size_t size, const char *unit)
{
    static const struct {
        const char *number, *word;
    } scales[] = {
        { "1000 ", "thousand" }, { "1e3 ", "thousand" },    { "1e6 ", "million" },
        { "1e9 ", "billion" },   { "1000000 ", "million" }, { "1e12 ", "trillion" },
    };

    if (!unit) {
        snprintf(text, size, "%s", "");
        return;
    }
    if (econ_words_is_percent(unit)) {
        snprintf(text, size, "%%");
        return;
    }
    for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
        size_t n = strlen(scales[k].number);

        if (strncmp(unit, scales[k].number, n) == 0) {
            const char *noun = plural(unit + n);

            snprintf(text, size, "%s%s%s", scales[k].word, *noun ? " " : "", noun);
            return;
        }
    }
    snprintf(text, size, "%s", plural(unit));
}

/* ---- changes ---- */

static void
signed_number(char *text, size_t size, double value)
{
    bool plus = value > 0.0 && size > 1;

    snprintf(text, size, "+");
    econ_words_value(text + plus, size - plus, value);
}

void
econ_words_change(char *text, size_t size, double before, double after, const char *unit)
{
    char number[CLI_PLOT_NUMBER], words[ECON_WORDS];
    double change = after - before;

    text[0] = '\0';
    if (!isfinite(change))
        return;
    if (econ_words_is_percent(unit)) {
        signed_number(number, sizeof number, change);
        snprintf(text, size, "%s percentage points", number);
    } else if (before > 0.0 && after > 0.0) {
        double percent = 100.0 * (after / before - 1.0);

        cli_plot_number(number, sizeof number, percent,
                        fabs(percent) < 0.95   ? 2
                        : fabs(percent) < 99.5 ? 1
                                               : 0);
        snprintf(text, size, "%s%s\xc2\xa0%%", percent > 0.0 ? "+" : "", number);
    } else {
        signed_number(number, sizeof number, change);
        econ_words_unit(words, sizeof words, unit);
        snprintf(text, size, "%s%s%s", number, words[0] ? " " : "", words);
    }
}

void
econ_words_move(char *text, size_t size, double before, double after, const char *unit)
{
    char from[CLI_PLOT_NUMBER], to[CLI_PLOT_NUMBER], words[ECON_WORDS], change[ECON_WORDS];

    econ_words_value(from, sizeof from, before);
    econ_words_value(to, sizeof to, after);
    econ_words_unit(words, sizeof words, unit);
    econ_words_change(change, sizeof change, before, after, unit);
    snprintf(text, size, "%s \xe2\x86\x92 %s%s%s%s%s%s", from, to, words[0] ? " " : "", words,
             change[0] ? " (" : "", change, change[0] ? ")" : "");
}

/* ---- findings ---- */

void
econ_words_distance(char *text, size_t size, double score)
{
    char number[CLI_PLOT_NUMBER];

    if (isnan(score)) {
        snprintf(text, size, "not comparable with its past");
        return;
    }
    econ_words_score(number, sizeof number, fabs(score), false);
    snprintf(text, size, "%s standard deviations %s what it was used to", number,
             score < 0.0 ? "below" : "above");
}

const char *
econ_words_statistic(unsigned statistic)
{
    switch (statistic) {
    case ECON_STAT_RELATIVE:
        return "against the other sectors";
    case ECON_STAT_WITHIN:
        return "one indicator against its sector";
    case ECON_STAT_LEVEL:
        return "the sector by itself";
    case ECON_STAT_ECONOMY:
        return "all sectors together";
    case ECON_STAT_MAHALANOBIS:
        return "an unusual mixture";
    default:
        return "";
    }
}

void
econ_words_breadth(char *text, size_t size, const econ_report *report, size_t sector, size_t period)
{
    const econ_scores *s = report->parts.scores;
    size_t moved = econ_report_moved(report, sector, period);
    uint32_t n = s->n_available[sector * s->n_periods + period];

    text[0] = '\0';
    if (!isnan(econ_report_score(report, s->breadth, sector, period)))
        snprintf(text, size, "%zu of %u indicator%s", moved, (unsigned)n, n == 1 ? "" : "s");
}

const char *
econ_words_sector(const econ_report *report, size_t sector)
{
    return sector == ECON_WHOLE_ECONOMY ? "the whole economy"
                                        : report->parts.panel->sectors[sector];
}

static size_t
append(char *text, size_t size, size_t used, const char *more)
{
    int n = used < size ? snprintf(text + used, size - used, "%s", more) : 0;

    return used + (n > 0 ? (size_t)n : 0);
}

/* Sectors with the largest level, for a move of all. */
static void
sectors_that_moved(char *text, size_t size, const econ_report *report, size_t period)
{
    const econ_scores *s = report->parts.scores;
    size_t used = 0, last = SIZE_MAX;
    double bound = INFINITY;

    for (int k = 0; k < 3; k++) {
        size_t best = SIZE_MAX;
        double largest = -1.0;
        char number[CLI_PLOT_NUMBER];

        for (size_t i = 0; i < s->n_sectors; i++) {
            double level = fabs(econ_report_score(report, s->level, i, period));

            if (level > largest
                && (level < bound || (level == bound && last != SIZE_MAX && i > last))) {
                best = i;
                largest = level;
            }
        }
        if (best == SIZE_MAX)
            break;
        econ_words_score(number, sizeof number, econ_report_score(report, s->level, best, period),
                         true);
        used = append(text, size, used, k > 0 ? "\n" : "");
        used = append(text, size, used, report->parts.panel->sectors[best]);
        used = append(text, size, used, ": ");
        used = append(text, size, used, number);
        bound = largest;
        last = best;
    }
}

void
econ_words_movers(char *text, size_t size, const econ_report *report, const econ_anomaly *a)
{
    econ_mover movers[3];
    size_t n, used = 0;

    text[0] = '\0';
    if (a->sector == ECON_WHOLE_ECONOMY) {
        sectors_that_moved(text, size, report, a->period);
        return;
    }
    n = econ_report_movers(report, a->sector, a->period,
                           a->statistic == ECON_STAT_WITHIN ? a->driver : ECON_NO_DRIVER, 3,
                           movers);
    for (size_t k = 0; k < n; k++) {
        char move[ECON_WORDS];

        econ_words_move(move, sizeof move, movers[k].before, movers[k].after,
                        report->parts.panel->indicators[movers[k].indicator].unit);
        used = append(text, size, used, k > 0 ? "\n" : "");
        used = append(text, size, used, econ_report_label(report, movers[k].indicator));
        used = append(text, size, used, ": ");
        used = append(text, size, used, move);
    }
}

void
econ_words_anomaly(char *text, size_t size, const econ_report *report, const econ_anomaly *a)
{
    const char *sector = econ_words_sector(report, a->sector);
    char number[CLI_PLOT_NUMBER], breadth[64] = "", moved[96] = "";
    const char *side = a->score < 0.0 ? "below" : "above";

    econ_words_score(number, sizeof number, fabs(a->score), false);
    if (a->sector != ECON_WHOLE_ECONOMY)
        econ_words_breadth(breadth, sizeof breadth, report, a->sector, a->period);
    if (breadth[0])
        snprintf(moved, sizeof moved, "; %s moved with it", breadth);
    switch (a->statistic) {
    case ECON_STAT_RELATIVE:
        snprintf(text, size,
                 "%.200s was %s standard deviations %s the other sectors, measured by how far it "
                 "usually is from them%s",
                 sector, number, side, moved);
        break;
    case ECON_STAT_WITHIN:
        snprintf(text, size,
                 "in %.200s, %.200s left the others of its sector: %s standard deviations %s them",
                 sector,
                 a->driver != ECON_NO_DRIVER ? econ_report_label(report, a->driver)
                                             : "an indicator",
                 number, side);
        break;
    case ECON_STAT_ECONOMY:
        snprintf(text, size,
                 "all sectors together were %s standard deviations %s what they were used to",
                 number, side);
        break;
    case ECON_STAT_MAHALANOBIS:
        snprintf(text, size, "the indicators of %.200s moved in a mixture that is unusual for them",
                 sector);
        break;
    default:
        snprintf(text, size, "%.200s was %s standard deviations %s what it was used to%s", sector,
                 number, side, moved);
    }
}

const char *
econ_words_in(econ_frequency frequency, bool begins)
{
    if (frequency == ECON_DAILY || frequency == ECON_BUSINESS)
        return begins ? "On" : "on";
    return begins ? "In" : "in";
}
