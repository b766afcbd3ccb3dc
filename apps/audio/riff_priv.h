/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the walk over chunks (riff.c) and what their contents say (riff_format.c). */
#ifndef AUDIO_RIFF_PRIV_H
#define AUDIO_RIFF_PRIV_H

#include "riff.h"

/* `n` bytes, at most 8, as an unsigned number. */
uint64_t riff_number(const uint8_t *bytes, size_t n, bool big_endian);

void riff_reject(riff_facts *f, const char *format, ...) SCI_PRINTF(2, 3);
void riff_warn(riff_facts *f, const char *format, ...) SCI_PRINTF(2, 3);

#define RIFF_FORMAT_MOST 40 /* bytes of a fmt chunk that mean something */

/* The content of a fmt chunk, n <= RIFF_FORMAT_MOST bytes. */
void riff_take_format(riff_facts *f, const uint8_t *bytes, size_t n);

/* Frames claimed and held, once the bytes of both are known. */
void riff_count_frames(riff_facts *f, bool streamed);

#endif
