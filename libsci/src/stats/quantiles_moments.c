/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments of what a whole histogram has counted. With v of 16 bits and n below 2^40 all sums fit
 * into 128 bits: each number is rounded a few times in all. */
#include <sci/memory.h>

#include "quantiles.h"

__extension__ typedef __int128 wide;

typedef struct sums {
    uint64_t n;
    wide first, second; /* of values and of their squares */
    double min, max;
} sums;

static sums
add_up(const sci_quantiles *q, uint64_t group)
{
    sums s = { 0 };
    uint64_t at = 0, count;
    double value;

    while (sci_quantiles_next(q, group, &at, &value, &count)) {
        wide v = (wide)value;

        s.min = s.n == 0 ? value : s.min;
        s.max = value;
        s.n += count;
        s.first += v * (wide)count;
        s.second += v * v * (wide)count;
    }
    return s;
}

sci_status
sci_quantiles_moments(const sci_quantiles *q, uint64_t group, sci_moments *out)
{
    sci_moments m = sci_moments_empty();
    wide whole, rest;
    sums s;

    if (!sci_quantiles_whole(q) || !sci_type_is_integer(q->type) || q->centre || group >= q->groups)
        return sci_fail(SCI_ERR_ARGUMENT, "moments need a whole histogram of integers");
    s = add_up(q, group);
    if (s.n > 0) {
        whole = s.first / (wide)s.n;
        rest = s.first - whole * (wide)s.n;
        m.count = s.n;
        m.weight = (double)s.n;
        m.mean_hi = (double)whole + (double)rest / (double)s.n;
        m.mean_lo = ((double)whole - m.mean_hi) + (double)rest / (double)s.n;
        m.m2 = (double)((wide)s.n * s.second - s.first * s.first) / (double)s.n;
        m.min = s.min;
        m.max = s.max;
    }
    *out = m;
    return SCI_OK;
}
