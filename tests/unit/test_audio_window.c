/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <apps/audio/window.h>

#include <support/testing.h>

enum { N = 12 };

static void
known_values(void **state)
{
    double w[N];

    (void)state;
    assert_ok(audio_window_fill(w, AUDIO_WINDOW_HANN, N, N));
    assert_close(w[0], 0.0, 0.0, 0.0);
    assert_close(w[3], 0.5, 0.0, 1e-15); /* periodic: a quarter of N */
    assert_close(w[6], 1.0, 1e-15, 0.0);
    assert_close(w[9], 0.5, 0.0, 1e-15);
    assert_ok(audio_window_fill(w, AUDIO_WINDOW_HAMMING, N, N));
    assert_close(w[0], 0.08, 0.0, 1e-15);
    assert_close(w[6], 1.0, 1e-15, 0.0);
    assert_ok(audio_window_fill(w, AUDIO_WINDOW_BLACKMAN, N, N));
    assert_close(w[0], 0.0, 0.0, 1e-15);
    assert_close(w[3], 0.34, 1e-14, 0.0);
    assert_close(w[6], 1.0, 1e-15, 0.0);
    assert_ok(audio_window_fill(w, AUDIO_WINDOW_RECT, N, N));
    assert_that(w[0] == 1.0 && w[N - 1] == 1.0);
    assert_ok(audio_window_fill(w, AUDIO_WINDOW_SINE, N, N));
    assert_close(w[0], sin(3.14159265358979323846 / 24.0), 1e-14, 0.0);
    assert_close(w[5], w[6], 1e-14, 0.0);
}

/* Povey's is symmetric about the middle of its samples: both ends are 0. */
static void
poveys_window_is_symmetric(void **state)
{
    double w[N];

    (void)state;
    assert_ok(audio_window_fill(w, AUDIO_WINDOW_POVEY, N, N));
    for (int i = 0; i < N; i++)
        assert_close(w[i], w[N - 1 - i], 0.0, 1e-13);
    assert_close(w[0], 0.0, 0.0, 1e-13);
    assert_close(w[1], pow(0.5 - 0.5 * cos(2.0 * 3.14159265358979323846 / 11.0), 0.85), 1e-13, 0.0);
    assert_ok(audio_window_fill(w, AUDIO_WINDOW_POVEY, 1, 1));
    assert_that(w[0] == 1.0);
}

/* Two frames half a window apart, the square of the sine window: what one loses the other has. */
static void
hann_and_squared_sine_add_up_to_one(void **state)
{
    double hann[N], sine[N];

    (void)state;
    assert_ok(audio_window_fill(hann, AUDIO_WINDOW_HANN, N, N));
    assert_ok(audio_window_fill(sine, AUDIO_WINDOW_SINE, N, N));
    for (int i = 0; i < N / 2; i++) {
        assert_close(hann[i] + hann[i + N / 2], 1.0, 1e-14, 0.0);
        assert_close(sine[i] * sine[i] + sine[i + N / 2] * sine[i + N / 2], 1.0, 1e-14, 0.0);
    }
}

static void
a_shorter_window_is_centred_in_zeros(void **state)
{
    double w[N], alone[5];

    (void)state;
    assert_ok(audio_window_fill(w, AUDIO_WINDOW_HAMMING, 5, N));
    assert_ok(audio_window_fill(alone, AUDIO_WINDOW_HAMMING, 5, 5));
    for (int i = 0; i < N; i++)
        assert_that(w[i] == (i < 3 || i >= 8 ? 0.0 : alone[i - 3]));
    assert_fails(audio_window_fill(w, AUDIO_WINDOW_HANN, N + 1, N), SCI_ERR_ARGUMENT);
    assert_fails(audio_window_fill(w, AUDIO_WINDOW_HANN, 0, N), SCI_ERR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(poveys_window_is_symmetric),
        cmocka_unit_test(hann_and_squared_sine_add_up_to_one),
        cmocka_unit_test(a_shorter_window_is_centred_in_zeros),
    };

    return run_all(tests);
}
