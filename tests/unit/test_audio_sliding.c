/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sliding normalization against sums over each window, on small arrays of every kind. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/sliding.h>

#include <support/faults.h>
#include <support/random.h>
#include <support/streamed.h>
#include <support/testing.h>

enum { C = 2, D = 7, T_MOST = 90 };

static int64_t label[D] = { 1, 0, 1, -1, 2, 0, 1 };
static audio_bands three = { .n_bins = D, .requested = 3, .kept = 3, .label = label };

typedef struct rig {
    uint64_t frames;
    double *x;
    float *single;
    uint8_t *members;
} rig;

/* Far from zero, so that sums of squares would lose it all. */
static rig
rig_of(uint64_t frames)
{
    random_stream r = random_start(frames);
    uint64_t n = C * frames * D;
    rig g = { frames, test_alloc(n, sizeof(double)), test_alloc(n, sizeof(float)),
              test_alloc(C * frames, 1) };

    for (uint64_t i = 0; i < n; i++) {
        g.single[i] = (float)(1000.0 + (double)(i % D) + random_normal(&r));
        g.x[i] = (double)g.single[i];
    }
    for (uint64_t i = 0; i < C * frames; i++)
        g.members[i] = random_below(&r, 3) > 0;
    return g;
}

static void
rig_free(rig *g)
{
    free(g->x);
    free(g->single);
    free(g->members);
}

static sci_source *
source_of(const rig *g, bool single, bool sample_axis)
{
    sci_array a = { .rank = 3, .shape = { C, g->frames, D } };
    sci_source *s = NULL;

    if (sample_axis)
        a = (sci_array){ .rank = 4, .shape = { 1, C, g->frames, D } };
    a.type = single ? SCI_FLOAT32 : SCI_FLOAT64;
    assert_ok(sci_source_memory(&s, &a, single ? (const void *)g->single : g->x, "x"));
    return s;
}

/* ---- the same by sums ---- */

/* As in Kaldi's SlidingWindowCmnInternal. */
static void
window(const audio_sliding_settings *s, int64_t t, int64_t n, int64_t *first, int64_t *end)
{
    int64_t width = (int64_t)s->window, least = (int64_t)s->min_window;

    *first = s->centred ? t - width / 2 : t - width;
    *end = s->centred ? *first + width : t + 1;
    if (*first < 0) {
        *end -= *first;
        *first = 0;
    }
    if (!s->centred && *end > t)
        *end = t + 1 > least ? t + 1 : least;
    if (*end > n) {
        *first = *first > *end - n ? *first - (*end - n) : 0;
        *end = n;
    }
}

static int64_t
band_of(const audio_sliding_settings *s, int d)
{
    return s->bands != NULL ? label[d] : d;
}

static double
direct(const rig *g, const audio_sliding_settings *s, int c, int64_t t, int d)
{
    int64_t first, end, n = (int64_t)g->frames, band = band_of(s, d);
    long double sum = 0.0L, squares = 0.0L, count = 0.0L, mean;

    if (band < 0)
        return 0.0;
    window(s, t, n, &first, &end);
    for (int pass = 0; pass < 2; pass++) {
        mean = count > 0.0L ? sum / count : 0.0L;
        for (int64_t i = first; i < end; i++)
            for (int k = 0; k < D; k++) {
                long double v = (long double)g->x[(c * n + i) * D + k];

                if (band_of(s, k) != band || (s->members != NULL && s->members[c * n + i] == 0))
                    continue;
                if (pass == 0) {
                    sum += v;
                    count += 1.0L;
                } else {
                    squares += (v - mean) * (v - mean);
                }
            }
    }
    if (count == 0.0L)
        return 0.0;
    squares = squares / count + (long double)s->eps;
    mean = (long double)g->x[(c * n + t) * D + d] - sum / count;
    if (s->mean_only)
        return (double)mean;
    return squares > 0.0L ? (double)(mean / sqrtl(squares)) : 0.0;
}

static void
check(const rig *g, const audio_sliding_settings *s, bool single, bool axis)
{
    sci_source *in = source_of(g, single, axis), *out = NULL;
    uint64_t n = C * g->frames * D;
    double *y = test_alloc(n, sizeof *y);

    test_context("%d frames, window %d, least %d, centred %d, bands %d, members %d", (int)g->frames,
                 (int)s->window, (int)s->min_window, s->centred, s->bands != NULL,
                 s->members != NULL);
    assert_ok(audio_sliding_create(&out, in, s));
    assert_count(out->array.type, in->array.type);
    assert_count(out->array.rank, in->array.rank);
    assert_ok(sci_source_read(out, 0, n, y));
    for (uint64_t i = 0; i < n; i++) {
        double got = single ? (double)((float *)(void *)y)[i] : y[i];
        double want =
            direct(g, s, (int)(i / D / g->frames), (int64_t)(i / D % g->frames), (int)(i % D));

        assert_close(got, want, single ? 1e-6 : 1e-10, 1e-10);
    }
    sci_source_free(out);
    sci_source_free(in);
    free(y);
}

static void
every_window_is_that_of_the_rule(void **state)
{
    static const uint64_t lengths[] = { 1, 2, 9, 10, 11, 30, T_MOST },
                          windows[] = { 1, 2, 3, 10, 13, 29, 200 };

    (void)state;
    for (size_t l = 0; l < ARRAY_LEN(lengths); l++) {
        rig g = rig_of(lengths[l]);

        for (size_t w = 0; w < ARRAY_LEN(windows); w++)
            for (int v = 0; v < 32; v++) {
                audio_sliding_settings s = { .centred = v & 1,
                                             .window = windows[w],
                                             .min_window = 1 + (uint64_t)v % windows[w],
                                             .eps = v & 2 ? 1e-5 : 0.0,
                                             .mean_only = v == 31 || v == 12,
                                             .bands = v & 4 ? &three : NULL,
                                             .members = v & 8 ? g.members : NULL };

                check(&g, &s, v & 16, v % 3 == 0);
            }
        rig_free(&g);
    }
}

static void
any_piece_may_be_read_in_any_order(void **state)
{
    rig g = rig_of(T_MOST);
    uint64_t n = C * T_MOST * D;
    double *a = test_alloc(n, sizeof *a), *b = test_alloc(n, sizeof *b);
    random_stream r = random_start(2);

    (void)state;
    for (int v = 0; v < 8; v++) {
        audio_sliding_settings s = { .centred = v & 1,
                                     .window = v & 2 ? 11 : 40,
                                     .min_window = 5,
                                     .bands = v & 4 ? &three : NULL,
                                     .members = g.members };
        sci_array shape = { .rank = 3, .shape = { C, T_MOST, D }, .type = SCI_FLOAT64 };
        sci_source *in = NULL, *out = NULL;

        test_context("variant %d", v);
        assert_ok(streamed_source(&in, &shape, g.x, "x"));
        assert_ok(audio_sliding_create(&out, in, &s));
        assert_ok(sci_source_read(out, 0, n, a));
        for (uint64_t at = 0; at < n;) { /* pieces that cut frames */
            uint64_t count = 1 + random_below(&r, 40);
            sci_piece piece = { .first = at, .bytes = b + at };

            piece.count = count < n - at ? count : n - at;
            assert_ok(out->ops->fetch(out, &piece));
            at += piece.count;
        }
        assert_same_bytes(a, b, n, sizeof *a);
        for (int i = 0; i < 300; i++) {
            uint64_t first = random_below(&r, n), count = random_below(&r, 50);

            count = count < n - first ? count : n - first;
            assert_ok(sci_source_read(out, first, count, b));
            assert_same_bytes(a + first, b, count, sizeof *a);
        }
        sci_source_free(out);
        sci_source_free(in);
    }
    free(a);
    free(b);
    rig_free(&g);
}

/* Frames far from a window leave no trace in it, however large they were. */
static void
nothing_drifts(void **state)
{
    rig g = rig_of(T_MOST), h = rig_of(T_MOST);
    audio_sliding_settings s = { .centred = true, .window = 9 };
    sci_source *a = source_of(&g, false, false), *b = source_of(&h, false, false);
    sci_source *one = NULL, *two = NULL;
    double x[C * T_MOST * D], y[C * T_MOST * D];

    (void)state;
    for (int i = 0; i < 20 * D; i++)
        h.x[i] = 1e15 * (i % 3 - 1);
    assert_ok(audio_sliding_create(&one, a, &s));
    assert_ok(audio_sliding_create(&two, b, &s));
    assert_ok(sci_source_read(one, 0, C * T_MOST * D, x));
    assert_ok(sci_source_read(two, 0, C * T_MOST * D, y));
    assert_same_bytes(x + 24 * D, y + 24 * D, (C * T_MOST - 24) * D, sizeof *x);
    assert_that(memcmp(x + 23 * D, y + 23 * D, D * sizeof *x) != 0);
    sci_source_free(one);
    sci_source_free(two);
    sci_source_free(a);
    sci_source_free(b);
    rig_free(&g);
    rig_free(&h);
}

static void
settings_that_cannot_be_are_refused(void **state)
{
    rig g = rig_of(10);
    sci_source *in = source_of(&g, false, false), *out = NULL;
    sci_array flat = { .rank = 2, .shape = { 10, D }, .type = SCI_FLOAT64 };
    audio_sliding_settings s = { .window = 0, .min_window = 1 };
    audio_bands other = three;

    (void)state;
    assert_fails(audio_sliding_create(&out, in, &s), SCI_ERR_ARGUMENT);
    s.window = 5;
    s.min_window = 6;
    assert_fails(audio_sliding_create(&out, in, &s), SCI_ERR_ARGUMENT);
    assert_message_has("it has 1 to 5");
    s.min_window = 5;
    s.eps = -1.0;
    assert_fails(audio_sliding_create(&out, in, &s), SCI_ERR_ARGUMENT);
    s.eps = 0.0;
    other.n_bins = D - 1;
    s.bands = &other;
    assert_fails(audio_sliding_create(&out, in, &s), SCI_ERR_ARGUMENT);
    assert_message_has("bands of 6 numbers for frames of 7");
    s.bands = NULL;
    sci_source_free(in);
    assert_ok(sci_source_memory(&in, &flat, g.x, "x"));
    assert_fails(audio_sliding_create(&out, in, &s), SCI_ERR_ARGUMENT);
    sci_source_free(in);
    rig_free(&g);
}

static void
memory_may_fail(void **state)
{
    rig g = rig_of(T_MOST);
    sci_source *in = source_of(&g, false, false), *out = NULL;
    audio_sliding_settings s = { .centred = true, .window = 9, .bands = &three };
    double y[D];

    (void)state;
    for (long n = 0;; n++) {
        sci_status st;

        faults_memory(n, false);
        st = audio_sliding_create(&out, in, &s);
        if (st == SCI_OK)
            st = sci_source_read(out, 50 * D, D, y);
        sci_source_free(out);
        out = NULL;
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_count(st, SCI_ERR_NOMEM);
    }
    sci_source_free(in);
    rig_free(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_window_is_that_of_the_rule),
        cmocka_unit_test(any_piece_may_be_read_in_any_order),
        cmocka_unit_test(nothing_drifts),
        cmocka_unit_test(settings_that_cannot_be_are_refused),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
