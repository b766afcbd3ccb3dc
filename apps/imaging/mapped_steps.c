/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/parallel.h>

#include "mapped_priv.h"

/* ---- making them ---- */

static sci_status
check_step(const imaging_step *from, const sci_array *array, uint64_t count)
{
    uint64_t last_size = array->rank > 0 ? array->shape[array->rank - 1] : 0;

    if (from->kind == STEP_DIVIDE) {
        const sci_array *by = &from->divisor->array;

        if (by->rank != array->rank
            || memcmp(by->shape, array->shape, (size_t)array->rank * sizeof *by->shape) != 0)
            return sci_fail(SCI_ERR_SHAPE, "'%s': its shape is not that of what it divides",
                            from->divisor->name);
        return SCI_OK;
    }
    if (from->last > 0 && from->last != last_size)
        return sci_fail(SCI_ERR_SHAPE, "%llu values for a last axis of %llu",
                        (unsigned long long)from->last, (unsigned long long)last_size);
    if (from->last == 0 && (from->blocks == 0 || count % from->blocks != 0))
        return sci_fail(SCI_ERR_SHAPE, "%llu elements do not make %llu equal blocks",
                        (unsigned long long)count, (unsigned long long)from->blocks);
    if (from->kind == STEP_CURVE && from->n_points < 2)
        return sci_fail(SCI_ERR_ARGUMENT, "a curve needs two points");
    return SCI_OK;
}

/* table[i] = from[i mod period], for as long as a stretch from any place needs. */
static sci_status
copy_table(double **table, const double *from, uint64_t n, bool repeated)
{
    size_t length = (size_t)n + (repeated ? MAPPED_STRETCH : 0);
    sci_status st = sci_alloc(table, length, 1, sizeof **table);

    for (size_t i = 0; st == SCI_OK && i < length; i++)
        (*table)[i] = from[i % n];
    return st;
}

/* Slopes of the pieces of one curve. Between equal points there is nothing to interpolate. */
static sci_status
fill_slopes(const double *x, const double *y, size_t n, double *slope)
{
    for (size_t i = 0; i + 1 < n; i++) {
        double width = x[i + 1] - x[i];

        if (!(width >= 0.0))
            return sci_fail(SCI_ERR_ARGUMENT, "the points of a curve do not increase: %g, %g", x[i],
                            x[i + 1]);
        slope[i] = width > 0.0 ? (y[i + 1] - y[i]) / width : 0.0;
    }
    slope[n - 1] = 0.0;
    return SCI_OK;
}

static sci_status
copy_curves(mapped_step *step, const imaging_step *from, uint64_t curves)
{
    size_t n = step->n_points = from->n_points;
    sci_status st = sci_alloc(&step->x, (size_t)curves, n, sizeof *step->x);

    if (st == SCI_OK)
        st = sci_alloc(&step->y, (size_t)curves, n, sizeof *step->y);
    if (st == SCI_OK)
        st = sci_alloc(&step->slope, (size_t)curves, n, sizeof *step->slope);
    if (st != SCI_OK)
        return st;
    memcpy(step->x, from->x, (size_t)curves * n * sizeof *step->x);
    memcpy(step->y, from->y, (size_t)curves * n * sizeof *step->y);
    for (size_t k = 0; st == SCI_OK && k < (size_t)curves; k++)
        st = fill_slopes(step->x + k * n, step->y + k * n, n, step->slope + k * n);
    return st;
}

sci_status
mapped_step_create(mapped_step *out, const imaging_step *from, const sci_array *array,
                   uint64_t count)
{
    uint64_t tables = from->last > 0 ? from->last : from->blocks;
    sci_status st = check_step(from, array, count);

    if (st != SCI_OK)
        return st;
    *out = (mapped_step){
        .kind = from->kind, .blocks = from->blocks, .last = from->last, .only = from->only
    };
    if (from->kind == STEP_DIVIDE)
        return SCI_OK;
    if (from->last == 0)
        out->block_elements = count / from->blocks;
    if (from->kind == STEP_CURVE) {
        st = copy_curves(out, from, tables);
    } else {
        st = copy_table(&out->a, from->a, tables, from->last > 0);
        if (st == SCI_OK && from->b != NULL)
            st = copy_table(&out->b, from->b, tables, from->last > 0);
    }
    return st;
}

void
mapped_step_clear(mapped_step *step)
{
    sci_free(step->a);
    sci_free(step->b);
    sci_free(step->x);
    sci_free(step->y);
    sci_free(step->slope);
}

/* ---- the loops ---- */

SCI_CLONES static void
scale(double *v, size_t n, double slope, double intercept)
{
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] * slope + intercept;
}

SCI_CLONES static void
scale_each(double *restrict v, size_t n, const double *restrict slope,
           const double *restrict intercept)
{
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] * slope[i] + intercept[i];
}

/* NaN is neither below nor above: it stays. */
SCI_CLONES static void
clamp(double *v, size_t n, double low, double high)
{
    for (size_t i = 0; i < n; i++) {
        double raised = v[i] < low ? low : v[i];

        v[i] = raised > high ? high : raised;
    }
}

SCI_CLONES static void
clamp_each(double *restrict v, size_t n, const double *restrict low, const double *restrict high)
{
    for (size_t i = 0; i < n; i++) {
        double raised = v[i] < low[i] ? low[i] : v[i];

        v[i] = raised > high[i] ? high[i] : raised;
    }
}

SCI_CLONES static void
keep_within(double *v, size_t n, double low, double high)
{
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] >= low && v[i] <= high ? v[i] : (double)NAN;
}

SCI_CLONES static void
test_above(double *v, size_t n, double low)
{
    double passes = isnan(low) ? 0.0 : 1.0;

    for (size_t i = 0; i < n; i++)
        v[i] = v[i] <= low ? 0.0 : passes;
}

SCI_CLONES static void
test_differs(double *v, size_t n, double from)
{
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] != from ? 1.0 : 0.0;
}

SCI_CLONES static void
divide(double *restrict v, size_t n, const double *restrict by)
{
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] / by[i];
}

/* The number of inner points that are not above a value is the number of its piece: counting them
 * all is faster than a search for the dozen of points that there are. */
SCI_CLONES static void
follow(double *restrict v, size_t n, const double *restrict x, const double *restrict y,
       const double *restrict slope, size_t n_points)
{
    int64_t piece[MAPPED_STRETCH];

    memset(piece, 0, n * sizeof *piece);
    for (size_t k = 1; k + 1 < n_points; k++)
        for (size_t i = 0; i < n; i++)
            piece[i] += v[i] >= x[k];
    for (size_t i = 0; i < n; i++) {
        int64_t p = piece[i];

        v[i] = (v[i] - x[p]) * slope[p] + y[p];
    }
}

static void
apply_block(const mapped_step *step, uint64_t k, size_t n, double *values)
{
    size_t points = (size_t)k * step->n_points;

    if (step->kind == STEP_SCALE)
        scale(values, n, step->a[k], step->b[k]);
    else if (step->kind == STEP_CLAMP)
        clamp(values, n, step->a[k], step->b[k]);
    else if (step->kind == STEP_WITHIN)
        keep_within(values, n, step->a[k], step->b[k]);
    else if (step->kind == STEP_ABOVE)
        test_above(values, n, step->a[k]);
    else if (step->kind == STEP_DIFFERS)
        test_differs(values, n, step->a[k]);
    else
        follow(values, n, step->x + points, step->y + points, step->slope + points, step->n_points);
}

static void
apply_last(const mapped_step *step, uint64_t first, size_t n, double *values)
{
    size_t at = (size_t)(first % step->last);

    if (step->kind == STEP_SCALE)
        scale_each(values, n, step->a + at, step->b + at);
    else if (step->kind == STEP_CLAMP)
        clamp_each(values, n, step->a + at, step->b + at);
    else
        for (size_t i = 0; i < n; i++)
            apply_block(step, (first + i) % step->last, 1, values + i);
}

static bool
changes(const mapped_step *step, uint64_t element, double value)
{
    const imaging_only *only = step->only;

    for (int m = 0; m < only->n_masks; m++)
        if (!imaging_bits_have(&only->masks[m], element))
            return false;
    if (only->nonzero && value == 0.0)
        return false;
    if (only->n_low > 0) {
        uint64_t k = step->last > 0 ? element % step->last : element / step->block_elements;
        double low = only->low[only->n_low == 1 ? 0 : k];

        return !isnan(low) && !(value <= low);
    }
    return true;
}

static void
apply_to_all(const mapped_step *step, uint64_t first, size_t n, double *values,
             const double *divisor)
{
    if (step->kind == STEP_DIVIDE) {
        divide(values, n, divisor);
    } else if (step->last > 0) {
        apply_last(step, first, n, values);
    } else {
        while (n > 0) {
            uint64_t k = first / step->block_elements;
            uint64_t left = (k + 1) * step->block_elements - first;
            size_t run = left < n ? (size_t)left : n;

            apply_block(step, k, run, values);
            values += run;
            first += run;
            n -= run;
        }
    }
}

void
mapped_step_apply(const mapped_step *step, uint64_t first, size_t n, double *values,
                  const double *divisor)
{
    double before[MAPPED_STRETCH];

    if (step->only == NULL) {
        apply_to_all(step, first, n, values, divisor);
        return;
    }
    memcpy(before, values, n * sizeof *values);
    apply_to_all(step, first, n, values, divisor);
    for (size_t i = 0; i < n; i++)
        if (!changes(step, first + i, before[i]))
            values[i] = before[i];
}
