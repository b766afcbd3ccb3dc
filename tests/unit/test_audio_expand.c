/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compression undone. */
#include <math.h>

#include <apps/audio/expand.h>

#include <support/random.h>
#include <support/testing.h>

enum { N = 1000 };

static void
powers_come_back_from_every_compression(void **state)
{
    static const audio_compression kinds[] = {
        { .kind = AUDIO_COMPRESS_DB },
        { .kind = AUDIO_COMPRESS_DB, .scale = 0.025, .offset = 1.0 },
        { .kind = AUDIO_COMPRESS_LN },
        { .kind = AUDIO_COMPRESS_LOG1P },
        { .kind = AUDIO_COMPRESS_ROOT, .exponent = 0.5 },
        { .kind = AUDIO_COMPRESS_ROOT, .exponent = 0.33 },
        { .kind = AUDIO_COMPRESS_NONE },
    };
    random_stream r = random_start(1);
    double power[N], x[N];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        test_context("compression %zu", k);
        for (int i = 0; i < N; i++)
            x[i] = power[i] = pow(10.0, 12.0 * random_uniform(&r) - 8.0);
        audio_compress(&kinds[k], 1e-30, x, N);
        assert_ok(audio_expand(&kinds[k], x, N));
        for (int i = 0; i < N; i++)
            assert_close(x[i], power[i], 1e-12, 0.0);
    }
}

static void
a_floor_stays_and_nothing_is_below_0(void **state)
{
    audio_compression db = { .kind = AUDIO_COMPRESS_DB }, none = { .kind = AUDIO_COMPRESS_NONE },
                      root = { .kind = AUDIO_COMPRESS_ROOT, .exponent = 0.5 },
                      log1p_kind = { .kind = AUDIO_COMPRESS_LOG1P };
    double x = 1e-12;

    (void)state;
    audio_compress(&db, 1e-8, &x, 1);
    assert_ok(audio_expand(&db, &x, 1));
    assert_close(x, 1e-8, 1e-13, 0.0);
    x = -1e-9;
    assert_ok(audio_expand(&none, &x, 1));
    assert_that(x == 0.0);
    x = -1e-9;
    assert_ok(audio_expand(&root, &x, 1));
    assert_that(x == 0.0);
    x = -1e-9;
    assert_ok(audio_expand(&log1p_kind, &x, 1));
    assert_that(x == 0.0);
}

static void
pcen_is_refused(void **state)
{
    audio_compression pcen = { .kind = AUDIO_COMPRESS_PCEN };
    double x = 1.0;

    (void)state;
    assert_fails(audio_expand(&pcen, &x, 1), SCI_ERR_REFUSED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_come_back_from_every_compression),
        cmocka_unit_test(a_floor_stays_and_nothing_is_below_0),
        cmocka_unit_test(pcen_is_refused),
    };

    return run_all(tests);
}
