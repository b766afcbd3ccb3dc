/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "half.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

typedef struct half_sink {
    sci_sink base;
    sci_sink *inner;
    uint64_t beyond; /* finite numbers that no half can hold */
} half_sink;

/* The piece of the inner sink that goes with a piece. */
typedef struct staging {
    sci_piece piece;
    uint64_t room;
    uint64_t beyond; /* of this piece */
} staging;

uint16_t
audio_half_of(float x)
{
    uint32_t bits, sign, magnitude;

    memcpy(&bits, &x, sizeof bits);
    sign = bits >> 16 & 0x8000u;
    magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u)
        return (uint16_t)(0x7E00u); /* NaN, without a sign */
    if (magnitude >= 0x477FF000u)   /* rounds beyond 65504 */
        return (uint16_t)(sign | 0x7C00u);
    if (magnitude < 0x33000001u) /* at most half of the smallest */
        return (uint16_t)sign;
    if (magnitude < 0x38800000u) { /* subnormal: the implied bit is shifted in */
        uint32_t shift = 126u - (magnitude >> 23);
        uint32_t m = (magnitude & 0x7FFFFFu) | 0x800000u;
        uint32_t half = m >> shift, rest = m & ((1u << shift) - 1u), middle = 1u << (shift - 1u);

        half += rest > middle || (rest == middle && (half & 1u));
        return (uint16_t)(sign | half);
    }
    magnitude += 0xFFFu + (magnitude >> 13 & 1u);
    return (uint16_t)(sign | ((magnitude - 0x38000000u) >> 13));
}

static sci_status
start(sci_sink *self, uint64_t first, uint64_t end, int workers)
{
    half_sink *h = (half_sink *)self;

    (void)workers; /* the inner pieces are encoded one by one */
    return h->inner->ops->start != NULL ? h->inner->ops->start(h->inner, first, end, 1) : SCI_OK;
}

static sci_status
prepare(sci_sink *self, sci_piece *piece)
{
    staging *s = piece->staging;
    sci_status st = SCI_OK;

    (void)self;
    if (s == NULL) {
        st = sci_alloc_zero(&s, 1, 1, sizeof *s);
        if (st != SCI_OK)
            return st;
        piece->staging = s;
    }
    if (s->room < piece->count) {
        sci_free(s->piece.bytes);
        s->piece.bytes = NULL;
        s->room = 0;
        st = sci_alloc(&s->piece.bytes, piece->count, 1, sizeof(uint16_t));
        if (st != SCI_OK)
            return st;
        s->room = piece->count;
    }
    piece->n_tasks = 1;
    return SCI_OK;
}

static sci_status
encode(sci_sink *self, sci_piece *piece, size_t task, int worker)
{
    staging *s = piece->staging;
    const float *x = piece->bytes;
    uint16_t *y = s->piece.bytes;

    (void)self;
    (void)task;
    (void)worker;
    s->beyond = 0;
    for (uint64_t k = 0; k < piece->count; k++) {
        y[k] = audio_half_of(x[k]);
        s->beyond += (y[k] & 0x7FFFu) == 0x7C00u && isfinite(x[k]);
    }
    return SCI_OK;
}

static sci_status
store(sci_sink *self, sci_piece *piece)
{
    sci_sink *inner = ((half_sink *)self)->inner;
    sci_piece *p = &((staging *)piece->staging)->piece;
    sci_status st = SCI_OK;

    ((half_sink *)self)->beyond += ((staging *)piece->staging)->beyond;
    p->first = piece->first;
    p->count = piece->count;
    p->n_tasks = 0;
    if (inner->ops->address != NULL) { /* it lies in memory, and has nothing else */
        memcpy(inner->ops->address(inner, p->first, p->count), p->bytes,
               p->count * sizeof(uint16_t));
        return SCI_OK;
    }
    if (inner->ops->prepare != NULL)
        st = inner->ops->prepare(inner, p);
    for (size_t task = 0; st == SCI_OK && inner->ops->encode != NULL && task < p->n_tasks; task++)
        st = inner->ops->encode(inner, p, task, 0);
    return st == SCI_OK ? inner->ops->store(inner, p) : st;
}

static void
release(sci_sink *self, sci_piece *piece)
{
    sci_sink *inner = ((half_sink *)self)->inner;
    staging *s = piece->staging;

    if (s == NULL)
        return;
    if (inner->ops->release != NULL)
        inner->ops->release(inner, &s->piece);
    sci_free(s->piece.bytes);
    sci_free(s);
    piece->staging = NULL;
}

static uint64_t
overhead(const sci_sink *self, uint64_t count, int pieces, int workers)
{
    const sci_sink *inner = ((const half_sink *)self)->inner;
    uint64_t own = count * sizeof(uint16_t) * (uint64_t)pieces;

    (void)workers;
    return own + (inner->ops->overhead != NULL ? inner->ops->overhead(inner, count, pieces, 1) : 0);
}

static sci_status
finish(sci_sink *self)
{
    const half_sink *h = (half_sink *)self;
    sci_sink *inner = h->inner;

    if (h->beyond > 0)
        return sci_fail(
            SCI_ERR_NONFINITE,
            "%llu numbers are beyond 65504, the largest of float16; --dtype f32 holds them",
            (unsigned long long)h->beyond);
    return inner->ops->finish != NULL ? inner->ops->finish(inner) : SCI_OK;
}

static void
half_free(sci_sink *self)
{
    sci_sink_free(((half_sink *)self)->inner);
    sci_free(self);
}

static const sci_sink_ops half_ops = { .start = start,
                                       .prepare = prepare,
                                       .encode = encode,
                                       .store = store,
                                       .release = release,
                                       .overhead = overhead,
                                       .finish = finish,
                                       .free = half_free };

sci_status
audio_half_sink(sci_sink **out, sci_sink *inner)
{
    half_sink *h = NULL;
    sci_status st = sci_alloc_zero(&h, 1, 1, sizeof *h);

    if (st != SCI_OK) {
        sci_sink_free(inner);
        return st;
    }
    h->base = (sci_sink){ .ops = &half_ops, .array = inner->array, .name = inner->name };
    h->base.array.type = SCI_FLOAT32;
    h->inner = inner;
    *out = &h->base;
    return SCI_OK;
}
