/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields of a table's group: numbers and words as attributes, lists as datasets. */
#ifndef SCI_H5_FIELDS_PRIV_H
#define SCI_H5_FIELDS_PRIV_H

#include "../stats/space.h"
#include "h5_priv.h"

/* Lists that a table may have; more would not have come from us. */
#define H5_LIST_MOST (UINT64_C(1) << 32)

/* A table's group while its head is read. */
typedef struct h5_fields {
    h5_file *file;
    const char *path; /* of the group */
    char *where;      /* for messages */
    hid_t group;
} h5_fields;

/* The types of numbers in memory: uint64 and double. */
hid_t h5_field_type(void);
hid_t h5_field_real_type(void);

/* A number of at most `most`. */
sci_status h5_field_number(const h5_fields *r, const char *name, uint64_t most,
                           uint64_t *out) SCI_MUST_CHECK;
sci_status h5_field_real(const h5_fields *r, const char *name, double *out) SCI_MUST_CHECK;
sci_status h5_field_numbers(const h5_fields *r, const char *name, uint64_t n,
                            uint64_t *out) SCI_MUST_CHECK;
/* One of a list of words, by its number. */
sci_status h5_field_word(const h5_fields *r, const char *name, int (*find)(const char *),
                         int *out) SCI_MUST_CHECK;
/* n rows of `width` elements of this type, in this machine's byte order; *out is released by
 * sci_free. */
sci_status h5_field_array(const h5_fields *r, const char *name, sci_type type, uint64_t n,
                          uint64_t width, void *out) SCI_MUST_CHECK;

/* Exactly n texts, each ended by a zero byte: set(list, i, text) takes a copy that it owns. */
sci_status h5_field_texts(const h5_fields *r, const char *name, uint64_t n,
                          void (*set)(void *list, uint64_t i, char *text),
                          void *list) SCI_MUST_CHECK;
/* The same in two steps: the bytes, whose number limits that of the texts, then the texts. */
sci_status h5_field_bytes(const h5_fields *r, const char *name, char **out,
                          uint64_t *n) SCI_MUST_CHECK;
sci_status h5_field_split(const h5_fields *r, const char *name, const char *bytes, uint64_t size,
                          uint64_t n, void (*set)(void *list, uint64_t i, char *text),
                          void *list) SCI_MUST_CHECK;

/* Axes, factors, levels and parts; not yet checked against each other. */
sci_status h5_stats_read_space(const h5_fields *r, sci_space *space) SCI_MUST_CHECK;

#endif
