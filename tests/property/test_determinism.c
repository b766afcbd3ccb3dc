/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same bytes for any number of threads, any memory budget, any shards, and whether the array
 * lies in memory or comes in pieces. */
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/large.h>
#include <support/random.h>
#include <support/testing.h>

static const int thread_counts[] = { 1, 2, 3, 8 };
/* 0: the default; a budget that is refused grows until it is enough, so the first is the least. */
static const uint64_t budgets[] = { 0, (uint64_t)4 << 20, (uint64_t)256 << 20 };

/* What one thread gives, whole and in memory. */
typedef struct truth {
    uint64_t groups;
    sci_moments *rows;
    float *y;
    sci_report report;
} truth;

static void
truth_make(truth *t, large_case *c)
{
    t->groups = partition_groups(&c->groups);
    t->rows = test_alloc(t->groups, sizeof *t->rows);
    t->y = test_alloc(c->n, sizeof *t->y);
    c->pass.options = (sci_options){ .threads = 1 };
    c->pass.streamed = false;
    test_context("%s, one thread", c->words);
    assert_ok(pass_normalize(&c->pass, t->y, t->rows, &t->report));
}

static void
truth_clear(truth *t)
{
    free(t->rows);
    free(t->y);
}

/* Configure run number `k` of 24; the context says how. */
static void
configure(large_case *c, size_t k)
{
    int threads = thread_counts[k % ARRAY_LEN(thread_counts)];
    uint64_t budget = budgets[k / ARRAY_LEN(thread_counts) % ARRAY_LEN(budgets)];
    bool streamed = k / ARRAY_LEN(thread_counts) / ARRAY_LEN(budgets) == 1;

    c->pass.options = (sci_options){ .threads = threads, .memory_bytes = budget };
    c->pass.streamed = streamed;
    test_context("%s, %d threads, budget %llu, %s", c->words, threads, (unsigned long long)budget,
                 streamed ? "in pieces" : "in memory");
}

/* True if the call is to be made once more, with a larger budget. */
static bool
grow_budget(large_case *c, sci_status st)
{
    uint64_t *bytes = &c->pass.options.memory_bytes;

    if (st != SCI_ERR_BUDGET || *bytes == 0 || *bytes > (uint64_t)1 << 30)
        return false;
    *bytes += *bytes / 4;
    return true;
}

/* assert_ok(call) with the least budget that is not refused. */
#define assert_ok_within_budget(c, call) \
    do { \
        sci_status status_; \
        do \
            status_ = (call); \
        while (grow_budget((c), status_)); \
        assert_ok(status_); \
    } while (0)

enum { RUNS = 24 };

/* Every STRIDE-th run of a case, beginning with another one for each case: so all runs come up, and
 * of each case all numbers of threads and all budgets. The slow test makes every run of every
 * case. */
#ifndef STRIDE
#define STRIDE 5
#endif

static void
threads_budgets_and_pieces_change_no_byte(void **state)
{
    (void)state;
    for (int number = 0; number < LARGE_CASES; number += LARGE_STEP) {
        large_case c;
        truth t;
        float *y;
        sci_moments *rows;

        large_make(&c, number);
        truth_make(&t, &c);
        y = test_alloc(c.n, sizeof *y);
        rows = test_alloc(t.groups, sizeof *rows);
        for (size_t k = (size_t)number % STRIDE; k < RUNS; k += STRIDE) {
            sci_report report;

            configure(&c, k);
            memset(y, 0xa5, c.n * sizeof *y);
            memset(rows, 0xa5, t.groups * sizeof *rows);
            assert_ok_within_budget(&c, pass_normalize(&c.pass, y, rows, &report));
            assert_same_bytes(rows, t.rows, t.groups, sizeof *rows);
            assert_same_bytes(y, t.y, c.n, sizeof *y);
            assert_same_bytes(report.digest, t.report.digest, SCI_DIGEST_BYTES, 1);
        }
        free(rows);
        free(y);
        truth_clear(&t);
        large_clear(&c);
    }
}

static void
fit_gives_the_rows_of_normalize(void **state)
{
    (void)state;
    for (int number = 0; number < LARGE_CASES; number += LARGE_STEP) {
        large_case c;
        truth t;

        large_make(&c, number);
        truth_make(&t, &c);
        for (size_t k = (size_t)(number + 2) % STRIDE; k < RUNS; k += STRIDE) {
            sci_stats *stats = NULL;
            sci_report report;

            configure(&c, k);
            assert_ok_within_budget(&c, pass_fit(&c.pass, &stats, &report));
            assert_same_bytes(sci_stats_moments(stats), t.rows, t.groups, sizeof *t.rows);
            assert_same_bytes(report.digest, t.report.digest, SCI_DIGEST_BYTES, 1);
            sci_stats_free(stats);
        }
        truth_clear(&t);
        large_clear(&c);
    }
}

/* Fit all shards, merge them in a random order, compare with the whole. */
static void
check_shards(large_case *c, const truth *t, int shards, random_stream *r)
{
    sci_stats *parts[7] = { NULL };
    size_t order[7];

    for (int i = 0; i < shards; i++) {
        configure(c, random_below(r, RUNS));
        c->pass.options.shard = i + 1;
        c->pass.options.shards = shards;
        assert_ok_within_budget(c, pass_fit(&c->pass, &parts[i], NULL));
        test_context("%s, shard %d of %d", c->words, i + 1, shards);
        assert_that(sci_stats_is_shard(parts[i]));
    }
    random_permutation(r, (size_t)shards, order);
    test_context("%s, %d shards, first merged %d", c->words, shards, (int)order[0] + 1);
    for (int i = 1; i < shards; i++)
        assert_ok(sci_stats_merge(parts[order[0]], parts[order[i]]));
    assert_that(!sci_stats_is_shard(parts[order[0]]));
    assert_count(sci_stats_groups(parts[order[0]]), t->groups);
    assert_same_bytes(sci_stats_moments(parts[order[0]]), t->rows, t->groups, sizeof *t->rows);
    for (int i = 0; i < shards; i++)
        sci_stats_free(parts[i]);
}

static void
shards_merged_in_any_order_are_the_whole(void **state)
{
    static const int shards[] = { 2, 3, 7 };

    (void)state;
    for (int number = 0; number < LARGE_CASES; number += LARGE_STEP) {
        random_stream r = random_start(70 + (uint64_t)number);
        large_case c;
        truth t;

        large_make(&c, number);
        truth_make(&t, &c);
        for (size_t k = 0; k < ARRAY_LEN(shards); k++)
            check_shards(&c, &t, shards[k], &r);
        truth_clear(&t);
        large_clear(&c);
    }
}

static void
ranges_of_apply_put_together_are_the_whole(void **state)
{
    (void)state;
    for (int number = 0; number < LARGE_CASES; number += LARGE_STEP) {
        random_stream r = random_start(170 + (uint64_t)number);
        large_case c;
        truth t;
        float *y;
        sci_stats *stats = NULL;
        sci_range range = { 0, 0 };

        large_make(&c, number);
        truth_make(&t, &c);
        y = test_alloc(c.n, sizeof *y);
        assert_ok(pass_fit(&c.pass, &stats, NULL));
        while (range.first < c.n) {
            range.end = range.first + 1 + random_below(&r, c.n / 3);
            range.end = range.end > c.n ? c.n : range.end;
            configure(&c, random_below(&r, RUNS));
            assert_ok_within_budget(&c, pass_apply(&c.pass, stats, false, &range, y, NULL));
            range.first = range.end;
        }
        assert_same_bytes(y, t.y, c.n, sizeof *y);
        sci_stats_free(stats);
        free(y);
        truth_clear(&t);
        large_clear(&c);
    }
}

static void
gradients_do_not_depend_on_threads_or_budgets(void **state)
{
    (void)state;
    for (int number = 0; number < LARGE_CASES; number += LARGE_STEP) {
        random_stream r = random_start(270 + (uint64_t)number);
        large_case c;
        void *dy;
        float *dx[2];
        double *sums[2];
        uint64_t seconds;

        large_make(&c, number);
        seconds = c.pass.second == NULL ? 1 : partition_groups(c.pass.second);
        dy =
            elements_normal(&r, c.pass.single_dy ? SCI_FLOAT32 : SCI_FLOAT64, false, c.n, 0.0, 1.0);
        for (int side = 0; side < 2; side++) {
            dx[side] = test_alloc(c.n, sizeof *dx[side]);
            sums[side] = test_alloc(2 * seconds, sizeof *sums[side]);
        }
        test_context("%s, gradient, one thread", c.words);
        c.pass.options = (sci_options){ .threads = 1 };
        assert_ok(pass_gradient(&c.pass, dy, dx[0], sums[0], sums[0] + seconds, NULL));
        for (size_t k = 1; k < RUNS; k += 6) {
            configure(&c, k);
            assert_ok_within_budget(
                &c, pass_gradient(&c.pass, dy, dx[1], sums[1], sums[1] + seconds, NULL));
            assert_same_bytes(dx[1], dx[0], c.n, sizeof *dx[0]);
            assert_same_bytes(sums[1], sums[0], 2 * seconds, sizeof *sums[0]);
        }
        for (int side = 0; side < 2; side++) {
            free(sums[side]);
            free(dx[side]);
        }
        free(dy);
        large_clear(&c);
    }
}

/* The same numbers in the other byte order give the same table. */
static void
byte_order_changes_no_byte_of_the_table(void **state)
{
    enum { ROWS = 70001, COLUMNS = 19 };
    static const partition groupings[] = {
        { .rank = 2, .shape = { ROWS, COLUMNS } },
        { .rank = 2,
          .shape = { ROWS, COLUMNS },
          .n_factors = 1,
          .factors = { { FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 } } },
        { .rank = 2,
          .shape = { ROWS, COLUMNS },
          .n_factors = 1,
          .factors = { { FACTOR_KEEP, 1, { 0 }, NULL, 0, false, 0 } } },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(element_types); k++) {
        sci_type type = element_types[k];
        random_stream r[2] = { random_start(9), random_start(9) };
        void *x[2];

        for (int side = 0; side < 2; side++)
            x[side] =
                elements_normal(&r[side], type, side == 1, (uint64_t)ROWS * COLUMNS, 60.0, 20.0);
        for (size_t g = 0; g < ARRAY_LEN(groupings); g++) {
            sci_stats *stats[2] = { NULL };

            for (int side = 0; side < 2; side++) {
                pass p = {
                    .groups = &groupings[g], .type = type, .swapped = side == 1, .x = x[side]
                };

                test_context("%s, grouping %d", element_words(type, side == 1), (int)g);
                p.options.threads = 1 + side;
                assert_ok(pass_fit(&p, &stats[side], NULL));
            }
            assert_same_bytes(sci_stats_moments(stats[1]), sci_stats_moments(stats[0]),
                              sci_stats_groups(stats[0]), sizeof(sci_moments));
            sci_stats_free(stats[0]);
            sci_stats_free(stats[1]);
        }
        free(x[0]);
        free(x[1]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_budgets_and_pieces_change_no_byte),
        cmocka_unit_test(fit_gives_the_rows_of_normalize),
        cmocka_unit_test(shards_merged_in_any_order_are_the_whole),
        cmocka_unit_test(ranges_of_apply_put_together_are_the_whole),
        cmocka_unit_test(gradients_do_not_depend_on_threads_or_budgets),
        cmocka_unit_test(byte_order_changes_no_byte_of_the_table),
    };

    return run_all(tests);
}
