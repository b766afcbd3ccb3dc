/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5_statement.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sampling.h"
#include "units.h"

void
h5_statement_start(h5_statement *s, const char *from)
{
    *s = (h5_statement){ .millimetres = 0 };
    (void)snprintf(s->from, sizeof s->from, "%s", from);
    for (int a = 0; a < IMAGING_AXES_MOST; a++)
        s->step[a] = NAN;
}

void
h5_statement_name(h5_statement *sum, const char *from)
{
    size_t used = strlen(sum->from);

    (void)snprintf(sum->from + used, sizeof sum->from - used, "%s%s", used > 0 ? ", " : "", from);
}

sci_status
h5_statement_step(const h5_reading *r, h5_statement *s, int axis, double step)
{
    if (!isnan(step) && !(step > 0 && isfinite(step)))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': %s gives %.9g along '%s', and a distance of voxels is above 0; "
                        "give the right one with --spacing",
                        r->volume->name, s->from, step, r->volume->geometry.axes[axis].name);
    s->step[axis] = step;
    return SCI_OK;
}

sci_status
h5_statement_list(const h5_reading *r, h5_statement *s, uint64_t n, const double *values,
                  bool reversed)
{
    const imaging_geometry *g = &r->volume->geometry;
    uint64_t spatial = 0, k = 0;
    sci_status st = SCI_OK;

    for (int a = 0; a < g->rank; a++)
        spatial += imaging_role_is_spatial(g->axes[a].role);
    if (n != spatial && n != (uint64_t)g->rank)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': %s has %llu numbers for %llu axes of space; give the right ones "
                        "with --spacing",
                        r->volume->name, s->from, (unsigned long long)n,
                        (unsigned long long)spatial);
    for (int a = 0; st == SCI_OK && a < g->rank; a++) {
        if (!imaging_role_is_spatial(g->axes[a].role)) {
            k += n != spatial;
            continue;
        }
        st = h5_statement_step(r, s, a, values[reversed ? n - 1 - k : k]);
        s->nan_said[a] = isnan(s->step[a]);
        k++;
    }
    return st;
}

/* The first axis on which both say something that differs, a's numbers being multiplied by
 * `scale`; -1 if there is none. */
static int
find_conflict(const h5_statement *a, const h5_statement *b, double scale)
{
    for (int axis = 0; axis < IMAGING_AXES_MOST; axis++)
        if (!isnan(a->step[axis]) && !isnan(b->step[axis])
            && !imaging_agree(a->step[axis] * scale, b->step[axis]))
            return axis;
    return -1;
}

static bool
speak_of_one_axis(const h5_statement *a, const h5_statement *b)
{
    for (int axis = 0; axis < IMAGING_AXES_MOST; axis++)
        if (!isnan(a->step[axis]) && !isnan(b->step[axis]))
            return true;
    return false;
}

/* The unit (in mm) in which the numbers of `without` agree with `with`; 0 if there is none. */
static double
find_unit(const h5_statement *without, const h5_statement *with)
{
    if (!speak_of_one_axis(without, with))
        return with->millimetres;
    for (const double *unit = imaging_units_usual; *unit > 0; unit++)
        if (find_conflict(without, with, *unit / with->millimetres) < 0)
            return *unit;
    return 0.0;
}

static bool
says_anything(const h5_statement *s)
{
    for (int a = 0; a < IMAGING_AXES_MOST; a++)
        if (!isnan(s->step[a]) || s->nan_said[a])
            return true;
    return false;
}

sci_status
h5_statement_add(const h5_reading *r, h5_statement *sum, const h5_statement *s)
{
    double scale = 1.0; /* from the unit of the sum to that of s */
    int axis;

    bool completes = false;

    if (!says_anything(s))
        return SCI_OK;
    if (sum->from[0] == '\0') {
        *sum = *s;
        return SCI_OK;
    }
    if (sum->millimetres > 0 && s->millimetres > 0)
        scale = sum->millimetres / s->millimetres;
    else if (sum->millimetres > 0)
        scale = sum->millimetres / find_unit(s, sum);
    else if (s->millimetres > 0)
        scale = find_unit(sum, s) / s->millimetres;
    scale = scale > 0 && isfinite(scale) ? scale : 1.0;
    axis = find_conflict(sum, s, scale);
    if (axis >= 0)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' contradicts itself: along '%s' voxels are %.9g %s apart by %s and "
                        "%.9g %s by %s; say which with --spacing",
                        r->volume->name, r->volume->geometry.axes[axis].name, sum->step[axis],
                        sum->unit, sum->from, s->step[axis], s->unit, s->from);
    for (int a = 0; a < IMAGING_AXES_MOST; a++) {
        if (isnan(sum->step[a]) && !isnan(s->step[a])) {
            sum->step[a] = s->step[a] / scale;
            sum->falls[a] = s->falls[a];
            completes = true;
        }
        sum->nan_said[a] |= s->nan_said[a];
    }
    if (completes)
        h5_statement_name(sum, s->from);
    if (sum->millimetres <= 0 && s->millimetres > 0) {
        for (int a = 0; a < IMAGING_AXES_MOST; a++)
            sum->step[a] *= scale;
        sum->millimetres = s->millimetres;
        memcpy(sum->unit, s->unit, sizeof sum->unit);
    }
    return SCI_OK;
}
