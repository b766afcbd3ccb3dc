/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which voxels of an image enter the statistics, with which weight and label: masks and label maps
 * of files, tests of the values themselves, and the thickness of slices. */
#ifndef IMAGING_MEMBERS_H
#define IMAGING_MEMBERS_H

#include <sci/engine.h>

#include "volume.h"

/* What a mask of --mask is. */
typedef enum imaging_mask_kind {
    MASK_NONE,
    MASK_FILE,
    MASK_NONZERO,    /* voxels that are not 0 */
    MASK_ABOVE,      /* '>T' */
    MASK_PERCENTILE, /* pN: above the N-th percentile of the channel */
    MASK_OTSU        /* above Otsu's threshold of the channel */
} imaging_mask_kind;

typedef struct imaging_mask_rule {
    imaging_mask_kind kind;
    double threshold;    /* of ABOVE; percent of PERCENTILE */
    const char *operand; /* of FILE; that of the caller */
} imaging_mask_rule;

/* Parse --mask (NULL: none). SCI_ERR_ARGUMENT for "p101" and the like. */
sci_status imaging_mask_parse(imaging_mask_rule *out, const char *text) SCI_MUST_CHECK;

/* SCI_ERR_ARGUMENT for options about masks and labels that would have no effect: --mask is parsed, and
 * what goes with a mask file, a label map or any mask needs one (a manifest may name it), and
 * --slice-weight needs weights. */
sci_status imaging_members_check(const cli_call *call) SCI_MUST_CHECK;

/* The same for options about weights, of methods that take percentiles. */
sci_status imaging_unweighted_check(const cli_call *call) SCI_MUST_CHECK;

/* "file", "nonzero", …; "none". */
const char *imaging_mask_word(imaging_mask_kind kind);

typedef struct imaging_members {
    imaging_mask_rule rule;
    /* files, and what the engine reads of them */
    imaging_volume *mask, *labels;
    sci_source *steps[2];     /* mapped sources of the two */
    sci_source *mask_source;  /* a mask that counts as weights: thresholded or fractional */
    sci_source *label_source; /* the labels in an integer type */
    sci_labels *regions;
    bool digested; /* the label map as it is stored: */
    uint8_t label_digest[SCI_DIGEST_BYTES];
    /* axes of the image that the maps lie over, increasing */
    int n_mask_axes, mask_axes[IMAGING_AXES_MOST];
    int n_label_axes, label_axes[IMAGING_AXES_MOST];
    /* thickness of the samples of irregular axes, in the geometry's unit */
    double *thickness[IMAGING_AXES_MOST];
    sci_source *weights[IMAGING_AXES_MOST];
    bool weighted;     /* by volume */
    double equal_mm3;  /* of pooled images with --weights volume: of a voxel, should all be alike */
    double weight_mm3; /* of a voxel of weight 1; NaN: unknown */
    /* thresholds of the values, one for each kept group (groups.h); NULL until they are known */
    uint64_t n_low;
    double *low;
    sci_source *chosen; /* what they chose, once the values are changed (chosen.h); NULL before */
} imaging_members;

/* The maps of an image: `mask` and `labels` are operands or NULL (already those of --mask and
 * --labels, of a manifest or a pattern). SCI_ERR_REFUSED for maps of another shape or place, for a
 * mask that is not binary, and for slices whose thickness would have to be guessed. */
sci_status imaging_members_open(imaging_members *out, const imaging_context *c,
                                const imaging_volume *volume, const char *mask,
                                const char *labels) SCI_MUST_CHECK;
void imaging_members_clear(imaging_members *members);

/* Masks, weights and tests of values of a grouping over the image's axes. `groups_of_kept`: of each
 * group of g the number of its kept group (NULL: they are the same), for thresholds by channel. */
sci_status imaging_members_attach(const imaging_members *members, const imaging_volume *volume,
                                  sci_grouping *g, const uint64_t *groups_of_kept) SCI_MUST_CHECK;

/* True where some voxels may be outside: a mask of any kind. */
bool imaging_members_are_masked(const imaging_members *members);

#endif
