/* SPDX-License-Identifier: BSD-3-Clause */
/* The attributes of one listed object. */
#ifndef SCI_H5_LIST_PRIV_H
#define SCI_H5_LIST_PRIV_H

#include "h5_look_priv.h"

/* What an attribute points at. */
typedef struct h5_listed_values {
    char *name;
    char type[64];
    void *numbers;
    uint64_t n_texts;
    char **texts;
} h5_listed_values;

typedef struct h5_listed {
    size_t n, capacity;
    sci_h5_attribute *item;
    h5_listed_values *values;
    uint64_t room; /* bytes that values may still take */
    sci_status status;
} h5_listed;

/* `out` is overwritten, and cleared by h5_listed_clear, also on failure. What is damaged is left
 * out, or has no values. */
sci_status h5_listed_read(h5_listed *out, hid_t object) SCI_MUST_CHECK;
void h5_listed_clear(h5_listed *a);

#endif
