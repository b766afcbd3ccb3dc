/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pass before those of the engine: peaks, the number of frames, and all of the features where they
 * fit in memory. */
#include <string.h>

#include <sci/memory.h>

#include "features_priv.h"

#define FIRST_ROWS 256 /* room at first where the length is unknown */

typedef struct keeping {
    bool on;
    uint64_t room; /* rows */
} keeping;

static size_t
row_bytes(const audio_features *f)
{
    return audio_chain_linear(f->chain) * f->size;
}

/* Whether so many rows may be kept. */
static bool
fits(const audio_features *f, uint64_t rows)
{
    return rows <= f->settings.memory_bytes / row_bytes(f);
}

static sci_status
make_room(audio_features *f, keeping *k, uint64_t rows)
{
    unsigned char *larger = NULL;
    sci_status st = sci_alloc(&larger, (size_t)rows, row_bytes(f), 1);

    if (st != SCI_OK)
        return st;
    if (f->kept != NULL)
        memcpy(larger, f->kept, (size_t)f->next_row * row_bytes(f));
    sci_free(f->kept);
    f->kept = larger;
    k->room = rows;
    return SCI_OK;
}

/* Where the next row goes; the old and the new room are there at once for a moment. */
static sci_status
place_row(audio_features *f, keeping *k, void **out)
{
    *out = f->linear;
    if (k->on && f->next_row == k->room) {
        uint64_t more = k->room == 0 ? FIRST_ROWS : 2 * k->room;
        sci_status st;

        if (!fits(f, k->room + more)) {
            k->on = false;
            sci_free(f->kept);
            f->kept = NULL;
            return SCI_OK;
        }
        st = make_room(f, k, more);
        if (st != SCI_OK)
            return st;
    }
    if (k->on)
        *out = f->kept + f->next_row * row_bytes(f);
    return SCI_OK;
}

static sci_status
read_all(audio_features *f, keeping *k)
{
    bool peaks = audio_compression_needs_peak(&f->settings.chain.compression), more = true;
    sci_status st = features_rewind(f);

    while (st == SCI_OK) {
        int channel = (int)(f->next_row % (uint64_t)f->signal->channels);
        void *row;

        st = features_advance(f, &more);
        if (st != SCI_OK || !more)
            break;
        st = place_row(f, k, &row);
        if (st == SCI_OK && (peaks || k->on)) {
            audio_chain_power(f->chain, audio_frames_samples(f->frames, channel), row);
            if (peaks) {
                double peak = audio_chain_peak(f->chain, row);

                f->peak[channel] = peak > f->peak[channel] ? peak : f->peak[channel];
            }
        }
        f->next_row++;
    }
    f->rows = f->next_row;
    return st;
}

/* Rows of cepstral coefficients are shorter than those that they are made of, so they move down. */
static void
finish_kept(audio_features *f)
{
    size_t width = audio_chain_outputs(f->chain) * f->size;

    for (uint64_t r = 0; f->kept != NULL && r < f->rows; r++) {
        int channel = (int)(r % (uint64_t)f->signal->channels);

        audio_chain_finish(f->chain, f->floor[channel], features_pcen_of(f, channel),
                           f->kept + r * row_bytes(f), f->kept + r * width);
    }
}

static sci_status
check_rows(const audio_features *f)
{
    if (f->rows > 0)
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
    uint64_t channels = (uint64_t)f->signal->channels;
    bool known = f->signal->samples != AUDIO_LENGTH_UNKNOWN;
    uint64_t rows = known ? channels * audio_frames_count(&frames, f->signal->samples) : 0;
    keeping k = { .on = f->settings.memory_bytes > 0 && (!known || fits(f, rows)) };
    sci_status st = SCI_OK;

    for (uint64_t c = 0; f->settings.least_peak != NULL && c < channels; c++)
        f->peak[c] = f->settings.least_peak[c];
    f->rows = rows;
    if (k.on && known && rows > 0)
        st = make_room(f, &k, rows);
    if (st == SCI_OK && (k.on || !known || audio_compression_needs_peak(how)))
        st = read_all(f, &k);
    if (st == SCI_OK)
        st = check_rows(f);
    for (uint64_t c = 0; st == SCI_OK && c < channels; c++)
        f->floor[c] = audio_compression_floor(how, f->peak[c]);
    if (st == SCI_OK)
        finish_kept(f);
    return st;
}
