/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an image is looked at: its three directions as they are drawn, and where it is cut. */
#ifndef IMAGING_VIEW_H
#define IMAGING_VIEW_H

#include "cli/picture.h"

#include "geometry.h"

#define IMAGING_DRAWN_MOST 512 /* samples of a direction; of more, every n-th is drawn */

/* In the order of world axes. */
enum { IMAGING_RIGHT, IMAGING_ANTERIOR, IMAGING_SUPERIOR, IMAGING_DIRECTIONS };

/* A direction as it is drawn: to the right, or upwards. */
typedef struct imaging_direction {
    int axis;        /* of the array; -1: the image has none there, it is one sample thick */
    uint64_t size;   /* samples */
    uint64_t stride; /* every stride-th is drawn, */
    size_t n;        /* so many, */
    bool reversed;   /* from the last to the first, so that coordinates rise */
    uint64_t cut;    /* the sample at which it is cut */
    double cut_at;   /* its coordinate */
    cli_axis drawn;  /* of the n samples, in mm; in voxels where distances are not known */
    char label[48], unit[24];
    double *centres, *widths; /* what `drawn` points to; owned */
} imaging_direction;

typedef struct imaging_view {
    imaging_direction along[IMAGING_DIRECTIONS];
    bool placed; /* the file says where the patient's right, front and top are */
    int rank;
    uint64_t shape[IMAGING_AXES_MOST];
    uint64_t fixed[IMAGING_AXES_MOST]; /* the index on axes that are no direction */
    char which[96];                    /* "channel 1 of 4"; "" if there is no choice */
} imaging_view;

/* Cut in the middle, of the first sample, channel and time. Axes of a file that says where the
 * patient lies are drawn along the nearest of right, anterior and superior; others as x, y and z,
 * coordinates rising to the right and upwards. */
sci_status imaging_view_create(imaging_view *out, const imaging_geometry *geometry) SCI_MUST_CHECK;
void imaging_view_clear(imaging_view *view);

/* Cut at these samples instead. */
void imaging_view_cut(imaging_view *view, const uint64_t cut[IMAGING_DIRECTIONS]);

/* Which of the drawn samples of a direction this one is; false if it is none. */
bool imaging_view_place(const imaging_direction *d, uint64_t sample, size_t *drawn);

#endif
