/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sci/memory.h>

#include "spectrogram_priv.h"

#define LINES_MOST 64 /* more would hide what they divide */

size_t
spectrogram_rows(const audio_spectrogram *s)
{
    return s->chain->feature == AUDIO_FEATURE_STFT  ? s->chain->spectrum.n_fft / 2 + 1
           : s->chain->feature == AUDIO_FEATURE_MEL ? s->chain->mel.n_mels
                                                    : s->chain->n_mfcc;
}

/* ---- mel channels ---- */

/* Frequencies at mel channels, where they are not too close to each other. */
static void
mark_frequencies(spectrogram_frequencies *out, const audio_spectrogram *s)
{
    static const struct {
        double hz;
        const char *text;
    } round[] = {
        { 100.0, "100" },     { 200.0, "200" },     { 500.0, "500" },   { 1000.0, "1000" },
        { 2000.0, "2000" },   { 4000.0, "4000" },   { 8000.0, "8000" }, { 16000.0, "16000" },
        { 32000.0, "32000" }, { 64000.0, "64000" },
    };
    const audio_mel_settings *mel = &s->chain->mel;
    double high_hz = mel->fmax_hz > 0.0 ? mel->fmax_hz : s->rate_hz / 2.0;
    double low = audio_hz_to_mel(mel->fmin_hz, mel->scale);
    double step = (audio_hz_to_mel(high_hz, mel->scale) - low) / (double)(mel->n_mels + 1);
    double least = 0.05 * (double)mel->n_mels, before = -1.0 - least;

    for (size_t k = 0; k < sizeof round / sizeof *round; k++) {
        /* the peak of channel m is m + 1 steps above the lowest frequency */
        double at = (audio_hz_to_mel(round[k].hz, mel->scale) - low) / step - 1.0;

        if (at < -0.5 || at > (double)mel->n_mels - 0.5 || at - before < least)
            continue;
        out->ticks[out->axis.n_ticks++] = (cli_tick){ at, round[k].text };
        before = at;
    }
    out->axis.ticks = out->ticks;
}

/* ---- bands ---- */

static sci_status
find_edges(spectrogram_frequencies *out, const audio_spectrogram *s)
{
    const audio_bands *b = s->bands;
    double step = out->axis.step != 0.0 ? out->axis.step : 1.0;
    sci_status st;

    if (b == NULL || b->kept > LINES_MOST)
        return SCI_OK;
    if (b->n_bins != spectrogram_rows(s))
        return sci_fail(SCI_ERR_SHAPE, "bands of %zu numbers over frames of %zu", b->n_bins,
                        spectrogram_rows(s));
    st = sci_alloc(&out->lines, b->n_bins, 1, sizeof *out->lines);
    for (size_t k = 1; st == SCI_OK && k < b->n_bins; k++)
        if (b->label[k] != b->label[k - 1])
            out->lines[out->n_lines++] = out->axis.start + ((double)k - 0.5) * step;
    return st;
}

sci_status
spectrogram_frequencies_make(spectrogram_frequencies *out, const audio_spectrogram *s)
{
    if (s->chain->feature == AUDIO_FEATURE_STFT) {
        out->axis.label = "frequency (Hz)";
        out->axis.step = s->rate_hz / (double)s->chain->spectrum.n_fft;
    } else if (s->chain->feature == AUDIO_FEATURE_MEL) {
        out->axis.label = "frequency (Hz), in mel channels";
        mark_frequencies(out, s);
    } else {
        out->axis.label = "coefficient";
    }
    return find_edges(out, s);
}

void
spectrogram_frequencies_clear(spectrogram_frequencies *f)
{
    sci_free(f->lines);
}
