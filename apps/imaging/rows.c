/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#define S imaging_settings

const cli_row imaging_info_rows[] = {
    CLI_ROW_JSON(S), CLI_ROWS_INPUTS(S), IMAGING_ROWS_SPACING, IMAGING_ROW_SLICE_WEIGHT, CLI_END,
};

/* clang-format off */
#define MASK_HELP                                                                                 \
    "voxels that enter the statistics: those that are not 0 in a FILE or FILE:/dataset; of the "  \
    "image itself nonzero, '>T' (above T), pN (above the N-th percentile of the channel) or "     \
    "otsu (above Otsu's threshold of the channel)"

#define ROWS_MASK                                                                                 \
    { 0, "mask", "MASK", CLI_TEXT, IMAGING_AT(mask), NULL, MASK_HELP, "Voxels",                   \
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },                                                        \
    { 0, "mask-threshold", "T", CLI_REAL, IMAGING_AT(mask_threshold), NULL,                       \
      "of a mask file that is not binary: inside is above T", "Voxels", CLI_RESULT, NULL, -1e300, \
      1e300 },                                                                                    \
    { 0, "mask-weights", NULL, CLI_FLAG, IMAGING_AT(mask_weights), NULL,                          \
      "values of the mask file are fractions of a voxel, and weights", "Voxels", CLI_RESULT, NULL,\
      0, 0 }

#define ROW_MASK_PATTERN                                                                          \
    { 0, "mask-pattern", "PATTERN", CLI_TEXT, IMAGING_AT(mask_pattern), NULL,                     \
      "the mask of each input by its name: '{stem}_mask.nii.gz', beside the input "               \
      "unless it begins with /",                                                                  \
      "Voxels", CLI_RESULT, NULL, 0, 0 }

#define ROWS_LABELS                                                                               \
    { 0, "labels", "FILE", CLI_TEXT, IMAGING_AT(labels), NULL,                                    \
      "a label map (FILE or FILE:/dataset): every label is a group of its own", "Voxels",         \
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },                                                        \
    { 0, "ignore-label", "LABEL", CLI_LIST, IMAGING_AT(ignored), NULL,                            \
      "voxels with this label belong to no group; may be repeated", "Voxels", CLI_RESULT, NULL, 0,\
      0 }

#define ROW_MIN_VOXELS                                                                            \
    { 0, "min-voxels", "N", CLI_INTEGER, IMAGING_AT(min_voxels), "10",                            \
      "labels with fewer voxels keep their values", "Voxels", CLI_RESULT, NULL, 0, 9e15 }

#define ROW_WEIGHTS                                                                               \
    { 0, "weights", "HOW", CLI_CHOICE, IMAGING_AT(weights), "auto",                               \
      "whether a voxel counts by its volume: auto and volume do where slices differ in "          \
      "thickness (else weights cancel), volume also among the images of fit, none never",         \
      "Voxels", CLI_RESULT, "auto|volume|none", 0, 0 }

#define ROWS_MAPS ROWS_MASK, ROW_MASK_PATTERN, ROWS_LABELS
#define ROWS_VOXELS ROWS_MAPS, ROW_WEIGHTS
#define ROW_QC                                                                                    \
    { 0, "qc", "DIR", CLI_TEXT, IMAGING_AT(qc), NULL,                                             \
      "a page about each image before and after, DIR/NAME.html, and of several images an "        \
      "index of them, DIR/index.html",                                                            \
      "Output", CLI_DIRECTORY, NULL, 0, 0 }
/* clang-format on */

const cli_row imaging_normalize_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    CLI_ROW_DTYPE(S),
    CLI_ROW_JSON(S),
    ROW_QC,
    { 0, "method", "METHOD", CLI_CHOICE, IMAGING_AT(method), "zscore",
      "zscore, instance: mean and standard deviation of each channel; group, layer: of "
      "channels together; robust: median and 1.4826 times the median absolute "
      "deviation; range: lowest and highest value to 0 and 1, of percentiles with "
      "--clip",
      "Method", CLI_RESULT, IMAGING_METHODS, 0, 0 },
    { 0, "groups", "G|FILE", CLI_TEXT, IMAGING_AT(groups), NULL,
      "of --method group: how many groups of neighbouring channels, or a file with the "
      "group of each channel, one a line",
      "Method", CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    { 0, "over", "AXIS", CLI_TEXT, IMAGING_AT(over), NULL,
      "time: every voxel by itself, with statistics over time; voxels that do not vary "
      "become 0",
      "Method", CLI_RESULT, NULL, 0, 0 },
    { 0, "clip", "LOW,HIGH", CLI_TEXT, IMAGING_AT(clip), NULL,
      "limit values to these percentiles of the channel inside the mask, before all "
      "else; percentiles count voxels, whatever their volume",
      "Method", CLI_RESULT, NULL, 0, 0 },
    CLI_ROW_DDOF(S),
    { 0, "eps", "X", CLI_REAL, CLI_AT(S, eps), NULL,
      "added to every variance (default: 1e-5 for group, instance, layer and labels, "
      "else 0)",
      "Method", CLI_RESULT, NULL, 0, 1e300 },
    { 0, "outside", "HOW", CLI_TEXT, IMAGING_AT(outside), NULL,
      "what becomes of voxels outside mask and labels: apply (rescale them too), keep, "
      "zero, nan or a number (default: apply, zero with labels); those without a label "
      "cannot be rescaled and are kept",
      "Method", CLI_RESULT, NULL, 0, 0 },
    { 0, "on-degenerate", "HOW", CLI_CHOICE, IMAGING_AT(degenerate), "fail",
      "what happens to a group without spread or without voxels: fail, become zero, "
      "keep its values",
      "Method", CLI_RESULT, "fail|zero|keep", 0, 0 },
    { 0, "like", "TOOL", CLI_CHOICE, IMAGING_AT(like), "none",
      "the numbers of another tool's z-score: torchio (ZNormalization: sd with n - 1, "
      "applied everywhere), monai (NormalizeIntensity with nonzero and channel_wise: "
      "zeros stay), nnunet (ZScoreNormalization: 0 outside the mask)",
      "Method", CLI_RESULT, "none|torchio|monai|nnunet", 0, 0 },
    { 0, "bias-field", "FILE", CLI_TEXT, IMAGING_AT(bias_field), NULL,
      "divide by this field of the same shape first (FILE or FILE:/dataset)", "Method",
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    CLI_ROW_NAN(S),
    ROWS_VOXELS,
    ROW_MIN_VOXELS,
    IMAGING_ROW_SLICE_WEIGHT,
    IMAGING_ROWS_SPACING,
    CLI_ROW_DIGEST(S),
    CLI_ROWS_INPUTS(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row imaging_stats_rows[] = {
    CLI_ROW_JSON(S),
    { 0, "tsv", NULL, CLI_FLAG, IMAGING_AT(tsv), NULL, "print a table with tabs, a line a group",
      "Output", 0, NULL, 0, 0 },
    CLI_ROW_DDOF(S),
    CLI_ROW_NAN(S),
    ROWS_VOXELS,
    IMAGING_ROW_SLICE_WEIGHT,
    IMAGING_ROWS_SPACING,
    CLI_ROWS_INPUTS(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

#define ROW_GROUPS                                                                                 \
    {                                                                                              \
        0, "groups", "G|FILE", CLI_TEXT, IMAGING_AT(groups), NULL,                                 \
            "how many groups of neighbouring channels, or a file with the group of each channel, " \
            "one a line",                                                                          \
            "Voxels", CLI_RESULT | CLI_PATH, NULL, 0, 0                                            \
    }

const cli_row imaging_fit_rows[] = {
    CLI_ROW_OUTPUT_FILE(S, "where the model goes"),
    CLI_ROWS_WRITING(S),
    { 0, "method", "METHOD", CLI_CHOICE, IMAGING_AT(method), "zscore",
      "zscore: mean and standard deviation of all images together; ct: those of the foreground of "
      "all images "
      "with its percentiles 0.5 and 99.5 (nnU-Net's scheme for CT); nyul: percentiles of each "
      "image, for a "
      "common scale",
      "Method", CLI_RESULT, IMAGING_METHODS, 0, 0 },
    { 0, "refine", "MODEL", CLI_TEXT, IMAGING_AT(refine), NULL,
      "of ct and values of more than 16 bits: count the next round of the percentiles that this "
      "merged model "
      "of the round before needs",
      "Method", CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    { 0, "bias-field", "FILE", CLI_TEXT, IMAGING_AT(bias_field), NULL,
      "divide by this field of the same shape first (FILE or FILE:/dataset)", "Method",
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    CLI_ROW_DDOF(S),
    CLI_ROW_NAN(S),
    ROWS_VOXELS,
    IMAGING_ROW_SLICE_WEIGHT,
    IMAGING_ROWS_SPACING,
    CLI_ROW_DIGEST(S),
    CLI_ROWS_INPUTS(S),
    CLI_ROW_SHARD(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row imaging_merge_rows[] = {
    CLI_ROW_OUTPUT_FILE(S, "where the merged model goes"),
    CLI_ROWS_WRITING(S),
    CLI_END,
};

const cli_row imaging_show_rows[] = {
    CLI_ROW_JSON(S),
    CLI_END,
};

const cli_row imaging_apply_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    CLI_ROW_DTYPE(S),
    CLI_ROW_JSON(S),
    ROW_QC,
    { 0, "stats", "MODEL", CLI_TEXT, IMAGING_AT(stats), NULL,
      "the model that fit or merge has made", "Method", CLI_RESULT | CLI_PATH | CLI_REQUIRED, NULL,
      0, 0 },
    { 0, "eps", "X", CLI_REAL, CLI_AT(S, eps), NULL,
      "added to every variance of a model of zscore or ct (default: 1e-5 with labels, else 0)",
      "Method", CLI_RESULT, NULL, 0, 1e300 },
    { 0, "outside", "HOW", CLI_TEXT, IMAGING_AT(outside), NULL,
      "what becomes of voxels outside mask and labels: apply (rescale them too), keep, zero, nan "
      "or a number "
      "(default: apply, zero with labels)",
      "Method", CLI_RESULT, NULL, 0, 0 },
    { 0, "on-degenerate", "HOW", CLI_CHOICE, IMAGING_AT(degenerate), "fail",
      "what happens to a group of the model without spread: fail, become zero, keep its values",
      "Method", CLI_RESULT, "fail|zero|keep", 0, 0 },
    { 0, "bias-field", "FILE", CLI_TEXT, IMAGING_AT(bias_field), NULL,
      "divide by this field of the same shape first (FILE or FILE:/dataset)", "Method",
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    CLI_ROW_NAN(S),
    ROWS_MAPS,
    { 0, "min-voxels", "N", CLI_INTEGER, IMAGING_AT(min_voxels), "10",
      "labels with fewer voxels in all images of the model keep their values (fit counts them all, "
      "so that models can be merged)",
      "Voxels", CLI_RESULT, NULL, 0, 9e15 },
    IMAGING_ROWS_SPACING,
    CLI_ROW_DIGEST(S),
    CLI_ROWS_INPUTS(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row imaging_invert_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    CLI_ROW_DTYPE(S),
    { 0, "mask", "FILE", CLI_TEXT, IMAGING_AT(mask), NULL,
      "the mask file again, where what is outside was kept", "Voxels", CLI_RESULT | CLI_PATH, NULL,
      0, 0 },
    { 0, "mask-threshold", "T", CLI_REAL, IMAGING_AT(mask_threshold), NULL,
      "of that mask file, as it was", "Voxels", CLI_RESULT, NULL, -1e300, 1e300 },
    { 0, "mask-weights", NULL, CLI_FLAG, IMAGING_AT(mask_weights), NULL,
      "of that mask file, as it was", "Voxels", CLI_RESULT, NULL, 0, 0 },
    { 0, "labels", "FILE", CLI_TEXT, IMAGING_AT(labels), NULL,
      "the label map again, where groups were labels", "Voxels", CLI_RESULT | CLI_PATH, NULL, 0,
      0 },
    { 0, "ignore-label", "LABEL", CLI_LIST, IMAGING_AT(ignored), NULL,
      "labels that belonged to no group; may be repeated", "Voxels", CLI_RESULT, NULL, 0, 0 },
    ROW_GROUPS,
    CLI_ROWS_INPUTS(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row imaging_qc_rows[] = {
    CLI_ROW_OUTPUT_FILE(S, "the page, an HTML file"),
    CLI_ROWS_WRITING(S),
    CLI_ROW_DDOF(S),
    ROWS_MASK,
    ROWS_LABELS,
    ROW_WEIGHTS,
    IMAGING_ROW_SLICE_WEIGHT,
    IMAGING_ROWS_SPACING,
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};
