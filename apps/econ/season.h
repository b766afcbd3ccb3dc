/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series without their seasons. */
#ifndef ECON_SEASON_H
#define ECON_SEASON_H

#include "panel.h"
#include "window.h"

/* Take the season out of x[0…w->n-1], the first of which is period `first`. What a period is corrected by is
 * known before it (of a calibration: from its rows). Median: of the same season in the history. STL: robust,
 * of the history up to the last turn of the season (gaps in it filled on straight lines), the last year's
 * seasons going on. x becomes NaN where the history is too short. */
sci_status econ_season_remove(econ_seasonal kind, const econ_window *w, econ_frequency frequency,
                              int64_t first, double *x, econ_scratch *scratch) SCI_MUST_CHECK;

#endif
