/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ranges.h"

#include <math.h>

#include <sci/memory.h>

typedef struct ranging_sink {
    sci_sink base;
    sci_sink *inner;
    imaging_ranges *ranges;
} ranging_sink;

static sci_sink *
inner_of(const sci_sink *self)
{
    return ((const ranging_sink *)self)->inner;
}

static void
reset(imaging_ranges *r)
{
    for (uint64_t k = 0; k < r->n; k++)
        r->least[k] = r->most[k] = (double)NAN;
}

static sci_status
start(sci_sink *self, uint64_t first, uint64_t end, int workers)
{
    sci_sink *inner = inner_of(self);

    reset(((ranging_sink *)self)->ranges);
    return inner->ops->start != NULL ? inner->ops->start(inner, first, end, workers) : SCI_OK;
}

static sci_status
prepare(sci_sink *self, sci_piece *piece)
{
    sci_sink *inner = inner_of(self);

    return inner->ops->prepare != NULL ? inner->ops->prepare(inner, piece) : SCI_OK;
}

static sci_status
encode(sci_sink *self, sci_piece *piece, size_t task, int worker)
{
    return inner_of(self)->ops->encode(inner_of(self), piece, task, worker);
}

/* Comparisons with NaN are false: it is never taken. */
static void
see_singles(const float *x, size_t n, double *least, double *most)
{
    float low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    *least = (double)low;
    *most = (double)high;
}

static void
see_doubles(const double *x, size_t n, double *least, double *most)
{
    double low = (double)INFINITY, high = -(double)INFINITY;

    for (size_t i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    *least = low;
    *most = high;
}

static void
see(ranging_sink *s, const sci_piece *piece)
{
    imaging_ranges *r = s->ranges;
    uint64_t end = piece->first + piece->count;

    for (uint64_t at = piece->first; at < end;) {
        uint64_t k = at / r->stretch, stop = (k + 1) * r->stretch;
        uint64_t from = at - piece->first;
        double least, most;

        stop = stop < end ? stop : end;
        if (s->base.array.type == SCI_FLOAT32)
            see_singles((const float *)piece->bytes + from, (size_t)(stop - at), &least, &most);
        else
            see_doubles((const double *)piece->bytes + from, (size_t)(stop - at), &least, &most);
        if (least <= most) {
            r->least[k] = fmin(r->least[k], least);
            r->most[k] = fmax(r->most[k], most);
        }
        at = stop;
    }
}

static sci_status
store(sci_sink *self, sci_piece *piece)
{
    see((ranging_sink *)self, piece);
    return inner_of(self)->ops->store(inner_of(self), piece);
}

static void
release(sci_sink *self, sci_piece *piece)
{
    if (inner_of(self)->ops->release != NULL)
        inner_of(self)->ops->release(inner_of(self), piece);
}

static uint64_t
overhead(const sci_sink *self, uint64_t count, int pieces, int workers)
{
    const sci_sink *inner = inner_of(self);

    return inner->ops->overhead != NULL ? inner->ops->overhead(inner, count, pieces, workers) : 0;
}

static uint64_t
grain(const sci_sink *self)
{
    const sci_sink *inner = inner_of(self);

    return inner->ops->grain != NULL ? inner->ops->grain(inner) : 0;
}

static sci_status
finish(sci_sink *self)
{
    sci_sink *inner = inner_of(self);

    return inner->ops->finish != NULL ? inner->ops->finish(inner) : SCI_OK;
}

static void
ranging_free(sci_sink *self)
{
    sci_sink_free(inner_of(self));
    sci_free(self);
}

static const sci_sink_ops ops = {
    .start = start,
    .prepare = prepare,
    .encode = encode,
    .store = store,
    .release = release,
    .overhead = overhead,
    .grain = grain,
    .finish = finish,
    .free = ranging_free,
};

sci_status
imaging_ranges_sink(sci_sink **out, sci_sink *inner, imaging_ranges *ranges)
{
    ranging_sink *s = NULL;
    sci_status st = sci_alloc_zero(&s, 1, 1, sizeof *s);

    if (st != SCI_OK)
        return st;
    s->base.ops = &ops;
    s->base.array = inner->array;
    s->base.name = inner->name;
    s->inner = inner;
    s->ranges = ranges;
    *out = &s->base;
    return SCI_OK;
}

sci_status
imaging_ranges_create(imaging_ranges **out, uint64_t n, uint64_t count)
{
    imaging_ranges *r = NULL;
    sci_status st = sci_alloc_zero(&r, 1, 1, sizeof *r);

    if (st != SCI_OK)
        return st;
    r->n = n;
    r->stretch = n > 0 ? count / n : 0;
    st = sci_alloc(&r->least, (size_t)n, 1, sizeof *r->least);
    if (st == SCI_OK)
        st = sci_alloc(&r->most, (size_t)n, 1, sizeof *r->most);
    if (st != SCI_OK) {
        imaging_ranges_free(r);
        return st;
    }
    reset(r);
    *out = r;
    return SCI_OK;
}

void
imaging_ranges_free(imaging_ranges *r)
{
    if (r == NULL)
        return;
    sci_free(r->least);
    sci_free(r->most);
    sci_free(r);
}

void
imaging_ranges_whole(const imaging_ranges *r, double *least, double *most)
{
    *least = (double)INFINITY;
    *most = -(double)INFINITY;
    for (uint64_t k = 0; k < r->n; k++) {
        *least = r->least[k] < *least ? r->least[k] : *least;
        *most = r->most[k] > *most ? r->most[k] : *most;
    }
}
