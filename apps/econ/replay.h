/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a watch over the past would have done, judged by events that are known. */
#ifndef ECON_REPLAY_H
#define ECON_REPLAY_H

#include "events.h"
#include "panel.h"
#include "scores.h"

/* One event, seen or not. */
typedef struct econ_seen {
    bool inside; /* it lies in the periods that were replayed */
    bool seen;
    size_t delay;       /* periods from its first one to the first alarm */
    const char *sector; /* of that alarm; NULL: the economy */
    unsigned statistic;
    double score;
} econ_seen;

typedef struct econ_replay {
    size_t periods; /* replayed */
    double years;
    size_t alarms; /* (period, sector) with an anomaly; the economy counts as a sector */
    size_t right;  /* of them at an event of that sector, or of all */
    size_t first_ten, first_ten_right; /* the same of the ten with the largest scores */
    size_t false_periods;              /* periods with an alarm that is not right */
    size_t events, seen;               /* inside the replayed periods */
    econ_seen *each;                   /* one an event */
} econ_replay;

/* Anomalies from period `from` on (an index) are held against events; an alarm counts for an event from its first
 * period to `grace` periods after its last. An event without a sector is met by an alarm of any, one with a sector
 * only by that. `each` is released by sci_free. */
sci_status econ_replay_judge(econ_replay *out, const econ_panel *panel, const econ_events *events,
                             const econ_anomaly *anomalies, size_t n, size_t from,
                             size_t grace) SCI_MUST_CHECK;

#endif
