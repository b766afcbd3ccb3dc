/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compression, PCEN and the cosine transform. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/compress.h>
#include <apps/audio/dct.h>
#include <apps/audio/pcen.h>

#include <support/faults.h>
#include <support/random.h>
#include <support/testing.h>

static void
the_logarithm_of_floats_is_right_over_all_of_them(void **state)
{
    static const audio_compression db = { .kind = AUDIO_COMPRESS_DB },
                                   ln = { .kind = AUDIO_COMPRESS_LN };
    enum { N = 4096 };
    float x[N], y[N];
    random_stream r = random_start(1);

    (void)state;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < N; i++)
            x[i] = round % 2 == 0 ? (float)exp(random_uniform(&r) * 150.0 - 68.0)
                                  : 1.0f + (float)(random_uniform(&r) - 0.5) * 0.01f;
        memcpy(y, x, sizeof y);
        audio_compress_single(&db, 1e-30, y, N);
        for (int i = 0; i < N; i++)
            assert_close((double)y[i], 10.0 * log10((double)x[i]), 2.5e-7, 3e-7);
        memcpy(y, x, sizeof y);
        audio_compress_single(&ln, 1e-30, y, N);
        for (int i = 0; i < N; i++)
            assert_close((double)y[i], log((double)x[i]), 2.5e-7, 1e-7);
    }
    x[0] = 1.0f;
    x[1] = FLT_MAX;
    x[2] = 0.0f;
    x[3] = FLT_TRUE_MIN;
    audio_compress_single(&db, 1e-30, x, 4);
    assert_that(x[0] == 0.0f && x[2] == x[3]);
    assert_close((double)x[1], 10.0 * log10((double)FLT_MAX), 1e-7, 0.0);
    assert_close((double)x[2], -300.0, 1e-7, 0.0);
}

/* Powers of two move the level by the same step, whatever the sample. */
static void
a_gain_of_a_power_of_two_is_an_offset(void **state)
{
    static const audio_compression db = { .kind = AUDIO_COMPRESS_DB };
    random_stream r = random_start(2);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        float a = (float)exp(random_uniform(&r) * 40.0 - 20.0), b = a * 0x1p-20f;

        audio_compress_single(&db, 1e-30, &a, 1);
        audio_compress_single(&db, 1e-30, &b, 1);
        assert_close((double)a - (double)b, 200.0 * log10(2.0), 0.0, 2.3e-5); /* ulps of 100 dB */
    }
}

/* The result does not depend on where in a stretch an element lies. */
static void
an_element_does_not_depend_on_its_neighbours(void **state)
{
    static const audio_compression_kind kinds[] = { AUDIO_COMPRESS_DB, AUDIO_COMPRESS_LN,
                                                    AUDIO_COMPRESS_LOG1P, AUDIO_COMPRESS_ROOT };
    enum { N = 67 };
    random_stream r = random_start(3);

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        audio_compression c = { .kind = kinds[k], .exponent = 1.0 / 3.0 };
        float x[N], alone[N];

        for (int i = 0; i < N; i++)
            x[i] = alone[i] = (float)random_uniform(&r);
        audio_compress_single(&c, 1e-10, x, N);
        for (int i = 0; i < N; i++)
            audio_compress_single(&c, 1e-10, alone + i, 1);
        assert_same_bytes(x, alone, N, sizeof *x);
    }
}

static void
doubles_and_floats_follow_the_formulas(void **state)
{
    static const double in[] = { 0.0, 1e-12, 0.25, 1.0, 3.5 };
    static const struct {
        audio_compression how;
        double floor;
    } cases[] = {
        { { .kind = AUDIO_COMPRESS_DB }, 1e-10 },
        { { .kind = AUDIO_COMPRESS_LN }, 1e-10 },
        { { .kind = AUDIO_COMPRESS_LOG1P }, 0.0 },
        { { .kind = AUDIO_COMPRESS_ROOT, .exponent = 0.5 }, 0.0 },
        { { .kind = AUDIO_COMPRESS_ROOT, .exponent = 1.0 / 3.0 }, 0.0 },
        { { .kind = AUDIO_COMPRESS_NONE }, 0.0 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++)
        for (size_t i = 0; i < ARRAY_LEN(in); i++) {
            double raised = fmax(in[i], cases[k].floor), x = in[i];
            double expected = k == 0   ? 10.0 * log10(raised)
                              : k == 1 ? log(raised)
                              : k == 2 ? log1p(in[i])
                              : k == 3 ? sqrt(in[i])
                              : k == 4 ? cbrt(in[i])
                                       : in[i];
            float single = (float)in[i];

            test_context("case %zu, %g", k, in[i]);
            audio_compress(&cases[k].how, cases[k].floor, &x, 1);
            audio_compress_single(&cases[k].how, cases[k].floor, &single, 1);
            assert_close(x, expected, 1e-14, 0.0);
            assert_close((double)single, expected, 3e-7, 1e-12);
        }
}

static void
a_floor_is_relative_to_the_peak_or_absolute(void **state)
{
    audio_compression c = { .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 };

    (void)state;
    assert_ok(audio_compression_check(&c));
    assert_that(audio_compression_needs_peak(&c));
    assert_close(audio_compression_floor(&c, 4.0), 4e-8, 1e-15, 0.0);
    assert_that(audio_compression_floor(&c, 0.0) == 1e-30); /* silence */
    c = (audio_compression){ .kind = AUDIO_COMPRESS_LN, .floor = 1e-10 };
    assert_ok(audio_compression_check(&c));
    assert_that(!audio_compression_needs_peak(&c));
    assert_that(audio_compression_floor(&c, 4.0) == 1e-10);
    c.floor = 0.0;
    assert_that(audio_compression_floor(&c, 4.0) == 1e-30);
    c.least = 1e-8;
    assert_that(audio_compression_floor(&c, 4.0) == 1e-8);
    c.least = -1.0;
    assert_fails(audio_compression_check(&c), SCI_ERR_ARGUMENT);
    c.least = 0.0;
    c.floor = -1.0;
    assert_fails(audio_compression_check(&c), SCI_ERR_ARGUMENT);
    c = (audio_compression){ .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 0.0 };
    assert_fails(audio_compression_check(&c), SCI_ERR_ARGUMENT);
    c = (audio_compression){ .kind = AUDIO_COMPRESS_ROOT, .exponent = 0.0 };
    assert_fails(audio_compression_check(&c), SCI_ERR_ARGUMENT);
    c = (audio_compression){ .kind = AUDIO_COMPRESS_LOG1P, .relative = true };
    assert_that(!audio_compression_needs_peak(&c) && !audio_compression_has_floor(&c));
    assert_ok(audio_compression_check(&c));
}

/* Relative and absolute at once: what lies higher. */
static void
the_least_floor_holds_for_quiet_peaks(void **state)
{
    audio_compression c = {
        .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0, .least = 1e-10
    };

    (void)state;
    assert_ok(audio_compression_check(&c));
    assert_close(audio_compression_floor(&c, 4.0), 4e-8, 1e-15, 0.0);
    assert_that(audio_compression_floor(&c, 1e-3) == 1e-10);
    assert_that(audio_compression_floor(&c, 0.0) == 1e-10);
}

static void
decibels_may_be_scaled_and_moved(void **state)
{
    audio_compression c = { .kind = AUDIO_COMPRESS_DB, .scale = 0.025, .offset = 1.0 },
                      plain = { .kind = AUDIO_COMPRESS_DB };
    random_stream r = random_start(4);

    (void)state;
    assert_ok(audio_compression_check(&c));
    for (int i = 0; i < 100; i++) {
        double x = exp(random_uniform(&r) * 40.0 - 20.0), y = x;
        float single = (float)x;

        audio_compress(&plain, 1e-30, &x, 1);
        audio_compress(&c, 1e-30, &y, 1);
        audio_compress_single(&c, 1e-30, &single, 1);
        assert_close(y, x / 40.0 + 1.0, 1e-14, 0.0);
        assert_close((double)single, x / 40.0 + 1.0, 3e-7, 1e-7);
    }
    c.kind = AUDIO_COMPRESS_LN;
    assert_fails(audio_compression_check(&c), SCI_ERR_ARGUMENT);
    assert_message_has("only decibels");
    c = (audio_compression){ .kind = AUDIO_COMPRESS_DB, .offset = HUGE_VAL };
    assert_fails(audio_compression_check(&c), SCI_ERR_ARGUMENT);
}

/* ---- PCEN ---- */

static void
pcen_of_a_steady_sound_settles(void **state)
{
    audio_pcen p = audio_pcen_defaults();
    double m, x = 0.0, s = 1e-6 * p.scale;

    (void)state;
    assert_ok(audio_pcen_prepare(&p, 22050.0, 512));
    assert_close(
        p.b, (sqrt(1.0 + 4.0 * 17.2265625 * 17.2265625) - 1.0) / (2.0 * 17.2265625 * 17.2265625),
        1e-14, 0.0);
    audio_pcen_start(&m, 1);
    assert_that(m == 1.0);
    for (int t = 0; t < 2000; t++) {
        x = 1e-6;
        audio_pcen_frame(&p, &m, &x, 1);
    }
    assert_close(m, s, 1e-12, 0.0);
    assert_close(x, pow(s / pow(1e-6 + s, 0.98) + 2.0, 0.5) - sqrt(2.0), 1e-12, 0.0);
}

static void
pcen_goes_on_where_it_ended(void **state)
{
    audio_pcen p = audio_pcen_defaults();
    random_stream r = random_start(4);
    double whole[3] = { 1.0, 1.0, 1.0 }, parts[3] = { 1.0, 1.0, 1.0 }, kept[3];

    (void)state;
    assert_ok(audio_pcen_prepare(&p, 16000.0, 256));
    for (int t = 0; t < 100; t++) {
        double x[3] = { random_uniform(&r), random_uniform(&r), random_uniform(&r) }, y[3];
        float z[3] = { (float)x[0], (float)x[1], (float)x[2] };
        double single[3];

        memcpy(y, x, sizeof y);
        if (t == 50) { /* saved and loaded */
            memcpy(kept, parts, sizeof kept);
            memcpy(parts, kept, sizeof parts);
        }
        memcpy(single, parts, sizeof single);
        audio_pcen_frame(&p, whole, x, 3);
        audio_pcen_frame(&p, parts, y, 3);
        audio_pcen_frame_single(&p, single, z, 3);
        assert_same_bytes(x, y, 3, sizeof *x);
        for (int i = 0; i < 3; i++)
            assert_close((double)z[i], x[i], 1e-6, 0.0);
    }
}

static void
pcen_that_cannot_be_is_refused(void **state)
{
    audio_pcen p = audio_pcen_defaults();

    (void)state;
    p.bias = 0.0;
    assert_fails(audio_pcen_prepare(&p, 16000.0, 256), SCI_ERR_ARGUMENT);
    p = audio_pcen_defaults();
    p.time_constant_s = 0.0;
    assert_fails(audio_pcen_prepare(&p, 16000.0, 256), SCI_ERR_ARGUMENT);
}

/* ---- cosine transform ---- */

static void
all_coefficients_keep_the_energy(void **state)
{
    enum { N = 23 };
    random_stream r = random_start(5);
    double x[N], y[N], before = 0.0, after = 0.0, sum = 0.0;
    float in[N], out[N];
    audio_dct *d = NULL, *single = NULL;

    (void)state;
    assert_ok(audio_dct_create(&d, N, N, false));
    assert_ok(audio_dct_create(&single, N, N, true));
    for (int i = 0; i < N; i++) {
        in[i] = (float)random_normal(&r);
        x[i] = (double)in[i];
        before += x[i] * x[i];
        sum += x[i];
    }
    audio_dct_apply(d, x, y);
    audio_dct_apply(single, in, out);
    for (int k = 0; k < N; k++) {
        after += y[k] * y[k];
        assert_close((double)out[k], y[k], 0.0, 3e-6);
    }
    assert_close(after, before, 1e-13, 0.0);
    assert_close(y[0], sum / sqrt(N), 1e-13, 1e-14);
    audio_dct_free(d);
    audio_dct_free(single);
}

static void
fewer_coefficients_are_the_first_of_them(void **state)
{
    double x[8] = { 1, -2, 3, 5, 8, -13, 21, 34 }, all[8], few[3];
    audio_dct *d = NULL;

    (void)state;
    assert_ok(audio_dct_create(&d, 8, 8, false));
    audio_dct_apply(d, x, all);
    audio_dct_free(d);
    assert_ok(audio_dct_create(&d, 8, 3, false));
    audio_dct_apply(d, x, few);
    audio_dct_free(d);
    assert_same_bytes(few, all, 3, sizeof *few);
    d = NULL;
    assert_fails(audio_dct_create(&d, 8, 9, false), SCI_ERR_ARGUMENT);
    assert_fails(audio_dct_create(&d, 8, 0, false), SCI_ERR_ARGUMENT);
    for (long n = 0; n < 2; n++) {
        faults_memory(n, false);
        assert_count(audio_dct_create(&d, 8, 8, true), SCI_ERR_NOMEM);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_logarithm_of_floats_is_right_over_all_of_them),
        cmocka_unit_test(a_gain_of_a_power_of_two_is_an_offset),
        cmocka_unit_test(an_element_does_not_depend_on_its_neighbours),
        cmocka_unit_test(doubles_and_floats_follow_the_formulas),
        cmocka_unit_test(a_floor_is_relative_to_the_peak_or_absolute),
        cmocka_unit_test(the_least_floor_holds_for_quiet_peaks),
        cmocka_unit_test(decibels_may_be_scaled_and_moved),
        cmocka_unit_test(pcen_of_a_steady_sound_settles),
        cmocka_unit_test(pcen_goes_on_where_it_ended),
        cmocka_unit_test(pcen_that_cannot_be_is_refused),
        cmocka_unit_test(all_coefficients_keep_the_energy),
        cmocka_unit_test(fewer_coefficients_are_the_first_of_them),
    };

    return run_all(tests);
}
