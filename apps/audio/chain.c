/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chain.h"

#include <string.h>

#include <sci/memory.h>
#include <sci/parallel.h>

#include "dct.h"

struct audio_chain {
    audio_chain_settings asked, settings; /* as they came, and filled in */
    double rate_hz;
    size_t hop;
    audio_spectrum *spectrum;
    audio_mel *mel; /* NULL for stft */
    audio_dct *dct; /* NULL unless mfcc */
    void *bins;     /* of the spectrum, where filters follow */
    void *channels; /* compressed mel channels, where the cepstrum follows */
    size_t size;    /* bytes of a number */
};

/* ---- life ---- */

static sci_status
create_filters(audio_chain *c, double rate_hz)
{
    audio_mel_settings *m = &c->settings.mel;
    size_t n_bins = audio_spectrum_bins(c->spectrum);
    sci_status st;

    if (c->settings.feature == AUDIO_FEATURE_STFT)
        return SCI_OK;
    m->rate_hz = rate_hz;
    m->n_fft = c->settings.spectrum.n_fft;
    if (m->fmax_hz == 0.0)
        m->fmax_hz = rate_hz / 2.0;
    st = audio_mel_create(&c->mel, m);
    if (st == SCI_OK)
        st = sci_alloc_zero(&c->bins, AUDIO_MEL_ROOM(n_bins), 1, c->size);
    if (st == SCI_OK && c->settings.feature == AUDIO_FEATURE_MFCC)
        st = audio_dct_create(&c->dct, m->n_mels, c->settings.n_mfcc, c->settings.spectrum.single);
    if (st == SCI_OK && c->settings.feature == AUDIO_FEATURE_MFCC)
        st = sci_alloc(&c->channels, m->n_mels, 1, c->size);
    return st;
}

static sci_status
check_compression(audio_chain *c, double rate_hz, size_t hop)
{
    sci_status st = audio_compression_check(&c->settings.compression);

    if (st != SCI_OK || c->settings.compression.kind != AUDIO_COMPRESS_PCEN)
        return st;
    return audio_pcen_prepare(&c->settings.pcen, rate_hz, hop);
}

sci_status
audio_chain_create(audio_chain **out, const audio_chain_settings *settings, double rate_hz,
                   size_t hop)
{
    audio_chain *c = NULL;
    sci_status st = sci_alloc_zero(&c, 1, 1, sizeof *c);

    if (st != SCI_OK)
        return st;
    c->asked = c->settings = *settings;
    c->rate_hz = rate_hz;
    c->hop = hop;
    c->size = settings->spectrum.single ? sizeof(float) : sizeof(double);
    st = check_compression(c, rate_hz, hop);
    if (st == SCI_OK)
        st = audio_spectrum_create(&c->spectrum, &settings->spectrum);
    if (st == SCI_OK)
        st = create_filters(c, rate_hz);
    if (st != SCI_OK) {
        audio_chain_free(c);
        return st;
    }
    *out = c;
    return SCI_OK;
}

void
audio_chain_free(audio_chain *c)
{
    if (c == NULL)
        return;
    audio_spectrum_free(c->spectrum);
    audio_mel_free(c->mel);
    audio_dct_free(c->dct);
    sci_free(c->bins);
    sci_free(c->channels);
    sci_free(c);
}

/* ---- facts ---- */

/* Field by field: padding may differ. */
static bool
same_spectrum(const audio_spectrum_settings *a, const audio_spectrum_settings *b)
{
    return a->n_fft == b->n_fft && a->length == b->length && a->win_length == b->win_length
           && a->window == b->window && a->single == b->single && a->gain == b->gain
           && a->remove_mean == b->remove_mean && a->preemphasis == b->preemphasis;
}

static bool
same_mel(const audio_mel_settings *a, const audio_mel_settings *b)
{
    return a->rate_hz == b->rate_hz && a->n_fft == b->n_fft && a->n_mels == b->n_mels
           && a->fmin_hz == b->fmin_hz && a->fmax_hz == b->fmax_hz && a->scale == b->scale
           && a->area_norm == b->area_norm && a->mel_slopes == b->mel_slopes;
}

static bool
same_compression(const audio_compression *a, const audio_compression *b)
{
    return a->kind == b->kind && a->relative == b->relative && a->floor_db == b->floor_db
           && a->floor == b->floor && a->exponent == b->exponent && a->least == b->least
           && a->scale == b->scale && a->offset == b->offset;
}

static bool
same_pcen(const audio_pcen *a, const audio_pcen *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* doubles alone */
}

bool
audio_chain_is(const audio_chain *c, const audio_chain_settings *settings, double rate_hz,
               size_t hop)
{
    return c->rate_hz == rate_hz && c->hop == hop && c->asked.feature == settings->feature
           && same_spectrum(&c->asked.spectrum, &settings->spectrum)
           && same_mel(&c->asked.mel, &settings->mel) && c->asked.n_mfcc == settings->n_mfcc
           && same_compression(&c->asked.compression, &settings->compression)
           && same_pcen(&c->asked.pcen, &settings->pcen);
}

const audio_chain_settings *
audio_chain_get_settings(const audio_chain *c)
{
    return &c->settings;
}

size_t
audio_chain_empty_filters(const audio_chain *c)
{
    return c->mel != NULL ? c->mel->n_empty : 0;
}

size_t
audio_chain_linear(const audio_chain *c)
{
    return c->mel != NULL ? c->mel->n_mels : audio_spectrum_bins(c->spectrum);
}

size_t
audio_chain_outputs(const audio_chain *c)
{
    return c->dct != NULL ? c->settings.n_mfcc : audio_chain_linear(c);
}

/* ---- one frame ---- */

void
audio_chain_power(audio_chain *c, const void *frame, void *linear)
{
    audio_spectrum_power(c->spectrum, frame, c->mel != NULL ? c->bins : linear);
    if (c->mel != NULL && c->settings.spectrum.single)
        audio_mel_apply_single(c->mel, c->bins, linear);
    else if (c->mel != NULL)
        audio_mel_apply(c->mel, c->bins, linear);
}

#define LANES 16

SCI_CLONES static float
peak_single(const float *x, size_t n)
{
    float lane[LANES] = { 0 }, peak = 0.0f;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] = x[i + j] > lane[j] ? x[i + j] : lane[j];
    for (; i < n; i++)
        peak = x[i] > peak ? x[i] : peak;
    for (size_t j = 0; j < LANES; j++)
        peak = lane[j] > peak ? lane[j] : peak;
    return peak;
}

static double
peak_double(const double *x, size_t n)
{
    double peak = 0.0;

    for (size_t i = 0; i < n; i++)
        peak = x[i] > peak ? x[i] : peak;
    return peak;
}

double
audio_chain_peak(const audio_chain *c, const void *linear)
{
    size_t n = audio_chain_linear(c);

    return c->settings.spectrum.single ? (double)peak_single(linear, n) : peak_double(linear, n);
}

SCI_CLONES static double
sum_single(const float *x, size_t n)
{
    double lane[LANES] = { 0 }, sum = 0.0;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] += (double)x[i + j];
    for (; i < n; i++)
        sum += (double)x[i];
    for (size_t j = 0; j < LANES; j++)
        sum += lane[j];
    return sum;
}

SCI_CLONES static double
sum_double(const double *x, size_t n)
{
    double lane[LANES] = { 0 }, sum = 0.0;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] += x[i + j];
    for (; i < n; i++)
        sum += x[i];
    for (size_t j = 0; j < LANES; j++)
        sum += lane[j];
    return sum;
}

double
audio_chain_energy(const audio_chain *c, const void *linear)
{
    const void *bins = c->mel != NULL ? c->bins : linear;
    size_t n = audio_spectrum_bins(c->spectrum);

    return c->settings.spectrum.single ? sum_single(bins, n) : sum_double(bins, n);
}

static void
compress_frame(const audio_chain *c, double floor, double *pcen, void *linear)
{
    const audio_compression *how = &c->settings.compression;
    bool single = c->settings.spectrum.single;
    size_t n = audio_chain_linear(c);

    if (how->kind == AUDIO_COMPRESS_PCEN && single)
        audio_pcen_frame_single(&c->settings.pcen, pcen, linear, n);
    else if (how->kind == AUDIO_COMPRESS_PCEN)
        audio_pcen_frame(&c->settings.pcen, pcen, linear, n);
    else if (single)
        audio_compress_single(how, floor, linear, n);
    else
        audio_compress(how, floor, linear, n);
}

void
audio_chain_finish(audio_chain *c, double floor, double *pcen, void *linear, void *out)
{
    compress_frame(c, floor, pcen, linear);
    if (c->dct == NULL) {
        if (out != linear)
            memmove(out, linear, audio_chain_linear(c) * c->size);
        return;
    }
    memcpy(c->channels, linear, audio_chain_linear(c) * c->size);
    audio_dct_apply(c->dct, c->channels, out);
}
