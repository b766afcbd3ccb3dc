/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames, against the whole padded signal written out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/frames.h>

#include <support/faults.h>
#include <support/signals.h>
#include <support/testing.h>

/* Sample i of channel c, different everywhere. */
static double
value(uint64_t i, int c)
{
    return (double)i + 1.0 + 0.25 * c;
}

static double *
samples_of(uint64_t n, int channels)
{
    double *x = test_alloc((size_t)n * (size_t)channels + 1, sizeof *x);

    for (uint64_t i = 0; i < n; i++)
        for (int c = 0; c < channels; c++)
            x[i * (uint64_t)channels + (uint64_t)c] = value(i, c);
    return x;
}

/* Sample i of the padded signal by the definition: to and fro between both ends. */
static double
padded(int64_t i, int64_t n, int c, audio_pad pad)
{
    if (i >= 0 && i < n)
        return value((uint64_t)i, c);
    if (pad == AUDIO_PAD_ZERO)
        return 0.0;
    if (pad == AUDIO_PAD_EDGE || n == 1)
        return value(i < 0 ? 0 : (uint64_t)n - 1, c);
    while (i < 0 || i >= n)
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return value((uint64_t)i, c);
}

static double
sample_at(const audio_frames *f, const audio_frames_settings *s, int channel, size_t i)
{
    const void *x = audio_frames_samples(f, channel);

    return s->single ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static uint64_t
walk(audio_frames *f, const audio_frames_settings *s, uint64_t n, int channels)
{
    int64_t before = s->pad == AUDIO_PAD_NONE ? 0 : (int64_t)(s->length / 2);
    uint64_t t = 0;
    bool more;

    assert_ok(audio_frames_rewind(f));
    for (;; t++) {
        assert_ok(audio_frames_next(f, &more));
        if (!more)
            return t;
        for (int c = 0; c < channels; c++)
            for (size_t i = 0; i < s->length; i++) {
                int64_t at = (int64_t)(t * s->hop + i) - before;

                if (sample_at(f, s, c, i) != padded(at, (int64_t)n, c, s->pad))
                    test_failed(__FILE__, __LINE__, "frame %llu, channel %d, sample %zu",
                                (unsigned long long)t, c, i);
            }
    }
}

static void
check(const audio_frames_settings *s, uint64_t n, int channels)
{
    double *x = samples_of(n, channels);
    memory_signal m = signal_of(x, n, channels, 16000.0);
    audio_frames *f = NULL;

    test_context("%llu samples, length %zu, hop %zu, pad %d", (unsigned long long)n, s->length,
                 s->hop, (int)s->pad);
    assert_ok(audio_frames_create(&f, s, &m.base));
    assert_count(walk(f, s, n, channels), audio_frames_count(s, n));
    assert_count(walk(f, s, n, channels), audio_frames_count(s, n)); /* and again */
    audio_frames_free(f);
    free(x);
}

static void
short_signals_of_every_length(void **state)
{
    static const size_t lengths[] = { 2, 3, 7, 16 }, hops[] = { 1, 3, 16, 40 };

    (void)state;
    for (int pad = AUDIO_PAD_REFLECT; pad <= AUDIO_PAD_NONE; pad++)
        for (size_t l = 0; l < ARRAY_LEN(lengths); l++)
            for (size_t h = 0; h < ARRAY_LEN(hops); h++)
                for (uint64_t n = 1; n < 60; n++) {
                    audio_frames_settings s = { lengths[l], hops[h], (audio_pad)pad, n % 2 == 0,
                                                false };

                    check(&s, n, 1 + (int)(n % 3));
                    s.drop_last = true;
                    check(&s, n, 1 + (int)(n % 3));
                }
}

/* Longer than what is in memory at once, by a sample more and less than its blocks. */
static void
long_signals_of_lengths_around_the_buffers(void **state)
{
    static const uint64_t lengths[] = {
        8191, 8192, 8193, 12286, 12287, 12288, 12289, 16384, 50001
    };

    (void)state;
    for (int pad = AUDIO_PAD_REFLECT; pad <= AUDIO_PAD_NONE; pad++)
        for (size_t k = 0; k < ARRAY_LEN(lengths); k++) {
            audio_frames_settings s = { 1024, 256, (audio_pad)pad, false, k % 2 == 0 };

            check(&s, lengths[k], 2);
            s = (audio_frames_settings){ 1023, 300, (audio_pad)pad, true, k % 2 == 1 };
            check(&s, lengths[k], 1);
            s = (audio_frames_settings){ 64, 9973, (audio_pad)pad, false, k % 2 == 0 };
            check(&s, lengths[k], 1);
        }
}

static void
an_even_length_gives_one_frame_a_hop_and_one_more(void **state)
{
    audio_frames_settings s = { .length = 1024, .hop = 256 };

    (void)state;
    for (uint64_t n = 1; n < 3000; n++)
        assert_count(audio_frames_count(&s, n), 1 + n / 256);
    assert_count(audio_frames_count(&s, 0), 0);
    s.pad = AUDIO_PAD_NONE;
    assert_count(audio_frames_count(&s, 1023), 0);
    assert_count(audio_frames_count(&s, 1024), 1);
    assert_count(audio_frames_count(&s, 1280), 2);
    s = (audio_frames_settings){ .length = 1023, .hop = 256 }; /* librosa: 1022 + n - 1023 */
    assert_count(audio_frames_count(&s, 256), 1);
    assert_count(audio_frames_count(&s, 257), 2);
}

static void
without_the_last_there_is_one_frame_a_hop(void **state)
{
    audio_frames_settings s = { .length = 400, .hop = 160, .drop_last = true };

    (void)state;
    for (uint64_t n = 0; n < 3000; n++)
        assert_count(audio_frames_count(&s, n), n / 160);
}

static void
padded_frames_are_centred_on_whole_hops(void **state)
{
    audio_frames_settings s = { .length = 1023, .hop = 256 };

    (void)state;
    assert_that(audio_frames_centre(&s, 3) == 768.0);
    s.length = 1024;
    assert_that(audio_frames_centre(&s, 3) == 768.0);
    s.pad = AUDIO_PAD_NONE;
    assert_that(audio_frames_centre(&s, 3) == 768.0 + 512.0);
}

static void
no_samples_are_no_frames(void **state)
{
    audio_frames_settings s = { .length = 16, .hop = 4 };
    double none = 0.0;
    memory_signal m = signal_of(&none, 0, 1, 16000.0);
    audio_frames *f = NULL;

    (void)state;
    assert_ok(audio_frames_create(&f, &s, &m.base));
    assert_fails(audio_frames_rewind(f), SCI_ERR_DEGENERATE);
    audio_frames_free(f);
    s.length = 1;
    assert_fails(audio_frames_create(&f, &s, &m.base), SCI_ERR_ARGUMENT);
    s = (audio_frames_settings){ .length = 16, .hop = 0 };
    assert_fails(audio_frames_create(&f, &s, &m.base), SCI_ERR_ARGUMENT);
}

static void
a_failing_signal_is_passed_on(void **state)
{
    audio_frames_settings s = { .length = 1024, .hop = 256 };
    double *x = samples_of(50000, 1);
    memory_signal m = signal_of(x, 50000, 1, 16000.0);
    audio_frames *f = NULL;
    sci_status st = SCI_OK;
    bool more = true;

    (void)state;
    m.fail_after = 30000;
    assert_ok(audio_frames_create(&f, &s, &m.base));
    assert_ok(audio_frames_rewind(f));
    while (st == SCI_OK && more)
        st = audio_frames_next(f, &more);
    assert_fails(st, SCI_ERR_IO);
    audio_frames_free(f);
    free(x);
}

static void
memory_may_fail(void **state)
{
    audio_frames_settings s = { .length = 16, .hop = 4 };
    double x = 1.0;
    memory_signal m = signal_of(&x, 1, 1, 16000.0);

    (void)state;
    for (long n = 0;; n++) {
        audio_frames *f = NULL;
        sci_status st;

        faults_memory(n, false);
        st = audio_frames_create(&f, &s, &m.base);
        audio_frames_free(f);
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
        cmocka_unit_test(short_signals_of_every_length),
        cmocka_unit_test(long_signals_of_lengths_around_the_buffers),
        cmocka_unit_test(an_even_length_gives_one_frame_a_hop_and_one_more),
        cmocka_unit_test(without_the_last_there_is_one_frame_a_hop),
        cmocka_unit_test(padded_frames_are_centred_on_whole_hops),
        cmocka_unit_test(no_samples_are_no_frames),
        cmocka_unit_test(a_failing_signal_is_passed_on),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
