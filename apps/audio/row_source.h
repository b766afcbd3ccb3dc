/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source whose elements are made a row at a time: the numbers of one frame of one channel. */
#ifndef AUDIO_ROW_SOURCE_H
#define AUDIO_ROW_SOURCE_H

#include <sci/io.h>

typedef struct audio_row_source {
    sci_source base;
    size_t width; /* elements of a row */
    size_t size;  /* bytes of an element */
    /* Make row `row`. It depends on its number alone; consecutive rows are the quick ones. */
    sci_status (*row)(struct audio_row_source *self, uint64_t row, void *out);
    unsigned char *cache; /* row cached_row, of which a part was handed out */
    uint64_t cached_row;  /* UINT64_MAX: none */
} audio_row_source;

/* With `base` still to be filled. audio_row_source_clear afterwards, also after a failure. */
sci_status audio_row_source_prepare(audio_row_source *s, size_t width, size_t size) SCI_MUST_CHECK;
void audio_row_source_clear(audio_row_source *s);

/* For the table of operations: fetch. */
sci_status audio_row_source_fetch(sci_source *self, sci_piece *piece) SCI_MUST_CHECK;

#endif
