/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

static bool
meets(const econ_event *event, const econ_panel *panel, const econ_anomaly *a, size_t grace)
{
    int64_t ordinal = panel->first + (int64_t)a->period;

    if (ordinal < event->first || ordinal > event->last + (int64_t)grace)
        return false;
    return event->sector == NULL
           || (a->sector != ECON_WHOLE_ECONOMY
               && strcmp(event->sector, panel->sectors[a->sector]) == 0);
}

static bool
is_right(const econ_events *events, const econ_panel *panel, const econ_anomaly *a, size_t grace)
{
    for (size_t e = 0; e < events->n; e++)
        if (meets(&events->items[e], panel, a, grace))
            return true;
    return false;
}

/* The first alarm of an event; of several in one period the largest, which comes first. */
static void
look_for(econ_seen *seen, const econ_event *event, const econ_panel *panel,
         const econ_anomaly *anomalies, size_t n, size_t from, size_t grace)
{
    const econ_anomaly *best = NULL;

    for (size_t k = 0; k < n; k++)
        if (anomalies[k].period >= from && meets(event, panel, &anomalies[k], grace)
            && (best == NULL || anomalies[k].period < best->period))
            best = &anomalies[k];
    if (best == NULL)
        return;
    seen->seen = true;
    seen->delay = (size_t)(panel->first + (int64_t)best->period - event->first);
    seen->sector = best->sector == ECON_WHOLE_ECONOMY ? NULL : panel->sectors[best->sector];
    seen->statistic = best->statistic;
    seen->score = best->score;
}

/* marks: 1 an alarm of this (period, sector) was counted; wrong: a period with one that is not right. */
static void
count_alarms(econ_replay *out, const econ_panel *panel, const econ_events *events,
             const econ_anomaly *anomalies, size_t n, size_t from, size_t grace, uint8_t *marks,
             uint8_t *wrong)
{
    for (size_t k = 0; k < n; k++) {
        const econ_anomaly *a = &anomalies[k];
        size_t row = a->sector == ECON_WHOLE_ECONOMY ? panel->n_sectors : a->sector;
        bool right;

        if (a->period < from || marks[row * panel->n_periods + a->period])
            continue;
        marks[row * panel->n_periods + a->period] = 1;
        right = is_right(events, panel, a, grace);
        out->alarms++;
        out->right += right;
        if (out->first_ten < 10) {
            out->first_ten++;
            out->first_ten_right += right;
        }
        if (!right && !wrong[a->period]) {
            wrong[a->period] = 1;
            out->false_periods++;
        }
    }
}

sci_status
econ_replay_judge(econ_replay *out, const econ_panel *panel, const econ_events *events,
                  const econ_anomaly *anomalies, size_t n, size_t from, size_t grace)
{
    int64_t begin = panel->first + (int64_t)from, end = panel->first + (int64_t)panel->n_periods;
    uint8_t *marks = NULL, *wrong = NULL;
    sci_status st;

    *out = (econ_replay){ .periods = panel->n_periods - from };
    out->years = (double)out->periods / econ_frequency_per_year(panel->frequency);
    st = sci_alloc_zero(&out->each, events->n, 1, sizeof *out->each);
    if (st == SCI_OK)
        st = sci_alloc_zero(&marks, panel->n_sectors + 1, panel->n_periods, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&wrong, panel->n_periods, 1, 1);
    if (st == SCI_OK)
        count_alarms(out, panel, events, anomalies, n, from, grace, marks, wrong);
    for (size_t e = 0; st == SCI_OK && e < events->n; e++) {
        const econ_event *event = &events->items[e];

        out->each[e].inside = event->first >= begin && event->first < end;
        if (!out->each[e].inside)
            continue;
        look_for(&out->each[e], event, panel, anomalies, n, from, grace);
        out->events++;
        out->seen += out->each[e].seen;
    }
    sci_free(marks);
    sci_free(wrong);
    if (st != SCI_OK) {
        sci_free(out->each);
        out->each = NULL;
    }
    return st;
}
