/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an output was made, read back from it or from the JSON file beside it (record.h). */
#ifndef IMAGING_RECORD_READ_H
#define IMAGING_RECORD_READ_H

#include "volume.h"

typedef struct imaging_record {
    int method;
    char *outside, *mask, *mask_kind, *labels, *channel_groups, *over; /* NULL: none */
    char *mask_digest, *labels_digest;                                 /* of their contents; NULL */
    char *groups_digest, *mask_reading; /* of --groups; how the mask was read; NULL */
    char *bias_field;                   /* NULL: none */
    bool pooled, clipped;
    uint64_t n; /* groups */
    double *centre, *scale;
    size_t n_points; /* 0: no curves */
    double *curve_x, *curve_y;
} imaging_record;

/* SCI_ERR_NOTFOUND if there is no record; `path` is the image's file. */
sci_status imaging_record_read(imaging_record *out, const imaging_volume *volume,
                               const char *path) SCI_MUST_CHECK;
void imaging_record_clear(imaging_record *record);

#endif
