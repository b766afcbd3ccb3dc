/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a table for other groups, running tables as moments, heads of tables. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "support/tables.h"
#include "support/testing.h"

/* A grouping of an array of this shape with named axes. */
static sci_grouping *
grouping_of(int rank, const uint64_t *shape, const char *const *names)
{
    sci_grouping *g = NULL;

    assert_ok(sci_grouping_create(&g, rank, shape));
    assert_ok(sci_grouping_axis_names(g, names));
    return g;
}

/* C kept, N labelled with these texts. */
typedef struct labelled {
    sci_labels *labels;
    sci_grouping *g;
} labelled;

static labelled
label_samples(uint64_t n, const char *const *texts, uint64_t channels)
{
    static const char *const names[] = { "N", "C" };
    const uint64_t shape[] = { n, channels };
    const int axis = 0;
    labelled l = { NULL, grouping_of(2, shape, names) };

    assert_ok(sci_labels_from_text(&l.labels, n, texts));
    assert_ok(sci_grouping_label(l.g, 1, &axis, l.labels));
    assert_ok(sci_grouping_keep(l.g, 1));
    return l;
}

static void
labelled_free(labelled *l)
{
    sci_grouping_free(l->g);
    sci_labels_free(l->labels);
}

/* ---- selecting ---- */

static void
labels_are_found_by_name(void **state)
{
    static const char *const texts[] = { "low", "low", "high" };
    random_stream r = random_start(1);
    sci_stats *table = table_make("N:texts:low,mid,high C:keep:4", "x.h5", 1, &r), *rows = NULL;
    labelled l = label_samples(3, texts, 4);

    (void)state;
    assert_ok(sci_stats_select(&rows, table, "t", l.g, NULL));
    assert_count(sci_stats_groups(rows), 8);
    /* high sorts before low, low before mid */
    assert_same_bytes(sci_stats_moments(rows), table->moments, 8, sizeof *table->moments);
    sci_stats_free(rows);
    labelled_free(&l);
    sci_stats_free(table);
}

static void
integers_are_found_among_texts(void **state)
{
    static const char *const texts[] = { "10", "9" };
    random_stream r = random_start(2);
    sci_stats *table = table_make("N:texts:10,9,x C:keep:1", "x.h5", 1, &r), *rows = NULL;
    labelled l = label_samples(2, texts, 1);

    (void)state;
    assert_ok(sci_stats_select(&rows, table, "t", l.g, NULL));
    /* as numbers 9 comes first, as texts 10 */
    assert_same_bytes(&sci_stats_moments(rows)[0], &table->moments[1], 1, sizeof *table->moments);
    assert_same_bytes(&sci_stats_moments(rows)[1], &table->moments[0], 1, sizeof *table->moments);
    sci_stats_free(rows);
    labelled_free(&l);
    sci_stats_free(table);
}

static void
what_the_table_lacks_is_refused_by_name(void **state)
{
    static const char *const texts[] = { "low", "other" };
    random_stream r = random_start(3);
    sci_stats *table = table_make("N:texts:low,high C:keep:4", "x.h5", 1, &r), *rows = NULL;
    labelled l = label_samples(2, texts, 4), wide = label_samples(1, texts, 5);

    (void)state;
    assert_fails(sci_stats_select(&rows, table, "t", l.g, NULL), SCI_ERR_REFUSED);
    assert_message_has("'t' has no statistics of N=other");
    assert_fails(sci_stats_select(&rows, table, "t", wide.g, NULL), SCI_ERR_REFUSED);
    assert_message_has("'t' has statistics of 4 indices of axis C, the input has 5");
    labelled_free(&wide);
    labelled_free(&l);
    sci_stats_free(table);
}

static void
axes_in_other_roles_are_refused(void **state)
{
    static const char *const names[] = { "N", "C" };
    const uint64_t shape[] = { 3, 4 };
    random_stream r = random_start(4);
    sci_stats *table = table_make("N:pool:3 C:keep:4", "x.h5", 1, &r), *rows = NULL;
    sci_grouping *g = grouping_of(2, shape, names);

    (void)state;
    assert_ok(sci_grouping_keep(g, 0));
    assert_fails(sci_stats_select(&rows, table, "t", g, NULL), SCI_ERR_REFUSED);
    sci_grouping_free(g);
    sci_stats_free(table);
}

/* Two tables with a kept sample axis, put side by side. */
static sci_stats *
side_by_side(random_stream *r)
{
    sci_stats *one = table_make("N:keep:3 C:keep:2", "b.h5", 7, r);
    sci_stats *two = table_make("N:keep:2 C:keep:2", "a.h5", 9, r), *both = NULL;
    const sci_stats *tables[] = { one, two };

    assert_ok(sci_stats_merge_all(&both, 2, tables, NULL));
    sci_stats_free(one);
    sci_stats_free(two);
    return both;
}

static void
samples_are_found_by_the_digest_of_their_source(void **state)
{
    static const char *const names[] = { "N", "C" };
    const uint64_t shape[] = { 3, 2 };
    random_stream r = random_start(5);
    sci_stats *table = side_by_side(&r), *rows = NULL;
    sci_grouping *g = grouping_of(2, shape, names);
    uint8_t digest[SCI_DIGEST_BYTES] = { 0 };

    (void)state;
    assert_that(sci_stats_needs_digest(table));
    assert_ok(sci_grouping_keep(g, 0));
    assert_ok(sci_grouping_keep(g, 1));
    for (uint64_t i = 0; i < sci_stats_origins(table); i++)
        if (strcmp(table->origins[i].name, "b.h5") == 0)
            memcpy(digest, table->origins[i].digest.bytes, sizeof digest);
    assert_ok(sci_stats_select(&rows, table, "t", g, digest));
    /* a.h5 sorts first and has 2 samples */
    assert_same_bytes(sci_stats_moments(rows), table->moments + 4, 6, sizeof *table->moments);
    assert_count(sci_stats_origins(rows), 1);
    assert_that(!sci_stats_needs_digest(rows));
    sci_stats_free(rows);
    digest[0] ^= 1;
    assert_fails(sci_stats_select(&rows, table, "t", g, digest), SCI_ERR_REFUSED);
    assert_message_has("none has the content of this one");
    assert_fails(sci_stats_select(&rows, table, "t", g, NULL), SCI_ERR_REFUSED);
    sci_grouping_free(g);
    sci_stats_free(table);
}

/* ---- running tables, names, labels ---- */

static void
running_variance_is_that_of_the_moments(void **state)
{
    random_stream r = random_start(6);
    sci_stats *like = table_make("N:pool:4 C:keep:3", "x.h5", 1, &r), *running = NULL, *rows = NULL;

    (void)state;
    assert_fails(sci_stats_from_running(&rows, like), SCI_ERR_REFUSED);
    assert_ok(sci_stats_create_running(&running, like, SCI_RUNNING_EXPONENTIAL));
    running->running[0] = (sci_running){ .mean = 1e8, .variance = 0.3 };
    running->running[1] = (sci_running){ .mean = -2.0, .variance = 0.0 };
    assert_ok(sci_stats_from_running(&rows, running));
    for (int c = 0; c < 3; c++) {
        const sci_moments *m = &sci_stats_moments(rows)[c];

        assert_that(sci_moments_mean(m) == running->running[c].mean);
        assert_that(sci_moments_variance(m, 0) == running->running[c].variance);
        assert_that(sci_moments_is_constant(m) == (c == 1));
    }
    assert_int_equal(sci_stats_ddof(rows), 0);
    sci_stats_free(rows);
    sci_stats_free(running);
    sci_stats_free(like);
}

static void
a_head_and_its_rows_are_the_table(void **state)
{
    static const double x[6] = { 1, 2, 3, 4, 5, 6.5 };
    const sci_array array = { .rank = 2, .shape = { 2, 3 }, .type = SCI_FLOAT64 };
    const sci_options options = { .threads = 1, .ddof = 1 };
    sci_source *source = NULL;
    sci_grouping *g = NULL;
    sci_stats *table = NULL, *head = NULL;
    sci_report report;

    (void)state;
    assert_ok(sci_source_memory(&source, &array, x, "x"));
    assert_ok(sci_grouping_create(&g, 2, array.shape));
    assert_ok(sci_grouping_keep(g, 1));
    assert_ok(sci_fit(source, g, &options, &table, &report));
    assert_ok(sci_stats_head(&head, source, g, &options, &report, NULL));
    assert_count(head->n_rows, 0);
    assert_ok(sci_alloc(&head->moments, 3, 1, sizeof *head->moments));
    memcpy(head->moments, table->moments, 3 * sizeof *head->moments);
    head->n_rows = 3;
    assert_same_table(head, table);
    assert_ok(sci_stats_rename(head, "y"));
    assert_string_equal(head->origins[0].name, "y");
    sci_stats_free(head);
    sci_stats_free(table);
    sci_grouping_free(g);
    sci_source_free(source);
}

static void
a_table_of_several_sources_has_no_single_name(void **state)
{
    random_stream r = random_start(8);
    sci_stats *table = side_by_side(&r);

    (void)state;
    assert_fails(sci_stats_rename(table, "y"), SCI_ERR_ARGUMENT);
    sci_stats_free(table);
}

static void
labels_tell_the_level_of_a_position(void **state)
{
    static const char *const texts[] = { "b", "a", "none", "b" };
    sci_labels *labels = NULL;

    (void)state;
    assert_ok(sci_labels_from_text(&labels, 4, texts));
    assert_ok(sci_labels_ignore(labels, "none"));
    assert_int_equal(sci_labels_at(labels, 0), 1);
    assert_int_equal(sci_labels_at(labels, 1), 0);
    assert_int_equal(sci_labels_at(labels, 2), -1);
    assert_int_equal(sci_labels_at(labels, 4), -1);
    sci_labels_free(labels);
}

/* ---- faults ---- */

static sci_status
select_once(void *context)
{
    sci_stats *const *table = context;
    static const char *const names[] = { "N", "C" };
    const uint64_t shape[] = { 5, 2 };
    sci_grouping *g = NULL;
    sci_stats *rows = NULL, *moments = NULL;
    sci_status st = sci_grouping_create(&g, 2, shape);

    if (st == SCI_OK)
        st = sci_grouping_axis_names(g, names);
    if (st == SCI_OK)
        st = sci_grouping_keep(g, 1);
    if (st == SCI_OK)
        st = sci_stats_select(&rows, *table, "t", g, NULL);
    if (st == SCI_OK)
        st = sci_stats_from_running(&moments, rows);
    sci_stats_free(moments);
    sci_stats_free(rows);
    sci_grouping_free(g);
    return st;
}

static void
selecting_survives_a_lack_of_memory(void **state)
{
    random_stream r = random_start(9);
    sci_stats *like = table_make("N:pool:4 C:keep:2", "x.h5", 1, &r), *running = NULL;

    (void)state;
    assert_ok(sci_stats_create_running(&running, like, SCI_RUNNING_CUMULATIVE));
    survives_allocations(select_once, &running);
    sci_stats_free(running);
    sci_stats_free(like);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_found_by_name),
        cmocka_unit_test(integers_are_found_among_texts),
        cmocka_unit_test(what_the_table_lacks_is_refused_by_name),
        cmocka_unit_test(axes_in_other_roles_are_refused),
        cmocka_unit_test(samples_are_found_by_the_digest_of_their_source),
        cmocka_unit_test(running_variance_is_that_of_the_moments),
        cmocka_unit_test(a_head_and_its_rows_are_the_table),
        cmocka_unit_test(a_table_of_several_sources_has_no_single_name),
        cmocka_unit_test(labels_tell_the_level_of_a_position),
        cmocka_unit_test(selecting_survives_a_lack_of_memory),
    };

    return run_all(tests);
}
