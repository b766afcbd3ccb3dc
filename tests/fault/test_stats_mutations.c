/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics files with random damage: each is refused, or gives the table that it held before (the
 * damage was in bytes that nothing depends on). Every file is read in a process of its own; HDF5
 * may crash there, our code may not. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sci/h5.h>
#include <stats/content.h>
#include <stats/nodes.h>

#include <support/blame.h>
#include <support/place.h>
#include <support/tables.h>
#include <support/testing.h>

#ifndef MUTATIONS
#define MUTATIONS 400 /* the slow test makes 2000 */
#endif

enum {
    SECONDS = 6, /* of CPU that a file may take; HDF5's watchdog waits 4 */
};

/* What became of a file. */
enum {
    REFUSED = 40,
    SAME,
    WRONG, /* loaded, but another table */
    CRASH_IN_HDF5,
    CRASH_ELSEWHERE
};

static char path[PLACE_ROOM];

/* ---- a child that reads one file ---- */

/* The sanitizer's complaints become signals too, and HDF5 may ask for absurd sizes. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "abort_on_error=1:allocator_may_return_null=1:max_allocation_size_mb=1024";
}

static int
read_file(const uint8_t expected[16])
{
    sci_stats *loaded = NULL;
    sci_h5_table *table = NULL;
    sci_moments row;
    uint8_t digest[16];
    sci_status st = sci_stats_load(&loaded, path);
    bool right = true;

    if (st == SCI_OK) {
        sci_stats_digest(loaded, digest);
        right = memcmp(digest, expected, sizeof digest) == 0;
    }
    /* The other way in agrees. */
    if (sci_h5_table_open(&table, path) == SCI_OK) {
        sci_rows_source rows = sci_h5_table_rows(table);

        right = right && st == SCI_OK && loaded->n_rows > 0
                && rows.read(rows.context, loaded->n_rows - 1, 1, &row) == SCI_OK
                && memcmp(&row, &loaded->moments[loaded->n_rows - 1], sizeof row) == 0;
    } else {
        right = right && st != SCI_OK;
    }
    sci_h5_table_free(table);
    sci_stats_free(loaded);
    return !right ? WRONG : st == SCI_OK ? SAME : REFUSED;
}

static int
read_in_child(const uint8_t expected[16])
{
    const struct itimerval limit = { .it_value.tv_sec = SECONDS };
    int status = 0;
    pid_t child = fork();

    assert_that(child >= 0);
    if (child == 0) {
        blame_crashes(CRASH_IN_HDF5, CRASH_ELSEWHERE);
        (void)setitimer(ITIMER_PROF, &limit, NULL);
        (void)alarm(20 * SECONDS);
        _exit(read_file(expected));
    }
    assert_that(waitpid(child, &status, 0) == child);
    /* The watchdog around HDF5 ends a loop inside of it. */
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return CRASH_IN_HDF5;
    if (WIFSIGNALED(status))
        return 1000 + WTERMSIG(status);
    return WEXITSTATUS(status);
}

/* ---- damage ---- */

static void
flip_bytes(unsigned char *bytes, size_t n, random_stream *r)
{
    for (uint64_t k = random_below(r, 4) + 1; k > 0; k--)
        bytes[random_below(r, n)] ^= (unsigned char)(1u << random_below(r, 8));
}

static void
fill_bytes(unsigned char *bytes, size_t n, random_stream *r)
{
    size_t first = random_below(r, n), length = random_below(r, 16) + 1;
    static const unsigned char values[] = { 0x00, 0xff, 0x7f, 0x80, 0x01 };

    memset(bytes + first, values[random_below(r, sizeof values)],
           length < n - first ? length : n - first);
}

static void
copy_bytes(unsigned char *bytes, size_t n, random_stream *r)
{
    size_t length = random_below(r, 64) + 1, from = random_below(r, n - length);

    memmove(bytes + random_below(r, n - length), bytes + from, length);
}

/* The new size. */
static size_t
damage(unsigned char *bytes, size_t n, random_stream *r)
{
    switch (random_below(r, 4)) {
    case 0:
        fill_bytes(bytes, n, r);
        return n;
    case 1:
        copy_bytes(bytes, n, r);
        return n;
    case 2:
        return random_below(r, 3) == 0 ? random_below(r, n) : (flip_bytes(bytes, n, r), n);
    default:
        flip_bytes(bytes, n, r);
        return n;
    }
}

/* Volatile pointers, here and below, are on the stack: one that only a register of the parent holds
 * looks lost to memcheck when a child ends. */
static void
damage_many(const sci_stats *stats, int mutations, uint64_t stream)
{
    int outcomes[CRASH_ELSEWHERE + 1] = { 0 };
    random_stream r = random_start(stream);
    uint8_t expected[16];
    unsigned char *volatile sound, *volatile bytes;
    size_t n;

    sci_stats_digest(stats, expected);
    place_scratch(path, "s.h5");
    assert_ok(sci_stats_save(stats, path));
    sound = place_read(path, &n);
    bytes = test_alloc(n, 1);
    assert_count(read_in_child(expected), SAME);
    for (int i = 0; i < mutations; i++) {
        size_t size;
        int outcome;

        memcpy(bytes, sound, n);
        size = damage(bytes, n, &r);
        place_write(path, bytes, size);
        test_context("mutation %d of table %d", i, (int)stream);
        outcome = read_in_child(expected);
        if (outcome < REFUSED || outcome > CRASH_IN_HDF5)
            test_failed(__FILE__, __LINE__, "the child ended with %d", outcome);
        assert_that(outcome != WRONG);
        outcomes[outcome]++;
    }
    print_message("%d refused, %d without effect, %d ended inside HDF5\n", outcomes[REFUSED],
                  outcomes[SAME], outcomes[CRASH_IN_HDF5]);
    assert_that(outcomes[REFUSED] > mutations / 4); /* the damage was real */
    assert_that(outcomes[CRASH_IN_HDF5] < mutations / 20);
    free(sound);
    free(bytes);
}

/* ---- tables ---- */

static void
damaged_small_tables_are_refused(void **state)
{
    random_stream r = random_start(80);
    sci_stats *volatile stats =
        table_make("N:keep:3 T:pool:2 F:texts:low,mid D+H:ints:3,4,5", "a.h5", 1, &r);
    sci_stats *volatile more =
        table_make("N:keep:2 T:pool:2 F:texts:high D+H:ints:5", "b.h5", 2, &r);

    (void)state;
    assert_ok(sci_stats_merge(stats, more));
    damage_many(stats, MUTATIONS / 8 * 5, 1);
    sci_stats_free(stats);
    sci_stats_free(more);
}

static void
damaged_shards_are_refused(void **state)
{
    random_stream r = random_start(81);
    sci_stats *volatile s = table_make("N:keep:3 T:pool:100 C:keep:4", "x.h5", 0, &r);

    (void)state;
    s->shard = true;
    s->segmentation = (sci_segmentation){ .periods = 3,
                                          .period_length = 400,
                                          .period_groups = 4,
                                          .segment_length = 100,
                                          .segments_per_period = 4,
                                          .segments = 12 };
    assert_ok(sci_nodes_of_range(&s->segmentation, 3, 10, &s->nodes, &s->n_nodes, &s->n_rows));
    assert_ok(sci_digest_nodes_of_range(12, 3, 10, &s->digest_nodes, &s->n_digest_nodes));
    damage_many(s, MUTATIONS / 4, 2);
    sci_stats_free(s);
}

/* More groups than a chunk has; most damage goes where the file says what is where. */
static void
damaged_chunked_tables_are_refused(void **state)
{
    random_stream r = random_start(82);
    sci_stats *volatile stats = table_make("N:keep:65600 T:pool:2", "a.h5", 1, &r);

    (void)state;
    damage_many(stats, MUTATIONS / 8, 3);
    sci_stats_free(stats);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_small_tables_are_refused),
        cmocka_unit_test(damaged_shards_are_refused),
        cmocka_unit_test(damaged_chunked_tables_are_refused),
    };

    return run_all(tests);
}
