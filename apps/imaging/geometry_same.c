/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a mask or label map lies where its image lies. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "sampling.h"

#define TOLERANCE 1e-3 /* voxels */

typedef struct pair {
    const imaging_geometry *a, *b;
    const char *a_name, *b_name;
    double a_scale, b_scale; /* to one unit of length */
} pair;

static sci_status
differ(const pair *p, const char *what, double a, double b)
{
    return sci_fail(SCI_ERR_REFUSED,
                    "'%s' and '%s' are not the same voxels: %s is %.9g in one and %.9g in the "
                    "other",
                    p->a_name, p->b_name, what, a, b);
}

/* NaN: not stated. */
static bool
apart(double a, double b, double voxel)
{
    return fabs(a - b) > TOLERANCE * voxel;
}

static sci_status
compare_lists(const pair *p, const imaging_axis *axis, const double *a, const double *b,
              const char *what)
{
    char text[96];

    for (uint64_t i = 0; a != NULL && b != NULL && i < axis->size; i++) {
        double x = a[i] * p->a_scale, y = b[i] * p->b_scale;
        double near = axis->centres == NULL || axis->size < 2 ? axis->widths[i]
                      : i > 0 ? fabs(axis->centres[i] - axis->centres[i - 1])
                              : fabs(axis->centres[1] - axis->centres[0]);

        if (apart(x, y, near * p->a_scale)) {
            (void)snprintf(text, sizeof text, "the %s of slice %" PRIu64 " along '%s'", what, i,
                           axis->name);
            return differ(p, text, x, y);
        }
    }
    return SCI_OK;
}

static sci_status
compare_axis(const pair *p, imaging_role role)
{
    int at = imaging_geometry_find(p->a, role), other = imaging_geometry_find(p->b, role);
    const imaging_axis *a = at >= 0 ? &p->a->axes[at] : NULL;
    const imaging_axis *b = other >= 0 ? &p->b->axes[other] : NULL;
    uint64_t a_size = a != NULL ? a->size : 1, b_size = b != NULL ? b->size : 1;
    double a_step, b_step;
    char text[96];
    sci_status st;

    if (a_size != b_size)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' has %" PRIu64 " voxels along %s and '%s' has %" PRIu64 "", p->a_name,
                        a_size, imaging_role_name(role), p->b_name, b_size);
    if (a == NULL || b == NULL)
        return SCI_OK;
    if (a->irregular && b->irregular) {
        st = compare_lists(p, a, a->centres, b->centres, "position");
        return st == SCI_OK ? compare_lists(p, a, a->widths, b->widths, "thickness") : st;
    }
    if (a->irregular != b->irregular && !isnan(a->irregular ? b->step : a->step)
        && isnan(imaging_axis_pitch(a->irregular ? a : b)))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' and '%s' are not the same voxels: only one of them is evenly spaced "
                        "along %s",
                        p->a_name, p->b_name, imaging_role_name(role));
    a_step = fabs(imaging_axis_pitch(a)) * p->a_scale;
    b_step = fabs(imaging_axis_pitch(b)) * p->b_scale;
    (void)snprintf(text, sizeof text, "the spacing along %s", imaging_role_name(role));
    if (apart(a_step, b_step, a_step))
        return differ(p, text, a_step, b_step);
    (void)snprintf(text, sizeof text, "the start along %s", imaging_role_name(role));
    if (!a->irregular && !(p->a->placed && p->b->placed)
        && apart(a->start * p->a_scale, b->start * p->b_scale, fabs(a->step) * p->a_scale))
        return differ(p, text, a->start * p->a_scale, b->start * p->b_scale);
    return SCI_OK;
}

/* Of component i, from the frame of the file to RAS. */
static double
towards_ras(const imaging_geometry *g, int i)
{
    return g->lps && i < 2 ? -1.0 : 1.0;
}

/* 1, or -1 where samples run against the direction. */
static double
way(const imaging_geometry *g, imaging_role role)
{
    int at = imaging_geometry_find(g, role);

    return at >= 0 && g->axes[at].step < 0 ? -1.0 : 1.0;
}

/* The smallest distance of voxels. */
static double
smallest(const imaging_geometry *g)
{
    double least = HUGE_VAL;

    for (int a = 0; a < g->rank; a++)
        if (imaging_role_is_spatial(g->axes[a].role) && fabs(g->axes[a].step) < least)
            least = fabs(g->axes[a].step);
    return least;
}

static sci_status
compare_frames(const pair *p)
{
    static const imaging_role roles[] = { IMAGING_X, IMAGING_Y, IMAGING_Z };
    char text[96];

    for (int i = 0; i < 3; i++) {
        if (imaging_geometry_find(p->a, roles[i]) < 0)
            continue;
        for (int k = 0; k < 3; k++) {
            double a = p->a->directions[i][k] * towards_ras(p->a, k) * way(p->a, roles[i]);
            double b = p->b->directions[i][k] * towards_ras(p->b, k) * way(p->b, roles[i]);

            (void)snprintf(text, sizeof text, "the direction of axis %s",
                           imaging_role_name(roles[i]));
            if (fabs(a - b) > TOLERANCE)
                return differ(p, text, a, b);
        }
    }
    for (int k = 0; k < 3; k++) {
        double a = p->a->origin[k] * p->a_scale * towards_ras(p->a, k);
        double b = p->b->origin[k] * p->b_scale * towards_ras(p->b, k);

        (void)snprintf(text, sizeof text, "the origin along world axis %d", k);
        if (apart(a, b, smallest(p->a) * p->a_scale))
            return differ(p, text, a, b);
    }
    return SCI_OK;
}

sci_status
imaging_geometry_same(const imaging_geometry *image, const char *image_name,
                      const imaging_geometry *other, const char *other_name)
{
    /* Without a unit it is taken to be that of the other file: many writers leave it out. */
    double a = image->millimetres > 0 ? image->millimetres : other->millimetres;
    double b = other->millimetres > 0 ? other->millimetres : image->millimetres;
    pair p = { image, other, image_name, other_name, a > 0 ? a : 1.0, b > 0 ? b : 1.0 };
    sci_status st = SCI_OK;

    for (int role = IMAGING_Z; st == SCI_OK && role <= IMAGING_X; role++)
        st = compare_axis(&p, (imaging_role)role);
    if (st == SCI_OK && image->placed && other->placed)
        st = compare_frames(&p);
    return st;
}
