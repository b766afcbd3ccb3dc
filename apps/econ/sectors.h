/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sectors whose indicators are elsewhere: files of raw sector scores put together. */
#ifndef ECON_SECTORS_H
#define ECON_SECTORS_H

#include "scores_priv.h"
#include "store.h"

/* Sectors in memory: a panel (without indicators where there are no values) and raw and n_available of its
 * scores. */
typedef struct econ_sectors {
    econ_stored is;
    econ_panel panel;
    econ_scores scores;
} econ_sectors;

sci_status econ_sectors_load(econ_sectors *out, const char *path) SCI_MUST_CHECK;
void econ_sectors_clear(econ_sectors *sectors);

/* n files (at least 1) as one. Unlike sectors of the same periods are united, in the order of their names;
 * values stay where all have them. The same sectors of several stretches of time are put together if all
 * have their values, and scored anew; *by_period says that it was so. SCI_ERR_REFUSED: unlike rules or
 * frequencies, sectors twice, periods that differ. */
sci_status econ_sectors_merge(econ_sectors *out, size_t n, const econ_sectors *parts, int threads,
                              bool *by_period) SCI_MUST_CHECK;

/* Scores of a panel's sectors among others that are known (a sector of the panel replaces the known one of its
 * name). `panel` becomes the panel of the result: the periods of both, and all sectors. */
sci_status econ_sectors_apply(econ_scores *out, econ_panel *panel, const econ_sectors *others,
                              const econ_rules *rules, int threads) SCI_MUST_CHECK;

#endif
