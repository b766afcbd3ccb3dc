/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "settings.h"

static const imaging_role roles[IMAGING_DIRECTIONS] = { IMAGING_X, IMAGING_Y, IMAGING_Z };

/* ---- which axis goes where ---- */

/* The part of axis `role` (0: x) along a world direction, patients' right, anterior and superior
 * being positive. */
static double
cosine(const imaging_geometry *g, int role, int direction)
{
    double value = g->directions[role][direction];

    return g->lps && direction != IMAGING_SUPERIOR ? -value : value;
}

/* The role of each direction: first of the pair that is nearest, then of what is left. */
static void
match_roles(const imaging_geometry *g, int role_of[IMAGING_DIRECTIONS])
{
    bool taken[IMAGING_DIRECTIONS] = { false };

    for (int d = 0; d < IMAGING_DIRECTIONS; d++)
        role_of[d] = g->placed ? -1 : d;
    for (int round = 0; g->placed && round < IMAGING_DIRECTIONS; round++) {
        double best = -1.0;
        int best_role = 0, best_direction = 0;

        for (int r = 0; r < IMAGING_DIRECTIONS; r++)
            for (int d = 0; d < IMAGING_DIRECTIONS; d++)
                if (!taken[r] && role_of[d] < 0 && fabs(cosine(g, r, d)) > best) {
                    best = fabs(cosine(g, r, d));
                    best_role = r;
                    best_direction = d;
                }
        taken[best_role] = true;
        role_of[best_direction] = best_role;
    }
}

/* ---- coordinates ---- */

typedef struct coordinates {
    const imaging_axis *axis;
    double sign, begin, unit; /* coordinate = unit · sign · (begin + offset) */
} coordinates;

/* Distance of a sample's centre from that of sample 0. */
static double
offset_of(const imaging_axis *axis, uint64_t k)
{
    if (axis->centres)
        return axis->centres[k] - axis->centres[0];
    return (double)k * (isfinite(axis->step) ? axis->step : 1.0);
}

static coordinates
coordinates_of(const imaging_geometry *g, const imaging_axis *axis, int role, int direction)
{
    coordinates c = { axis, 1.0, isfinite(axis->start) ? axis->start : 0.0, 1.0 };

    if (axis->centres)
        c.begin = axis->centres[0];
    if (!axis->centres && !isfinite(axis->step))
        c.begin = 0.0;
    else if (g->millimetres > 0.0)
        c.unit = g->millimetres;
    if (!g->placed)
        return c;
    c.begin = 0.0;
    for (int i = 0; i < 3; i++)
        c.begin += g->origin[i] * g->directions[role][i];
    c.sign = cosine(g, role, direction) < 0.0 ? -1.0 : 1.0;
    return c;
}

static double
at(const coordinates *c, uint64_t k)
{
    return c->unit * c->sign * (c->begin + offset_of(c->axis, k));
}

/* ---- a direction ---- */

/* The sample that drawn one k stands for. */
static uint64_t
sample_of(const imaging_direction *d, size_t k)
{
    return d->stride * (d->reversed ? d->n - 1 - k : k);
}

bool
imaging_view_place(const imaging_direction *d, uint64_t sample, size_t *drawn)
{
    uint64_t k = sample / d->stride;

    if (sample % d->stride != 0)
        return false;
    *drawn = (size_t)(d->reversed ? d->n - 1 - k : k);
    return true;
}

/* Centres and widths of what is drawn: each sample stands for those that are left out after it. */
static sci_status
draw_irregular(imaging_direction *d, const coordinates *c)
{
    const imaging_axis *axis = c->axis;
    double *widths = NULL;
    sci_status st = sci_alloc(&widths, axis->size, 1, sizeof *widths);

    if (st == SCI_OK)
        st = imaging_axis_thickness(axis, axis->widths ? SLICES_WIDTH : SLICES_CELL, "", widths);
    if (st == SCI_OK)
        st = sci_alloc(&d->centres, d->n, 1, sizeof *d->centres);
    if (st == SCI_OK)
        st = sci_alloc(&d->widths, d->n, 1, sizeof *d->widths);
    for (size_t k = 0; st == SCI_OK && k < d->n; k++) {
        uint64_t first = sample_of(d, k);
        uint64_t last = first + d->stride - 1 < axis->size ? first + d->stride - 1 : axis->size - 1;

        d->centres[k] = 0.5 * (at(c, first) + at(c, last));
        d->widths[k] = 0.0;
        for (uint64_t i = first; i <= last; i++)
            d->widths[k] += c->unit * widths[i];
    }
    sci_free(widths);
    d->drawn.centres = d->centres;
    d->drawn.widths = d->widths;
    return st;
}

static void
name_direction(imaging_direction *d, const imaging_geometry *g, const imaging_axis *axis,
               int direction)
{
    static const char *const ends[IMAGING_DIRECTIONS][2] = { { "L", "R" },
                                                             { "P", "A" },
                                                             { "I", "S" } };
    static const char names[] = "xyz";

    if (!axis->centres && !isfinite(axis->step))
        snprintf(d->unit, sizeof d->unit, "voxels");
    else
        snprintf(d->unit, sizeof d->unit, "%.20s", g->millimetres > 0.0 ? "mm" : g->unit);
    if (g->placed)
        snprintf(d->label, sizeof d->label, "%s \xe2\x86\x90 %c (%s) \xe2\x86\x92 %s",
                 ends[direction][0], names[direction], d->unit, ends[direction][1]);
    else if (d->unit[0] != '\0')
        snprintf(d->label, sizeof d->label, "%c (%s)", names[direction], d->unit);
    else
        snprintf(d->label, sizeof d->label, "%c", names[direction]);
}

static sci_status
make_direction(imaging_direction *d, const imaging_geometry *g, int role, int direction)
{
    const imaging_axis *axis;
    coordinates c;

    *d = (imaging_direction){ .size = 1, .stride = 1, .n = 1, .drawn.step = 1.0 };
    d->axis = imaging_geometry_find(g, roles[role]);
    if (d->axis < 0)
        return SCI_OK;
    axis = &g->axes[d->axis];
    c = coordinates_of(g, axis, role, direction);
    d->size = axis->size;
    d->stride = (axis->size + IMAGING_DRAWN_MOST - 1) / IMAGING_DRAWN_MOST;
    if (axis->size == 0)
        return sci_fail(SCI_ERR_DEGENERATE, "the image is empty: there is nothing to draw");
    d->n = (size_t)((axis->size + d->stride - 1) / d->stride);
    d->reversed = axis->size > 1 && at(&c, axis->size - 1) < at(&c, 0);
    d->cut = axis->size / 2;
    d->cut_at = at(&c, d->cut);
    name_direction(d, g, axis, direction);
    if (axis->centres)
        return draw_irregular(d, &c);
    d->drawn.start = at(&c, sample_of(d, 0));
    if (axis->size > 1)
        d->drawn.step = fabs(at(&c, 1) - at(&c, 0)) * (double)d->stride;
    else
        d->drawn.step = isfinite(axis->step) ? fabs(axis->step) * c.unit : 1.0;
    if (d->drawn.step == 0.0) /* what the file says cannot be drawn */
        d->drawn.step = 1.0;
    return SCI_OK;
}

/* ---- the whole ---- */

static void
fix_others(imaging_view *view, const imaging_geometry *g)
{
    static const char *const names[] = { "sample", "channel", "time" };
    size_t used = 0;

    for (int a = 0; a < g->rank; a++) {
        const imaging_axis *axis = &g->axes[a];

        view->shape[a] = axis->size;
        if (axis->role > IMAGING_TIME || axis->size < 2 || used >= sizeof view->which)
            continue;
        used +=
            (size_t)snprintf(view->which + used, sizeof view->which - used, "%s%s 1 of %" PRIu64,
                             used > 0 ? ", " : "", names[axis->role], axis->size);
    }
}

sci_status
imaging_view_create(imaging_view *out, const imaging_geometry *geometry)
{
    imaging_view view = { .rank = geometry->rank, .placed = geometry->placed };
    int role_of[IMAGING_DIRECTIONS];
    sci_status st = SCI_OK;

    match_roles(geometry, role_of);
    fix_others(&view, geometry);
    for (int d = 0; st == SCI_OK && d < IMAGING_DIRECTIONS; d++) {
        st = make_direction(&view.along[d], geometry, role_of[d], d);
        view.along[d].drawn.label = NULL; /* set when drawn: the view may be moved */
    }
    if (st != SCI_OK) {
        imaging_view_clear(&view);
        return st;
    }
    *out = view;
    return SCI_OK;
}

void
imaging_view_clear(imaging_view *view)
{
    for (int d = 0; d < IMAGING_DIRECTIONS; d++) {
        sci_free(view->along[d].centres);
        sci_free(view->along[d].widths);
        view->along[d].centres = view->along[d].widths = NULL;
    }
}

/* The coordinate of the drawn sample that is nearest. */
static double
drawn_at(const imaging_direction *d, uint64_t sample)
{
    size_t k = (size_t)(sample / d->stride);

    k = d->reversed ? d->n - 1 - k : k;
    if (d->centres)
        return d->centres[k];
    return d->drawn.start + d->drawn.step * (double)k;
}

void
imaging_view_cut(imaging_view *view, const uint64_t cut[IMAGING_DIRECTIONS])
{
    for (int d = 0; d < IMAGING_DIRECTIONS; d++) {
        imaging_direction *along = &view->along[d];

        along->cut = cut[d] < along->size ? cut[d] : along->size - 1;
        along->cut_at = drawn_at(along, along->cut);
    }
}
