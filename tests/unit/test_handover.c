/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and texts from one process to another come out as they went in, or not at all. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sci/handover.h>
#include <sci/memory.h>

#include "support/place.h"
#include "support/tables.h"
#include "support/testing.h"

static int
open_scratch(void)
{
    char path[PLACE_ROOM];
    int fd;

    place_scratch(path, "handover");
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_that(fd >= 0);
    return fd;
}

static void
back_to_the_start(int fd)
{
    assert_that(lseek(fd, 0, SEEK_SET) == 0);
}

static void
goes_over(const sci_stats *table)
{
    sci_stats *again = NULL;
    int fd = open_scratch();

    assert_ok(sci_stats_put(table, fd));
    back_to_the_start(fd);
    assert_ok(sci_stats_take(&again, fd));
    assert_same_table(table, again);
    sci_stats_free(again);
    (void)close(fd);
}

static void
every_kind_of_table_goes_over(void **state)
{
    static const char *const spaces[] = { "N:keep:4 C:pool:16", "N:texts:low,high C:ints:10,9,-3",
                                          "D+H:ints:1,2 W:keep:3", "A:pool:1" };
    random_stream r = random_start(20);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
        sci_stats *table = table_make(spaces[i], "x.h5", 3, &r), *running = NULL;

        goes_over(table);
        if (i > 0) { /* the first keeps its samples */
            assert_ok(sci_stats_create_running(&running, table, SCI_RUNNING_CUMULATIVE));
            goes_over(running);
        }
        sci_stats_free(running);
        sci_stats_free(table);
    }
}

static void
samples_of_several_sources_go_over(void **state)
{
    random_stream r = random_start(21);
    sci_stats *one = table_make("N:keep:3 C:keep:2", "b.h5", 7, &r);
    sci_stats *two = table_make("N:keep:2 C:keep:2", "a.h5", 9, &r), *both = NULL;
    const sci_stats *tables[] = { one, two };

    (void)state;
    assert_ok(sci_stats_merge_all(&both, 2, tables, NULL));
    goes_over(both);
    sci_stats_free(both);
    sci_stats_free(two);
    sci_stats_free(one);
}

static void
a_shard_goes_over(void **state)
{
    static float x[3000];
    const sci_array array = { .rank = 2, .shape = { 1000, 3 }, .type = SCI_FLOAT32 };
    const sci_options options = { .threads = 1, .shard = 2, .shards = 3 };
    sci_source *source = NULL;
    sci_grouping *g = NULL;
    sci_stats *shard = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(x); i++)
        x[i] = (float)(i % 17);
    assert_ok(sci_source_memory(&source, &array, x, "x"));
    assert_ok(sci_grouping_create(&g, 2, array.shape));
    assert_ok(sci_grouping_keep(g, 0));
    assert_ok(sci_fit(source, g, &options, &shard, NULL));
    assert_that(sci_stats_is_shard(shard));
    goes_over(shard);
    sci_stats_free(shard);
    sci_grouping_free(g);
    sci_source_free(source);
}

static void
texts_and_tables_follow_each_other(void **state)
{
    random_stream r = random_start(22);
    sci_stats *table = table_make("C:keep:4", "x.h5", 3, &r), *again = NULL;
    char *text = NULL;
    int fd = open_scratch();

    (void)state;
    assert_ok(sci_text_put("before", fd));
    assert_ok(sci_stats_put(table, fd));
    assert_ok(sci_text_put(NULL, fd));
    assert_ok(sci_text_put("", fd));
    back_to_the_start(fd);
    assert_ok(sci_text_take(&text, fd));
    assert_string_equal(text, "before");
    sci_free(text);
    assert_ok(sci_stats_take(&again, fd));
    assert_same_table(table, again);
    assert_ok(sci_text_take(&text, fd));
    assert_null(text);
    assert_ok(sci_text_take(&text, fd));
    assert_string_equal(text, "");
    sci_free(text);
    sci_stats_free(again);
    sci_stats_free(table);
    (void)close(fd);
}

static void
a_file_that_ends_anywhere_is_refused(void **state)
{
    random_stream r = random_start(23);
    sci_stats *table = table_make("N:texts:low,high C:keep:2", "x.h5", 3, &r), *again = NULL;
    int fd = open_scratch();
    off_t end;

    (void)state;
    assert_ok(sci_stats_put(table, fd));
    end = lseek(fd, 0, SEEK_CUR);
    while (end-- > 0) {
        test_context("%lld bytes are left", (long long)end);
        assert_int_equal(ftruncate(fd, end), 0);
        back_to_the_start(fd);
        assert_fails(sci_stats_take(&again, fd), SCI_ERR_FORMAT);
    }
    sci_stats_free(table);
    (void)close(fd);
}

static void
what_is_no_table_is_refused(void **state)
{
    sci_stats *table = NULL;
    int fd = open_scratch();

    (void)state;
    assert_ok(sci_text_put("a text of more than eight bytes", fd));
    back_to_the_start(fd);
    assert_fails(sci_stats_take(&table, fd), SCI_ERR_FORMAT);
    (void)close(fd);
    assert_fails(sci_text_put("x", -1), SCI_ERR_IO);
    assert_fails(sci_stats_take(&table, -1), SCI_ERR_IO);
}

static sci_status
take_once(void *context)
{
    const int *fd = context;
    sci_stats *table = NULL;
    sci_status st;

    back_to_the_start(*fd);
    st = sci_stats_take(&table, *fd);
    sci_stats_free(table);
    return st;
}

static void
taking_survives_a_lack_of_memory(void **state)
{
    random_stream r = random_start(24);
    sci_stats *table = table_make("N:texts:low,high C:keep:2", "x.h5", 3, &r);
    int fd = open_scratch();

    (void)state;
    assert_ok(sci_stats_put(table, fd));
    survives_allocations(take_once, &fd);
    sci_stats_free(table);
    (void)close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_table_goes_over),
        cmocka_unit_test(samples_of_several_sources_go_over),
        cmocka_unit_test(a_shard_goes_over),
        cmocka_unit_test(texts_and_tables_follow_each_other),
        cmocka_unit_test(a_file_that_ends_anywhere_is_refused),
        cmocka_unit_test(what_is_no_table_is_refused),
        cmocka_unit_test(taking_survives_a_lack_of_memory),
    };

    return run_all(tests);
}
