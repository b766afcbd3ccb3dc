/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spectrum.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include <fftw3.h>

#include <sci/memory.h>
#include <sci/parallel.h>

#include "spectrum_priv.h"

struct audio_spectrum {
    audio_spectrum_settings settings;
    size_t n_bins;
    void *window, *input, *output; /* of the precision; windowed frame, bins as pairs */
    fftw_plan plan;
    fftwf_plan plan_single;
};

pthread_mutex_t spectrum_planner = PTHREAD_MUTEX_INITIALIZER;

/* ---- kernels ---- */

SCI_CLONES static void
windowed_single(float *restrict out, const float *restrict x, const float *restrict w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] * w[i];
}

SCI_CLONES static void
windowed_double(double *restrict out, const double *restrict x, const double *restrict w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] * w[i];
}

SCI_CLONES static void
power_single(float *restrict out, const float *restrict x, size_t n)
{
    for (size_t k = 0; k < n; k++)
        out[k] = x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1];
}

SCI_CLONES static void
power_double(double *restrict out, const double *restrict x, size_t n)
{
    for (size_t k = 0; k < n; k++)
        out[k] = x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1];
}

/* Kaldi's steps before the window, in double; the frame is left as it is. */
static double
prepared(const audio_spectrum_settings *s, const void *frame, double mean, size_t i)
{
    size_t before = i > 0 ? i - 1 : 0;

    if (s->single)
        return ((double)((const float *)frame)[i] - mean)
               - s->preemphasis * ((double)((const float *)frame)[before] - mean);
    return (((const double *)frame)[i] - mean)
           - s->preemphasis * (((const double *)frame)[before] - mean);
}

static void
window_prepared(audio_spectrum *s, const void *frame)
{
    size_t n = s->settings.length;
    double sum = 0.0;

    for (size_t i = 0; s->settings.remove_mean && i < n; i++)
        sum += s->settings.single ? (double)((const float *)frame)[i] : ((const double *)frame)[i];
    for (size_t i = 0; i < n; i++) {
        double x = prepared(&s->settings, frame, sum / (double)n, i);

        if (s->settings.single)
            ((float *)s->input)[i] = (float)x * ((const float *)s->window)[i];
        else
            ((double *)s->input)[i] = x * ((const double *)s->window)[i];
    }
}

const void *
audio_spectrum_complex(audio_spectrum *s, const void *frame)
{
    if (s->settings.remove_mean || s->settings.preemphasis != 0.0)
        window_prepared(s, frame);
    else if (s->settings.single)
        windowed_single(s->input, frame, s->window, s->settings.length);
    else
        windowed_double(s->input, frame, s->window, s->settings.length);
    if (s->settings.single)
        fftwf_execute(s->plan_single);
    else
        fftw_execute(s->plan);
    return s->output;
}

void
audio_spectrum_power(audio_spectrum *s, const void *frame, void *power)
{
    const void *bins = audio_spectrum_complex(s, frame);

    if (s->settings.single)
        power_single(power, bins, s->n_bins);
    else
        power_double(power, bins, s->n_bins);
}

/* ---- life ---- */

sci_status
audio_spectrum_check(const audio_spectrum_settings *s)
{
    if (s->n_fft < 2 || s->n_fft > INT_MAX / 4)
        return sci_fail(SCI_ERR_ARGUMENT, "an FFT of %zu samples; it has 2 to %d", s->n_fft,
                        INT_MAX / 4);
    if (s->length > s->n_fft)
        return sci_fail(SCI_ERR_ARGUMENT, "a frame of %zu samples does not go into an FFT of %zu",
                        s->length, s->n_fft);
    return SCI_OK;
}

static sci_status
fill_window(audio_spectrum *s)
{
    const audio_spectrum_settings *t = &s->settings;
    double *w = NULL, gain = t->gain == 0.0 ? 1.0 : t->gain;
    sci_status st = sci_alloc(&w, t->length, 1, sizeof *w);

    if (st == SCI_OK)
        st = audio_window_fill(w, t->window, t->win_length, t->length);
    for (size_t i = 0; st == SCI_OK && i < t->length; i++)
        if (t->single)
            ((float *)s->window)[i] = (float)(gain * w[i]);
        else
            ((double *)s->window)[i] = gain * w[i];
    sci_free(w);
    return st;
}

/* Real and imaginary part in turn: a split output makes FFTW five times as slow (n_fft 1024). */
static sci_status
plan(audio_spectrum *s)
{
    int n = (int)s->settings.n_fft;

    pthread_mutex_lock(&spectrum_planner);
    if (s->settings.single)
        s->plan_single = fftwf_plan_dft_r2c_1d(n, s->input, s->output, FFTW_ESTIMATE);
    else
        s->plan = fftw_plan_dft_r2c_1d(n, s->input, s->output, FFTW_ESTIMATE);
    pthread_mutex_unlock(&spectrum_planner);
    if (s->plan == NULL && s->plan_single == NULL)
        return sci_fail(SCI_ERR_NOMEM, "FFTW has no plan for %d samples", n);
    return SCI_OK;
}

sci_status
audio_spectrum_create(audio_spectrum **out, const audio_spectrum_settings *settings)
{
    size_t size = settings->single ? sizeof(float) : sizeof(double);
    audio_spectrum *s = NULL;
    sci_status st = audio_spectrum_check(settings);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s, 1, 1, sizeof *s);
    if (st != SCI_OK)
        return st;
    s->settings = *settings;
    s->n_bins = settings->n_fft / 2 + 1;
    st = sci_alloc(&s->window, settings->length, 1, size);
    if (st == SCI_OK)
        st = fill_window(s);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->input, settings->n_fft, 1, size);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->output, s->n_bins, 2, size);
    if (st == SCI_OK)
        st = plan(s);
    if (st != SCI_OK) {
        audio_spectrum_free(s);
        return st;
    }
    *out = s;
    return SCI_OK;
}

void
audio_spectrum_free(audio_spectrum *s)
{
    if (s == NULL)
        return;
    pthread_mutex_lock(&spectrum_planner);
    if (s->plan != NULL)
        fftw_destroy_plan(s->plan);
    if (s->plan_single != NULL)
        fftwf_destroy_plan(s->plan_single);
    pthread_mutex_unlock(&spectrum_planner);
    sci_free(s->window);
    sci_free(s->input);
    sci_free(s->output);
    sci_free(s);
}

size_t
audio_spectrum_bins(const audio_spectrum *s)
{
    return s->n_bins;
}

double
audio_spectrum_largest(const audio_spectrum_settings *s)
{
    double gain = s->gain == 0.0 ? 1.0 : s->gain;

    return sqrt(s->single ? (double)FLT_MAX : DBL_MAX) / (4.0 * (double)s->n_fft * gain);
}
