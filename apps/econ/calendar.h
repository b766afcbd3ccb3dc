/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which periods the spellings of a file mean, all of them together. */
#ifndef ECON_CALENDAR_H
#define ECON_CALENDAR_H

#include "period_spelling.h"

typedef struct econ_calendar_entry {
    int64_t ordinal;
    econ_frequency frequency;
} econ_calendar_entry;

typedef enum econ_calendar_verdict {
    ECON_CALENDAR_FINE,
    ECON_CALENDAR_AMBIGUOUS, /* dates can be read in two ways */
    ECON_CALENDAR_CONFLICT,  /* some have the day first, some the month */
    ECON_CALENDAR_NO_DATE    /* one does not exist in the order that was told */
} econ_calendar_verdict;

typedef struct econ_calendar {
    econ_calendar_entry *entries; /* one a spelling; released by sci_free */
    econ_date_order order;        /* of dates such as 3/4/2020; 0: there are none */
    bool order_guessed;           /* by the regular steps that it gives */
    bool from_dates;              /* the frequency was found from dates */
    size_t culprit;               /* the spelling that a verdict is about */
} econ_calendar;

/* What is known of periods before they are read. Valid when zeroed. */
typedef struct econ_calendar_told {
    int order;     /* econ_date_order of dates such as 3/4/2020; 0: to be found */
    int frequency; /* econ_frequency + 1 that dates have wherever they can: a few of them would not tell; 0 */
} econ_calendar_told;

/* Of n spellings, all different texts and none ECON_SPELLED_NOT. SCI_ERR_NOMEM. */
sci_status econ_calendar_make(econ_calendar *out, econ_calendar_verdict *verdict,
                              const econ_spelling *spellings, size_t n,
                              econ_calendar_told told) SCI_MUST_CHECK;

#endif
