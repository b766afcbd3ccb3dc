/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row is one frame of one channel, row r being frame r mod T of channel r div T: one run over the
 * signal for each channel. */
#include "phase.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

typedef struct phases {
    sci_source base;
    audio_phase_settings settings;
    audio_signal *signal;
    audio_frames *frames;
    audio_spectrum *spectrum;
    uint64_t per_channel; /* frames */
    size_t n_bins;
    float *cache;        /* row cached_row, of which a part was handed out */
    uint64_t cached_row; /* UINT64_MAX: none */
    uint64_t next_row;   /* UINT64_MAX: rewind first */
} phases;

void
audio_phase_bins(const double *power, const float *phase, size_t n_bins, double *bins)
{
    for (size_t k = 0; k < n_bins; k++) {
        double magnitude = sqrt(power[k]), angle = (double)phase[k];

        bins[2 * k] = magnitude * cos(angle);
        bins[2 * k + 1] = magnitude * sin(angle);
    }
}

/* ---- rows ---- */

static sci_status
fail_changed(const phases *p)
{
    return sci_fail(SCI_ERR_IO, "'%s' changed while it was read", p->signal->name);
}

static sci_status
next_frame(phases *p, bool *more)
{
    if (p->settings.stop != NULL && *p->settings.stop != 0)
        return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    return audio_frames_next(p->frames, more);
}

/* The next row into `out`, or nowhere (NULL). After the last frame of a channel the signal is read to
 * its end. */
static sci_status
next_row(phases *p, float *out)
{
    uint64_t frame = p->next_row % p->per_channel;
    int channel = (int)(p->next_row / p->per_channel);
    bool more;
    sci_status st = frame == 0 ? audio_frames_rewind(p->frames) : SCI_OK;

    if (st == SCI_OK)
        st = next_frame(p, &more);
    if (st == SCI_OK && !more)
        st = fail_changed(p);
    if (st == SCI_OK && out != NULL) {
        const double *bins =
            audio_spectrum_complex(p->spectrum, audio_frames_samples(p->frames, channel));

        for (size_t k = 0; k < p->n_bins; k++)
            out[k] = (float)atan2(bins[2 * k + 1], bins[2 * k]);
    }
    if (st == SCI_OK && frame + 1 == p->per_channel) {
        st = audio_frames_next(p->frames, &more);
        if (st == SCI_OK && more)
            st = fail_changed(p);
    }
    p->next_row = st == SCI_OK ? p->next_row + 1 : UINT64_MAX;
    return st;
}

static sci_status
row_at(phases *p, uint64_t row, float *out)
{
    uint64_t begin = row - row % p->per_channel;
    sci_status st = SCI_OK;

    if (p->next_row == UINT64_MAX || p->next_row > row || p->next_row < begin)
        p->next_row = begin;
    while (st == SCI_OK && p->next_row < row)
        st = next_row(p, NULL);
    return st == SCI_OK ? next_row(p, out) : st;
}

/* ---- the source ---- */

static sci_status
fetch(sci_source *self, sci_piece *piece)
{
    phases *p = (phases *)self;
    float *to = piece->bytes;
    uint64_t at = piece->first, end = piece->first + piece->count;

    piece->n_tasks = 0;
    while (at < end) {
        uint64_t row = at / p->n_bins, left = end - at;
        size_t offset = (size_t)(at % p->n_bins), n = p->n_bins - offset;
        sci_status st = SCI_OK;

        n = left < n ? (size_t)left : n;
        if (n == p->n_bins) {
            st = row_at(p, row, to);
        } else { /* cut by the ends of pieces: its parts come one after the other */
            if (p->cached_row != row)
                st = row_at(p, row, p->cache);
            p->cached_row = st == SCI_OK ? row : UINT64_MAX;
            memcpy(to, p->cache + offset, n * sizeof *to);
        }
        if (st != SCI_OK)
            return st;
        to += n;
        at += n;
    }
    return SCI_OK;
}

static void
phases_free(sci_source *self)
{
    phases *p = (phases *)self;

    audio_frames_free(p->frames);
    audio_spectrum_free(p->spectrum);
    sci_free(p->cache);
    sci_free(p);
}

static const sci_source_ops ops = { .fetch = fetch, .free = phases_free };

/* ---- life ---- */

static sci_status
count_frames(phases *p, const audio_frames_settings *settings)
{
    bool more = true;
    sci_status st = SCI_OK;

    if (p->signal->samples == AUDIO_LENGTH_UNKNOWN)
        st = audio_frames_rewind(p->frames);
    while (st == SCI_OK && more && p->signal->samples == AUDIO_LENGTH_UNKNOWN)
        st = next_frame(p, &more);
    if (st != SCI_OK)
        return st;
    p->per_channel = audio_frames_count(settings, p->signal->samples);
    if (p->per_channel > 0)
        return SCI_OK;
    return sci_fail(SCI_ERR_DEGENERATE, "'%s' has no frame of %zu samples", p->signal->name,
                    settings->length);
}

static sci_status
create_parts(phases *p)
{
    audio_frames_settings frames = { .length = p->settings.spectrum.length,
                                     .hop = p->settings.hop,
                                     .pad = p->settings.pad,
                                     .drop_last = p->settings.drop_last };
    sci_status st = audio_frames_create(&p->frames, &frames, p->signal);
    uint64_t count;

    if (st == SCI_OK)
        st = audio_spectrum_create(&p->spectrum, &p->settings.spectrum);
    if (st != SCI_OK)
        return st;
    p->n_bins = audio_spectrum_bins(p->spectrum);
    st = sci_alloc_zero(&p->cache, p->n_bins, 1, sizeof *p->cache);
    if (st == SCI_OK)
        st = count_frames(p, &frames);
    if (st != SCI_OK)
        return st;
    p->base.array = (sci_array){
        .rank = 3,
        .shape = { (uint64_t)p->signal->channels, p->per_channel, p->n_bins },
        .type = SCI_FLOAT32,
    };
    return sci_array_count(&p->base.array, &count);
}

sci_status
audio_phase_source(sci_source **out, audio_signal *signal, const audio_phase_settings *settings)
{
    phases *p = NULL;
    sci_status st = sci_alloc_zero(&p, 1, 1, sizeof *p);

    if (st != SCI_OK)
        return st;
    p->base.ops = &ops;
    p->base.name = signal->name;
    p->settings = *settings;
    p->settings.spectrum.single = false;
    p->signal = signal;
    p->cached_row = p->next_row = UINT64_MAX;
    st = create_parts(p);
    if (st != SCI_OK) {
        phases_free(&p->base);
        return st;
    }
    *out = &p->base;
    return SCI_OK;
}
