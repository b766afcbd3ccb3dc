/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running normalization: averages over blocks of frames, kept from one recording to the next. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/running.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/random.h>
#include <support/streamed.h>
#include <support/testing.h>

enum { C = 2, T = 47, D = 5, N = C * T * D };

static int64_t label[D] = { 1, 0, 1, -1, 0 };
static audio_bands two = { .n_bins = D, .requested = 2, .kept = 2, .label = label };

static double *
noise(void)
{
    random_stream r = random_start(1);
    double *x = test_alloc(N, sizeof *x);

    for (int i = 0; i < N; i++)
        x[i] = -40.0 + (double)(i % D) + random_normal(&r);
    return x;
}

static sci_source *
source_of(const double *x, uint64_t frames)
{
    sci_array a = { .rank = 3, .shape = { C, frames, D }, .type = SCI_FLOAT64 };
    sci_source *s = NULL;

    assert_ok(streamed_source(&s, &a, x, "x"));
    return s;
}

/* ---- the same by hand ---- */

typedef struct average {
    double mean, variance;
    bool known;
} average;

static int64_t
band_of(const audio_running_settings *s, int d)
{
    return s->bands != NULL ? label[d] : d;
}

static void
enter_block(const audio_running_settings *s, const double *x, int c, uint64_t first, uint64_t end,
            int64_t band, average *a)
{
    double sum = 0.0, squares = 0.0, count = 0.0, share = s->momentum;

    for (int pass = 0; pass < 2; pass++)
        for (uint64_t t = first; t < end; t++)
            for (int d = 0; d < D; d++) {
                double v = x[((uint64_t)c * T + t) * D + (uint64_t)d];

                if (band_of(s, d) != band
                    || (s->members != NULL && s->members[(uint64_t)c * T + t] == 0))
                    continue;
                if (pass == 0) {
                    sum += v;
                    count += 1.0;
                } else {
                    squares += (v - sum / count) * (v - sum / count);
                }
            }
    if (count < 2.0)
        return;
    if (!a->known) {
        *a = (average){ sum / count, squares / (count - 1.0), true };
        return;
    }
    a->mean = (1.0 - share) * a->mean + share * sum / count;
    a->variance = (1.0 - share) * a->variance + share * squares / (count - 1.0);
}

static void
check(const audio_running_settings *s, const double *x)
{
    sci_source *in = source_of(x, T);
    audio_running *r = NULL;
    double y[N];

    assert_ok(audio_running_create(&r, in, s));
    assert_ok(sci_source_read(audio_running_source(r), 0, N, y));
    for (int c = 0; c < C; c++)
        for (int d = 0; d < D; d++) {
            average a = { 0.0, 0.0, false };

            for (uint64_t t = 0; t < T; t++) {
                int at = (c * T + (int)t) * D + d;
                uint64_t end = t + s->block < T ? t + s->block : T;
                double want = 0.0;

                if (t % s->block == 0 && band_of(s, d) >= 0)
                    enter_block(s, x, c, t, end, band_of(s, d), &a);
                if (a.known)
                    want = (x[at] - a.mean) / sqrt(a.variance + s->eps);
                assert_close(y[at], want, 1e-11, 1e-11);
            }
        }
    audio_running_free(r);
    sci_source_free(in);
}

static void
frames_are_normalized_after_their_block_has_entered(void **state)
{
    static const uint64_t blocks[] = { 2, 10, 23, 47, 100 };
    random_stream r = random_start(3);
    double *x = noise();
    uint8_t members[C * T];

    (void)state;
    for (int i = 0; i < C * T; i++)
        members[i] = random_below(&r, 3) > 0;
    memset(members, 0, 12); /* a first block without any */
    for (size_t b = 0; b < ARRAY_LEN(blocks); b++)
        for (int v = 0; v < 8; v++) {
            audio_running_settings s = { .block = blocks[b],
                                         .momentum = v & 1 ? 0.1 : 1.0,
                                         .eps = 1e-5,
                                         .bands = v & 2 ? &two : NULL,
                                         .members = v & 4 ? members : NULL };

            test_context("block %d, variant %d", (int)blocks[b], v);
            check(&s, x);
        }
    free(x);
}

static void
zeroed_settings_are_those_of_torch(void **state)
{
    enum { LONG = 250 };
    random_stream r = random_start(4);
    double *x = test_alloc((size_t)C * LONG * D, sizeof *x), *y[2];
    sci_source *in;

    (void)state;
    for (int i = 0; i < C * LONG * D; i++)
        x[i] = random_normal(&r);
    in = source_of(x, LONG);
    for (int k = 0; k < 2; k++) {
        audio_running_settings s = { .block = k == 0 ? 0 : 100, .momentum = k == 0 ? 0.0 : 0.1 };
        audio_running *run = NULL;

        y[k] = test_alloc((size_t)C * LONG * D, sizeof *y[k]);
        assert_ok(audio_running_create(&run, in, &s));
        assert_ok(sci_source_read(audio_running_source(run), 0, C * LONG * D, y[k]));
        audio_running_free(run);
    }
    assert_same_bytes(y[0], y[1], C * LONG * D, sizeof *x);
    sci_source_free(in);
    free(x);
    free(y[0]);
    free(y[1]);
}

static void
any_piece_may_be_read_in_any_order(void **state)
{
    audio_running_settings s = { .block = 10, .momentum = 0.3, .bands = &two };
    random_stream r = random_start(2);
    double *x = noise(), a[N], b[N];
    sci_source *in = source_of(x, T), *out;
    audio_running *run = NULL;

    (void)state;
    assert_ok(audio_running_create(&run, in, &s));
    out = audio_running_source(run);
    assert_ok(sci_source_read(out, 0, N, a));
    for (int i = 0; i < 300; i++) {
        uint64_t first = random_below(&r, N), count = random_below(&r, 50);

        count = count < N - first ? count : N - first;
        assert_ok(sci_source_read(out, first, count, b));
        assert_same_bytes(a + first, b, count, sizeof *a);
    }
    audio_running_free(run);
    sci_source_free(in);
    free(x);
}

/* ---- from one recording to the next ---- */

static void
a_recording_in_two_parts_is_the_whole(void **state)
{
    enum { FIRST = 20 };
    audio_running_settings s = { .block = 10, .momentum = 0.3 };
    double *x = noise(), all[N], part[2][N], y[N];
    uint64_t frames[] = { FIRST, T - FIRST };
    audio_running_state left = { .channels = 0 }, right = left, read_back = left;
    char path[PLACE_ROOM];
    sci_source *in = source_of(x, T);
    audio_running *run = NULL;

    (void)state;
    place_scratch(path, "state.h5");
    assert_ok(audio_running_create(&run, in, &s));
    assert_ok(sci_source_read(audio_running_source(run), 0, N, all));
    assert_ok(audio_running_take(run, NULL, &right));
    audio_running_free(run);
    sci_source_free(in);
    for (int c = 0; c < C; c++) {
        memcpy(part[0] + c * FIRST * D, x + c * T * D, FIRST * D * sizeof *x);
        memcpy(part[1] + c * (T - FIRST) * D, x + (c * T + FIRST) * D, (T - FIRST) * D * sizeof *x);
    }
    for (int k = 0; k < 2; k++) {
        in = source_of(part[k], frames[k]);
        s.from = k == 0 ? NULL : &read_back;
        assert_ok(audio_running_create(&run, in, &s));
        assert_fails(audio_running_take(run, NULL, &left), SCI_ERR_ARGUMENT);
        assert_message_has("not all of it has been read");
        assert_ok(sci_source_read(audio_running_source(run), 0, C * frames[k] * D, y));
        for (uint64_t c = 0; c < C; c++)
            assert_same_bytes(all + (c * T + (k == 0 ? 0 : FIRST)) * D, y + c * frames[k] * D,
                              frames[k] * D, sizeof *y);
        assert_ok(audio_running_take(run, NULL, &left));
        audio_running_free(run);
        sci_source_free(in);
        if (k == 0) {
            assert_ok(audio_running_state_save(&left, path, "hop 256", false));
            audio_running_state_clear(&left);
            assert_ok(audio_running_state_load(&read_back, path, "hop 256"));
        }
    }
    assert_same_bytes(left.mean, right.mean, C * D, sizeof(double));
    assert_same_bytes(left.variance, right.variance, C * D, sizeof(double));
    assert_same_bytes(left.steps, right.steps, C * D, sizeof(int64_t));
    assert_count(left.steps[0], 5);
    audio_running_state_clear(&left);
    audio_running_state_clear(&right);
    audio_running_state_clear(&read_back);
    free(x);
}

static void
averages_of_another_recording_are_refused(void **state)
{
    audio_running_state from;
    audio_running_settings s = { .from = &from };
    double *x = noise();
    sci_source *in = source_of(x, T);
    audio_running *run = NULL;

    (void)state;
    assert_ok(audio_running_state_prepare(&from, C + 1, D, 0));
    assert_fails(audio_running_create(&run, in, &s), SCI_ERR_REFUSED);
    assert_message_has("averages of 3 channels and 5 bands for a recording with 2 and 5");
    s = (audio_running_settings){ .momentum = 1.5 };
    assert_fails(audio_running_create(&run, in, &s), SCI_ERR_ARGUMENT);
    s = (audio_running_settings){ .eps = NAN };
    assert_fails(audio_running_create(&run, in, &s), SCI_ERR_ARGUMENT);
    audio_running_state_clear(&from);
    sci_source_free(in);
    free(x);
}

/* ---- the file ---- */

static audio_running_state
filled(size_t mels)
{
    random_stream r = random_start(7);
    audio_running_state s;

    assert_ok(audio_running_state_prepare(&s, C, D, mels));
    for (int i = 0; i < C * D; i++) {
        s.mean[i] = random_normal(&r);
        s.variance[i] = random_uniform(&r);
        s.steps[i] = (int64_t)random_below(&r, 100);
    }
    for (int c = 0; c < C; c++)
        s.peak[c] = random_uniform(&r);
    for (size_t i = 0; i < C * mels; i++)
        s.pcen[i] = random_uniform(&r);
    return s;
}

static void
what_is_saved_is_loaded(void **state)
{
    char path[PLACE_ROOM], again[PLACE_ROOM];

    (void)state;
    place_scratch(path, "a.h5");
    place_scratch(again, "b.h5");
    for (size_t mels = 0; mels < 5; mels += 4) {
        audio_running_state s = filled(mels), t;
        unsigned char *a, *b;
        size_t n, m;

        assert_ok(audio_running_state_save(&s, path, "p", true));
        assert_ok(audio_running_state_load(&t, path, "p"));
        assert_count(t.channels, C);
        assert_count(t.bands, D);
        assert_count(t.mels, mels);
        assert_same_bytes(s.mean, t.mean, C * D, sizeof(double));
        assert_same_bytes(s.variance, t.variance, C * D, sizeof(double));
        assert_same_bytes(s.steps, t.steps, C * D, sizeof(int64_t));
        assert_same_bytes(s.peak, t.peak, C, sizeof(double));
        assert_same_bytes(s.pcen, t.pcen, C * mels, sizeof(double));
        assert_ok(audio_running_state_save(&t, again, "p", false));
        a = place_read(path, &n);
        b = place_read(again, &m);
        assert_count(n, m);
        assert_same_bytes(a, b, n, 1);
        free(a);
        free(b);
        audio_running_state_clear(&s);
        audio_running_state_clear(&t);
    }
    assert_count(place_scratch_count(), 3); /* with state.h5, and no temporary */
}

static void
other_parameters_are_refused(void **state)
{
    audio_running_state s = filled(0), t;
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "a.h5");
    assert_ok(audio_running_state_save(&s, path, "hop 256", false));
    assert_fails(audio_running_state_load(&t, path, "hop 128"), SCI_ERR_REFUSED);
    assert_message_has("a.h5' was made with other parameters: 'hop 256', and this is 'hop 128'");
    assert_fails(audio_running_state_load(&t, "/nowhere/a.h5", "hop 128"), SCI_ERR_IO);
    place_write(path, "no HDF5", 7);
    assert_fails(audio_running_state_load(&t, path, "hop 256"), SCI_ERR_FORMAT);
    assert_message_has("a.h5'");
    audio_running_state_clear(&s);
}

/* Where `what` lies in the file. */
static size_t
find(const unsigned char *bytes, size_t n, const void *what, size_t size)
{
    for (size_t at = 0; at + size <= n; at++)
        if (memcmp(bytes + at, what, size) == 0)
            return at;
    test_failed(__FILE__, __LINE__, "the file does not hold its numbers");
}

/* One bit of any number. */
static void
damage_is_noticed(void **state)
{
    audio_running_state s = filled(3), t;
    const struct {
        const void *elements;
        size_t size;
    } parts[] = { { s.mean, C * D * sizeof(double) },
                  { s.variance, C * D * sizeof(double) },
                  { s.steps, C * D * sizeof(int64_t) },
                  { s.peak, C * sizeof(double) },
                  { s.pcen, C * 3 * sizeof(double) } };
    char path[PLACE_ROOM], hurt[PLACE_ROOM];
    unsigned char *bytes;
    size_t n;

    (void)state;
    place_scratch(path, "a.h5");
    place_scratch(hurt, "hurt.h5");
    assert_ok(audio_running_state_save(&s, path, "p", false));
    bytes = place_read(path, &n);
    for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
        size_t at = find(bytes, n, parts[k].elements, parts[k].size);

        for (size_t i = 0; i < parts[k].size; i++) {
            bytes[at + i] ^= (unsigned char)(1 << i % 8);
            place_write(hurt, bytes, n);
            bytes[at + i] ^= (unsigned char)(1 << i % 8);
            test_context("part %zu, byte %zu", k, i);
            assert_fails(audio_running_state_load(&t, hurt, "p"), SCI_ERR_FORMAT);
            assert_message_has("hurt.h5' is damaged");
        }
    }
    for (size_t size = 0; size < n; size += 199) { /* cut short */
        place_write(hurt, bytes, size);
        assert_that(audio_running_state_load(&t, hurt, "p") != SCI_OK);
        assert_message_has("hurt.h5'");
    }
    free(bytes);
    audio_running_state_clear(&s);
}

/* Numbers that cannot be are no state, even under a right digest. */
static void
numbers_that_cannot_be_are_refused(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "a.h5");
    for (int k = 0; k < 5; k++) {
        audio_running_state s = filled(2), t;

        if (k == 0)
            s.mean[3] = NAN;
        else if (k == 1)
            s.variance[9] = -1.0;
        else if (k == 2)
            s.steps[0] = -1;
        else if (k == 3)
            s.peak[1] = HUGE_VAL;
        else
            s.pcen[3] = NAN;
        test_context("number %d", k);
        assert_ok(audio_running_state_save(&s, path, "p", false));
        assert_fails(audio_running_state_load(&t, path, "p"), SCI_ERR_FORMAT);
        assert_message_has("a.h5' is damaged");
        audio_running_state_clear(&s);
    }
}

static void
memory_may_fail(void **state)
{
    double *x = noise(), y[D];
    char path[PLACE_ROOM];
    sci_source *in = source_of(x, T);

    (void)state;
    place_scratch(path, "m.h5");
    for (long n = 0;; n++) {
        audio_running_settings s = { .block = 10, .bands = &two };
        audio_running_state kept = { .channels = 0 }, loaded = kept;
        audio_running *run = NULL;
        sci_status st;

        faults_memory(n, false);
        st = audio_running_create(&run, in, &s);
        for (uint64_t c = 0; st == SCI_OK && c < C; c++)
            st = sci_source_read(audio_running_source(run), ((c + 1) * T - 1) * D, D, y);
        if (st == SCI_OK)
            st = audio_running_take(run, NULL, &kept);
        if (st == SCI_OK)
            st = audio_running_state_save(&kept, path, "p", false);
        if (st == SCI_OK)
            st = audio_running_state_load(&loaded, path, "p");
        audio_running_state_clear(&kept);
        audio_running_state_clear(&loaded);
        audio_running_free(run);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_count(st, SCI_ERR_NOMEM);
    }
    sci_source_free(in);
    free(x);
}

/* What was there stays as it was. */
static void
a_save_that_fails_leaves_the_old_file(void **state)
{
    static const faults_call calls[] = { FAULTS_OPEN, FAULTS_RENAME, FAULTS_FSYNC };
    audio_running_state s = filled(0), t;
    char path[PLACE_ROOM];
    size_t before;

    (void)state;
    place_scratch(path, "a.h5");
    assert_ok(audio_running_state_save(&s, path, "p", true));
    before = place_scratch_count();
    for (size_t k = 0; k < ARRAY_LEN(calls); k++) {
        double mean = s.mean[0];
        sci_status st;

        test_context("%s", faults_call_name(calls[k]));
        s.mean[0] = 5.0;
        faults_files(calls[k], 0, true, 5);
        st = audio_running_state_save(&s, path, "p", true);
        faults_files_end();
        s.mean[0] = mean;
        assert_count(st, SCI_ERR_IO);
        assert_count(place_scratch_count(), before);
        assert_ok(audio_running_state_load(&t, path, "p"));
        assert_that(t.mean[0] == mean);
        audio_running_state_clear(&t);
    }
    audio_running_state_clear(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_normalized_after_their_block_has_entered),
        cmocka_unit_test(zeroed_settings_are_those_of_torch),
        cmocka_unit_test(any_piece_may_be_read_in_any_order),
        cmocka_unit_test(a_recording_in_two_parts_is_the_whole),
        cmocka_unit_test(averages_of_another_recording_are_refused),
        cmocka_unit_test(what_is_saved_is_loaded),
        cmocka_unit_test(other_parameters_are_refused),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(numbers_that_cannot_be_are_refused),
        cmocka_unit_test(memory_may_fail),
        cmocka_unit_test(a_save_that_fails_leaves_the_old_file),
    };

    return run_all(tests);
}
