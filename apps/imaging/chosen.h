/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a test of values chooses, as a map of the whole image: for values that are changed before
 * they are normalized. */
#ifndef IMAGING_CHOSEN_H
#define IMAGING_CHOSEN_H

#include "groups.h"

/* 1 for the elements of `source` that pass the test of members->rule, 0 for others; NaN pass, as in
 * sci_grouping_values. *out is NULL where no values are tested. `source` must outlive it.
 * SCI_ERR_REFUSED where thresholds go with groups of channels. */
sci_status imaging_chosen_map(sci_source **out, sci_source *source, const imaging_members *members,
                              const imaging_groups *groups, const imaging_context *c,
                              const imaging_volume *volume) SCI_MUST_CHECK;

/* Members of `groups`, to which `members` are attached, stay those that `source` chooses, whatever
 * values are given to passes from now on. Once at most. */
sci_status imaging_chosen_hold(imaging_members *members, imaging_groups *groups,
                               const imaging_context *c, const imaging_volume *volume,
                               sci_source *source) SCI_MUST_CHECK;

#endif
