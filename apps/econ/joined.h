/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A panel that grows. */
#ifndef ECON_JOINED_H
#define ECON_JOINED_H

#include "panel.h"

typedef struct econ_joining {
    size_t
        from; /* first period that differs from the old panel; its number of periods: none does */
    size_t added;   /* values in new periods */
    size_t late;    /* values in old ones, where there was none */
    size_t ignored; /* indicators of `more` that the old panel does not have */
} econ_joining;

/* `out` := old with the periods and late values of `more`, which may be a panel without sectors. Indicators are
 * matched by name; `old` gives all else. SCI_ERR_REFUSED: another frequency or unit, a value for a period before
 * the old ones, a value that contradicts an old one (both named). */
sci_status econ_panel_join(econ_panel *out, const econ_panel *old, const econ_panel *more,
                           econ_joining *what) SCI_MUST_CHECK;

/* A copy with other periods: n from `first` on, NaN where `from` has none. Notes and flags do not come along. */
sci_status econ_panel_stretch(econ_panel *out, const econ_panel *from, int64_t first,
                              size_t n) SCI_MUST_CHECK;

/* Forget what belongs to one file and not to its values: a panel that came in parts has the same traits as
 * one that came at once. */
void econ_panel_detach(econ_panel *panel);

#endif
