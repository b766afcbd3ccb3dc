/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The headers of NIfTI-1 (348 bytes, 2003) and NIfTI-2 (540 bytes, 2011), in either byte order.
 * Field names are those of the standard's nifti1.h and nifti2.h. */
#ifndef IMAGING_NIFTI_HEADER_H
#define IMAGING_NIFTI_HEADER_H

#include <sci/types.h>

#include "geometry.h"

#define NIFTI_HEADER_MOST 540
#define NIFTI_INTENT_LABEL 1002

typedef struct nifti_header {
    int version;                    /* 1 or 2 */
    bool swapped;                   /* not in this machine's byte order */
    size_t bytes;                   /* of the header: 348 or 540 */
    uint8_t raw[NIFTI_HEADER_MOST]; /* as in the file */
    int rank;                       /* dim[0] */
    uint64_t dim[8];                /* dim[1…7], x first; those beyond the rank are 1 */
    double pixdim[8];               /* pixdim[0] is qfac */
    sci_type type;
    uint64_t vox_offset; /* where the elements begin */
    double slope, inter; /* 1, 0 if the values are those stored */
    int xyzt_units, intent_code, qform_code, sform_code;
    double quatern[3], qoffset[3], srow[3][4];
} nifti_header;

/* True if these first bytes of a file may be a NIfTI or Analyze header. */
bool nifti_header_likely(const uint8_t *bytes, size_t n);

/* SCI_ERR_FORMAT for what contradicts itself, SCI_ERR_TYPE for element types that cannot be
 * normalized, SCI_ERR_REFUSED for headers of a pair of files. `name` is for messages. */
sci_status nifti_header_parse(nifti_header *out, const uint8_t *bytes, size_t n,
                              const char *name) SCI_MUST_CHECK;

/* Elements in all, and their bytes. SCI_ERR_FORMAT if they do not fit in 63 bits. */
sci_status nifti_header_count(const nifti_header *h, const char *name, uint64_t *elements,
                              uint64_t *bytes) SCI_MUST_CHECK;

/* What the header says about axes and space (nifti_geometry.c). The array has rank axes in C order:
 * (sample, channel, time, z, y, x) without those that the file does not have; dimensions 6 and 7 are
 * one axis of samples. Where sform or qform and pixdim disagree by more than 0.1 % it is
 * SCI_ERR_REFUSED, but not with `lenient`. */
sci_status nifti_geometry_read(imaging_geometry *g, const nifti_header *h, const char *name,
                               bool lenient) SCI_MUST_CHECK;

/* The header of an output of this element type at the same place: slope 1, inter 0, no display
 * range, `descrip` (cut at 79 bytes; NULL: as it was), in this machine's byte order. raw has `bytes`
 * bytes. */
void nifti_header_rewrite(const nifti_header *h, sci_type type, const char *descrip,
                          uint8_t raw[NIFTI_HEADER_MOST]);
/* Sizes and codes of the extensions into the other byte order; `bytes` are the n between header and
 * elements. */
void nifti_extensions_turn(uint8_t *bytes, size_t n);

#endif
