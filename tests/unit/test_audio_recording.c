/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings as signals: what is read of good and bad files, channels, rates. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/recording.h>
#include <apps/audio/resample.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/signals.h>
#include <support/testing.h>

#define SPEECH "data/speech/speech_16k_pcm16.wav"

static const audio_recording_settings as_it_is = { 0 };

static audio_recording *
opened(const char *path, const audio_recording_settings *s)
{
    audio_recording *r = NULL;

    assert_ok(audio_recording_open(&r, path, s));
    return r;
}

/* All of it from the start, `block` samples at a time; *status is that of the last read. */
static double *
read_all(audio_signal *s, size_t block, uint64_t *n, sci_status *status)
{
    size_t channels = (size_t)s->channels, room = 1 << 18, got = block;
    double *x = test_alloc(room * channels, sizeof *x);

    *n = 0;
    *status = s->rewind(s);
    while (*status == SCI_OK && got == block) {
        assert_that(*n + block <= room);
        *status = s->read(s, x + *n * channels, block, &got);
        *n += *status == SCI_OK ? got : 0;
    }
    return x;
}

static double *
read_file(const char *path, const audio_recording_settings *s, uint64_t *n)
{
    audio_recording *r = opened(path, s);
    sci_status st;
    double *x = read_all(audio_recording_signal(r), 1000, n, &st);

    assert_ok(st);
    assert_count(audio_recording_signal(r)->samples, *n);
    audio_recording_free(r);
    return x;
}

static void
malformed(char path[PLACE_ROOM], const char *name)
{
    char within[128];

    snprintf(within, sizeof within, "tests/golden/malformed-wav/%s", name);
    place_source(path, within);
}

/* 16 bit samples of a small-endian WAV file with so many channels. */
static void
write_wav(char path[PLACE_ROOM], unsigned channels, unsigned n, const int16_t *x)
{
    size_t bytes = (size_t)n * channels * 2;
    unsigned char *file = test_alloc(44 + bytes, 1);
    const uint32_t riff = (uint32_t)(36 + bytes), rate = 16000, speed = rate * channels * 2,
                   data = (uint32_t)bytes;
    const uint16_t shorts[] = { 1, (uint16_t)channels };

    memcpy(file, "RIFF....WAVEfmt \x10\0\0\0", 20);
    memcpy(file + 4, &riff, 4);
    memcpy(file + 20, shorts, 4);
    memcpy(file + 24, &rate, 4);
    memcpy(file + 28, &speed, 4);
    memcpy(file + 32, (const uint16_t[]){ (uint16_t)(2 * channels), 16 }, 4);
    memcpy(file + 36, "data", 4);
    memcpy(file + 40, &data, 4);
    memcpy(file + 44, x, bytes);
    place_scratch(path, "channels.wav");
    place_write(path, file, 44 + bytes);
    free(file);
}

/* ---- good files ---- */

static void
samples_are_those_of_the_file(void **state)
{
    char path[PLACE_ROOM];
    size_t size;
    unsigned char *file;
    uint64_t n;
    double *x;

    (void)state;
    place_source(path, SPEECH);
    file = place_read(path, &size);
    x = read_file(path, &as_it_is, &n);
    assert_count(n, 24000);
    for (uint64_t i = 0; i < n; i++) {
        int16_t stored;

        memcpy(&stored, file + 44 + 2 * i, 2);
        assert_that(x[i] == stored / 32768.0);
    }
    free(file);
    free(x);
}

static void
flac_holds_the_same_samples(void **state)
{
    char wav[PLACE_ROOM], flac[PLACE_ROOM];
    audio_recording *r;
    uint64_t n, m;
    double *x, *y;

    (void)state;
    place_source(wav, SPEECH);
    place_source(flac, "tests/golden/audio/speech_16k_pcm16.flac");
    x = read_file(wav, &as_it_is, &n);
    y = read_file(flac, &as_it_is, &m);
    assert_count(m, n);
    assert_same_bytes(x, y, n, sizeof *x);
    r = opened(flac, &as_it_is);
    assert_count(audio_recording_facts(r)->claimed, n);
    assert_that(audio_recording_facts(r)->samples == AUDIO_LENGTH_UNKNOWN); /* so far */
    assert_that(strstr(audio_recording_facts(r)->container, "FLAC") != NULL);
    assert_that(strstr(audio_recording_facts(r)->codec, "16 bit") != NULL);
    audio_recording_free(r);
    free(x);
    free(y);
}

/* Cut off, it is damaged or shorter than it says; it never passes without a word. */
static void
a_flac_file_that_is_cut_off_does_not_pass_unseen(void **state)
{
    char path[PLACE_ROOM];
    size_t size;
    unsigned char *file;

    (void)state;
    place_source(path, "tests/golden/audio/speech_16k_pcm16.flac");
    file = place_read(path, &size);
    place_scratch(path, "cut.flac");
    for (size_t cut = 1; cut < size; cut += 997) {
        audio_recording *r = NULL;
        sci_status st;
        uint64_t n = 0;
        double *x = NULL;

        test_context("cut to %zu bytes of %zu", cut, size);
        place_write(path, file, cut);
        st = audio_recording_open(&r, path, &as_it_is);
        if (st == SCI_OK) {
            x = read_all(audio_recording_signal(r), 4096, &n, &st);
            if (st == SCI_OK) {
                assert_that(n < 24000);
                assert_count(audio_recording_facts(r)->riff.verdict, RIFF_WARN);
                assert_that(strstr(audio_recording_facts(r)->riff.warnings[0], "truncated")
                            != NULL);
            }
        }
        if (st != SCI_OK)
            assert_count(st, SCI_ERR_FORMAT);
        audio_recording_free(r);
        free(x);
    }
    free(file);
}

static void
passes_and_blocks_give_the_same_bytes(void **state)
{
    static const size_t blocks[] = { 1, 7, 4095, 4096, 4097, 50000 };
    const audio_recording_settings settings[] = { { 0 }, { .rate_hz = 22050 } };
    char path[PLACE_ROOM];

    (void)state;
    place_source(path, SPEECH);
    for (size_t k = 0; k < ARRAY_LEN(settings); k++) {
        audio_recording *r = opened(path, &settings[k]);
        uint64_t n, m;
        sci_status st;
        double *x = read_all(audio_recording_signal(r), 1000, &n, &st);

        assert_ok(st);
        for (size_t b = 0; b < ARRAY_LEN(blocks); b++) {
            double *y = read_all(audio_recording_signal(r), blocks[b], &m, &st);

            test_context("rate %u, block %zu", (unsigned)settings[k].rate_hz, blocks[b]);
            assert_ok(st);
            assert_count(m, n);
            assert_same_bytes(x, y, n, sizeof *x);
            free(y);
        }
        free(x);
        audio_recording_free(r);
    }
}

/* ---- bad files ---- */

static void
check_malformed(const char *name, const char *verdict, const char *frames)
{
    audio_recording_settings s = { .largest = sqrt(3.4e38), .single = true };
    char path[PLACE_ROOM];
    audio_recording *r = NULL;
    sci_status st;

    test_context("%s", name);
    malformed(path, name);
    st = audio_recording_open(&r, path, &s);
    if (st == SCI_OK) {
        uint64_t n;
        double *x = read_all(audio_recording_signal(r), 100, &n, &st);

        free(x);
        if (st == SCI_OK) {
            assert_count(n, strtoull(frames, NULL, 10));
            assert_count(audio_recording_seen(r)->samples, n);
            assert_count(audio_recording_facts(r)->riff.verdict,
                         verdict[0] == 'a' ? RIFF_ACCEPT : RIFF_WARN);
        }
    }
    audio_recording_free(r);
    assert_that((st != SCI_OK) == (verdict[0] == 'r'));
    if (st != SCI_OK)
        assert_that(st == SCI_ERR_FORMAT || st == SCI_ERR_NONFINITE);
}

static void
every_malformed_file_is_answered_as_expected(void **state)
{
    char path[PLACE_ROOM], line[512];
    FILE *table;
    int rows = 0;

    (void)state;
    malformed(path, "expected.tsv");
    table = fopen(path, "r");
    assert_that(table != NULL);
    while (fgets(line, sizeof line, table)) {
        const char *name = strtok(line, "\t"), *verdict = strtok(NULL, "\t"),
                   *frames = strtok(NULL, "\t");

        if (name[0] == '#')
            continue;
        rows++;
        check_malformed(name, verdict, frames);
    }
    fclose(table);
    assert_count(rows, 39);
}

static sci_status
read_malformed(const char *name, const audio_recording_settings *s, audio_seen *seen)
{
    char path[PLACE_ROOM];
    audio_recording *r;
    uint64_t n;
    sci_status st;
    double *x;

    malformed(path, name);
    r = opened(path, s);
    x = read_all(audio_recording_signal(r), 100, &n, &st);
    for (uint64_t i = 0; i < n; i++)
        assert_that(isfinite(x[i]));
    *seen = *audio_recording_seen(r);
    audio_recording_free(r);
    free(x);
    return st;
}

static void
what_is_not_finite_is_counted_and_refused_or_read_as_0(void **state)
{
    audio_recording_settings s = { 0 };
    audio_seen seen;

    (void)state;
    assert_fails(read_malformed("float_nan_inf.wav", &s, &seen), SCI_ERR_NONFINITE);
    assert_message_has("NaN at sample 3 (0.0002 s) and 4 non-finite samples in all; --nan ignore");
    s.ignore_nonfinite = true;
    assert_ok(read_malformed("float_nan_inf.wav", &s, &seen));
    assert_count(seen.nonfinite, 4);
    assert_count(seen.first_nonfinite, 3);
    assert_count(seen.first_channel, 1);
    assert_that(seen.first_is_nan);
    assert_count(seen.samples, 800);
}

static void
a_sample_whose_power_overflows_is_named(void **state)
{
    audio_recording_settings s = { .largest = 1e16, .single = true };
    audio_seen seen;

    (void)state;
    assert_fails(read_malformed("float_huge_3e38.wav", &s, &seen), SCI_ERR_NONFINITE);
    assert_message_has("sample 7 (0.0004 s) overflows: power not finite in float32");
    s = (audio_recording_settings){ .largest = 1e150 };
    assert_ok(read_malformed("float_huge_3e38.wav", &s, &seen));
}

static void
values_above_one_are_counted_and_kept(void **state)
{
    audio_seen seen;
    uint64_t above = 0;

    (void)state;
    for (int i = 0; i < 800; i++)
        above += fabsf((float)sin(i * 0.2) * 4.0f) > 1.0f;
    assert_ok(read_malformed("float_over_1.wav", &as_it_is, &seen));
    assert_count(seen.above_one, above);
    assert_ok(read_malformed("ok_plain.wav", &as_it_is, &seen));
    assert_count(seen.above_one, 0);
}

static void
rejections_name_the_file_and_the_reason(void **state)
{
    static const struct {
        const char *file, *text;
    } cases[] = {
        { "garbage.wav", "not a sound file" }, { "text.wav", "not a sound file" },
        { "no_data.wav", "no data chunk" },    { "empty_file.wav", "empty file" },
        { "mp3_in_wav.wav", "MP3 data" },
    };
    char path[PLACE_ROOM];
    audio_recording *r = NULL;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        malformed(path, cases[k].file);
        assert_fails(audio_recording_open(&r, path, &as_it_is), SCI_ERR_FORMAT);
        assert_message_has(cases[k].text);
        assert_message_has(cases[k].file);
    }
    place_scratch(path, "absent.wav");
    assert_fails(audio_recording_open(&r, path, &as_it_is), SCI_ERR_IO);
}

/* ---- channels and rates ---- */

static void
channels_are_chosen_or_averaged(void **state)
{
    enum { N = 5000, C = 3 };
    int16_t *x = test_alloc(N * C, sizeof *x);
    char path[PLACE_ROOM];
    uint64_t n;
    double *y;

    (void)state;
    for (int i = 0; i < N * C; i++)
        x[i] = (int16_t)((i * 7919) % 65536 - 32768);
    write_wav(path, C, N, x);
    y = read_file(path, &as_it_is, &n);
    assert_count(n, N);
    for (int i = 0; i < N * C; i++)
        assert_that(y[i] == x[i] / 32768.0);
    free(y);
    for (int c = 1; c <= C; c++) {
        audio_recording_settings s = { .channel = c };

        y = read_file(path, &s, &n);
        for (int i = 0; i < N; i++)
            assert_that(y[i] == x[i * C + c - 1] / 32768.0);
        free(y);
    }
    y = read_file(path, &(audio_recording_settings){ .mono = true }, &n);
    for (int i = 0; i < N; i++)
        assert_close(y[i], (x[i * C] + x[i * C + 1] + x[i * C + 2]) / 3.0 / 32768.0, 1e-15, 1e-18);
    free(y);
    free(x);
}

static void
channels_that_are_not_there_are_refused(void **state)
{
    audio_recording_settings two = { .channel = 2 }, both = { .channel = 1, .mono = true };
    char path[PLACE_ROOM];
    audio_recording *r = NULL;

    (void)state;
    place_source(path, SPEECH);
    assert_fails(audio_recording_open(&r, path, &two), SCI_ERR_ARGUMENT);
    assert_message_has("there is no channel 2");
    assert_fails(audio_recording_open(&r, path, &both), SCI_ERR_ARGUMENT);
}

static void
a_tone_stays_a_tone_at_another_rate(void **state)
{
    static const uint32_t rates[] = { 8000, 22050, 16001, 48000 };
    enum { N = 16000 };
    double *x = test_alloc(N, sizeof *x);

    (void)state;
    for (int i = 0; i < N; i++)
        x[i] = 0.5 * sin(2.0 * 3.14159265358979323846 * 440.0 * i / 16000.0);
    for (size_t k = 0; k < ARRAY_LEN(rates); k++) {
        memory_signal m = signal_of(x, N, 1, 16000.0);
        audio_signal *s = NULL;
        uint64_t n;
        sci_status st;
        double *y;

        assert_ok(audio_resample_create(&s, &m.base, 16000, rates[k]));
        assert_that(s->rate_hz == rates[k]);
        y = read_all(s, 3000, &n, &st);
        assert_ok(st);
        assert_count(n, rates[k]); /* one second */
        for (uint64_t i = n / 10; i < n - n / 10; i++)
            assert_close(y[i],
                         0.5 * sin(2.0 * 3.14159265358979323846 * 440.0 * (double)i / rates[k]),
                         0.0, 1e-5);
        audio_resample_free(s);
        free(y);
    }
    free(x);
}

static void
any_length_is_resampled_to_its_duration(void **state)
{
    static const uint32_t rates[][2] = { { 16000, 8000 }, { 16000, 44100 }, { 44100, 16000 } };
    double x[300] = { 0.25 };

    (void)state;
    assert_count(audio_resampled_length(10, 3, 2), 7);
    assert_count(audio_resampled_length((uint64_t)1 << 40, 16000, 48000), (uint64_t)3 << 40);
    assert_that(audio_resampled_length(AUDIO_LENGTH_UNKNOWN, 3, 2) == AUDIO_LENGTH_UNKNOWN);
    for (size_t k = 0; k < ARRAY_LEN(rates); k++)
        for (uint64_t length = 1; length < 300; length += 7) {
            memory_signal m = signal_of(x, length, 1, rates[k][0]);
            audio_signal *s = NULL;
            uint64_t n;
            sci_status st;

            assert_ok(audio_resample_create(&s, &m.base, rates[k][0], rates[k][1]));
            free(read_all(s, 50, &n, &st));
            assert_ok(st);
            assert_count(n, (length * rates[k][1] + rates[k][0] - 1) / rates[k][0]);
            audio_resample_free(s);
        }
}

/* ---- trouble ---- */

static void
failing_reads_are_failures_of_reading(void **state)
{
    static const char *const files[] = { SPEECH, "tests/golden/audio/speech_16k_pcm16.flac" };
    char path[PLACE_ROOM];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(files); k++) {
        place_source(path, files[k]);
        for (long call = 0;; call++) {
            audio_recording *r = NULL;
            uint64_t n;
            sci_status st;

            faults_files(FAULTS_PREAD, call, false, EIO);
            st = audio_recording_open(&r, path, &as_it_is);
            if (st == SCI_OK)
                free(read_all(audio_recording_signal(r), 4096, &n, &st));
            audio_recording_free(r);
            assert_count(faults_files_open(), 0);
            faults_files_end();
            if (st == SCI_OK)
                break;
            test_context("%s, read %ld", files[k], call);
            assert_count(st, SCI_ERR_IO);
        }
    }
}

static void
memory_may_fail(void **state)
{
    audio_recording_settings s = { .rate_hz = 8000 };
    char path[PLACE_ROOM];

    (void)state;
    place_source(path, SPEECH);
    for (long n = 0;; n++) {
        audio_recording *r = NULL;
        sci_status st;

        faults_memory(n, false);
        st = audio_recording_open(&r, path, &s);
        audio_recording_free(r);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_count(st, SCI_ERR_NOMEM);
    }
}

static void
a_raised_flag_stops_reading(void **state)
{
    volatile int stop = 0;
    audio_recording_settings s = { .stop = &stop };
    char path[PLACE_ROOM];
    audio_recording *r;
    double x[100];
    size_t got;

    (void)state;
    place_source(path, SPEECH);
    r = opened(path, &s);
    assert_ok(audio_recording_signal(r)->read(audio_recording_signal(r), x, 100, &got));
    stop = 1;
    assert_fails(audio_recording_signal(r)->read(audio_recording_signal(r), x, 100, &got),
                 SCI_ERR_INTERRUPTED);
    audio_recording_free(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_those_of_the_file),
        cmocka_unit_test(flac_holds_the_same_samples),
        cmocka_unit_test(a_flac_file_that_is_cut_off_does_not_pass_unseen),
        cmocka_unit_test(passes_and_blocks_give_the_same_bytes),
        cmocka_unit_test(every_malformed_file_is_answered_as_expected),
        cmocka_unit_test(what_is_not_finite_is_counted_and_refused_or_read_as_0),
        cmocka_unit_test(a_sample_whose_power_overflows_is_named),
        cmocka_unit_test(values_above_one_are_counted_and_kept),
        cmocka_unit_test(rejections_name_the_file_and_the_reason),
        cmocka_unit_test(channels_are_chosen_or_averaged),
        cmocka_unit_test(channels_that_are_not_there_are_refused),
        cmocka_unit_test(a_tone_stays_a_tone_at_another_rate),
        cmocka_unit_test(any_length_is_resampled_to_its_duration),
        cmocka_unit_test(failing_reads_are_failures_of_reading),
        cmocka_unit_test(memory_may_fail),
        cmocka_unit_test(a_raised_flag_stops_reading),
    };

    return run_all(tests);
}
