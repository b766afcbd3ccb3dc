/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

/* ---- from the command line ---- */

/* "0.5%" or "0.005". */
static sci_status
share_of(const char *text, double *out)
{
    char *end = NULL;
    double x = strtod(text, &end);

    if (end != text && *end == '%') {
        x /= 100.0;
        end++;
    }
    if (end == text || *end != 0 || !(x >= 0.0 && x <= 1e6))
        return sci_fail(SCI_ERR_ARGUMENT, "--min-effect: '%s' is no share such as 0.5%% or 0.005",
                        text);
    *out = x;
    return SCI_OK;
}

static const struct {
    const char *name;
    unsigned bit;
} known_stats[] = { { "relative", ECON_STAT_RELATIVE },
                    { "within", ECON_STAT_WITHIN },
                    { "level", ECON_STAT_LEVEL },
                    { "economy", ECON_STAT_ECONOMY },
                    { "mahalanobis", ECON_STAT_MAHALANOBIS } };
enum { KNOWN_STATS = sizeof known_stats / sizeof *known_stats };

static sci_status
stats_of(const char *text, unsigned *out)
{
    *out = 0;
    for (;;) {
        size_t length = strcspn(text, ","), k = 0;

        while (k < KNOWN_STATS
               && (strlen(known_stats[k].name) != length
                   || strncmp(known_stats[k].name, text, length) != 0))
            k++;
        if (k == KNOWN_STATS)
            return sci_fail(SCI_ERR_ARGUMENT,
                            "--stat: '%.*s' is none of relative, within, level, economy and "
                            "mahalanobis",
                            (int)length, text);
        *out |= known_stats[k].bit;
        if (text[length] == 0)
            return SCI_OK;
        text += length + 1;
    }
}

static sci_status
window_of(econ_rules *out, const econ_scoring *s, econ_frequency frequency)
{
    sci_status st = SCI_OK;

    if (s->calibrate_to != NULL && s->window > 0)
        return sci_fail(SCI_ERR_ARGUMENT, "--calibrate-to and --window exclude each other");
    if (s->window > 0) {
        out->window_kind = ECON_ROLLING;
        out->window = (size_t)s->window;
    }
    if (s->calibrate_to != NULL) {
        out->window_kind = ECON_CALIBRATED;
        st = econ_period_parse(s->calibrate_to, frequency, true, &out->calibrate_to);
    }
    if (st == SCI_OK && s->exclude_window != NULL) {
        out->excluding = true;
        st = econ_period_range(s->exclude_window, frequency, &out->exclude_first,
                               &out->exclude_last);
    }
    return st;
}

/* Thresholds of what is not watched are a mistake. */
static sci_status
check_thresholds(const econ_rules *rules)
{
    if (rules->min_breadth > 0.0 && (rules->stats & (ECON_STAT_LEVEL | ECON_STAT_RELATIVE)) == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "--min-breadth is about level and relative, and --stat "
                                          "has neither of them");
    if (rules->min_effect > 0.0 && rules->stats == ECON_STAT_ECONOMY)
        return sci_fail(SCI_ERR_ARGUMENT, "--min-effect is about changes of indicators, and the "
                                          "economy, which alone --stat has, has none");
    return SCI_OK;
}

sci_status
econ_rules_of(econ_rules *out, const econ_scoring *s, econ_frequency frequency)
{
    sci_status st;

    *out = (econ_rules){ .seasonal = (econ_seasonal)s->seasonal,
                         .scale = (econ_scale)s->scale,
                         .sector_stat = (econ_sector_stat)s->sector_stat,
                         .tail = (econ_tail)s->tail,
                         .fdr = (econ_fdr)s->fdr,
                         .rescale_missing = s->rescale_missing,
                         .alpha = s->alpha,
                         .min_z = s->min_z,
                         .min_breadth = s->min_breadth };
    if (out->rescale_missing && out->sector_stat == ECON_SECTOR_MEDIAN)
        return sci_fail(
            SCI_ERR_ARGUMENT,
            "--rescale-missing is about means; it has no sense with --sector-stat median");
    st = window_of(out, s, frequency);
    if (st == SCI_OK && s->stats != NULL) /* not of verbs that watch nothing */
        st = stats_of(s->stats, &out->stats);
    if (st == SCI_OK && s->min_effect != NULL)
        st = share_of(s->min_effect, &out->min_effect);
    return st == SCI_OK && s->stats != NULL ? check_thresholds(out) : st;
}

/* ---- as text ---- */

static void
put_watching(char *text, size_t size, const econ_rules *rules)
{
    size_t used = strlen(text);
    bool any = false;

    used += (size_t)snprintf(text + used, size - used, " stat=");
    for (size_t k = 0; k < KNOWN_STATS; k++)
        if ((rules->stats & known_stats[k].bit) != 0) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", any ? "," : "",
                                     known_stats[k].name);
            any = true;
        }
    snprintf(text + used, size - used,
             " alpha=%.17g min-z=%.17g min-effect=%.17g min-breadth=%.17g", rules->alpha,
             rules->min_z, rules->min_effect, rules->min_breadth);
}

void
econ_rules_text(char *text, size_t size, const econ_rules *rules, econ_frequency frequency,
                bool watching)
{
    char window[64] = "expanding", excluded[64] = "none", period[ECON_PERIOD_TEXT],
         last[ECON_PERIOD_TEXT], seasonal[16], scale[16], sector[16], tail[16], fdr[16];

    if (rules->window_kind == ECON_ROLLING)
        snprintf(window, sizeof window, "last:%zu", rules->window);
    if (rules->window_kind == ECON_CALIBRATED) {
        econ_period_text(period, sizeof period, frequency, rules->calibrate_to);
        snprintf(window, sizeof window, "to:%s", period);
    }
    if (rules->excluding) {
        econ_period_text(period, sizeof period, frequency, rules->exclude_first);
        econ_period_text(last, sizeof last, frequency, rules->exclude_last);
        snprintf(excluded, sizeof excluded, "%s..%s", period, last);
    }
    cli_choice_text(ECON_SEASONALS, (int)rules->seasonal, seasonal, sizeof seasonal);
    cli_choice_text(ECON_SCALES, (int)rules->scale, scale, sizeof scale);
    cli_choice_text(ECON_SECTOR_STATS, (int)rules->sector_stat, sector, sizeof sector);
    cli_choice_text(ECON_TAILS, (int)rules->tail, tail, sizeof tail);
    cli_choice_text(ECON_FDRS, (int)rules->fdr, fdr, sizeof fdr);
    snprintf(text, size,
             "window=%s exclude=%s seasonal=%s scale=%s sector=%s missing=%s p=%s fdr=%s "
             "mahalanobis=%s",
             window, excluded, seasonal, scale, sector, rules->rescale_missing ? "rescale" : "mean",
             tail, fdr, (rules->stats & ECON_STAT_MAHALANOBIS) != 0 ? "yes" : "no");
    if (watching)
        put_watching(text, size, rules);
}

/* The value of a key, into `value`. */
static bool
value_of(const char *text, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);

    while (text != NULL) {
        if (strncmp(text, key, length) == 0 && text[length] == '=') {
            snprintf(value, size, "%.*s", (int)strcspn(text + length + 1, " "), text + length + 1);
            return true;
        }
        text = strchr(text, ' ');
        text = text != NULL ? text + 1 : NULL;
    }
    return false;
}

static bool
choice_of(const char *text, const char *key, const char *choices, int *out)
{
    char value[64];

    if (!value_of(text, key, value, sizeof value))
        return false;
    *out = cli_choice_find(choices, value);
    return *out >= 0;
}

static bool
window_from(econ_scoring *s, const char *text, char *window, char *excluded, size_t size)
{
    if (!value_of(text, "window", window, size) || !value_of(text, "exclude", excluded, size))
        return false;
    if (strncmp(window, "last:", 5) == 0)
        s->window = strtoll(window + 5, NULL, 10);
    else if (strncmp(window, "to:", 3) == 0)
        s->calibrate_to = window + 3;
    else if (strcmp(window, "expanding") != 0)
        return false;
    if (strcmp(excluded, "none") != 0)
        s->exclude_window = excluded;
    return true;
}

/* Numbers of what is watched for, where the text has them. */
static bool
watching_from(econ_rules *out, const char *text)
{
    static const char *const keys[] = { "alpha", "min-z", "min-effect", "min-breadth" };
    double *const places[] = { &out->alpha, &out->min_z, &out->min_effect, &out->min_breadth };
    char value[64];

    for (int k = 0; k < 4; k++) {
        char *end;

        if (!value_of(text, keys[k], value, sizeof value))
            return k == 0;
        *places[k] = strtod(value, &end);
        if (end == value || *end != 0)
            return false;
    }
    return true;
}

sci_status
econ_rules_from_text(econ_rules *out, const char *text, econ_frequency frequency)
{
    econ_scoring s = { .stats = "relative", .alpha = 0.05 };
    char window[64], excluded[64], distances[8] = "", stats[64];
    int missing = 0;
    sci_status st;

    if (!window_from(&s, text, window, excluded, sizeof window)
        || !choice_of(text, "seasonal", ECON_SEASONALS, &s.seasonal)
        || !choice_of(text, "scale", ECON_SCALES, &s.scale)
        || !choice_of(text, "sector", ECON_SECTOR_STATS, &s.sector_stat)
        || !choice_of(text, "missing", "mean|rescale", &missing)
        || !choice_of(text, "p", ECON_TAILS, &s.tail) || !choice_of(text, "fdr", ECON_FDRS, &s.fdr)
        || !value_of(text, "mahalanobis", distances, sizeof distances))
        return sci_fail(SCI_ERR_FORMAT, "'%.200s' are no settings of scores", text);
    s.rescale_missing = missing == 1;
    if (strcmp(distances, "yes") == 0)
        s.stats = "mahalanobis";
    if (value_of(text, "stat", stats, sizeof stats))
        s.stats = stats;
    st = econ_rules_of(out, &s, frequency);
    if (st == SCI_OK && !watching_from(out, text))
        st = sci_fail(SCI_ERR_FORMAT, "'%.200s' are no settings of scores", text);
    return st;
}
