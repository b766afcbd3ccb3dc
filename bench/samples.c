/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contest.h"

double
now_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void
samples_add(samples *s, double seconds)
{
    if (s->n < MOST_SAMPLES)
        s->seconds[s->n++] = seconds;
}

static int
compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double
median(const double *values, size_t n)
{
    double sorted[MOST_SAMPLES];

    if (n == 0)
        return NO_TIME;
    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, compare);
    return n % 2 == 1 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

double
samples_median(const samples *s)
{
    return median(s->seconds, s->n);
}

double
samples_least(const samples *s)
{
    double least = s->n > 0 ? s->seconds[0] : NO_TIME;

    for (size_t i = 1; i < s->n; i++)
        least = fmin(least, s->seconds[i]);
    return least;
}

double
samples_ratio(const samples *b, const samples *a)
{
    double ratios[MOST_SAMPLES];
    size_t n = a->n < b->n ? a->n : b->n;

    for (size_t i = 0; i < n; i++)
        ratios[i] = b->seconds[i] / a->seconds[i];
    return median(ratios, n);
}
