/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "row_source.h"

#include <string.h>

#include <sci/memory.h>

sci_status
audio_row_source_prepare(audio_row_source *s, size_t width, size_t size)
{
    s->width = width;
    s->size = size;
    s->cached_row = UINT64_MAX;
    return sci_alloc(&s->cache, width, 1, size);
}

void
audio_row_source_clear(audio_row_source *s)
{
    sci_free(s->cache);
    s->cache = NULL;
}

sci_status
audio_row_source_fetch(sci_source *self, sci_piece *piece)
{
    audio_row_source *s = (audio_row_source *)self;
    unsigned char *to = piece->bytes;
    uint64_t at = piece->first, end = piece->first + piece->count;

    piece->n_tasks = 0;
    while (at < end) {
        uint64_t row = at / s->width, left = end - at;
        size_t offset = (size_t)(at % s->width);
        size_t n = left < s->width - offset ? (size_t)left : s->width - offset;
        sci_status st = SCI_OK;

        if (n == s->width) {
            st = s->row(s, row, to);
        } else { /* cut by the ends of pieces: its parts come one after the other */
            if (s->cached_row != row)
                st = s->row(s, row, s->cache);
            s->cached_row = st == SCI_OK ? row : UINT64_MAX;
            memcpy(to, s->cache + offset * s->size, n * s->size);
        }
        if (st != SCI_OK)
            return st;
        to += n * s->size;
        at += n;
    }
    return SCI_OK;
}
