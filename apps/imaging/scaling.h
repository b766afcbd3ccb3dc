/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each group is rescaled with: y = (x - centre)/scale. A method gives them as rows of moments,
 * mean and variance being centre and scale squared, for the engine. */
#ifndef IMAGING_SCALING_H
#define IMAGING_SCALING_H

#include "limits.h"

typedef struct imaging_scaling {
    uint64_t n;
    sci_moments *rows; /* of the engine; an empty row leaves its group as it is */
    sci_stats *stats;  /* moments of the members, for the record; NULL where there are none */
    double eps;        /* added to the variances */
} imaging_scaling;

/* True for methods whose rows are the moments of the members. */
bool imaging_method_is_moments(int method);

/* eps of a method unless --eps is given: 1e-5 for group, instance, layer and labels, else 0. */
double imaging_eps(const imaging_context *c, const imaging_members *members);

/* Rows of robust: median and 1.4826 times the median absolute deviation; of range: the lowest value
 * and the difference to the highest, or of the percentiles --clip. */
sci_status imaging_scaling_find(imaging_scaling *out, const imaging_groups *groups,
                                const imaging_members *members, const imaging_context *c,
                                const imaging_volume *volume, sci_source *source, double eps,
                                sci_report *report) SCI_MUST_CHECK;
void imaging_scaling_clear(imaging_scaling *scaling);

/* A row with this centre and scale; of scale 0 one of a constant group. */
sci_moments imaging_row(double centre, double scale, uint64_t count);

/* ---- groups that cannot be rescaled ---- */

typedef struct imaging_troubles {
    uint64_t n_degenerate, first_degenerate; /* no spread, or less than 2 voxels */
    uint64_t n_empty, first_empty;           /* no voxels at all */
    uint64_t n_small, first_small;           /* under --min-voxels */
    sci_moments degenerate;                  /* the first one's row */
} imaging_troubles;

/* Look at a row of group `group`. True if it is degenerate or empty. */
bool imaging_trouble_see(imaging_troubles *t, uint64_t group, const sci_moments *row);

/* Make rows what --on-degenerate and --min-voxels say (of labels). */
void imaging_scaling_settle(imaging_scaling *scaling, const imaging_context *c,
                            const imaging_members *members, imaging_troubles *troubles);

#endif
