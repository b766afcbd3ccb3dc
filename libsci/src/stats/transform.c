/* SPDX-License-Identifier: BSD-3-Clause */
/* Applying an affine map: rows with plain coefficients go through fused loops, everything else
 * through tiles of double. */
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "moments_priv.h"
#include "plain.h"
#include "store.h"
#include "transform_priv.h"

#define ROW_SHORT 512 /* elements of a short row */

/* ---- values that are left out of a row ---- */

/* Which elements of a tile are members by their value, and how many. */
static size_t
judge_tile(const sci_stretch *s, const sci_row *part, uint8_t *flags)
{
    uint64_t group = part->at[0];

    if (s->layout->n_maps > 0) /* labels of a row */
        group = (uint64_t)sci_place_of_row(s, part).group[0];
    return sci_values_flags(s->layout->values, s->tested_type,
                            s->tested + (part->first - s->origin) * sci_type_size(s->tested_type),
                            part->count, group, flags);
}

/* As sci_plain_tile for the members by value among a tile; the others are outside. */
static void
chosen_tile(const sci_transform *t, const sci_stretch *s, const sci_row *row, uint64_t at, size_t n,
            void *y, const sci_plain *p)
{
    sci_row part = sci_row_part(row, at, n);
    const void *x = s->elements + (part.first - s->origin) * sci_type_size(s->type);
    size_t members;
    uint8_t flags[SCI_TILE];
    double outside[SCI_TILE];

    members = judge_tile(s, &part, flags);
    if (members > 0)
        sci_plain_tile(s->type, x, t->out_type, y, n, p);
    if (members == n)
        return;
    sci_transform_outside(t, s, &part, members > 0 ? (unsigned char *)outside : y);
    if (members > 0)
        sci_select_elements(sci_type_size(t->out_type), y, outside, flags, n);
}

/* Float to float with one set of coefficients, past the caches. False if it is another case. */
static bool
apply_streamed(const sci_transform *t, const sci_stretch *s, const sci_row *row, const sci_plain *p,
               unsigned char *out)
{
    const float *x = (const float *)(const void *)s->elements + (row->first - s->origin);

    return t->stream && s->type == SCI_FLOAT32 && t->out_type == SCI_FLOAT32 && !p->vary_g
           && !p->vary_h && !p->inverse && t->nan == SCI_NAN_REFUSE
           && sci_plain_stream(x, (float *)(void *)out, row->count, p);
}

/* Nothing is looked at or put down on the way: a row needs no tiles. */
static bool
is_direct(const sci_transform *t, const sci_stretch *s)
{
    return !t->stream && t->nan == SCI_NAN_REFUSE
           && (s->type == SCI_FLOAT32 || s->type == SCI_FLOAT64)
           && (t->out_type == SCI_FLOAT32 || t->out_type == SCI_FLOAT64);
}

static void
apply_plain(const sci_transform *t, const sci_stretch *s, const sci_row *row, sci_plain p,
            unsigned char *out)
{
    size_t in_size = sci_type_size(s->type), out_size = sci_type_size(t->out_type);
    bool some = s->layout->values && t->affine->outside != SCI_OUTSIDE_APPLY;
    double tile[SCI_TILE];
    size_t step = SCI_TILE;

    if (!some && apply_streamed(t, s, row, &p, out))
        return;
    if (!some && is_direct(t, s))
        step = row->count;
    for (uint64_t at = 0; at < row->count; at += step) {
        size_t n = row->count - at < step ? row->count - at : step;
        const unsigned char *x = s->elements + (row->first + at - s->origin) * in_size;
        unsigned char *y = t->stream ? (unsigned char *)tile : out + at * out_size;

        if (t->nan != SCI_NAN_REFUSE && sci_stretch_any_nonfinite(s, row->first + at, n)) {
            sci_row part = sci_row_part(row, at, n);

            sci_transform_elements(t, s, &part, out + at * out_size);
        } else {
            if (some)
                chosen_tile(t, s, row, at, n, y, &p);
            else
                sci_plain_tile(s->type, x, t->out_type, y, n, &p);
            if (t->stream)
                sci_stream_out(out + at * out_size, y, n * out_size);
        }
        if (p.vary_g) {
            p.hi += n;
            p.lo += n;
            p.scale += n;
        }
        if (p.vary_h) {
            p.gamma += n;
            p.beta += n;
        }
    }
}

/* ---- which way a row goes ---- */

static const double one = 1.0, zero = 0.0;

/* What holds for all rows of a layout. */
typedef struct row_plan {
    bool elementwise;
    bool vary_g, vary_h;
} row_plan;

static row_plan
plan_rows(const sci_transform *t, const sci_stretch *s)
{
    const sci_layout *layout = s->layout;
    int last = layout->n_axes - 1;
    uint64_t g_step = layout->step[0][last],
             h_step = layout->n_groupings > 1 ? layout->step[1][last] : 0;
    row_plan plan = { .vary_g = g_step == 1, .vary_h = h_step == 1 };

    plan.elementwise = g_step > 1 || h_step > 1 || (plan.vary_g && t->coefficients->any_special)
                       || (g_step > 0 && layout->values) || s->type == SCI_INT64
                       || s->type == SCI_UINT64;
    for (int m = 0; m < layout->n_maps; m++)
        plan.elementwise = plan.elementwise || layout->maps[m].inner;
    return plan;
}

static void
apply_row(const sci_transform *t, const sci_stretch *s, const row_plan *plan, const sci_row *row,
          unsigned char *out)
{
    const sci_affine *a = t->affine;
    const sci_coefficients *c = t->coefficients;
    sci_place place = sci_place_of_row(s, row);
    sci_plain p = { .gamma = &one,
                    .beta = &zero,
                    .vary_g = plan->vary_g,
                    .vary_h = plan->vary_h,
                    .inverse = a->inverse };
    uint64_t g;

    if (place.group[0] < 0 || (!(place.weight > 0.0) && a->outside != SCI_OUTSIDE_APPLY)) {
        sci_transform_outside(t, s, row, out);
        return;
    }
    g = (uint64_t)place.group[0] - c->first_group;
    if (!plan->vary_g && c->exponent[g] != 0) {
        sci_transform_elements(t, s, row, out);
        return;
    }
    p.hi = c->hi + g;
    p.lo = c->lo + g;
    p.scale = c->scale + g;
    if (s->layout->n_groupings > 1 && place.group[1] >= 0) {
        p.gamma = a->gamma + place.group[1];
        p.beta = a->beta + place.group[1];
    } else {
        p.vary_h = false;
    }
    apply_plain(t, s, row, p, out);
}

/* Short rows of floats, each with one set of plain coefficients. */
static bool
rows_are_short(const sci_transform *t, const sci_stretch *s, const row_plan *plan)
{
    return !plan->elementwise && !plan->vary_g && !plan->vary_h && !t->coefficients->any_special
           && s->layout->n_maps == 0 && !s->layout->values && s->layout->inner <= ROW_SHORT
           && s->type == SCI_FLOAT32 && t->out_type == SCI_FLOAT32 && !t->affine->inverse
           && t->nan == SCI_NAN_REFUSE;
}

/* The whole rows of [first, end), which begins and ends with a row. */
static void
apply_short_rows(const sci_transform *t, const sci_stretch *s, uint64_t first, uint64_t end,
                 float *out)
{
    const sci_affine *a = t->affine;
    const sci_coefficients *c = t->coefficients;
    const float *x = (const float *)(const void *)s->elements + (first - s->origin);
    uint64_t inner = s->layout->inner;
    sci_plain_by_row rows;
    size_t n = 0;
    sci_cursor cursor;

    sci_cursor_begin(&cursor, s->layout, first, end);
    while (sci_cursor_next(&cursor)) {
        uint64_t g = cursor.row.at[0] - c->first_group;
        double gamma = s->layout->n_groupings > 1 ? a->gamma[cursor.row.at[1]] : 1.0;

        rows.hi[n] = c->hi[g];
        rows.lo[n] = c->lo[g];
        rows.scale[n] = c->scale[g] * gamma;
        rows.beta[n] = s->layout->n_groupings > 1 ? a->beta[cursor.row.at[1]] : 0.0;
        if (++n == SCI_PLAIN_ROWS || cursor.next == end) {
            sci_plain_rows(x, out, n, inner, &rows);
            x += n * inner;
            out += n * inner;
            n = 0;
        }
    }
}

static void
apply_rows(const sci_transform *t, const sci_stretch *s, const row_plan *plan, uint64_t first,
           uint64_t end, unsigned char *out)
{
    size_t size = sci_type_size(t->out_type);
    sci_cursor cursor;

    sci_cursor_begin(&cursor, s->layout, first, end);
    while (sci_cursor_next(&cursor)) {
        unsigned char *y = out + (cursor.row.first - first) * size;

        if (plan->elementwise)
            sci_transform_elements(t, s, &cursor.row, y);
        else
            apply_row(t, s, plan, &cursor.row, y);
    }
}

void
sci_transform_apply(const sci_transform *t, const sci_stretch *s, uint64_t first, uint64_t end,
                    void *out)
{
    size_t size = sci_type_size(t->out_type);
    row_plan plan = plan_rows(t, s);
    uint64_t inner = s->layout->inner, whole = (first + inner - 1) / inner * inner,
             last = end / inner * inner;
    unsigned char *y = out;

    if (rows_are_short(t, s, &plan) && whole < last) {
        apply_rows(t, s, &plan, first, whole, y);
        apply_short_rows(t, s, whole, last, (float *)(void *)(y + (whole - first) * size));
        apply_rows(t, s, &plan, last, end, y + (last - first) * size);
    } else {
        apply_rows(t, s, &plan, first, end, y);
    }
#if defined(__SSE2__)
    if (t->stream)
        _mm_sfence();
#endif
}
