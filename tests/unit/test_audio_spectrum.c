/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One frame's spectrum, against the sum that defines it. */
#include <math.h>
#include <stdlib.h>

#include <apps/audio/spectrum.h>

#include <support/faults.h>
#include <support/random.h>
#include <support/testing.h>

#define PI 3.14159265358979323846

enum { MOST = 64 };

/* Power of bin k of x[0 … n - 1], by the definition. */
static double
power_of_bin(const double *x, size_t n, size_t n_fft, size_t k)
{
    double re = 0.0, im = 0.0;

    for (size_t i = 0; i < n; i++) {
        re += x[i] * cos(2.0 * PI * (double)(i * k % n_fft) / (double)n_fft);
        im -= x[i] * sin(2.0 * PI * (double)(i * k % n_fft) / (double)n_fft);
    }
    return re * re + im * im;
}

static void
check(const audio_spectrum_settings *s, const double *x, const double *windowed, double tolerance)
{
    float single[MOST], power_single[MOST];
    double power[MOST], sum = 1.0;
    audio_spectrum *spectrum = NULL;

    test_context("n_fft %zu, length %zu, single %d", s->n_fft, s->length, s->single);
    assert_ok(audio_spectrum_create(&spectrum, s));
    assert_count(audio_spectrum_bins(spectrum), s->n_fft / 2 + 1);
    for (size_t i = 0; i < s->length; i++) {
        single[i] = (float)x[i];
        sum += fabs(windowed[i]);
    }
    if (s->single)
        audio_spectrum_power(spectrum, single, power_single);
    else
        audio_spectrum_power(spectrum, x, power);
    for (size_t k = 0; k < s->n_fft / 2 + 1; k++)
        assert_close(s->single ? (double)power_single[k] : power[k],
                     power_of_bin(windowed, s->length, s->n_fft, k), 0.0, tolerance * sum * sum);
    audio_spectrum_free(spectrum);
}

static void
power_is_that_of_the_definition_for_any_length(void **state)
{
    random_stream r = random_start(5);
    double x[MOST], w[MOST], windowed[MOST];

    (void)state;
    for (size_t n_fft = 2; n_fft <= MOST; n_fft++)
        for (size_t length = n_fft; length >= 1 && length + 3 > n_fft; length--) {
            audio_spectrum_settings s = { .n_fft = n_fft,
                                          .length = length,
                                          .win_length = length > 4 ? length - 3 : length };

            assert_ok(audio_window_fill(w, s.window, s.win_length, length));
            for (size_t i = 0; i < length; i++) {
                x[i] = (double)(float)random_normal(&r);
                windowed[i] = x[i] * w[i];
            }
            check(&s, x, windowed, 1e-15);
            s.single = true;
            check(&s, x, windowed, 1e-6);
        }
}

/* As Kaldi: the frame's mean away, then pre-emphasis, the window last. */
static void
a_frame_is_prepared_in_kaldis_order(void **state)
{
    audio_spectrum_settings s = { .n_fft = 32,
                                  .length = 25,
                                  .win_length = 25,
                                  .window = AUDIO_WINDOW_POVEY,
                                  .gain = 32768.0,
                                  .remove_mean = true,
                                  .preemphasis = 0.97 };
    random_stream r = random_start(6);
    double x[MOST], w[MOST], centred[MOST], windowed[MOST], mean = 0.0;

    (void)state;
    assert_ok(audio_window_fill(w, s.window, 25, 25));
    for (int i = 0; i < 25; i++) {
        x[i] = (double)(float)(0.3 + random_normal(&r));
        mean += x[i] / 25.0;
    }
    for (int i = 0; i < 25; i++)
        centred[i] = x[i] - mean;
    for (int i = 0; i < 25; i++)
        windowed[i] = 32768.0 * w[i] * (centred[i] - 0.97 * centred[i > 0 ? i - 1 : 0]);
    check(&s, x, windowed, 1e-14);
    s.single = true;
    check(&s, x, windowed, 1e-6);
}

static void
the_complex_spectrum_has_the_power_as_its_square(void **state)
{
    audio_spectrum_settings s = { .n_fft = 30, .length = 30, .win_length = 30 };
    random_stream r = random_start(7);
    audio_spectrum *spectrum = NULL;
    double x[MOST], power[MOST];
    const double *bins;

    (void)state;
    for (int i = 0; i < 30; i++)
        x[i] = random_normal(&r);
    assert_ok(audio_spectrum_create(&spectrum, &s));
    audio_spectrum_power(spectrum, x, power);
    bins = audio_spectrum_complex(spectrum, x);
    for (int k = 0; k < 16; k++)
        assert_that(bins[2 * k] * bins[2 * k] + bins[2 * k + 1] * bins[2 * k + 1] == power[k]);
    assert_that(bins[1] == 0.0 && bins[31] == 0.0); /* of a real signal */
    audio_spectrum_free(spectrum);
}

/* Up to the largest magnitude the power is finite, whatever the signs. */
static void
the_largest_sample_has_a_finite_power(void **state)
{
    audio_spectrum_settings s = { .n_fft = 32,
                                  .length = 32,
                                  .win_length = 32,
                                  .window = AUDIO_WINDOW_RECT,
                                  .single = true,
                                  .gain = 4.0 };
    double largest = audio_spectrum_largest(&s);
    audio_spectrum *spectrum = NULL;
    float x[MOST], power[MOST];

    (void)state;
    for (int i = 0; i < 32; i++)
        x[i] = (float)largest;
    assert_ok(audio_spectrum_create(&spectrum, &s));
    audio_spectrum_power(spectrum, x, power);
    assert_that(isfinite(power[0]) && power[0] > 1e36f);
    for (int i = 0; i < 32; i++)
        x[i] *= 8.0f;
    audio_spectrum_power(spectrum, x, power);
    assert_that(!isfinite(power[0]));
    audio_spectrum_free(spectrum);
}

static void
lengths_that_cannot_be_are_refused(void **state)
{
    static const audio_spectrum_settings wrong[] = {
        { .n_fft = 1, .length = 1, .win_length = 1 },
        { .n_fft = 16, .length = 17, .win_length = 16 },
        { .n_fft = 16, .length = 16, .win_length = 17 },
        { .n_fft = 16, .length = 16, .win_length = 0 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(wrong); k++) {
        audio_spectrum *s = NULL;

        assert_fails(audio_spectrum_create(&s, &wrong[k]), SCI_ERR_ARGUMENT);
        assert_that(s == NULL);
    }
}

static void
memory_may_fail(void **state)
{
    audio_spectrum_settings s = { .n_fft = 16, .length = 16, .win_length = 16, .single = true };

    (void)state;
    for (long n = 0;; n++) {
        audio_spectrum *spectrum = NULL;
        sci_status st;

        faults_memory(n, false);
        st = audio_spectrum_create(&spectrum, &s);
        audio_spectrum_free(spectrum);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_count(st, SCI_ERR_NOMEM);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_is_that_of_the_definition_for_any_length),
        cmocka_unit_test(a_frame_is_prepared_in_kaldis_order),
        cmocka_unit_test(the_complex_spectrum_has_the_power_as_its_square),
        cmocka_unit_test(the_largest_sample_has_a_finite_power),
        cmocka_unit_test(lengths_that_cannot_be_are_refused),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
