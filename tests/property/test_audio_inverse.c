/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals come back from their spectra. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/inverse.h>
#include <apps/audio/phase.h>

#include <support/faults.h>
#include <support/random.h>
#include <support/signals.h>
#include <support/testing.h>

static double *
noise(uint64_t n, uint64_t seed)
{
    random_stream r = random_start(seed);
    double *x = test_alloc((size_t)n, sizeof *x);

    for (uint64_t i = 0; i < n; i++)
        x[i] = 0.2 * random_normal(&r);
    return x;
}

/* What a spectrum goes through before it is inverted. */
typedef void (*change)(const audio_spectrum_settings *s, const void *bins, void *out);

static void
unchanged(const audio_spectrum_settings *s, const void *bins, void *out)
{
    memcpy(out, bins, (s->n_fft / 2 + 1) * 2 * (s->single ? sizeof(float) : sizeof(double)));
}

/* As in a file: float32 decibels and float32 radians. */
static void
through_decibels_and_phases(const audio_spectrum_settings *s, const void *bins, void *out)
{
    const double *x = bins;
    double power;

    for (size_t k = 0; k < s->n_fft / 2 + 1; k++) {
        float phase = (float)atan2(x[2 * k + 1], x[2 * k]), db;

        power = x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1];
        db = (float)(10.0 * log10(fmax(power, 1e-30)));
        power = pow(10.0, (double)db / 10.0);
        audio_phase_bins(&power, &phase, 1, (double *)out + 2 * k);
    }
}

/* The samples that come back, and how many of them nothing is known of. */
static double *
back(const double *x, const audio_inverse_settings *s, change how, uint64_t *unknown)
{
    memory_signal m = signal_of(x, s->samples, 1, 16000.0);
    audio_frames_settings fs = { .length = s->spectrum.length,
                                 .hop = s->hop,
                                 .pad = s->pad,
                                 .single = s->spectrum.single,
                                 .drop_last = s->drop_last };
    size_t bins = s->spectrum.n_fft / 2 + 1, n = 0;
    double *y = test_alloc((size_t)s->samples + s->spectrum.length + s->hop, sizeof *y);
    void *changed = test_alloc(2 * bins, sizeof(double));
    audio_frames *frames = NULL;
    audio_spectrum *spectrum = NULL;
    audio_inverse *inverse = NULL;
    uint64_t got = 0;
    bool more = true;

    assert_ok(audio_frames_create(&frames, &fs, &m.base));
    assert_ok(audio_spectrum_create(&spectrum, &s->spectrum));
    assert_ok(audio_inverse_create(&inverse, s));
    assert_ok(audio_frames_rewind(frames));
    for (;;) {
        assert_ok(audio_frames_next(frames, &more));
        if (!more)
            break;
        how(&s->spectrum, audio_spectrum_complex(spectrum, audio_frames_samples(frames, 0)),
            changed);
        assert_ok(audio_inverse_add(inverse, changed, y + got, &n));
        assert_that(n <= s->spectrum.length);
        got += n;
    }
    assert_fails(audio_inverse_add(inverse, changed, y + got, &n), SCI_ERR_SHAPE);
    assert_ok(audio_inverse_finish(inverse, y + got, &n));
    assert_that(n <= s->spectrum.length + s->hop);
    assert_count(got + n, s->samples);
    *unknown = audio_inverse_unknown(inverse);
    audio_inverse_free(inverse);
    audio_spectrum_free(spectrum);
    audio_frames_free(frames);
    free(changed);
    return y;
}

/* Signal to error in dB. */
static double
ratio_db(const double *x, const double *y, uint64_t n)
{
    double signal = 0.0, error = 0.0;

    for (uint64_t i = 0; i < n; i++) {
        signal += x[i] * x[i];
        error += (x[i] - y[i]) * (x[i] - y[i]);
    }
    return 10.0 * log10(signal / fmax(error, DBL_MIN));
}

static void
check(const audio_inverse_settings *s, double least_db)
{
    double *x = noise(s->samples, 1 + s->samples), *y;
    uint64_t unknown;

    test_context(
        "window %d of %zu, length %zu, n_fft %zu, hop %zu, pad %d, %llu samples, single %d",
        (int)s->spectrum.window, s->spectrum.win_length, s->spectrum.length, s->spectrum.n_fft,
        s->hop, (int)s->pad, (unsigned long long)s->samples, s->spectrum.single);
    y = back(x, s, unchanged, &unknown);
    assert_count(unknown, 0);
    assert_that(ratio_db(x, y, s->samples) > least_db);
    free(x);
    free(y);
}

/* With two windows over each sample the last ones of a signal may lie at the edge of one only. */
static void
random_signals_come_back_over_windows_hops_and_pads(void **state)
{
    static const size_t lengths[][3] = {
        { 64, 64, 64 }, { 63, 63, 63 }, { 40, 40, 64 }, { 100, 81, 101 }, { 1024, 1024, 1024 }
    };
    static const uint64_t samples[] = { 1, 7, 200, 1023, 5000 };

    (void)state;
    for (size_t l = 0; l < ARRAY_LEN(lengths); l++)
        for (int window = AUDIO_WINDOW_HANN; window <= AUDIO_WINDOW_SINE; window++)
            for (size_t part = 2; part <= 5; part++)
                for (int pad = AUDIO_PAD_REFLECT; pad < AUDIO_PAD_NONE; pad++)
                    for (size_t n = 0; n < ARRAY_LEN(samples); n++) {
                        audio_inverse_settings s = {
                            .spectrum = { .length = lengths[l][0],
                                          .win_length = lengths[l][1],
                                          .n_fft = lengths[l][2],
                                          .window = (audio_window_kind)window,
                                          .gain = part == 3 ? 32768.0 : 0.0 },
                            .hop = lengths[l][1] / part,
                            .pad = (audio_pad)pad,
                            .samples = samples[n]
                        };

                        check(&s, part > 2 ? 290.0 : 240.0);
                        s.spectrum.single = true;
                        check(&s, part > 2 ? 120.0 : 70.0);
                    }
}

/* Without padding the first sample of a Hann window is lost, and what is too little for a frame. */
static void
samples_that_no_frame_knows_are_counted(void **state)
{
    audio_inverse_settings s = {
        .spectrum = { .length = 64, .win_length = 64, .n_fft = 64 },
        .hop = 16,
        .pad = AUDIO_PAD_NONE,
        .samples = 64 + 5 * 16 + 7,
    };
    double *x = noise(s.samples, 3), *y;
    uint64_t unknown;

    (void)state;
    y = back(x, &s, unchanged, &unknown);
    assert_count(unknown, 1 + 7);
    assert_that(y[0] == 0.0);
    for (size_t i = 0; i < 7; i++)
        assert_that(y[s.samples - 1 - i] == 0.0);
    assert_that(ratio_db(x + 1, y + 1, s.samples - 8) > 220.0);
    free(y);
    s.spectrum.window = AUDIO_WINDOW_RECT;
    s.hop = 64; /* side by side */
    s.samples = 640;
    free(x);
    x = noise(s.samples, 4);
    y = back(x, &s, unchanged, &unknown);
    assert_count(unknown, 0);
    assert_that(ratio_db(x, y, s.samples) > 250.0);
    free(y);
    s.spectrum.window = AUDIO_WINDOW_HANN; /* one in 64 lies where every window is 0 */
    y = back(x, &s, unchanged, &unknown);
    assert_count(unknown, 10);
    free(y);
    free(x);
}

/* Whisper leaves the last frame out. What it alone had is lost: with frames side by side all of it, with a
 * hop of a quarter nothing. */
static void
samples_of_a_dropped_frame_are_those_of_the_others(void **state)
{
    audio_inverse_settings s = {
        .spectrum = { .length = 64, .win_length = 64, .n_fft = 64, .window = AUDIO_WINDOW_RECT },
        .drop_last = true,
    };

    (void)state;
    for (s.samples = 64; s.samples < 300; s.samples++)
        for (size_t hop = 16; hop <= 64; hop += 48) {
            double *x = noise(s.samples, 5), *y;
            uint64_t unknown, known;

            s.hop = hop;
            test_context("%llu samples, hop %zu", (unsigned long long)s.samples, hop);
            y = back(x, &s, unchanged, &unknown);
            known = hop == 16 ? s.samples : s.samples / 64 * 64 - 32;
            assert_count(unknown, s.samples - known);
            assert_that(ratio_db(x, y, known) > 290.0);
            for (uint64_t i = known; i < s.samples; i++)
                assert_that(y[i] == 0.0);
            free(x);
            free(y);
        }
}

/* Speech-like: decaying bursts over near silence, so that quiet frames count too. */
static double *
recorded_16_bit(uint64_t n)
{
    double *x = noise(n, 9);

    for (uint64_t i = 0; i < n; i++) {
        double level = exp(-(double)(i % 4000) / 300.0);

        x[i] = rint(32768.0 * fmax(-1.0, fmin(32767.0 / 32768.0, x[i] * level))) / 32768.0;
    }
    return x;
}

static void
decibels_and_phases_of_floats_give_sixteen_bits_back(void **state)
{
    audio_inverse_settings s = {
        .spectrum = { .length = 1024, .win_length = 1024, .n_fft = 1024 },
        .hop = 256,
        .samples = 40000,
    };
    double *x = recorded_16_bit(s.samples), *y;
    uint64_t unknown;

    (void)state;
    y = back(x, &s, through_decibels_and_phases, &unknown);
    assert_count(unknown, 0);
    test_context("%.1f dB", ratio_db(x, y, s.samples));
    assert_that(ratio_db(x, y, s.samples) > 120.0);
    for (uint64_t i = 0; i < s.samples; i++)
        assert_that(rint(32768.0 * y[i]) == 32768.0 * x[i]);
    free(x);
    free(y);
}

static void
what_cannot_come_back_is_refused(void **state)
{
    static const audio_inverse_settings right = {
        .spectrum = { .length = 64, .win_length = 48, .n_fft = 64 }, .hop = 16, .samples = 100
    };
    audio_inverse *v = NULL;
    audio_inverse_settings s = right;
    double samples[64];
    size_t n;

    (void)state;
    s.hop = 49;
    assert_fails(audio_inverse_create(&v, &s), SCI_ERR_REFUSED);
    s.hop = 0;
    assert_fails(audio_inverse_create(&v, &s), SCI_ERR_ARGUMENT);
    s = right;
    s.spectrum.remove_mean = true;
    assert_fails(audio_inverse_create(&v, &s), SCI_ERR_REFUSED);
    s = right;
    s.spectrum.preemphasis = 0.97;
    assert_fails(audio_inverse_create(&v, &s), SCI_ERR_REFUSED);
    s = right;
    s.spectrum.n_fft = 60;
    assert_fails(audio_inverse_create(&v, &s), SCI_ERR_ARGUMENT);
    s = right;
    s.spectrum.win_length = 65;
    assert_fails(audio_inverse_create(&v, &s), SCI_ERR_ARGUMENT);
    s = right;
    s.pad = AUDIO_PAD_NONE;
    s.samples = 63;
    assert_fails(audio_inverse_create(&v, &s), SCI_ERR_DEGENERATE);
    assert_that(v == NULL);
    assert_ok(audio_inverse_create(&v, &right));
    assert_count(audio_inverse_frames(v), 7);
    assert_fails(audio_inverse_finish(v, samples, &n), SCI_ERR_SHAPE);
    audio_inverse_free(v);
}

static void
memory_may_fail(void **state)
{
    audio_inverse_settings s = { .spectrum = { .length = 16, .win_length = 16, .n_fft = 16 },
                                 .hop = 4,
                                 .samples = 9 };

    (void)state;
    for (long n = 0;; n++) {
        audio_inverse *v = NULL;
        sci_status st;

        faults_memory(n, false);
        st = audio_inverse_create(&v, &s);
        audio_inverse_free(v);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_fails(st, SCI_ERR_NOMEM);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_signals_come_back_over_windows_hops_and_pads),
        cmocka_unit_test(samples_that_no_frame_knows_are_counted),
        cmocka_unit_test(samples_of_a_dropped_frame_are_those_of_the_others),
        cmocka_unit_test(decibels_and_phases_of_floats_give_sixteen_bits_back),
        cmocka_unit_test(what_cannot_come_back_is_refused),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
