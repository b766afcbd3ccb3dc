/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of the axes, as HDF5's dimension scales have them (the "HDF5 Dimension Scale
 * Specification"). */
#include <string.h>

#include <sci/memory.h>

#include "h5_attribute_priv.h"
#include "h5_source_priv.h"

/* What netCDF-4 writes as the name of a dimension without coordinates, followed by its length. */
#define NETCDF_NO_NAME "This is a netCDF dimension but not a netCDF variable"

/* Labels are an extra: damaged ones are none. Only a lack of memory is passed on. */
static sci_status
tolerate(sci_status st)
{
    return st == SCI_ERR_NOMEM ? st : SCI_OK;
}

static sci_status
read_labels(h5_source *s)
{
    uint64_t n = 0;
    char **texts = NULL;
    sci_status st;

    st = h5_attribute_read_texts(s->data.id, s->name, "DIMENSION_LABELS", &n, &texts);
    if (st != SCI_OK)
        return tolerate(st);
    for (uint64_t i = 0; i < n && i < (uint64_t)s->data.array.rank; i++) {
        if (texts[i][0] != '\0') {
            s->axis[i] = texts[i];
            texts[i] = NULL;
        }
    }
    h5_texts_free(n, texts);
    return SCI_OK;
}

/* The name of a scale: its attribute NAME, or else the last part of its path. */
static sci_status
name_scale(hid_t scale, char **out)
{
    char path[256] = "";
    const char *slash;
    char *name = NULL;
    sci_status st;

    st = h5_attribute_read_text(scale, "dimension scale", "NAME", &name);
    if (st == SCI_OK && name[0] != '\0'
        && strncmp(name, NETCDF_NO_NAME, strlen(NETCDF_NO_NAME)) != 0) {
        *out = name;
        return SCI_OK;
    }
    sci_free(name);
    if (st == SCI_ERR_NOMEM)
        return st;
    (void)H5Iget_name(scale, path, sizeof path);
    slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? sci_strdup(out, slash + 1) : SCI_OK;
}

static sci_status
name_from_reference(h5_source *s, int axis, const hobj_ref_t *reference)
{
    sci_status st = SCI_OK;
    hid_t scale = H5Rdereference2(s->data.id, H5P_DEFAULT, H5R_OBJECT, reference);

    if (scale >= 0 && H5Iget_type(scale) == H5I_DATASET)
        st = name_scale(scale, &s->axis[axis]);
    h5_close(scale);
    return st;
}

/* DIMENSION_LIST: for each axis a list of references to its scales. */
static sci_status
read_scales(h5_source *s)
{
    hvl_t lists[SCI_MAX_RANK];
    hid_t attribute = H5Aopen(s->data.id, "DIMENSION_LIST", H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hid_t element =
        type >= 0 && H5Tget_class(type) == H5T_VLEN ? H5Tget_super(type) : H5I_INVALID_HID;
    sci_status st = SCI_OK;

    if (element >= 0 && H5Tequal(element, H5T_STD_REF_OBJ) > 0
        && H5Sget_simple_extent_npoints(space) == s->data.array.rank
        && H5Aread(attribute, type, lists) >= 0) {
        for (int i = 0; st == SCI_OK && i < s->data.array.rank; i++)
            if (s->axis[i] == NULL && lists[i].len > 0)
                st = name_from_reference(s, i, lists[i].p);
        (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, lists);
    }
    h5_close(element);
    h5_close(space);
    h5_close(type);
    h5_close(attribute);
    return st;
}

sci_status
h5_axes_read(h5_source *s)
{
    sci_status st;

    st = read_labels(s);
    if (st == SCI_OK && s->data.array.rank > 0 && H5Aexists(s->data.id, "DIMENSION_LIST") > 0)
        st = read_scales(s);
    return st;
}
