/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bands; the golden maps are in tests/golden/test_audio.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/bands.h>

#include <support/faults.h>
#include <support/testing.h>

/* Labels run from 0 to kept - 1 without a gap, each bin lies inside its band's edges, counts are
 * right. */
static void
check_whole(const audio_bands *b, double rate_hz, size_t n_fft)
{
    uint64_t *counts = test_alloc(b->kept, sizeof *counts);

    memset(counts, 0, b->kept * sizeof *counts);
    for (size_t k = 0; k < b->n_bins; k++) {
        double f = (double)k * (rate_hz / (double)n_fft);
        int64_t g = b->label[k];
        bool last = g == (int64_t)b->kept - 1;

        test_context("bin %zu of %zu at %g Hz, band %lld", k, b->n_bins, f, (long long)g);
        if (g < 0) {
            assert_that(f < b->edges_hz[0] || f > b->edges_hz[b->kept]);
            continue;
        }
        counts[g]++;
        assert_that(f >= b->edges_hz[g]);
        assert_that(last ? f <= b->edges_hz[g + 1] : f < b->edges_hz[g + 1]);
    }
    for (size_t g = 0; g < b->kept; g++)
        assert_count(b->counts[g], counts[g]);
    free(counts);
}

static void
bands_partition_the_bins(void **state)
{
    static const size_t sizes[] = { 2, 3, 16, 63, 256, 1024 }, bands[] = { 1, 2, 16, 80, 300 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        for (size_t j = 0; j < ARRAY_LEN(bands); j++)
            for (uint64_t least = 0; least < 9; least += 2) {
                audio_bands *b = NULL;

                assert_ok(audio_bands_mel(&b, 16000.0, sizes[i], bands[j], 0.0, 8000.0,
                                          AUDIO_MEL_SLANEY, least));
                check_whole(b, 16000.0, sizes[i]);
                for (size_t g = 0; b->kept > 1 && g < b->kept; g++)
                    assert_that(b->counts[g] >= (least > 1 ? least : 1));
                audio_bands_free(b);
            }
}

static void
edges_belong_to_the_band_above_but_the_last(void **state)
{
    static const double edges[] = { 0.0, 1000.0, 4000.0 };
    audio_bands *b = NULL;

    (void)state;
    assert_ok(audio_bands_edges(&b, 16000.0, 32, 3, edges, 1)); /* a bin every 500 Hz */
    for (int k = 0; k <= 16; k++)
        assert_that(b->label[k] == (k < 2 ? 0 : k <= 8 ? 1 : -1));
    check_whole(b, 16000.0, 32);
    audio_bands_free(b);
}

static void
a_small_band_is_joined_to_the_one_above(void **state)
{
    static const double edges[] = { 0.0, 100.0, 2000.0, 2100.0, 2200.0, 3900.0, 3990.0 };
    audio_bands *b = NULL;

    (void)state;
    /* Bins every 500 Hz: 1 (0), 3 (500 … 1500), 1 (2000), 0, 3 (2500 … 3500), 0. */
    assert_ok(audio_bands_edges(&b, 16000.0, 32, 7, edges, 1));
    assert_count(b->kept, 4);
    assert_that(b->edges_hz[3] == 2100.0 && b->edges_hz[4] == 3990.0);
    check_whole(b, 16000.0, 32);
    audio_bands_free(b);
    assert_ok(audio_bands_edges(&b, 16000.0, 32, 7, edges, 2));
    assert_count(b->requested, 6);
    assert_count(b->kept, 2);
    assert_count(b->counts[0], 4); /* 0 with 500 … 1500 */
    assert_count(b->counts[1], 4); /* 2000 with 2500 … 3500, and the empty ones */
    assert_that(b->edges_hz[1] == 2000.0 && b->edges_hz[2] == 3990.0);
    check_whole(b, 16000.0, 32);
    audio_bands_free(b);
    assert_ok(audio_bands_edges(&b, 16000.0, 32, 7, edges, 100)); /* all of them are too few */
    assert_count(b->kept, 1);
    assert_count(b->counts[0], 8);
    check_whole(b, 16000.0, 32);
    audio_bands_free(b);
}

static void
every_bin_may_be_a_band(void **state)
{
    audio_bands *b = NULL;

    (void)state;
    assert_ok(audio_bands_per_bin(&b, 16000.0, 32, 600.0, 3000.0));
    assert_count(b->kept, 5); /* 1000, 1500, 2000, 2500, 3000 */
    assert_that(b->label[1] == -1 && b->label[2] == 0 && b->label[6] == 4 && b->label[7] == -1);
    assert_that(b->edges_hz[0] == 600.0 && b->edges_hz[1] == 1250.0 && b->edges_hz[5] == 3000.0);
    check_whole(b, 16000.0, 32);
    audio_bands_free(b);
}

static void
mel_channels_are_grouped_evenly(void **state)
{
    audio_mel_settings mel = { 16000.0, 1024, 80, 0.0, 8000.0, AUDIO_MEL_SLANEY, true, false };
    audio_bands *b = NULL;

    (void)state;
    assert_ok(audio_bands_channels(&b, &mel, 16));
    for (int m = 0; m < 80; m++)
        assert_that(b->label[m] == m / 5);
    assert_that(b->edges_hz[0] == 0.0 && b->edges_hz[16] == 8000.0);
    /* Channel m peaks at point m + 1 of 82. */
    for (size_t g = 1; g < 16; g++) {
        double step = audio_hz_to_mel(8000.0, AUDIO_MEL_SLANEY) / 81.0;

        assert_close(audio_hz_to_mel(b->edges_hz[g], AUDIO_MEL_SLANEY),
                     ((double)g * 5.0 + 0.5) * step, 1e-12, 0.0);
    }
    audio_bands_free(b);
    for (size_t n = 1; n <= 13; n++) {
        assert_ok(audio_bands_coefficients(&b, 13, n));
        assert_that(b->edges_hz == NULL);
        for (size_t m = 0; m < 13; m++)
            assert_count(b->label[m], m * n / 13);
        audio_bands_free(b);
    }
    assert_fails(audio_bands_coefficients(&b, 13, 14), SCI_ERR_ARGUMENT);
    assert_fails(audio_bands_coefficients(&b, 13, 0), SCI_ERR_ARGUMENT);
}

static void
edges_that_cannot_be_are_refused(void **state)
{
    static const double falling[] = { 0.0, 500.0, 500.0 }, beyond[] = { 0.0, 9000.0 },
                        below[] = { -1.0, 500.0 }, nothing[] = { 0.0, (double)NAN },
                        between[] = { 510.0, 520.0 };
    audio_bands *b = NULL;

    (void)state;
    assert_fails(audio_bands_edges(&b, 16000.0, 32, 3, falling, 1), SCI_ERR_ARGUMENT);
    assert_fails(audio_bands_edges(&b, 16000.0, 32, 2, beyond, 1), SCI_ERR_ARGUMENT);
    assert_fails(audio_bands_edges(&b, 16000.0, 32, 2, below, 1), SCI_ERR_ARGUMENT);
    assert_fails(audio_bands_edges(&b, 16000.0, 32, 2, nothing, 1), SCI_ERR_ARGUMENT);
    assert_fails(audio_bands_edges(&b, 16000.0, 32, 1, between, 1), SCI_ERR_ARGUMENT);
    assert_fails(audio_bands_edges(&b, 16000.0, 32, 2, between, 1), SCI_ERR_DEGENERATE);
    assert_fails(audio_bands_per_bin(&b, 16000.0, 32, 510.0, 520.0), SCI_ERR_DEGENERATE);
    assert_fails(audio_bands_mel(&b, 16000.0, 32, 0, 0.0, 8000.0, AUDIO_MEL_HTK, 1),
                 SCI_ERR_ARGUMENT);
}

static void
memory_may_fail(void **state)
{
    audio_mel_settings mel = { 16000.0, 1024, 80, 0.0, 8000.0, AUDIO_MEL_SLANEY, true, false };

    (void)state;
    for (long n = 0;; n++) {
        audio_bands *a = NULL, *b = NULL;
        sci_status st;

        faults_memory(n, false);
        st = audio_bands_mel(&a, 16000.0, 32, 4, 0.0, 8000.0, AUDIO_MEL_HTK, 1);
        if (st == SCI_OK)
            st = audio_bands_channels(&b, &mel, 16);
        audio_bands_free(a);
        audio_bands_free(b);
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
        cmocka_unit_test(bands_partition_the_bins),
        cmocka_unit_test(edges_belong_to_the_band_above_but_the_last),
        cmocka_unit_test(a_small_band_is_joined_to_the_one_above),
        cmocka_unit_test(every_bin_may_be_a_band),
        cmocka_unit_test(mel_channels_are_grouped_evenly),
        cmocka_unit_test(edges_that_cannot_be_are_refused),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
