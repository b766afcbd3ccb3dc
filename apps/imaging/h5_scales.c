/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dimension scales: coordinates of the samples of an axis, and in '<scale>-width' beside it their
 * thickness. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_statement.h"
#include "h5_units.h"
#include "sampling.h"
#include "units.h"

typedef struct scale {
    const h5_reading *r;
    char *path;
    double *centres, *widths; /* widths NULL: there are none */
    char unit[H5_UNIT_TEXT];  /* as written; "" */
    bool lent;                /* it is that of the widths */
    char from[160];           /* "dimension scale '/z'" */
} scale;

static void
scale_clear(scale *s)
{
    sci_free(s->path);
    sci_free(s->centres);
    sci_free(s->widths);
}

/* *out stays NULL if the dataset has another number of elements. */
static sci_status
read_values(const scale *s, const char *path, uint64_t size, double **out)
{
    uint64_t n = 0;
    double *values = NULL;
    sci_status st = sci_h5_file_numbers(s->r->file, path, NULL, &n, &values);

    if (st == SCI_OK && n == size) {
        *out = values;
        return SCI_OK;
    }
    sci_free(values);
    return st;
}

/* Widths in the unit of the coordinates, which have that of the widths if they state none. */
static sci_status
convert_widths(scale *s, const char *path, uint64_t size)
{
    char unit[H5_UNIT_TEXT];
    double own, other;
    sci_status st = s->r->c->settings->units == NULL ? h5_unit_read(s->r, path, unit) : SCI_OK;

    if (st != SCI_OK || s->r->c->settings->units != NULL || imaging_unit_says_nothing(unit))
        return st;
    own = imaging_unit_millimetres(unit);
    if (own <= 0)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s:%s': '%s' is no unit of length that is known; known are " IMAGING_UNITS
                        ", say which with --units",
                        s->r->file_name, path, unit);
    if (imaging_unit_says_nothing(s->unit)) {
        (void)snprintf(s->unit, sizeof s->unit, "%s", unit);
        s->lent = true;
    }
    other = imaging_unit_millimetres(s->unit);
    for (uint64_t i = 0; other > 0 && own != other && i < size; i++)
        s->widths[i] *= own / other;
    return SCI_OK;
}

static sci_status
read_widths(scale *s, uint64_t size)
{
    char *path = NULL;
    bool there = false;
    sci_status st = sci_format(&path, "%s-width", s->path);

    if (st == SCI_OK)
        st = sci_h5_file_has(s->r->file, path, &there);
    if (st == SCI_OK && there)
        st = read_values(s, path, size, &s->widths);
    if (st == SCI_OK && there && s->widths == NULL)
        st = sci_fail(SCI_ERR_REFUSED, "'%s:%s' does not have a width for each of %llu samples",
                      s->r->file_name, path, (unsigned long long)size);
    if (st == SCI_OK && there)
        st = convert_widths(s, path, size);
    sci_free(path);
    return st;
}

static sci_status
read_scale(scale *s, uint64_t size)
{
    sci_status st = read_values(s, s->path, size, &s->centres);

    (void)snprintf(s->from, sizeof s->from, "dimension scale '%.120s'", s->path);
    if (st == SCI_OK && s->centres == NULL)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s': %s does not have a coordinate for each of %llu samples",
                      s->r->volume->name, s->from, (unsigned long long)size);
    if (st == SCI_OK)
        st = h5_unit_read(s->r, s->path, s->unit);
    return st == SCI_OK ? read_widths(s, size) : st;
}

/* Nothing but 0, 1, 2, … without a unit, or all 0 as HDF5 leaves scales that nobody wrote. */
static bool
says_nothing(const scale *s, uint64_t size)
{
    bool indices = s->unit[0] == '\0' && s->widths == NULL, zeros = true;

    for (uint64_t i = 0; i < size; i++) {
        indices = indices && s->centres[i] == (double)i;
        zeros = zeros && s->centres[i] == 0.0;
    }
    return indices || (zeros && size > 1);
}

static sci_status
take_unit(const scale *s, h5_statement *said)
{
    const char *wanted = s->r->c->settings->units, *unit = wanted != NULL ? wanted : s->unit;

    said->millimetres = imaging_unit_millimetres(unit);
    if (said->millimetres <= 0 && wanted == NULL && !imaging_unit_says_nothing(s->unit))
        return sci_fail(
            SCI_ERR_REFUSED,
            "'%s': '%s' is no unit of length that is known (%s); known are " IMAGING_UNITS
            ", say which with --units",
            s->r->volume->name, s->unit, s->from);
    (void)snprintf(said->unit, sizeof said->unit, "%.31s", said->millimetres > 0 ? unit : "");
    return SCI_OK;
}

/* Coordinates without a unit are in that of the spacing, and the widths beside them say another. */
static sci_status
refuse_lent(const scale *s, const imaging_axis *axis, const h5_statement *sum)
{
    return sci_fail(SCI_ERR_REFUSED,
                    "'%s' contradicts itself: along '%s' the unit is '%s' by %s and '%s' by the "
                    "widths '%s-width', and %s has none; say which with --units",
                    s->r->volume->name, axis->name, sum->unit, sum->from, s->unit, s->path,
                    s->from);
}

/* Irregular samples in the unit of `sum`, which has none if it has said nothing yet. */
static sci_status
take_irregular(scale *s, imaging_axis *axis, const h5_statement *said, h5_statement *sum, int a)
{
    char other[64] = "not evenly spaced";
    double factor = 1.0, pitch;

    if (sum->millimetres <= 0) {
        sum->millimetres = said->millimetres;
        memcpy(sum->unit, said->unit, sizeof sum->unit);
    } else if (said->millimetres > 0) {
        factor = said->millimetres / sum->millimetres;
    }
    pitch = fabs(imaging_axis_pitch(axis)) * factor;
    if (!isnan(pitch))
        (void)snprintf(other, sizeof other, "%.9g", pitch);
    if (!isnan(sum->step[a]) && !imaging_agree(pitch, sum->step[a]))
        return sci_fail(
            SCI_ERR_REFUSED,
            "'%s' contradicts itself: along '%s' voxels are %.9g apart by %s, but %s by "
            "%s; say which with --spacing or --slice-positions",
            s->r->volume->name, axis->name, sum->step[a], sum->from, other, s->from);
    for (uint64_t i = 0; i < axis->size; i++) {
        axis->centres[i] *= factor;
        if (axis->widths != NULL)
            axis->widths[i] *= factor;
    }
    axis->start *= factor;
    return SCI_OK;
}

static sci_status
add_axis(scale *s, int a, h5_statement *sum)
{
    imaging_axis *axis = &s->r->volume->geometry.axes[a];
    h5_statement said;
    char where[600];
    double step;
    sci_status st = read_scale(s, axis->size);

    if (st != SCI_OK || says_nothing(s, axis->size))
        return st;
    h5_statement_start(&said, s->from);
    if (imaging_role_is_spatial(axis->role))
        st = take_unit(s, &said);
    (void)snprintf(where, sizeof where, "'%.400s': %s", s->r->volume->name, s->from);
    if (st == SCI_OK && s->lent && sum->millimetres > 0 && sum->millimetres != said.millimetres)
        st = refuse_lent(s, axis, sum);
    if (st == SCI_OK)
        st = imaging_axis_set_samples(axis, s->centres, s->widths, where);
    if (st != SCI_OK || !imaging_role_is_spatial(axis->role))
        return st;
    step = axis->step;
    if (axis->irregular) {
        st = take_irregular(s, axis, &said, sum, a);
        if (st == SCI_OK)
            h5_statement_name(sum, s->from);
        return st;
    }
    axis->step = NAN; /* the sum decides */
    said.falls[a] = step < 0;
    sum->falls[a] = sum->falls[a] || step < 0;
    st = h5_statement_step(s->r, &said, a, fabs(step));
    return st == SCI_OK ? h5_statement_add(s->r, sum, &said) : st;
}

sci_status
h5_scales_add(const h5_reading *r, const char *dataset, h5_statement *sum)
{
    sci_status st = SCI_OK;

    for (int a = 0; st == SCI_OK && a < r->volume->geometry.rank; a++) {
        scale s = { .r = r };

        st = sci_h5_file_scale(r->file, dataset, a, &s.path);
        if (st == SCI_OK
            && (imaging_role_is_spatial(r->volume->geometry.axes[a].role)
                || r->volume->geometry.axes[a].role == IMAGING_TIME))
            st = add_axis(&s, a, sum);
        scale_clear(&s);
        if (st == SCI_ERR_NOTFOUND)
            st = SCI_OK;
    }
    return st;
}
