/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readers behind imaging_volume_open. Each fills the zeroed volume's format, source, stored,
 * scaled, dataset, geometry and private data; its name is set. What it has filled is released by
 * the caller, also on failure. */
#ifndef IMAGING_FORMATS_H
#define IMAGING_FORMATS_H

#include <sci/h5_values.h>

#include "volume.h"

#define IMAGING_HEAD_BYTES 540 /* of a file, by which its format is told: a NIfTI-2 header */

/* Any of the conventions in an HDF5 file. `dataset` NULL: the image that the convention names, or
 * the only candidate. */
sci_status imaging_hdf5_open(imaging_volume *volume, const imaging_context *c, const char *file,
                             const char *dataset) SCI_MUST_CHECK;

/* .nii and .nii.gz, told by nifti_header_likely or nifti_gzip_likely. */
sci_status imaging_nifti_open(imaging_volume *volume, const imaging_context *c,
                              const char *file) SCI_MUST_CHECK;

#endif
