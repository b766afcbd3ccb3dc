/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"

#include "panel.h"
#include "table.h"

enum { PERIOD, LABEL, SECTOR, COLUMNS };
static const char *const columns[] = { "period", "label", "sector" };

void
econ_events_clear(econ_events *events)
{
    for (size_t k = 0; k < events->n; k++) {
        sci_free(events->items[k].label);
        sci_free(events->items[k].sector);
    }
    sci_free(events->items);
    *events = (econ_events){ 0 };
}

static sci_status
take_row(econ_events *events, const econ_table *t, econ_frequency frequency, size_t *room)
{
    const char *period = econ_table_text(t, PERIOD), *sector = econ_table_text(t, SECTOR);
    econ_event event = { .line = t->records.line };
    sci_status st = econ_period_range(period, frequency, &event.first, &event.last);

    if (st != SCI_OK) {
        char why[256];

        (void)snprintf(why, sizeof why, "%s", sci_message());
        return econ_table_fail(t, PERIOD, "%s", why);
    }
    if (econ_table_text(t, LABEL)[0] == '\0')
        return econ_table_fail(t, LABEL, "the label of the event is missing");
    st = sci_strdup(&event.label, econ_table_text(t, LABEL));
    if (st == SCI_OK && *sector != '\0')
        st = sci_strdup(&event.sector, sector);
    if (st == SCI_OK)
        st = econ_list_room(&events->items, events->n, room, sizeof *events->items);
    if (st == SCI_OK) {
        events->items[events->n++] = event;
        return SCI_OK;
    }
    sci_free(event.label);
    sci_free(event.sector);
    return st;
}

static int
compare(const void *a, const void *b)
{
    const econ_event *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

sci_status
econ_events_read(econ_events *events, const char *path, econ_frequency frequency)
{
    econ_table t;
    size_t room = 0;
    bool more = true;
    sci_status st;

    *events = (econ_events){ 0 };
    st = econ_table_open(&t, path, columns, COLUMNS, 2);
    while (st == SCI_OK) {
        st = econ_table_next(&t, &more);
        if (st != SCI_OK || !more)
            break;
        st = take_row(events, &t, frequency, &room);
    }
    econ_table_close(&t);
    if (st == SCI_OK && events->n > 1)
        qsort(events->items, events->n, sizeof *events->items, compare);
    return st;
}

void
econ_events_check(const econ_events *events, const char *path, const econ_panel *panel)
{
    for (size_t k = 0; k < events->n; k++)
        if (events->items[k].sector != NULL
            && econ_panel_sector(panel, events->items[k].sector) == SIZE_MAX)
            cli_warn("'%s:%" PRIu64 "': there is no sector '%.80s' in the panel", path,
                     events->items[k].line, events->items[k].sector);
}
