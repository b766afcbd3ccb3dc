/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the voxels of an image are: what each axis means, how far apart its samples lie and how
 * thick they are. Axes are in the order of the array (C order, slowest first), whatever the file
 * calls them. */
#ifndef IMAGING_GEOMETRY_H
#define IMAGING_GEOMETRY_H

#include <sci/types.h>

typedef enum imaging_role {
    IMAGING_SAMPLE,  /* independent images */
    IMAGING_CHANNEL, /* modalities, components of a vector */
    IMAGING_TIME,
    IMAGING_Z,
    IMAGING_Y,
    IMAGING_X
} imaging_role;

#define IMAGING_AXES_MOST 7 /* as NIfTI has them */

typedef struct imaging_axis {
    imaging_role role;
    uint64_t size;
    char name[32]; /* as the file calls it: "zspace"; "z" where it does not say */
    /* Of spatial axes and time, in `unit` of the geometry. Unknown: NaN. */
    double step;  /* signed distance of neighbouring centres; NaN for irregular ones too */
    double start; /* centre of sample 0 along the axis' own direction; NaN: not stated */
    /* Irregular sampling: `size` of each; NULL where regular or not given. Owned. */
    double *centres, *widths;
    bool irregular;
} imaging_axis;

typedef struct imaging_geometry {
    int rank;
    imaging_axis axes[IMAGING_AXES_MOST];
    bool assumed;         /* roles come from the rank alone */
    double millimetres;   /* of one unit of length; 0: the unit is unknown */
    char unit[32];        /* "mm"; "" if none is stated */
    char spacing_from[160]; /* "attribute 'spacing'", "dimension scale 'z'", "--spacing"; "": unknown */
    /* World frame where the file has one: row i is the unit vector of axis x, y, z (i = 0, 1, 2);
     * origin is the centre of voxel 0, in `unit`. World axes point to the patient's right,
     * anterior and superior (RAS: MINC, NIfTI), or to left, posterior and superior (LPS: ITK). */
    bool placed, lps;
    double directions[3][3], origin[3];
    /* One line each, for people: what was odd and what was made of it. Owned. */
    size_t n_warnings;
    char **warnings;
} imaging_geometry;

void imaging_geometry_clear(imaging_geometry *geometry);
sci_status imaging_geometry_copy(imaging_geometry *out, const imaging_geometry *from) SCI_MUST_CHECK;

/* "x", "channel"; for people. Never NULL. */
const char *imaging_role_name(imaging_role role);
bool imaging_role_is_spatial(imaging_role role);

/* Remember a warning (printf). */
sci_status imaging_geometry_warn(imaging_geometry *geometry, const char *format, ...) SCI_MUST_CHECK
    SCI_PRINTF(2, 3);

/* The axis with a role, -1 if there is none. */
int imaging_geometry_find(const imaging_geometry *geometry, imaging_role role);

/* True if every spatial axis is regular: then all voxels have one volume, and weights cancel. */
bool imaging_geometry_is_regular(const imaging_geometry *geometry);

/* Thickness of each sample of an axis, in the geometry's unit: widths, or half distances of
 * neighbouring centres (cell), as imaging_slices of settings.h says. `how` is an imaging_slices;
 * `out` has the size of the axis. Of a regular axis it is |step|, NaN where that is unknown.
 * SCI_ERR_REFUSED where AUTO meets widths that leave a gap or overlap by more than 1 % of the
 * distance of two centres, with both numbers, and where AUTO or WIDTH have no widths to take. */
sci_status imaging_axis_thickness(const imaging_axis *axis, int how, const char *file,
                                  double *out) SCI_MUST_CHECK;

/* "mm3"; "mm2" for an image of two axes of space, whose elements have an area. */
const char *imaging_geometry_measure(const imaging_geometry *geometry);

/* Volume of one voxel of a regular grid in mm3; NaN if a step or the unit is unknown. */
double imaging_geometry_voxel_mm3(const imaging_geometry *geometry);

/* SCI_ERR_REFUSED naming both files if `other` (a mask or label map) has other spatial axes or
 * lies elsewhere: origins, directions or steps that differ by more than 1e-3 voxel. What one of
 * the two does not state is not compared; a unit that only one states is that of both. */
sci_status imaging_geometry_same(const imaging_geometry *image, const char *image_name,
                                 const imaging_geometry *other, const char *other_name)
    SCI_MUST_CHECK;

#endif
