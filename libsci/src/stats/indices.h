/* SPDX-License-Identifier: BSD-3-Clause */
/* Index arrays of sparse matrices: checked, converted, put in order. */
#ifndef SCI_STATS_INDICES_H
#define SCI_STATS_INDICES_H

#include <sci/types.h>

/* n native integers to int32_t (out may be NULL where `type` is SCI_INT32: then they are only
 * checked). Returns the number of the first one that is not in [0, limit), n if there is none. */
size_t sci_indices_convert(sci_type type, const void *in, size_t n, uint64_t limit, int32_t *out);
/* Index `at` in text, for a message. */
void sci_index_text(sci_type type, const void *in, size_t at, char text[32]);

bool sci_indices_increase(const int32_t *indices, size_t n); /* strictly */

/* Sorts the members of one row (or column) after another. Zeroed at first. */
typedef struct sci_sorter {
    uint64_t limit; /* indices are below it */
    uint64_t *marks;
    uint32_t *slot;
    void *values;
    size_t room; /* bytes at values */
} sci_sorter;
uint64_t sci_sorter_bytes(uint64_t limit);
void sci_sorter_clear(sci_sorter *s);
/* Put n indices and their values of `type` into increasing order in place; values of the same index
 * are added, in the order in which they come. Sets *left, what is left of n. SCI_ERR_FORMAT where a
 * sum of integers leaves its type. */
sci_status sci_sorter_sort(sci_sorter *s, uint64_t limit, int32_t *indices, sci_type type,
                           void *values, size_t n, size_t *left) SCI_MUST_CHECK;

/* *into += *from of that type; false if an integer overflows. */
bool sci_value_add(sci_type type, void *into, const void *from);

#endif
