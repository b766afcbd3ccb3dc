/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phases as a source, against the spectra of the same frames. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/phase.h>

#include <support/faults.h>
#include <support/random.h>
#include <support/signals.h>
#include <support/testing.h>

enum { N = 9000, C = 3, N_FFT = 128, HOP = 50, T = 1 + N / HOP, D = N_FFT / 2 + 1 };

static const audio_phase_settings plain = {
    .spectrum = { .n_fft = N_FFT, .length = N_FFT, .win_length = N_FFT, .single = true },
    .hop = HOP,
};

static double *
noise(void)
{
    random_stream r = random_start(1);
    double *x = test_alloc((size_t)N * C, sizeof *x);

    for (int i = 0; i < N * C; i++)
        x[i] = random_normal(&r);
    return x;
}

/* Of a channel, by itself. */
static void
expect_channel(const double *x, int channel, float *phase)
{
    memory_signal m = signal_of(x, N, C, 16000.0);
    audio_frames_settings fs = { N_FFT, HOP, plain.pad, false, false };
    audio_spectrum_settings ss = plain.spectrum;
    audio_frames *frames = NULL;
    audio_spectrum *spectrum = NULL;
    bool more = true;

    ss.single = false;
    assert_ok(audio_frames_create(&frames, &fs, &m.base));
    assert_ok(audio_spectrum_create(&spectrum, &ss));
    assert_ok(audio_frames_rewind(frames));
    for (int t = 0; t < T; t++) {
        const double *bins;

        assert_ok(audio_frames_next(frames, &more));
        assert_that(more);
        bins = audio_spectrum_complex(spectrum, audio_frames_samples(frames, channel));
        for (int k = 0; k < D; k++)
            phase[t * D + k] = (float)atan2(bins[2 * k + 1], bins[2 * k]);
    }
    audio_frames_free(frames);
    audio_spectrum_free(spectrum);
}

static float *
expect(const double *x)
{
    float *phase = test_alloc((size_t)C * T * D, sizeof *phase);

    for (int c = 0; c < C; c++)
        expect_channel(x, c, phase + (size_t)c * T * D);
    return phase;
}

static void
phases_are_channel_by_channel_in_any_pieces(void **state)
{
    double *x = noise();
    float *expected = expect(x), *got = test_alloc((size_t)C * T * D, sizeof *got);
    random_stream r = random_start(2);

    (void)state;
    for (int unknown = 0; unknown < 2; unknown++) {
        memory_signal m = signal_of(x, N, C, 16000.0);
        sci_source *s = NULL;
        uint64_t n = (uint64_t)C * T * D;

        if (unknown)
            m.base.samples = AUDIO_LENGTH_UNKNOWN;
        assert_ok(audio_phase_source(&s, &m.base, &plain));
        assert_that(s->array.rank == 3 && s->array.type == SCI_FLOAT32);
        assert_count(s->array.shape[0], C);
        assert_count(s->array.shape[1], T);
        assert_count(s->array.shape[2], D);
        m.rewinds = 0;
        assert_ok(sci_source_read(s, 0, n, got));
        assert_count(m.rewinds, C);
        assert_same_bytes(expected, got, n, sizeof *got);
        memset(got, 0, n * sizeof *got);
        for (uint64_t at = 0; at < n;) { /* pieces that cut rows */
            sci_piece piece = { .first = at, .bytes = got + at };

            piece.count = 1 + random_below(&r, 300);
            piece.count = piece.count < n - at ? piece.count : n - at;
            assert_ok(s->ops->fetch(s, &piece));
            at += piece.count;
        }
        assert_same_bytes(expected, got, n, sizeof *got);
        for (int i = 0; i < 20; i++) {
            uint64_t first = random_below(&r, n), count = random_below(&r, n - first);

            assert_ok(sci_source_read(s, first, count, got));
            assert_same_bytes(expected + first, got, count, sizeof *got);
        }
        sci_source_free(s);
    }
    free(x);
    free(expected);
    free(got);
}

static void
the_last_frame_may_be_dropped(void **state)
{
    double *x = noise();
    float *expected = expect(x), *got = test_alloc((size_t)C * T * D, sizeof *got);
    memory_signal m = signal_of(x, N, C, 16000.0);
    audio_phase_settings settings = plain;
    sci_source *s = NULL;

    (void)state;
    settings.drop_last = true;
    assert_ok(audio_phase_source(&s, &m.base, &settings));
    assert_count(s->array.shape[1], T - 1);
    assert_ok(sci_source_read(s, 0, (uint64_t)C * (T - 1) * D, got));
    for (size_t c = 0; c < C; c++)
        assert_same_bytes(expected + c * T * D, got + c * (T - 1) * D, (uint64_t)(T - 1) * D,
                          sizeof *got);
    sci_source_free(s);
    free(x);
    free(expected);
    free(got);
}

static void
silence_has_phase_0(void **state)
{
    double *x = test_alloc(N, sizeof *x);
    float *got = test_alloc((size_t)T * D, sizeof *got);
    memory_signal m;
    sci_source *s = NULL;

    (void)state;
    memset(x, 0, N * sizeof *x);
    m = signal_of(x, N, 1, 16000.0);
    assert_ok(audio_phase_source(&s, &m.base, &plain));
    assert_ok(sci_source_read(s, 0, (uint64_t)T * D, got));
    for (int i = 0; i < T * D; i++)
        assert_that(fabsf(got[i]) == 0.0f);
    sci_source_free(s);
    free(x);
    free(got);
}

static void
failures_of_the_signal_are_passed_on(void **state)
{
    double *x = noise();
    float *got = test_alloc((size_t)C * T * D, sizeof *got);
    volatile int stop = 0;
    audio_phase_settings settings = plain;
    memory_signal m = signal_of(x, N, C, 16000.0);
    sci_source *s = NULL;

    (void)state;
    settings.stop = &stop;
    assert_ok(audio_phase_source(&s, &m.base, &settings));
    m.fail_after = 8500;
    assert_fails(sci_source_read(s, 0, (uint64_t)C * T * D, got), SCI_ERR_IO);
    m.fail_after = -1;
    stop = 1;
    assert_fails(sci_source_read(s, 0, (uint64_t)C * T * D, got), SCI_ERR_INTERRUPTED);
    stop = 0;
    m.n = N - 500; /* the file became shorter */
    assert_fails(sci_source_read(s, 0, (uint64_t)C * T * D, got), SCI_ERR_IO);
    assert_message_has("changed");
    m.n = N;
    assert_ok(sci_source_read(s, 0, (uint64_t)C * T * D, got));
    sci_source_free(s);
    settings.pad = AUDIO_PAD_NONE;
    m = signal_of(x, N_FFT - 1, C, 16000.0);
    assert_fails(audio_phase_source(&s, &m.base, &settings), SCI_ERR_DEGENERATE);
    free(x);
    free(got);
}

static void
memory_may_fail(void **state)
{
    double x = 1.0;
    memory_signal m = signal_of(&x, 1, 1, 16000.0);

    (void)state;
    for (long n = 0;; n++) {
        sci_source *s = NULL;
        sci_status st;

        faults_memory(n, false);
        st = audio_phase_source(&s, &m.base, &plain);
        sci_source_free(s);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_fails(st, SCI_ERR_NOMEM);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases_are_channel_by_channel_in_any_pieces),
        cmocka_unit_test(the_last_frame_may_be_dropped),
        cmocka_unit_test(silence_has_phase_0),
        cmocka_unit_test(failures_of_the_signal_are_passed_on),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
