/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features of the reference recordings, and what is expected of them. */
#ifndef TESTS_SUPPORT_FEATURES_H
#define TESTS_SUPPORT_FEATURES_H

#include <apps/audio/features.h>
#include <apps/audio/recording.h>

#include <support/load.h>

typedef struct opened_features {
    audio_recording *recording;
    audio_features *features;
    sci_source *source;
} opened_features;

/* Of audio/wav/FILE; the test fails if it cannot be opened. */
opened_features features_open(const char *file, const audio_features_settings *settings);
void features_close(opened_features *o);

/* Every element of a source of floats or doubles, released by free(). */
double *features_read(sci_source *source, uint64_t *n);

/* A dataset of audio/golden.h5: "/group/name". */
loaded features_golden(const char *group, const char *name);

/* Print an error where SCI_TEST_ERRORS is set. */
void features_show_error(const char *what, const char *name, bool single, double error);

#endif
