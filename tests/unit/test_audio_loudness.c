/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loudness of signals whose loudness is known: those of EBU Tech 3341 and 3342, generated here. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/loudness.h>

#include <support/faults.h>
#include <support/signals.h>
#include <support/testing.h>

#define PI 3.14159265358979323846

enum { RATE = 48000 };

/* A sine in both channels, in steps of level. */
typedef struct step {
    double dbfs, seconds;
} step;

typedef struct tone {
    audio_signal base;
    const step *steps;
    size_t n_steps;
    double hz, phase;
    uint64_t at;
} tone;

static sci_status
tone_rewind(audio_signal *self)
{
    ((tone *)self)->at = 0;
    return SCI_OK;
}

static double
level_at(const tone *t, uint64_t at)
{
    uint64_t end = 0;

    for (size_t k = 0; k < t->n_steps; k++) {
        end += (uint64_t)llround(t->steps[k].seconds * t->base.rate_hz);
        if (at < end)
            return pow(10.0, t->steps[k].dbfs / 20.0);
    }
    return -1.0;
}

static sci_status
tone_read(audio_signal *self, double *samples, size_t n, size_t *got)
{
    tone *t = (tone *)self;
    size_t i = 0;

    for (; i < n && t->at < self->samples; i++, t->at++) {
        double x = level_at(t, t->at)
                   * sin(2.0 * PI * fmod(t->hz / self->rate_hz * (double)t->at, 1.0) + t->phase);

        for (int c = 0; c < self->channels; c++)
            samples[i * (size_t)self->channels + (size_t)c] = x;
    }
    *got = i;
    return SCI_OK;
}

static tone
tone_of(const step *steps, size_t n, double hz, double phase)
{
    tone t = { .base = { 2, RATE, 0, "tone", tone_rewind, tone_read },
               .steps = steps,
               .n_steps = n,
               .hz = hz,
               .phase = phase };

    for (size_t k = 0; k < n; k++)
        t.base.samples += (uint64_t)llround(steps[k].seconds * RATE);
    return t;
}

static void
tech_3341_integrated_loudness(void **state)
{
    static const struct {
        step steps[5];
        size_t n;
        double lufs;
    } cases[] = {
        { { { -23.0, 20.0 } }, 1, -23.0 },
        { { { -33.0, 20.0 } }, 1, -33.0 },
        { { { -36.0, 10.0 }, { -23.0, 60.0 }, { -36.0, 10.0 } }, 3, -23.0 },
        { { { -72.0, 10.0 }, { -36.0, 10.0 }, { -23.0, 60.0 }, { -36.0, 10.0 }, { -72.0, 10.0 } },
          5,
          -23.0 },
        { { { -26.0, 20.0 }, { -20.0, 20.1 }, { -26.0, 20.0 } }, 3, -23.0 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        tone t = tone_of(cases[k].steps, cases[k].n, 1000.0, 0.0);
        audio_loudness l;

        test_context("case %zu of Tech 3341", k + 1);
        assert_ok(audio_loudness_measure(&l, NULL, &t.base));
        assert_close(l.lufs, cases[k].lufs, 0.0, 0.1);
        assert_count(l.samples, t.base.samples);
    }
}

static void
tech_3341_true_peak(void **state)
{
    static const step half = { -6.0206, 2.0 };

    (void)state;
    for (int k = 0; k < 2; k++) {
        tone t = tone_of(&half, 1, RATE / 4.0, k == 0 ? 0.0 : PI / 4.0);
        audio_loudness l;

        test_context("case %d of Tech 3341", 15 + k);
        assert_ok(audio_loudness_measure(&l, NULL, &t.base));
        assert_that(audio_decibels(l.true_peak) <= -6.0 + 0.2);
        assert_that(audio_decibels(l.true_peak) >= -6.0 - 0.4);
        /* which the samples do not show */
        assert_close(audio_decibels(l.sample_peak), k == 0 ? -6.0206 : -9.0309, 0.0, 0.001);
    }
}

static void
tech_3342_loudness_range(void **state)
{
    static const step wide[] = { { -20.0, 20.0 }, { -30.0, 20.0 } },
                      narrow[] = { { -20.0, 20.0 }, { -15.0, 20.0 } };
    tone t = tone_of(wide, 2, 1000.0, 0.0);
    audio_loudness l;

    (void)state;
    assert_ok(audio_loudness_measure(&l, NULL, &t.base));
    assert_close(l.range_lu, 10.0, 0.0, 1.0);
    t = tone_of(narrow, 2, 1000.0, 0.0);
    assert_ok(audio_loudness_measure(&l, NULL, &t.base));
    assert_close(l.range_lu, 5.0, 0.0, 1.0);
}

/* Files of other rates and channels too; the gate is the album's: by itself the last file is loud
 * enough to count, in the album it is not. */
static void
an_album_is_its_files_in_a_row(void **state)
{
    static const step steps[] = { { -20.0, 8.0 }, { -26.0, 12.0 }, { -40.0, 4.0 } };
    tone whole = tone_of(steps, 3, 1000.0, 0.0);
    audio_loudness all, album = { 0 }, l;
    audio_meter *meters[4] = { NULL };

    (void)state;
    assert_ok(audio_loudness_measure(&all, NULL, &whole.base));
    for (size_t k = 0; k < 3; k++) {
        tone t = tone_of(steps + k, 1, 1000.0, 0.0);

        assert_ok(audio_loudness_measure(&l, &meters[k], &t.base));
        assert_close(l.lufs, steps[k].dbfs, 0.0, 0.05);
    }
    assert_ok(audio_loudness_album(&album, meters, 4));
    assert_close(album.lufs, all.lufs, 0.0, 0.05);
    assert_close(album.range_lu, 6.0, 0.0, 0.1); /* no window of 3 s is half of one, half of another */
    assert_close(album.lufs, 10.0 * log10((8.0 * 0.01 + 12.0 * pow(10.0, -2.6)) / 20.0), 0.0, 0.1);
    for (size_t k = 0; k < 4; k++)
        audio_meter_free(meters[k]);
}

/* A mono file is one loudspeaker, 3 dB below the same in both; the fourth channel of six is not
 * counted; surround channels count 1.5 dB more. */
static void
channels_count_by_their_place(void **state)
{
    static const step steady = { -20.0, 2.0 };
    tone t = tone_of(&steady, 1, 1000.0, 0.0);
    audio_loudness l;
    static const double power[] = {
        1.0, 2.0, 3.0, 2.0 + 2.0 * 1.41, 3.0 + 2.0 * 1.41, 3.0 + 2.0 * 1.41
    };

    (void)state;
    for (int channels = 1; channels <= 6; channels++) {
        t.base.channels = channels;
        assert_ok(audio_loudness_measure(&l, NULL, &t.base));
        test_context("%d channels", channels);
        assert_close(l.lufs, -23.0 + 10.0 * log10(power[channels - 1]), 0.0, 0.1);
    }
    t.base.channels = 65;
    assert_fails(audio_loudness_measure(&l, NULL, &t.base), SCI_ERR_FORMAT);
    t.base.channels = 1;
    t.base.rate_hz = 15.0;
    assert_fails(audio_loudness_measure(&l, NULL, &t.base), SCI_ERR_FORMAT);
}

static void
the_gain_reaches_the_target_or_the_peak(void **state)
{
    audio_loudness l = { .lufs = -30.0, .true_peak = 0.5, .seconds = 3.0 };
    double gain = 0.0;

    (void)state;
    assert_ok(audio_loudness_gain(&gain, &l, -23.0, (double)INFINITY, "x"));
    assert_that(gain == 7.0);
    assert_ok(audio_loudness_gain(&gain, &l, -23.0, -1.0, "x"));
    assert_close(gain, -1.0 + 6.0206, 0.0, 1e-4);
    l.true_peak = 0.1;
    assert_ok(audio_loudness_gain(&gain, &l, -23.0, -1.0, "x"));
    assert_that(gain == 7.0);
    assert_close(audio_amplitude(7.0), 2.2387211385683396, 1e-15, 0.0);
    l.seconds = 0.2;
    assert_fails(audio_loudness_gain(&gain, &l, -23.0, -1.0, "x"), SCI_ERR_DEGENERATE);
    assert_message_has("too short");
    l.seconds = 3.0;
    l.lufs = -(double)INFINITY;
    assert_fails(audio_loudness_gain(&gain, &l, -23.0, -1.0, "x"), SCI_ERR_DEGENERATE);
    assert_message_has("silent");
}

static void
short_and_silent_signals_have_no_loudness(void **state)
{
    static const step brief = { -20.0, 0.3 }, quiet = { -80.0, 2.0 };
    tone t = tone_of(&brief, 1, 1000.0, 0.0);
    audio_loudness l;

    (void)state;
    assert_ok(audio_loudness_measure(&l, NULL, &t.base));
    assert_that(l.lufs == -(double)INFINITY && isnan(l.range_lu));
    assert_close(l.sample_peak, 0.1, 1e-3, 0.0);
    t = tone_of(&quiet, 1, 1000.0, 0.0);
    assert_ok(audio_loudness_measure(&l, NULL, &t.base));
    assert_that(l.lufs == -(double)INFINITY);
}

static void
failures_are_passed_on(void **state)
{
    double *x = test_alloc(50000, sizeof *x);
    memory_signal m;
    audio_meter *meter = NULL;
    audio_loudness l, album;

    (void)state;
    memset(x, 0, 50000 * sizeof *x);
    m = signal_of(x, 50000, 1, 16000.0);
    m.fail_after = 20000;
    assert_fails(audio_loudness_measure(&l, &meter, &m.base), SCI_ERR_IO);
    assert_that(meter == NULL);
    m.fail_after = -1;
    for (long n = 0;; n++) {
        sci_status st;

        faults_memory(n, false);
        st = audio_loudness_measure(&l, &meter, &m.base);
        if (st == SCI_OK)
            st = audio_loudness_album(&album, &meter, 1);
        audio_meter_free(meter);
        meter = NULL;
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_fails(st, SCI_ERR_NOMEM);
    }
    free(x);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tech_3341_integrated_loudness),
        cmocka_unit_test(tech_3341_true_peak),
        cmocka_unit_test(tech_3342_loudness_range),
        cmocka_unit_test(an_album_is_its_files_in_a_row),
        cmocka_unit_test(channels_count_by_their_place),
        cmocka_unit_test(the_gain_reaches_the_target_or_the_peak),
        cmocka_unit_test(short_and_silent_signals_have_no_loudness),
        cmocka_unit_test(failures_are_passed_on),
    };

    return run_all(tests);
}
