/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WAV files that are written, read back. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/wav_write.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

enum { N = 10001, C = 3 };

static const int bits_of[] = { 16, 24, 32, 0, 0 };

static double *
noise(uint64_t n)
{
    random_stream r = random_start(1);
    double *x = test_alloc((size_t)n, sizeof *x);

    for (uint64_t i = 0; i < n; i++)
        x[i] = 0.1 * random_normal(&r);
    return x;
}

static void
empty(char path[PLACE_ROOM])
{
    place_scratch(path, "tmp");
    place_write(path, "", 0);
}

static sci_status
write_all(const char *path, const audio_wav_settings *s, const double *x, uint64_t n,
          uint64_t *clipped)
{
    audio_wav *w = NULL;
    sci_status st = audio_wav_create(&w, path, "y.wav", s);

    /* in two parts of no particular size */
    if (st == SCI_OK)
        st = audio_wav_append(w, x, (size_t)(n / 3));
    if (st == SCI_OK)
        st = audio_wav_append(w, x + n / 3 * (uint64_t)s->channels, (size_t)(n - n / 3));
    if (st == SCI_OK)
        st = audio_wav_close(w);
    if (st == SCI_OK && clipped != NULL)
        *clipped = audio_wav_clipped(w);
    audio_wav_free(w);
    return st;
}

/* What has to be read back for x. */
static double
rounded(double x, audio_sample_type type)
{
    double scale = ldexp(1.0, bits_of[type] - 1);

    if (type == AUDIO_FLOAT64)
        return x;
    if (type == AUDIO_FLOAT32)
        return (double)(float)x;
    return fmax(-scale, fmin(scale - 1.0, rint(x * scale))) / scale;
}

static void
check_samples(const char *path, audio_sample_type type, const double *x, uint64_t n, int channels)
{
    double *y = test_alloc((size_t)n * (size_t)channels, sizeof *y);
    audio_sound *sound = NULL;
    size_t got;

    assert_ok(audio_sound_open(&sound, path));
    assert_that(audio_sound_facts(sound)->riff.verdict == RIFF_ACCEPT);
    assert_that(audio_sample_type_of(audio_sound_facts(sound)) == type);
    assert_count(audio_sound_facts(sound)->samples, n);
    assert_count(audio_sound_facts(sound)->channels, channels);
    assert_ok(audio_sound_read(sound, y, (size_t)n, &got));
    assert_count(got, n);
    for (uint64_t i = 0; i < n * (uint64_t)channels; i++)
        assert_that(y[i] == rounded(x[i], type));
    audio_sound_free(sound);
    free(y);
}

static void
every_type_is_read_back_to_the_bit(void **state)
{
    double *x = noise((uint64_t)N * C);

    (void)state;
    for (int type = AUDIO_PCM16; type <= AUDIO_FLOAT64; type++)
        for (int channels = 1; channels <= C; channels++)
            for (int verify = 0; verify < 2; verify++) {
                audio_wav_settings s = { .channels = channels,
                                         .rate_hz = 44100,
                                         .type = (audio_sample_type)type,
                                         .samples = N,
                                         .verify = verify == 1 };
                char path[PLACE_ROOM];
                uint64_t clipped = 1;

                test_context("%s, %d channels", audio_sample_type_name(s.type), channels);
                empty(path);
                assert_ok(write_all(path, &s, x, N, &clipped));
                assert_count(clipped, 0);
                check_samples(path, s.type, x, N, channels);
            }
    free(x);
}

static void
a_file_of_integers_is_written_again_as_it_was(void **state)
{
    audio_wav_settings s = { .channels = 1, .rate_hz = 8000, .samples = 65536 };
    double *x = test_alloc(65536, sizeof *x);
    char path[PLACE_ROOM];
    uint64_t clipped = 1;

    (void)state;
    for (int k = 0; k < 65536; k++)
        x[k] = (double)(k - 32768) / 32768.0;
    empty(path);
    assert_ok(write_all(path, &s, x, 65536, &clipped));
    assert_count(clipped, 0);
    check_samples(path, AUDIO_PCM16, x, 65536, 1);
    free(x);
}

static void
what_is_beyond_the_range_is_clipped_and_counted(void **state)
{
    static const double x[] = { 1.0, -1.0, 1.5, -1.5, 0.99999, 1e30, -1e30, 0.0 };
    char path[PLACE_ROOM];

    (void)state;
    for (int type = AUDIO_PCM16; type <= AUDIO_FLOAT64; type++) {
        static const uint64_t expected[] = { 6, 5, 5, 0, 0 }; /* 0.99999 is 32768 of 16 bits */
        audio_wav_settings s = { .channels = 1,
                                 .rate_hz = 8000,
                                 .type = (audio_sample_type)type,
                                 .samples = ARRAY_LEN(x),
                                 .verify = true };
        uint64_t clipped = 0;

        empty(path);
        assert_ok(write_all(path, &s, x, ARRAY_LEN(x), &clipped));
        assert_count(clipped, expected[type]);
        check_samples(path, s.type, x, ARRAY_LEN(x), 1);
    }
}

static void
long_files_are_rf64(void **state)
{
    audio_wav_settings s = {
        .channels = 2, .rate_hz = 48000, .type = AUDIO_PCM24, .samples = 3000, .verify = true
    };
    double *x = noise(6000);

    (void)state;
    for (int rf64 = 0; rf64 < 2; rf64++) {
        audio_sound *sound = NULL;
        char path[PLACE_ROOM];

        s.wav_most = 18000 - (uint64_t)rf64; /* bytes of the samples */
        empty(path);
        assert_ok(write_all(path, &s, x, 3000, NULL));
        assert_ok(audio_sound_open(&sound, path));
        assert_string_equal(audio_sound_facts(sound)->container, rf64 ? "RF64" : "WAV");
        audio_sound_free(sound);
        check_samples(path, AUDIO_PCM24, x, 3000, 2);
    }
    free(x);
}

static void
equal_samples_give_equal_bytes(void **state)
{
    audio_wav_settings s = { .channels = 1, .rate_hz = 8000, .type = AUDIO_FLOAT32, .samples = N };
    double *x = noise(N);
    unsigned char *bytes[2];
    size_t size[2];

    (void)state;
    for (int k = 0; k < 2; k++) {
        char path[PLACE_ROOM];

        empty(path);
        assert_ok(write_all(path, &s, x, N, NULL));
        bytes[k] = place_read(path, &size[k]);
    }
    assert_count(size[0], size[1]);
    assert_same_bytes(bytes[0], bytes[1], size[0], 1);
    for (size_t i = 0; i + 4 < size[0] && i < 200; i++)
        assert_that(memcmp(bytes[0] + i, "PEAK", 4) != 0); /* it has the time of day */
    free(bytes[0]);
    free(bytes[1]);
    free(x);
}

static void
promises_are_kept(void **state)
{
    audio_wav_settings s = { .channels = 1, .rate_hz = 8000, .samples = 101 };
    double *x = noise(100);
    audio_wav *w = NULL;
    char path[PLACE_ROOM];

    (void)state;
    empty(path);
    assert_fails(write_all(path, &s, x, 100, NULL), SCI_ERR_SHAPE);
    s.samples = 100;
    s.type = AUDIO_FLOAT32;
    x[70] = 1e39;
    empty(path);
    assert_fails(write_all(path, &s, x, 100, NULL), SCI_ERR_NONFINITE);
    assert_message_has("sample 70 of channel 1");
    s.type = AUDIO_PCM16;
    x[70] = NAN;
    empty(path);
    assert_fails(write_all(path, &s, x, 100, NULL), SCI_ERR_NONFINITE);
    s.channels = 0;
    assert_fails(audio_wav_create(&w, path, "y.wav", &s), SCI_ERR_ARGUMENT);
    s.channels = 1;
    assert_fails(audio_wav_create(&w, "/nowhere/x", "y.wav", &s), SCI_ERR_IO);
    assert_that(w == NULL);
    free(x);
}

static void
every_allocation_and_file_call_may_fail(void **state)
{
    static const faults_call calls[] = { FAULTS_OPEN, FAULTS_CLOSE, FAULTS_PWRITE, FAULTS_PREAD };
    audio_wav_settings s = {
        .channels = C, .rate_hz = 8000, .type = AUDIO_PCM24, .samples = N, .verify = true
    };
    double *x = noise((uint64_t)N * C);
    char path[PLACE_ROOM];

    (void)state;
    for (long n = 0;; n++) {
        sci_status st;

        empty(path);
        faults_memory(n, false);
        st = write_all(path, &s, x, N, NULL);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st == SCI_OK)
            break;
        assert_fails(st, SCI_ERR_NOMEM);
    }
    for (size_t k = 0; k < ARRAY_LEN(calls); k++) {
        bool reached = true;

        for (long n = 0; reached; n++) {
            sci_status st;

            test_context("%s %ld fails", faults_call_name(calls[k]), n);
            empty(path);
            faults_files(calls[k], n, false, ENOSPC);
            st = write_all(path, &s, x, N, NULL);
            reached = faults_files_calls(calls[k]) > n;
            assert_count(faults_files_open(), 0);
            faults_files_end();
            /* Closing what was only read is of no consequence. */
            if (!reached || (calls[k] == FAULTS_CLOSE && n > 0))
                assert_ok(st);
            else
                assert_fails(st, SCI_ERR_NOSPACE);
        }
    }
    free(x);
}

static char spoiled[PLACE_ROOM];
static int (*close_file)(int fd);

/* The bytes that are on the disk when the writer closes the file are others. */
static int
close_and_spoil(int fd)
{
    int result = close_file(fd);
    size_t size;
    unsigned char *bytes = place_read(spoiled, &size);

    bytes[size - 1] ^= 1;
    place_write(spoiled, bytes, size);
    free(bytes);
    return result;
}

static void
samples_that_are_others_on_the_disk_are_seen(void **state)
{
    audio_wav_settings s = { .channels = 1, .rate_hz = 8000, .samples = N, .verify = true };
    sci_file_ops ops = *sci_file_ops_get();
    double *x = noise(N);
    sci_status st;

    (void)state;
    empty(spoiled);
    close_file = ops.close;
    ops.close = close_and_spoil;
    sci_file_ops_set(&ops);
    st = write_all(spoiled, &s, x, N, NULL);
    sci_file_ops_set(NULL);
    assert_fails(st, SCI_ERR_IO);
    assert_message_has("other samples");
    free(x);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read_back_to_the_bit),
        cmocka_unit_test(a_file_of_integers_is_written_again_as_it_was),
        cmocka_unit_test(what_is_beyond_the_range_is_clipped_and_counted),
        cmocka_unit_test(long_files_are_rf64),
        cmocka_unit_test(equal_samples_give_equal_bytes),
        cmocka_unit_test(promises_are_kept),
        cmocka_unit_test(every_allocation_and_file_call_may_fail),
        cmocka_unit_test(samples_that_are_others_on_the_disk_are_seen),
    };

    return run_all(tests);
}
