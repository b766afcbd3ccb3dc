/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same quantiles for any threads, memory, pieces, and any split into sources that merge, also
 * by way of files and of other processes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/h5.h>
#include <stats/quantiles_flat.h>

#include <support/elements.h>
#include <support/large.h>
#include <support/place.h>
#include <support/quantiles.h>
#include <support/testing.h>

static const double some[] = { 0.005, 0.5, 0.995 };
enum { SOME = 3, CUTS = 11 };

static void
assert_equal(const sci_quantiles *a, const sci_quantiles *b, uint64_t groups)
{
    for (uint64_t g = 0; g < groups; g++) {
        assert_count(sci_quantiles_members(a, g), sci_quantiles_members(b, g));
        for (size_t k = 0; k < SOME; k++)
            assert_close(sci_quantiles_value(a, g, k), sci_quantiles_value(b, g, k), 0.0, 0.0);
    }
}

static void
assert_identical(const sci_quantiles *a, const sci_quantiles *b)
{
    sci_quantiles_flat x, y;
    uint8_t left[16], right[16];

    assert_ok(sci_quantiles_flatten(&x, a));
    assert_ok(sci_quantiles_flatten(&y, b));
    sci_quantiles_flat_content(&x, left);
    sci_quantiles_flat_content(&y, right);
    assert_same_bytes(left, right, sizeof left, 1);
    sci_quantiles_flat_clear(&x);
    sci_quantiles_flat_clear(&y);
}

static void
threads_budgets_and_pieces_change_nothing(void **state)
{
    (void)state;
    for (int number = 0; number < LARGE_CASES; number += 2) {
        large_case c;
        sci_quantiles *truth = NULL;
        uint64_t groups;

        large_make(&c, number);
        groups = partition_groups(&c.groups);
        if (groups > 32) { /* 512 KiB of counts for each group and target */
            large_clear(&c);
            continue;
        }
        c.pass.options = (sci_options){ .threads = 1, .memory_bytes = (uint64_t)8 << 30 };
        c.pass.streamed = false;
        test_context("%s, one thread", c.words);
        assert_ok(pass_quantiles(&c.pass, SOME, some, NULL, &truth, NULL));
        for (int k = number % 2; k < 3; k += 1 + number % 2) {
            sci_quantiles *q = NULL;
            sci_report report;
            sci_status st;

            c.pass.streamed = k > 0;
            c.pass.options = (sci_options){ .threads = 1 + 3 * (k % 2) };
            c.pass.options.memory_bytes = k == 2 ? (uint64_t)16 << 20 : (uint64_t)8 << 30;
            test_context("%s, run %d", c.words, k);
            while ((st = pass_quantiles(&c.pass, SOME, some, NULL, &q, &report))
                   == SCI_ERR_BUDGET)
                c.pass.options.memory_bytes *= 2;
            assert_ok(st);
            assert_count(report.elements, c.n);
            assert_equal(q, truth, groups);
            sci_quantiles_free(q);
        }
        sci_quantiles_free(truth);
        large_clear(&c);
    }
}

/* ---- one array cut in two ---- */

typedef struct halves {
    partition left, right, all;
    pass parts[2], whole;
    void *x;
} halves;

static void
halves_make(halves *h, uint64_t k)
{
    sci_type type = element_types[k % ARRAY_LEN(element_types)];
    random_stream r = random_start(k + 4000);
    uint64_t rows = 40 + random_below(&r, 300), cut = 1 + random_below(&r, rows - 1), columns = 5;

    h->all = (partition){ .rank = 2, .shape = { rows, columns }, .n_factors = k % 2 };
    h->all.factors[0] = (partition_factor){ FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 };
    h->left = h->right = h->all;
    h->left.shape[0] = cut;
    h->right.shape[0] = rows - cut;
    h->x = elements_normal(&r, type, false, rows * columns, 7.0, 40.0);
    h->whole = (pass){ .groups = &h->all, .type = type, .x = h->x, .options = { .threads = 2 } };
    h->parts[0] = h->parts[1] = h->whole;
    h->parts[0].groups = &h->left;
    h->parts[1].groups = &h->right;
    h->parts[1].x = (char *)h->x + cut * columns * sci_type_size(type);
    test_context("case %d, %s, %d + %d rows", (int)k, sci_type_name(type), (int)cut,
                 (int)(rows - cut));
}

static void
save(const sci_quantiles *q, const char *path)
{
    sci_h5_output *out = NULL;
    char *temporary = NULL;

    assert_ok(sci_temporary_create(&temporary, path));
    assert_ok(sci_h5_output_create(&out, temporary));
    assert_ok(sci_h5_output_quantiles(out, "/q", q));
    assert_ok(sci_h5_output_close(out, false, false));
    assert_ok(sci_temporary_commit(temporary, path, false));
    sci_free(temporary);
}

/* There and back, by way of a file or of a pipe of bytes. */
static sci_quantiles *
travelled(sci_quantiles *q, bool by_file)
{
    sci_quantiles *back = NULL;
    char path[PLACE_ROOM], operand[PLACE_ROOM + 8];
    FILE *file;

    if (by_file) {
        place_scratch(path, "q.h5");
        save(q, path);
        snprintf(operand, sizeof operand, "%s:/q", path);
        assert_ok(sci_quantiles_load(&back, operand));
        (void)unlink(path);
    } else {
        file = tmpfile();
        assert_that(file != NULL);
        assert_ok(sci_quantiles_put(q, fileno(file)));
        assert_that(lseek(fileno(file), 0, SEEK_SET) == 0);
        assert_ok(sci_quantiles_take(&back, fileno(file)));
        fclose(file);
    }
    assert_identical(q, back);
    sci_quantiles_free(q);
    return back;
}

static void
merged_halves_are_the_whole(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < CUTS; k++) {
        halves h;
        sci_quantiles *base = NULL, *truth = NULL;
        uint64_t groups;
        bool done = false;

        halves_make(&h, k);
        groups = partition_groups(&h.all);
        assert_ok(pass_quantiles(&h.whole, SOME, some, NULL, &truth, NULL));
        assert_ok(sci_quantiles_create(&base, groups, h.whole.type, SOME, some, NULL));
        while (!done) {
            sci_quantiles *left = NULL, *right = NULL, *both = NULL;

            assert_ok(sci_quantiles_copy(&left, base));
            assert_ok(sci_quantiles_copy(&right, base));
            assert_ok(sci_quantiles_copy(&both, base));
            sci_quantiles_free(base);
            assert_ok(pass_count(&h.parts[0], left, NULL));
            assert_ok(pass_count(&h.parts[1], right, NULL));
            assert_ok(pass_count(&h.parts[1], both, NULL)); /* one after the other */
            assert_ok(pass_count(&h.parts[0], both, NULL));
            left = travelled(left, k % 3 == 0);
            right = travelled(right, k % 3 == 1);
            if (k % 2) {
                assert_ok(sci_quantiles_merge(left, right));
                base = left;
                sci_quantiles_free(right);
            } else {
                assert_ok(sci_quantiles_merge(right, left));
                base = right;
                sci_quantiles_free(left);
            }
            assert_identical(base, both);
            sci_quantiles_free(both);
            assert_ok(sci_quantiles_advance(base, &done));
            base = travelled(base, k % 4 == 0);
        }
        assert_equal(base, truth, groups);
        sci_quantiles_free(base);
        sci_quantiles_free(truth);
        free(h.x);
    }
}

static void
excluded_elements_never_matter(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 60; k++) {
        example e;
        int64_t *group;
        double *weight;
        sci_quantiles *a = NULL, *b = NULL;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), SECOND_NONE,
                     (example_layer)(1 + k % (LAYER_KINDS - 1)), SCI_FLOAT32, 1.0, 5.0);
        e.pass.options.threads = 1;
        partition_assign(&e.groups, &group, &weight);
        assert_ok(pass_quantiles(&e.pass, SOME, some, NULL, &a, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            if (group[i] < 0 || !(weight[i] > 0.0))
                element_set((void *)(uintptr_t)e.pass.x, SCI_FLOAT32, e.pass.swapped, i, 1e30L);
        assert_ok(pass_quantiles(&e.pass, SOME, some, NULL, &b, NULL));
        assert_equal(a, b, partition_groups(&e.groups));
        sci_quantiles_free(a);
        sci_quantiles_free(b);
        free(group);
        free(weight);
        example_clear(&e);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_budgets_and_pieces_change_nothing),
        cmocka_unit_test(merged_halves_are_the_whole),
        cmocka_unit_test(excluded_elements_never_matter),
    };

    return run_all(tests);
}
