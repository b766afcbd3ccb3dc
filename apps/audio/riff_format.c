/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fmt chunk and the frames that follow from it. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "riff_priv.h"

#define EXTENSIBLE 0xFFFE
#define CODEC_MPEG 0x50
#define CODEC_MP3 0x55

uint64_t
riff_number(const uint8_t *bytes, size_t n, bool big_endian)
{
    uint64_t number = 0;

    for (size_t i = 0; i < n; i++)
        number = number << 8 | bytes[big_endian ? i : n - 1 - i];
    return number;
}

void
riff_reject(riff_facts *f, const char *format, ...)
{
    va_list arguments;

    if (f->verdict == RIFF_REJECT)
        return; /* the first reason is the cause of the others, of warnings too */
    va_start(arguments, format);
    vsnprintf(f->rejection, sizeof f->rejection, format, arguments);
    va_end(arguments);
    f->verdict = RIFF_REJECT;
    f->n_warnings = 0;
}

void
riff_warn(riff_facts *f, const char *format, ...)
{
    va_list arguments;

    if (f->verdict == RIFF_ACCEPT)
        f->verdict = RIFF_WARN;
    if (f->verdict == RIFF_REJECT || f->n_warnings == RIFF_WARNINGS)
        return;
    va_start(arguments, format);
    vsnprintf(f->warnings[f->n_warnings++], RIFF_TEXT, format, arguments);
    va_end(arguments);
}

/* ---- codec ---- */

/* Compressed codecs that libsndfile decodes inside WAV: MS ADPCM, IMA ADPCM, GSM 6.10, G.721, NMS
 * ADPCM. Their blocks are not samples. */
static bool
is_compressed(unsigned codec)
{
    return codec == 0x02 || codec == 0x11 || codec == 0x31 || codec == 0x38 || codec == 0x40;
}

static bool
has_fixed_samples(unsigned codec)
{
    return codec == RIFF_PCM || codec == RIFF_FLOAT || codec == RIFF_ALAW || codec == RIFF_ULAW;
}

static void
check_codec(riff_facts *f)
{
    if (f->codec == CODEC_MP3 || f->codec == CODEC_MPEG)
        riff_reject(f, "MP3 data inside a WAV file cannot be decoded; unpack it first");
    else if (!has_fixed_samples(f->codec) && !is_compressed(f->codec))
        riff_reject(f, "codec 0x%04x unknown", f->codec);
}

/* Bits that a sample takes up in the file, 0 if there is no such sample. */
static unsigned
stored_bits(const riff_facts *f)
{
    unsigned whole = (f->bits + 7) / 8 * 8;

    switch (f->codec) {
    case RIFF_PCM:
        return whole <= 32 ? whole : 0;
    case RIFF_FLOAT:
        return f->bits == 32 || f->bits == 64 ? f->bits : 0;
    default:
        return f->bits == 8 ? 8 : 0;
    }
}

static void
check_bits(riff_facts *f)
{
    unsigned stored;

    if (!has_fixed_samples(f->codec))
        return;
    if (f->bits == 0) {
        riff_reject(f, "0 bits per sample");
        return;
    }
    stored = stored_bits(f);
    if (stored == 0) {
        riff_reject(f, "%u bits per sample do not go with codec 0x%04x", f->bits, f->codec);
        return;
    }
    if (stored != f->bits)
        riff_warn(f, "%u valid bits read as %u", f->bits, stored);
    f->frame_bytes = stored / 8 * f->channels;
    if (f->block_align != f->frame_bytes)
        riff_warn(f,
                  "block align %u does not match %u channel%s of %u bits; the block align was not "
                  "used",
                  f->block_align, f->channels, f->channels == 1 ? "" : "s", stored);
}

/* ---- fmt ---- */

static void
check_channels(riff_facts *f)
{
    if (f->channels == 0)
        riff_reject(f, "zero channels");
    else if (f->channels > RIFF_CHANNELS_MOST)
        riff_reject(f, "%u channels; at most %d can be read", f->channels, RIFF_CHANNELS_MOST);
}

static void
check_rate(riff_facts *f)
{
    if (f->rate_hz == 0)
        riff_reject(f, "sample rate 0");
    else if (f->rate_hz > RIFF_RATE_MOST)
        riff_reject(f, "sample rate %" PRIu32 " Hz; the header is damaged", f->rate_hz);
    else if (f->rate_hz < RIFF_RATE_PLAUSIBLE)
        riff_warn(f, "sample rate %" PRIu32 " Hz: implausible", f->rate_hz);
}

/* The tag of an extensible format is the first two bytes of its GUID. */
static void
take_extension(riff_facts *f, const uint8_t *bytes, size_t n, bool big)
{
    if (f->codec != EXTENSIBLE)
        return;
    f->extensible = true;
    if (n < RIFF_FORMAT_MOST) {
        riff_reject(f, "the extensible fmt chunk is cut off after %zu bytes", n);
        return;
    }
    f->valid_bits = (unsigned)riff_number(bytes + 18, 2, big);
    f->codec = (unsigned)riff_number(bytes + 24, 2, big);
}

void
riff_take_format(riff_facts *f, const uint8_t *bytes, size_t n)
{
    bool big = f->container == RIFF_RIFX;

    if (n < 16) {
        riff_reject(f, "the fmt chunk has %zu bytes instead of 16 or more", n);
        return;
    }
    f->codec = (unsigned)riff_number(bytes, 2, big);
    f->channels = (unsigned)riff_number(bytes + 2, 2, big);
    f->rate_hz = (uint32_t)riff_number(bytes + 4, 4, big);
    f->block_align = (unsigned)riff_number(bytes + 12, 2, big);
    f->bits = (unsigned)riff_number(bytes + 14, 2, big);
    f->valid_bits = f->bits;
    take_extension(f, bytes, n, big);
    check_codec(f);
    check_channels(f);
    check_rate(f);
    check_bits(f);
}

/* ---- frames ---- */

static void
warn_truncated(riff_facts *f)
{
    uint64_t rest = f->held_bytes % f->frame_bytes;

    riff_warn(f, "truncated: %s promises %" PRIu64 " frames, file holds %" PRIu64 "%s",
              f->container == RIFF_RF64 ? "ds64" : "header", f->claimed_frames, f->held_frames,
              rest > 0 ? " and a part of the next" : "");
}

void
riff_count_frames(riff_facts *f, bool streamed)
{
    if (f->frame_bytes == 0) {
        if (!streamed && f->held_bytes < f->claimed_bytes)
            riff_warn(f, "truncated: header promises %" PRIu64 " bytes, file holds %" PRIu64,
                      f->claimed_bytes, f->held_bytes);
        if (f->held_bytes == 0)
            riff_reject(f, "no audio frames");
        return;
    }
    f->held_frames = f->held_bytes / f->frame_bytes;
    f->claimed_frames = streamed ? UINT64_MAX : f->claimed_bytes / f->frame_bytes;
    if (!streamed && f->held_bytes < f->claimed_bytes)
        warn_truncated(f);
    else if (f->held_bytes % f->frame_bytes != 0)
        riff_warn(f, "the last %" PRIu64 " bytes are no whole frame; they were not used",
                  f->held_bytes % f->frame_bytes);
    if (f->held_frames == 0)
        riff_reject(f, "no audio frames");
}
