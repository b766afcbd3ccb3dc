/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features of the reference recordings against float64 results of numpy, torch and librosa (golden.h5).
 * Tolerances are those of its README; what is stored as float32 there adds its own rounding. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/bands.h>

#include <support/features.h>
#include <support/testing.h>

#define STORED 6e-8 /* relative, of an array stored as float32 */

typedef struct golden_case {
    const char *name, *file;
    double rate;
    size_t n_fft, hop;
} golden_case;

static const golden_case cases[] = {
    { "speech", "speech_16k_pcm16.wav", 16000, 1024, 256 },
    { "chirp_stereo", "chirp_noise_44k1_st_pcm24.wav", 44100, 1024, 256 },
    { "tones_8k", "tones_8k_ulaw.wav", 8000, 512, 128 },
    { "am_48k", "am_48k_pcm32.wav", 48000, 2048, 512 },
};

/* ---- what we make ---- */

typedef struct computed {
    uint64_t channels, frames, width;
    double *values; /* C, T, D */
} computed;

static audio_features_settings
settings_of(const golden_case *c, bool single)
{
    return (audio_features_settings){
        .chain = { .spectrum = { .n_fft = c->n_fft,
                                 .length = c->n_fft,
                                 .win_length = c->n_fft,
                                 .single = single },
                   .mel = { .n_mels = 80, .area_norm = true },
                   .compression = { .kind = AUDIO_COMPRESS_NONE } },
        .hop = c->hop,
    };
}

static computed
compute(const char *file, const audio_features_settings *s)
{
    opened_features o = features_open(file, s);
    const uint64_t *shape = o.source->array.shape;
    computed out = { shape[0], shape[1], shape[2], NULL };
    uint64_t n;

    out.values = features_read(o.source, &n);
    features_close(&o);
    return out;
}

/* ---- comparing ---- */

/* Largest difference; `expected` is (C,T,D), or (C,D,T) where `turned`. */
static double
largest_difference(const computed *got, const loaded *expected, bool turned, double relative)
{
    double worst = 0.0;

    assert_count(expected->n, got->frames * got->channels * got->width);
    for (uint64_t c = 0; c < got->channels; c++)
        for (uint64_t t = 0; t < got->frames; t++)
            for (uint64_t d = 0; d < got->width; d++) {
                uint64_t at = (c * got->frames + t) * got->width + d;
                uint64_t there = turned ? (c * got->width + d) * got->frames + t : at;
                double want = expected->values[there];
                double off = fabs(got->values[at] - want) - relative * fabs(want);

                worst = off > worst || isnan(off) ? off : worst;
            }
    return worst;
}

static double
largest_value(const loaded *l)
{
    double most = 0.0;

    for (uint64_t i = 0; i < l->n; i++)
        most = fabs(l->values[i]) > most ? fabs(l->values[i]) : most;
    return most;
}

/* tolerance: absolute, or a share of the largest value expected. */
static void
check(const golden_case *c, const char *dataset, const audio_features_settings *s, bool turned,
      bool of_peak, double tolerance)
{
    loaded expected = features_golden(c->name, dataset);
    computed got = compute(c->file, s);
    double stored = expected.array.type == SCI_FLOAT32 ? STORED : 0.0;
    double scale = of_peak ? largest_value(&expected) : 1.0;
    double worst = largest_difference(&got, &expected, turned, stored) / scale;

    test_context("%s/%s, %s: off by %.3g", c->name, dataset,
                 s->chain.spectrum.single ? "single" : "double", worst);
    features_show_error(c->name, dataset, s->chain.spectrum.single, worst);
    assert_that(worst <= tolerance);
    loaded_free(&expected);
    free(got.values);
}

static void
check_each(void (*one)(const golden_case *c, bool single))
{
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        one(&cases[k], false);
        one(&cases[k], true);
    }
}

/* ---- spectra ---- */

static void
check_magnitude(const golden_case *c, bool single)
{
    audio_features_settings s = settings_of(c, single);

    s.chain.compression = (audio_compression){ .kind = AUDIO_COMPRESS_ROOT, .exponent = 0.5 };
    check(c, "stft_mag", &s, false, true, single ? 5e-7 : 1e-12);
}

static void
magnitudes_are_those_of_torch_stft(void **state)
{
    (void)state;
    check_each(check_magnitude);
}

static void
check_power(const golden_case *c, bool single)
{
    audio_features_settings s = settings_of(c, single);

    s.chain.compression =
        (audio_compression){ .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 };
    check(c, "power_db_rel80", &s, false, false, single ? 1e-2 : 1e-8);
    s.memory_bytes = UINT64_MAX; /* the floor is the same where all is kept */
    check(c, "power_db_rel80", &s, false, false, single ? 1e-2 : 1e-8);
}

static void
power_has_a_floor_below_each_channels_peak(void **state)
{
    (void)state;
    check_each(check_power);
}

/* ---- mel ---- */

static void
check_mel(const golden_case *c, bool single)
{
    audio_features_settings s = settings_of(c, single);

    s.chain.feature = AUDIO_FEATURE_MEL;
    check(c, "mel_slaney_slaney", &s, false, true, single ? 2e-6 : 1e-11);
    s.chain.mel.scale = AUDIO_MEL_HTK;
    s.chain.mel.area_norm = false;
    check(c, "mel_htk_none", &s, false, true, single ? 2e-6 : 1e-11);
}

static void
mel_spectra_are_those_of_librosa_and_torchaudio(void **state)
{
    (void)state;
    check_each(check_mel);
}

/* A float FFT carries 80 dB. What lies deeper is compared as power, relative to the largest. */
static void
check_levels_single(const golden_case *c, const audio_features_settings *s)
{
    loaded expected = features_golden(c->name, "mel_db_amin");
    computed got = compute(c->file, s);
    double peak = -HUGE_VAL;

    test_context("%s/mel_db_amin, single", c->name);
    for (uint64_t i = 0; i < expected.n; i++)
        peak = expected.values[i] > peak ? expected.values[i] : peak;
    for (uint64_t i = 0; i < expected.n; i++) {
        double want = expected.values[i], have = got.values[i];

        if (want >= peak - 80.0)
            assert_close(have, want, STORED, 1e-2);
        else
            assert_close(pow(10.0, (have - peak) / 10.0), pow(10.0, (want - peak) / 10.0), 0.0,
                         2e-6);
    }
    loaded_free(&expected);
    free(got.values);
}

/* The floor of 1e-10 lies up to 120 dB below the peak; in single a cepstrum has the noise of the
 * weakest channels, up to 0.2 dB each. */
static void
check_mel_db(const golden_case *c, bool single)
{
    audio_features_settings s = settings_of(c, single);
    double mfcc = single ? 0.2 : 1e-8;

    s.chain.feature = AUDIO_FEATURE_MEL;
    s.chain.compression = (audio_compression){ .kind = AUDIO_COMPRESS_DB, .floor = 1e-10 };
    if (single)
        check_levels_single(c, &s);
    else
        check(c, "mel_db_amin", &s, false, false, 1e-8);
    s.chain.feature = AUDIO_FEATURE_MFCC;
    s.chain.n_mfcc = 20;
    check(c, "librosa_mfcc20", &s, true, false, mfcc);
    s.memory_bytes = UINT64_MAX;
    check(c, "librosa_mfcc20", &s, true, false, mfcc);
}

static void
mel_levels_and_cepstra_are_those_of_librosa(void **state)
{
    (void)state;
    check_each(check_mel_db);
}

/* librosa's ref=np.max, top_db=80 is a floor below the peak of all channels: of a mono recording
 * that is ours. */
static void
a_relative_floor_of_mel_is_librosas_top_db(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        audio_features_settings s = settings_of(&cases[k], false);
        loaded expected;
        computed got;
        double peak = -HUGE_VAL;

        s.chain.feature = AUDIO_FEATURE_MEL;
        s.chain.compression =
            (audio_compression){ .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 };
        got = compute(cases[k].file, &s);
        if (got.channels == 1) {
            expected = features_golden(cases[k].name, "mel_db_top80_refmax");
            for (uint64_t i = 0; i < got.frames * got.width; i++)
                peak = got.values[i] > peak ? got.values[i] : peak;
            for (uint64_t i = 0; i < got.frames * got.width; i++)
                got.values[i] -= peak;
            test_context("%s", cases[k].name);
            assert_that(largest_difference(&got, &expected, false, STORED) <= 1e-8);
            loaded_free(&expected);
        }
        free(got.values);
    }
}

/* PCEN raises the weakest channels to the level of the others, and the noise of float with them. */
static void
check_pcen(const golden_case *c, bool single)
{
    audio_features_settings s = settings_of(c, single);

    s.chain.feature = AUDIO_FEATURE_MEL;
    s.chain.compression = (audio_compression){ .kind = AUDIO_COMPRESS_PCEN };
    s.chain.pcen = audio_pcen_defaults();
    check(c, "librosa_pcen", &s, true, true, single ? 1e-3 : 1e-11);
    s.memory_bytes = UINT64_MAX;
    check(c, "librosa_pcen", &s, true, true, single ? 1e-3 : 1e-11);
}

static void
pcen_is_librosas(void **state)
{
    (void)state;
    check_each(check_pcen);
}

/* Computed in float32 there: up to 2.6e-3 off in the weakest bins. */
static void
kaldis_filter_bank_is_torchaudios(void **state)
{
    const golden_case kaldi = { "speech", "speech_16k_pcm16.wav", 16000, 512, 160 };

    (void)state;
    for (int single = 0; single < 2; single++) {
        audio_features_settings s = settings_of(&kaldi, single == 1);
        audio_spectrum_settings *p = &s.chain.spectrum;

        p->length = p->win_length = 400;
        p->window = AUDIO_WINDOW_POVEY;
        p->remove_mean = true;
        p->preemphasis = 0.97;
        p->gain = 32768.0;
        s.pad = AUDIO_PAD_NONE;
        s.chain.feature = AUDIO_FEATURE_MEL;
        s.chain.mel = (audio_mel_settings){
            .n_mels = 80, .fmin_hz = 20.0, .scale = AUDIO_MEL_HTK, .mel_slopes = true
        };
        s.chain.compression =
            (audio_compression){ .kind = AUDIO_COMPRESS_LN, .floor = (double)FLT_EPSILON };
        check(&kaldi, "kaldi_fbank80_torchaudio_f32", &s, false, false, single ? 1e-2 : 4e-3);
    }
}

/* ---- tables ---- */

static void
filter_banks_are_those_of_librosa(void **state)
{
    static const struct {
        double rate;
        size_t n_fft, n_mels;
    } banks[] = {
        { 16000, 400, 40 }, { 16000, 512, 80 }, { 22050, 2048, 128 }, { 44100, 1024, 64 }
    };
    double worst = 0.0;

    (void)state;
    for (size_t k = 0; k < 4 * ARRAY_LEN(banks); k++) {
        bool htk = k % 2 == 1, area = k / 2 % 2 == 1;
        audio_mel_settings s = { banks[k / 4].rate,
                                 banks[k / 4].n_fft,
                                 banks[k / 4].n_mels,
                                 0.0,
                                 banks[k / 4].rate / 2.0,
                                 htk ? AUDIO_MEL_HTK : AUDIO_MEL_SLANEY,
                                 area,
                                 false };
        char name[64];
        audio_mel *mel = NULL;
        double largest;
        loaded expected;

        snprintf(name, sizeof name, "%g_%zu_%zu_%s_%s", s.rate_hz, s.n_fft, s.n_mels,
                 htk ? "htk" : "slaney", area ? "slaney" : "none");
        test_context("%s", name);
        expected = features_golden("filterbanks", name);
        largest = largest_value(&expected);
        assert_ok(audio_mel_create(&mel, &s));
        for (size_t m = 0; m < mel->n_mels; m++)
            for (size_t b = 0; b < mel->n_bins; b++) {
                bool stored = b >= mel->first[m] && b - mel->first[m] < mel->count[m];
                double w = stored ? mel->weights[mel->at[m] + b - mel->first[m]] : 0.0;
                double off = fabs(w - expected.values[m * mel->n_bins + b]) / largest;

                worst = off > worst ? off : worst;
                assert_that(off <= 1e-12);
            }
        loaded_free(&expected);
        audio_mel_free(mel);
    }
    if (getenv("SCI_TEST_ERRORS") != NULL)
        print_message("filter banks, largest %.2e\n", worst);
}

static void
check_labels(const audio_bands *b, const loaded *expected)
{
    int64_t most = -1;

    assert_count(expected->n, b->n_bins);
    for (size_t k = 0; k < b->n_bins; k++) {
        assert_that((double)b->label[k] == expected->values[k]);
        most = b->label[k] > most ? b->label[k] : most;
    }
    assert_count(b->kept, most + 1);
}

static void
band_maps_are_those_of_the_reference(void **state)
{
    static const struct {
        double rate;
        size_t n_fft, n;
        double low, high;
    } maps[] = { { 8000, 256, 128, 0, 4000 },    { 16000, 512, 80, 0, 8000 },
                 { 16000, 512, 24, 60, 7600 },   { 16000, 400, 40, 0, 8000 },
                 { 44100, 1024, 128, 0, 22050 }, { 48000, 2048, 8, 20, 20000 },
                 { 11025, 512, 16, 0, 5512.5 } };

    (void)state;
    for (size_t k = 0; k < 2 * ARRAY_LEN(maps); k++) {
        bool htk = k % 2 == 1;
        audio_bands *b = NULL;
        char name[64];
        loaded expected;

        snprintf(name, sizeof name, "%g_%zu_%zu_%g_%g_%s", maps[k / 2].rate, maps[k / 2].n_fft,
                 maps[k / 2].n, maps[k / 2].low, maps[k / 2].high, htk ? "htk" : "slaney");
        test_context("%s", name);
        expected = features_golden("bandmaps", name);
        assert_ok(audio_bands_mel(&b, maps[k / 2].rate, maps[k / 2].n_fft, maps[k / 2].n,
                                  maps[k / 2].low, maps[k / 2].high,
                                  htk ? AUDIO_MEL_HTK : AUDIO_MEL_SLANEY, 1));
        assert_count(b->requested, maps[k / 2].n);
        check_labels(b, &expected);
        loaded_free(&expected);
        audio_bands_free(b);
    }
}

static void
band_edges_are_those_of_the_reference(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * ARRAY_LEN(cases); k++) {
        const golden_case *c = &cases[k / 2];
        loaded labels =
            features_golden(c->name, k % 2 == 1 ? "band_label_htk" : "band_label_slaney");
        loaded edges =
            features_golden(c->name, k % 2 == 1 ? "band_edges_hz_htk" : "band_edges_hz_slaney");
        audio_bands *b = NULL;

        assert_ok(audio_bands_mel(&b, c->rate, c->n_fft, 16, 0.0, c->rate / 2.0,
                                  k % 2 == 1 ? AUDIO_MEL_HTK : AUDIO_MEL_SLANEY, 1));
        check_labels(b, &labels);
        assert_count(edges.n, b->kept + 1);
        for (size_t i = 0; i <= b->kept; i++)
            assert_close(b->edges_hz[i], edges.values[i], 1e-13, 0.0);
        loaded_free(&labels);
        loaded_free(&edges);
        audio_bands_free(b);
    }
}

/* ---- edges ---- */

static void
recordings_of_any_length_have_the_frames_of_numpy(void **state)
{
    static const char *const names[] = { "len1",    "len100", "len511",  "len512", "len513",
                                         "len1024", "dc",     "impulse", "silence" };

    (void)state;
    for (size_t k = 0; k < 2 * ARRAY_LEN(names); k++) {
        const char *name = names[k / 2];
        golden_case c = { "edge", NULL, 16000, 1024, 256 };
        bool single = k % 2 == 1;
        audio_features_settings s = settings_of(&c, single);
        char file[64], dataset[64];

        s.chain.compression = (audio_compression){ .kind = AUDIO_COMPRESS_ROOT, .exponent = 0.5 };
        snprintf(file, sizeof file, "%s_16k_%s.wav", name,
                 strcmp(name, "silence") == 0 ? "pcm16" : "f32");
        snprintf(dataset, sizeof dataset, "%s/stft_mag", name);
        c.file = file;
        /* Silence has no peak to relate to: it is exact. */
        check(&c, dataset, &s, false, strcmp(name, "silence") != 0, single ? 5e-7 : 1e-12);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(magnitudes_are_those_of_torch_stft),
        cmocka_unit_test(power_has_a_floor_below_each_channels_peak),
        cmocka_unit_test(mel_spectra_are_those_of_librosa_and_torchaudio),
        cmocka_unit_test(mel_levels_and_cepstra_are_those_of_librosa),
        cmocka_unit_test(a_relative_floor_of_mel_is_librosas_top_db),
        cmocka_unit_test(pcen_is_librosas),
        cmocka_unit_test(kaldis_filter_bank_is_torchaudios),
        cmocka_unit_test(filter_banks_are_those_of_librosa),
        cmocka_unit_test(band_maps_are_those_of_the_reference),
        cmocka_unit_test(band_edges_are_those_of_the_reference),
        cmocka_unit_test(recordings_of_any_length_have_the_frames_of_numpy),
    };

    return run_all(tests);
}
