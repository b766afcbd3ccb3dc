/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features normalized on the way and undone, against the formula; differences of two sources. */
#include <math.h>

#include <apps/audio/affine_source.h>
#include <apps/audio/differing.h>

#include <support/random.h>
#include <support/testing.h>

enum { C = 2, T = 9, D = 5, BANDS = 2, N = C * T * D };

static int64_t label[D] = { 1, 0, -1, 1, 0 };
static const audio_bands bands = { .n_bins = D, .requested = BANDS, .kept = BANDS, .label = label };
static const sci_array floats = { .rank = 3, .shape = { C, T, D }, .type = SCI_FLOAT32 };

/* Mean 10·k, variance k + 1; the last has none, so that eps 0 makes 0 of it. */
static void
fill_rows(sci_moments *rows)
{
    for (int k = 0; k < C * BANDS; k++)
        rows[k] = (sci_moments){ .count = 8,
                                 .weight = 8.0,
                                 .mean_hi = 10.0 * k,
                                 .m2 = 8.0 * (k + 1),
                                 .min = 10.0 * k - 5.0,
                                 .max = 10.0 * k + 5.0 };
    rows[C * BANDS - 1].m2 = 0.0;
    rows[C * BANDS - 1].min = rows[C * BANDS - 1].max = rows[C * BANDS - 1].mean_hi;
}

static void
it_is_the_formula_there_and_back(void **state)
{
    sci_moments rows[C * BANDS];
    double gamma[C * BANDS] = { 0.5, 2.0, 1.0, 3.0 }, beta[C * BANDS] = { 1.0, -1.0, 0.0, 0.25 };
    audio_scaling scaling = { .rows = rows, .n = C * BANDS, .gamma = gamma, .beta = beta };
    random_stream r = random_start(3);
    sci_source *plain = NULL, *there = NULL, *back = NULL;
    float x[N];
    double y[N], z[N];

    (void)state;
    fill_rows(rows);
    for (int i = 0; i < N; i++)
        x[i] = (float)(20.0 * random_uniform(&r));
    assert_ok(sci_source_memory(&plain, &floats, x, "x"));
    assert_ok(audio_affine_source(&there, plain, &bands, &scaling, 0, false));
    assert_ok(audio_affine_source(&back, there, &bands, &scaling, 0, true));
    assert_int_equal(there->array.type, SCI_FLOAT64);
    for (int i = 0; i < N; i += 7) { /* pieces that begin and end within frames */
        uint64_t n = N - i < 7 ? (uint64_t)(N - i) : 7;

        assert_ok(sci_source_read(there, (uint64_t)i, n, y + i));
    }
    assert_ok(sci_source_read(back, 0, N, z));
    for (int i = 0; i < N; i++) {
        int64_t b = label[i % D];
        int k = i / (T * D) * BANDS + (int)b;
        double scale = k == C * BANDS - 1 ? 0.0 : 1.0 / sqrt(k + 1.0);

        test_context("element %d", i);
        if (b < 0) {
            assert_true(y[i] == 0.0 && z[i] == 0.0);
            continue;
        }
        assert_close(y[i], ((double)x[i] - 10.0 * k) * scale * gamma[k] + beta[k], 1e-14, 1e-14);
        assert_close(z[i], scale == 0.0 ? 10.0 * k : (double)x[i], 1e-13, 1e-13);
    }
    sci_source_free(back);
    sci_source_free(there);
    sci_source_free(plain);
}

static void
rows_of_another_partition_are_refused(void **state)
{
    sci_moments rows[C * BANDS];
    audio_scaling scaling = { .rows = rows, .n = C * BANDS - 1 };
    sci_source *plain = NULL, *there = NULL;
    float x[N] = { 0.0f };

    (void)state;
    fill_rows(rows);
    assert_ok(sci_source_memory(&plain, &floats, x, "x"));
    assert_fails(audio_affine_source(&there, plain, &bands, &scaling, 0, false), SCI_ERR_ARGUMENT);
    assert_null(there);
    sci_source_free(plain);
}

static void
differences_are_counted(void **state)
{
    audio_difference d = { 0 };
    sci_source *a = NULL, *b = NULL;
    float x[N], y[N];

    (void)state;
    for (int i = 0; i < N; i++)
        x[i] = y[i] = (float)i;
    y[3] += 3.0f;
    y[N - 1] -= 4.0f;
    assert_ok(sci_source_memory(&a, &floats, x, "a"));
    assert_ok(sci_source_memory(&b, &floats, y, "b"));
    assert_ok(audio_difference_add(&d, a, 0, b, 0, N));
    assert_true(d.compared == N && d.differing == 2 && d.largest == 4.0);
    assert_close(audio_difference_rms(&d), 5.0 / sqrt(N), 1e-15, 0.0);
    d = (audio_difference){ 0 };
    assert_ok(audio_difference_add(&d, a, 1, b, 0, 3));
    assert_true(d.compared == 3 && d.differing == 3 && d.largest == 1.0);
    y[0] = NAN;
    assert_ok(audio_difference_add(&d, a, 0, b, 0, 1));
    assert_true(isinf(d.largest));
    sci_source_free(a);
    sci_source_free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_formula_there_and_back),
        cmocka_unit_test(rows_of_another_partition_are_refused),
        cmocka_unit_test(differences_are_counted),
    };

    return run_all(tests);
}
