/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events that the reader of a report should be reminded of: a CSV file with the columns period, label and,
 * where wanted, sector. A period may be a range, "2020-03..2020-08", or coarser than the panel's. */
#ifndef ECON_EVENTS_H
#define ECON_EVENTS_H

#include "period.h"

struct econ_panel;

typedef struct econ_event {
    int64_t first, last; /* ordinals in the frequency of the panel, both included */
    char *label;
    char *sector; /* NULL: of the whole economy */
    uint64_t line;
} econ_event;

typedef struct econ_events {
    size_t n;
    econ_event *items; /* sorted by first period, then as in the file */
} econ_events;

/* SCI_ERR_FORMAT with file:line:column. Cleared by econ_events_clear, also after a failure. */
sci_status econ_events_read(econ_events *events, const char *path,
                            econ_frequency frequency) SCI_MUST_CHECK;
/* Warn of events in sectors that the panel does not have: nobody would see them. */
void econ_events_check(const econ_events *events, const char *path, const struct econ_panel *panel);
void econ_events_clear(econ_events *events);

#endif
