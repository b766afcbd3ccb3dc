/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far apart voxels are, from all that a generic dataset says about it. What is said twice must
 * agree. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_formats.h"
#include "h5_statement.h"
#include "h5_units.h"
#include "units.h"

/* Where attributes that mean the same differ in form. */
typedef struct form {
    const char *name;
    const char *unit; /* NULL: of the attributes below */
    bool reversed;    /* x first */
    bool needs_unit;  /* says nothing without a unit of length */
} form;

static const form forms[] = {
    { "spacing", NULL, false, false },         { "voxel_size", NULL, false, false },
    { "element_size_um", "um", false, false }, { "pixdim", NULL, true, false },
    { "resolution", NULL, false, true },
};

static sci_status
refuse_unit(const h5_reading *r, const char *dataset, const h5_units *units, int axis)
{
    const char *text = units->text[axis];

    if (imaging_unit_says_nothing(text))
        return sci_fail(
            SCI_ERR_REFUSED,
            "'%s': attribute '%s' of '%s' gives a unit along other axes, but none along "
            "'%s'; say which with --units",
            r->volume->name, units->name, dataset, r->volume->geometry.axes[axis].name);
    return sci_fail(
        SCI_ERR_REFUSED,
        "'%s': '%s' is no unit of length that is known (attribute '%s'); known are " IMAGING_UNITS
        ", say which with --units",
        r->volume->name, text, units->name);
}

/* Steps that are stated in several units are brought to that of the first one. */
static sci_status
take_units(const h5_reading *r, const char *dataset, const form *f, const h5_units *units,
           h5_statement *s)
{
    const imaging_geometry *g = &r->volume->geometry;
    int first = -1;

    for (int a = 0; a < g->rank; a++) {
        double millimetres = imaging_unit_millimetres(units->text[a]);

        if (!imaging_role_is_spatial(g->axes[a].role) || isnan(s->step[a]))
            continue;
        if (first < 0) {
            first = a;
            s->millimetres = millimetres;
            (void)snprintf(s->unit, sizeof s->unit, "%.31s", millimetres > 0 ? units->text[a] : "");
        }
        if (millimetres > 0 && s->millimetres > 0) {
            s->step[a] *= millimetres / s->millimetres;
        } else if (f->needs_unit) {
            s->millimetres = 0.0;
        } else if (millimetres > 0) { /* the first axis has none */
            return refuse_unit(r, dataset, units, first);
        } else if (s->millimetres > 0 || !imaging_unit_says_nothing(units->text[a])) {
            return refuse_unit(r, dataset, units, a);
        }
    }
    return SCI_OK;
}

/* The unit that goes with a statement: --units rather than what the file says. */
static sci_status
set_unit(const h5_reading *r, const char *dataset, const form *f, h5_statement *s)
{
    const char *wanted = r->c->settings->units, *one = f->unit;
    h5_units units = { .name = "" };
    sci_status st = SCI_OK;

    if (one == NULL && wanted != NULL && !f->needs_unit)
        one = wanted;
    if (one != NULL) {
        s->millimetres = imaging_unit_millimetres(one);
        (void)snprintf(s->unit, sizeof s->unit, "%.31s", s->millimetres > 0 ? one : "");
        return SCI_OK;
    }
    st = h5_units_read(r, dataset, &units);
    return st == SCI_OK ? take_units(r, dataset, f, &units, s) : st;
}

static sci_status
add_in_units(const h5_reading *r, const char *dataset, const form *f, h5_statement *s,
             h5_statement *sum)
{
    sci_status st = set_unit(r, dataset, f, s);

    if (st != SCI_OK || (f->needs_unit && s->millimetres <= 0))
        return st;
    return h5_statement_add(r, sum, s);
}

static sci_status
add_attribute(const h5_reading *r, const char *dataset, const form *f, h5_statement *sum)
{
    h5_statement s;
    h5_units units;
    double *values = NULL;
    uint64_t n = 0;
    char from[80];
    sci_status st = h5_read_numbers(r, dataset, f->name, &n, &values);

    if (st != SCI_OK || n == 0) {
        sci_free(values);
        return f->needs_unit && st == SCI_ERR_REFUSED ? SCI_OK : st;
    }
    (void)snprintf(from, sizeof from, "attribute '%s'", f->name);
    h5_statement_start(&s, from);
    if (f->needs_unit)
        st = h5_units_read(r, dataset, &units);
    if (st == SCI_OK && (!f->needs_unit || h5_units_are_lengths(&units)))
        st = h5_statement_list(r, &s, n, values, f->reversed);
    if (st == SCI_OK)
        st = add_in_units(r, dataset, f, &s, sum);
    sci_free(values);
    return st;
}

static sci_status
add_axistags(const h5_reading *r, const char *dataset, h5_statement *sum)
{
    h5_axistags tags = { 0 };
    h5_statement s;
    sci_status st = h5_axistags_read(r, dataset, &tags);

    if (st != SCI_OK || tags.n == 0)
        return st;
    h5_statement_start(&s, "attribute 'axistags'");
    for (int a = 0; st == SCI_OK && a < tags.n; a++)
        if (imaging_role_is_spatial(r->volume->geometry.axes[a].role))
            st = h5_statement_step(r, &s, a, tags.resolution[a]);
    return st == SCI_OK ? add_in_units(r, dataset, &forms[0], &s, sum) : st;
}

/* Every axis of space for which NaN was written must have got its positions elsewhere. */
static sci_status
check_complete(const h5_reading *r, const h5_statement *sum)
{
    const imaging_geometry *g = &r->volume->geometry;

    for (int a = 0; a < g->rank; a++)
        if (sum->nan_said[a] && isnan(g->axes[a].step) && !g->axes[a].irregular
            && !(g->axes[a].role == IMAGING_Z && r->c->settings->slice_positions != NULL))
            return sci_fail(
                SCI_ERR_REFUSED,
                "'%s': %s is not a number along '%s', and no dimension scale says where "
                "its samples are; give --spacing%s",
                r->volume->name, sum->from, g->axes[a].name,
                g->axes[a].role == IMAGING_Z ? " or --slice-positions" : "");
    return SCI_OK;
}

sci_status
h5_spacing_read(const h5_reading *r, const char *dataset)
{
    imaging_geometry *g = &r->volume->geometry;
    h5_statement sum;
    sci_status st = SCI_OK;

    if (r->c->settings->spacing != NULL) /* it will be replaced, whatever it is */
        return SCI_OK;
    h5_statement_start(&sum, "");
    for (size_t i = 0; st == SCI_OK && i < 4; i++)
        st = add_attribute(r, dataset, &forms[i], &sum);
    if (st == SCI_OK)
        st = add_axistags(r, dataset, &sum);
    if (st == SCI_OK)
        st = h5_scales_add(r, dataset, &sum);
    if (st == SCI_OK)
        st = add_attribute(r, dataset, &forms[4], &sum);
    if (st != SCI_OK)
        return st;
    for (int a = 0; a < g->rank; a++)
        if (!isnan(sum.step[a]) && !g->axes[a].irregular)
            g->axes[a].step = copysign(sum.step[a], sum.falls[a] ? -1.0 : 1.0);
    imaging_geometry_set_unit(g, sum.unit);
    (void)snprintf(g->spacing_from, sizeof g->spacing_from, "%s", sum.from);
    return check_complete(r, &sum);
}
