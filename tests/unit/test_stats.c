/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables as objects: what they hold and what they say about themselves; folding. */
#include <string.h>

#include <sci/memory.h>
#include <stats/content.h>

#include "support/tables.h"
#include "support/testing.h"

/* ---- creating and copying ---- */

static void
a_new_table_has_an_empty_row_a_group(void **state)
{
    const uint64_t shape[] = { 2, 3, 4 };
    const sci_moments empty = sci_moments_empty();
    sci_grouping *g = NULL;
    sci_stats *stats = NULL;
    char name[50];

    (void)state;
    assert_ok(sci_grouping_create(&g, 3, shape));
    assert_ok(sci_grouping_keep(g, 0));
    assert_ok(sci_grouping_keep(g, 2));
    assert_ok(sci_stats_create(&stats, g, 1));
    sci_grouping_free(g); /* the table has its own copy of what it needs */
    assert_count(sci_stats_groups(stats), 8);
    assert_int_equal(sci_stats_ddof(stats), 1);
    assert_int_equal(sci_stats_get_kind(stats), SCI_STATS_MOMENTS);
    assert_that(!sci_stats_is_shard(stats));
    assert_null(sci_stats_running(stats));
    for (uint64_t i = 0; i < 8; i++)
        assert_same_bytes(&sci_stats_moments(stats)[i], &empty, 1, sizeof empty);
    assert_ok(sci_stats_group_name(stats, 7, name, sizeof name));
    assert_string_equal(name, "axis0=1 axis2=3");
    sci_stats_free(stats);
}

static void
ddof_is_0_or_1(void **state)
{
    const uint64_t shape[] = { 2 };
    sci_grouping *g = NULL;
    sci_stats *stats = NULL;

    (void)state;
    assert_ok(sci_grouping_create(&g, 1, shape));
    assert_fails(sci_stats_create(&stats, g, 2), SCI_ERR_ARGUMENT);
    assert_null(stats);
    sci_grouping_free(g);
}

static void
copies_are_the_same_and_independent(void **state)
{
    random_stream r = random_start(2);
    sci_stats *stats = table_make("N:keep:3 F:texts:low,high", "x.h5", 1, &r), *copy = NULL;
    uint8_t before[16], after[16];

    (void)state;
    assert_ok(sci_stats_copy(&copy, stats));
    assert_same_table(copy, stats);
    sci_stats_digest(copy, before);
    stats->moments[0].min -= 1.0;
    stats->origins[0].name[0] = 'y';
    sci_stats_digest(copy, after);
    assert_same_bytes(after, before, 16, 1);
    sci_stats_digest(stats, after);
    assert_that(memcmp(after, before, 16) != 0);
    sci_stats_free(stats);
    sci_stats_free(copy);
    sci_stats_free(NULL);
}

/* ---- what a table says ---- */

static void
axes_factors_and_origins_are_told(void **state)
{
    random_stream r = random_start(3);
    sci_stats *stats = table_make("N:pool:3 C:keep:2 D+H:ints:9,10", "x.h5", 0x1234, &r);
    sci_stats_axis axis;
    sci_stats_factor factor;
    sci_stats_origin origin;
    char name[10];

    (void)state;
    assert_int_equal(sci_stats_rank(stats), 4);
    assert_ok(sci_stats_get_axis(stats, 0, &axis));
    assert_string_equal(axis.name, "N");
    assert_count(axis.size, 3);
    assert_int_equal(axis.factor, -1);
    assert_ok(sci_stats_get_axis(stats, 3, &axis));
    assert_string_equal(axis.name, "H");
    assert_int_equal(axis.factor, 1);
    assert_fails(sci_stats_get_axis(stats, 4, &axis), SCI_ERR_ARGUMENT);
    assert_fails(sci_stats_get_axis(stats, -1, &axis), SCI_ERR_ARGUMENT);

    assert_int_equal(sci_stats_factors(stats), 2);
    assert_ok(sci_stats_get_factor(stats, 0, &factor));
    assert_that(factor.keep && factor.n_axes == 1 && factor.axes[0] == 1);
    assert_ok(sci_stats_get_factor(stats, 1, &factor));
    assert_that(!factor.keep && factor.n_axes == 2 && factor.axes[0] == 2 && factor.axes[1] == 3);
    assert_count(factor.levels, 2);
    assert_fails(sci_stats_get_factor(stats, 2, &factor), SCI_ERR_ARGUMENT);
    assert_ok(sci_stats_level_name(stats, 1, 1, name, sizeof name));
    assert_string_equal(name, "10");
    assert_fails(sci_stats_level_name(stats, 1, 2, name, sizeof name), SCI_ERR_ARGUMENT);

    assert_count(sci_stats_origins(stats), 1);
    assert_ok(sci_stats_get_origin(stats, 0, &origin));
    assert_string_equal(origin.name, "x.h5");
    assert_string_equal(origin.digest, "xxh3:12340000000000000000000000000000");
    assert_that(origin.members > 0);
    assert_fails(sci_stats_get_origin(stats, 1, &origin), SCI_ERR_ARGUMENT);
    sci_stats_free(stats);
}

static void
parameters_are_told(void **state)
{
    random_stream r = random_start(4);
    sci_stats *stats = table_make("C:keep:2", "x.h5", 1, &r);

    (void)state;
    assert_that(!sci_stats_is_weighted(stats) && !sci_stats_is_masked(stats));
    assert_int_equal(sci_stats_nan(stats), SCI_NAN_REFUSE);
    stats->parameters =
        (sci_parameters){ .ddof = 1, .nan = SCI_NAN_IGNORE, .weighted = true, .masked = true };
    assert_that(sci_stats_is_weighted(stats) && sci_stats_is_masked(stats));
    assert_int_equal(sci_stats_nan(stats), SCI_NAN_IGNORE);
    assert_int_equal(sci_stats_ddof(stats), 1);
    sci_stats_free(stats);
}

/* As if every member had been given the weight. */
static void
tables_weigh_as_they_are_told(void **state)
{
    random_stream r = random_start(6);
    sci_stats *a = table_make("C:keep:2", "x.h5", 1, &r);
    const sci_moments *m = sci_stats_moments(a);
    sci_moments before = m[1];

    (void)state;
    assert_fails(sci_stats_weigh(a, 0.0), SCI_ERR_ARGUMENT);
    assert_fails(sci_stats_weigh(a, 1e308 * 1e308), SCI_ERR_ARGUMENT);
    assert_ok(sci_stats_weigh(a, 3.0));
    assert_that(sci_stats_is_weighted(a));
    assert_count(m[1].count, before.count);
    assert_close(m[1].weight, 3.0 * before.weight, 0, 0);
    assert_close(sci_moments_variance(&m[1], 0), sci_moments_variance(&before, 0), 1e-15, 0);
    a->parameters.ddof = 1;
    assert_fails(sci_stats_weigh(a, 2.0), SCI_ERR_REFUSED);
    sci_stats_free(a);
}

/* ---- the digest ---- */

static sci_stats *
known_table(void)
{
    random_stream r = random_start(5);
    sci_stats *stats = table_make("C:keep:2 H:pool:5", "x.h5", 0x0102, &r);

    stats->moments[0] = (sci_moments){
        .count = 3, .weight = 3, .mean_hi = 2, .mean_lo = 0, .m2 = 2, .min = 1, .max = 3
    };
    stats->moments[1] = sci_moments_empty();
    stats->origins[0].elements = 10;
    stats->origins[0].members = 3;
    return stats;
}

/* Files hold it: it may not change. The bytes were computed from docs/stats-file.md by another
 * program. */
static void
digest_stays_the_same(void **state)
{
    static const uint8_t expected[16] = { 0x74, 0xe9, 0x61, 0x32, 0x65, 0xe9, 0x4e, 0xdf,
                                          0xea, 0x5f, 0x41, 0xf1, 0x06, 0x83, 0xfb, 0x75 };
    sci_stats *stats = known_table();
    uint8_t digest[16];

    (void)state;
    sci_stats_digest(stats, digest);
    assert_same_bytes(digest, expected, 16, 1);
    sci_stats_free(stats);
}

static void
set_ddof(sci_stats *s)
{
    s->parameters.ddof = 1;
}

static void
set_nan(sci_stats *s)
{
    s->parameters.nan = SCI_NAN_PROPAGATE;
}

static void
set_weighted(sci_stats *s)
{
    s->parameters.weighted = true;
}

static void
set_masked(sci_stats *s)
{
    s->parameters.masked = true;
}

static void
set_digest_kind(sci_stats *s)
{
    s->digest_kind = SCI_DIGEST_SHA256;
}

static void
set_pooled_size(sci_stats *s)
{
    s->space.shape[1] = 6;
}

static void
set_origin_name(sci_stats *s)
{
    s->origins[0].name[0] = 'X';
}

static void
set_origin_digest(sci_stats *s)
{
    s->origins[0].digest.bytes[31] = 1;
}

static void
set_origin_elements(sci_stats *s)
{
    s->origins[0].elements++;
}

static void
set_origin_members(sci_stats *s)
{
    s->origins[0].members++;
}

static void
set_origin_nonfinite(sci_stats *s)
{
    s->origins[0].nonfinite++;
}

static void
set_segments(sci_stats *s)
{
    s->segmentation.segments++;
}

static void
set_segment_length(sci_stats *s)
{
    s->segmentation.segment_length++;
}

static void
set_shard(sci_stats *s)
{
    s->shard = true;
}

static void
digest_depends_on_everything(void **state)
{
    static void (*const changes[])(sci_stats * s) = {
        set_ddof,
        set_nan,
        set_weighted,
        set_masked,
        set_digest_kind,
        set_pooled_size,
        set_origin_name,
        set_origin_digest,
        set_origin_elements,
        set_origin_members,
        set_origin_nonfinite,
        set_segments,
        set_segment_length,
        set_shard,
    };
    sci_stats *stats = known_table();
    uint8_t before[16], after[16];

    (void)state;
    sci_stats_digest(stats, before);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        sci_stats *other = known_table();

        test_context("change %zu", i);
        changes[i](other);
        sci_stats_digest(other, after);
        assert_that(memcmp(after, before, 16) != 0);
        sci_stats_free(other);
    }
    /* Every bit of every row, but the padding of a row. */
    for (size_t byte = 0; byte < 2 * sizeof(sci_moments); byte++) {
        unsigned char *rows = (unsigned char *)stats->moments;

        test_context("byte %zu of the rows", byte);
        rows[byte] ^= 0x10;
        sci_stats_digest(stats, after);
        rows[byte] ^= 0x10;
        if (byte % sizeof(sci_moments) < offsetof(sci_moments, reserved))
            assert_that(memcmp(after, before, 16) != 0);
        else
            assert_same_bytes(after, before, 16, 1);
    }
    sci_stats_free(stats);
}

/* ---- folding ---- */

static void
folding_merges_rows_in_order(void **state)
{
    static const int64_t coarse_of[] = { 1, 0, 1, -1, 1, 3 };
    random_stream r = random_start(6);
    sci_stats *fine = table_make("C:keep:2 F:ints:1,2,3", "x.h5", 1, &r), *coarse = NULL;
    sci_moments expected[4];
    char name[30];

    (void)state;
    for (int i = 0; i < 4; i++)
        expected[i] = sci_moments_empty();
    for (int i = 0; i < 6; i++)
        if (coarse_of[i] >= 0)
            sci_moments_merge(&expected[coarse_of[i]], &fine->moments[i]);
    assert_ok(sci_stats_fold(&coarse, fine, 4, coarse_of));
    assert_count(sci_stats_groups(coarse), 4);
    assert_same_bytes(sci_stats_moments(coarse), expected, 4, sizeof *expected);
    assert_ok(sci_stats_group_name(coarse, 3, name, sizeof name));
    assert_string_equal(name, "group=3");
    assert_count(sci_stats_origins(coarse), 1);
    sci_stats_free(coarse);
    sci_stats_free(fine);
}

static void
folding_refuses_groups_that_are_not_there(void **state)
{
    int64_t coarse_of[] = { 0, 2 };
    random_stream r = random_start(7);
    sci_stats *fine = table_make("C:keep:2", "x.h5", 1, &r), *coarse = NULL;

    (void)state;
    assert_fails(sci_stats_fold(&coarse, fine, 2, coarse_of), SCI_ERR_ARGUMENT);
    assert_message_has("group 1 is to be folded into 2");
    coarse_of[1] = -2;
    assert_fails(sci_stats_fold(&coarse, fine, 2, coarse_of), SCI_ERR_ARGUMENT);
    fine->shard = true;
    assert_fails(sci_stats_fold(&coarse, fine, 2, coarse_of), SCI_ERR_REFUSED);
    assert_message_has("a shard cannot be folded");
    assert_null(coarse);
    sci_stats_free(fine);
}

/* ---- faults ---- */

static sci_status
create_copy_and_fold(void *context)
{
    static const int64_t coarse_of[] = { 1, 0, 1, -1, 1, 2 };
    const sci_stats *like = context;
    sci_stats *table = NULL, *copy = NULL, *coarse = NULL;
    sci_status st;

    st = sci_table_create(&table, SCI_STATS_MOMENTS, &like->space, &like->parameters);
    if (st == SCI_OK)
        st = sci_stats_copy(&copy, like);
    if (st == SCI_OK)
        st = sci_stats_fold(&coarse, like, 3, coarse_of);
    sci_stats_free(table);
    sci_stats_free(copy);
    sci_stats_free(coarse);
    return st;
}

static void
tables_survive_failed_allocations(void **state)
{
    random_stream r = random_start(8);
    sci_stats *like = table_make("C:keep:2 F:texts:a,b,c", "x.h5", 1, &r);

    (void)state;
    survives_allocations(create_copy_and_fold, like);
    sci_stats_free(like);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_table_has_an_empty_row_a_group),
        cmocka_unit_test(ddof_is_0_or_1),
        cmocka_unit_test(copies_are_the_same_and_independent),
        cmocka_unit_test(axes_factors_and_origins_are_told),
        cmocka_unit_test(parameters_are_told),
        cmocka_unit_test(tables_weigh_as_they_are_told),
        cmocka_unit_test(digest_stays_the_same),
        cmocka_unit_test(digest_depends_on_everything),
        cmocka_unit_test(folding_merges_rows_in_order),
        cmocka_unit_test(folding_refuses_groups_that_are_not_there),
        cmocka_unit_test(tables_survive_failed_allocations),
    };

    return run_all(tests);
}
