/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole datasets of HDF5 files, for golden values. */
#ifndef TESTS_SUPPORT_LOAD_H
#define TESTS_SUPPORT_LOAD_H

#include <sci/types.h>

typedef struct loaded {
    sci_array array;
    uint64_t n;
    void *bytes;    /* as stored */
    double *values; /* converted */
} loaded;

/* The test fails if the dataset cannot be read; loaded_free afterwards. */
loaded load_dataset(const char *path, const char *dataset);
void loaded_free(loaded *l);

#endif
