/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `sum` and `weight` are those of the padded signal from `next`·hop on, where the next frame begins. */
#include "inverse.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <fftw3.h>

#include <sci/memory.h>

#include "spectrum_priv.h"

struct audio_inverse {
    audio_inverse_settings settings;
    size_t pad, n_bins;
    uint64_t frames, next;
    double *window, *sum, *weight; /* spectrum.length of each */
    double least;                  /* weight of a sample that is known */
    void *input, *output;          /* of the precision: pairs, samples */
    fftw_plan plan;
    fftwf_plan plan_single;
    uint64_t unknown;
};

/* ---- frames ---- */

static void
add_single(audio_inverse *v)
{
    const float *y = v->output;
    double scale = 1.0 / (double)v->settings.spectrum.n_fft;

    for (size_t i = 0; i < v->settings.spectrum.length; i++)
        v->sum[i] += scale * v->window[i] * (double)y[i];
}

static void
add_double(audio_inverse *v)
{
    const double *y = v->output;
    double scale = 1.0 / (double)v->settings.spectrum.n_fft;

    for (size_t i = 0; i < v->settings.spectrum.length; i++)
        v->sum[i] += scale * v->window[i] * y[i];
}

/* Samples of the signal among the first `n` of the buffer, which begins at `next`·hop. Places beyond
 * `length` are reached by no frame. */
static size_t
give(audio_inverse *v, double *samples, size_t n)
{
    uint64_t at = v->next * v->settings.hop, end = v->pad + v->settings.samples;
    size_t given = 0;

    for (size_t i = 0; i < n && at + i < end; i++) {
        bool known = i < v->settings.spectrum.length && v->weight[i] > v->least;

        if (at + i < v->pad)
            continue;
        v->unknown += !known;
        samples[given++] = known ? v->sum[i] / v->weight[i] : 0.0;
    }
    return given;
}

static void
move(double *x, size_t n, size_t by)
{
    memmove(x, x + by, (n - by) * sizeof *x);
    memset(x + n - by, 0, by * sizeof *x);
}

sci_status
audio_inverse_add(audio_inverse *v, const void *bins, double *samples, size_t *n)
{
    size_t length = v->settings.spectrum.length;
    size_t size = v->settings.spectrum.single ? sizeof(float) : sizeof(double);

    *n = 0;
    if (v->next == v->frames)
        return sci_fail(SCI_ERR_SHAPE, "more than the %" PRIu64 " frames of %" PRIu64 " samples",
                        v->frames, v->settings.samples);
    memcpy(v->input, bins, v->n_bins * 2 * size); /* FFTW spoils its input */
    if (v->settings.spectrum.single) {
        fftwf_execute(v->plan_single);
        add_single(v);
    } else {
        fftw_execute(v->plan);
        add_double(v);
    }
    for (size_t i = 0; i < length; i++)
        v->weight[i] += v->window[i] * v->window[i];
    *n = give(v, samples, v->settings.hop);
    move(v->sum, length, v->settings.hop);
    move(v->weight, length, v->settings.hop);
    v->next++;
    return SCI_OK;
}

/* A frame that would follow the last one ends beyond the padded signal, or one hop before its end where
 * the last one was dropped: so many places from where it would begin hold all that is left. */
sci_status
audio_inverse_finish(audio_inverse *v, double *samples, size_t *n)
{
    *n = 0;
    if (v->next != v->frames)
        return sci_fail(SCI_ERR_SHAPE,
                        "%" PRIu64 " frames for %" PRIu64 " samples, which have %" PRIu64, v->next,
                        v->settings.samples, v->frames);
    *n = give(v, samples, v->settings.spectrum.length + v->settings.hop);
    return SCI_OK;
}

uint64_t
audio_inverse_frames(const audio_inverse *v)
{
    return v->frames;
}

uint64_t
audio_inverse_unknown(const audio_inverse *v)
{
    return v->unknown;
}

/* ---- life ---- */

static sci_status
check(const audio_inverse_settings *s)
{
    const audio_spectrum_settings *t = &s->spectrum;

    if (s->hop < 1)
        return sci_fail(SCI_ERR_ARGUMENT, "the hop is 0 samples; it is at least 1");
    if (t->remove_mean || t->preemphasis != 0.0)
        return sci_fail(SCI_ERR_REFUSED, "frames without their mean or with pre-emphasis do not "
                                         "give their samples back");
    if (s->hop > t->win_length)
        return sci_fail(SCI_ERR_REFUSED,
                        "a hop of %zu samples leaves some between windows of %zu, which cannot be "
                        "known again",
                        s->hop, t->win_length);
    return SCI_OK;
}

static sci_status
fill_window(audio_inverse *v)
{
    const audio_spectrum_settings *t = &v->settings.spectrum;
    double gain = t->gain == 0.0 ? 1.0 : t->gain, largest = 0.0;
    sci_status st = audio_window_fill(v->window, t->window, t->win_length, t->length);

    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < t->length; i++) {
        v->window[i] *= gain;
        largest = fmax(largest, fabs(v->window[i]));
    }
    largest *= t->single ? (double)FLT_EPSILON : DBL_EPSILON;
    v->least = largest * largest;
    return SCI_OK;
}

static sci_status
plan(audio_inverse *v)
{
    int n = (int)v->settings.spectrum.n_fft;

    pthread_mutex_lock(&spectrum_planner);
    if (v->settings.spectrum.single)
        v->plan_single = fftwf_plan_dft_c2r_1d(n, v->input, v->output, FFTW_ESTIMATE);
    else
        v->plan = fftw_plan_dft_c2r_1d(n, v->input, v->output, FFTW_ESTIMATE);
    pthread_mutex_unlock(&spectrum_planner);
    if (v->plan == NULL && v->plan_single == NULL)
        return sci_fail(SCI_ERR_NOMEM, "FFTW has no plan for %d samples", n);
    return SCI_OK;
}

static sci_status
allocate(audio_inverse *v)
{
    const audio_spectrum_settings *t = &v->settings.spectrum;
    size_t size = t->single ? sizeof(float) : sizeof(double);
    sci_status st = sci_alloc(&v->window, t->length, 1, sizeof *v->window);

    if (st == SCI_OK)
        st = sci_alloc_zero(&v->sum, t->length, 1, sizeof *v->sum);
    if (st == SCI_OK)
        st = sci_alloc_zero(&v->weight, t->length, 1, sizeof *v->weight);
    if (st == SCI_OK)
        st = sci_alloc_zero(&v->input, v->n_bins, 2, size);
    if (st == SCI_OK)
        st = sci_alloc_zero(&v->output, t->n_fft, 1, size);
    return st;
}

static sci_status
count_frames(audio_inverse *v)
{
    const audio_inverse_settings *s = &v->settings;
    audio_frames_settings frames = {
        .length = s->spectrum.length, .hop = s->hop, .pad = s->pad, .drop_last = s->drop_last
    };

    v->frames = audio_frames_count(&frames, s->samples);
    if (v->frames > 0)
        return SCI_OK;
    return sci_fail(SCI_ERR_DEGENERATE, "%" PRIu64 " samples have no frame of %zu", s->samples,
                    s->spectrum.length);
}

sci_status
audio_inverse_create(audio_inverse **out, const audio_inverse_settings *settings)
{
    audio_inverse *v = NULL;
    sci_status st = audio_spectrum_check(&settings->spectrum);

    if (st == SCI_OK)
        st = check(settings);
    if (st == SCI_OK)
        st = sci_alloc_zero(&v, 1, 1, sizeof *v);
    if (st != SCI_OK)
        return st;
    v->settings = *settings;
    v->n_bins = settings->spectrum.n_fft / 2 + 1;
    v->pad = settings->pad == AUDIO_PAD_NONE ? 0 : settings->spectrum.length / 2;
    st = count_frames(v);
    if (st == SCI_OK)
        st = allocate(v);
    if (st == SCI_OK)
        st = fill_window(v);
    if (st == SCI_OK)
        st = plan(v);
    if (st != SCI_OK) {
        audio_inverse_free(v);
        return st;
    }
    *out = v;
    return SCI_OK;
}

void
audio_inverse_free(audio_inverse *v)
{
    if (v == NULL)
        return;
    pthread_mutex_lock(&spectrum_planner);
    if (v->plan != NULL)
        fftw_destroy_plan(v->plan);
    if (v->plan_single != NULL)
        fftwf_destroy_plan(v->plan_single);
    pthread_mutex_unlock(&spectrum_planner);
    sci_free(v->window);
    sci_free(v->sum);
    sci_free(v->weight);
    sci_free(v->input);
    sci_free(v->output);
    sci_free(v);
}
