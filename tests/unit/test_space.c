/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spaces: what group numbers mean. */
#include <string.h>

#include <sci/memory.h>
#include <stats/check.h>
#include <stats/match.h>
#include <stats/space.h>

#include "support/tables.h"
#include "support/testing.h"

/* ---- helpers ---- */

static void
assert_name(const sci_space *space, uint64_t group, const char *expected)
{
    char text[100];

    assert_ok(sci_space_group_name(space, group, text, sizeof text));
    assert_string_equal(text, expected);
}

static bool
same_print(const char *a, const char *b)
{
    uint8_t x[16], y[16];
    sci_space left, right;

    table_space(&left, a);
    table_space(&right, b);
    sci_space_fingerprint(&left, x);
    sci_space_fingerprint(&right, y);
    sci_space_clear(&left);
    sci_space_clear(&right);
    return memcmp(x, y, sizeof x) == 0;
}

/* Two parts of the sample axis: 2 samples of a.h5, 3 of b.h5. */
static void
add_parts(sci_space *space)
{
    static const char *const names[] = { "a.h5", "b.h5" };

    assert_ok(sci_alloc_zero(&space->parts, 2, 1, sizeof *space->parts));
    space->n_parts = 2;
    for (int i = 0; i < 2; i++) {
        assert_ok(sci_strdup(&space->parts[i].name, names[i]));
        space->parts[i].count = 2 + (uint64_t)i;
        space->parts[i].digest[0] = (uint8_t)(9 - i);
    }
}

/* ---- tests ---- */

static void
groups_are_the_product_of_levels(void **state)
{
    sci_space space;
    uint64_t groups = 0;

    (void)state;
    table_space(&space, "N:keep:4 C:pool:9 F:texts:low,mid,high");
    assert_ok(sci_space_groups(&space, &groups));
    assert_count(groups, 12);
    assert_count(sci_space_levels(&space, 0), 4);
    assert_count(sci_space_levels(&space, 1), 3);
    sci_space_clear(&space);
    table_space(&space, "C:pool:9");
    assert_ok(sci_space_groups(&space, &groups));
    assert_count(groups, 1);
    sci_space_clear(&space);
    table_space(&space, "N:keep:4 F:ints:");
    assert_ok(sci_space_groups(&space, &groups));
    assert_count(groups, 0);
    sci_space_clear(&space);
}

static void
too_many_groups_are_an_error(void **state)
{
    sci_space space;
    uint64_t groups = 77;

    (void)state;
    table_space(&space, "A:keep:4294967296 B:keep:4294967296");
    assert_fails(sci_space_groups(&space, &groups), SCI_ERR_SHAPE);
    assert_count(groups, 77);
    space.shape[1] = (uint64_t)1 << 31; /* 2^63 */
    assert_fails(sci_space_groups(&space, &groups), SCI_ERR_SHAPE);
    sci_space_clear(&space);
    /* No level of one factor: no group, however large the others are. */
    table_space(&space, "A:keep:4294967296 B:keep:4294967296 C:ints:");
    assert_ok(sci_space_groups(&space, &groups));
    assert_count(groups, 0);
    sci_space_clear(&space);
}

static void
names_say_axis_and_level(void **state)
{
    sci_space space;

    (void)state;
    table_space(&space, "N:keep:2 C:pool:9 F:texts:low,mid,high D+H:ints:10,-1,9");
    assert_name(&space, 0, "N=0 F=high D,H=-1");
    assert_name(&space, 1, "N=0 F=high D,H=9");
    assert_name(&space, 2, "N=0 F=high D,H=10");
    assert_name(&space, 17, "N=1 F=mid D,H=10");
    sci_space_clear(&space);
    table_space(&space, "C:pool:9");
    assert_name(&space, 0, "all");
    sci_space_clear(&space);
}

static void
samples_of_several_files_are_named_by_file(void **state)
{
    sci_space space;

    (void)state;
    table_space(&space, "N:keep:5 C:keep:2");
    add_parts(&space);
    assert_name(&space, 0, "N=a.h5:0 C=0");
    assert_name(&space, 3, "N=a.h5:1 C=1");
    assert_name(&space, 4, "N=b.h5:0 C=0");
    assert_name(&space, 9, "N=b.h5:2 C=1");
    sci_space_clear(&space);
}

static void
a_group_out_of_range_has_no_name(void **state)
{
    sci_space space;
    char text[10] = "old";

    (void)state;
    table_space(&space, "C:keep:3");
    assert_fails(sci_space_group_name(&space, 3, text, sizeof text), SCI_ERR_ARGUMENT);
    assert_message_has("no group 3, only 3");
    sci_space_level_name(&space, 0, 3, text, sizeof text);
    assert_string_equal(text, "");
    sci_space_clear(&space);
}

static void
long_names_are_cut_between_characters(void **state)
{
    char text[32];
    sci_space space;

    (void)state;
    table_space(&space, "F:texts:aaéb,x");
    assert_ok(sci_space_group_name(&space, 0, text, 3));
    assert_string_equal(text, "F=");
    assert_ok(sci_space_group_name(&space, 0, text, 6)); /* room for half of é */
    assert_string_equal(text, "F=aa");
    assert_ok(sci_space_group_name(&space, 0, text, 7));
    assert_string_equal(text, "F=aaé");
    assert_ok(sci_space_group_name(&space, 0, text, 1));
    assert_string_equal(text, "");
    memset(text, 'z', sizeof text);
    assert_ok(sci_space_group_name(&space, 0, text, 0));
    assert_count(text[0], 'z');
    sci_space_clear(&space);
}

static void
copies_are_deep(void **state)
{
    sci_space space, copy;
    uint8_t before[16], after[16];

    (void)state;
    table_space(&space, "N:keep:5 F:texts:low,high D+H:ints:1,2,3");
    add_parts(&space);
    sci_space_fingerprint(&space, before);
    assert_ok(sci_space_copy(&copy, &space));
    sci_space_clear(&space);
    sci_space_fingerprint(&copy, after);
    assert_same_bytes(after, before, 16, 1);
    assert_name(&copy, 0, "N=a.h5:0 F=high D,H=1");
    sci_space_clear(&copy);
    assert_count(copy.rank, 0);
    assert_null(copy.factors);
    sci_space_clear(&copy); /* once more is harmless */
}

static void
fingerprint_sees_what_names_groups_and_nothing_else(void **state)
{
    static const char *const other[] = {
        "M:keep:2 C:pool:3 F:ints:1,2",  "N:keep:3 C:pool:3 F:ints:1,2",
        "N:keep:2 C:keep:3 F:ints:1,2",  "N:keep:2 C:pool:3 F:ints:1,3",
        "N:keep:2 C:pool:3 F:texts:1,2", "N:keep:2 C+F:ints:1,2",
        "N:keep:2 C:pool:3 F:ints:1",    "N:keep:2 C:pool:3 F:ints:1,2 H:pool:1",
    };

    (void)state;
    assert_that(same_print("N:keep:2 C:pool:3 F:ints:1,2", "N:keep:2 C:pool:3 F:ints:2,1"));
    assert_that(same_print("N:keep:2 C:pool:3 F:ints:1,2", "N:keep:2 C:pool:999 F:ints:1,2"));
    for (size_t i = 0; i < ARRAY_LEN(other); i++) {
        test_context("%s", other[i]);
        assert_that(!same_print("N:keep:2 C:pool:3 F:ints:1,2", other[i]));
    }
}

/* Provenance and files name groupings by it: it may not change. */
static void
fingerprint_stays_the_same(void **state)
{
    static const uint8_t expected[16] = { 0x9c, 0xeb, 0x09, 0xe5, 0xb7, 0x90, 0x95, 0xe3,
                                          0x64, 0x41, 0x22, 0xb5, 0x40, 0x0c, 0xbb, 0x9a };
    uint8_t print[16];
    sci_space space;

    (void)state;
    table_space(&space, "N:keep:5 C:pool:3 F:texts:low,high D+H:ints:-1,7");
    add_parts(&space);
    sci_space_fingerprint(&space, print);
    sci_space_clear(&space);
    assert_same_bytes(print, expected, 16, 1);
}

static void
an_axis_knows_its_factor(void **state)
{
    sci_space space;
    char text[20];

    (void)state;
    table_space(&space, "N:pool:2 C:keep:3 D+H:ints:1,2");
    assert_int_equal(sci_space_factor_of(&space, 0), -1);
    assert_int_equal(sci_space_factor_of(&space, 1), 0);
    assert_int_equal(sci_space_factor_of(&space, 2), 1);
    assert_int_equal(sci_space_factor_of(&space, 3), 1);
    assert_that(!sci_space_has_samples(&space));
    sci_space_factor_name(&space, 1, text, sizeof text);
    assert_string_equal(text, "D,H");
    sci_space_clear(&space);
    table_space(&space, "N:keep:2 C:keep:3");
    assert_that(sci_space_has_samples(&space));
    sci_space_clear(&space);
    table_space(&space, "N:ints:1,2");
    assert_that(!sci_space_has_samples(&space));
    sci_space_clear(&space);
}

/* ---- matching ---- */

static void
refused(const char *a, const char *b, const char *why)
{
    sci_space left, right;

    table_space(&left, a);
    table_space(&right, b);
    assert_fails(sci_space_match(&left, "'a'", &right, "'b'"), SCI_ERR_REFUSED);
    assert_message_has(why);
    sci_space_clear(&left);
    sci_space_clear(&right);
}

static void
spaces_match_by_axes_roles_and_kept_sizes(void **state)
{
    sci_space left, right;

    (void)state;
    table_space(&left, "N:keep:2 C:keep:3 F:ints:1 T:pool:8");
    table_space(&right, "N:keep:9 C:keep:3 F:texts:a,b T:pool:1");
    assert_ok(sci_space_match(&left, "'a'", &right, "'b'"));
    assert_fails(sci_space_match_exactly(&left, "'a'", &right, "'b'"), SCI_ERR_REFUSED);
    assert_message_has("'b': axis 'N' has size 9, in 'a' it has 2");
    assert_ok(sci_space_match_exactly(&left, "'a'", &left, "'b'"));
    sci_space_clear(&left);
    sci_space_clear(&right);
    refused("N:pool:2 C:keep:32", "N:pool:2 C:keep:64", "'b': axis 'C' has 64 groups, 'a' has 32");
    refused("N:pool:2 C:keep:3", "N:pool:2 D:keep:3", "'b': axis 1 is 'D', in 'a' it is 'C'");
    refused("N:pool:2 C:keep:3", "N:pool:2", "'b': made of arrays of 1 axes, 'a' of 2");
    refused("N:pool:2 C:keep:3", "N:pool:2 C:pool:3", "axis 'C' is pooled, in 'a' it is kept");
    refused("C:keep:3", "C:ints:1,2,3", "axis 'C' is labelled, in 'a' it is kept");
    refused("D+H:ints:1", "D:ints:1 H:ints:1", "the labels are on 'D', in 'a' on 'D,H'");
}

static void
exact_matching_compares_levels(void **state)
{
    sci_space left, right;

    (void)state;
    table_space(&left, "F:ints:1,2");
    table_space(&right, "F:ints:1,2,3");
    assert_fails(sci_space_match_exactly(&left, "'a'", &right, "'b'"), SCI_ERR_REFUSED);
    assert_message_has("'b': 'F' has 3 levels, in 'a' it has 2");
    sci_space_clear(&right);
    table_space(&right, "F:ints:1,4");
    assert_fails(sci_space_match_exactly(&left, "'a'", &right, "'b'"), SCI_ERR_REFUSED);
    assert_message_has("'b': the levels have other names than in 'a'");
    sci_space_clear(&left);
    sci_space_clear(&right);
}

/* ---- checking ---- */

static void
damage_order(sci_space *s)
{
    s->factors[1].levels.values[0] = 5;
}

static void
damage_texts(sci_space *s)
{
    memcpy(s->factors[2].levels.texts[1], "aaa", 4);
}

static void
damage_axes(sci_space *s)
{
    s->factors[1].axes[0] = 0;
}

static void
damage_axis_order(sci_space *s)
{
    s->factors[2].axes[1] = 1;
}

static void
damage_range(sci_space *s)
{
    s->factors[2].axes[1] = 4;
}

static void
damage_keep(sci_space *s)
{
    s->factors[2].keep = true;
}

static void
damage_factors(sci_space *s)
{
    sci_factor first = s->factors[1];

    s->factors[1] = s->factors[2];
    s->factors[2] = first;
}

static void
damage_part_order(sci_space *s)
{
    sci_part first = s->parts[0];

    s->parts[0] = s->parts[1];
    s->parts[1] = first;
}

static void
damage_part_count(sci_space *s)
{
    s->parts[0].count++;
}

static void
damage_part_overflow(sci_space *s)
{
    s->parts[0].count = UINT64_MAX;
}

static void
damage_shape(sci_space *s)
{
    s->shape[3] = UINT64_MAX;
}

static void
damaged_spaces_are_found(void **state)
{
    static const struct {
        void (*damage)(sci_space *s);
        const char *message;
    } cases[] = {
        { damage_order, "level 1 of factor 1 is not after" },
        { damage_texts, "level 1 of factor 2 is not after" },
        { damage_axes, "factor 1 cannot have axis 0" },
        { damage_axis_order, "factor 2 cannot have axis 1" },
        { damage_range, "factor 2 cannot have axis 4" },
        { damage_keep, "factor 2 has 2 axes" },
        { damage_factors, "factor 2 cannot have axis 1" },
        { damage_part_order, "part 1 is not after" },
        { damage_part_count, "the parts have 6 samples, not 5" },
        { damage_part_overflow, "too many samples" },
        { damage_shape, "axis 3 is too long" },
    };

    (void)state;
    for (size_t i = 0; i <= ARRAY_LEN(cases); i++) {
        sci_space space;

        table_space(&space, "N:keep:5 C:ints:1,2,3 D+H:texts:low,mid");
        add_parts(&space);
        test_context("damage %zu", i);
        if (i == ARRAY_LEN(cases)) {
            assert_ok(sci_space_check(&space)); /* without any damage */
        } else {
            cases[i].damage(&space);
            assert_fails(sci_space_check(&space), SCI_ERR_FORMAT);
            assert_message_has(cases[i].message);
        }
        sci_space_clear(&space);
    }
}

/* ---- faults ---- */

static sci_status
copy_once(void *context)
{
    sci_space copy;
    sci_status st = sci_space_copy(&copy, context);

    if (st == SCI_OK)
        sci_space_clear(&copy);
    return st;
}

static void
copying_survives_failed_allocations(void **state)
{
    sci_space space;

    (void)state;
    table_space(&space, "N:keep:5 C:ints:1,2,3 D+H:texts:low,mid");
    add_parts(&space);
    survives_allocations(copy_once, &space);
    sci_space_clear(&space);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_the_product_of_levels),
        cmocka_unit_test(too_many_groups_are_an_error),
        cmocka_unit_test(names_say_axis_and_level),
        cmocka_unit_test(samples_of_several_files_are_named_by_file),
        cmocka_unit_test(a_group_out_of_range_has_no_name),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(copies_are_deep),
        cmocka_unit_test(fingerprint_sees_what_names_groups_and_nothing_else),
        cmocka_unit_test(fingerprint_stays_the_same),
        cmocka_unit_test(an_axis_knows_its_factor),
        cmocka_unit_test(spaces_match_by_axes_roles_and_kept_sizes),
        cmocka_unit_test(exact_matching_compares_levels),
        cmocka_unit_test(damaged_spaces_are_found),
        cmocka_unit_test(copying_survives_failed_allocations),
    };

    return run_all(tests);
}
