/* SPDX-License-Identifier: BSD-3-Clause */
/* A dataset as it lies in its file, after every check that has to come before the first read. */
#ifndef SCI_H5_DATASET_PRIV_H
#define SCI_H5_DATASET_PRIV_H

#include "h5_priv.h"

#define H5_LZF 32000 /* registered by h5py */
#define H5_FILTERS_MOST 32

typedef struct h5_filter {
    H5Z_filter_t id;
    unsigned value; /* element size of shuffle, level of deflate */
} h5_filter;

typedef struct h5_dataset {
    hid_t id, type; /* type: as in the file */
    sci_array array;
    uint64_t count;
    size_t size; /* of one element */
    H5D_layout_t layout;
    uint64_t chunk[SCI_MAX_RANK];
    int n_filters;
    h5_filter filters[H5_FILTERS_MOST];
    bool filtered_by_library; /* szip, nbit, scaleoffset: HDF5 has to decode */
    bool allocated;
    uint64_t address;      /* contiguous and allocated: byte in the file */
    unsigned char fill[8]; /* one element */
} h5_dataset;

/* Describe the dataset `id`, which is taken over (closed also on failure). `where` is
 * "file:/path". */
sci_status h5_dataset_open(h5_dataset *out, const h5_file *file, hid_t id, const char *where,
                           const sci_h5_options *opt) SCI_MUST_CHECK;
/* The same for elements of any type: array.type and fill are not told, size is that of an element
 * in the file. */
sci_status h5_dataset_open_any(h5_dataset *out, const h5_file *file, hid_t id, const char *where,
                               const sci_h5_options *opt) SCI_MUST_CHECK;
void h5_dataset_close(h5_dataset *d);

/* The limits of `opt` (may be NULL) with the defaults filled in. */
sci_h5_options h5_limits(const sci_h5_options *opt);

/* ---- element types (h5_type.c) ---- */

/* SCI_ERR_TYPE, naming what it is, for all but integers, binary16/32/64 and booleans. */
sci_status h5_type_decode(hid_t type, const char *where, sci_array *array) SCI_MUST_CHECK;
/* h5py's booleans. */
bool h5_type_is_boolean(hid_t type);
/* "float32", "int16, big-endian", "complex", "string", … */
void h5_type_text(hid_t type, char *text, size_t bytes);

/* ---- what stands in a creation list (h5_storage.c) ---- */

/* Refuse virtual datasets and external storage. */
sci_status h5_storage_safe(hid_t list, const char *where) SCI_MUST_CHECK;
/* The filters; SCI_ERR_UNSAFE for one that is not among ours. */
sci_status h5_storage_filters(hid_t list, const char *where, h5_dataset *d) SCI_MUST_CHECK;
/* "shuffle, gzip 4", "" without filters; unknown ones by number and name. */
void h5_storage_filters_text(hid_t list, char *text, size_t bytes);
/* "64 x 128"; "scalar" for rank 0. */
void h5_shape_text(int rank, const uint64_t *shape, char *text, size_t bytes);

#endif
