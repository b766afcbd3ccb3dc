/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mel scale and its filters; the golden tables are in tests/golden/test_audio.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/mel.h>

#include <support/faults.h>
#include <support/random.h>
#include <support/testing.h>

static void
scales_have_their_known_points(void **state)
{
    (void)state;
    assert_close(audio_hz_to_mel(1000.0, AUDIO_MEL_SLANEY), 15.0, 1e-15, 0.0);
    assert_close(audio_hz_to_mel(6400.0, AUDIO_MEL_SLANEY), 42.0, 1e-14, 0.0);
    assert_close(audio_hz_to_mel(200.0, AUDIO_MEL_SLANEY), 3.0, 1e-15, 0.0);
    assert_close(audio_hz_to_mel(700.0, AUDIO_MEL_HTK), 2595.0 * log10(2.0), 1e-15, 0.0);
    assert_close(audio_hz_to_mel(0.0, AUDIO_MEL_HTK), 0.0, 0.0, 0.0);
}

static void
going_there_and_back_changes_nothing(void **state)
{
    (void)state;
    for (int scale = AUDIO_MEL_SLANEY; scale <= AUDIO_MEL_HTK; scale++)
        for (double f = 0.0; f < 24000.0; f += 37.0)
            assert_close(
                audio_mel_to_hz(audio_hz_to_mel(f, (audio_mel_scale)scale), (audio_mel_scale)scale),
                f, 1e-13, 1e-11);
}

static const audio_mel_settings usual = { 16000.0,          1024, 80,   0.0, 8000.0,
                                          AUDIO_MEL_SLANEY, true, false };

/* Sparse rows against every bin times every weight. */
static void
sparse_rows_give_the_full_product(void **state)
{
    enum { BINS = 513 };
    double power[AUDIO_MEL_ROOM(BINS)] = { 0 }, out[80];
    float power_single[AUDIO_MEL_ROOM(BINS)] = { 0 }, out_single[80];
    random_stream r = random_start(1);
    audio_mel *mel = NULL;

    (void)state;
    assert_ok(audio_mel_create(&mel, &usual));
    for (int k = 0; k < BINS; k++) {
        power[k] = random_uniform(&r);
        power_single[k] = (float)power[k];
    }
    audio_mel_apply(mel, power, out);
    audio_mel_apply_single(mel, power_single, out_single);
    for (size_t m = 0; m < 80; m++) {
        double p[3], sum = 0.0;

        for (size_t j = 0; j < 3; j++)
            p[j] =
                audio_mel_to_hz(audio_hz_to_mel(8000.0, AUDIO_MEL_SLANEY) * (double)(m + j) / 81.0,
                                AUDIO_MEL_SLANEY);
        for (int k = 0; k < BINS; k++) {
            double f = k * 15.625, w = fmin((f - p[0]) / (p[1] - p[0]), (p[2] - f) / (p[2] - p[1]));

            sum += w > 0.0 ? w * 2.0 / (p[2] - p[0]) * power[k] : 0.0;
        }
        test_context("filter %zu", m);
        assert_close(out[m], sum, 1e-12, 0.0);
        assert_close((double)out_single[m], sum, 1e-6, 0.0);
    }
    audio_mel_free(mel);
}

/* Filters narrower than the distance of bins may lie between two of them: such a filter lets nothing
 * through. */
static void
filters_without_a_bin_are_counted(void **state)
{
    static const struct {
        double rate;
        size_t n_fft, n_mels;
    } cases[] = {
        { 8000, 256, 128 }, { 16000, 512, 80 }, { 16000, 400, 128 }, { 44100, 1024, 64 }
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++)
        for (int htk = 0; htk < 2; htk++) {
            audio_mel_settings s = { cases[k].rate,
                                     cases[k].n_fft,
                                     cases[k].n_mels,
                                     0.0,
                                     cases[k].rate / 2.0,
                                     htk ? AUDIO_MEL_HTK : AUDIO_MEL_SLANEY,
                                     false,
                                     false };
            size_t n_bins = cases[k].n_fft / 2 + 1, empty = 0;
            double *power = test_alloc(AUDIO_MEL_ROOM(n_bins), sizeof *power);
            double *out = test_alloc(cases[k].n_mels, sizeof *out);
            audio_mel *mel = NULL;

            assert_ok(audio_mel_create(&mel, &s));
            for (size_t i = 0; i < AUDIO_MEL_ROOM(n_bins); i++)
                power[i] = 1.0;
            audio_mel_apply(mel, power, out);
            for (size_t m = 0; m < cases[k].n_mels; m++)
                empty += out[m] == 0.0;
            assert_count(mel->n_empty, empty);
            audio_mel_free(mel);
            free(power);
            free(out);
        }
}

/* What lies beyond the bins is multiplied by 0. */
static void
room_beyond_the_bins_does_not_matter(void **state)
{
    audio_mel_settings s = { 16000.0, 14, 3, 0.0, 8000.0, AUDIO_MEL_HTK, false, false };
    double power[AUDIO_MEL_ROOM(8)], a[3], b[3];
    audio_mel *mel = NULL;

    (void)state;
    assert_ok(audio_mel_create(&mel, &s));
    for (size_t i = 0; i < ARRAY_LEN(power); i++)
        power[i] = i < 8 ? 1.0 : 0.0;
    audio_mel_apply(mel, power, a);
    for (size_t i = 8; i < ARRAY_LEN(power); i++)
        power[i] = 1e300;
    audio_mel_apply(mel, power, b);
    assert_same_bytes(a, b, 3, sizeof *a);
    for (size_t m = 0; m < 3; m++)
        assert_that(mel->first[m] + mel->count[m] <= AUDIO_MEL_ROOM(8));
    audio_mel_free(mel);
}

static void
frequencies_out_of_order_are_refused(void **state)
{
    audio_mel *mel = NULL;
    audio_mel_settings s = usual;

    (void)state;
    s.fmin_hz = 8000.0;
    assert_fails(audio_mel_create(&mel, &s), SCI_ERR_ARGUMENT);
    s = usual;
    s.fmax_hz = 8000.5;
    assert_fails(audio_mel_create(&mel, &s), SCI_ERR_ARGUMENT);
    s = usual;
    s.fmin_hz = -1.0;
    assert_fails(audio_mel_create(&mel, &s), SCI_ERR_ARGUMENT);
    s = usual;
    s.fmin_hz = (double)NAN;
    assert_fails(audio_mel_create(&mel, &s), SCI_ERR_ARGUMENT);
    s = usual;
    s.n_mels = 0;
    assert_fails(audio_mel_create(&mel, &s), SCI_ERR_ARGUMENT);
}

static void
memory_may_fail(void **state)
{
    (void)state;
    for (long n = 0;; n++) {
        audio_mel *mel = NULL;
        sci_status st;

        faults_memory(n, false);
        st = audio_mel_create(&mel, &usual);
        audio_mel_free(mel);
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
        cmocka_unit_test(scales_have_their_known_points),
        cmocka_unit_test(going_there_and_back_changes_nothing),
        cmocka_unit_test(sparse_rows_give_the_full_product),
        cmocka_unit_test(filters_without_a_bin_are_counted),
        cmocka_unit_test(room_beyond_the_bins_does_not_matter),
        cmocka_unit_test(frequencies_out_of_order_are_refused),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
