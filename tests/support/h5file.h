/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HDF5 files for tests, written by the HDF5 library itself. Whatever fails ends the test. */
#ifndef TESTS_SUPPORT_H5FILE_H
#define TESTS_SUPPORT_H5FILE_H

#include "io/h5_priv.h"

/* How a dataset is stored; zeroed: contiguous. */
typedef struct h5file_storage {
    bool compact, late; /* late: storage is not allocated before it is written */
    const uint64_t *chunk;
    int filters[6];   /* H5Z_FILTER_…, in order, 0 at the end */
    const void *fill; /* one element in native order */
    bool unlimited;   /* axis 0 */
} h5file_storage;

/* A new file in the scratch folder; its path goes to `path` (PLACE_ROOM bytes). */
hid_t h5file_create(char *path, const char *name, uint64_t user_block);
void h5file_close(hid_t file);

/* Element type of a dataset, to be closed. */
hid_t h5file_type(sci_type type, bool swapped);

/* A dataset of native `values` (converted where the array is swapped), or never written if that
 * is NULL. Open. */
hid_t h5file_dataset(hid_t file, const char *name, const sci_array *array,
                     const h5file_storage *storage, const void *values);

/* End the test if an HDF5 call has failed. */
#define h5file_check(result) h5file_checked((result) >= 0, #result, __FILE__, __LINE__)
void h5file_checked(bool good, const char *what, const char *file, int line);

/* The bytes that a source of this array reads: those of `values`, swapped where the array is.
 * Freed by free(). */
void *h5file_bytes(const sci_array *array, const void *values);
/* Values of any type that compress a little. Freed by free(). */
void *h5file_values(const sci_array *array, uint64_t seed);

#endif
