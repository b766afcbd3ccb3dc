/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whisper's log-mel spectrogram: its settings of ours against a direct computation in long double. */
#include <math.h>
#include <stdlib.h>

#include <apps/audio/features.h>

#include <support/random.h>
#include <support/signals.h>
#include <support/testing.h>

enum {
    N = 4000,
    RATE = 16000,
    N_FFT = 400,
    HOP = 160,
    BINS = N_FFT / 2 + 1,
    MELS = 80,
    T = N / HOP
};

static double *
chord(void)
{
    random_stream r = random_start(1);
    double *x = test_alloc(N, sizeof *x);

    for (int i = 0; i < N; i++)
        x[i] = i < N / 4 ? 0.0 : 0.2 * sin(0.3 * i) + 0.1 * sin(1.1 * i) + 1e-4 * random_normal(&r);
    return x;
}

static audio_features_settings
whisper(bool single)
{
    return (audio_features_settings){
        .chain = { .feature = AUDIO_FEATURE_MEL,
                   .spectrum = { .n_fft = N_FFT,
                                 .length = N_FFT,
                                 .win_length = N_FFT,
                                 .single = single },
                   .mel = { .n_mels = MELS, .area_norm = true },
                   .compression = { .kind = AUDIO_COMPRESS_DB,
                                    .relative = true,
                                    .floor_db = 80.0,
                                    .least = 1e-10,
                                    .scale = 0.025,
                                    .offset = 1.0 } },
        .hop = HOP,
        .drop_last = true,
    };
}

/* ---- the direct computation ---- */

static long double
to_hz(long double mel)
{
    return mel < 15.0L ? mel * 200.0L / 3.0L : 1000.0L * expl(logl(6.4L) / 27.0L * (mel - 15.0L));
}

static long double
triangle(int m, int k)
{
    long double top = 15.0L + logl(8.0L) / (logl(6.4L) / 27.0L), p[3];
    long double f = (long double)k * RATE / N_FFT, up, down, w;

    for (int j = 0; j < 3; j++)
        p[j] = to_hz(top * (long double)(m + j) / (MELS + 1));
    up = (f - p[0]) / (p[1] - p[0]);
    down = (p[2] - f) / (p[2] - p[1]);
    w = up < down ? up : down;
    return w > 0.0L ? w * 2.0L / (p[2] - p[0]) : 0.0L;
}

static void
powers(const double *x, int t, long double *power)
{
    const long double turn = 2.0L * acosl(-1.0L) / N_FFT;

    for (int k = 0; k < BINS; k++) {
        long double re = 0.0L, im = 0.0L;

        for (int n = 0; n < N_FFT; n++) {
            int i = abs(t * HOP + n - N_FFT / 2);
            long double v;

            i = i < N ? i : 2 * (N - 1) - i;
            v = (long double)x[i] * (0.5L - 0.5L * cosl(turn * n));
            re += v * cosl(turn * ((long)k * n % N_FFT));
            im -= v * sinl(turn * ((long)k * n % N_FFT));
        }
        power[k] = re * re + im * im;
    }
}

/* log_spec = log10(max(mel, 1e-10)); max(log_spec, its maximum - 8); (… + 4)/4 */
static double *
direct(const double *x)
{
    long double power[BINS], most = -HUGE_VALL, *y = test_alloc((size_t)T * MELS, sizeof *y);
    double *out = test_alloc((size_t)T * MELS, sizeof *out);

    for (int t = 0; t < T; t++) {
        powers(x, t, power);
        for (int m = 0; m < MELS; m++) {
            long double sum = 0.0L;

            for (int k = 0; k < BINS; k++)
                sum += triangle(m, k) * power[k];
            y[t * MELS + m] = log10l(sum > 1e-10L ? sum : 1e-10L);
            most = y[t * MELS + m] > most ? y[t * MELS + m] : most;
        }
    }
    for (int i = 0; i < T * MELS; i++)
        out[i] = (double)(((y[i] > most - 8.0L ? y[i] : most - 8.0L) + 4.0L) / 4.0L);
    free(y);
    return out;
}

static void
a_recording_is_as_whisper_sees_it(void **state)
{
    double *x = chord(), *want = direct(x), *y = test_alloc((size_t)T * MELS, sizeof *y);
    float *z = test_alloc((size_t)T * MELS, sizeof *z);

    (void)state;
    for (int single = 0; single < 2; single++) {
        memory_signal m = signal_of(x, N, 1, RATE);
        audio_features_settings s = whisper(single == 1);
        audio_features *f = NULL;

        assert_ok(audio_features_create(&f, &m.base, &s));
        assert_count(audio_features_frames(f), T);
        assert_ok(sci_source_read(audio_features_source(f), 0, T * MELS, single ? (void *)z : y));
        for (int i = 0; i < T * MELS; i++)
            assert_close(single ? (double)z[i] : y[i], want[i], 0.0, single ? 2.5e-4 : 1e-11);
        audio_features_free(f);
    }
    free(x);
    free(y);
    free(z);
    free(want);
}

/* Nothing lies below 1e-10, also where no peak does. */
static void
silence_has_whispers_absolute_floor(void **state)
{
    double x[N] = { 0 };
    memory_signal m = signal_of(x, N, 1, RATE);
    audio_features_settings s = whisper(false);
    audio_features *f = NULL;
    double y[T * MELS];

    (void)state;
    assert_ok(audio_features_create(&f, &m.base, &s));
    assert_ok(sci_source_read(audio_features_source(f), 0, T * MELS, y));
    for (int i = 0; i < T * MELS; i++)
        assert_close(y[i], -1.5, 1e-15, 0.0);
    audio_features_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_is_as_whisper_sees_it),
        cmocka_unit_test(silence_has_whispers_absolute_floor),
    };

    return run_all(tests);
}
