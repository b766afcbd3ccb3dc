/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pass before those of the engine: peaks, the number of frames, and all of the features where they
 * fit in memory. */
#include <string.h>

#include <sci/memory.h>

#include "features_priv.h"
#include "pages.h"

#define FIRST_FRAMES 256 /* room at first where the length is unknown */

/* Rooms are counted in frames of each channel. */
typedef struct keeping {
    bool on;
    uint64_t room, energy_room;
} keeping;

static size_t
channels_of(const audio_features *f)
{
    return (size_t)f->signal->channels;
}

static size_t
row_bytes(const audio_features *f)
{
    return audio_chain_linear(f->chain) * f->rows.size;
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

/* Room for `to` instead of `from` frames of each channel, of so many bytes each. The old and the new room
 * are there at once for a moment. */
static sci_status
widen(void *at, size_t channels, uint64_t from, uint64_t to, size_t bytes)
{
    unsigned char *old, *larger = NULL;
    sci_status st = sci_alloc(&larger, (size_t)to, channels, bytes);

    if (st != SCI_OK)
        return st;
    audio_pages_large(larger, (size_t)to * channels * bytes);
    memcpy(&old, at, sizeof old);
    for (size_t c = 0; from > 0 && c < channels; c++)
        memcpy(larger + c * to * bytes, old + c * from * bytes, from * bytes);
    sci_free(old);
    memcpy(at, &larger, sizeof larger);
    return SCI_OK;
}

static sci_status
make_room(audio_features *f, keeping *k, uint64_t frames)
{
    sci_status st = widen(&f->kept, channels_of(f), k->room, frames, row_bytes(f));

    if (st == SCI_OK)
        k->room = frames;
    return st;
}

static sci_status
make_energy_room(audio_features *f, keeping *k, uint64_t frames)
{
    sci_status st = widen(&f->energy, channels_of(f), k->energy_room, frames, sizeof *f->energy);

    if (st == SCI_OK)
        k->energy_room = frames;
    return st;
}

/* Before a frame is computed: room for it, or no more keeping. */
static sci_status
keep_frame(audio_features *f, keeping *k)
{
    uint64_t more = k->room == 0 ? FIRST_FRAMES : 2 * k->room;

    if (f->settings.energies && f->n_frames == k->energy_room) {
        uint64_t room = k->energy_room == 0 ? FIRST_FRAMES : 2 * k->energy_room;
        sci_status st = make_energy_room(f, k, room);

        if (st != SCI_OK)
            return st;
    }
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
        if (f->settings.energies)
            f->energy[c * k->energy_room + f->n_frames] = audio_chain_energy(f->chain, row);
        if (!peaks || f->settings.only_least)
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
        if (st == SCI_OK && (peaks || k->on || f->settings.energies))
            take_frame(f, k, peaks);
    }
    return st;
}

/* Rows are closed up: a channel may have had more room than frames, and cepstral coefficients are fewer
 * than what they are made of. */
static void
finish_kept(audio_features *f, const keeping *k)
{
    size_t width = audio_chain_outputs(f->chain) * f->rows.size;
    unsigned char *to = f->kept;

    for (size_t c = 0; f->kept != NULL && c < channels_of(f); c++) {
        features_pcen_start(f, (int)c);
        for (uint64_t t = 0; t < f->n_frames; t++, to += width)
            audio_chain_finish(f->chain, f->floor[c], features_pcen_of(f, (int)c),
                               place_of(f, k, c, t), to);
    }
}

static void
close_up_energies(audio_features *f, const keeping *k)
{
    for (size_t c = 1; f->energy != NULL && c < channels_of(f); c++)
        memmove(f->energy + c * f->n_frames, f->energy + c * k->energy_room,
                f->n_frames * sizeof *f->energy);
}

static sci_status
check_frames(const audio_features *f)
{
    if (f->n_frames > 0)
        return SCI_OK;
    if (f->settings.drop_last)
        return sci_fail(SCI_ERR_DEGENERATE,
                        "'%s' has only one frame of %zu samples, and the last one is dropped",
                        f->signal->name, f->settings.chain.spectrum.length);
    return sci_fail(SCI_ERR_DEGENERATE,
                    "'%s' is shorter than a frame of %zu samples, and nothing pads it",
                    f->signal->name, f->settings.chain.spectrum.length);
}

sci_status
features_first_pass(audio_features *f)
{
    const audio_compression *how = &f->settings.chain.compression;
    audio_frames_settings frames = features_frames(&f->settings);
    bool known = f->signal->samples != AUDIO_LENGTH_UNKNOWN;
    uint64_t n = known ? audio_frames_count(&frames, f->signal->samples) : 0;
    keeping k = { .on = f->settings.memory_bytes > 0 && (!known || fits(f, n)) };
    sci_status st = SCI_OK;

    for (size_t c = 0; f->settings.least_peak != NULL && c < channels_of(f); c++)
        f->peak[c] = f->settings.least_peak[c];
    f->n_frames = n;
    if (k.on && known && n > 0)
        st = make_room(f, &k, n);
    if (st == SCI_OK && f->settings.energies && n > 0)
        st = make_energy_room(f, &k, n);
    if (st == SCI_OK
        && (k.on || !known || audio_compression_needs_peak(how) || f->settings.energies))
        st = read_all(f, &k);
    if (st == SCI_OK)
        st = check_frames(f);
    for (size_t c = 0; st == SCI_OK && c < channels_of(f); c++)
        f->floor[c] = audio_compression_floor(how, f->peak[c]);
    if (st == SCI_OK) {
        finish_kept(f, &k);
        close_up_energies(f, &k);
    }
    return st;
}
