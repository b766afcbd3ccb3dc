/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writers behind imaging_output_create. */
#ifndef IMAGING_OUTPUT_FORMATS_H
#define IMAGING_OUTPUT_FORMATS_H

#include "volume.h"

typedef struct imaging_output_ops {
    sci_status (*flush)(imaging_output *self); /* before the sink is freed; may be NULL */
    sci_status (*history)(imaging_output *self, const char *line);
    sci_status (*close)(imaging_output *self); /* what it gives up is set to NULL */
    void (*free)(imaging_output *self);        /* of private_data; needed if there is any */
} imaging_output_ops;

struct imaging_output {
    const imaging_output_ops *ops;
    const imaging_context *c;
    imaging_volume *volume;
    sci_sink *sink;
    sci_h5_output *file; /* NULL for NIfTI */
    char *dataset;       /* in it */
    void *private_data;
};

/* Fill a zeroed output but for c and volume. */
sci_status imaging_h5_output(imaging_output *out, const char *temporary, const char *dataset,
                             sci_type type) SCI_MUST_CHECK;
sci_status imaging_nifti_output(imaging_output *out, const char *temporary, const char *target,
                                const char *dataset, sci_type type) SCI_MUST_CHECK;

#endif
