/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conventions by which images lie in HDF5 files. Each function fills the reading's volume as
 * formats.h says. */
#ifndef IMAGING_H5_FORMATS_H
#define IMAGING_H5_FORMATS_H

#include <sci/h5_values.h>

#include "volume.h"

/* A file in which an image is looked for. */
typedef struct h5_reading {
    imaging_volume *volume;
    const imaging_context *c;
    sci_h5_file *file;
    const char *file_name;
} h5_reading;

/* Open `dataset` as the volume's source; its shape becomes that of the geometry, with sizes only.
 * SCI_ERR_REFUSED if it has fewer than 2 or more than IMAGING_AXES_MOST axes. */
sci_status h5_take_dataset(const h5_reading *r, const char *dataset) SCI_MUST_CHECK;

/* A dataset with attributes or dimension scales. */
sci_status h5_generic_open(const h5_reading *r, const char *dataset) SCI_MUST_CHECK;
/* NULL: the only one that could be an image. Several are listed and refused. */
sci_status h5_candidate_find(const h5_reading *r, char **dataset) SCI_MUST_CHECK;

/* MINC 2, with real values as the source. */
sci_status h5_minc_open(const h5_reading *r) SCI_MUST_CHECK;

/* An image of ITK: "/ITKImage/NAME/VoxelData"; NULL: the only one. */
sci_status h5_itk_open(const h5_reading *r, const char *dataset) SCI_MUST_CHECK;

/* A reconstruction of fastMRI; NULL: the one that there is. */
sci_status h5_fastmri_open(const h5_reading *r, const char *dataset) SCI_MUST_CHECK;
bool h5_fastmri_is_dataset(const char *dataset);

/* ---- helpers (h5_attributes.c) ---- */

/* The numbers of an attribute, which may be numbers or text ("2.5 1.0 1.0", "[2.5, 1, 1]").
 * *n = 0 and *out = NULL without it. SCI_ERR_REFUSED if it is neither. */
sci_status h5_read_numbers(const h5_reading *r, const char *object, const char *name, uint64_t *n,
                           double **out) SCI_MUST_CHECK;
/* Its first text; NULL without it or if it is no text. */
sci_status h5_read_text(const h5_reading *r, const char *object, const char *name,
                        char **out) SCI_MUST_CHECK;
/* All its texts; an empty list in the same cases. */
sci_status h5_read_texts(const h5_reading *r, const char *object, const char *name,
                         sci_texts *out) SCI_MUST_CHECK;

/* ---- what axes mean (h5_roles.c) ---- */

/* From their names, in the order of the array. False, with nothing changed, if one of them is not
 * known or two say the same. */
bool h5_roles_from_names(imaging_geometry *g, int n, const char *const *names);
/* From the attribute 'axes' ("zyx", or a name each), the tags of vigra, the dimension labels, or
 * else the rank: y,x; z,y,x; channel,z,y,x; sample,channel,z,y,x. */
sci_status h5_roles_read(const h5_reading *r, const char *dataset) SCI_MUST_CHECK;

/* ---- vigra's axistags (h5_axistags.c) ---- */

typedef struct h5_axistags {
    int n; /* 0: there are none */
    char key[IMAGING_AXES_MOST][16];
    double resolution[IMAGING_AXES_MOST]; /* NaN: not known */
} h5_axistags;
sci_status h5_axistags_read(const h5_reading *r, const char *dataset,
                            h5_axistags *out) SCI_MUST_CHECK;

/* ---- how far voxels are apart (h5_spacing.c) ---- */

sci_status h5_spacing_read(const h5_reading *r, const char *dataset) SCI_MUST_CHECK;

#endif
