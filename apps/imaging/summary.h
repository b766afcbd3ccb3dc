/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics of an image as `stats` gives them. */
#ifndef IMAGING_SUMMARY_H
#define IMAGING_SUMMARY_H

#include "cli/json.h"

#include "limits.h"

#define SUMMARY_PERCENTS 15
extern const double summary_percents[SUMMARY_PERCENTS];
#define SUMMARY_MEDIAN 7 /* its place among them */

typedef struct imaging_summary_row {
    char name[160];
    sci_moments moments;                       /* weighted by volume where slices differ */
    sci_moments plain;                         /* every voxel counting once */
    double mm3;                                /* NaN: voxel sizes are not known */
    double percentiles[SUMMARY_PERCENTS], mad; /* of voxels, whatever their volume */
    double otsu;                               /* NaN with labels */
} imaging_summary_row;

typedef struct imaging_summary {
    imaging_volume *volume;
    imaging_members members;
    uint64_t voxels;
    uint64_t n;
    imaging_summary_row *rows;
    int ddof;
} imaging_summary;

/* mask and labels are operands or NULL. */
sci_status imaging_summary_make(imaging_summary *out, const imaging_context *c, const char *file,
                                const char *dataset, const char *mask,
                                const char *labels) SCI_MUST_CHECK;
void imaging_summary_clear(imaging_summary *summary);

/* True where weighting moves the mean by more than 1 % of the standard deviation. */
bool imaging_summary_differs(const imaging_summary *summary, const imaging_summary_row *row);

void imaging_summary_text(const imaging_summary *summary);
void imaging_summary_tsv_head(void);
void imaging_summary_tsv(const imaging_summary *summary);
void imaging_summary_json(cli_json *json, const imaging_summary *summary);

#endif
