/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every file operation of libsci fails in turn, once and from then on: a clean error and nothing
 * new under the final name, or success and the right content. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sci/h5.h>

#include <sci/file.h>
#include <support/elements.h>
#include <support/example.h>
#include <support/faults.h>
#include <support/passes.h>
#include <support/place.h>
#include <support/testing.h>

enum { ROWS = 300, COLUMNS = 40 };

static sci_stats *table;    /* what is saved */
static float numbers[ROWS * COLUMNS];

/* One whole operation; gives its status. */
typedef sci_status (*operation)(void);
/* Fails the test unless what the operation left behind is right for its status. */
typedef void (*inspection)(sci_status st);

static void
check_call(faults_call call, int error, bool onwards, operation run, inspection look)
{
    for (long n = 0;; n++) {
        sci_status st;
        bool reached;

        test_context("%s number %ld fails%s with errno %d", faults_call_name(call), n,
                     onwards ? " from then on" : "", error);
        faults_files(call, n, onwards, error);
        st = run();
        reached = faults_files_calls(call) > n;
        faults_files_end();
        assert_count(faults_files_open(), 0);
        look(st);
        if (!reached) {
            assert_ok(st);
            break;
        }
        /* "No space" from a call that reads is as odd as any other error. */
        if (st != SCI_OK
            && (error != ENOSPC || st != SCI_ERR_IO || call == FAULTS_PWRITE
                || call == FAULTS_FSYNC))
            assert_fails(st, error == ENOSPC ? SCI_ERR_NOSPACE : SCI_ERR_IO);
    }
}

/* Errors that may be tried again or are short counts end well. */
static void
check_harmless(faults_call call, int error, operation run, inspection look)
{
    for (long n = 0;; n++) {
        sci_status st;
        bool reached;

        test_context("%s number %ld is cut short or interrupted (errno %d)", faults_call_name(call),
                     n, error);
        faults_files(call, n, false, error);
        st = run();
        reached = faults_files_calls(call) > n;
        faults_files_end();
        assert_ok(st);
        look(st);
        if (!reached)
            break;
    }
}

static void
survives(operation run, inspection look)
{
    for (faults_call call = 0; call < FAULTS_CALLS; call++) {
        check_call(call, EIO, false, run, look);
        check_call(call, EIO, true, run, look);
        check_call(call, ENOSPC, false, run, look);
    }
    check_harmless(FAULTS_PREAD, 0, run, look);
    check_harmless(FAULTS_PREAD, EINTR, run, look);
    check_harmless(FAULTS_PWRITE, 0, run, look);
    check_harmless(FAULTS_PWRITE, EINTR, run, look);
}

static int
make_table(void **state)
{
    random_stream r = random_start(1);
    partition groups = { .rank = 2, .shape = { ROWS, COLUMNS }, .n_factors = 1,
                         .factors = { { FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 } } };
    pass p = { .groups = &groups, .type = SCI_FLOAT32, .x = numbers };

    (void)state;
    for (int i = 0; i < ROWS * COLUMNS; i++)
        numbers[i] = (float)random_normal(&r);
    assert_ok(pass_fit(&p, &table, NULL));
    return 0;
}

static int
free_table(void **state)
{
    (void)state;
    sci_stats_free(table);
    return 0;
}

/* ---- statistics files ---- */

static void
holds_the_table(const char *name)
{
    char path[PLACE_ROOM];
    sci_stats *loaded = NULL;

    place_scratch(path, name);
    assert_ok(sci_stats_load(&loaded, path));
    assert_same_bytes(sci_stats_moments(loaded), sci_stats_moments(table), COLUMNS,
                      sizeof(sci_moments));
    sci_stats_free(loaded);
}

static sci_status
save_new(void)
{
    char path[PLACE_ROOM];

    place_scratch_clear();
    place_scratch(path, "s.h5");
    return sci_stats_save(table, path);
}

static void
absent_or_right(sci_status st)
{
    if (st == SCI_OK)
        holds_the_table("s.h5");
    else
        assert_that(!place_scratch_has("s.h5"));
}

static void
saving_a_table_gives_it_whole_or_not_at_all(void **state)
{
    (void)state;
    survives(save_new, absent_or_right);
}

static const char old_content[] = "what was there before";

static sci_status
save_over(void)
{
    char path[PLACE_ROOM];

    place_scratch_clear();
    place_scratch(path, "s.h5");
    place_write(path, old_content, sizeof old_content);
    return sci_stats_save(table, path);
}

static void
old_or_right(sci_status st)
{
    char path[PLACE_ROOM];
    unsigned char *bytes;
    size_t size;

    place_scratch(path, "s.h5");
    bytes = place_read(path, &size);
    if (size == sizeof old_content && memcmp(bytes, old_content, size) == 0)
        assert_that(st != SCI_OK);
    else
        holds_the_table("s.h5");
    free(bytes);
}

static void
replacing_a_table_leaves_the_old_one_or_the_new_one(void **state)
{
    (void)state;
    survives(save_over, old_or_right);
}

static sci_stats *loaded_table;

static sci_status
load_once(void)
{
    char path[PLACE_ROOM];

    place_scratch(path, "s.h5");
    return sci_stats_load(&loaded_table, path);
}

static void
loaded_right_or_nothing(sci_status st)
{
    if (st == SCI_OK)
        assert_same_bytes(sci_stats_moments(loaded_table), sci_stats_moments(table), COLUMNS,
                          sizeof(sci_moments));
    else
        assert_that(loaded_table == NULL);
    sci_stats_free(loaded_table);
    loaded_table = NULL;
}

static void
loading_a_table_gives_it_whole_or_not_at_all(void **state)
{
    (void)state;
    assert_ok(save_new());
    survives(load_once, loaded_right_or_nothing);
}

/* ---- arrays in HDF5 ---- */

static const sci_h5_layout layouts[] = {
    { .chunked = false },
    { .chunked = true, .chunk = { 64, 16 } },
    { .chunked = true, .chunk = { 64, 16 }, .shuffle = true, .deflate = 4 },
    { .chunked = true, .chunk = { 7, 40 }, .deflate = 1, .fletcher32 = true },
};
static const sci_h5_layout *layout;

static sci_status
write_array(sci_h5_output *out)
{
    sci_array array = { .rank = 2, .shape = { ROWS, COLUMNS }, .type = SCI_FLOAT32 };
    uint64_t shape[] = { ROWS, COLUMNS };
    sci_range all = { 0, ROWS * COLUMNS };
    sci_options options = { .threads = 2 };
    sci_rows_source no_rows = sci_stats_rows(table);
    sci_grouping *g = NULL;
    sci_affine *identity = NULL;
    sci_source *source = NULL;
    sci_sink *sink = NULL;
    sci_status st;

    st = sci_source_memory(&source, &array, numbers, "x");
    if (st == SCI_OK)
        st = sci_grouping_create(&g, 2, shape);
    if (st == SCI_OK)
        st = sci_grouping_keep(g, 1);
    if (st == SCI_OK)
        st = sci_affine_create(&identity, g, 1e-5, 0);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out, "/g/y", &array, layout, NULL, &sink);
    if (st == SCI_OK)
        st = sci_apply(source, identity, &no_rows, &all, &options, sink, NULL);
    sci_sink_free(sink);
    sci_source_free(source);
    sci_affine_free(identity);
    sci_grouping_free(g);
    return st;
}

static sci_status
write_file(void)
{
    char path[PLACE_ROOM], *temporary = NULL;
    sci_h5_output *out = NULL;
    sci_status st;

    place_scratch_clear();
    place_scratch(path, "y.h5");
    st = sci_temporary_create(&temporary, path);
    if (st == SCI_OK)
        st = sci_h5_output_create(&out, temporary);
    if (st == SCI_OK)
        st = write_array(out);
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, true, true);
        out = NULL;
    }
    sci_h5_output_free(out);
    if (st == SCI_OK)
        st = sci_temporary_commit(temporary, path, true);
    if (st != SCI_OK)
        sci_temporary_discard(temporary);
    sci_free(temporary);
    return st;
}

/* y of the array in memory, to compare with. */
static const float *
expected_array(void)
{
    static float y[ROWS * COLUMNS];
    partition groups = { .rank = 2, .shape = { ROWS, COLUMNS }, .n_factors = 1,
                         .factors = { { FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 } } };
    pass p = {
        .groups = &groups, .type = SCI_FLOAT32, .x = numbers, .output = SCI_FLOAT32, .eps = 1e-5
    };

    assert_ok(pass_normalize(&p, y, NULL, NULL));
    return y;
}

static sci_status
read_file(float *y)
{
    char path[PLACE_ROOM];
    sci_source *source = NULL;
    sci_status st;

    place_scratch(path, "y.h5");
    st = sci_h5_source_open(&source, path, "/g/y", NULL);
    if (st == SCI_OK)
        st = sci_source_read(source, 0, ROWS * COLUMNS, y);
    sci_source_free(source);
    return st;
}

static void
array_absent_or_right(sci_status st)
{
    static float y[ROWS * COLUMNS];

    if (st != SCI_OK) {
        assert_that(!place_scratch_has("y.h5"));
        return;
    }
    assert_ok(read_file(y));
    assert_same_bytes(y, expected_array(), ROWS * COLUMNS, sizeof *y);
}

static void
writing_an_array_gives_it_whole_or_not_at_all(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(layouts); k++) {
        layout = &layouts[k];
        survives(write_file, array_absent_or_right);
    }
}

static float read_back[ROWS * COLUMNS];

static sci_status
read_once(void)
{
    memset(read_back, 0, sizeof read_back);
    return read_file(read_back);
}

static void
read_right(sci_status st)
{
    if (st == SCI_OK)
        assert_same_bytes(read_back, expected_array(), ROWS * COLUMNS, sizeof *read_back);
}

static void
reading_an_array_gives_it_right_or_fails(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(layouts); k++) {
        layout = &layouts[k];
        assert_ok(write_file());
        survives(read_once, read_right);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saving_a_table_gives_it_whole_or_not_at_all),
        cmocka_unit_test(replacing_a_table_leaves_the_old_one_or_the_new_one),
        cmocka_unit_test(loading_a_table_gives_it_whole_or_not_at_all),
        cmocka_unit_test(writing_an_array_gives_it_whole_or_not_at_all),
        cmocka_unit_test(reading_an_array_gives_it_right_or_fails),
    };

    return cmocka_run_group_tests(tests, make_table, free_table);
}
