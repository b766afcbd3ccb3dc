/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "banded.h"

#include <math.h>
#include <string.h>

#include <sci/affine.h>
#include <sci/memory.h>

/* ---- life ---- */

sci_status
audio_banded_check(const sci_array *a, const audio_bands *bands)
{
    if (a->rank < 3 || a->rank > 4 || (a->rank == 4 && a->shape[0] != 1))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "an array of %d axes; features have channels, frames and numbers", a->rank);
    if (bands != NULL && bands->n_bins != a->shape[a->rank - 1])
        return sci_fail(SCI_ERR_ARGUMENT, "bands of %zu numbers for frames of %zu", bands->n_bins,
                        (size_t)a->shape[a->rank - 1]);
    return SCI_OK;
}

static sci_status
check_labels(const int64_t *label, size_t width, size_t n_bands)
{
    for (size_t d = 0; d < width; d++)
        if (label[d] < -1 || label[d] >= (int64_t)n_bands)
            return sci_fail(SCI_ERR_ARGUMENT, "number %zu of a frame in band %lld of %zu", d,
                            (long long)label[d], n_bands);
    return SCI_OK;
}

/* Counting sort: the numbers of a band stay in their order. */
static void
sort_numbers(audio_banded *b)
{
    size_t at = 0;

    for (size_t k = 0; k < b->n_bands; k++) {
        b->from[k] = at;
        for (size_t d = 0; d < b->width; d++)
            if (b->label[d] == (int64_t)k)
                b->order[at++] = d;
    }
    b->from[b->n_bands] = at;
}

static sci_status
prepare_bands(audio_banded *b, const int64_t *label)
{
    sci_status st = check_labels(label, b->width, b->n_bands);

    if (st == SCI_OK)
        st = sci_alloc(&b->label, b->width, 1, sizeof *b->label);
    if (st == SCI_OK)
        st = sci_alloc(&b->order, b->width, 1, sizeof *b->order);
    if (st == SCI_OK)
        st = sci_alloc(&b->from, b->n_bands + 1, 1, sizeof *b->from);
    if (st == SCI_OK)
        st = sci_alloc(&b->gathered, b->width, 1, sci_type_size(b->type));
    if (st != SCI_OK)
        return st;
    memcpy(b->label, label, b->width * sizeof *label);
    sort_numbers(b);
    return SCI_OK;
}

sci_status
audio_banded_prepare(audio_banded *b, sci_type type, size_t width, const int64_t *label,
                     size_t n_bands)
{
    sci_status st;

    *b = (audio_banded){ .type = type, .width = width, .n_bands = label ? n_bands : width };
    if (type != SCI_FLOAT32 && type != SCI_FLOAT64)
        return sci_fail(SCI_ERR_TYPE, "features of type %s; they are f4 or f8",
                        sci_type_name(type));
    st = sci_alloc(&b->hi, b->n_bands, 1, sizeof *b->hi);
    if (st == SCI_OK)
        st = sci_alloc(&b->lo, b->n_bands, 1, sizeof *b->lo);
    if (st == SCI_OK)
        st = sci_alloc(&b->scale, b->n_bands, 1, sizeof *b->scale);
    if (st == SCI_OK && label != NULL)
        st = prepare_bands(b, label);
    return st;
}

void
audio_banded_clear(audio_banded *b)
{
    sci_free(b->label);
    sci_free(b->order);
    sci_free(b->from);
    sci_free(b->gathered);
    sci_free(b->hi);
    sci_free(b->lo);
    sci_free(b->scale);
    *b = (audio_banded){ .width = 0 };
}

/* ---- one frame ---- */

static double
number(const audio_banded *b, const void *frame, size_t d)
{
    return b->type == SCI_FLOAT32 ? (double)((const float *)frame)[d] : ((const double *)frame)[d];
}

static sci_moments
moments_of_one(double x)
{
    sci_moments m = sci_moments_empty();

    m.count = 1;
    m.weight = 1.0;
    m.mean_hi = m.min = m.max = x;
    return m;
}

static sci_status
moments_of_band(const audio_banded *b, const void *frame, size_t k, sci_moments *m)
{
    size_t size = sci_type_size(b->type), n = b->from[k + 1] - b->from[k];

    for (size_t i = 0; i < n; i++)
        memcpy((char *)b->gathered + i * size,
               (const char *)frame + b->order[b->from[k] + i] * size, size);
    return sci_moments_of(m, b->type, b->gathered, n, SCI_NAN_PROPAGATE);
}

sci_status
audio_banded_moments(const audio_banded *b, const void *frame, sci_moments *m)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; st == SCI_OK && k < b->n_bands; k++)
        if (b->label == NULL)
            m[k] = moments_of_one(number(b, frame, k));
        else
            st = moments_of_band(b, frame, k, &m[k]);
    return st;
}

void
audio_banded_set(audio_banded *b, const sci_moments *m, double eps, bool mean_only)
{
    for (size_t k = 0; k < b->n_bands; k++) {
        int e = m[k].exponent;
        double scale = mean_only ? 1.0 : ldexp(sci_affine_scale_of(&m[k], eps, 0), -e);

        b->hi[k] = ldexp(m[k].mean_hi, e);
        b->lo[k] = ldexp(m[k].mean_lo, e);
        b->scale[k] = m[k].count == 0 ? 0.0 : scale;
    }
}

void
audio_banded_apply(const audio_banded *b, const void *frame, void *out)
{
    for (size_t d = 0; d < b->width; d++) {
        int64_t k = b->label == NULL ? (int64_t)d : b->label[d];
        double y = k < 0 ? 0.0 : ((number(b, frame, d) - b->hi[k]) - b->lo[k]) * b->scale[k];

        if (b->type == SCI_FLOAT32)
            ((float *)out)[d] = (float)y;
        else
            ((double *)out)[d] = y;
    }
}
