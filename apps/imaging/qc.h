/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a page about one image shows: plain data, filled by qc_measure.c, written as a page
 * (qc_page.c) and as JSON for the index of a batch (qc_json.c). */
#ifndef IMAGING_QC_H
#define IMAGING_QC_H

#include <sci/moments.h>

#include "slices.h"

#define QC_BINS 128
#define QC_LANDMARKS 7

extern const double qc_landmark_p[QC_LANDMARKS]; /* 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99 */
#define QC_MEDIAN 3

/* Counts in equal bins from low to high; members beyond them are not drawn. */
typedef struct qc_histogram {
    double low, high;
    uint64_t counts[QC_BINS], members;
} qc_histogram;

/* Before or after. */
typedef struct qc_side {
    const char *file;        /* for people */
    const char *value_label; /* "intensity", "z-score" */
    imaging_cuts cuts;
    double low, high;               /* values between which the grey of the slices runs */
    sci_moments inside;             /* of all members, weighted by volume */
    double landmarks[QC_LANDMARKS]; /* of the members, unweighted */
    qc_histogram whole_image, members;
} qc_side;

typedef struct qc_group {
    char name[96];
    sci_moments before, after;
    double mm3;     /* NaN: voxel sizes are not known */
    int32_t colour; /* of the overlay; negative: none */
} qc_group;

typedef struct qc_fact {
    const char *name, *value;
} qc_fact;

typedef struct imaging_qc {
    const char *version;
    const char *method; /* "zscore"; NULL: nobody knows */
    imaging_view view;
    qc_side before, after;
    /* Slices of the mask (not 0 inside) and of the labels' colours (negative: none); without any:
     * all NULL. */
    uint8_t *mask[IMAGING_DIRECTIONS];
    int32_t *labels[IMAGING_DIRECTIONS];
    char members[300]; /* "in the mask 'm.h5:/mask'"; "": every voxel is one */
    bool masked, labelled, weighted;
    int ddof;
    double mm3; /* of all members; NaN */
    bool plane; /* an image of two axes of space: mm3 are mm2, here and of the groups */
    size_t n_groups;
    qc_group *groups; /* NULL if there is only one, which is everything */
    size_t n_warnings;
    char **warnings;
    size_t n_facts;
    const qc_fact *facts; /* of the output's record, for the last section */
} imaging_qc;

/* Free what the slices, groups and warnings hold. */
void imaging_qc_clear(imaging_qc *qc);

/* `path` is replaced. */
sci_status imaging_qc_page(const imaging_qc *qc, const char *path) SCI_MUST_CHECK;

/* ---- shared by the pages ---- */

#define QC_NUMBER 64
/* With as many decimals as tell apart what differs by a thousandth of `scale`. */
const char *qc_number(char text[QC_NUMBER], double value, double scale);
const char *qc_count(char text[QC_NUMBER], double count);
/* "1 234.5 ml" of mm³; "–" for NaN. */
const char *qc_volume(char text[QC_NUMBER], double mm3, bool plane);
const char *qc_base_name(const char *path);

/* True if mean is 0 and standard deviation 1, within a thousandth. */
bool qc_is_standard(const sci_moments *m, int ddof);

/* The first sentence. */
sci_status qc_lead(char **text, const imaging_qc *qc) SCI_MUST_CHECK;

/* Sections of the page. */
struct cli_page;
sci_status qc_write_slices(struct cli_page *page, const imaging_qc *qc) SCI_MUST_CHECK;
void qc_write_histograms(struct cli_page *page, const imaging_qc *qc);

#endif
