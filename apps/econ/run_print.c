/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs that score print. */
#include "run.h"

#include <math.h>
#include <stdio.h>

#include "cli/json.h"
#include "cli/message.h"

enum { SHOWN = 10, NAME = 256 };

static const char *
name_of(const econ_printed *p, const econ_anomaly *a)
{
    return a->sector == ECON_WHOLE_ECONOMY ? "" : p->panel->sectors[a->sector];
}

static const char *
driver_of(const econ_printed *p, const econ_anomaly *a)
{
    return a->driver == ECON_NO_DRIVER ? "" : p->panel->indicators[a->driver].name;
}

static void
period_of(const econ_printed *p, size_t t, char *text)
{
    econ_period_text(text, ECON_PERIOD_TEXT, p->panel->frequency, p->panel->first + (int64_t)t);
}

/* ---- for people ---- */

static void
print_anomaly(const econ_printed *p, const econ_anomaly *a)
{
    char period[ECON_PERIOD_TEXT], sector[NAME], driver[NAME];

    period_of(p, a->period, period);
    cli_escape(sector, sizeof sector,
               a->sector == ECON_WHOLE_ECONOMY ? "the whole economy" : name_of(p, a));
    cli_escape(driver, sizeof driver, driver_of(p, a));
    printf(fabs(a->score) < 1e6 ? "  %-10s %-28s %-11s %+8.1f" : "  %-10s %-28s %-11s %+8.3g",
           period, sector, econ_statistic_name(a->statistic), a->score);
    printf("  q %.2g%s%s\n", a->q, driver[0] != 0 ? ", most in " : "", driver);
}

static size_t
count_scored(const econ_printed *p)
{
    size_t n = 0;

    for (size_t k = 0; k < p->scores->n_sectors * p->scores->n_periods; k++)
        n += isnan(p->scores->p_level[k]) ? 0 : 1;
    return n;
}

sci_status
econ_print_text(const econ_printed *p)
{
    char first[ECON_PERIOD_TEXT], last[ECON_PERIOD_TEXT];
    double false_alarms = econ_false_alarms_a_year(p->panel, p->rules);

    period_of(p, 0, first);
    period_of(p, p->scores->n_periods - 1, last);
    printf("%zu indicators in %zu sectors, %zu periods from %s to %s\n", p->scores->n_indicators,
           p->scores->n_sectors, p->scores->n_periods, first, last);
    if (count_scored(p) == 0)
        printf("no probabilities: they need %d periods of history\n", ECON_P_LEAST);
    printf("%zu anomal%s in the last ", p->n, p->n == 1 ? "y" : "ies");
    printf(p->periods == 1 ? "period\n" : "%zu periods\n", p->periods);
    for (size_t k = 0; k < p->n && k < SHOWN; k++)
        print_anomaly(p, &p->anomalies[k]);
    if (p->n > SHOWN)
        printf("  and %zu more\n", p->n - SHOWN);
    if (!isnan(false_alarms))
        printf("if nothing ever happened, about %.2g periods a year would hold a false alarm\n",
               false_alarms);
    return SCI_OK;
}

/* ---- for programs ---- */

sci_status
econ_print_json(const econ_printed *p)
{
    char period[ECON_PERIOD_TEXT];
    cli_json j;

    cli_json_start(&j, stdout);
    cli_json_object(&j);
    cli_json_member_unsigned(&j, "indicators", p->scores->n_indicators);
    cli_json_member_unsigned(&j, "sectors", p->scores->n_sectors);
    cli_json_member_unsigned(&j, "periods", p->scores->n_periods);
    period_of(p, 0, period);
    cli_json_member_text(&j, "first", period);
    period_of(p, p->scores->n_periods - 1, period);
    cli_json_member_text(&j, "last", period);
    cli_json_member_real(&j, "false_alarms_a_year", econ_false_alarms_a_year(p->panel, p->rules));
    cli_json_key(&j, "anomalies");
    cli_json_array(&j);
    for (size_t k = 0; k < p->n; k++) {
        const econ_anomaly *a = &p->anomalies[k];

        period_of(p, a->period, period);
        cli_json_object_line(&j);
        cli_json_member_text(&j, "period", period);
        cli_json_member_text(&j, "sector", a->sector == ECON_WHOLE_ECONOMY ? NULL : name_of(p, a));
        cli_json_member_text(&j, "statistic", econ_statistic_name(a->statistic));
        cli_json_member_real(&j, "score", a->score);
        cli_json_member_real(&j, "p", a->p);
        cli_json_member_real(&j, "q", a->q);
        cli_json_member_real(&j, "breadth", a->breadth);
        cli_json_member_real(&j, "effect", a->effect);
        cli_json_member_text(&j, "driver", a->driver == ECON_NO_DRIVER ? NULL : driver_of(p, a));
        cli_json_key(&j, "extrapolated");
        cli_json_boolean(&j, a->extrapolated);
        cli_json_object_end(&j);
    }
    cli_json_array_end(&j);
    cli_json_object_end(&j);
    return cli_json_finish(&j);
}

void
econ_print_porcelain(const econ_printed *p)
{
    char period[ECON_PERIOD_TEXT], sector[NAME], driver[NAME];

    printf("period\tsector\tstatistic\tscore\tp\tq\tdriver\n");
    for (size_t k = 0; k < p->n; k++) {
        const econ_anomaly *a = &p->anomalies[k];

        period_of(p, a->period, period);
        cli_escape(sector, sizeof sector, name_of(p, a)); /* tabs and line ends in names too */
        cli_escape(driver, sizeof driver, driver_of(p, a));
        printf("%s\t%s\t%s\t%.17g\t%.17g\t%.17g\t%s\n", period, sector,
               econ_statistic_name(a->statistic), a->score, a->p, a->q, driver);
    }
}

void
econ_print_nagios(const econ_printed *p, const econ_outcome *outcome)
{
    const char *state = outcome->critical > 0  ? "CRITICAL"
                        : outcome->watched > 0 ? "WARNING"
                                               : "OK";
    size_t end = p->scores->n_periods - 1;
    char last[ECON_PERIOD_TEXT], name[NAME] = "";

    period_of(p, end, last);
    printf("ECON %s - %zu anomal%s up to %s", state, outcome->watched,
           outcome->watched == 1 ? "y" : "ies", last);
    for (size_t k = 0; k < p->n && name[0] == 0; k++)
        if (outcome->watched > 0 && p->anomalies[k].period == end) {
            cli_escape(name, sizeof name,
                       p->anomalies[k].sector == ECON_WHOLE_ECONOMY ? "the whole economy"
                                                                    : name_of(p, &p->anomalies[k]));
            for (char *c = name; *c != 0; c++) /* what separates the figures */
                *c = *c == '|' ? '/' : *c;
            printf(", first %s %s %+.1f", name, econ_statistic_name(p->anomalies[k].statistic),
                   p->anomalies[k].score);
        }
    printf(" | anomalies=%zu;1;;0 critical=%zu;;1;0", outcome->watched, outcome->critical);
    if (!isnan(p->scores->economy[end]))
        printf(" economy=%.6g", p->scores->economy[end]);
    printf("\n");
}
