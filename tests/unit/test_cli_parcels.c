/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workers hand to later workers. */
#include <support/place.h>
#include <support/testing.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>

#include <cli/parcels.h>
#include <cli/worker.h>

enum { N = 40 };

typedef struct board {
    cli_parcels parcels;
    bool reserved; /* the length is known before */
} board;

/* Parcel k holds k + 1 times the letter of k. */
static void
letters(char *text, size_t k)
{
    memset(text, (int)('a' + k % 26), k + 1);
    text[k + 1] = '\0';
}

static sci_status
write_letters(void *context, int fd)
{
    char text[N + 2];
    size_t k = *(const size_t *)context;

    letters(text, k);
    return write(fd, text, k + 1) == (ssize_t)(k + 1) ? SCI_OK : sci_fail_errno("write", "x");
}

static sci_status
put(void *context, const cli_worker *worker)
{
    board *b = context;
    size_t k = worker->job;
    char text[N + 2];
    sci_status st;

    if (k == 7)
        return sci_fail(SCI_ERR_FORMAT, "seven has nothing");
    if (k == 9)
        (void)raise(SIGKILL);
    if (!b->reserved)
        return cli_parcels_put(&b->parcels, k, write_letters, &k);
    letters(text, k);
    st = sci_write_at(b->parcels.fd, "x", text, k + 1, cli_parcels_reserve(&b->parcels, k, k + 1));
    if (st == SCI_OK)
        cli_parcels_done(&b->parcels, k);
    return st;
}

/* Several workers read at once, each from its own position. */
static sci_status
take(void *context, const cli_worker *worker)
{
    const board *b = context;
    char text[N + 2], got[N + 2] = "";
    size_t k = worker->job;
    bool there = false;
    int fd = -1;
    sci_status st = cli_parcels_take(&b->parcels, k, &fd, &there);
    ssize_t n;

    if (st != SCI_OK || !there)
        return st == SCI_OK && (k == 7 || k == 9) ? SCI_OK : sci_fail(SCI_ERR_IO, "not there");
    letters(text, k);
    n = read(fd, got, k + 1);
    (void)close(fd);
    return n == (ssize_t)(k + 1) && memcmp(got, text, k + 1) == 0
               ? SCI_OK
               : sci_fail(SCI_ERR_IO, "another parcel");
}

static void
parcels_reach_later_workers(void **state)
{
    (void)state;
    for (int reserved = 0; reserved < 2; reserved++) {
        cli_job jobs[N] = { { .name = "0" } };
        board b = { .reserved = reserved == 1 };
        cli_run run = { .work = put, .context = &b, .jobs = jobs, .n_jobs = N, .at_once = 8 };
        char path[PLACE_ROOM];

        for (size_t k = 0; k < N; k++)
            jobs[k].name = "a job";
        place_scratch(path, "");
        assert_ok(cli_parcels_create(&b.parcels, N, path));
        assert_int_equal(cli_workers_run(&run), 0);
        for (size_t k = 0; k < N; k++)
            assert_int_equal(jobs[k].result.code == 0, k != 7 && k != 9);
        cli_jobs_clear(jobs, N);
        run.work = take;
        assert_int_equal(cli_workers_run(&run), 0);
        for (size_t k = 0; k < N; k++)
            assert_int_equal(jobs[k].result.code, 0);
        cli_jobs_clear(jobs, N);
        cli_parcels_free(&b.parcels);
        cli_parcels_free(&b.parcels);
    }
}

static void
a_directory_that_is_missing_is_named(void **state)
{
    cli_parcels parcels = { 0 };

    (void)state;
    assert_fails(cli_parcels_create(&parcels, 3, "missing"), SCI_ERR_IO);
    assert_message_has("'missing'");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(parcels_reach_later_workers),
        cmocka_unit_test(a_directory_that_is_missing_is_named),
    };

    return run_all(tests);
}
