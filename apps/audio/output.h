/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of features: /features (C,T,D), the bands, the statistics, every parameter. */
#ifndef AUDIO_OUTPUT_H
#define AUDIO_OUTPUT_H

#include "normal.h"
#include "scaling.h"
#include "stored.h"

#define AUDIO_FEATURES_PATH "/features"
#define AUDIO_STATS_PATH "/stats"
#define AUDIO_PHASE_PATH "/phase"
#define AUDIO_CHUNK_FRAMES 256 /* a chunk is (1, 256, D): a stretch of time is read at once */

typedef struct audio_output {
    sci_h5_output *file;
    sci_sink *features; /* takes float32 or float64, also where halves are stored */
} audio_output;

/* The element type that is stored: that of --dtype, or that of the features. */
sci_type audio_output_type(const audio_context *c, const sci_array *array);

/* Begin the worker's main temporary for features of this shape (C,T,D). */
sci_status audio_output_open(audio_output *out, const audio_normal *job) SCI_MUST_CHECK;

/* The same for what is made of features that are stored: everything else in their file comes along. */
sci_status audio_output_replace(audio_output *out, const audio_context *c,
                                const audio_stored *stored) SCI_MUST_CHECK;

/* What goes with them. `applied` are the rows that they were normalized with, NULL for none. */
sci_status audio_output_describe(audio_output *out, const audio_normal *job,
                                 const sci_stats *applied) SCI_MUST_CHECK;
/* Of replaced features: whether they are normalized now, with these rows (NULL: those that were there),
 * and as which recipe says. */
sci_status audio_output_restate(audio_output *out, const audio_context *c,
                                const audio_recipe *recipe, bool normalized,
                                const sci_stats *applied) SCI_MUST_CHECK;
/* The bands alone. */
sci_status audio_output_bands(sci_h5_output *file, const audio_recipe *recipe,
                              const audio_bands *bands) SCI_MUST_CHECK;

/* The phases of a recording's spectra, /phase (C,T,D). */
sci_status audio_output_phase(audio_output *out, const audio_normal *job) SCI_MUST_CHECK;

sci_status audio_output_close(audio_output *out, const audio_context *c) SCI_MUST_CHECK;
void audio_output_clear(audio_output *out); /* gives up what is not closed */

/* ---- statistics files, and what they and features share ---- */

#define AUDIO_FORMAT 1

/* Attributes of "/": what the file is ("features", "pack"; "statistics", of /sci_audio), versions, the recipe, provenance. */
sci_status audio_output_head(sci_h5_output *file, const char *kind, const audio_recipe *recipe,
                             const char *provenance) SCI_MUST_CHECK;

/* A statistics file in the empty file `path`: a table at "/", and the recipe. */
sci_status audio_stats_write(const char *path, const cli_call *call, const sci_stats *stats,
                             const audio_recipe *recipe) SCI_MUST_CHECK;

/* SCI_ERR_FORMAT unless `path` is a file of sci-audio of this kind. */
sci_status audio_file_check(sci_h5_file *file, const char *path, const char *kind) SCI_MUST_CHECK;

/* A model: the table and the recipe of a statistics file, or of one of features. */
sci_status audio_model_load(const char *path, sci_stats **stats,
                            audio_recipe *recipe) SCI_MUST_CHECK;

#endif
