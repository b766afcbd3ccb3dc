/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements as unsigned integers in the same order, and how many fall on each 16 bits of them.
 *
 * An integer with a sign gets its sign bit inverted, a floating-point number as well if it is
 * positive, and all bits inverted if it is negative: then keys are ordered as numbers are. */
#ifndef SCI_STATS_ORDERED_H
#define SCI_STATS_ORDERED_H

#include <sci/types.h>

#define SCI_ORDERED_BINS 65536
#define SCI_ORDERED_WORDS (SCI_ORDERED_BINS / 64) /* of a bitmap of the first 16 bits */

/* Bits of a key: 8, 16, 32 or 64. */
int sci_ordered_bits(sci_type type);
/* The element that has this key; -0 as 0. */
double sci_ordered_value(sci_type type, uint64_t key);

/* Where members of one group are counted in a round: bits 16·round … 16·round + 15 of their keys,
 * from the top, of those whose bits before are one of n prefixes (round 0: n is 1, there are none).
 */
typedef struct sci_count_cells {
    size_t n;
    const uint64_t *prefixes; /* increasing */
    const uint64_t *wanted;   /* from round 1 on: bitmap of the first 16 bits of all prefixes */
    uint64_t *counts;         /* n × bins: 256 of 8-bit types, else 65536 */
} sci_count_cells;

/* Count n elements in this machine's representation; SCI_FLOAT16 are given as the floats that they
 * were decoded to. */
void sci_count_ordered(sci_type type, int round, const void *x, size_t n,
                       const sci_count_cells *cells);
/* The same of |x - centre| in double, keys of SCI_FLOAT64. */
void sci_count_deviations(sci_type type, int round, const void *x, size_t n, double centre,
                          const sci_count_cells *cells);

#endif
