/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "affine_source.h"

#include <math.h>
#include <string.h>

#include <sci/affine.h>
#include <sci/matrix.h>
#include <sci/memory.h>

#include "banded.h"

/* What is done to the numbers of one band of one channel. */
typedef struct step {
    double hi, lo, factor, beta;
} step;

typedef struct affine_source {
    sci_source base;
    sci_source *from;
    bool inverse;
    size_t width, bands;
    uint64_t frames; /* of a channel */
    int64_t *label;  /* width */
    step *steps;     /* channels × bands */
    void *stored;    /* of a piece, as `from` has them */
    uint64_t room;
} affine_source;

static double
forth(const step *s, double x)
{
    return ((x - s->hi) - s->lo) * s->factor + s->beta;
}

/* Of a group without a spread all that is known is its mean. */
static double
back(const step *s, double y)
{
    return s->factor == 0.0 ? s->hi + s->lo : ((y - s->beta) / s->factor + s->lo) + s->hi;
}

static void
transform(const affine_source *a, uint64_t first, uint64_t count, double *x)
{
    uint64_t row = first / a->width;
    size_t d = (size_t)(first % a->width);

    for (uint64_t k = 0; k < count; k++) {
        const step *steps = a->steps + (row / a->frames) * a->bands;
        int64_t b = a->label[d];

        if (b >= 0)
            x[k] = a->inverse ? back(&steps[b], x[k]) : forth(&steps[b], x[k]);
        else if (!a->inverse)
            x[k] = 0.0;
        if (++d == a->width) {
            d = 0;
            row++;
        }
    }
}

static sci_status
fetch(sci_source *self, sci_piece *piece)
{
    affine_source *a = (affine_source *)self;
    sci_status st = SCI_OK;

    piece->n_tasks = 0;
    if (a->room < piece->count) {
        sci_free(a->stored);
        a->stored = NULL;
        a->room = 0;
        st = sci_alloc(&a->stored, piece->count, 1, sci_type_size(a->from->array.type));
        a->room = st == SCI_OK ? piece->count : 0;
    }
    if (st == SCI_OK)
        st = sci_source_read(a->from, piece->first, piece->count, a->stored);
    if (st != SCI_OK)
        return st;
    sci_widen_stored(piece->bytes, &a->from->array, a->stored, (size_t)piece->count);
    transform(a, piece->first, piece->count, piece->bytes);
    return SCI_OK;
}

static uint64_t
overhead(const sci_source *self, uint64_t count, int pieces, int workers)
{
    (void)pieces, (void)workers;
    return count * sci_type_size(((const affine_source *)self)->from->array.type);
}

static void
source_free(sci_source *self)
{
    affine_source *a = (affine_source *)self;

    sci_free(a->label);
    sci_free(a->steps);
    sci_free(a->stored);
    sci_free(a);
}

static const sci_source_ops ops = { .fetch = fetch, .overhead = overhead, .free = source_free };

/* An empty group is left alone. */
static step
step_of(const audio_scaling *s, uint64_t k, int ddof)
{
    const sci_moments *m = &s->rows[k];
    step out = { 0.0, 0.0, 1.0, 0.0 };

    if (m->count > 0) {
        out.hi = ldexp(m->mean_hi, m->exponent);
        out.lo = ldexp(m->mean_lo, m->exponent);
        out.factor = ldexp(sci_affine_scale_of(m, s->eps, ddof), -m->exponent);
    }
    if (s->gamma != NULL) {
        out.factor *= s->gamma[k];
        out.beta = s->beta[k];
    }
    return out;
}

static sci_status
fill(affine_source *a, const audio_bands *bands, const audio_scaling *scaling, int ddof)
{
    sci_status st = sci_alloc(&a->label, a->width, 1, sizeof *a->label);

    if (st == SCI_OK)
        st = sci_alloc(&a->steps, scaling->n, 1, sizeof *a->steps);
    for (size_t d = 0; d < a->width && st == SCI_OK; d++)
        a->label[d] = bands->label[d];
    for (uint64_t k = 0; k < scaling->n && st == SCI_OK; k++)
        a->steps[k] = step_of(scaling, k, ddof);
    return st;
}

sci_status
audio_affine_source(sci_source **out, sci_source *from, const audio_bands *bands,
                    const audio_scaling *scaling, int ddof, bool inverse)
{
    const sci_array *array = &from->array;
    affine_source *a = NULL;
    sci_status st = audio_banded_check(array, bands);

    if (st == SCI_OK && scaling->n != array->shape[array->rank - 3] * bands->kept)
        st = sci_fail(SCI_ERR_ARGUMENT, "%llu rows for %zu bands of each channel",
                      (unsigned long long)scaling->n, bands->kept);
    if (st == SCI_OK)
        st = sci_alloc_zero(&a, 1, 1, sizeof *a);
    if (st != SCI_OK)
        return st;
    a->base = (sci_source){ .ops = &ops, .array = *array, .name = from->name };
    a->base.array.type = SCI_FLOAT64;
    a->base.array.swapped = false;
    a->from = from;
    a->inverse = inverse;
    a->width = (size_t)array->shape[array->rank - 1];
    a->frames = array->shape[array->rank - 2];
    a->bands = bands->kept;
    st = fill(a, bands, scaling, ddof);
    if (st != SCI_OK) {
        source_free(&a->base);
        return st;
    }
    *out = &a->base;
    return SCI_OK;
}
