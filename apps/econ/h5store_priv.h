/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the writer (h5store.c) and the reader (h5store_read.c) of stores share. */
#ifndef ECON_H5STORE_PRIV_H
#define ECON_H5STORE_PRIV_H

#include <sci/types.h>

#include "store.h"

#define STATE_FORMAT "sci-econ state 1"
#define SECTORS_FORMAT "sci-econ sectors 1"

typedef enum axis { OF_INDICATORS, OF_SECTORS, OF_ECONOMY } axis;

typedef struct kept_array {
    const char *path;
    size_t offset; /* in econ_scores */
    axis rows;
    sci_type type;
    bool shared; /* also in files of sectors */
} kept_array;

#define STORE_ARRAYS 23
extern const kept_array store_arrays[STORE_ARRAYS];

/* The array of the scores, NULL if they have none. */
void *store_array_of(const econ_scores *scores, const kept_array *a);
/* Of the rows, with the panel's periods. */
sci_array store_shape_of(const econ_panel *panel, axis rows, sci_type type);

/* XXH3 of XXH3s, in the order of the writing. Begins as zeros. */
typedef struct digests {
    uint8_t so_far[2][16]; /* the last one, and of what comes next */
} digests;

void store_digest_more(digests *d, const void *bytes, size_t n);
void store_digest_text(digests *d, const char *text); /* NULL is an empty one */
/* Row by row, as they are read. */
void store_digest_rows(digests *d, const void *bytes, size_t rows, size_t row);
void store_digest_panel(digests *d, const econ_panel *panel, bool values);
void store_digest_end(const digests *d, char text[80]);

#endif
