/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a NIfTI file besides its elements. */
#ifndef IMAGING_NIFTI_H
#define IMAGING_NIFTI_H

#include <sci/io.h>

#include "nifti_header.h"

/* The private data of a volume. */
typedef struct nifti_file {
    nifti_header header;
    size_t between; /* bytes from the header to the elements: extensions (owned) */
    uint8_t *extensions;
} nifti_file;

/* ---- elements (nifti_source.c) ---- */

/* Elements in memory (`buffer`, which becomes the source's, from `offset` on) or in a file (`fd`,
 * which becomes the source's, from `offset` on; buffer NULL). Nothing is taken over on failure. */
sci_status nifti_source_create(sci_source **out, const sci_array *array, const char *name, int fd,
                               uint8_t *buffer, uint64_t offset) SCI_MUST_CHECK;

/* ---- an output (nifti_sink.c, nifti_sink_gzip.c) ---- */

#define NIFTI_BLOCK_BYTES ((size_t)256 << 10) /* of elements, compressed by themselves */

/* What is written of the elements; it outlives the sink. */
typedef struct nifti_written {
    int fd;           /* not owned by the sink */
    const char *name; /* of the output, for messages */
    uint64_t begin;   /* where in the file the elements begin */
    uint64_t end;     /* the file's end so far */
    uint64_t elements;
    bool summed;  /* crc is kept: always where it is compressed */
    uint32_t crc; /* CRC-32 of the elements */
} nifti_written;

sci_status nifti_sink_create(sci_sink **out, const sci_array *array,
                             nifti_written *written) SCI_MUST_CHECK;
/* Raw deflate data in blocks of NIFTI_BLOCK_BYTES, the last one being marked as such: the bytes do
 * not depend on threads and pieces. */
sci_status nifti_sink_gzip_create(sci_sink **out, const sci_array *array,
                                  nifti_written *written) SCI_MUST_CHECK;

#endif
