/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dataset of no particular format, described by attributes or dimension scales. */
#include <math.h>

#include <sci/memory.h>

#include "h5_formats.h"

/* Attribute 'origin': the centre of the first voxel along each axis of space, in their order. */
static sci_status
read_origin(const h5_reading *r, const char *dataset)
{
    imaging_geometry *g = &r->volume->geometry;
    double *origin = NULL;
    uint64_t n = 0;
    int spatial = 0;
    sci_status st = h5_read_numbers(r, dataset, "origin", &n, &origin);

    for (int a = 0; a < g->rank; a++)
        spatial += imaging_role_is_spatial(g->axes[a].role);
    for (int a = 0, k = 0; st == SCI_OK && n == (uint64_t)spatial && a < g->rank; a++) {
        if (!imaging_role_is_spatial(g->axes[a].role))
            continue;
        if (isfinite(origin[k]) && isnan(g->axes[a].start))
            g->axes[a].start = origin[k];
        k++;
    }
    sci_free(origin);
    return st == SCI_ERR_REFUSED ? SCI_OK : st; /* where it lies does not matter to any result */
}

/* "t1.h5:/t1", also where the dataset was found and not named. */
static sci_status
name_dataset(imaging_volume *volume)
{
    sci_free(volume->name);
    volume->name = NULL;
    return sci_strdup(&volume->name, volume->stored->name);
}

sci_status
h5_generic_open(const h5_reading *r, const char *dataset)
{
    sci_status st;

    r->volume->format = IMAGING_HDF5;
    st = h5_take_dataset(r, dataset);
    if (st == SCI_OK)
        st = name_dataset(r->volume);
    if (st == SCI_OK)
        st = h5_roles_read(r, r->volume->dataset);
    if (st == SCI_OK)
        st = h5_spacing_read(r, r->volume->dataset);
    if (st == SCI_OK)
        st = read_origin(r, r->volume->dataset);
    return st;
}
