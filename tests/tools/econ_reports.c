/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports of sci-econ about made-up panels: econ_reports STORY FOLDER. STORY is
 *   large   60 series in 10 sectors over 400 months, with a crisis, events and warnings
 *   little  3 series in 2 sectors over 8 quarters
 *   wide    2,200 series in 40 sectors over 500 days: indicators are kept for some days only */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include <apps/econ/report.h>

typedef struct story {
    const char *name;
    size_t sectors, series, periods;
    econ_frequency frequency;
    int64_t first;
} story;

static const story stories[] = {
    { "large", 10, 60, 400, ECON_MONTHLY, 1990 * 12 },
    { "little", 2, 3, 8, ECON_QUARTERLY, 2020 * 4 },
    { "wide", 40, 2200, 500, ECON_DAILY, 18262 },
};

static uint64_t seed = 20260101;

static double
uniform(void)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(void)
{
    return sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static void *
room(size_t n, size_t size)
{
    void *memory = NULL;

    if (sci_alloc_zero(&memory, n, 1, size) != SCI_OK)
        abort();
    return memory;
}

static char *
numbered(const char *name, size_t number)
{
    char *text = NULL;

    if (sci_format(&text, number > 0 ? "%s%zu" : "%s", name, number) != SCI_OK)
        abort();
    return text;
}

/* Growth with a factor of the economy and of the sector; a crisis of three periods at 3/4 of the way,
 * a series that leaves its sector at 1/2. */
static void
fill_values(econ_panel *p)
{
    size_t n = p->n_periods, crisis = n * 3 / 4;
    double *economy = room(n, sizeof *economy);
    double *shared = room(n * p->n_sectors, sizeof *shared);

    for (size_t t = 0; t < n; t++) {
        economy[t] = normal();
        for (size_t s = 0; s < p->n_sectors; s++)
            shared[s * n + t] = normal();
    }
    for (size_t i = 0; i < p->n_indicators; i++) {
        size_t s = p->indicators[i].sector_index;
        double x = 900.0 * (double)(i + 1), size = 0.002;

        for (size_t t = 0; t < n; t++) {
            double change = 0.3 * economy[t] + 0.4 * shared[s * n + t] + 0.8 * normal();

            if (t >= crisis && t < crisis + 3 && n > 20)
                change += (s == 2 ? -40.0 : -8.0) + (t > crisis ? 30.0 : 0.0);
            if (t == n / 2 && i == 7)
                change += 12.0;
            x *= 1.0 + size * change;
            p->values[i * n + t] = x;
        }
    }
    if (n > 20)
        p->values[5 * n + 40] = NAN;
    sci_free(economy);
    sci_free(shared);
}

static void
make_panel(econ_panel *p, const story *s)
{
    *p = (econ_panel){ .frequency = s->frequency,
                       .first = s->first,
                       .n_periods = s->periods,
                       .n_indicators = s->series,
                       .n_sectors = s->sectors };
    p->values = room(s->series * s->periods, sizeof *p->values);
    p->indicators = room(s->series, sizeof *p->indicators);
    p->sectors = room(s->sectors, sizeof *p->sectors);
    for (size_t k = 0; k < s->sectors; k++)
        p->sectors[k] = numbered("sector of things no. ", k + 1);
    for (size_t i = 0; i < s->series; i++) {
        econ_indicator *one = &p->indicators[i];

        one->name = numbered("SERIES", i + 1);
        one->title = numbered("all employees, industry ", i + 1);
        one->sector_index = i * s->sectors / s->series;
        one->unit = numbered(i % 3 == 0 ? "1000 person" : "1e6 USD", 0);
        one->transform = ECON_DLOG;
        one->sign = 1;
        one->weight = 1.0;
    }
    fill_values(p);
    if (econ_notes_add(&p->notes, ECON_GUESS, "dialect", 0, 0, "columns are separated by commas")
            != SCI_OK
        || econ_notes_add(&p->notes, ECON_WARNING, "gap", 41, 3, "SERIES6 has a gap in 1993-05")
               != SCI_OK)
        abort();
}

static sci_status
write_all(const econ_report *report, const char *folder)
{
    static const struct {
        const char *name;
        sci_status (*write)(const econ_report *, const char *);
    } outputs[] = { { "report.html", econ_report_write_page },
                    { "report.md", econ_report_write_markdown },
                    { "report.json", econ_report_write_json },
                    { "scores.csv", econ_report_write_scores },
                    { "anomalies.csv", econ_report_write_anomalies } };
    sci_status st = SCI_OK;

    for (size_t k = 0; k < sizeof outputs / sizeof *outputs && st == SCI_OK; k++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/%s", folder, outputs[k].name);
        st = outputs[k].write(report, path);
    }
    return st;
}

static sci_status
tell(const story *s, const char *folder)
{
    econ_rules rules = { .alpha = 0.05,
                         .min_z = 3.5,
                         .stats = ECON_STAT_RELATIVE | ECON_STAT_WITHIN | ECON_STAT_LEVEL
                                  | ECON_STAT_ECONOMY };
    econ_event events[] = { { s->first + 300, s->first + 302, (char[]){ "a known crisis" }, NULL,
                              0 },
                            { s->first + 310, s->first + 310, (char[]){ "another" }, NULL, 0 } };
    econ_events known = { 2, events };
    econ_panel panel;
    econ_scores scores = { 0 };
    econ_anomaly *anomalies = NULL;
    econ_report report = { 0 };
    econ_report_parts parts = { .panel = &panel,
                                .scores = &scores,
                                .rules = &rules,
                                .events = &known,
                                .inputs = { { "panel", "made-up.csv", "xxh3:0" } },
                                .n_inputs = 1,
                                .options = "--min-z=3.5" };
    sci_status st;

    make_panel(&panel, s);
    st = econ_scores_make(&scores, &panel, &rules, 1);
    if (st == SCI_OK)
        st = econ_anomalies_find(&anomalies, &parts.n_anomalies, &panel, &scores, &rules, 0);
    parts.anomalies = anomalies;
    parts.false_alarms = econ_false_alarms_a_year(&panel, &rules);
    if (st == SCI_OK)
        st = econ_report_make(&report, &parts);
    if (st == SCI_OK)
        st = write_all(&report, folder);
    econ_report_clear(&report);
    sci_free(anomalies);
    econ_scores_clear(&scores);
    econ_panel_clear(&panel);
    return st;
}

int
main(int argc, char **argv)
{
    for (size_t k = 0; argc == 3 && k < sizeof stories / sizeof *stories; k++) {
        if (strcmp(stories[k].name, argv[1]) != 0)
            continue;
        if (tell(&stories[k], argv[2]) == SCI_OK)
            return 0;
        fprintf(stderr, "%s\n", sci_message());
        return 1;
    }
    return 2;
}
