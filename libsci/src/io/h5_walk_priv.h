/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of a group. */
#ifndef SCI_H5_WALK_PRIV_H
#define SCI_H5_WALK_PRIV_H

#include "h5_priv.h"

typedef struct h5_names {
    size_t count, capacity;
    char **name;
} h5_names;

/* The names of all links of a group, in the order of creation if it keeps that, else sorted.
 * `out` is overwritten, and cleared by h5_names_clear. */
sci_status h5_names_read(h5_names *out, hid_t group, const char *where) SCI_MUST_CHECK;
void h5_names_clear(h5_names *names);

#endif
