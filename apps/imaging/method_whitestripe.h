/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WhiteStripe (Shinohara et al. 2014): the last peak of a T1 image's density is normal-appearing white
 * matter; voxels close to it in rank are the stripe, whose mean and standard deviation rescale the
 * image. */
#ifndef IMAGING_METHOD_WHITESTRIPE_H
#define IMAGING_METHOD_WHITESTRIPE_H

#include "scaling.h"

/* Rows of the kept groups. The density is that of the members up to their 96th percentile, by a
 * normal kernel of Scott's bandwidth n^(-1/5)·sd on 80 points; the mode is its last inner maximum;
 * the stripe is strictly between the quantiles of the mode's rank -0.05 and +0.05. Of more than 4 Mi
 * members the density is made from 65536 bins, which moves it by less than 1e-6 of itself.
 * SCI_ERR_DEGENERATE where there is no maximum. */
sci_status imaging_whitestripe_find(sci_moments *rows, const imaging_groups *groups,
                                    const imaging_members *members, const imaging_context *c,
                                    const imaging_volume *volume,
                                    sci_source *source) SCI_MUST_CHECK;

#endif
