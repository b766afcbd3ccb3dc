/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features as a source: the same bytes whether kept or computed again, in any pieces. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/features.h>

#include <support/faults.h>
#include <support/random.h>
#include <support/signals.h>
#include <support/testing.h>

enum { N = 30000, C = 2, N_FFT = 256, HOP = 100, T = 1 + N / HOP };

static double *
noise(void)
{
    random_stream r = random_start(1);
    double *x = test_alloc((size_t)N * C, sizeof *x);

    for (int i = 0; i < N * C; i++)
        x[i] = 0.1 * random_normal(&r) * (i % C == 0 ? 1.0 : 0.01);
    return x;
}

static const audio_features_settings plain = {
    .chain = { .spectrum = { .n_fft = N_FFT, .length = N_FFT, .win_length = N_FFT, .single = true },
               .mel = { .n_mels = 40, .area_norm = true },
               .n_mfcc = 13,
               .compression = { .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 } },
    .hop = HOP,
};

/* Settings of every kind, in turn; false after the last. */
static bool
variant(int k, audio_features_settings *s)
{
    static const audio_compression_kind kinds[] = { AUDIO_COMPRESS_DB, AUDIO_COMPRESS_LN,
                                                    AUDIO_COMPRESS_PCEN, AUDIO_COMPRESS_NONE };

    *s = plain;
    s->chain.feature = (audio_feature)(k % 3);
    s->chain.compression.kind = kinds[k / 3 % 4];
    s->chain.compression.relative = k % 2 == 0;
    s->chain.pcen = audio_pcen_defaults();
    s->chain.spectrum.single = k / 12 == 0;
    test_context("variant %d", k);
    return k < 24;
}

static size_t
size_of(const audio_features_settings *s)
{
    return s->chain.spectrum.single ? sizeof(float) : sizeof(double);
}

/* All of the features, read in one go. */
static unsigned char *
whole(audio_signal *signal, const audio_features_settings *s, bool kept, uint64_t *count)
{
    audio_features *f = NULL;
    unsigned char *y;

    assert_ok(audio_features_create(&f, signal, s));
    assert_that(audio_features_kept(f) == kept);
    assert_ok(sci_array_count(&audio_features_source(f)->array, count));
    y = test_alloc((size_t)*count, size_of(s));
    assert_ok(sci_source_read(audio_features_source(f), 0, *count, y));
    audio_features_free(f);
    return y;
}

static void
kept_and_computed_again_are_the_same_bytes(void **state)
{
    double *x = noise();
    audio_features_settings s;

    (void)state;
    for (int k = 0; variant(k, &s); k++) {
        memory_signal m = signal_of(x, N, C, 16000.0);
        uint64_t n, n_kept;
        unsigned char *a = whole(&m.base, &s, false, &n), *b;

        s.memory_bytes = UINT64_MAX;
        b = whole(&m.base, &s, true, &n_kept);
        assert_count(n, n_kept);
        assert_same_bytes(a, b, n, size_of(&s));
        free(b);
        m.base.samples = AUDIO_LENGTH_UNKNOWN; /* as of a compressed file */
        b = whole(&m.base, &s, true, &n_kept);
        assert_same_bytes(a, b, n, size_of(&s));
        free(b);
        m.base.samples = AUDIO_LENGTH_UNKNOWN;
        /* Begun with room for 256 frames of what will be more, and given up. */
        s.memory_bytes = 600 * (s.chain.feature == AUDIO_FEATURE_STFT ? 129u : 40u) * size_of(&s);
        b = whole(&m.base, &s, false, &n_kept);
        assert_count(n, n_kept);
        assert_same_bytes(a, b, n, size_of(&s));
        free(b);
        free(a);
    }
    free(x);
}

/* A chain that waits is as good as a new one, and no other settings get it. */
static void
a_spare_chain_changes_nothing(void **state)
{
    double *x = noise();
    audio_chain *spare = NULL;
    audio_features_settings s;

    (void)state;
    for (int k = 0; variant(k / 2, &s); k++) {
        memory_signal m = signal_of(x, N, C, k % 4 == 3 ? 8000.0 : 16000.0);
        audio_chain *before = spare;
        uint64_t n, n_spare;
        unsigned char *a, *b;

        s.memory_bytes = UINT64_MAX;
        a = whole(&m.base, &s, true, &n);
        s.spare = &spare;
        b = whole(&m.base, &s, true, &n_spare);
        assert_that(spare != NULL);
        assert_that(k % 4 != 1 || spare == before);
        assert_that(audio_chain_is(spare, &s.chain, m.base.rate_hz, s.hop));
        assert_that(!audio_chain_is(spare, &s.chain, m.base.rate_hz, s.hop + 1));
        assert_count(n, n_spare);
        assert_same_bytes(a, b, n, size_of(&s));
        free(b);
        free(a);
    }
    audio_chain_free(spare);
    free(x);
}

static void
any_piece_may_be_read_in_any_order(void **state)
{
    double *x = noise();
    audio_features_settings s;
    random_stream r = random_start(2);

    (void)state;
    for (int k = 0; variant(k, &s); k++) {
        memory_signal m = signal_of(x, N, C, 16000.0);
        audio_features *f = NULL;
        uint64_t n;
        unsigned char *a = whole(&m.base, &s, false, &n), *b = test_alloc((size_t)n, size_of(&s));

        assert_ok(audio_features_create(&f, &m.base, &s));
        for (uint64_t at = 0; at < n;) { /* pieces that cut rows */
            sci_piece piece = { .first = at, .bytes = b + at * size_of(&s) };

            piece.count = 1 + random_below(&r, 700);
            piece.count = piece.count < n - at ? piece.count : n - at;
            assert_ok(audio_features_source(f)->ops->fetch(audio_features_source(f), &piece));
            at += piece.count;
        }
        assert_same_bytes(a, b, n, size_of(&s));
        for (int i = 0; i < 10; i++) {
            uint64_t first = random_below(&r, n), count = random_below(&r, n - first);

            assert_ok(sci_source_read(audio_features_source(f), first, count, b));
            assert_same_bytes(a + first * size_of(&s), b, count, size_of(&s));
        }
        audio_features_free(f);
        free(a);
        free(b);
    }
    free(x);
}

static void
shapes_are_channels_frames_numbers(void **state)
{
    static const uint64_t widths[] = { N_FFT / 2 + 1, 40, 13 };
    double *x = noise();

    (void)state;
    for (int k = 0; k < 6; k++) {
        memory_signal m = signal_of(x, N, C, 16000.0);
        audio_features_settings s = plain;
        audio_features *f = NULL;
        const sci_array *a;
        int first = k / 3;

        s.chain.feature = (audio_feature)(k % 3);
        s.sample_axis = first == 1;
        assert_ok(audio_features_create(&f, &m.base, &s));
        a = &audio_features_source(f)->array;
        assert_count(a->rank, 3 + first);
        assert_count(a->shape[0], first == 1 ? 1 : C);
        assert_count(a->shape[first], C);
        assert_count(a->shape[first + 1], T);
        assert_count(a->shape[first + 2], widths[k % 3]);
        assert_count(a->type, SCI_FLOAT32);
        audio_features_free(f);
    }
    free(x);
}

/* A channel's rows are those that it has alone. */
static void
a_channel_is_what_it_is_alone(void **state)
{
    double *x = noise(), *one = test_alloc(N, sizeof *one);
    audio_features_settings s;

    (void)state;
    for (int k = 0; variant(k, &s); k++) {
        memory_signal m = signal_of(x, N, C, 16000.0);
        uint64_t n, n_one;
        unsigned char *a = whole(&m.base, &s, false, &n);

        for (int c = 0; c < C; c++) {
            memory_signal alone = signal_of(one, N, 1, 16000.0);
            unsigned char *b;

            for (int i = 0; i < N; i++)
                one[i] = x[i * C + c];
            b = whole(&alone.base, &s, false, &n_one);
            assert_count(n, n_one * C);
            assert_same_bytes(a + (uint64_t)c * n_one * size_of(&s), b, n_one, size_of(&s));
            free(b);
        }
        free(a);
    }
    free(x);
    free(one);
}

/* Each channel's largest value is its peak, its smallest not below the floor. */
static void
the_floor_lies_below_each_channels_own_peak(void **state)
{
    double *x = noise(), least[C] = { 0.0, 1e9 };
    memory_signal m = signal_of(x, N, C, 16000.0);
    audio_features_settings s = plain;
    audio_features *f = NULL;
    uint64_t n;
    float *y;

    (void)state;
    s.chain.compression.floor_db = 20.0;
    y = (float *)(void *)whole(&m.base, &s, false, &n);
    assert_ok(audio_features_create(&f, &m.base, &s));
    for (int c = 0; c < C; c++) {
        double most = -HUGE_VAL, fewest = HUGE_VAL;
        double peak = 10.0 * log10(audio_features_peak(f, c));

        for (uint64_t t = 0; t < T; t++)
            for (int d = 0; d < N_FFT / 2 + 1; d++) {
                double v = (double)y[((uint64_t)c * T + t) * (N_FFT / 2 + 1) + (uint64_t)d];

                most = fmax(most, v);
                fewest = fmin(fewest, v);
            }
        assert_close(most, peak, 0.0, 1e-5);
        assert_close(fewest, peak - 20.0, 0.0, 1e-5);
    }
    assert_that(audio_features_peak(f, 0) > 1000.0 * audio_features_peak(f, 1));
    audio_features_free(f);
    s.least_peak = least; /* the peak of what came before */
    assert_ok(audio_features_create(&f, &m.base, &s));
    assert_that(audio_features_peak(f, 1) == 1e9);
    assert_close(audio_features_floor(f, 1), 1e7, 1e-12, 0.0);
    audio_features_free(f);
    free(x);
    free(y);
}

/* Without padding, a recording cut after whole hops goes on where its first part ended. */
static void
pcen_goes_on_in_the_next_recording(void **state)
{
    enum { CUT = 80 };
    double *x = noise();
    memory_signal all = signal_of(x, N, C, 16000.0),
                  one = signal_of(x, (CUT - 1) * HOP + N_FFT, C, 16000.0),
                  two = signal_of(x + CUT * HOP * C, N - CUT * HOP, C, 16000.0);
    audio_features_settings s = plain;
    audio_features *f = NULL;
    double memory[C * 40];
    unsigned char *a, *b;
    uint64_t n, m;

    (void)state;
    s.chain.feature = AUDIO_FEATURE_MEL;
    s.chain.compression.kind = AUDIO_COMPRESS_PCEN;
    s.chain.pcen = audio_pcen_defaults();
    s.pad = AUDIO_PAD_NONE;
    a = whole(&all.base, &s, false, &n);
    assert_ok(audio_features_create(&f, &one.base, &s));
    assert_ok(sci_array_count(&audio_features_source(f)->array, &m));
    b = test_alloc((size_t)n, sizeof(float));
    assert_ok(sci_source_read(audio_features_source(f), 0, m, b));
    memcpy(memory, audio_features_pcen(f), sizeof memory);
    audio_features_free(f);
    free(b);
    s.pcen_state = memory;
    b = whole(&two.base, &s, false, &m);
    assert_count(m, n - CUT * C * 40);
    for (uint64_t c = 0; c < C; c++)
        assert_same_bytes(a + ((c + 1) * n / C - m / C) * sizeof(float),
                          b + c * m / C * sizeof(float), m / C, sizeof(float));
    free(a);
    free(b);
    free(x);
}

static void
features_are_kept_where_they_fit(void **state)
{
    uint64_t bytes = (uint64_t)T * C * (N_FFT / 2 + 1) * sizeof(float), n;
    double *x = noise();
    memory_signal m = signal_of(x, N, C, 16000.0);
    audio_features_settings s = plain;

    (void)state;
    s.memory_bytes = bytes - 1;
    free(whole(&m.base, &s, false, &n));
    s.memory_bytes = bytes;
    m.rewinds = 0;
    free(whole(&m.base, &s, true, &n));
    assert_count(m.rewinds, 1); /* one pass */
    s.memory_bytes = 0;
    m.rewinds = 0;
    free(whole(&m.base, &s, false, &n));
    assert_count(m.rewinds, 1 + C); /* peaks, then each channel */
    free(x);
}

static void
reading_allocates_nothing(void **state)
{
    double *x = noise();
    memory_signal m = signal_of(x, N, C, 16000.0);
    audio_features *f = NULL;
    sci_piece piece = { .first = 0, .count = (uint64_t)T * C * (N_FFT / 2 + 1) };

    (void)state;
    piece.bytes = test_alloc((size_t)piece.count, sizeof(float));
    faults_memory(-1, false);
    assert_ok(audio_features_create(&f, &m.base, &plain));
    {
        long before = faults_memory_calls();

        assert_ok(audio_features_source(f)->ops->fetch(audio_features_source(f), &piece));
        assert_count(faults_memory_calls(), before);
    }
    audio_features_free(f);
    assert_count(faults_memory_live(), 0);
    faults_memory_end();
    free(piece.bytes);
    free(x);
}

static void
a_signal_shorter_than_a_frame_needs_padding(void **state)
{
    double x[N_FFT] = { 1.0 };
    memory_signal m = signal_of(x, N_FFT - 1, 1, 16000.0);
    audio_features_settings s = plain;
    audio_features *f = NULL;

    (void)state;
    s.pad = AUDIO_PAD_NONE;
    assert_fails(audio_features_create(&f, &m.base, &s), SCI_ERR_DEGENERATE);
    assert_message_has("shorter than a frame of 256 samples");
    m.base.samples = AUDIO_LENGTH_UNKNOWN;
    assert_fails(audio_features_create(&f, &m.base, &s), SCI_ERR_DEGENERATE);
    s.pad = AUDIO_PAD_REFLECT;
    m.n = m.base.samples = 1;
    assert_ok(audio_features_create(&f, &m.base, &s));
    assert_count(audio_features_source(f)->array.shape[1], 1);
    audio_features_free(f);
}

static void
a_signal_that_changes_is_noticed(void **state)
{
    uint64_t n = (uint64_t)T * C * (N_FFT / 2 + 1);
    float *y = test_alloc((size_t)n, sizeof *y);
    double *x = noise();

    (void)state;
    for (int longer = 0; longer < 2; longer++) {
        memory_signal m = signal_of(x, longer ? N - 1000 : N, C, 16000.0);
        audio_features *f = NULL;

        assert_ok(audio_features_create(&f, &m.base, &plain));
        assert_ok(sci_array_count(&audio_features_source(f)->array, &n));
        m.n = longer ? N : N - 1000;
        assert_fails(sci_source_read(audio_features_source(f), 0, n, y), SCI_ERR_IO);
        assert_message_has("changed while it was read");
        m.n = longer ? N - 1000 : N;
        assert_ok(sci_source_read(audio_features_source(f), 0, n, y)); /* from the start again */
        m.fail_after = 15000;
        assert_fails(sci_source_read(audio_features_source(f), 0, n, y), SCI_ERR_IO);
        assert_message_has("asked to fail");
        audio_features_free(f);
    }
    free(x);
    free(y);
}

static void
a_raised_flag_stops_both_passes(void **state)
{
    volatile int stop = 1;
    double *x = noise();
    memory_signal m = signal_of(x, N, C, 16000.0);
    audio_features_settings s = plain;
    audio_features *f = NULL;
    float y;

    (void)state;
    s.stop = &stop;
    assert_fails(audio_features_create(&f, &m.base, &s), SCI_ERR_INTERRUPTED);
    stop = 0;
    assert_ok(audio_features_create(&f, &m.base, &s));
    stop = 1;
    assert_fails(sci_source_read(audio_features_source(f), 0, 1, &y), SCI_ERR_INTERRUPTED);
    audio_features_free(f);
    free(x);
}

static void
memory_may_fail(void **state)
{
    double *x = noise();

    (void)state;
    for (int k = 0; k < 2; k++)
        for (long n = 0;; n++) {
            memory_signal m = signal_of(x, N, C, 16000.0);
            audio_features_settings s = plain;
            audio_features *f = NULL;
            sci_status st;

            s.chain.feature = AUDIO_FEATURE_MFCC;
            s.memory_bytes = UINT64_MAX;
            if (k == 1) {
                s.chain.compression.kind = AUDIO_COMPRESS_PCEN;
                s.chain.pcen = audio_pcen_defaults();
                m.base.samples = AUDIO_LENGTH_UNKNOWN;
            }
            faults_memory(n, false);
            st = audio_features_create(&f, &m.base, &s);
            audio_features_free(f);
            assert_count(faults_memory_live(), 0);
            faults_memory_end();
            if (st == SCI_OK)
                break;
            assert_count(st, SCI_ERR_NOMEM);
        }
    free(x);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_and_computed_again_are_the_same_bytes),
        cmocka_unit_test(a_spare_chain_changes_nothing),
        cmocka_unit_test(any_piece_may_be_read_in_any_order),
        cmocka_unit_test(shapes_are_channels_frames_numbers),
        cmocka_unit_test(a_channel_is_what_it_is_alone),
        cmocka_unit_test(the_floor_lies_below_each_channels_own_peak),
        cmocka_unit_test(pcen_goes_on_in_the_next_recording),
        cmocka_unit_test(features_are_kept_where_they_fit),
        cmocka_unit_test(reading_allocates_nothing),
        cmocka_unit_test(a_signal_shorter_than_a_frame_needs_padding),
        cmocka_unit_test(a_signal_that_changes_is_noticed),
        cmocka_unit_test(a_raised_flag_stops_both_passes),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
