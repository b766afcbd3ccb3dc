/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One image on its way through `normalize`. */
#ifndef IMAGING_NORMAL_H
#define IMAGING_NORMAL_H

#include "cli/batch.h"

#include "inside.h"
#include "scaling.h"

#define IMAGING_CT_CLIP "0.5,99.5" /* of nnU-Net */
#define NORMAL_ROWS_KEPT \
    UINT64_C(65536) /* of the table, for the report; of more only the troubles */

typedef struct imaging_normal {
    imaging_context c;
    const char *mask, *labels; /* operands, wherever they were named */
    char *owned[2];            /* those that had to be made */
    char *bids_source;         /* of an image of a BIDS data set, for the sidecar; NULL */
    imaging_volume *volume, *field;
    sci_source *source;            /* the values that are normalized: … */
    sci_source *measured;          /* what statistics are taken of; usually the same */
    sci_source *divided, *clamped; /* … by a bias field, … within limits */
    imaging_members members;
    char map_digests[3][80]; /* of mask, labels and the file of --groups; "" without */
    imaging_groups groups;
    imaging_only inside; /* once imaging_normal_inside was called and voxels outside are kept */
    double *low, *high;  /* limits of the kept groups; NULL without */
    double *curve_x, *curve_y; /* nyul: points of each group; NULL without */
    size_t n_points;
    const char *outside; /* what becomes of voxels outside, as it was asked for or decided */
    double eps;
    sci_affine *affine;
    imaging_output *output;
    imaging_scaling scaling;
    imaging_troubles troubles;
    sci_moments *rows; /* n_rows of the table, by which the output was made */
    uint64_t n_rows;
    sci_stats *head; /* names and digests */
    sci_report report;
} imaging_normal;

void imaging_normal_clear(imaging_normal *job);

/* Its context, mask and labels; then the image with its values, groups, masks and weights. */
sci_status imaging_normal_begin(imaging_normal *job, const cli_call *call, const cli_inputs *inputs,
                                size_t input, const cli_worker *worker) SCI_MUST_CHECK;
sci_status imaging_normal_prepare(imaging_normal *job, const cli_input *input) SCI_MUST_CHECK;

/* `source`, made of the values so far (limits, a curve), is normalized from now on; the members stay
 * those of the values so far. */
sci_status imaging_normal_change(imaging_normal *job, sci_source *source) SCI_MUST_CHECK;

/* Where voxels outside are kept: those inside, for steps that shall leave the others (found once;
 * before imaging_normal_change). *out is NULL where they are not. */
sci_status imaging_normal_inside(imaging_normal *job, const imaging_only **out) SCI_MUST_CHECK;

/* The affine of its groups with job->eps, and what becomes of voxels outside. */
sci_status imaging_normal_affine(imaging_normal *job) SCI_MUST_CHECK;
/* The element type that --dtype or the input asks for. */
sci_type imaging_normal_type(const imaging_normal *job);
/* SCI_ERR_DEGENERATE where a group has no spread and --on-degenerate is fail; else says so. */
sci_status imaging_normal_judge(const imaging_normal *job) SCI_MUST_CHECK;
/* Record, report, and the output under its name; the page of --qc. */
sci_status imaging_normal_finish(imaging_normal *job, const cli_inputs *inputs) SCI_MUST_CHECK;

/* The worker's files besides the output. */
enum { NORMAL_SIDECAR = 1, NORMAL_PAGE, NORMAL_NUMBERS };

/* For cli_batch, whose context is a pointer at the call. Further outputs of an input: "a.json" beside
 * "a.nii.gz", as NIfTI has no room for a record; with --qc a page and its numbers. */
sci_status imaging_normal_extras(void *context, const cli_inputs *inputs, size_t input,
                                 const char *output, char *out[CLI_EXTRAS_MOST]) SCI_MUST_CHECK;
/* With --qc the index of the pages. */
sci_status imaging_normal_after(void *context, const cli_inputs *inputs,
                                char *const *outputs) SCI_MUST_CHECK;

/* The number of voxels in groups, and their volume in mm3 (NaN: unknown), from the rows. */
double imaging_normal_mm3(const imaging_normal *job, const sci_moments *row);

/* record.c: what the output keeps about how it was made; before it is closed. `sidecar`: a file to
 * fill beside it (NIfTI), or NULL. */
sci_status imaging_record_write(imaging_normal *job, const char *sidecar) SCI_MUST_CHECK;

/* report.c: what was done, for people on stderr and stdout, or as JSON on stdout. */
sci_status imaging_report_print(const imaging_normal *job, bool alone) SCI_MUST_CHECK;

#endif
