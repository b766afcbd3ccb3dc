/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "differing.h"

#include <math.h>
#include <string.h>

#include <sci/matrix.h>
#include <sci/memory.h>

#include "half.h"

#define BLOCK 8192 /* elements */

static void
add_one(audio_difference *d, double x, double y)
{
    double by = fabs(x - y);

    d->compared++;
    if (memcmp(&x, &y, sizeof x) == 0)
        return;
    d->differing++;
    if (!(by <= HUGE_VAL)) /* NaN */
        by = HUGE_VAL;
    d->largest = fmax(d->largest, by);
    d->squares += by * by;
}

static sci_status
read_doubles(sci_source *s, uint64_t first, size_t n, void *raw, double *x)
{
    sci_status st = sci_source_read(s, first, n, raw);

    if (st == SCI_OK)
        sci_widen_stored(x, &s->array, raw, n);
    return st;
}

sci_status
audio_difference_add(audio_difference *d, sci_source *a, uint64_t a_first, sci_source *b,
                     uint64_t b_first, uint64_t n)
{
    double *x = NULL, *y = NULL;
    void *raw = NULL;
    sci_status st = sci_alloc(&x, BLOCK, 1, sizeof *x);

    if (st == SCI_OK)
        st = sci_alloc(&y, BLOCK, 1, sizeof *y);
    if (st == SCI_OK)
        st = sci_alloc(&raw, BLOCK, 1, sizeof(double));
    for (uint64_t at = 0; at < n && st == SCI_OK; at += BLOCK) {
        size_t m = n - at < BLOCK ? (size_t)(n - at) : BLOCK;

        st = read_doubles(a, a_first + at, m, raw, x);
        if (st == SCI_OK)
            st = read_doubles(b, b_first + at, m, raw, y);
        for (size_t k = 0; k < m && st == SCI_OK; k++)
            add_one(d, x[k], y[k]);
    }
    sci_free(x);
    sci_free(y);
    sci_free(raw);
    return st;
}

double
audio_difference_rms(const audio_difference *d)
{
    return d->compared == 0 ? 0.0 : sqrt(d->squares / (double)d->compared);
}

/* ---- the sink ---- */

typedef struct differing_sink {
    sci_sink base;
    sci_source *stored;
    audio_difference *d;
} differing_sink;

static sci_status
prepare(sci_sink *self, sci_piece *piece)
{
    (void)self;
    piece->n_tasks = 0;
    return SCI_OK;
}

static sci_status
store(sci_sink *self, sci_piece *piece)
{
    const differing_sink *s = (differing_sink *)self;
    sci_array made = { .rank = 1, .shape = { piece->count }, .type = self->array.type };
    sci_source *memory = NULL;
    sci_status st = sci_source_memory(&memory, &made, piece->bytes, "features made again");

    if (st == SCI_OK)
        st = audio_difference_add(s->d, s->stored, piece->first, memory, 0, piece->count);
    sci_source_free(memory);
    return st;
}

static void
free_sink(sci_sink *self)
{
    sci_free(self);
}

static const sci_sink_ops ops = { .prepare = prepare, .store = store, .free = free_sink };

sci_status
audio_difference_sink(sci_sink **out, sci_source *stored, audio_difference *d)
{
    differing_sink *s = NULL;
    sci_status st = sci_alloc_zero(&s, 1, 1, sizeof *s);

    if (st != SCI_OK)
        return st;
    s->base = (sci_sink){ .ops = &ops, .array = stored->array, .name = stored->name };
    s->base.array.swapped = false;
    s->stored = stored;
    s->d = d;
    if (s->base.array.type == SCI_FLOAT16)
        return audio_half_sink(out, &s->base);
    *out = &s->base;
    return SCI_OK;
}
