/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording measured and written with a gain, where memory or the disk fails anywhere. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <apps/audio/loudness_file.h>
#include <apps/audio/wav_write.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

enum { N = 9000, C = 2 };

static void
ignore_progress(void *context, uint64_t done, uint64_t total)
{
    (void)context, (void)done, (void)total;
}

/* A second of noise as 24 bits. */
static void
make_input(char path[PLACE_ROOM])
{
    audio_wav_settings s = { .channels = C, .rate_hz = N, .type = AUDIO_PCM24, .samples = N };
    double *x = test_alloc((size_t)N * C, sizeof *x);
    random_stream r = random_start(1);
    audio_wav *w = NULL;

    for (int i = 0; i < N * C; i++)
        x[i] = 0.05 * random_normal(&r);
    place_scratch(path, "in.wav");
    place_write(path, "", 0);
    assert_ok(audio_wav_create(&w, path, path, &s));
    assert_ok(audio_wav_append(w, x, N));
    assert_ok(audio_wav_close(w));
    audio_wav_free(w);
    free(x);
}

static sci_status
level(const char *path)
{
    static volatile int stop;
    audio_levels levels = { 0 };
    char temporary[PLACE_ROOM];
    cli_worker worker = { .temporary = { temporary },
                          .target = { "out.wav" },
                          .stop = &stop,
                          .progress = ignore_progress };
    audio_meter *meter = NULL;
    sci_status st;

    place_scratch(temporary, "tmp");
    st = audio_levels_measure(&levels, &meter, path, false, &worker);
    if (st == SCI_OK)
        st = audio_loudness_gain(&levels.gain_db, &levels.loudness, -23.0, -1.0, path);
    if (st == SCI_OK)
        st = audio_levels_write(&levels, path, false, true, &worker);
    if (st == SCI_OK)
        assert_true(levels.measured && levels.written && levels.clipped == 0);
    audio_meter_free(meter);
    return st;
}

static void
empty_temporary(void)
{
    char temporary[PLACE_ROOM];

    place_scratch(temporary, "tmp");
    place_write(temporary, "", 0);
}

static void
every_allocation_may_fail(void **state)
{
    char path[PLACE_ROOM];
    sci_status st = SCI_ERR_NOMEM;
    long n = 0;

    (void)state;
    make_input(path);
    for (; st != SCI_OK; n++) {
        test_context("allocation %ld fails", n);
        empty_temporary();
        faults_memory(n, false);
        st = level(path);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st != SCI_OK)
            assert_fails(st, SCI_ERR_NOMEM);
    }
    assert_true(n > 10);
}

/* Each call once: a disk that is full, or one that cannot be read. */
static void
every_file_call_may_fail(void **state)
{
    static const struct {
        faults_call call;
        int error;
        sci_status status;
    } cases[] = {
        { FAULTS_OPEN, EACCES, SCI_ERR_IO },
        { FAULTS_PREAD, EIO, SCI_ERR_IO },
        { FAULTS_PWRITE, ENOSPC, SCI_ERR_NOSPACE },
    };
    char path[PLACE_ROOM];

    (void)state;
    make_input(path);
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        bool reached = true;
        long n = 0;

        for (; reached; n++) {
            sci_status st;

            test_context("%s %ld fails", faults_call_name(cases[k].call), n);
            empty_temporary();
            faults_files(cases[k].call, n, false, cases[k].error);
            st = level(path);
            reached = faults_files_calls(cases[k].call) > n;
            assert_count(faults_files_open(), 0);
            faults_files_end();
            if (reached)
                assert_fails(st, cases[k].status);
            else
                assert_ok(st);
        }
        assert_true(n > 3);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(every_file_call_may_fail),
    };

    return run_all(tests);
}
