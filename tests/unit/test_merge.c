/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merging tables of separate sources. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>
#include <stats/content.h>

#include "support/tables.h"
#include "support/testing.h"

/* ---- helpers ---- */

#define TABLES_MOST 9

static sci_stats *
merge(size_t n, sci_stats *const *tables)
{
    const sci_stats *inputs[TABLES_MOST];
    sci_stats *out = NULL;

    for (size_t i = 0; i < n; i++)
        inputs[i] = tables[i];
    assert_ok(sci_stats_merge_all(&out, n, inputs, NULL));
    return out;
}

static void
free_all(size_t n, sci_stats **tables)
{
    for (size_t i = 0; i < n; i++)
        sci_stats_free(tables[i]);
}

/* The row of a table's group of that name; empty if it has none. */
static sci_moments
row_named(const sci_stats *stats, const char *name)
{
    char other[200];

    for (uint64_t i = 0; i < sci_stats_groups(stats); i++) {
        assert_ok(sci_stats_group_name(stats, i, other, sizeof other));
        if (strcmp(name, other) == 0)
            return sci_stats_moments(stats)[i];
    }
    return sci_moments_empty();
}

static void
assert_row(const sci_stats *merged, const char *name, const sci_moments *expected)
{
    sci_moments row = row_named(merged, name);

    test_context("group %s", name);
    assert_same_bytes(&row, expected, 1, sizeof row);
}

static void
refused(const sci_stats *a, const sci_stats *b, const char *why)
{
    const sci_stats *tables[2] = { a, b };
    static const char *const names[2] = { "a.h5", "b.h5" };
    sci_stats *out = NULL;

    assert_fails(sci_stats_merge_all(&out, 2, tables, names), SCI_ERR_REFUSED);
    assert_message_has(why);
    assert_null(out);
}

/* ---- what merging does ---- */

static void
rows_of_equal_groups_merge(void **state)
{
    random_stream r = random_start(10);
    sci_stats *tables[2], *merged;

    (void)state;
    tables[0] = table_make("N:pool:3 C:keep:50", "a.h5", 2, &r);
    tables[1] = table_make("N:pool:8 C:keep:50", "b.h5", 1, &r);
    merged = merge(2, tables);
    assert_count(sci_stats_groups(merged), 50);
    for (uint64_t i = 0; i < 50; i++) {
        sci_moments forward = tables[0]->moments[i], backward = tables[1]->moments[i];

        sci_moments_merge(&forward, &tables[1]->moments[i]);
        sci_moments_merge(&backward, &tables[0]->moments[i]);
        assert_that(memcmp(&merged->moments[i], &forward, sizeof forward) == 0
                    || memcmp(&merged->moments[i], &backward, sizeof backward) == 0);
    }
    assert_count(merged->space.shape[0], 0); /* they differ */
    assert_count(merged->space.shape[1], 50);
    assert_count(merged->n_origins, 2);
    assert_string_equal(merged->origins[0].name, "b.h5"); /* by digest */
    assert_string_equal(merged->origins[1].name, "a.h5");
    assert_count(merged->segmentation.segments, 0);
    free_all(2, tables);
    sci_stats_free(merged);
}

static void
integer_levels_unite_in_numeric_order(void **state)
{
    random_stream r = random_start(11);
    sci_stats *tables[2], *merged;
    char name[20];
    static const char *const names[] = { "F=-5", "F=2", "F=9", "F=10", "F=100" };

    (void)state;
    tables[0] = table_make("F:ints:10,9,100", "a.h5", 1, &r);
    tables[1] = table_make("F:ints:2,100,-5", "b.h5", 2, &r);
    merged = merge(2, tables);
    assert_count(sci_stats_groups(merged), 5);
    for (uint64_t i = 0; i < 5; i++) {
        assert_ok(sci_stats_group_name(merged, i, name, sizeof name));
        assert_string_equal(name, names[i]);
    }
    assert_row(merged, "F=9", &tables[0]->moments[0]);
    assert_row(merged, "F=10", &tables[0]->moments[1]);
    assert_row(merged, "F=-5", &tables[1]->moments[0]);
    assert_count(row_named(merged, "F=100").count,
                 tables[0]->moments[2].count + tables[1]->moments[2].count);
    free_all(2, tables);
    sci_stats_free(merged);
}

static void
text_levels_unite_bytewise(void **state)
{
    random_stream r = random_start(12);
    sci_stats *tables[2], *merged;

    (void)state;
    tables[0] = table_make("N:keep:2 F:texts:mid,low", "a.h5", 1, &r);
    tables[1] = table_make("N:keep:1 F:texts:high,Low,mid", "b.h5", 2, &r);
    merged = merge(2, tables);
    assert_count(sci_stats_groups(merged), 3 * 4);
    assert_row(merged, "N=a.h5:0 F=low", &tables[0]->moments[0]);
    assert_row(merged, "N=a.h5:1 F=mid", &tables[0]->moments[3]);
    assert_row(merged, "N=b.h5:0 F=Low", &tables[1]->moments[0]);
    assert_row(merged, "N=b.h5:0 F=high", &tables[1]->moments[1]);
    assert_row(merged, "N=b.h5:0 F=mid", &tables[1]->moments[2]);
    assert_count(row_named(merged, "N=b.h5:0 F=low").count, 0);
    free_all(2, tables);
    sci_stats_free(merged);
}

/* As texts 10 sorts before 9, so the rows of the integer table change their order. */
static void
integers_among_texts_become_texts(void **state)
{
    random_stream r = random_start(13);
    sci_stats *tables[2], *merged;
    char name[20];
    static const char *const names[] = { "F=-1", "F=10", "F=9", "F=nine" };

    (void)state;
    tables[0] = table_make("F:ints:-1,9,10", "a.h5", 1, &r);
    tables[1] = table_make("F:texts:nine,10", "b.h5", 2, &r);
    merged = merge(2, tables);
    assert_count(sci_stats_groups(merged), 4);
    for (uint64_t i = 0; i < 4; i++) {
        assert_ok(sci_stats_group_name(merged, i, name, sizeof name));
        assert_string_equal(name, names[i]);
    }
    assert_row(merged, "F=9", &tables[0]->moments[1]);
    assert_row(merged, "F=-1", &tables[0]->moments[0]);
    assert_row(merged, "F=nine", &tables[1]->moments[1]);
    assert_count(row_named(merged, "F=10").count,
                 tables[0]->moments[2].count + tables[1]->moments[0].count);
    free_all(2, tables);
    sci_stats_free(merged);
}

static void
samples_concatenate_by_file_name_then_digest(void **state)
{
    random_stream r = random_start(14);
    sci_stats *tables[3], *merged;
    static const uint64_t counts[] = { 1, 2, 3 };

    (void)state;
    tables[0] = table_make("N:keep:3 C:keep:2", "b.h5", 0, &r);
    tables[1] = table_make("N:keep:2 C:keep:2", "a.h5", 9, &r);
    tables[2] = table_make("N:keep:1 C:keep:2", "a.h5", 3, &r);
    merged = merge(3, tables);
    assert_count(merged->space.shape[0], 6);
    assert_int_equal(merged->space.n_parts, 3);
    for (int i = 0; i < 3; i++)
        assert_count(merged->space.parts[i].count, counts[i]);
    assert_same_bytes(&merged->moments[0], tables[2]->moments, 2, sizeof(sci_moments));
    assert_same_bytes(&merged->moments[2], tables[1]->moments, 4, sizeof(sci_moments));
    assert_same_bytes(&merged->moments[6], tables[0]->moments, 6, sizeof(sci_moments));
    free_all(3, tables);
    sci_stats_free(merged);
}

/* Parts of merged tables interleave when these are merged again. */
static void
merging_merged_samples_is_merging_all(void **state)
{
    random_stream r = random_start(15);
    sci_stats *tables[4], *pairs[2], *at_once, *in_steps;

    (void)state;
    tables[0] = table_make("N:keep:3 F:ints:1,2", "a.h5", 5, &r);
    tables[1] = table_make("N:keep:2 F:ints:2,3", "c.h5", 9, &r);
    tables[2] = table_make("N:keep:1 F:ints:4", "b.h5", 3, &r);
    tables[3] = table_make("N:keep:4 F:ints:1,4", "d.h5", 4, &r);
    pairs[0] = merge(2, tables);
    pairs[1] = merge(2, tables + 2);
    at_once = merge(4, tables);
    in_steps = merge(2, pairs);
    assert_same_table(in_steps, at_once);
    free_all(4, tables);
    free_all(2, pairs);
    sci_stats_free(at_once);
    sci_stats_free(in_steps);
}

static void
order_of_arguments_does_not_matter(void **state)
{
    random_stream r = random_start(16);
    sci_stats *tables[TABLES_MOST], *expected;

    (void)state;
    for (unsigned i = 0; i < TABLES_MOST; i++) {
        char name[20], space[40];

        (void)snprintf(name, sizeof name, "f%u.h5", i);
        (void)snprintf(space, sizeof space, "N:pool:2 F:ints:%u,%u,%u", i, i + 1, i + 2);
        tables[i] = table_make(space, name, (unsigned)random_below(&r, 60000), &r);
    }
    for (size_t n = 2; n <= TABLES_MOST; n++) {
        expected = merge(n, tables);
        for (int k = 0; k < 5; k++) {
            sci_stats *shuffled[TABLES_MOST], *merged;
            size_t order[TABLES_MOST];

            random_permutation(&r, n, order);
            for (size_t i = 0; i < n; i++)
                shuffled[i] = tables[order[i]];
            merged = merge(n, shuffled);
            assert_same_table(merged, expected);
            sci_stats_free(merged);
        }
        sci_stats_free(expected);
    }
    free_all(TABLES_MOST, tables);
}

static void
merging_two_in_place_is_symmetric(void **state)
{
    random_stream r = random_start(17);
    sci_stats *a = table_make("F:texts:x,y", "a.h5", 1, &r);
    sci_stats *b = table_make("F:texts:y,z", "b.h5", 2, &r);
    sci_stats *left = NULL, *right = NULL;

    (void)state;
    assert_ok(sci_stats_copy(&left, a));
    assert_ok(sci_stats_copy(&right, b));
    assert_ok(sci_stats_merge(left, b));
    assert_ok(sci_stats_merge(right, a));
    assert_same_table(left, right);
    sci_stats_free(left);
    sci_stats_free(right);
    sci_stats_free(a);
    sci_stats_free(b);
}

/* What a loop over inputs begins with. */
static void
a_new_table_brings_only_its_levels(void **state)
{
    random_stream r = random_start(18);
    sci_stats *table = table_make("N:keep:2 F:ints:1,2", "a.h5", 1, &r), *blank = NULL;
    sci_space space;
    char name[20];

    (void)state;
    table->parameters.nan = SCI_NAN_IGNORE;
    table_space(&space, "N:keep:7 F:ints:2,3");
    assert_ok(sci_table_create(&blank, SCI_STATS_MOMENTS, &space, &(sci_parameters){ .ddof = 0 }));
    assert_ok(sci_stats_merge(blank, table));
    assert_count(sci_stats_groups(blank), 6);
    assert_count(blank->space.shape[0], 2);
    assert_int_equal(blank->space.n_parts, 0);
    assert_int_equal(sci_stats_nan(blank), SCI_NAN_IGNORE);
    assert_ok(sci_stats_group_name(blank, 4, name, sizeof name));
    assert_string_equal(name, "N=1 F=2");
    assert_row(blank, "N=1 F=2", &table->moments[3]);
    sci_space_clear(&space);
    sci_stats_free(blank);
    sci_stats_free(table);
}

static void
one_table_merges_to_itself(void **state)
{
    random_stream r = random_start(19);
    sci_stats *table = table_make("N:keep:2 F:ints:1,2", "a.h5", 1, &r), *merged = merge(1, &table);

    (void)state;
    assert_same_table(merged, table);
    sci_stats_free(merged);
    sci_stats_free(table);
}

/* ---- what is refused ---- */

static void
refusals_say_which_table_and_why(void **state)
{
    random_stream r = random_start(20);
    sci_stats *a = table_make("N:pool:2 C:keep:32", "x.h5", 1, &r);
    sci_stats *b = table_make("N:pool:2 C:keep:64", "y.h5", 2, &r);
    sci_stats *c = table_make("N:pool:2 C:keep:32", "z.h5", 3, &r);

    (void)state;
    refused(a, b, "'b.h5': axis 'C' has 64 groups, 'a.h5' has 32");
    c->parameters.ddof = 1;
    refused(a, c, "'b.h5': ddof is 1, in 'a.h5' it is 0");
    c->parameters = (sci_parameters){ .nan = SCI_NAN_IGNORE };
    refused(a, c, "'b.h5': made with --nan ignore, 'a.h5' with --nan refuse");
    c->parameters = (sci_parameters){ .weighted = true };
    refused(a, c, "'b.h5': with weights, 'a.h5' without");
    c->parameters = (sci_parameters){ .equal_weight = 1.0 };
    refused(a, c, "'b.h5': with weights, 'a.h5' without");
    c->parameters = (sci_parameters){ .masked = true };
    refused(a, c, "'b.h5': with a mask, 'a.h5' without");
    c->parameters = (sci_parameters){ 0 };
    c->digest_kind = SCI_DIGEST_SHA256;
    refused(a, c, "'b.h5': its sources have SHA-256 digests, those of 'a.h5' XXH3");
    sci_stats_free(a);
    sci_stats_free(b);
    sci_stats_free(c);
}

/* Weights that are left out of the rows, being equal, are put in where those of others are unlike. */
static void
equal_weights_of_tables_count(void **state)
{
    random_stream r = random_start(23);
    sci_stats *tables[3], *merged, *weighed;

    (void)state;
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = { "x.h5", "y.h5", "z.h5" };

        tables[i] = table_make("N:pool:2 C:keep:2", names[i], (unsigned)i + 1, &r);
        tables[i]->parameters.equal_weight = 2.0;
    }
    merged = merge(2, tables);
    assert_that(!sci_stats_is_weighted(merged));
    assert_close(sci_stats_equal_weight(merged), 2.0, 0, 0);
    sci_stats_free(merged);

    tables[1]->parameters.equal_weight = 0.3;
    merged = merge(3, tables);
    assert_that(sci_stats_is_weighted(merged));
    assert_close(sci_stats_equal_weight(merged), 1.0, 0, 0);
    for (uint64_t g = 0; g < 2; g++) {
        const sci_moments *m = &sci_stats_moments(merged)[g];
        double weight = 0.0, sum = 0.0;

        for (int i = 0; i < 3; i++) {
            const sci_moments *t = &sci_stats_moments(tables[i])[g];
            double w = t->weight * tables[i]->parameters.equal_weight;

            weight += w;
            sum += t->count > 0 ? w * sci_moments_mean(t) : 0.0;
        }
        assert_close(m->weight, weight, 1e-15, 0);
        assert_close(sci_moments_mean(m), sum / weight, 1e-14, 1e-14);
    }

    /* a table of unlike weights takes part, as one of weight 1 does */
    assert_ok(sci_stats_weigh(tables[0], 2.0));
    weighed = merge(3, tables);
    for (uint64_t g = 0; g < 2; g++) {
        const sci_moments *m = &sci_stats_moments(merged)[g], *w = &sci_stats_moments(weighed)[g];

        assert_close(w->weight, m->weight, 1e-15, 0);
        assert_close(sci_moments_mean(w), sci_moments_mean(m), 1e-14, 1e-14);
        assert_close(w->m2, m->m2, 1e-13, 0);
    }
    sci_stats_free(weighed);

    for (int i = 0; i < 3; i++)
        tables[i]->parameters.ddof = 1;
    refused(tables[1], tables[2],
            "'a.h5': all weights are 0.3, in others 2, and ddof 1 has no meaning with unequal "
            "weights; use ddof 0");
    sci_stats_free(merged);
    for (int i = 0; i < 3; i++)
        sci_stats_free(tables[i]);
}

static void
a_source_that_both_have_is_refused(void **state)
{
    static const char *const spaces[] = { "C:keep:2", "N:pool:2 C:keep:2", "N:keep:2 C:keep:2" };
    random_stream r = random_start(21);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
        sci_stats *a = table_make(spaces[i], "x.h5", 1, &r);
        sci_stats *b = table_make(spaces[i], "x.h5", 1, &r);
        sci_stats *c = table_make(spaces[i], "x.h5", 2, &r), *both[2] = { a, c }, *merged;

        test_context("%s", spaces[i]);
        refused(a, b, "'b.h5': its source 'x.h5' (xxh3:0001");
        merged = merge(2, both); /* other data under the same name are fine */
        refused(b, merged, "'b.h5': its source 'x.h5'");
        assert_fails(sci_stats_merge(merged, b), SCI_ERR_REFUSED);
        assert_message_has("table 2: its source 'x.h5'");
        sci_stats_free(merged);
        sci_stats_free(a);
        sci_stats_free(b);
        sci_stats_free(c);
    }
}

static void
running_tables_and_shards_do_not_merge_with_tables(void **state)
{
    random_stream r = random_start(22);
    sci_stats *a = table_make("N:pool:1 C:keep:3", "x.h5", 1, &r), *running = NULL, *shard = NULL;

    (void)state;
    assert_ok(sci_stats_create_running(&running, a, SCI_RUNNING_CUMULATIVE));
    refused(a, running, "'b.h5': running statistics cannot be merged");
    refused(running, a, "'a.h5': running statistics cannot be merged");
    assert_ok(sci_stats_copy(&shard, a));
    shard->shard = true;
    refused(a, shard, "'a.h5': a whole table, 'b.h5' is a shard");
    refused(shard, a, "'b.h5': a whole table, 'a.h5' is a shard");
    sci_stats_free(a);
    sci_stats_free(running);
    sci_stats_free(shard);
}

static void
a_failed_merge_changes_nothing(void **state)
{
    random_stream r = random_start(23);
    sci_stats *a = table_make("N:pool:1 C:keep:3", "x.h5", 1, &r), *copy = NULL;
    sci_stats *b = table_make("N:pool:1 C:keep:4", "y.h5", 2, &r);

    (void)state;
    assert_ok(sci_stats_copy(&copy, a));
    assert_fails(sci_stats_merge(a, b), SCI_ERR_REFUSED);
    assert_message_has("table 2: axis 'C' has 4 groups, table 1 has 3");
    assert_same_table(a, copy);
    sci_stats_free(a);
    sci_stats_free(b);
    sci_stats_free(copy);
}

static void
merging_nothing_is_an_error(void **state)
{
    sci_stats *out = NULL;

    (void)state;
    assert_fails(sci_stats_merge_all(&out, 0, NULL, NULL), SCI_ERR_ARGUMENT);
}

/* More groups than are merged at a time, with stretches that only one table has. */
static void
many_groups_merge_by_name(void **state)
{
    random_stream r = random_start(24);
    sci_stats *tables[3], *merged;
    char name[60];

    (void)state;
    tables[0] = table_make("N:keep:500 C:keep:3 F:texts:a,b,d", "a.h5", 1, &r);
    tables[1] = table_make("N:keep:400 C:keep:3 F:texts:b", "b.h5", 2, &r);
    tables[2] = table_make("N:keep:600 C:keep:3 F:texts:c,d,e", "c.h5", 3, &r);
    merged = merge(3, tables);
    assert_count(merged->n_rows, 1500 * 3 * 5);
    for (int k = 0; k < 300; k++) {
        static const uint64_t levels[] = { 3, 1, 3 };
        static const char *const level_names[3][3] = { { "a", "b", "d" },
                                                       { "b" },
                                                       { "c", "d", "e" } };
        static const char *const files[] = { "a.h5", "b.h5", "c.h5" };
        uint64_t t = random_below(&r, 3), sample = random_below(&r, tables[t]->space.shape[0]);
        uint64_t c = random_below(&r, 3), level = random_below(&r, levels[t]);
        sci_moments row;

        (void)snprintf(name, sizeof name, "N=%s:%d C=%d F=%s", files[t], (int)sample, (int)c,
                       level_names[t][level]);
        row = tables[t]->moments[(sample * 3 + c) * levels[t] + level];
        assert_row(merged, name, &row);
    }
    free_all(3, tables);
    sci_stats_free(merged);
}

/* Of a table in a file, say. */
static void
a_head_is_no_table(void **state)
{
    random_stream r = random_start(26);
    sci_stats *table = table_make("N:pool:1 C:keep:3", "a.h5", 1, &r), *head = NULL;

    (void)state;
    assert_ok(sci_table_copy_head(&head, table));
    assert_fails(sci_stats_merge(table, head), SCI_ERR_ARGUMENT);
    assert_message_has("table 2: its rows are not in memory");
    sci_stats_free(head);
    sci_stats_free(table);
}

/* ---- faults ---- */

static sci_status
merge_tables(void *context)
{
    const sci_stats *const *tables = context;
    sci_stats *out = NULL, *copy = NULL;
    sci_status st = sci_stats_merge_all(&out, 3, tables, NULL);

    if (st == SCI_OK)
        st = sci_stats_copy(&copy, tables[0]);
    if (st == SCI_OK)
        st = sci_stats_merge(copy, tables[1]);
    sci_stats_free(out);
    sci_stats_free(copy);
    return st;
}

static void
merging_survives_failed_allocations(void **state)
{
    random_stream r = random_start(25);
    sci_stats *tables[3];

    (void)state;
    tables[0] = table_make("N:keep:2 F:texts:a,b,d", "a.h5", 1, &r);
    tables[1] = table_make("N:keep:1 F:ints:7,9,10", "b.h5", 2, &r);
    tables[2] = table_make("N:keep:3 F:texts:c,d,e", "c.h5", 3, &r);
    survives_allocations(merge_tables, tables);
    free_all(3, tables);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_equal_groups_merge),
        cmocka_unit_test(integer_levels_unite_in_numeric_order),
        cmocka_unit_test(text_levels_unite_bytewise),
        cmocka_unit_test(integers_among_texts_become_texts),
        cmocka_unit_test(samples_concatenate_by_file_name_then_digest),
        cmocka_unit_test(merging_merged_samples_is_merging_all),
        cmocka_unit_test(order_of_arguments_does_not_matter),
        cmocka_unit_test(merging_two_in_place_is_symmetric),
        cmocka_unit_test(a_new_table_brings_only_its_levels),
        cmocka_unit_test(one_table_merges_to_itself),
        cmocka_unit_test(refusals_say_which_table_and_why),
        cmocka_unit_test(equal_weights_of_tables_count),
        cmocka_unit_test(a_source_that_both_have_is_refused),
        cmocka_unit_test(running_tables_and_shards_do_not_merge_with_tables),
        cmocka_unit_test(a_failed_merge_changes_nothing),
        cmocka_unit_test(merging_nothing_is_an_error),
        cmocka_unit_test(many_groups_merge_by_name),
        cmocka_unit_test(a_head_is_no_table),
        cmocka_unit_test(merging_survives_failed_allocations),
    };

    return run_all(tests);
}
