/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which frames enter the statistics: by their energy, by intervals of a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/frame_mask.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/random.h>
#include <support/signals.h>
#include <support/testing.h>

enum { N = 16000, C = 2, N_FFT = 256, HOP = 100, RATE = 1000, T = 1 + N / HOP };

static const audio_features_settings plain = {
    .chain = { .spectrum = { .n_fft = N_FFT, .length = N_FFT, .win_length = N_FFT, .single = true },
               .mel = { .n_mels = 20 },
               .compression = { .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 } },
    .hop = HOP,
    .energies = true,
};

/* Noise, in the second half of channel 1 only a thousandth of it; channel 2 is silent throughout. */
static double *
half_quiet(void)
{
    random_stream r = random_start(1);
    double *x = test_alloc((size_t)N * C, sizeof *x);

    for (int i = 0; i < N; i++) {
        x[i * C] = random_normal(&r) * (i < N / 2 ? 1.0 : 1e-3);
        x[i * C + 1] = 0.0;
    }
    return x;
}

static audio_features *
features_of(memory_signal *m, const audio_features_settings *s)
{
    audio_features *f = NULL;

    assert_ok(audio_features_create(&f, &m->base, s));
    return f;
}

static const char *
table(const char *text)
{
    static char path[PLACE_ROOM];

    place_scratch(path, "m.tsv");
    place_write(path, text, strlen(text));
    return path;
}

/* ---- energies ---- */

static void
energies_are_sums_of_the_powers_of_all_bins(void **state)
{
    double *x = half_quiet();

    (void)state;
    for (int v = 0; v < 8; v++) {
        memory_signal m = signal_of(x, N, C, RATE);
        audio_features_settings s = plain, bins = plain;
        audio_features *f, *g;
        const double *energy;
        double power[N_FFT / 2 + 1];

        test_context("variant %d", v);
        s.chain.feature = v & 1 ? AUDIO_FEATURE_MEL : AUDIO_FEATURE_STFT;
        s.chain.compression.relative = v & 2;
        s.memory_bytes = v & 4 ? UINT64_MAX : 0;
        if (v % 3 == 0)
            m.base.samples = AUDIO_LENGTH_UNKNOWN;
        f = features_of(&m, &s);
        energy = audio_features_energies(f);
        bins.chain.spectrum.single = false;
        bins.chain.compression.kind = AUDIO_COMPRESS_NONE;
        g = features_of(&m, &bins);
        assert_count(audio_features_frames(f), T);
        for (uint64_t r = 0; r < C * T; r++) {
            double sum = 0.0;

            assert_ok(sci_source_read(audio_features_source(g), r * (N_FFT / 2 + 1), N_FFT / 2 + 1,
                                      power));
            for (int k = 0; k <= N_FFT / 2; k++)
                sum += power[k];
            assert_close(energy[r], sum, 1e-5, 0.0);
            assert_close(audio_features_energies(g)[r], sum, 1e-12, 0.0);
        }
        audio_features_free(f);
        audio_features_free(g);
    }
    free(x);
}

static void
energies_are_the_same_bytes_on_every_way(void **state)
{
    double *x = half_quiet(), first[C * T];

    (void)state;
    for (int v = 0; v < 4; v++) {
        memory_signal m = signal_of(x, N, C, RATE);
        audio_features_settings s = plain;
        audio_features *f;

        s.chain.feature = v & 1 ? AUDIO_FEATURE_MEL : AUDIO_FEATURE_STFT;
        s.memory_bytes = v & 2 ? UINT64_MAX : 0;
        m.base.samples = v & 1 ? AUDIO_LENGTH_UNKNOWN : N;
        f = features_of(&m, &s);
        if (v == 0)
            memcpy(first, audio_features_energies(f), sizeof first);
        assert_same_bytes(first, audio_features_energies(f), C * T, sizeof *first);
        audio_features_free(f);
    }
    free(x);
}

static void
quiet_frames_are_left_out_and_silence_is_not(void **state)
{
    double *x = half_quiet();
    memory_signal m = signal_of(x, N, C, RATE);
    audio_features *f = features_of(&m, &plain);
    audio_frame_mask *mask = NULL;
    const uint8_t *members;

    (void)state;
    assert_ok(audio_frame_mask_energy(&mask, f, -40.0));
    members = audio_frame_mask_members(mask);
    for (int t = 0; t < T; t++) {
        if (t < T / 2 - 2)
            assert_count(members[t], 1);
        if (t > T / 2 + 2)
            assert_count(members[t], 0);
        assert_count(members[T + t], 1);
    }
    audio_frame_mask_free(mask);
    assert_ok(audio_frame_mask_energy(&mask, f, -90.0));
    assert_count(audio_frame_mask_count(mask), C * T);
    audio_frame_mask_free(mask);
    assert_fails(audio_frame_mask_energy(&mask, f, 0.0), SCI_ERR_ARGUMENT);
    audio_features_free(f);
    free(x);
}

/* ---- intervals ---- */

/* Frame t is centred on t/10 s: its start is in, its end is out. */
static void
a_frame_is_a_member_where_its_centre_is(void **state)
{
    double *x = half_quiet();
    memory_signal m = signal_of(x, N, C, RATE);
    audio_features *f = features_of(&m, &plain);
    audio_intervals *v = NULL;
    audio_frame_mask *mask = NULL;

    (void)state;
    assert_ok(audio_intervals_load(&v, table("note\tchannel\tend\tstart\tpath\r\n"
                                             "# said twice\r\n"
                                             "a\t1\t0.5\t0.2\tb/x.wav\r\n"
                                             "a\t\t99\t15.95\tx.wav\r\n"
                                             "a\t2\t0.7\t0.3\ta/b/x.wav\r\n"
                                             "a\t1\t2\t1\tother/x.wav\r\n"
                                             "a\t1\t3\t2\tyx.wav\r\n")));
    assert_ok(audio_frame_mask_intervals(&mask, f, v, "a/b/x.wav"));
    for (int t = 0; t < T; t++) {
        bool end = t == 160;

        test_context("frame %d", t);
        assert_count(audio_frame_mask_members(mask)[t], (t >= 2 && t < 5) || end);
        assert_count(audio_frame_mask_members(mask)[T + t], (t >= 3 && t < 7) || end);
    }
    assert_count(audio_frame_mask_count(mask), 3 + 4 + 2);
    audio_frame_mask_free(mask);
    assert_fails(audio_frame_mask_intervals(&mask, f, v, "z.wav"), SCI_ERR_NOTFOUND);
    assert_message_has("m.tsv' has no interval of 'z.wav'");
    audio_intervals_free(v);
    audio_features_free(f);
    free(x);
}

static void
frames_without_padding_are_centred_half_a_frame_later(void **state)
{
    double *x = half_quiet();
    memory_signal m = signal_of(x, N, C, RATE);
    audio_features_settings s = plain;
    audio_features *f;
    audio_intervals *v = NULL;
    audio_frame_mask *mask = NULL;

    (void)state;
    s.pad = AUDIO_PAD_NONE;
    f = features_of(&m, &s);
    assert_close(audio_features_time(f, 3), 0.428, 1e-15, 0.0);
    assert_ok(audio_intervals_load(&v, table("start\tend\n0.428\t0.528\n")));
    assert_ok(audio_frame_mask_intervals(&mask, f, v, "x.wav"));
    assert_count(audio_frame_mask_count(mask), C);
    assert_count(audio_frame_mask_members(mask)[3], 1);
    audio_frame_mask_free(mask);
    audio_intervals_free(v);
    assert_ok(audio_intervals_load(&v, table("start\tend\tchannel\n0.43\t0.5\t\n")));
    assert_fails(audio_frame_mask_intervals(&mask, f, v, "x.wav"), SCI_ERR_NOTFOUND);
    assert_message_has("no frame of 'x.wav' has its centre");
    audio_intervals_free(v);
    assert_ok(audio_intervals_load(&v, table("start\tend\tchannel\n\n0\t1\t3\n")));
    assert_fails(audio_frame_mask_intervals(&mask, f, v, "x.wav"), SCI_ERR_REFUSED);
    assert_message_has("m.tsv' line 3: channel 3 of 'x.wav', which has 2");
    audio_intervals_free(v);
    audio_features_free(f);
    free(x);
}

static void
a_mask_enters_a_grouping_with_or_without_an_axis_of_recordings(void **state)
{
    double *x = half_quiet();

    (void)state;
    for (int axis = 0; axis < 2; axis++) {
        memory_signal m = signal_of(x, N, C, RATE);
        audio_features_settings s = plain;
        audio_frame_mask *mask = NULL;
        sci_grouping *g = NULL;
        sci_stats *stats = NULL;
        audio_features *f;

        s.sample_axis = axis == 1;
        f = features_of(&m, &s);
        assert_ok(audio_frame_mask_energy(&mask, f, -40.0));
        assert_ok(sci_grouping_create(&g, 3 + axis, audio_features_array(f)->shape));
        assert_ok(sci_grouping_keep(g, axis));
        assert_ok(audio_frame_mask_enter(mask, g));
        assert_ok(
            sci_fit(audio_features_source(f), g, &(sci_options){ .threads = 1 }, &stats, NULL));
        assert_count(sci_stats_moments(stats)[0].count + sci_stats_moments(stats)[1].count,
                     audio_frame_mask_count(mask) * (N_FFT / 2 + 1));
        sci_stats_free(stats);
        sci_grouping_free(g);
        audio_frame_mask_free(mask);
        audio_features_free(f);
    }
    free(x);
}

static void
tables_that_are_none_are_refused_by_line(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        { "", "m.tsv' is empty" },
        { "start\tend\n", "m.tsv' has no intervals" },
        { "begin\tend\n1\t2\n", "m.tsv' has no column 'start'" },
        { "start\tstop\n1\t2\n", "m.tsv' has no column 'end'" },
        { "start\tend\n1\t2\n1\n", "m.tsv' line 3 has 1 fields instead of 2" },
        { "start\tend\nx\t2\n", "m.tsv' line 2: start 'x' is no number of seconds" },
        { "start\tend\n1\tinf\n", "m.tsv' line 2: end 'inf' is no number of seconds" },
        { "start\tend\n1\t1\n", "m.tsv' line 2: it ends at 1 s, not after its start at 1 s" },
        { "start\tend\tchannel\n1\t2\t0\n", "m.tsv' line 2: channel '0' is no number" },
    };
    audio_intervals *v = NULL;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(wrong); k++) {
        test_context("%s", wrong[k].text);
        assert_fails(audio_intervals_load(&v, table(wrong[k].text)), SCI_ERR_ARGUMENT);
        assert_message_has(wrong[k].message);
    }
    assert_fails(audio_intervals_load(&v, "/nowhere/m.tsv"), SCI_ERR_IO);
    assert_message_has("cannot open '/nowhere/m.tsv'");
}

static void
memory_may_fail(void **state)
{
    double *x = half_quiet();
    const char *path = table("start\tend\tpath\n0\t1\tx.wav\n2\t3\tx.wav\n");

    (void)state;
    for (long n = 0;; n++) {
        memory_signal m = signal_of(x, N, C, RATE);
        audio_features *f = NULL;
        audio_intervals *v = NULL;
        audio_frame_mask *loud = NULL, *said = NULL;
        sci_status st;

        m.base.samples = AUDIO_LENGTH_UNKNOWN;
        faults_memory(n, false);
        st = audio_features_create(&f, &m.base, &plain);
        if (st == SCI_OK)
            st = audio_intervals_load(&v, path);
        if (st == SCI_OK)
            st = audio_frame_mask_intervals(&said, f, v, "x.wav");
        if (st == SCI_OK)
            st = audio_frame_mask_energy(&loud, f, -40.0);
        audio_frame_mask_free(loud);
        audio_frame_mask_free(said);
        audio_intervals_free(v);
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
        cmocka_unit_test(energies_are_sums_of_the_powers_of_all_bins),
        cmocka_unit_test(energies_are_the_same_bytes_on_every_way),
        cmocka_unit_test(quiet_frames_are_left_out_and_silence_is_not),
        cmocka_unit_test(a_frame_is_a_member_where_its_centre_is),
        cmocka_unit_test(frames_without_padding_are_centred_half_a_frame_later),
        cmocka_unit_test(a_mask_enters_a_grouping_with_or_without_an_axis_of_recordings),
        cmocka_unit_test(tables_that_are_none_are_refused_by_line),
        cmocka_unit_test(memory_may_fail),
    };

    return run_all(tests);
}
