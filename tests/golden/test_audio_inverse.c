/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speech comes back from decibels and phases as a file of features has them: floats. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <apps/audio/expand.h>
#include <apps/audio/features.h>
#include <apps/audio/inverse.h>
#include <apps/audio/phase.h>
#include <apps/audio/recording.h>

#include <support/place.h>
#include <support/testing.h>

enum { N_FFT = 1024, HOP = 256, D = N_FFT / 2 + 1 };

static const audio_features_settings settings = {
    .chain = { .spectrum = { .n_fft = N_FFT, .length = N_FFT, .win_length = N_FFT, .single = true },
               .compression = { .kind = AUDIO_COMPRESS_DB, .floor = 1e-30 } },
    .hop = HOP,
};

/* The samples of T frames of (T, D) decibels and phases. */
static double *
samples_of(const float *decibels, const float *phases, uint64_t n)
{
    audio_inverse_settings s = { .spectrum = settings.chain.spectrum, .hop = HOP, .samples = n };
    double *y = test_alloc((size_t)n + N_FFT + HOP, sizeof *y), power[D], bins[2 * D];
    audio_inverse *inverse = NULL;
    uint64_t at = 0;
    size_t got;

    s.spectrum.single = false;
    assert_ok(audio_inverse_create(&inverse, &s));
    for (uint64_t t = 0; t < audio_inverse_frames(inverse); t++) {
        for (int k = 0; k < D; k++)
            power[k] = (double)decibels[t * D + (uint64_t)k];
        assert_ok(audio_expand(&settings.chain.compression, power, D));
        audio_phase_bins(power, phases + t * D, D, bins);
        assert_ok(audio_inverse_add(inverse, bins, y + at, &got));
        at += got;
    }
    assert_ok(audio_inverse_finish(inverse, y + at, &got));
    assert_count(at + got, n);
    assert_count(audio_inverse_unknown(inverse), 0);
    audio_inverse_free(inverse);
    return y;
}

static void
check(const double *x, const double *y, uint64_t n)
{
    double signal = 0.0, error = 0.0;

    for (uint64_t i = 0; i < n; i++) {
        signal += x[i] * x[i];
        error += (x[i] - y[i]) * (x[i] - y[i]);
        assert_that(rint(32768.0 * y[i]) == 32768.0 * x[i]);
    }
    assert_that(10.0 * log10(signal / error) > 130.0);
}

static void
round_trip(const char *name)
{
    audio_recording_settings plain = { 0 };
    audio_phase_settings how = { .spectrum = settings.chain.spectrum, .hop = HOP };
    audio_recording *recording = NULL;
    audio_features *features = NULL;
    sci_source *phase = NULL;
    audio_signal *signal;
    char path[PLACE_ROOM];
    uint64_t n, count;
    float *decibels, *phases;
    double *x, *y;
    size_t got;

    test_context("%s", name);
    place_reference(path, name);
    assert_ok(audio_recording_open(&recording, path, &plain));
    signal = audio_recording_signal(recording);
    assert_ok(audio_features_create(&features, signal, &settings));
    assert_ok(audio_phase_source(&phase, signal, &how));
    n = signal->samples;
    assert_ok(sci_array_count(&phase->array, &count));
    decibels = test_alloc((size_t)count, sizeof *decibels);
    phases = test_alloc((size_t)count, sizeof *phases);
    x = test_alloc((size_t)n, sizeof *x);
    assert_ok(sci_source_read(audio_features_source(features), 0, count, decibels));
    assert_ok(sci_source_read(phase, 0, count, phases));
    assert_ok(signal->rewind(signal));
    assert_ok(signal->read(signal, x, (size_t)n, &got));
    y = samples_of(decibels, phases, n);
    check(x, y, n);
    free(x);
    free(y);
    free(decibels);
    free(phases);
    sci_source_free(phase);
    audio_features_free(features);
    audio_recording_free(recording);
}

static void
speech_comes_back_to_the_bit(void **state)
{
    (void)state;
    round_trip("audio/wav/speech_16k_pcm16.wav");
    round_trip("audio/wav/speech_16k_pcm16.flac");
    round_trip("audio/wav/speech_padded_16k_pcm16.wav");
    round_trip("audio/wav/spkA_1_16k_pcm16.wav");
    round_trip("audio/wav/spkB_2_16k_pcm16.wav");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speech_comes_back_to_the_bit),
    };

    return run_all(tests);
}
