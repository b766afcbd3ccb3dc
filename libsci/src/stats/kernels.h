/* SPDX-License-Identifier: BSD-3-Clause */
/* Members to moments: blocks of up to 4096 members in 16 lanes, for every element type. */
#ifndef SCI_STATS_KERNELS_H
#define SCI_STATS_KERNELS_H

#include <sci/moments.h>

#define SCI_BLOCK 4096

/* Labels come in runs: SCI_RUN elements of one group are dealt with at once. */
#define SCI_RUN 16
static inline bool
sci_is_run(const int32_t *groups)
{
    int32_t differ = 0;

    for (int i = 0; i < SCI_RUN; i++)
        differ |= groups[i] ^ groups[0];
    return differ == 0;
}

/* Exact sums of 64-bit integers: Σx in 128 bits, Σx² in 192. */
typedef struct sci_wide_sums {
    uint64_t count;
    uint64_t sum[2];     /* two's complement, low limb first */
    uint64_t squares[3]; /* low limb first */
} sci_wide_sums;

/* What one (segment, group) collects. Zeroed moments are not empty: begin with sci_tally_begin. */
typedef struct sci_tally {
    sci_moments moments;
    uint64_t nonfinite; /* members that are NaN or infinite, whatever the policy */
    sci_wide_sums wide;
} sci_tally;

void sci_tally_begin(sci_tally *tally);
/* Bring exact sums of 64-bit integers into the moments. */
void sci_tally_finish(sci_tally *tally);

/* Neighbouring members. */
typedef struct sci_span {
    const unsigned char *elements;
    size_t count;
} sci_span;

/* All members are of one native type. n <= SCI_BLOCK for each call. */
typedef struct sci_kernels {
    void (*block)(sci_tally *tally, const void *members, size_t n, sci_nan_policy nan);
    /* The same with a weight >= 0 for each member. */
    void (*block_weighted)(sci_tally *tally, const void *members, const double *weights, size_t n,
                           sci_nan_policy nan);
    /* The same for n members in spans, most of them summed where they lie. */
    void (*spans)(sci_tally *tally, const sci_span *spans, size_t n, sci_nan_policy nan);
    /* out[r] is set to the moments of row r of n <= SCI_BLOCK elements. Returns the number of
     * non-finite ones. */
    uint64_t (*rows)(sci_moments *out, const void *elements, size_t rows, size_t n,
                     sci_nan_policy nan);
    /* tallies[c] gets column c of n >= 1 rows, whose first elements are at rows[r]. */
    void (*columns)(sci_tally *tallies, const void *const *rows, size_t n, size_t columns,
                    sci_nan_policy nan);
    void (*columns_weighted)(sci_tally *tallies, const void *const *rows, const double *weights,
                             size_t n, size_t columns, sci_nan_policy nan);
    /* Element i goes to out[next[group[i]]++], next being the one of four tables that its quarter
     * of the elements has; table q begins at next + q·stride. Group -1 has an entry too. */
    void (*scatter)(void *out, const void *elements, const int32_t *group, size_t n, uint32_t *next,
                    size_t stride);
    void (*widen)(double *out, const void *elements, size_t n);
} sci_kernels;

/* NULL for SCI_FLOAT16, which is decoded to float first. */
const sci_kernels *sci_kernels_of(sci_type type);

/* A block of doubles with weights >= 0 (NULL: all 1), any values: the general rule of which the
 * kernels are the fast case. */
void sci_block_weighted(sci_tally *tally, const double *x, const double *weights, size_t n,
                        sci_nan_policy nan);

#endif
