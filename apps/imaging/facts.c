/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#define ANISOTROPIC 3.0 /* beyond it nnU-Net treats an image as anisotropic (ANISO_THRESHOLD) */

static sci_status
find_storage(imaging_facts *f, const imaging_volume *v, const char *path)
{
    sci_h5_file *file = NULL;
    sci_h5_object object;
    struct stat status;
    sci_status st;

    if (stat(path, &status) == 0)
        f->bytes = (uint64_t)status.st_size;
    if (v->dataset == NULL)
        return SCI_OK;
    st = sci_h5_file_open(&file, path);
    if (st == SCI_OK)
        st = sci_h5_file_object(file, v->dataset, &object);
    if (st == SCI_OK)
        (void)snprintf(f->stored, sizeof f->stored, "%s%s%s",
                       object.chunked ? "chunked" : "contiguous",
                       object.filters[0] != '\0' ? ", " : "", object.filters);
    sci_h5_file_close(file);
    return st;
}

static void
sum_up(imaging_facts *f, int a, uint64_t n)
{
    f->thinnest[a] = f->thickest[a] = f->extent[a] = NAN;
    for (uint64_t i = 0; i < n; i++) {
        double x = f->thickness[a][i];

        f->thinnest[a] = i == 0 ? x : fmin(f->thinnest[a], x);
        f->thickest[a] = i == 0 ? x : fmax(f->thickest[a], x);
        f->extent[a] = i == 0 ? x : f->extent[a] + x;
    }
}

static sci_status
find_thickness(imaging_facts *f, imaging_volume *v, int a, int how)
{
    const imaging_axis *axis = &v->geometry.axes[a];
    sci_status st;

    f->thinnest[a] = f->thickest[a] = f->extent[a] = NAN;
    if (!imaging_role_is_spatial(axis->role))
        return SCI_OK;
    if (!axis->irregular) {
        f->thinnest[a] = f->thickest[a] = fabs(axis->step);
        f->extent[a] = fabs(axis->step) * (double)axis->size;
        return SCI_OK;
    }
    st = sci_alloc(&f->thickness[a], axis->size, 1, sizeof **f->thickness);
    if (st == SCI_OK)
        st = imaging_axis_thickness(axis, how, v->name, f->thickness[a]);
    if (st == SCI_ERR_REFUSED) {
        sci_free(f->thickness[a]);
        f->thickness[a] = NULL;
        return imaging_geometry_warn(&v->geometry, "%s", sci_message());
    }
    if (st == SCI_OK)
        sum_up(f, a, axis->size);
    return st;
}

sci_status
imaging_facts_find(imaging_facts *out, imaging_volume *volume, const char *file, int slice_weight)
{
    imaging_geometry *g = &volume->geometry;
    double most = 0, least = HUGE_VAL;
    sci_status st;

    *out = (imaging_facts){ .least_mm3 = 1.0, .most_mm3 = 1.0 };
    st = find_storage(out, volume, file);
    for (int a = 0; st == SCI_OK && a < g->rank; a++) {
        st = find_thickness(out, volume, a, slice_weight);
        if (!imaging_role_is_spatial(g->axes[a].role))
            continue;
        out->least_mm3 *= out->thinnest[a] * g->millimetres;
        out->most_mm3 *= out->thickest[a] * g->millimetres;
        most = out->thickest[a] > most ? out->thickest[a] : most;
        least = out->thinnest[a] < least ? out->thinnest[a] : least;
    }
    if (!(g->millimetres > 0))
        out->least_mm3 = out->most_mm3 = NAN;
    out->anisotropy = most > 0 && least > 0 ? most / least : (double)NAN;
    if (st == SCI_OK && out->anisotropy > ANISOTROPIC)
        st = imaging_geometry_warn(g,
                                   "anisotropic: the largest distance of voxels is %.3g times the "
                                   "smallest (beyond 3, nnU-Net treats axes differently)",
                                   out->anisotropy);
    if (st != SCI_OK)
        imaging_facts_clear(out);
    return st;
}

void
imaging_facts_clear(imaging_facts *facts)
{
    for (int a = 0; a < IMAGING_AXES_MOST; a++)
        sci_free(facts->thickness[a]);
    *facts = (imaging_facts){ 0 };
}

const char *
imaging_axis_leads(const imaging_geometry *g, const imaging_axis *axis, double *degrees)
{
    static const char *const ways[3][2] = { { "left", "right" },
                                            { "posterior", "anterior" },
                                            { "inferior", "superior" } };
    const double *direction;
    int main = 0;
    double along;

    if (!g->placed || !imaging_role_is_spatial(axis->role))
        return NULL;
    direction = g->directions[IMAGING_X - axis->role];
    for (int k = 1; k < 3; k++)
        if (fabs(direction[k]) > fabs(direction[main]))
            main = k;
    along = direction[main] * (axis->step < 0 ? -1.0 : 1.0) * (g->lps && main < 2 ? -1.0 : 1.0);
    if (axis->irregular && axis->centres != NULL && axis->size > 1
        && axis->centres[1] < axis->centres[0])
        along = -along;
    *degrees = acos(fmin(fabs(direction[main]), 1.0)) * 180.0 / 3.14159265358979323846;
    return ways[main][along > 0];
}
