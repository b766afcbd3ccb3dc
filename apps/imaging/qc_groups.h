/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is compared before and after: the members of an image, chosen by its values before, as groups
 * of the after one too. */
#ifndef IMAGING_QC_GROUPS_H
#define IMAGING_QC_GROUPS_H

#include "groups.h"

typedef struct qc_groups {
    const imaging_members *members; /* not owned */
    imaging_groups groups;          /* labels, channels and samples by themselves */
    sci_grouping *together;         /* all members as one group */
    /* Masks that are tests of values, as weights of 0 and 1 that are computed from the image
     * before; labels that are no group, in the same way. NULL without. */
    sci_source *chosen, *labelled;
    uint64_t n_levels;
    int64_t *levels; /* values of the labels, increasing */
} qc_groups;

/* `members` are those of `before`, whose values are `source`; where they are percentiles or Otsu's
 * threshold these are found, if they are not known yet. All must outlive `out`. */
sci_status qc_groups_make(qc_groups *out, const imaging_context *c, const imaging_volume *before,
                          sci_source *source, imaging_members *members) SCI_MUST_CHECK;
void qc_groups_clear(qc_groups *groups);

#endif
