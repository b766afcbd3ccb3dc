/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIfTI files made byte by byte from the standard's tables, and a context to open them in. */
#ifndef TESTS_SUPPORT_NIFTI_H
#define TESTS_SUPPORT_NIFTI_H

#include <apps/imaging/volume.h>

typedef struct nifti_sample {
    int version; /* 1 or 2 */
    bool swapped;
    int rank;
    uint64_t dim[7]; /* x first */
    sci_type type;
    double slope, inter;
    size_t extension; /* bytes after the header and its 4 bytes of extender; a multiple of 8 */
} nifti_sample;

/* Where fields lie in the versions, for tests that change one. */
enum nifti_place {
    NIFTI_DIM,
    NIFTI_DATATYPE,
    NIFTI_BITPIX,
    NIFTI_PIXDIM,
    NIFTI_VOX_OFFSET,
    NIFTI_SLOPE,
    NIFTI_UNITS,
    NIFTI_QFORM_CODE,
    NIFTI_SFORM_CODE,
    NIFTI_QUATERN,
    NIFTI_QOFFSET,
    NIFTI_SROW,
    NIFTI_INTENT,
    NIFTI_DESCRIP,
    NIFTI_MAGIC
};

/* The whole file in memory, freed by free(): pixdim 2, 3, 4, 1.5 mm, an sform that says the same at
 * (-10, -20, -30), element i being i % 97 - 5 (of unsigned types i % 97). */
uint8_t *nifti_make(const nifti_sample *sample, size_t *bytes);
/* Put the i-th number of a field; integers are converted. */
void nifti_put(uint8_t *file, const nifti_sample *sample, enum nifti_place place, size_t i,
               double value);
/* The value that nifti_make gave element i. */
double nifti_value(const nifti_sample *sample, uint64_t i);
/* Where the elements begin. */
size_t nifti_begin(const nifti_sample *sample);

/* One gzip member; freed by free(). */
uint8_t *nifti_pack(const uint8_t *bytes, size_t n, size_t *packed);

/* A context without a command line; `memory` is --memory. Its settings may be changed. */
imaging_context *nifti_context(uint64_t memory);
imaging_settings *nifti_settings(void);

/* Write these bytes to the scratch file `name` and open it as an image. */
sci_status nifti_open_bytes(imaging_volume **out, const char *name, const uint8_t *bytes, size_t n,
                            uint64_t memory) SCI_MUST_CHECK;

#endif
