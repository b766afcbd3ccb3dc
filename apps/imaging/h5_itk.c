/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of ITK's HDF5ImageIO. Its lists go x, y, z; its voxels lie z, y, x, with the components of
 * vectors last. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_formats.h"
#include "units.h"

#define AXES_MOST 4

typedef struct reading {
    const h5_reading *r;
    const char *group; /* "/ITKImage/0" */
} reading;

/* The only image of the file. */
static sci_status
find_group(const h5_reading *r, char **out)
{
    sci_texts names = { 0 };
    sci_status st = sci_h5_file_members(r->file, "/ITKImage", &names);

    if (st == SCI_OK && names.n == 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is a file of ITK without an image", r->file_name);
    else if (st == SCI_OK && names.n > 1)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' has %" PRIu64 " images; say which, as --dataset /ITKImage/%s/VoxelData",
                      r->file_name, names.n, names.items[0]);
    else if (st == SCI_OK)
        st = sci_format(out, "/ITKImage/%s", names.items[0]);
    sci_texts_clear(&names);
    return st;
}

/* A list of exactly n numbers. */
static sci_status
read_list(const reading *p, const char *name, uint64_t n, double *out)
{
    char path[300];
    double *values = NULL;
    uint64_t found = 0;
    sci_status st;

    (void)snprintf(path, sizeof path, "%s/%s", p->group, name);
    st = sci_h5_file_numbers(p->r->file, path, NULL, &found, &values);
    if (st == SCI_OK && found != n)
        st = sci_fail(SCI_ERR_REFUSED, "'%s:%s' has %" PRIu64 " numbers instead of %" PRIu64,
                      p->r->file_name, path, found, n);
    if (st == SCI_OK)
        memcpy(out, values, n * sizeof *out);
    sci_free(values);
    return st;
}

static sci_status
count_axes(const reading *p, int *out)
{
    char path[300];
    sci_h5_object object;
    sci_status st;

    (void)snprintf(path, sizeof path, "%s/Dimension", p->group);
    st = sci_h5_file_object(p->r->file, path, &object);
    if (st == SCI_OK
        && (object.kind != SCI_H5_DATASET || object.rank != 1 || object.shape[0] < 2
            || object.shape[0] > AXES_MOST))
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no list of the sizes of 2 to %d axes",
                      p->r->file_name, path, AXES_MOST);
    if (st == SCI_OK)
        *out = (int)object.shape[0];
    return st;
}

static sci_status
set_roles(const reading *p, int n)
{
    static const char *const names[] = { "time", "z", "y", "x", "component" };
    imaging_geometry *g = &p->r->volume->geometry;
    double sizes[AXES_MOST];
    sci_status st = read_list(p, "Dimension", (uint64_t)n, sizes);

    if (st != SCI_OK)
        return st;
    if (g->rank != n && g->rank != n + 1)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' contradicts itself: its voxels have %d axes, its list Dimension %d",
                        p->r->volume->name, g->rank, n);
    for (int i = 0; i < n; i++)
        if (sizes[i] != (double)g->axes[n - 1 - i].size)
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s' contradicts itself: Dimension gives %.9g voxels along %s, but "
                            "there are %" PRIu64,
                            p->r->volume->name, sizes[i], names[AXES_MOST - 1 - i],
                            g->axes[n - 1 - i].size);
    if (!h5_roles_from_names(g, g->rank, names + AXES_MOST - n))
        return sci_fail(SCI_ERR_FORMAT, "'%s': axes without a meaning", p->r->volume->name);
    return SCI_OK;
}

static sci_status
set_steps(const reading *p, int n)
{
    imaging_geometry *g = &p->r->volume->geometry;
    bool replaced = p->r->c->settings->spacing != NULL;
    double spacing[AXES_MOST], origin[AXES_MOST];
    sci_status st = read_list(p, "Spacing", (uint64_t)n, spacing);

    if (st == SCI_OK)
        st = read_list(p, "Origin", (uint64_t)n, origin);
    for (int i = 0; st == SCI_OK && i < n; i++) {
        imaging_axis *axis = &g->axes[n - 1 - i];

        if (!(spacing[i] > 0 && isfinite(spacing[i])) && !replaced)
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s': Spacing is %.9g along %s, and a distance of voxels is above 0; "
                            "give the right one with --spacing",
                            p->r->volume->name, spacing[i], axis->name);
        axis->step = spacing[i];
        if (i < 3)
            g->origin[i] = origin[i];
    }
    imaging_geometry_set_unit(g, "mm");
    (void)snprintf(g->spacing_from, sizeof g->spacing_from, "Spacing of ITK, in mm as ITK has it");
    return st;
}

/* Row i of the file is the direction of axis i. */
static sci_status
set_directions(const reading *p, int n)
{
    imaging_geometry *g = &p->r->volume->geometry;
    double rows[AXES_MOST * AXES_MOST];
    sci_status st = read_list(p, "Directions", (uint64_t)n * (uint64_t)n, rows);

    if (st != SCI_OK || n < 3)
        return st;
    g->placed = g->lps = true;
    for (int i = 0; i < 3; i++) {
        double length = 0;

        for (int k = 0; k < 3; k++)
            length += rows[i * n + k] * rows[i * n + k];
        length = sqrt(length);
        g->placed = g->placed && length > 0 && isfinite(length) && isfinite(g->origin[i]);
        for (int k = 0; k < 3; k++)
            g->directions[i][k] = rows[i * n + k] / length;
    }
    if (!g->placed)
        return imaging_geometry_warn(g, "Directions and Origin are no frame; they were not used");
    return SCI_OK;
}

static sci_status
open_group(const reading *p)
{
    char path[300];
    int n = 0;
    sci_status st;

    (void)snprintf(path, sizeof path, "%s/VoxelData", p->group);
    st = h5_take_dataset(p->r, path);
    if (st == SCI_OK)
        st = count_axes(p, &n);
    if (st == SCI_OK)
        st = set_roles(p, n);
    if (st == SCI_OK)
        st = set_steps(p, n);
    return st == SCI_OK ? set_directions(p, n) : st;
}

sci_status
h5_itk_open(const h5_reading *r, const char *dataset)
{
    reading p = { r, NULL };
    char *group = NULL;
    sci_status st;

    r->volume->format = IMAGING_ITK;
    if (dataset != NULL)
        st = sci_format(&group, "%.*s", (int)(strlen(dataset) - strlen("/VoxelData")), dataset);
    else
        st = find_group(r, &group);
    if (st == SCI_OK && strlen(group) > 250)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': the name of its image is too long", r->file_name);
    p.group = group;
    if (st == SCI_OK)
        st = open_group(&p);
    sci_free(group);
    return st;
}
