/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which convention an HDF5 file keeps. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "formats.h"
#include "h5_formats.h"
#include "h5_minc.h"

sci_status
h5_take_dataset(const h5_reading *r, const char *dataset)
{
    imaging_volume *v = r->volume;
    sci_status st = sci_h5_file_source(&v->stored, r->file, dataset, &r->c->h5);

    if (st != SCI_OK)
        return st;
    v->source = v->stored;
    sci_free(v->dataset);
    v->dataset = NULL;
    st = sci_strdup(&v->dataset, sci_h5_source_dataset(v->stored));
    if (st != SCI_OK)
        return st;
    if (v->stored->array.rank < 2 || v->stored->array.rank > IMAGING_AXES_MOST)
        return sci_fail(SCI_ERR_REFUSED, "'%s' is no image: it has %d axes", v->name,
                        v->stored->array.rank);
    v->geometry.rank = v->stored->array.rank;
    for (int a = 0; a < v->geometry.rank; a++)
        v->geometry.axes[a] =
            (imaging_axis){ .size = v->stored->array.shape[a], .step = NAN, .start = NAN };
    return SCI_OK;
}

static bool
is_voxel_data(const char *dataset)
{
    size_t n = strlen(dataset), tail = strlen("/VoxelData");

    return strncmp(dataset, "/ITKImage/", 10) == 0 && n > tail
           && strcmp(dataset + n - tail, "/VoxelData") == 0;
}

/* A dataset that is named and not the convention's own is taken for what its attributes say. */
static sci_status
open_convention(const h5_reading *r, const char *dataset)
{
    static const char *const marks[] = { "/kspace", "/reconstruction_rss", "/reconstruction_esc" };
    bool minc = false, itk = false, mri = false;
    char *found = NULL;
    sci_status st = sci_h5_file_has(r->file, "/minc-2.0", &minc);

    if (st == SCI_OK)
        st = sci_h5_file_has(r->file, "/ITKImage", &itk);
    for (size_t i = 0; st == SCI_OK && !mri && i < sizeof marks / sizeof *marks; i++)
        st = sci_h5_file_has(r->file, marks[i], &mri);
    if (st != SCI_OK)
        return st;
    if (minc && (dataset == NULL || strcmp(dataset, MINC_IMAGE) == 0))
        return h5_minc_open(r);
    if (itk && (dataset == NULL || is_voxel_data(dataset)))
        return h5_itk_open(r, dataset);
    if (mri && (dataset == NULL || h5_fastmri_is_dataset(dataset)))
        return h5_fastmri_open(r, dataset);
    if (dataset == NULL)
        st = h5_candidate_find(r, &found);
    if (st == SCI_OK)
        st = h5_generic_open(r, dataset != NULL ? dataset : found);
    sci_free(found);
    return st;
}

sci_status
imaging_hdf5_open(imaging_volume *volume, const imaging_context *c, const char *file,
                  const char *dataset)
{
    h5_reading r = { .volume = volume, .c = c, .file_name = file };
    sci_status st = sci_h5_file_open(&r.file, file);

    if (st == SCI_OK)
        st = open_convention(&r, dataset);
    sci_h5_file_close(r.file);
    return st;
}
