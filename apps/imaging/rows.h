/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option tables of the verbs. */
#ifndef IMAGING_ROWS_H
#define IMAGING_ROWS_H

#include "settings.h"

extern const cli_row imaging_info_rows[];
extern const cli_row imaging_fit_rows[];
extern const cli_row imaging_merge_rows[];
extern const cli_row imaging_apply_rows[];
extern const cli_row imaging_invert_rows[];
extern const cli_row imaging_show_rows[];
extern const cli_row imaging_qc_rows[];
extern const cli_row imaging_stats_rows[];
extern const cli_row imaging_normalize_rows[];

/* How large voxels are, where the file does not say or says it wrongly. */
#define IMAGING_ROWS_SPACING                                                                    \
    { 0,                                                                                        \
      "spacing",                                                                                \
      "Z,Y,X",                                                                                  \
      CLI_TEXT,                                                                                 \
      IMAGING_AT(spacing),                                                                      \
      NULL,                                                                                     \
      "distance of neighbouring voxels along z, y and x, in mm unless --units says otherwise; " \
      "instead of what the file says",                                                          \
      "Voxels",                                                                                 \
      CLI_RESULT,                                                                               \
      NULL,                                                                                     \
      0,                                                                                        \
      0 },                                                                                      \
        { 0,                                                                                    \
          "units",                                                                              \
          "UNIT",                                                                               \
          CLI_TEXT,                                                                             \
          IMAGING_AT(units),                                                                    \
          NULL,                                                                                 \
          "the unit of length: mm, um, nm, cm, m or inch; instead of what the file says",       \
          "Voxels",                                                                             \
          CLI_RESULT,                                                                           \
          NULL,                                                                                 \
          0,                                                                                    \
          0 },                                                                                  \
    {                                                                                           \
        0, "slice-positions", "FILE", CLI_TEXT, IMAGING_AT(slice_positions), NULL,              \
            "centres of the slices, one number a line, in mm unless --units says otherwise",    \
            "Voxels", CLI_RESULT | CLI_PATH, NULL, 0, 0                                         \
    }

#define IMAGING_ROW_SLICE_WEIGHT                                                                   \
    {                                                                                              \
        0, "slice-weight", "HOW", CLI_CHOICE, IMAGING_AT(slice_weight), "auto",                    \
            "thickness of slices that are not evenly spaced: their widths (width), half the "      \
            "distances "                                                                           \
            "to their neighbours (cell), or all the same (uniform); auto takes widths that leave " \
            "neither gaps nor overlaps and refuses others",                                        \
            "Voxels", CLI_RESULT, "auto|width|cell|uniform", 0, 0                                  \
    }

#endif
