/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mel.h"

#include <math.h>

#include <sci/memory.h>
#include <sci/parallel.h>

#define LANES 8

/* ---- scale ---- */

#define LINEAR_HZ 1000.0 /* below it Slaney's scale is linear */
#define LINEAR_MEL 15.0

double
audio_hz_to_mel(double hz, audio_mel_scale scale)
{
    if (scale == AUDIO_MEL_HTK)
        return 2595.0 * log10(1.0 + hz / 700.0);
    if (hz < LINEAR_HZ)
        return hz * 3.0 / 200.0;
    return LINEAR_MEL + log(hz / LINEAR_HZ) / (log(6.4) / 27.0);
}

double
audio_mel_to_hz(double mel, audio_mel_scale scale)
{
    if (scale == AUDIO_MEL_HTK)
        return 700.0 * (pow(10.0, mel / 2595.0) - 1.0);
    if (mel < LINEAR_MEL)
        return mel * 200.0 / 3.0;
    return LINEAR_HZ * exp((mel - LINEAR_MEL) * log(6.4) / 27.0);
}

void
audio_mel_points(double *hz, size_t n, double low_hz, double high_hz, audio_mel_scale scale)
{
    double low = audio_hz_to_mel(low_hz, scale), high = audio_hz_to_mel(high_hz, scale);
    double step = (high - low) / (double)(n - 1);

    for (size_t i = 0; i < n; i++)
        hz[i] = audio_mel_to_hz(i == n - 1 ? high : low + (double)i * step, scale);
}

/* ---- filters ---- */

static double
smaller(double a, double b)
{
    return a < b ? a : b;
}

/* The filter over three points at bin frequency f, not below 0. */
static double
weight(const audio_mel_settings *s, const double *points, double f)
{
    double left = points[0], peak = points[1], right = points[2], w;

    if (s->mel_slopes) {
        f = audio_hz_to_mel(f, s->scale);
        left = audio_hz_to_mel(left, s->scale);
        peak = audio_hz_to_mel(peak, s->scale);
        right = audio_hz_to_mel(right, s->scale);
    }
    w = smaller((f - left) / (peak - left), (right - f) / (right - peak));
    if (!(w > 0.0))
        return 0.0;
    return s->area_norm ? w * (2.0 / (points[2] - points[0])) : w;
}

static double
bin_hz(const audio_mel_settings *s, size_t k)
{
    return (double)k * (s->rate_hz / (double)s->n_fft);
}

/* The bins around a filter: those between its ends and, as ends and bins are rounded, two on each side. */
static void
find_surroundings(const audio_mel_settings *s, const double *points, size_t *from, size_t *to)
{
    double step = s->rate_hz / (double)s->n_fft, first = points[0] / step - 2.0,
           last = points[2] / step + 3.0;
    size_t n_bins = s->n_fft / 2 + 1;

    *from = first > 0.0 ? (size_t)first : 0;
    *to = last < (double)n_bins ? (size_t)last : n_bins;
}

/* first and count of every filter, and how many weights there are in all. */
static size_t
find_rows(audio_mel *mel, const audio_mel_settings *s, const double *points)
{
    size_t total = 0;

    for (size_t m = 0; m < mel->n_mels; m++) {
        size_t first = 0, end = 0, from, to;

        find_surroundings(s, points + m, &from, &to);
        for (size_t k = from; k < to; k++)
            if (weight(s, points + m, bin_hz(s, k)) > 0.0) {
                first = end == 0 ? k : first;
                end = k + 1;
            }
        mel->first[m] = first;
        mel->count[m] = (end - first + LANES - 1) / LANES * LANES;
        mel->n_empty += end == 0;
        mel->at[m] = total;
        total += mel->count[m];
    }
    return total;
}

static sci_status
fill_rows(audio_mel *mel, const audio_mel_settings *s, const double *points)
{
    size_t total = find_rows(mel, s, points);
    sci_status st = sci_alloc_zero(&mel->weights, total, 1, sizeof *mel->weights);

    if (st == SCI_OK)
        st = sci_alloc_zero(&mel->weights_single, total, 1, sizeof *mel->weights_single);
    for (size_t m = 0; st == SCI_OK && m < mel->n_mels; m++)
        for (size_t i = 0; i < mel->count[m]; i++) {
            size_t k = mel->first[m] + i;
            double w = k < mel->n_bins ? weight(s, points + m, bin_hz(s, k)) : 0.0;

            mel->weights[mel->at[m] + i] = w;
            mel->weights_single[mel->at[m] + i] = (float)w;
        }
    return st;
}

static sci_status
check(const audio_mel_settings *s)
{
    double half = s->rate_hz / 2.0;

    if (s->n_mels < 1 || s->n_fft < 2)
        return sci_fail(SCI_ERR_ARGUMENT, "%zu mel filters on an FFT of %zu samples", s->n_mels,
                        s->n_fft);
    if (!(s->fmin_hz >= 0.0 && s->fmin_hz < s->fmax_hz && s->fmax_hz <= half))
        return sci_fail(
            SCI_ERR_ARGUMENT,
            "mel filters from %g to %g Hz: at a rate of %g Hz they lie between 0 and %g, "
            "the lower end first",
            s->fmin_hz, s->fmax_hz, s->rate_hz, half);
    return SCI_OK;
}

sci_status
audio_mel_create(audio_mel **out, const audio_mel_settings *s)
{
    audio_mel *mel = NULL;
    double *points = NULL;
    sci_status st = check(s);

    if (st == SCI_OK)
        st = sci_alloc_zero(&mel, 1, 1, sizeof *mel);
    if (st != SCI_OK)
        return st;
    mel->n_mels = s->n_mels;
    mel->n_bins = s->n_fft / 2 + 1;
    st = sci_alloc(&points, s->n_mels + 2, 1, sizeof *points);
    if (st == SCI_OK)
        st = sci_alloc(&mel->first, s->n_mels, 1, sizeof *mel->first);
    if (st == SCI_OK)
        st = sci_alloc(&mel->count, s->n_mels, 1, sizeof *mel->count);
    if (st == SCI_OK)
        st = sci_alloc(&mel->at, s->n_mels, 1, sizeof *mel->at);
    if (st == SCI_OK) {
        audio_mel_points(points, s->n_mels + 2, s->fmin_hz, s->fmax_hz, s->scale);
        st = fill_rows(mel, s, points);
    }
    sci_free(points);
    if (st != SCI_OK) {
        audio_mel_free(mel);
        return st;
    }
    *out = mel;
    return SCI_OK;
}

void
audio_mel_free(audio_mel *mel)
{
    if (mel == NULL)
        return;
    sci_free(mel->first);
    sci_free(mel->count);
    sci_free(mel->at);
    sci_free(mel->weights);
    sci_free(mel->weights_single);
    sci_free(mel);
}

/* ---- applying ---- */

SCI_CLONES void
audio_mel_apply_single(const audio_mel *mel, const float *power, float *out)
{
    for (size_t m = 0; m < mel->n_mels; m++) {
        const float *w = mel->weights_single + mel->at[m], *p = power + mel->first[m];
        float lane[LANES] = { 0 };

        for (size_t i = 0; i < mel->count[m]; i += LANES)
            for (size_t j = 0; j < LANES; j++)
                lane[j] += w[i + j] * p[i + j];
        out[m] = ((lane[0] + lane[4]) + (lane[2] + lane[6]))
                 + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    }
}

SCI_CLONES void
audio_mel_apply(const audio_mel *mel, const double *power, double *out)
{
    for (size_t m = 0; m < mel->n_mels; m++) {
        const double *w = mel->weights + mel->at[m], *p = power + mel->first[m];
        double lane[LANES] = { 0 };

        for (size_t i = 0; i < mel->count[m]; i += LANES)
            for (size_t j = 0; j < LANES; j++)
                lane[j] += w[i + j] * p[i + j];
        out[m] = ((lane[0] + lane[4]) + (lane[2] + lane[6]))
                 + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    }
}
