/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs of sci-imaging can be told, and the option rows that several of them share. */
#ifndef IMAGING_SETTINGS_H
#define IMAGING_SETTINGS_H

#include "cli/common.h"
#include "cli/program.h"

/* In the order of their choices. */
typedef enum imaging_method {
    IMAGING_ZSCORE,
    IMAGING_GROUP,
    IMAGING_INSTANCE,
    IMAGING_LAYER,
    IMAGING_ROBUST,
    IMAGING_RANGE,
    IMAGING_NYUL,
    IMAGING_WHITESTRIPE,
    IMAGING_CT
} imaging_method;
#define IMAGING_METHODS "zscore|group|instance|layer|robust|range|nyul|whitestripe|ct"

typedef enum imaging_weighting { IMAGING_AUTO, IMAGING_VOLUME, IMAGING_NONE } imaging_weighting;
typedef enum imaging_slices {
    SLICES_AUTO,
    SLICES_WIDTH,
    SLICES_CELL,
    SLICES_UNIFORM
} imaging_slices;
typedef enum imaging_degenerate {
    DEGENERATE_FAIL,
    DEGENERATE_ZERO,
    DEGENERATE_KEEP
} imaging_degenerate;
typedef enum imaging_like { LIKE_NONE, LIKE_TORCHIO, LIKE_MONAI, LIKE_NNUNET } imaging_like;

typedef struct imaging_settings {
    cli_common common;
    /* method */
    int method; /* imaging_method */
    const char *groups, *over, *clip;
    int like;            /* imaging_like */
    int degenerate;      /* imaging_degenerate */
    const char *outside; /* keep|apply|zero|nan or a number */
    /* which voxels, which groups */
    const char *mask, *labels, *mask_pattern;
    cli_list ignored;
    int64_t min_voxels;
    bool mask_weights;
    double mask_threshold; /* if cli_given(call, "mask-threshold") */
    /* voxel sizes */
    int weights;      /* imaging_weighting */
    int slice_weight; /* imaging_slices */
    const char *spacing, *units, *slice_positions;
    const char *bias_field;
    /* pages */
    const char *qc;
    /* models */
    const char *stats, *refine;
    bool tsv;
} imaging_settings;

#define IMAGING_AT(member) offsetof(imaging_settings, member)

#endif
