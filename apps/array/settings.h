/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs of sci-array can be told, and the option rows that several of them share. */
#ifndef ARRAY_SETTINGS_H
#define ARRAY_SETTINGS_H

#include "cli/common.h"
#include "cli/program.h"

typedef struct array_settings {
    cli_common common;
    /* grouping */
    const char *axes, *norm, *keep;
    cli_list labels, ignored, masks, weights;
    int outside; /* sci_outside */
    /* gamma and beta */
    const char *scale, *shift, *condition;
    /* single verbs */
    const char *dy, *stats, *running, *picture;
    double momentum;
    bool cumulative, all;
} array_settings;

#define ARRAY_OUTSIDE_CHOICES "keep|apply|zero|nan" /* in the order of sci_outside */

#define ARRAY_AT(member) offsetof(array_settings, member)

#define ARRAY_ROWS_GROUPING                                                                       \
    { 0, "norm", "NORM", CLI_TEXT, ARRAY_AT(norm), NULL,                                          \
      "the groups of a usual normalization: batch (a group a channel), layer (a group a "         \
      "sample), instance (a group a sample and channel) or group:G (G groups of neighbouring "    \
      "channels a sample)",                                                                       \
      "Grouping", CLI_RESULT, NULL, 0, 0 },                                                       \
    { 0, "keep", "AXES", CLI_TEXT, ARRAY_AT(keep), NULL,                                          \
      "axes of which every index is a group of its own: C or C,T; instead of --norm", "Grouping", \
      CLI_RESULT, NULL, 0, 0 },                                                                   \
    { 0, "label", "AXES=FILE", CLI_LIST, ARRAY_AT(labels), NULL,                                  \
      "groups by label along one axis (a text file, one label a line or index,label, or "         \
      "FILE.h5:/dataset of integers) or over several axes (FILE.h5:/dataset); may be repeated; "  \
      "axes that are neither kept nor labelled are pooled",                                       \
      "Grouping", CLI_RESULT | CLI_PATH, NULL, 0, 0 },                                            \
    ARRAY_ROWS_MAPS

#define ARRAY_ROWS_MAPS                                                                          \
    { 0, "axes", "NAMES", CLI_TEXT, ARRAY_AT(axes), NULL,                                        \
      "names of the axes, first axis first: T,F (default: the file's dimension labels, or else " \
      "NC, NCL, NCHW, NCDHW by rank)",                                                           \
      "Grouping", CLI_RESULT, NULL, 0, 0 },                                                      \
    { 0, "ignore-label", "LABEL", CLI_LIST, ARRAY_AT(ignored), NULL,                             \
      "elements with this label belong to no group, as those with label -1 (other negative "      \
      "labels are labels); may be repeated",                                                      \
      "Grouping", CLI_RESULT,                                                                     \
      NULL, 0, 0 },                                                                              \
    { 0, "mask", "AXES=FILE", CLI_LIST, ARRAY_AT(masks), NULL,                                   \
      "only elements whose mask is not 0 enter the statistics; a file as for --label; may be "   \
      "repeated",                                                                                \
      "Grouping", CLI_RESULT | CLI_PATH, NULL, 0, 0 },                                           \
    { 0, "weights", "AXES=FILE", CLI_LIST, ARRAY_AT(weights), NULL,                              \
      "weights of the elements, for example slice thickness; a file as for --label, with "       \
      "numbers; weight 0 leaves out; may be repeated, weights multiply",                         \
      "Grouping", CLI_RESULT | CLI_PATH, NULL, 0, 0 }

#define ARRAY_ROW_LABEL_AGAIN                                                                     \
    { 0, "label", "AXES=FILE", CLI_LIST, ARRAY_AT(labels), NULL,                                  \
      "the labels of this input, where the statistics were made by labels that they do not keep", \
      "Grouping", CLI_RESULT | CLI_PATH, NULL, 0, 0 }

#define ARRAY_ROW_OUTSIDE                                                                        \
    { 0, "outside", "HOW", CLI_CHOICE, ARRAY_AT(outside), "keep",                                \
      "what becomes of elements outside of mask and labels; apply gives them the statistics of " \
      "their group (those without a label have none and are kept)",                              \
      "Transform", CLI_RESULT, ARRAY_OUTSIDE_CHOICES, 0, 0 }

#define ARRAY_ROWS_POST                                                                          \
    { 0, "scale", "FILE:/DATASET", CLI_TEXT, ARRAY_AT(scale), NULL,                              \
      "gamma, multiplied to the normalized values: one number a channel, or (labels, channels) " \
      "with --condition",                                                                        \
      "Transform", CLI_RESULT | CLI_PATH, NULL, 0, 0 },                                          \
    { 0, "shift", "FILE:/DATASET", CLI_TEXT, ARRAY_AT(shift), NULL,                              \
      "beta, added after that; the same shape", "Transform", CLI_RESULT | CLI_PATH, NULL, 0, 0 }, \
    { 0, "condition", "AXES=FILE", CLI_TEXT, ARRAY_AT(condition), NULL,                          \
      "gamma and beta depend on these labels, for example the class of each sample; a file as "  \
      "for --label",                                                                             \
      "Transform", CLI_RESULT | CLI_PATH, NULL, 0, 0 }

#endif
