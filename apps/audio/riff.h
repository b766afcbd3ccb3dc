/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the header of a WAV file claims and what the file holds.
 *
 * RIFF and RIFX (Microsoft and IBM 1991, "Multimedia Programming Interface and Data Specifications
 * 1.0"), RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088) and Sony's Wave64. libsndfile reads truncated
 * and lying files without a word; this walk compares every claim with the length of the file, and
 * nothing is allocated because a header says so. */
#ifndef AUDIO_RIFF_H
#define AUDIO_RIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

#define RIFF_CHANNELS_MOST 1024   /* as libsndfile */
#define RIFF_RATE_MOST 100000000u /* Hz; beyond it a header is damaged */
#define RIFF_RATE_PLAUSIBLE 1000u /* Hz; slower is worth a warning */
#define RIFF_WARNINGS 6
#define RIFF_TEXT 200

typedef enum riff_container {
    RIFF_NONE, /* of another kind, or no sound at all: that is for libsndfile to say */
    RIFF_WAVE,
    RIFF_RIFX, /* numbers and samples are big-endian */
    RIFF_RF64,
    RIFF_W64
} riff_container;

typedef enum riff_verdict { RIFF_ACCEPT, RIFF_WARN, RIFF_REJECT } riff_verdict;

/* Format tags that have samples of fixed size; of WAVE_FORMAT_EXTENSIBLE the tag inside counts. */
enum { RIFF_PCM = 1, RIFF_FLOAT = 3, RIFF_ALAW = 6, RIFF_ULAW = 7 };

typedef struct riff_facts {
    riff_container container;
    riff_verdict verdict;
    char rejection[RIFF_TEXT]; /* "no fmt chunk"; "" unless rejected */
    size_t n_warnings;
    char warnings[RIFF_WARNINGS][RIFF_TEXT];

    uint64_t file_bytes;
    unsigned codec; /* format tag */
    bool extensible;
    unsigned channels, bits, valid_bits, block_align; /* as written */
    uint32_t rate_hz;

    bool has_data;
    uint64_t data_at;       /* offset of the first sample */
    uint64_t claimed_bytes; /* of samples, by the header; UINT64_MAX: it does not say */
    uint64_t held_bytes;    /* of samples, in the file */
    unsigned frame_bytes;   /* one sample of each channel; 0 for a compressed codec */
    uint64_t claimed_frames, held_frames; /* 0 for a compressed codec; claimed as above */
} riff_facts;

/* Walk the chunks of the open file `fd` up to its samples. A header that is wrong is no failure:
 * out->verdict says it. Failures are those of reading. `name` is for messages. */
sci_status riff_read(riff_facts *out, int fd, const char *name) SCI_MUST_CHECK;

/* "WAV", "RIFX", "RF64", "W64"; "" for another kind. */
const char *riff_container_name(riff_container container);

#endif
