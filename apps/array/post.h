/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gamma and beta: one number for each channel, or for each label of --condition and channel. */
#ifndef ARRAY_POST_H
#define ARRAY_POST_H

#include "groups.h"

typedef struct array_post {
    sci_grouping *h; /* NULL: there is no second step */
    int rank;
    uint64_t shape
        [2]; /* of gamma and beta as files have them: (labels, channels), (labels) or (channels) */
    bool channel_first;   /* groups of h run over the labels first */
    double *gamma, *beta; /* in the order of the groups of h; NULL: 1, 0 */
} array_post;

/* gamma and beta from datasets (NULL: none). With `always` h is made even where there are
 * neither. */
sci_status array_post_make(array_post *out, const array_context *c, const array_groups *groups,
                           const array_recipe *recipe, const sci_source *input, const char *scale,
                           const char *shift, bool always) SCI_MUST_CHECK;
void array_post_clear(array_post *post);

/* Numbers in the order of h's groups as an array of `shape`, written as dataset `path`. */
sci_status array_post_write(const array_post *post, const double *values, sci_h5_output *out,
                            const char *path) SCI_MUST_CHECK;

/* The affine of both steps. */
sci_status array_post_affine(sci_affine **out, const array_groups *groups, const array_post *post,
                             double eps, int ddof, int outside) SCI_MUST_CHECK;

#endif
