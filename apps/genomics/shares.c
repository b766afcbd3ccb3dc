/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shares.h"

#include <inttypes.h>
#include <math.h>

#include <sci/memory.h>

#include "centred.h"

enum { GROUPINGS_MOST = 4 };
static const uint64_t sums_most = UINT64_C(1) << 28;

static bool
takes_part(size_t n, const share *shares, uint64_t r)
{
    for (size_t i = 0; i < n; i++)
        if (shares[i].level[r] < 0)
            return false;
    return true;
}

/* Rows of each level, and how many levels have any. */
static sci_status
count_rows(size_t n, const share *shares, size_t which, uint64_t rows, double **out, uint64_t *used)
{
    const share *s = &shares[which];
    double *count = NULL;
    sci_status st = sci_alloc_zero(&count, s->levels, 1, sizeof *count);

    if (st != SCI_OK)
        return st;
    *used = 0;
    for (uint64_t r = 0; r < rows; r++)
        if (takes_part(n, shares, r) && (count[s->level[r]] += 1.0) == 1.0)
            ++*used;
    *out = count;
    return SCI_OK;
}

/* Between and total of one column, about its mean over the rows that take part. */
static void
one_gene(const centred_job *job, const centred_grouping *by, const double *count, size_t padded,
         size_t g, double *between, double *total)
{
    double n = 0.0, sum = 0.0, mean;

    for (size_t l = 0; l < by->levels; l++) {
        n += count[l];
        sum += by->sums[l * padded + g];
    }
    mean = n > 0.0 ? sum / n : 0.0;
    *between = 0.0;
    for (size_t l = 0; l < by->levels; l++)
        if (count[l] > 0.0) {
            double d = by->sums[l * padded + g] / count[l] - mean;

            *between += count[l] * d * d;
        }
    *total = job->column_squares[g] - n * mean * mean;
    if (*total <= job->column_floor[g])
        *between = *total = 0.0;
}

static sci_status
settle(const centred *c, const centred_job *job, size_t n, share *shares, size_t which)
{
    share *s = &shares[which];
    const centred_grouping *by = &job->groupings[which];
    double *count = NULL, between_all = 0.0, total_all = 0.0;
    uint64_t used = 0;
    sci_status st = count_rows(n, shares, which, centred_rows(c), &count, &used);

    if (st != SCI_OK)
        return st;
    for (size_t g = 0; g < centred_columns(c); g++) {
        double between, total;

        one_gene(job, by, count, centred_padded(c), g, &between, &total);
        between_all += between;
        total_all += total;
        if (s->per_gene && total > 0.0 && used > 1)
            s->per_gene[centred_source(c, g)] = between / total;
    }
    s->overall = used > 1 && total_all > 0.0 ? between_all / total_all : (double)NAN;
    sci_free(count);
    return SCI_OK;
}

static sci_status
check_levels(const centred *c, size_t n, const share *shares)
{
    uint64_t all = 0;

    if (n == 0 || n > GROUPINGS_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "%zu groupings", n);
    for (size_t i = 0; i < n; i++) {
        all += shares[i].levels;
        for (size_t r = 0; r < centred_rows(c); r++)
            if (shares[i].level[r] >= 0 && (uint64_t)shares[i].level[r] >= shares[i].levels)
                return sci_fail(SCI_ERR_ARGUMENT, "row %zu has a level beyond the last", r);
    }
    if (all > sums_most / centred_padded(c))
        return sci_fail(SCI_ERR_REFUSED,
                        "%" PRIu64
                        " levels are too many to compare; is the batch or label column a "
                        "name of each cell?",
                        all);
    return SCI_OK;
}

sci_status
shares_compute(const pca_input *in, size_t n, share *shares, const sci_options *opt)
{
    centred_grouping groupings[GROUPINGS_MOST] = { { NULL, 0, NULL } };
    centred_job job = { .n_groupings = n, .groupings = groupings };
    centred *c = NULL;
    sci_status st = centred_create(&c, in, opt);

    if (st == SCI_OK)
        st = check_levels(c, n, shares);
    for (size_t i = 0; i < n && st == SCI_OK; i++) {
        groupings[i].level = shares[i].level;
        groupings[i].levels = (size_t)shares[i].levels;
        st = sci_alloc(&groupings[i].sums, groupings[i].levels, centred_padded(c), sizeof(double));
        for (uint64_t g = 0; shares[i].per_gene && g < sci_matrix_columns(in->matrix); g++)
            shares[i].per_gene[g] = (double)NAN;
    }
    if (st == SCI_OK)
        st = sci_alloc(&job.column_squares, centred_padded(c), 1, sizeof *job.column_squares);
    if (st == SCI_OK)
        st = sci_alloc(&job.column_floor, centred_padded(c), 1, sizeof *job.column_floor);
    if (st == SCI_OK)
        st = centred_pass(c, &job);
    for (size_t i = 0; i < n && st == SCI_OK; i++)
        st = settle(c, &job, n, shares, i);
    for (size_t i = 0; i < GROUPINGS_MOST; i++)
        sci_free(groupings[i].sums);
    sci_free(job.column_squares);
    sci_free(job.column_floor);
    centred_free(c);
    return st;
}
