/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pass before those of the engine: peaks, the number of frames, and all of the features where they
 * fit in memory. */
#include <string.h>

#include <sci/memory.h>

#include "features_priv.h"

#define FIRST_FRAMES 256 /* room at first where the length is unknown */

typedef struct keeping {
    bool on;
    uint64_t room; /* frames of each channel */
} keeping;

static size_t
channels_of(const audio_features *f)
{
    return (size_t)f->signal->channels;
}

static size_t
row_bytes(const audio_features *f)
{
    return audio_chain_linear(f->chain) * f->size;
}

/* Whether so many frames of each channel may be kept. */
static bool
fits(const audio_features *f, uint64_t frames)
{
    return frames <= f->settings.memory_bytes / channels_of(f) / row_bytes(f);
}

static unsigned char *
place_of(const audio_features *f, const keeping *k, size_t channel, uint64_t frame)
{
    return f->kept + (channel * k->room + frame) * row_bytes(f);
}

/* The old and the new room are there at once for a moment. */
static sci_status
make_room(audio_features *f, keeping *k, uint64_t frames)
{
    size_t bytes = row_bytes(f);
    unsigned char *larger = NULL;
    sci_status st = sci_alloc(&larger, (size_t)frames, channels_of(f), bytes);

    if (st != SCI_OK)
        return st;
    for (size_t c = 0; f->kept != NULL && c < channels_of(f); c++)
        memcpy(larger + c * frames * bytes, place_of(f, k, c, 0), k->room * bytes);
    sci_free(f->kept);
    f->kept = larger;
    k->room = frames;
    return SCI_OK;
}

/* Before a frame is computed: room for it, or no more keeping. */
static sci_status
keep_frame(audio_features *f, keeping *k)
{
    uint64_t more = k->room == 0 ? FIRST_FRAMES : 2 * k->room;

    if (!k->on || f->n_frames < k->room)
        return SCI_OK;
    if (fits(f, k->room + more))
        return make_room(f, k, more);
    k->on = false;
    sci_free(f->kept);
    f->kept = NULL;
    return SCI_OK;
}

static void
take_frame(audio_features *f, const keeping *k, bool peaks)
{
    for (size_t c = 0; c < channels_of(f); c++) {
        void *row = k->on ? place_of(f, k, c, f->n_frames) : f->linear;
        double peak;

        audio_chain_power(f->chain, audio_frames_samples(f->frames, (int)c), row);
        if (!peaks)
            continue;
        peak = audio_chain_peak(f->chain, row);
        f->peak[c] = peak > f->peak[c] ? peak : f->peak[c];
    }
}

static sci_status
read_all(audio_features *f, keeping *k)
{
    bool peaks = audio_compression_needs_peak(&f->settings.chain.compression);
    sci_status st = audio_frames_rewind(f->frames);

    for (f->n_frames = 0; st == SCI_OK; f->n_frames++) {
        bool more = false;

        st = features_check_stop(f);
        if (st == SCI_OK)
            st = audio_frames_next(f->frames, &more);
        if (st != SCI_OK || !more)
            break;
        st = keep_frame(f, k);
        if (st == SCI_OK && (peaks || k->on))
            take_frame(f, k, peaks);
    }
    return st;
}

/* Rows are closed up: a channel may have had more room than frames, and cepstral coefficients are fewer
 * than what they are made of. */
static void
finish_kept(audio_features *f, const keeping *k)
{
    size_t width = audio_chain_outputs(f->chain) * f->size;
    unsigned char *to = f->kept;

    for (size_t c = 0; f->kept != NULL && c < channels_of(f); c++) {
        features_pcen_start(f, (int)c);
        for (uint64_t t = 0; t < f->n_frames; t++, to += width)
            audio_chain_finish(f->chain, f->floor[c], features_pcen_of(f, (int)c),
                               place_of(f, k, c, t), to);
    }
}

static sci_status
check_frames(const audio_features *f)
{
    if (f->n_frames > 0)
        return SCI_OK;
    return sci_fail(SCI_ERR_DEGENERATE,
                    "'%s' is shorter than a frame of %zu samples, and nothing pads it",
                    f->signal->name, f->settings.chain.spectrum.length);
}

sci_status
features_first_pass(audio_features *f)
{
    const audio_compression *how = &f->settings.chain.compression;
    const audio_spectrum_settings *spectrum = &f->settings.chain.spectrum;
    audio_frames_settings frames = { spectrum->length, f->settings.hop, f->settings.pad, false };
    bool known = f->signal->samples != AUDIO_LENGTH_UNKNOWN;
    uint64_t n = known ? audio_frames_count(&frames, f->signal->samples) : 0;
    keeping k = { .on = f->settings.memory_bytes > 0 && (!known || fits(f, n)) };
    sci_status st = SCI_OK;

    for (size_t c = 0; f->settings.least_peak != NULL && c < channels_of(f); c++)
        f->peak[c] = f->settings.least_peak[c];
    f->n_frames = n;
    if (k.on && known && n > 0)
        st = make_room(f, &k, n);
    if (st == SCI_OK && (k.on || !known || audio_compression_needs_peak(how)))
        st = read_all(f, &k);
    if (st == SCI_OK)
        st = check_frames(f);
    for (size_t c = 0; st == SCI_OK && c < channels_of(f); c++)
        f->floor[c] = audio_compression_floor(how, f->peak[c]);
    if (st == SCI_OK)
        finish_kept(f, &k);
    return st;
}
