/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sorted.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Below this a sort that looks at everything is the quickest. */
enum { SHORT = 20 };

/* v[0…from-1] are in order already. Equal numbers stay in their order. */
static void
insert_from(double *v, size_t n, size_t from)
{
    for (size_t i = from; i < n; i++) {
        double x = v[i];
        size_t j = i;

        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

/* Networks do not keep equal numbers in their order, which shows where zeros have signs. */
static void
sort_short(double *v, size_t n, bool signs)
{
    size_t sorted = signs || n == 0 ? 1 : (n < ECON_NETWORK_MOST ? n : ECON_NETWORK_MOST);

    if (sorted > 1)
        econ_network_sort(v, sorted);
    insert_from(v, n, sorted);
}

static bool
has_negative_zeros(const double *v, size_t n)
{
    bool found = false;

    for (size_t i = 0; i < n; i++) {
        uint64_t bits;

        memcpy(&bits, &v[i], sizeof bits);
        found |= bits == UINT64_C(1) << 63;
    }
    return found;
}

static void
swap(double *a, double *b)
{
    double t = *a;

    *a = *b;
    *b = t;
}

/* Returns j such that v[0…j-1] < v[j] <= v[j+1…n-1], v[j] being the middle of three. Without branches that depend on
 * the numbers: a wrong guess of the processor would cost more than the rest of the step. */
static size_t
partition(double *v, size_t n)
{
    size_t j = 0;
    double pivot;

    if (v[n / 2] < v[0])
        swap(&v[n / 2], &v[0]);
    if (v[n - 1] < v[0])
        swap(&v[n - 1], &v[0]);
    if (v[n / 2] < v[n - 1])
        swap(&v[n / 2], &v[n - 1]);
    pivot = v[n - 1];
    for (size_t i = 0; i + 1 < n; i++) {
        double x = v[i];

        v[i] = v[j];
        v[j] = x;
        j += x < pivot;
    }
    swap(&v[j], &v[n - 1]);
    return j;
}

/* Quicksort of a bounded depth (many equal numbers): qsort's indirect calls cost four times as much. */
static void
sort_part(double *v, size_t n, int depth, bool signs)
{
    while (n > SHORT) {
        size_t j;

        if (depth-- == 0) {
            qsort(v, n, sizeof *v, compare);
            return;
        }
        j = partition(v, n);
        if (j < n - j) {
            sort_part(v, j, depth, signs);
            v += j + 1;
            n -= j + 1;
        } else {
            sort_part(v + j + 1, n - j - 1, depth, signs);
            n = j;
        }
    }
    sort_short(v, n, signs);
}

static int
depth_for(size_t n)
{
    int depth = 8;

    for (; n > 0; n /= 2)
        depth += 2;
    return depth;
}

void
econ_sort(double *v, size_t n)
{
    sort_part(v, n, depth_for(n), has_negative_zeros(v, n));
}

/* v[k] becomes what it is in order, with nothing larger before it and nothing smaller after it. */
static void
put_in_place(double *v, size_t n, size_t k)
{
    int depth = depth_for(n);

    while (n > SHORT && depth-- > 0) {
        size_t j = partition(v, n);

        if (j == k)
            return;
        if (k < j) {
            n = j;
        } else {
            v += j + 1;
            n -= j + 1;
            k -= j + 1;
        }
    }
    sort_part(v, n, depth_for(n), false);
}

double
econ_median(double *v, size_t n)
{
    double below;

    if (n == 0)
        return (double)NAN;
    put_in_place(v, n, n / 2);
    if (n % 2 == 1)
        return v[n / 2];
    below = v[0];
    for (size_t i = 1; i < n / 2; i++)
        below = v[i] > below ? v[i] : below;
    return 0.5 * (below + v[n / 2]);
}

size_t
econ_sorted_below(const econ_sorted *s, double x)
{
    const double *first = s->v;
    size_t n = s->n;

    while (n > 1) {
        size_t half = n / 2;

        first += half & (0 - (size_t)(first[half - 1] < x)); /* no branch to guess wrongly */
        n -= half;
    }
    return (size_t)(first - s->v) + (n == 1 && *first < x);
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
