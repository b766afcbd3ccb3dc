/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sorted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Histories are mostly short, and in order where a state is continued. */
enum { SHORT = 24 };

static void
sort_short(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t j = i;

        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

static double
middle_of_three(double a, double b, double c)
{
    if (a > b) {
        double t = a;

        a = b;
        b = t;
    }
    return c < a ? a : (c > b ? b : c);
}

/* Quicksort with a bounded depth: qsort's indirect calls cost four times as much. */
static void
sort_part(double *v, size_t n, int depth)
{
    while (n > SHORT) {
        double pivot;
        size_t i = 0, j = n - 1;

        if (depth-- == 0) {
            qsort(v, n, sizeof *v, compare);
            return;
        }
        pivot = middle_of_three(v[0], v[n / 2], v[n - 1]);
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            double t = v[i];
            v[i++] = v[j];
            v[j--] = t;
        }
        j++; /* [0, j) <= pivot <= [j, n) */
        if (j < n - j) {
            sort_part(v, j, depth);
            v += j;
            n -= j;
        } else {
            sort_part(v + j, n - j, depth);
            n = j;
        }
    }
    sort_short(v, n);
}

void
econ_sort(double *v, size_t n)
{
    int depth = 8;

    for (size_t m = n; m > 0; m /= 2)
        depth += 2;
    sort_part(v, n, depth);
}

size_t
econ_sorted_below(const econ_sorted *s, double x)
{
    const double *first = s->v;
    size_t n = s->n;

    while (n > 0) {
        size_t half = n / 2;

        if (first[half] < x) {
            first += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return (size_t)(first - s->v);
}

void
econ_sorted_insert(econ_sorted *s, double x)
{
    size_t at = econ_sorted_below(s, x);

    memmove(s->v + at + 1, s->v + at, (s->n - at) * sizeof *s->v);
    s->v[at] = x;
    s->n++;
}

void
econ_sorted_remove(econ_sorted *s, double x)
{
    size_t at = econ_sorted_below(s, x);

    if (at == s->n || s->v[at] != x)
        return;
    s->n--;
    memmove(s->v + at, s->v + at + 1, (s->n - at) * sizeof *s->v);
}

double
econ_sorted_median(const econ_sorted *s)
{
    if (s->n == 0)
        return (double)NAN;
    if (s->n % 2 == 1)
        return s->v[s->n / 2];
    return 0.5 * (s->v[s->n / 2 - 1] + s->v[s->n / 2]);
}

/* The distances below the centre and those above it are two increasing sequences; `rank` of the smallest
 * (from 1) come from the first `a` of the one and the first `b` of the other. */
double
econ_sorted_deviation(const econ_sorted *s, double centre)
{
    size_t below = econ_sorted_below(s, centre), above = s->n - below;
    size_t rank = (s->n + 1) / 2; /* the middle one, or the lower of two */
    size_t least = rank > above ? rank - above : 0, most = rank < below ? rank : below;
    double lower, upper = (double)INFINITY;

    if (s->n == 0)
        return (double)NAN;
    while (least < most) {
        size_t a = (least + most) / 2, b = rank - a;

        /* Too few from below: the next of them is nearer than the last from above. */
        if (b > 0 && centre - s->v[below - 1 - a] < s->v[below + b - 1] - centre)
            least = a + 1;
        else
            most = a;
    }
    lower = least > 0 ? centre - s->v[below - least] : (double)-INFINITY;
    if (rank > least)
        lower = fmax(lower, s->v[below + rank - least - 1] - centre);
    if (s->n % 2 == 1)
        return lower;
    if (least < below)
        upper = centre - s->v[below - 1 - least];
    if (rank - least < above)
        upper = fmin(upper, s->v[below + rank - least] - centre);
    return 0.5 * (lower + upper);
}
