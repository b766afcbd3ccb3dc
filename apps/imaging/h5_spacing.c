/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far apart voxels are, from all that a generic dataset says about it. What is said twice must
 * agree. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_formats.h"
#include "h5_statement.h"
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
read_unit(const h5_reading *r, const char *dataset, char out[64], const char **name)
{
    static const char *const names[] = { "voxel_unit", "units", "unit" };
    sci_status st = SCI_OK;

    out[0] = '\0';
    *name = "";
    for (size_t i = 0; st == SCI_OK && out[0] == '\0' && i < sizeof names / sizeof *names; i++) {
        char *text = NULL;

        st = h5_read_text(r, dataset, names[i], &text);
        if (st == SCI_OK && text != NULL) {
            (void)snprintf(out, 64, "%.60s", text);
            *name = names[i];
        }
        sci_free(text);
    }
    return st;
}

/* The unit that goes with a statement: --units rather than what the file says. */
static sci_status
set_unit(const h5_reading *r, const char *dataset, const form *f, h5_statement *s)
{
    const char *wanted = r->c->settings->units, *name = "";
    char unit[64];
    sci_status st = SCI_OK;

    if (f->unit != NULL)
        (void)snprintf(unit, sizeof unit, "%s", f->unit);
    else if (wanted != NULL && !f->needs_unit)
        (void)snprintf(unit, sizeof unit, "%.60s", wanted);
    else
        st = read_unit(r, dataset, unit, &name);
    if (st != SCI_OK)
        return st;
    s->millimetres = imaging_unit_millimetres(unit);
    if (s->millimetres <= 0 && wanted == NULL && !f->needs_unit && !imaging_unit_says_nothing(unit))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': '%s' is no unit of length that is known (attribute '%s'); known "
                        "are " IMAGING_UNITS ", say which with --units",
                        r->volume->name, unit, name);
    (void)snprintf(s->unit, sizeof s->unit, "%.31s", s->millimetres > 0 ? unit : "");
    return SCI_OK;
}

static sci_status
add_attribute(const h5_reading *r, const char *dataset, const form *f, h5_statement *sum)
{
    h5_statement s;
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
    st = set_unit(r, dataset, f, &s);
    if (st == SCI_OK && !(f->needs_unit && s.millimetres <= 0)) {
        st = h5_statement_list(r, &s, n, values, f->reversed);
        if (st == SCI_OK)
            st = h5_statement_add(r, sum, &s);
    }
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
    st = set_unit(r, dataset, &forms[0], &s);
    for (int a = 0; st == SCI_OK && a < tags.n; a++)
        if (imaging_role_is_spatial(r->volume->geometry.axes[a].role))
            st = h5_statement_step(r, &s, a, tags.resolution[a]);
    return st == SCI_OK ? h5_statement_add(r, sum, &s) : st;
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
