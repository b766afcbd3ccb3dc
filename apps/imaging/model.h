/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `fit` learns from many images, for `apply`: a file (docs/stats-file.md) with
 * - zscore: the pooled moments of each channel or label;
 * - ct: the same and the percentiles 0.5, 50 and 99.5 of the foreground (nnU-Net's CT scheme);
 * - nyul: percentiles of every image, from which the common scale follows (Nyúl and Udupa 1999).
 * Models of parts merge to that of the whole. */
#ifndef IMAGING_MODEL_H
#define IMAGING_MODEL_H

#include <sci/quantile.h>
#include <sci/texts.h>

#include "groups.h"

#define NYUL_POINTS 11
extern const double imaging_nyul_percent[NYUL_POINTS]; /* 1, 10, 20, …, 90, 99 */

#define CT_LIMITS 3                          /* low, median, high */
extern const double imaging_ct_p[CT_LIMITS]; /* 0.005, 0.5, 0.995 */

typedef struct imaging_model {
    int method; /* IMAGING_ZSCORE, IMAGING_CT or IMAGING_NYUL */
    int ddof;
    uint64_t n; /* groups */
    /* zscore, ct */
    sci_stats *stats;
    /* ct: the round that merges, counted and open; limits n × CT_LIMITS once they are known */
    sci_quantiles *counts;
    double *limits;
    /* nyul: of each image n × NYUL_POINTS percentiles, sorted by digest */
    uint64_t n_images;
    sci_texts names, digests;
    double *landmarks;
} imaging_model;

void imaging_model_clear(imaging_model *model);

/* FILE. SCI_ERR_FORMAT says what is damaged; SCI_ERR_REFUSED for a file that is no model. */
sci_status imaging_model_load(imaging_model *out, const char *path) SCI_MUST_CHECK;
/* Into the worker's temporary, which is verified. */
sci_status imaging_model_save(const imaging_model *model, const char *temporary,
                              const char *provenance, bool verify, bool sync) SCI_MUST_CHECK;

/* The model of n parts, which stay as they are; names are for messages. SCI_ERR_REFUSED: other
 * methods, groups or rounds, an image twice. */
sci_status imaging_model_merge(imaging_model *out, size_t n, const imaging_model *parts,
                               const char *const *names) SCI_MUST_CHECK;

/* limits from the counts, where this was the last round and all of it; else they stay NULL. */
sci_status imaging_model_close(imaging_model *model) SCI_MUST_CHECK;

/* Fails with what a model of ct without limits, in the file `name`, needs before it has them. */
sci_status imaging_model_unfinished(const imaging_model *model, const char *name) SCI_MUST_CHECK;
/* The same as a note, of a model that was made and has no limits. */
void imaging_model_note_unfinished(const imaging_model *model, const char *name);

/* Nyul's standard scale of a group: the mean over the images of their landmarks, each image mapped so
 * that its first is 1 and its last 100. */
void imaging_nyul_scale(const imaging_model *model, uint64_t group, double out[NYUL_POINTS]);

#endif
