/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of features: what is drawn where, in thinned columns. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cairo.h>

#include <apps/audio/features.h>
#include <apps/audio/spectrogram.h>
#include <apps/audio/spectrogram_priv.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/random.h>
#include <support/signals.h>
#include <support/testing.h>

#define PI 3.14159265358979323846

enum { C = 2, T = 5000, D = 17 };

static const audio_chain_settings stft = { .feature = AUDIO_FEATURE_STFT,
                                           .spectrum = { .n_fft = 32, .length = 32 } };

static float *
values_of(float (*value)(int channel, int frame, int row))
{
    float *x = test_alloc((size_t)C * T * D, sizeof *x);

    for (int c = 0; c < C; c++)
        for (int t = 0; t < T; t++)
            for (int d = 0; d < D; d++)
                x[((size_t)c * T + (size_t)t) * D + (size_t)d] = value(c, t, d);
    return x;
}

/* Channel 1: low in the first half of the time, high in the second. */
static float
half_and_half(int channel, int frame, int row)
{
    return channel == 0 ? 0.5f : (frame < T / 2) == (row < D / 2) ? 1.0f : 0.0f;
}

/* One frame in 50 is loud. */
static float
ticking(int channel, int frame, int row)
{
    (void)channel, (void)row;
    return frame % 50 == 7 ? 1.0f : frame % 2500 == 8 ? NAN : 0.0f;
}

static sci_source *
source_of(const float *x)
{
    sci_array array = { .rank = 4, .shape = { 1, C, T, D }, .type = SCI_FLOAT32 };
    sci_source *s = NULL;

    assert_ok(sci_source_memory(&s, &array, x, "x"));
    return s;
}

static uint32_t
pixel_at(cairo_surface_t *image, int x, int y)
{
    const unsigned char *row =
        cairo_image_surface_get_data(image) + (ptrdiff_t)y * cairo_image_surface_get_stride(image);
    uint32_t pixel;

    memcpy(&pixel, row + 4 * x, 4);
    return pixel & 0xffffff;
}

static cairo_surface_t *
draw(audio_spectrogram *s)
{
    char path[PLACE_ROOM];
    cairo_surface_t *image;

    place_scratch(path, "s.png");
    assert_ok(audio_spectrogram_write(path, s));
    image = cairo_image_surface_create_from_png(path);
    assert_int_equal(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
    return image;
}

/* The first bin is at the bottom, the first frame on the left, the right channel in both panels. */
static void
time_goes_right_and_frequency_up(void **state)
{
    float *x = values_of(half_and_half);
    sci_source *source = source_of(x);
    audio_spectrogram s = { .chain = &stft, .rate_hz = 16000.0, .hop = 16, .channel = 1 };
    cairo_surface_t *image;

    (void)state;
    s.sides[0].source = s.sides[1].source = source;
    image = draw(&s);
    for (int panel = 0; panel < 2; panel++) {
        int left = panel * 584 + 98, width = 392, top = 64, height = 243;
        uint32_t light = pixel_at(image, left + width / 4, top + 3 * height / 4);
        uint32_t dark = pixel_at(image, left + width / 4, top + height / 4);

        assert_true(light != dark && (light >> 8 & 0xff) > (dark >> 8 & 0xff));
        assert_int_equal(pixel_at(image, left + 3 * width / 4, top + height / 4), light);
        assert_int_equal(pixel_at(image, left + 3 * width / 4, top + 3 * height / 4), dark);
    }
    cairo_surface_destroy(image);
    sci_source_free(source);
    free(x);
}

/* 5000 frames on 100 columns: 50 each, of which one is 1; in two of them one is no number. */
static void
columns_are_means_or_maxima_of_their_frames(void **state)
{
    float *x = values_of(ticking);
    sci_source *source = source_of(x);

    (void)state;
    for (int maximum = 0; maximum < 2; maximum++) {
        audio_spectrogram s = { .chain = &stft, .maximum = maximum, .columns_most = 100 };
        spectrogram_side side = { 0 };

        assert_ok(spectrogram_thin(&side, &s, source));
        assert_count(side.rows, D);
        assert_count(side.columns, 100);
        assert_count(side.per_column, 50);
        for (size_t k = 0; k < D * 100; k++)
            assert_close((double)side.values[k],
                         maximum             ? 1.0
                         : k % 100 % 50 == 0 ? 1.0 / 49.0
                                             : 1.0 / 50.0,
                         1e-6, 0.0);
        sci_free(side.values);
    }
    sci_source_free(source);
    free(x);
}

static void
a_short_last_column_is_the_mean_of_what_it_has(void **state)
{
    float *x = values_of(half_and_half);
    sci_source *source = source_of(x);
    audio_spectrogram s = { .chain = &stft, .columns_most = 3, .channel = 1 };
    spectrogram_side side = { 0 };

    (void)state;
    assert_ok(spectrogram_thin(&side, &s, source)); /* 1667, 1667 and 1666 frames */
    assert_count(side.columns, 3);
    assert_close((double)side.values[0], 1.0, 0.0, 0.0);
    assert_close((double)side.values[1], (2500.0 - 1667.0) / 1667.0, 1e-6, 0.0);
    assert_close((double)side.values[2], 0.0, 0.0, 0.0);
    assert_close((double)side.values[(D - 1) * 3 + 2], 1.0, 0.0, 0.0);
    sci_free(side.values);
    sci_source_free(source);
    free(x);
}

static void
mel_channels_have_their_frequencies(void **state)
{
    audio_chain_settings mel = { .feature = AUDIO_FEATURE_MEL,
                                 .mel = { .n_mels = 80, .scale = AUDIO_MEL_HTK } };
    audio_spectrogram s = { .chain = &mel, .rate_hz = 16000.0, .hop = 160 };
    spectrogram_frequencies f = { 0 };
    double points[82];
    bool thousand = false;

    (void)state;
    assert_count(spectrogram_rows(&s), 80);
    assert_ok(spectrogram_frequencies_make(&f, &s));
    audio_mel_points(points, 82, 0.0, 8000.0, AUDIO_MEL_HTK);
    assert_true(f.axis.n_ticks >= 5);
    for (size_t k = 0; k < f.axis.n_ticks; k++) {
        double hz = strtod(f.ticks[k].text, NULL), at = f.ticks[k].at;
        size_t below = (size_t)(at + 1.0);

        assert_true(below + 1 < 82 && hz >= points[below] - 1e-6 && hz <= points[below + 1] + 1e-6);
        assert_true(k == 0 || at - f.ticks[k - 1].at >= 4.0);
        thousand = thousand || hz == 1000.0;
    }
    assert_true(thousand);
    spectrogram_frequencies_clear(&f);
}

static void
lines_lie_between_bands(void **state)
{
    audio_spectrogram s = { .chain = &stft, .rate_hz = 16000.0, .hop = 16 };
    static const double edges[] = { 1000.0, 3000.0, 5200.0 };
    spectrogram_frequencies f = { 0 };
    audio_bands *bands = NULL;

    (void)state;
    assert_ok(audio_bands_edges(&bands, 16000.0, 32, 3, edges, 0));
    s.bands = bands;
    assert_ok(spectrogram_frequencies_make(&f, &s));
    assert_count(f.n_lines, 3); /* 500 Hz a bin; below 1000 and above 5200 there is none */
    assert_close(f.lines[0], 750.0, 0.0, 1e-9);
    assert_close(f.lines[1], 2750.0, 0.0, 1e-9);
    assert_close(f.lines[2], 5250.0, 0.0, 1e-9);
    spectrogram_frequencies_clear(&f);
    audio_bands_free(bands);
    bands = NULL;
    f = (spectrogram_frequencies){ 0 };
    assert_ok(audio_bands_edges(&bands, 16000.0, 64, 3, edges, 0));
    s.bands = bands;
    assert_fails(spectrogram_frequencies_make(&f, &s), SCI_ERR_SHAPE);
    audio_bands_free(bands);
}

static void
sides_that_do_not_fit_are_refused(void **state)
{
    float *x = values_of(half_and_half);
    sci_source *source = source_of(x);
    audio_chain_settings other = stft;
    audio_spectrogram s = { .chain = &stft, .rate_hz = 16000.0, .hop = 16, .channel = 2 };
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "s.png");
    s.sides[0].source = source;
    assert_fails(audio_spectrogram_write(path, &s), SCI_ERR_SHAPE);
    assert_message_has("2 channels, and no channel 3");
    s.channel = 0;
    other.spectrum.n_fft = 64;
    s.chain = &other;
    assert_fails(audio_spectrogram_write(path, &s), SCI_ERR_SHAPE);
    sci_source_free(source);
    free(x);
}

static void
memory_may_fail(void **state)
{
    float *x = values_of(half_and_half);
    static const double edges[] = { 1000.0, 3000.0, 5200.0 };
    audio_bands *bands = NULL;
    sci_source *source = source_of(x);
    audio_spectrogram s = { .chain = &stft, .rate_hz = 16000.0, .hop = 16 };
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "s.png");
    assert_ok(audio_bands_edges(&bands, 16000.0, 32, 3, edges, 0));
    s.bands = bands;
    s.sides[0].source = s.sides[1].source = source;
    for (long n = 0;; n++) {
        sci_status st;

        faults_memory(n, false);
        st = audio_spectrogram_write(path, &s);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_fails(st, SCI_ERR_NOMEM);
    }
    sci_source_free(source);
    audio_bands_free(bands);
    free(x);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_goes_right_and_frequency_up),
        cmocka_unit_test(columns_are_means_or_maxima_of_their_frames),
        cmocka_unit_test(a_short_last_column_is_the_mean_of_what_it_has),
        cmocka_unit_test(mel_channels_have_their_frequencies),
        cmocka_unit_test(lines_lie_between_bands),
        cmocka_unit_test(sides_that_do_not_fit_are_refused),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
