/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording that fails somewhere, under features, sliding and running normalization: the failure comes back
 * with its message, and what is read afterwards is what it would have been. */
#include <stdlib.h>
#include <string.h>

#include <apps/audio/features.h>
#include <apps/audio/running.h>
#include <apps/audio/sliding.h>

#include <support/faults.h>
#include <support/random.h>
#include <support/signals.h>
#include <support/testing.h>

enum { N = 30000, C = 2, N_FFT = 256, HOP = 100, MELS = 20, T = 1 + N / HOP, ALL = C * T * MELS };

static double *
noise(void)
{
    random_stream r = random_start(1);
    double *x = test_alloc((size_t)N * C, sizeof *x);

    for (int i = 0; i < N * C; i++)
        x[i] = 0.1 * random_normal(&r);
    return x;
}

static const audio_features_settings plain = {
    .chain = { .feature = AUDIO_FEATURE_MEL,
               .spectrum = { .n_fft = N_FFT, .length = N_FFT, .win_length = N_FFT },
               .mel = { .n_mels = MELS },
               .compression = { .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 } },
    .hop = HOP,
};

/* One of three sources around the same signal. */
typedef struct stack {
    audio_features *features;
    sci_source *sliding;
    audio_running *running;
    sci_source *top;
} stack;

static sci_status
stack_open(stack *s, int kind, audio_signal *signal, const audio_features_settings *settings)
{
    audio_sliding_settings window = { .centred = true, .window = 31, .eps = 1e-5 };
    audio_running_settings blocks = { .block = 30 };
    sci_status st;

    *s = (stack){ .features = NULL };
    st = audio_features_create(&s->features, signal, settings);
    if (st == SCI_OK)
        s->top = audio_features_source(s->features);
    if (st == SCI_OK && kind == 1) {
        st = audio_sliding_create(&s->sliding, s->top, &window);
        s->top = s->sliding;
    } else if (st == SCI_OK && kind == 2) {
        st = audio_running_create(&s->running, s->top, &blocks);
        s->top = st == SCI_OK ? audio_running_source(s->running) : NULL;
    }
    return st;
}

static void
stack_close(stack *s)
{
    sci_source_free(s->sliding);
    audio_running_free(s->running);
    audio_features_free(s->features);
}

static void
a_signal_that_fails_is_read_again_from_where_it_matters(void **state)
{
    random_stream r = random_start(2);
    double *x = noise(), *want = test_alloc(ALL, sizeof *want), *y = test_alloc(ALL, sizeof *y);

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        memory_signal m = signal_of(x, N, C, 16000.0);
        stack s;

        assert_ok(stack_open(&s, kind, &m.base, &plain));
        assert_ok(sci_source_read(s.top, 0, ALL, want));
        for (int i = 0; i < 60; i++) {
            uint64_t first = random_below(&r, ALL), count = random_below(&r, ALL - first) + 1;
            sci_status st;

            test_context("kind %d, round %d", kind, i);
            m.fail_after = (long)random_below(&r, N);
            st = sci_source_read(s.top, first, count, y);
            assert_that(st == SCI_OK || st == SCI_ERR_IO);
            if (st != SCI_OK)
                assert_message_has("asked to fail");
            m.fail_after = -1;
            first = random_below(&r, ALL);
            count = random_below(&r, ALL - first) + 1;
            count = count < 500 ? count : 500;
            assert_ok(sci_source_read(s.top, first, count, y));
            assert_same_bytes(want + first, y, count, sizeof *y);
        }
        stack_close(&s);
    }
    free(x);
    free(want);
    free(y);
}

static void
memory_that_is_short_is_said_and_released(void **state)
{
    double *x = noise(), y;

    (void)state;
    for (int v = 0; v < 12; v++)
        for (long n = 0;; n++) {
            memory_signal m = signal_of(x, N, C, 16000.0);
            audio_features_settings settings = plain;
            sci_status st;
            stack s;

            settings.energies = v & 1;
            settings.memory_bytes = v & 2 ? UINT64_MAX : 0;
            m.base.samples = v & 1 ? AUDIO_LENGTH_UNKNOWN : N;
            faults_memory(n, false);
            st = stack_open(&s, v / 4, &m.base, &settings);
            if (st == SCI_OK)
                st = sci_source_read(s.top, ALL / 2, 1, &y);
            stack_close(&s);
            assert_count(faults_memory_live(), 0);
            faults_memory_end();
            if (st == SCI_OK)
                break;
            assert_count(st, SCI_ERR_NOMEM);
        }
    free(x);
}

/* The state of a recording has what its features leave behind. */
static void
peaks_and_smoothed_powers_go_along(void **state)
{
    double *x = noise(), *y = test_alloc(ALL, sizeof *y);

    (void)state;
    for (int kept = 0; kept < 2; kept++)
        for (int pcen = 0; pcen < 2; pcen++) {
            memory_signal m = signal_of(x, N, C, 16000.0);
            audio_features_settings settings = plain;
            audio_running_state after;
            stack s;

            settings.memory_bytes = kept ? UINT64_MAX : 0;
            settings.chain.pcen = audio_pcen_defaults();
            if (pcen)
                settings.chain.compression = (audio_compression){ .kind = AUDIO_COMPRESS_PCEN };
            assert_ok(stack_open(&s, 2, &m.base, &settings));
            assert_ok(sci_source_read(s.top, 0, ALL, y));
            assert_ok(audio_running_take(s.running, s.features, &after));
            assert_count(after.mels, pcen ? MELS : 0);
            for (int c = 0; c < C; c++)
                assert_that(after.peak[c] == audio_features_peak(s.features, c)
                            && (after.peak[c] > 0.0) == (pcen == 0));
            if (pcen)
                assert_same_bytes(after.pcen, audio_features_pcen(s.features), C * MELS,
                                  sizeof(double));
            audio_running_state_clear(&after);
            stack_close(&s);
        }
    free(x);
    free(y);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_that_fails_is_read_again_from_where_it_matters),
        cmocka_unit_test(memory_that_is_short_is_said_and_released),
        cmocka_unit_test(peaks_and_smoothed_powers_go_along),
    };

    return run_all(tests);
}
