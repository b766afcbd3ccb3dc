/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "slices.h"

#include <math.h>

#include <sci/matrix.h>
#include <sci/memory.h>

enum { NONE = -1 };

int
imaging_cut_columns(int slice)
{
    return slice == IMAGING_RIGHT ? IMAGING_ANTERIOR : IMAGING_RIGHT;
}

int
imaging_cut_rows(int slice)
{
    return slice == IMAGING_SUPERIOR ? IMAGING_ANTERIOR : IMAGING_SUPERIOR;
}

const char *
imaging_cut_name(int slice)
{
    static const char *const names[] = { "sagittal", "coronal", "axial" };

    return names[slice];
}

/* ---- an array as the view sees it ---- */

typedef struct frame {
    const imaging_view *view;
    const sci_array *array;
    int direction_of[SCI_MAX_RANK];  /* each axis', NONE: only one index of it is looked at, */
    uint64_t index_of[SCI_MAX_RANK]; /* which is this */
} frame;

/* The axes of the image, or the axes of its directions in their order. */
static sci_status
frame_make(frame *f, const imaging_view *view, const sci_source *source)
{
    int used = 0;

    *f = (frame){ .view = view, .array = &source->array };
    for (int a = 0; a < view->rank; a++) {
        int direction = NONE;

        for (int d = 0; d < IMAGING_DIRECTIONS; d++)
            direction = view->along[d].axis == a ? d : direction;
        if (direction == NONE && source->array.rank != view->rank)
            continue; /* the source does not have it */
        if (used == source->array.rank
            || (direction != NONE && source->array.shape[used] != view->along[direction].size))
            return sci_fail(SCI_ERR_SHAPE, "'%s' has another shape than the image", source->name);
        f->direction_of[used] = direction;
        f->index_of[used] = view->fixed[a];
        used++;
    }
    return used == source->array.rank
               ? SCI_OK
               : sci_fail(SCI_ERR_SHAPE, "'%s' has another shape than the image", source->name);
}

/* Index on each axis of element `at` of the array. */
static void
unravel(const frame *f, uint64_t at, uint64_t index[SCI_MAX_RANK])
{
    for (int a = f->array->rank - 1; a >= 0; a--) {
        index[a] = at % f->array->shape[a];
        at /= f->array->shape[a];
    }
}

/* Elements that lie in a row of the last axis, in one piece. */
typedef struct stretch {
    uint64_t index[SCI_MAX_RANK]; /* of the first */
    uint64_t count;
    const void *elements;
} stretch;

/* Cut a piece into stretches; all of them if the last axis is the only one. */
static sci_status
walk(const frame *f, uint64_t first, uint64_t count, const void *elements,
     sci_status (*visit)(void *context, const stretch *s), void *context)
{
    size_t size = sci_type_size(f->array->type);
    int last = f->array->rank - 1;
    uint64_t length = last >= 0 ? f->array->shape[last] : 1;
    const char *bytes = elements;
    sci_status st = SCI_OK;

    while (st == SCI_OK && count > 0) {
        stretch s = { .elements = bytes };

        unravel(f, first, s.index);
        s.count = last >= 0 ? length - s.index[last] : 1;
        s.count = s.count < count ? s.count : count;
        st = visit(context, &s);
        first += s.count;
        count -= s.count;
        bytes += s.count * size;
    }
    return st;
}

/* The first and the one past the last element that may be looked at: where leading axes are fixed,
 * not everything. */
static void
range_of(const frame *f, uint64_t *first, uint64_t *count)
{
    uint64_t begin = 0, n = 1;
    bool leading = true;

    for (int a = 0; a < f->array->rank; a++) {
        leading = leading && f->direction_of[a] == NONE;
        begin = begin * f->array->shape[a] + (leading ? f->index_of[a] : 0);
        n *= leading ? 1 : f->array->shape[a];
    }
    *first = begin;
    *count = n;
}

/* ---- cuts ---- */

static bool
is_line(const imaging_view *view, int slice)
{
    return view->along[imaging_cut_columns(slice)].size < 2
           || view->along[imaging_cut_rows(slice)].size < 2;
}

static sci_status
cuts_alloc(imaging_cuts *cuts, const imaging_view *view)
{
    bool any = false;
    sci_status st = SCI_OK;

    for (int k = 0; k < IMAGING_DIRECTIONS; k++)
        any = any || !is_line(view, k);
    for (int k = 0; st == SCI_OK && k < IMAGING_DIRECTIONS; k++) {
        cuts->columns[k] = view->along[imaging_cut_columns(k)].n;
        cuts->rows[k] = view->along[imaging_cut_rows(k)].n;
        if (any ? is_line(view, k) : k != IMAGING_SUPERIOR)
            continue;
        st = sci_alloc(&cuts->values[k], cuts->rows[k], cuts->columns[k], sizeof *cuts->values[k]);
        for (size_t i = 0; st == SCI_OK && i < cuts->rows[k] * cuts->columns[k]; i++)
            cuts->values[k][i] = (double)NAN;
    }
    return st;
}

void
imaging_cuts_clear(imaging_cuts *cuts)
{
    for (int k = 0; k < IMAGING_DIRECTIONS; k++)
        sci_free(cuts->values[k]);
    *cuts = (imaging_cuts){ .rows = { 0 } };
}

typedef struct cutting {
    frame frame;
    imaging_cuts *cuts;
} cutting;

/* Put element k of the stretch into a slice, if it is drawn there. `sample` has the index on each
 * direction. */
static void
put(const cutting *c, int slice, const stretch *s, uint64_t k,
    const uint64_t sample[IMAGING_DIRECTIONS])
{
    const imaging_view *view = c->frame.view;
    int across = imaging_cut_columns(slice), up = imaging_cut_rows(slice);
    size_t size = sci_type_size(c->frame.array->type), row, column;

    if (imaging_view_place(&view->along[across], sample[across], &column)
        && imaging_view_place(&view->along[up], sample[up], &row))
        sci_widen_stored(&c->cuts->values[slice][row * c->cuts->columns[slice] + column],
                         c->frame.array, (const char *)s->elements + k * size, 1);
}

/* Elements [from, to) of the stretch are on the slice; the last axis runs along `inner`. */
static void
put_part(const cutting *c, int slice, const stretch *s, uint64_t from, uint64_t to,
         uint64_t sample[IMAGING_DIRECTIONS], int inner)
{
    for (uint64_t k = from; k < to; k++) {
        if (inner != NONE)
            sample[inner] = s->index[c->frame.array->rank - 1] + k;
        put(c, slice, s, k, sample);
    }
}

/* [from, to) shrinks to one index of the last axis. */
static void
only(const stretch *s, uint64_t begin, uint64_t index, uint64_t *from, uint64_t *to)
{
    bool inside = index >= begin && index < begin + s->count;

    *from = inside ? index - begin : 0;
    *to = inside ? *from + 1 : 0;
}

static sci_status
cut_stretch(void *context, const stretch *s)
{
    const cutting *c = context;
    const frame *f = &c->frame;
    int last = f->array->rank - 1, inner = last >= 0 ? f->direction_of[last] : NONE;
    uint64_t sample[IMAGING_DIRECTIONS] = { 0 }, begin = last >= 0 ? s->index[last] : 0;

    for (int a = 0; a < last; a++) {
        if (f->direction_of[a] != NONE)
            sample[f->direction_of[a]] = s->index[a];
        else if (s->index[a] != f->index_of[a])
            return SCI_OK;
    }
    for (int k = 0; k < IMAGING_DIRECTIONS; k++) {
        uint64_t from = 0, to = s->count, cut = f->view->along[k].cut;

        if (c->cuts->values[k] == NULL || (k != inner && sample[k] != cut))
            continue;
        if (last >= 0 && inner == NONE)
            only(s, begin, f->index_of[last], &from, &to);
        else if (k == inner)
            only(s, begin, cut, &from, &to);
        put_part(c, k, s, from, to, sample, inner);
    }
    return SCI_OK;
}

static sci_status
cut_piece(void *context, uint64_t first, uint64_t count, const void *elements)
{
    const cutting *c = context;

    return walk(&c->frame, first, count, elements, cut_stretch, context);
}

sci_status
imaging_cuts_read(imaging_cuts *out, const imaging_view *view, sci_source *source)
{
    imaging_cuts cuts = { .rows = { 0 } };
    cutting c = { .cuts = &cuts };
    uint64_t first = 0, count = 0;
    sci_status st = frame_make(&c.frame, view, source);

    if (st == SCI_OK)
        st = cuts_alloc(&cuts, view);
    if (st == SCI_OK) {
        range_of(&c.frame, &first, &count);
        st = sci_source_visit(source, first, count, cut_piece, &c);
    }
    if (st == SCI_OK)
        *out = cuts;
    else
        imaging_cuts_clear(&cuts);
    return st;
}

/* ---- the centre of a mask ---- */

typedef struct centring {
    frame frame;
    double sum[IMAGING_DIRECTIONS]; /* of indices: exact below 2^53 */
    uint64_t members;
    double values[4096];
} centring;

static void
add_members(centring *c, const stretch *s, uint64_t offset, size_t n)
{
    int last = c->frame.array->rank - 1;
    uint64_t members = 0;
    double inner = 0.0;

    for (size_t k = 0; k < n; k++) {
        if (!(c->values[k] > 0.0))
            continue;
        members++;
        inner += (double)(s->index[last] + offset + k);
    }
    c->members += members;
    for (int a = 0; a <= last; a++)
        if (c->frame.direction_of[a] != NONE)
            c->sum[c->frame.direction_of[a]] +=
                a == last ? inner : (double)s->index[a] * (double)members;
}

static sci_status
centre_stretch(void *context, const stretch *s)
{
    centring *c = context;
    size_t size = sci_type_size(c->frame.array->type), most = sizeof c->values / sizeof *c->values;

    for (uint64_t at = 0; at < s->count; at += most) {
        size_t n = s->count - at < most ? (size_t)(s->count - at) : most;

        sci_widen_stored(c->values, c->frame.array, (const char *)s->elements + at * size, n);
        if (c->frame.array->rank > 0)
            add_members(c, s, at, n);
    }
    return SCI_OK;
}

static sci_status
centre_piece(void *context, uint64_t first, uint64_t count, const void *elements)
{
    const centring *c = context;

    return walk(&c->frame, first, count, elements, centre_stretch, context);
}

sci_status
imaging_mask_centre(const imaging_view *view, sci_source *mask, uint64_t cut[IMAGING_DIRECTIONS])
{
    centring *c = NULL;
    uint64_t first = 0, count = 0;
    sci_status st = sci_alloc_zero(&c, 1, 1, sizeof *c);

    if (st == SCI_OK)
        st = frame_make(&c->frame, view, mask);
    if (st == SCI_OK) {
        range_of(&c->frame, &first, &count);
        st = sci_source_visit(mask, first, count, centre_piece, c);
    }
    for (int d = 0; st == SCI_OK && d < IMAGING_DIRECTIONS; d++)
        cut[d] = c->members > 0 ? (uint64_t)(c->sum[d] / (double)c->members + 0.5)
                                : view->along[d].size / 2;
    sci_free(c);
    return st;
}
