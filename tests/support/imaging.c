/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/imaging.h"

#include <math.h>
#include <stdlib.h>

#include <sci/matrix.h>

#include <support/testing.h>

static bool no_options[256];

void
test_imaging_start(test_imaging *t)
{
    t->call = (cli_call){ .settings = &t->settings, .given = no_options, .general = &t->general };
    assert_ok(imaging_context_start(&t->context, &t->call, &t->worker));
}

void
test_imaging_end(test_imaging *t)
{
    imaging_context_end(&t->context);
}

imaging_volume *
test_imaging_open(const test_imaging *t, const char *file, const char *dataset)
{
    imaging_volume *volume = NULL;

    assert_ok(imaging_volume_open(&volume, &t->context, file, dataset));
    return volume;
}

/* Thickness of every sample in mm, 1 along axes without space. */
static double *
thickness_of(const imaging_volume *v, int a, int slice_weight)
{
    const imaging_axis *axis = &v->geometry.axes[a];
    double *out = test_alloc(axis->size, sizeof *out);

    for (uint64_t i = 0; i < axis->size; i++)
        out[i] = 1.0;
    if (imaging_role_is_spatial(axis->role)) {
        assert_ok(imaging_axis_thickness(axis, slice_weight, v->name, out));
        for (uint64_t i = 0; i < axis->size; i++)
            out[i] *= v->geometry.millimetres;
    }
    return out;
}

static double *
weights_of(const imaging_volume *v, uint64_t n, bool by_volume, int slice_weight)
{
    double *weights = test_alloc(n, sizeof *weights);

    for (uint64_t i = 0; i < n; i++)
        weights[i] = 1.0;
    for (int a = 0; by_volume && a < v->geometry.rank; a++) {
        double *thickness = thickness_of(v, a, slice_weight);
        uint64_t inner = 1;

        for (int b = a + 1; b < v->geometry.rank; b++)
            inner *= v->geometry.axes[b].size;
        for (uint64_t i = 0; i < n; i++)
            weights[i] *= thickness[i / inner % v->geometry.axes[a].size];
        free(thickness);
    }
    return weights;
}

static double *
values_of(const imaging_volume *v, uint64_t n)
{
    void *bytes = test_alloc(n, 8);
    double *values = test_alloc(n, sizeof *values);

    assert_ok(sci_source_read(v->source, 0, n, bytes));
    sci_widen_stored(values, &v->source->array, bytes, n);
    free(bytes);
    return values;
}

test_moments
test_imaging_moments(const imaging_volume *volume, bool by_volume, int slice_weight)
{
    test_moments m = { .least = HUGE_VAL, .most = -HUGE_VAL };
    long double weight = 0, sum = 0, squares = 0, mean;
    double *values, *weights;

    assert_ok(sci_array_count(&volume->source->array, &m.n));
    values = values_of(volume, m.n);
    weights = weights_of(volume, m.n, by_volume, slice_weight);
    for (uint64_t i = 0; i < m.n; i++) {
        weight += (long double)weights[i];
        sum += (long double)weights[i] * (long double)values[i];
        m.least = fmin(m.least, values[i]);
        m.most = fmax(m.most, values[i]);
    }
    mean = sum / weight;
    for (uint64_t i = 0; i < m.n; i++)
        squares += (long double)weights[i] * ((long double)values[i] - mean)
                   * ((long double)values[i] - mean);
    m.weight = (double)weight;
    m.mean = (double)mean;
    m.variance = (double)(squares / weight);
    free(values);
    free(weights);
    return m;
}
