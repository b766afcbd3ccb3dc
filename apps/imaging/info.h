/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `info` says about an image. */
#ifndef IMAGING_INFO_H
#define IMAGING_INFO_H

#include "cli/json.h"

#include "volume.h"

/* What is worked out for both forms of the report. Cleared by info_clear. */
typedef struct imaging_facts {
    uint64_t bytes;   /* of the file */
    char stored[320]; /* "chunked, shuffle, gzip 4"; "" where it is no matter */
    /* Thickness of the samples of each axis of space, NULL if it is not known; its extremes and
     * sum, NaN then. In the geometry's unit. */
    double *thickness[IMAGING_AXES_MOST];
    double thinnest[IMAGING_AXES_MOST], thickest[IMAGING_AXES_MOST], extent[IMAGING_AXES_MOST];
    double anisotropy;          /* largest over smallest; NaN */
    double least_mm3, most_mm3; /* volumes of voxels; NaN */
} imaging_facts;

/* May add warnings to the volume's geometry. */
sci_status imaging_facts_find(imaging_facts *out, imaging_volume *volume, const char *file,
                              int slice_weight) SCI_MUST_CHECK;
void imaging_facts_clear(imaging_facts *facts);

/* "right" for an axis whose samples go there; with degrees off the axis of the world. NULL where
 * there is no frame. */
const char *imaging_axis_leads(const imaging_geometry *g, const imaging_axis *axis,
                               double *degrees);

void imaging_info_text(const imaging_volume *volume, const imaging_facts *facts);
void imaging_info_json(cli_json *json, const char *file, const imaging_volume *volume,
                       const imaging_facts *facts);

#endif
