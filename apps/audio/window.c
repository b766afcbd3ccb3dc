/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window.h"

#include <math.h>

#include "numbers.h"

static double
value(audio_window_kind kind, size_t n, size_t length)
{
    double turn = 2.0 * AUDIO_PI * (double)n / (double)length;

    switch (kind) {
    case AUDIO_WINDOW_HANN:
        return 0.5 - 0.5 * cos(turn);
    case AUDIO_WINDOW_HAMMING:
        return 0.54 - 0.46 * cos(turn);
    case AUDIO_WINDOW_BLACKMAN:
        return 0.42 - 0.5 * cos(turn) + 0.08 * cos(2.0 * turn);
    case AUDIO_WINDOW_POVEY:
        if (length == 1)
            return 1.0;
        return pow(0.5 - 0.5 * cos(2.0 * AUDIO_PI * (double)n / (double)(length - 1)), 0.85);
    case AUDIO_WINDOW_RECT:
        return 1.0;
    case AUDIO_WINDOW_SINE:
        return sin(AUDIO_PI * ((double)n + 0.5) / (double)length);
    }
    return 0.0;
}

sci_status
audio_window_fill(double *w, audio_window_kind kind, size_t win_length, size_t n_fft)
{
    size_t before;

    if (win_length < 1 || win_length > n_fft)
        return sci_fail(SCI_ERR_ARGUMENT, "a window of %zu samples does not go into an FFT of %zu",
                        win_length, n_fft);
    before = (n_fft - win_length) / 2;
    for (size_t i = 0; i < n_fft; i++)
        w[i] = i < before || i - before >= win_length ? 0.0 : value(kind, i - before, win_length);
    return SCI_OK;
}
