/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loudness.h"

#include <math.h>

#include <ebur128.h>

#include <sci/memory.h>

#define BLOCK 4096 /* samples read at once */
#define CHANNELS_MOST 64
#define RATE_LEAST 16.0
#define RATE_MOST 2822400.0

struct audio_meter {
    ebur128_state *state;
};

double
audio_amplitude(double db)
{
    return pow(10.0, db / 20.0);
}

double
audio_decibels(double amplitude)
{
    return amplitude > 0.0 ? 20.0 * log10(amplitude) : -(double)INFINITY;
}

/* ---- one signal ---- */

/* Its failures are those of memory: everything else is checked before. */
static sci_status
status_of(int code)
{
    if (code == EBUR128_SUCCESS)
        return SCI_OK;
    return sci_fail(SCI_ERR_NOMEM, "no memory to measure loudness (libebur128: %d)", code);
}

static sci_status
meter_create(audio_meter **out, const audio_signal *signal)
{
    audio_meter *m = NULL;
    sci_status st;

    if (signal->channels > CHANNELS_MOST || !(signal->rate_hz >= RATE_LEAST)
        || !(signal->rate_hz <= RATE_MOST))
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s': %d channels at %.9g Hz; loudness is measured of up to %d at %.0f to "
                        "%.0f Hz",
                        signal->name, signal->channels, signal->rate_hz, CHANNELS_MOST, RATE_LEAST,
                        RATE_MOST);
    st = sci_alloc_zero(&m, 1, 1, sizeof *m);
    if (st != SCI_OK)
        return st;
    m->state = ebur128_init((unsigned)signal->channels, (unsigned long)lround(signal->rate_hz),
                            EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
    if (m->state == NULL) {
        sci_free(m);
        return status_of(EBUR128_ERROR_NOMEM);
    }
    *out = m;
    return SCI_OK;
}

void
audio_meter_free(audio_meter *m)
{
    if (m == NULL)
        return;
    ebur128_destroy(&m->state);
    sci_free(m);
}

static sci_status
read_all(audio_meter *m, audio_signal *signal, double *block, uint64_t *samples)
{
    size_t got = BLOCK;
    sci_status st = signal->rewind(signal);

    *samples = 0;
    while (st == SCI_OK && got == BLOCK) {
        st = signal->read(signal, block, BLOCK, &got);
        if (st == SCI_OK && got > 0)
            st = status_of(ebur128_add_frames_double(m->state, block, got));
        *samples += st == SCI_OK ? got : 0;
    }
    return st;
}

static sci_status
find_peaks(audio_loudness *out, const audio_meter *m)
{
    int code = EBUR128_SUCCESS;

    for (unsigned c = 0; code == EBUR128_SUCCESS && c < m->state->channels; c++) {
        double sample, between;

        code = ebur128_sample_peak(m->state, c, &sample);
        if (code == EBUR128_SUCCESS)
            code = ebur128_true_peak(m->state, c, &between);
        if (code != EBUR128_SUCCESS)
            break;
        out->sample_peak = fmax(out->sample_peak, sample);
        out->true_peak = fmax(out->true_peak, fmax(sample, between));
    }
    return status_of(code);
}

static sci_status
find_loudness(audio_loudness *out, ebur128_state **states, size_t n)
{
    int code = ebur128_loudness_global_multiple(states, n, &out->lufs);

    if (code == EBUR128_SUCCESS)
        code = ebur128_loudness_range_multiple(states, n, &out->range_lu);
    return status_of(code);
}

/* A state keeps the last 3 s of samples; with other parameters it forgets them, but no block. An album
 * of many files fits in memory so. */
static sci_status
shrink(audio_meter *m)
{
    int code = ebur128_change_parameters(m->state, 1, 100);

    return code == EBUR128_ERROR_NO_CHANGE ? SCI_OK : status_of(code);
}

static sci_status
measure(audio_loudness *out, audio_meter *m, audio_signal *signal)
{
    double *block = NULL;
    sci_status st = sci_alloc(&block, BLOCK, (size_t)signal->channels, sizeof *block);

    if (st == SCI_OK)
        st = read_all(m, signal, block, &out->samples);
    out->seconds = (double)out->samples / signal->rate_hz;
    if (st == SCI_OK)
        st = find_loudness(out, &m->state, 1);
    if (out->seconds < AUDIO_LOUDNESS_RANGE_S)
        out->range_lu = (double)NAN;
    if (st == SCI_OK)
        st = find_peaks(out, m);
    sci_free(block);
    return st;
}

sci_status
audio_loudness_measure(audio_loudness *out, audio_meter **meter, audio_signal *signal)
{
    audio_loudness found = { 0 };
    audio_meter *m = NULL;
    sci_status st = meter_create(&m, signal);

    if (st == SCI_OK)
        st = measure(&found, m, signal);
    if (st == SCI_OK && meter != NULL)
        st = shrink(m);
    if (st == SCI_OK)
        *out = found;
    if (st == SCI_OK && meter != NULL)
        *meter = m;
    else
        audio_meter_free(m);
    return st;
}

/* ---- several ---- */

sci_status
audio_loudness_album(audio_loudness *out, audio_meter *const *meters, size_t n)
{
    ebur128_state **states = NULL;
    size_t used = 0;
    sci_status st = sci_alloc(&states, n, 1, sizeof(ebur128_state *));

    for (size_t k = 0; st == SCI_OK && k < n; k++)
        if (meters[k] != NULL)
            states[used++] = meters[k]->state;
    if (st == SCI_OK)
        st = find_loudness(out, states, used);
    sci_free(states);
    return st;
}

/* ---- gain ---- */

sci_status
audio_loudness_gain(double *gain_db, const audio_loudness *l, double target_lufs, double most_dbtp,
                    const char *name)
{
    if (l->seconds < AUDIO_LOUDNESS_BLOCK_S)
        return sci_fail(
            SCI_ERR_DEGENERATE,
            "'%s' is too short to measure: loudness is that of blocks of %.1f s, and it "
            "has %.3f s",
            name, AUDIO_LOUDNESS_BLOCK_S, l->seconds);
    if (!isfinite(l->lufs))
        return sci_fail(SCI_ERR_DEGENERATE, "'%s' is silent: nothing in it is above -70 LUFS",
                        name);
    *gain_db = fmin(target_lufs - l->lufs, most_dbtp - audio_decibels(l->true_peak));
    return SCI_OK;
}
