/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "geometry.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

const char *
imaging_role_name(imaging_role role)
{
    static const char *const names[] = { "sample", "channel", "time", "z", "y", "x" };

    return names[role];
}

bool
imaging_role_is_spatial(imaging_role role)
{
    return role >= IMAGING_Z;
}

void
imaging_geometry_clear(imaging_geometry *geometry)
{
    for (int a = 0; a < geometry->rank; a++) {
        sci_free(geometry->axes[a].centres);
        sci_free(geometry->axes[a].widths);
    }
    for (size_t i = 0; i < geometry->n_warnings; i++)
        sci_free(geometry->warnings[i]);
    sci_free(geometry->warnings);
    *geometry = (imaging_geometry){ 0 };
}

static sci_status
copy_reals(double **out, const double *from, uint64_t n)
{
    sci_status st;

    *out = NULL;
    if (from == NULL)
        return SCI_OK;
    st = sci_alloc(out, n, 1, sizeof **out);
    if (st == SCI_OK)
        memcpy(*out, from, n * sizeof *from);
    return st;
}

sci_status
imaging_geometry_copy(imaging_geometry *out, const imaging_geometry *from)
{
    imaging_geometry copy = *from;
    sci_status st = SCI_OK;

    copy.n_warnings = 0;
    copy.warnings = NULL;
    for (int a = 0; a < copy.rank; a++)
        copy.axes[a].centres = copy.axes[a].widths = NULL;
    for (int a = 0; st == SCI_OK && a < copy.rank; a++) {
        const imaging_axis *axis = &from->axes[a];

        st = copy_reals(&copy.axes[a].centres, axis->centres, axis->size);
        if (st == SCI_OK)
            st = copy_reals(&copy.axes[a].widths, axis->widths, axis->size);
    }
    for (size_t i = 0; st == SCI_OK && i < from->n_warnings; i++)
        st = imaging_geometry_warn(&copy, "%s", from->warnings[i]);
    if (st != SCI_OK) {
        imaging_geometry_clear(&copy);
        return st;
    }
    *out = copy;
    return SCI_OK;
}

sci_status
imaging_geometry_warn(imaging_geometry *geometry, const char *format, ...)
{
    char text[512];
    char **warnings = NULL;
    sci_status st;
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    st = sci_alloc(&warnings, geometry->n_warnings + 1, 1, sizeof *warnings);
    if (st != SCI_OK)
        return st;
    st = sci_strdup(&warnings[geometry->n_warnings], text);
    if (st != SCI_OK) {
        sci_free(warnings);
        return st;
    }
    if (geometry->n_warnings > 0)
        memcpy(warnings, geometry->warnings, geometry->n_warnings * sizeof *warnings);
    sci_free(geometry->warnings);
    geometry->warnings = warnings;
    geometry->n_warnings++;
    return SCI_OK;
}

int
imaging_geometry_find(const imaging_geometry *geometry, imaging_role role)
{
    for (int a = 0; a < geometry->rank; a++)
        if (geometry->axes[a].role == role)
            return a;
    return -1;
}

bool
imaging_geometry_is_regular(const imaging_geometry *geometry)
{
    for (int a = 0; a < geometry->rank; a++)
        if (imaging_role_is_spatial(geometry->axes[a].role) && geometry->axes[a].irregular)
            return false;
    return true;
}

const char *
imaging_geometry_measure(const imaging_geometry *geometry)
{
    int spatial = 0;

    for (int a = 0; a < geometry->rank; a++)
        spatial += imaging_role_is_spatial(geometry->axes[a].role);
    return spatial == 2 ? "mm2" : "mm3";
}

double
imaging_geometry_voxel_mm3(const imaging_geometry *geometry)
{
    double volume = 1.0;

    if (!(geometry->millimetres > 0) || !imaging_geometry_is_regular(geometry))
        return NAN;
    for (int a = 0; a < geometry->rank; a++)
        if (imaging_role_is_spatial(geometry->axes[a].role))
            volume *= fabs(geometry->axes[a].step) * geometry->millimetres;
    return volume;
}
