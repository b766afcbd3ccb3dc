/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements of a small dataset, or of one field of a compound one, a block at a time. */
#ifndef SCI_H5_VALUES_PRIV_H
#define SCI_H5_VALUES_PRIV_H

#include <sci/h5_values.h>

#include "h5_dataset_priv.h"

typedef struct h5_values {
    h5_dataset data;
    char *where;
    const char *field; /* NULL: the elements themselves */
    hid_t field_type;  /* what is read: the dataset's type, or that of the field */
    hid_t element;     /* the same, or what an array consists of */
    bool array;
    uint64_t each; /* elements of an array, else 1 */
} h5_values;

/* Inside the lock from here to h5_values_close, which must be called in any case. */
sci_status h5_values_open(h5_values *out, sci_h5_file *file, const char *dataset,
                          const char *field) SCI_MUST_CHECK;
void h5_values_close(h5_values *v);

/* For H5Dread and H5Dwrite of little: every call with HDF5's own list clears a buffer of 1 MiB.
 * H5P_DEFAULT if there is none. */
hid_t h5_transfer_small(void);

/* Elements in all. */
sci_status h5_values_count(const h5_values *v, uint64_t *out) SCI_MUST_CHECK;

/* Call `take` with `n` elements after the other, converted to the memory type `element`; `blocks`
 * remain HDF5's and hold what belongs to variable-length elements until `take` returns. */
typedef sci_status (*h5_take)(void *context, const unsigned char *elements, uint64_t first,
                              uint64_t n);
sci_status h5_values_each(const h5_values *v, hid_t element, h5_take take,
                          void *context) SCI_MUST_CHECK;

#endif
