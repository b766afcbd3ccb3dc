/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The groups of an image: what a method keeps apart, and the labels that cut it further. */
#ifndef IMAGING_GROUPS_H
#define IMAGING_GROUPS_H

#include "members.h"

typedef struct imaging_groups {
    sci_grouping *g; /* of the statistics */
    sci_grouping
        *kept; /* the same without labels: thresholds and clip limits are those of its groups */
    sci_labels *channels;
    uint64_t n, n_kept;
    uint64_t *kept_of; /* of each group its kept one; NULL where they are the same */
} imaging_groups;

/* `members` gives labels; its masks and weights are attached by imaging_groups_attach, when the
 * thresholds are known. SCI_ERR_REFUSED where the image has no axis that the method or --over needs. */
sci_status imaging_groups_make(imaging_groups *out, const imaging_context *c,
                               const imaging_volume *volume,
                               const imaging_members *members) SCI_MUST_CHECK;
/* Mask and weights on both, tests of values on both. */
sci_status imaging_groups_attach(imaging_groups *groups, const imaging_volume *volume,
                                 const imaging_members *members) SCI_MUST_CHECK;
void imaging_groups_clear(imaging_groups *groups);

/* Where the kept groups lie, for the steps of mapped.h: `blocks` equal stretches, or the index along
 * the last axis where `last` is not 0. SCI_ERR_REFUSED where they are neither. */
sci_status imaging_groups_blocks(const imaging_groups *groups, const imaging_context *c,
                                 const imaging_volume *volume, uint64_t *blocks,
                                 uint64_t *last) SCI_MUST_CHECK;

#endif
