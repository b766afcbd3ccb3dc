/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image of any format, open for reading: its voxels as a source of real values, its geometry,
 * and what is needed to write another like it. */
#ifndef IMAGING_VOLUME_H
#define IMAGING_VOLUME_H

#include <sci/h5.h>

#include "context.h"
#include "geometry.h"

typedef enum imaging_format {
    IMAGING_HDF5,    /* a dataset with attributes or dimension scales */
    IMAGING_MINC2,
    IMAGING_ITK,
    IMAGING_FASTMRI, /* a reconstruction */
    IMAGING_NIFTI1,
    IMAGING_NIFTI2
} imaging_format;

typedef struct imaging_volume {
    imaging_format format;
    char *name;          /* for messages: "t1.h5:/t1", "a.nii.gz" */
    char *dataset;       /* path inside an HDF5 file; NULL */
    /* Real values: the stored type where values are stored as they are, else float64 with the
     * file's scale applied. The volume's; `stored` may be the same one. */
    sci_source *source;
    sci_source *stored;
    bool scaled;         /* source is stored × slope + intercept, of slices or of the whole */
    char invalid[96];       /* what source->nonfinite says, where NaN are voxels without a value */
    bool looks_like_labels; /* NIfTI intent 1002, MINC class label */
    imaging_geometry geometry;
    void *private_data;  /* of its format, */
    void (*private_free)(void *private_data); /* which releases it after `source`; may be NULL */
} imaging_volume;

/* "FILE" or "FILE:/dataset" (NULL dataset: the format's own, or the only candidate). Formats are
 * told apart by content. DICOM, MINC1, k-space and what is no image are refused with what to do
 * instead. --spacing, --units and --slice-positions of the settings replace or complete what the
 * file says; sources of spacing that disagree by more than 0.1 % are refused (SCI_ERR_REFUSED). */
sci_status imaging_volume_open(imaging_volume **out, const imaging_context *c, const char *file,
                               const char *dataset) SCI_MUST_CHECK;
/* A mask, label map, bias field: no --spacing and the like. */
sci_status imaging_volume_open_map(imaging_volume **out, const imaging_context *c,
                                   const char *operand) SCI_MUST_CHECK;
void imaging_volume_free(imaging_volume *volume);

const char *imaging_format_name(imaging_format format); /* "NIfTI-1" */

/* ---- writing another like it (output.c) ---- */

typedef struct imaging_output imaging_output;

/* Start a copy of the volume's file in `temporary` in which the image is replaced by values of
 * `type` (SCI_FLOAT32 or SCI_FLOAT64) of the same shape: everything else of the file stays, what
 * became stale is dropped or made anew (scl_slope, cal_max, valid_range, image-max, VoxelType,
 * fastMRI's max and norm). `target` is the final name: of NIfTI its extension decides about
 * compression. `dataset` is that of -o OUT:/path, NULL: where it was. SCI_ERR_ARGUMENT if the
 * target's extension belongs to another format. */
sci_status imaging_output_create(imaging_output **out, const imaging_context *c,
                                 imaging_volume *volume, const char *temporary, const char *target,
                                 const char *dataset, sci_type type) SCI_MUST_CHECK;
/* Where the values go; freed by imaging_output_flush. */
sci_sink *imaging_output_sink(imaging_output *output);
sci_status imaging_output_flush(imaging_output *output) SCI_MUST_CHECK;
/* The HDF5 file in the making, for the record (record.h); NULL for NIfTI. */
sci_h5_output *imaging_output_h5(imaging_output *output);
/* Where the image is in it; NULL for NIfTI. */
const char *imaging_output_dataset(const imaging_output *output);
/* One line for `history` (MINC), `descrip` (NIfTI, cut) and the like. */
sci_status imaging_output_history(imaging_output *output, const char *line) SCI_MUST_CHECK;
/* Close, reopen, check (all data with --verify) and sync. Frees it also on failure. */
sci_status imaging_output_close(imaging_output *output) SCI_MUST_CHECK;
void imaging_output_free(imaging_output *output);

#endif
