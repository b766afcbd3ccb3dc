/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overrides.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/csv.h>
#include <sci/memory.h>

#include "cli/number.h"

#include "sampling.h"
#include "units.h"

#define MOST 3

/* "2.5,1,1"; returns how many there are, 0 if the text is no such list. */
static int
parse_spacing(const char *text, double out[MOST])
{
    char one[64];
    int n = 0;

    for (const char *at = text; n < MOST; at++) {
        size_t bytes = strcspn(at, ",");

        if (bytes >= sizeof one)
            return 0;
        memcpy(one, at, bytes);
        one[bytes] = '\0';
        if (!cli_parse_real(one, &out[n]) || !(out[n] > 0))
            return 0;
        n++;
        at += bytes;
        if (*at == '\0')
            return n;
    }
    return 0;
}

/* The axes of space in the order z, y, x. */
static int
spatial_axes(imaging_geometry *g, imaging_axis *out[MOST])
{
    int n = 0;

    for (int role = IMAGING_Z; role <= IMAGING_X; role++) {
        int at = imaging_geometry_find(g, (imaging_role)role);

        if (at >= 0)
            out[n++] = &g->axes[at];
    }
    return n;
}

static sci_status
override_spacing(imaging_geometry *g, const char *text, const char *file)
{
    imaging_axis *axes[MOST];
    double steps[MOST];
    int given = parse_spacing(text, steps), n = spatial_axes(g, axes);

    if (given == 0)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--spacing '%s' is no list of positive numbers, as 2.5,1,1", text);
    if (given != n)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--spacing '%s' has %d numbers, but '%s' has %d axes of space", text, given,
                        file, n);
    for (int i = 0; i < n; i++)
        imaging_axis_set_step(axes[i], axes[i]->step < 0 ? -steps[i] : steps[i]);
    (void)snprintf(g->spacing_from, sizeof g->spacing_from, "--spacing");
    return SCI_OK;
}

static sci_status
override_positions(imaging_geometry *g, const imaging_settings *s, const char *file)
{
    int at = imaging_geometry_find(g, IMAGING_Z);
    double *centres = NULL, *widths = NULL;
    char from[600];
    size_t used = strlen(g->spacing_from);
    sci_status st;

    if (at < 0)
        return sci_fail(SCI_ERR_REFUSED, "'%s' has no axis z that --slice-positions could be for",
                        file);
    st = sci_csv_numbers(&centres, s->slice_positions, g->axes[at].size);
    if (st != SCI_OK)
        return st;
    /* With --units the numbers are in the geometry's unit already. */
    for (uint64_t i = 0; s->units == NULL && g->millimetres > 0 && i < g->axes[at].size; i++)
        centres[i] /= g->millimetres;
    (void)snprintf(from, sizeof from, "'%.500s'", s->slice_positions);
    widths = g->axes[at].widths;
    g->axes[at].widths = NULL;
    st = imaging_axis_set_samples(&g->axes[at], centres, widths, from);
    if (st == SCI_OK && widths != NULL)
        st = imaging_geometry_warn(g,
                                   "the positions of slices are those of --slice-positions, their "
                                   "widths those of the file");
    sci_free(centres);
    sci_free(widths);
    (void)snprintf(g->spacing_from + used, sizeof g->spacing_from - used, "%s--slice-positions",
                   used > 0 ? ", " : "");
    return st;
}

sci_status
imaging_override(imaging_geometry *geometry, const imaging_settings *s, const char *file)
{
    sci_status st = SCI_OK;

    if (s->units != NULL && imaging_unit_millimetres(s->units) <= 0)
        return sci_fail(SCI_ERR_ARGUMENT, "--units '%s' is no unit of length; use " IMAGING_UNITS,
                        s->units);
    if (s->spacing != NULL)
        st = override_spacing(geometry, s->spacing, file);
    if (st == SCI_OK && (s->units != NULL || s->spacing != NULL))
        imaging_geometry_set_unit(geometry, s->units != NULL ? s->units : "mm");
    if (st == SCI_OK && s->slice_positions != NULL)
        st = override_positions(geometry, s, file);
    return st;
}
