/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the samples of a MINC image are. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_minc.h"
#include "h5_units.h"
#include "sampling.h"
#include "units.h"

/* One dimension while it is read. */
typedef struct dimension {
    const h5_reading *r;
    imaging_axis *axis;
    char path[96];         /* of its variable */
    char widths_path[128]; /* of its widths, where there are some */
    bool there;            /* vector_dimension has none */
    double *centres;       /* the variable, where it has a value for every sample; else NULL */
    double *widths;
    double millimetres; /* of its unit; 0 */
} dimension;

static sci_status
contradicts(const dimension *d, const char *what)
{
    return sci_fail(SCI_ERR_REFUSED, "'%s' contradicts itself: dimension '%s' %s",
                    d->r->volume->name, d->axis->name, what);
}

/* ---- names ---- */

static sci_status
read_names(const h5_reading *r)
{
    imaging_geometry *g = &r->volume->geometry;
    const char *names[IMAGING_AXES_MOST];
    char *order = NULL, *rest = NULL;
    int n = 0;
    sci_status st = h5_read_text(r, MINC_IMAGE, "dimorder", &order);

    if (st != SCI_OK)
        return st;
    /* There may be more names than axes. */
    for (char *name = order != NULL ? strtok_r(order, ",", &rest) : NULL;
         name != NULL && n < g->rank; name = strtok_r(NULL, ",", &rest))
        names[n++] = name;
    if (!h5_roles_from_names(g, n, names))
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s': its attribute 'dimorder' does not name the %d axes of the image",
                      r->volume->name, g->rank);
    sci_free(order);
    return st;
}

/* ---- what a variable holds ---- */

/* The numbers of a dataset if it has one for every sample, else NULL. */
static sci_status
read_vector(const dimension *d, const char *path, double **out)
{
    uint64_t n = 0;
    double *values = NULL;
    bool there = false;
    sci_status st = sci_h5_file_has(d->r->file, path, &there);

    if (st == SCI_OK && there)
        st = sci_h5_file_numbers(d->r->file, path, NULL, &n, &values);
    if (st == SCI_OK && values != NULL && n == d->axis->size) {
        *out = values;
        return SCI_OK;
    }
    sci_free(values);
    return st;
}

/* A number; *out stays where it is not stated. */
static sci_status
read_stated(const dimension *d, const char *name, bool *stated, double *out)
{
    double *values = NULL;
    uint64_t n = 0;
    sci_status st = SCI_OK;

    if (d->there)
        st = h5_read_numbers(d->r, d->path, name, &n, &values);
    *stated = st == SCI_OK && n > 0;
    if (*stated)
        *out = values[0];
    sci_free(values);
    return st;
}

/* `without` where it is not stated. */
static sci_status
read_number(const dimension *d, const char *name, double without, double *out)
{
    bool stated;

    *out = without;
    return read_stated(d, name, &stated, out);
}

static sci_status
check_length(const dimension *d)
{
    double length;
    sci_status st = read_number(d, "length", (double)d->axis->size, &length);

    if (st == SCI_OK && length != (double)d->axis->size)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' contradicts itself: dimension '%s' has length %.9g, but the image has "
                      "%" PRIu64 " samples along it",
                      d->r->volume->name, d->axis->name, length, d->axis->size);
    return st;
}

/* Tools write the widths beside the variable or, as mincconvert does, into the group 'info'. */
static sci_status
read_vectors(dimension *d)
{
    sci_status st = read_vector(d, d->path, &d->centres);

    (void)snprintf(d->widths_path, sizeof d->widths_path, "%s-width", d->path);
    if (st == SCI_OK)
        st = read_vector(d, d->widths_path, &d->widths);
    if (st != SCI_OK || d->widths != NULL)
        return st;
    (void)snprintf(d->widths_path, sizeof d->widths_path, "/minc-2.0/info/%s-width", d->axis->name);
    return read_vector(d, d->widths_path, &d->widths);
}

static sci_status
read_unit(dimension *d)
{
    const imaging_settings *s = d->r->c->settings;
    char *text = NULL;
    sci_status st = SCI_OK;

    if (d->there)
        st = h5_read_text(d->r, d->path, "units", &text);
    if (st == SCI_OK && (text == NULL || imaging_unit_says_nothing(text))) {
        d->millimetres = 1.0; /* as all tools of MINC take it */
    } else if (st == SCI_OK) {
        d->millimetres = imaging_unit_millimetres(text);
        if (d->millimetres <= 0 && s->units == NULL && s->spacing == NULL)
            st = sci_fail(SCI_ERR_REFUSED,
                          "'%s': '%s' is no unit of length that is known (dimension '%s'); known "
                          "are " IMAGING_UNITS ", say which with --units",
                          d->r->volume->name, text, d->axis->name);
    }
    sci_free(text);
    return st;
}

/* Widths in the unit of the dimension, which is mm where neither states one. */
static sci_status
convert_widths(dimension *d)
{
    const imaging_settings *s = d->r->c->settings;
    char unit[H5_UNIT_TEXT];
    double own;
    sci_status st;

    if (d->widths == NULL || s->units != NULL || s->spacing != NULL)
        return SCI_OK;
    st = h5_unit_read(d->r, d->widths_path, unit);
    if (st != SCI_OK || imaging_unit_says_nothing(unit))
        return st;
    own = imaging_unit_millimetres(unit);
    if (own <= 0)
        return sci_fail(
            SCI_ERR_REFUSED,
            "'%s': '%s' is no unit of length that is known ('%s'); known are " IMAGING_UNITS
            ", say which with --units",
            d->r->volume->name, unit, d->widths_path);
    for (uint64_t i = 0; own != d->millimetres && i < d->axis->size; i++)
        d->widths[i] *= own / d->millimetres;
    return SCI_OK;
}

/* ---- sampling ---- */

static sci_status
set_irregular(dimension *d)
{
    char from[600];
    const imaging_settings *s = d->r->c->settings;

    if (s->spacing != NULL)
        return SCI_OK;
    if (d->axis->role == IMAGING_Z && s->slice_positions != NULL) {
        d->axis->widths = d->widths; /* for the positions that will come */
        d->widths = NULL;
        return SCI_OK;
    }
    if (d->centres == NULL)
        return contradicts(d, "is irregular, but has no position for every sample; give "
                              "--slice-positions");
    (void)snprintf(from, sizeof from, "'%.480s': dimension '%s'", d->r->volume->name,
                   d->axis->name);
    return imaging_axis_set_samples(d->axis, d->centres, d->widths, from);
}

/* A regular dimension may carry positions all the same; those that HDF5 made of nothing are 0. */
static bool
positions_disagree(const dimension *d, double start, double step)
{
    bool written = false, disagree = false;

    for (uint64_t i = 0; d->centres != NULL && i < d->axis->size; i++) {
        written = written || d->centres[i] != 0.0;
        disagree = disagree
                   || !(fabs(d->centres[i] - (start + step * (double)i))
                        <= IMAGING_AGREE * fabs(step) * (double)(i + 1));
    }
    return written && disagree;
}

/* *step becomes NaN where nothing hangs on it. */
static sci_status
check_positions(const dimension *d, double start, double *step)
{
    double stated = *step;

    if (isnan(stated) || !positions_disagree(d, start, stated))
        return SCI_OK;
    if (imaging_role_is_spatial(d->axis->role))
        return d->r->c->settings->spacing != NULL
                   ? SCI_OK
                   : contradicts(d, "is regular, but its positions are not those of its step; say "
                                    "which with --spacing");
    *step = (double)NAN;
    return imaging_geometry_warn(&d->r->volume->geometry,
                                 "dimension '%s' says that it is regular with step %.9g, but holds "
                                 "positions from %.9g to %.9g; neither is used",
                                 d->axis->name, stated, d->centres[0],
                                 d->centres[d->axis->size - 1]);
}

/* Half a step, by which the first sample's centre lies after its start. */
static sci_status
read_alignment(const dimension *d, double step, double *out)
{
    char *text = NULL;
    sci_status st = d->there ? h5_read_text(d->r, d->path, "alignment", &text) : SCI_OK;

    *out = 0.0;
    if (st == SCI_OK && text != NULL && imaging_role_is_spatial(d->axis->role))
        *out = strncmp(text, "start", 5) == 0 ? step / 2
               : strncmp(text, "end", 3) == 0 ? -step / 2
                                              : 0.0;
    sci_free(text);
    return st;
}

/* Widths of a regular dimension that are not its step make it one whose slices leave gaps. */
static sci_status
compare_widths(dimension *d, double step)
{
    const imaging_settings *s = d->r->c->settings;
    double *centres = NULL;
    char from[600];
    sci_status st;

    if (s->spacing != NULL)
        return SCI_OK;
    st = sci_alloc(&centres, d->axis->size, 1, sizeof *centres);
    for (uint64_t i = 0; st == SCI_OK && i < d->axis->size; i++)
        centres[i] = d->axis->start + step * (double)i;
    (void)snprintf(from, sizeof from, "'%.400s': widths '%s'", d->r->volume->name, d->widths_path);
    if (st == SCI_OK)
        st = imaging_axis_set_samples(d->axis, centres, d->widths, from);
    if (st == SCI_OK && !d->axis->irregular)
        d->axis->step = step; /* without the error of a mean */
    sci_free(centres);
    return st;
}

static sci_status
set_regular(dimension *d)
{
    bool spatial = imaging_role_is_spatial(d->axis->role), stated = false;
    double start = 0, step = (double)NAN, shift = 0;
    sci_status st = read_number(d, "start", 0.0, &start);

    if (st == SCI_OK)
        st = read_stated(d, "step", &stated, &step);
    if (st == SCI_OK && !stated && spatial) {
        step = 1.0; /* MINC's default */
        st = imaging_geometry_warn(&d->r->volume->geometry,
                                   "dimension '%s' has no step; 1 was taken, as MINC does",
                                   d->axis->name);
    }
    if (st == SCI_OK && spatial && (step == 0 || !isfinite(step) || !isfinite(start)))
        return d->r->c->settings->spacing != NULL
                   ? SCI_OK
                   : sci_fail(SCI_ERR_REFUSED,
                              "'%s': dimension '%s' has start %.9g and step %.9g, where no sample "
                              "can be; give the right step with --spacing",
                              d->r->volume->name, d->axis->name, start, step);
    if (st == SCI_OK)
        st = check_positions(d, start, &step);
    if (st == SCI_OK)
        st = read_alignment(d, step, &shift);
    imaging_axis_set_step(d->axis, step);
    d->axis->start = start + shift;
    return st == SCI_OK && spatial && d->widths != NULL ? compare_widths(d, step) : st;
}

static sci_status
set_sampling(dimension *d)
{
    char *spacing = NULL;
    sci_status st = d->there ? h5_read_text(d->r, d->path, "spacing", &spacing) : SCI_OK;

    if (st == SCI_OK && spacing != NULL && strncmp(spacing, "irregular", 9) == 0) {
        st = set_irregular(d);
    } else if (st == SCI_OK) {
        if (spacing != NULL && strncmp(spacing, "regular", 7) != 0)
            st = imaging_geometry_warn(
                &d->r->volume->geometry,
                "dimension '%s' has spacing '%.32s', which is neither regular "
                "nor irregular; regular was taken",
                d->axis->name, spacing);
        if (st == SCI_OK)
            st = set_regular(d);
    }
    sci_free(spacing);
    return st;
}

/* ---- the frame ---- */

static sci_status
read_direction(const dimension *d)
{
    imaging_geometry *g = &d->r->volume->geometry;
    double *direction = g->directions[IMAGING_X - d->axis->role], *values = NULL, length = 0;
    uint64_t n = 0;
    sci_status st = SCI_OK;

    direction[IMAGING_X - d->axis->role] = 1.0;
    if (d->there)
        st = h5_read_numbers(d->r, d->path, "direction_cosines", &n, &values);
    if (st == SCI_OK && n == 3)
        length = sqrt(values[0] * values[0] + values[1] * values[1] + values[2] * values[2]);
    if (length > 0 && isfinite(length))
        for (int k = 0; k < 3; k++)
            direction[k] = values[k] / length;
    else if (st == SCI_OK && n > 0)
        st = imaging_geometry_warn(g, "dimension '%s' has direction cosines that are none",
                                   d->axis->name);
    sci_free(values);
    return st;
}

static sci_status
read_dimension(const h5_reading *r, imaging_axis *axis, double *millimetres)
{
    dimension d = { .r = r, .axis = axis, .millimetres = 1.0 };
    bool spatial = imaging_role_is_spatial(axis->role);
    sci_status st;

    (void)snprintf(d.path, sizeof d.path, MINC_DIMENSIONS "/%s", axis->name);
    st = sci_h5_file_has(r->file, d.path, &d.there);
    if (st == SCI_OK)
        st = check_length(&d);
    if (st == SCI_OK && axis->role != IMAGING_CHANNEL)
        st = read_vectors(&d);
    if (st == SCI_OK && spatial)
        st = read_unit(&d);
    if (st == SCI_OK && spatial)
        st = convert_widths(&d);
    if (st == SCI_OK && axis->role != IMAGING_CHANNEL)
        st = set_sampling(&d);
    if (st == SCI_OK && spatial)
        st = read_direction(&d);
    *millimetres = d.millimetres;
    sci_free(d.centres);
    sci_free(d.widths);
    return st;
}

/* Bring an axis to the unit of the geometry. */
static void
scale_axis(imaging_axis *axis, double factor)
{
    axis->step *= factor;
    axis->start *= factor;
    for (uint64_t i = 0; i < axis->size && axis->centres != NULL; i++)
        axis->centres[i] *= factor;
    for (uint64_t i = 0; i < axis->size && axis->widths != NULL; i++)
        axis->widths[i] *= factor;
}

static void
find_origin(imaging_geometry *g)
{
    int spatial = 0;

    for (int a = 0; a < g->rank; a++) {
        const imaging_axis *axis = &g->axes[a];

        if (!imaging_role_is_spatial(axis->role))
            continue;
        spatial++;
        for (int k = 0; k < 3; k++)
            g->origin[k] += axis->start * g->directions[IMAGING_X - axis->role][k];
    }
    g->placed = spatial == 3;
    for (int k = 0; k < 3; k++)
        g->placed = g->placed && isfinite(g->origin[k]);
}

sci_status
h5_minc_dimensions(const h5_reading *r)
{
    imaging_geometry *g = &r->volume->geometry;
    sci_status st = read_names(r);

    imaging_geometry_set_unit(g, "mm");
    for (int a = 0; st == SCI_OK && a < g->rank; a++) {
        double millimetres;

        st = read_dimension(r, &g->axes[a], &millimetres);
        if (st == SCI_OK && imaging_role_is_spatial(g->axes[a].role) && millimetres > 0
            && millimetres != 1.0)
            scale_axis(&g->axes[a], millimetres);
    }
    if (st != SCI_OK)
        return st;
    (void)snprintf(g->spacing_from, sizeof g->spacing_from, "dimensions of MINC");
    find_origin(g);
    return SCI_OK;
}
