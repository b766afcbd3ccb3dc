/* SPDX-License-Identifier: BSD-3-Clause */
/* Members by their own value: which elements lie between two bounds or are not 0, for every
 * element type, compared exactly. */
#ifndef SCI_STATS_VALUES_H
#define SCI_STATS_VALUES_H

#include <sci/types.h>

/* NaN passes every test but that of a NaN bound: what to do with it is the NaN policy's business. */
typedef struct sci_values {
    bool nonzero;
    uint64_t n;         /* bounds: 1 for all groups alike, or one a group; 0: no test at all */
    double *low, *high; /* exclusive; infinite: no bound; NaN: nothing passes */
} sci_values;

/* flags[i] = 1 where element i of n passes, all being of `group`; how many do. `type` is native and
 * not half. */
size_t sci_values_flags(const sci_values *v, sci_type type, const void *x, size_t n, uint64_t group,
                        uint8_t *flags);

/* Those that pass, in their order, to `out`, which has room for n + 1. */
size_t sci_values_compact(const sci_values *v, sci_type type, const void *x, size_t n,
                          uint64_t group, void *out);

#endif
