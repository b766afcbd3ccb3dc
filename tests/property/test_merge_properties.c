/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of merging, on tables that the engine makes: the cut does not matter, nor do order, names
 * and shards. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>
#include <stats/check.h>

#include <support/place.h>
#include <support/tables.h>
#include <support/testing.h>

/* ---- data: N × C × T numbers, labels on C ---- */

enum { SAMPLES = 12, CHANNELS = 6, TIMES = 40, PARTS_MOST = 5 };

typedef enum layout {
    POOL_ALL, /* one group */
    KEEP_C,   /* batch norm */
    KEEP_N,   /* layer norm */
    LABEL_C,  /* groups of channels */
    KEEP_N_LABEL_C,
    LABEL_T_KEEP_C,
    LAYOUTS
} layout;

static const char *
layout_name(layout l)
{
    static const char *const names[LAYOUTS] = { "pool all", "keep C",          "keep N",
                                                "label C",  "keep N, label C", "keep C, label T" };

    return names[l];
}

static void
fill_data(double *x, size_t n, random_stream *r)
{
    double offset = random_below(r, 2) == 0 ? 0.0 : 1e6;

    for (size_t i = 0; i < n; i++)
        x[i] = offset + random_normal(r);
}

static void
make_texts(const char **texts, uint64_t n, const char *const *words, uint64_t n_words,
           random_stream *r)
{
    for (uint64_t i = 0; i < n; i++)
        texts[i] = words[random_below(r, n_words)];
}

/* The table of samples [first, end) of x. */
static sci_stats *
fit(const double *x, layout l, uint64_t first, uint64_t end, const char *const *texts,
    const char *name)
{
    static const char *const axis_names[] = { "N", "C", "T" };
    static const int channel = 1, time = 2;
    sci_array array = { .rank = 3, .shape = { end - first, CHANNELS, TIMES }, .type = SCI_FLOAT64 };
    sci_options opt = { .threads = 1 };
    bool label_c = l == LABEL_C || l == KEEP_N_LABEL_C;
    sci_source *source = NULL;
    sci_grouping *g = NULL;
    sci_labels *labels = NULL;
    sci_stats *stats = NULL;

    assert_ok(sci_source_memory(&source, &array, x + first * CHANNELS * TIMES, name));
    assert_ok(sci_grouping_create(&g, 3, array.shape));
    assert_ok(sci_grouping_axis_names(g, axis_names));
    if (l == KEEP_N || l == KEEP_N_LABEL_C)
        assert_ok(sci_grouping_keep(g, 0));
    if (l == KEEP_C || l == LABEL_T_KEEP_C)
        assert_ok(sci_grouping_keep(g, 1));
    if (label_c || l == LABEL_T_KEEP_C) {
        assert_ok(sci_labels_from_text(&labels, label_c ? CHANNELS : TIMES, texts));
        assert_ok(sci_grouping_label(g, 1, label_c ? &channel : &time, labels));
    }
    assert_ok(sci_fit(source, g, &opt, &stats, NULL));
    sci_grouping_free(g);
    sci_labels_free(labels);
    sci_source_free(source);
    return stats;
}

static sci_stats *
merge(size_t n, sci_stats *const *tables)
{
    const sci_stats *inputs[PARTS_MOST];
    sci_stats *out = NULL;

    for (size_t i = 0; i < n; i++)
        inputs[i] = tables[i];
    assert_ok(sci_stats_merge_all(&out, n, inputs, NULL));
    assert_ok(sci_head_check(out, out->n_rows));
    assert_ok(sci_moments_check(out, 0, out->n_rows, out->moments));
    return out;
}

static void
free_all(size_t n, sci_stats **tables)
{
    for (size_t i = 0; i < n; i++)
        sci_stats_free(tables[i]);
}

static void
assert_close_rows(const sci_moments *a, const sci_moments *b)
{
    assert_count(a->count, b->count);
    if (a->count == 0)
        return;
    assert_close(sci_moments_mean(a), sci_moments_mean(b), 1e-14, 1e-15);
    assert_close(sci_moments_variance(a, 0), sci_moments_variance(b, 0), 1e-12, 1e-30);
    assert_that(a->min == b->min && a->max == b->max);
}

/* ---- laws ---- */

/* Files cut from one array anywhere along the samples, in parts of any size. */
static void
parts_of_an_array_merge_to_the_whole(void **state)
{
    static const char *const words[] = { "low", "mid", "high" };
    static double x[SAMPLES * CHANNELS * TIMES];
    const char *texts[TIMES];

    (void)state;
    for (uint64_t trial = 0; trial < 60; trial++) {
        random_stream r = random_start(trial);
        layout l = (layout)(trial % LAYOUTS);
        size_t n = 1 + random_below(&r, PARTS_MOST);
        sci_stats *parts[PARTS_MOST], *whole, *merged;
        uint64_t first = 0;

        test_context("trial %d, %s, %zu parts", (int)trial, layout_name(l), n);
        fill_data(x, ARRAY_LEN(x), &r);
        make_texts(texts, TIMES, words, 3, &r);
        whole = fit(x, l, 0, SAMPLES, texts, "whole");
        for (size_t i = 0; i < n; i++) {
            uint64_t left = SAMPLES - first - (n - i - 1);
            uint64_t end = i == n - 1 ? SAMPLES : first + 1 + random_below(&r, left);
            char name[32];

            (void)snprintf(name, sizeof name, "part %zu", i); /* samples stay in their order */
            parts[i] = fit(x, l, first, end, texts, name);
            first = end;
        }
        merged = merge(n, parts);
        assert_count(merged->n_rows, whole->n_rows);
        for (uint64_t i = 0; i < whole->n_rows; i++)
            assert_close_rows(&merged->moments[i], &whole->moments[i]);
        free_all(n, parts);
        sci_stats_free(whole);
        sci_stats_free(merged);
    }
}

/* Merging some first gives the same up to rounding; any order of arguments the same bytes. */
static void
merging_is_associative_and_commutative(void **state)
{
    static const char *const words[] = { "a", "b", "c", "d", "e", "f", "g" };
    static double x[SAMPLES * CHANNELS * TIMES];
    const char *texts[TIMES];

    (void)state;
    for (uint64_t trial = 0; trial < 60; trial++) {
        random_stream r = random_start(1000 + trial);
        layout l = (layout)(trial % LAYOUTS);
        sci_stats *tables[PARTS_MOST], *shuffled[PARTS_MOST], *steps[2], *at_once, *again,
            *in_steps;
        size_t n = 3 + random_below(&r, PARTS_MOST - 2), cut = 1 + random_below(&r, n - 1),
               order[PARTS_MOST];

        test_context("trial %d, %s, %zu tables", (int)trial, layout_name(l), n);
        for (size_t i = 0; i < n; i++) {
            char name[32];

            (void)snprintf(name, sizeof name, "part %zu", random_below(&r, 2) == 0 ? i : n - i);
            fill_data(x, ARRAY_LEN(x), &r);
            make_texts(texts, TIMES, words + random_below(&r, 4), 4, &r);
            tables[i] = fit(x, l, 0, 1 + random_below(&r, SAMPLES), texts, name);
        }
        at_once = merge(n, tables);
        random_permutation(&r, n, order);
        for (size_t i = 0; i < n; i++)
            shuffled[i] = tables[order[i]];
        again = merge(n, shuffled);
        assert_same_table(again, at_once);
        steps[0] = merge(cut, shuffled);
        steps[1] = merge(n - cut, shuffled + cut);
        in_steps = merge(2, steps);
        assert_count(in_steps->n_rows, at_once->n_rows);
        for (uint64_t i = 0; i < at_once->n_rows; i++) {
            char a[100], b[100];

            assert_ok(sci_stats_group_name(in_steps, i, a, sizeof a));
            assert_ok(sci_stats_group_name(at_once, i, b, sizeof b));
            assert_string_equal(a, b);
            assert_close_rows(&in_steps->moments[i], &at_once->moments[i]);
        }
        free_all(n, tables);
        free_all(2, steps);
        sci_stats_free(at_once);
        sci_stats_free(again);
        sci_stats_free(in_steps);
    }
}

static const sci_moments *
row_named(const sci_stats *stats, const char *name)
{
    char other[100];

    for (uint64_t i = 0; i < stats->n_rows; i++) {
        assert_ok(sci_stats_group_name(stats, i, other, sizeof other));
        if (strcmp(name, other) == 0)
            return &stats->moments[i];
    }
    test_failed(__FILE__, __LINE__, "no group '%s'", name);
}

/* Other names of the levels sort otherwise, but the rows follow their names, bit for bit. */
static void
renaming_levels_permutes_rows(void **state)
{
    static const char *const old_words[] = { "1", "2", "3", "4" };
    static const char *const new_words[] = { "30", "200", "-7", "5" };
    static double x[SAMPLES * CHANNELS * TIMES];

    (void)state;
    for (uint64_t trial = 0; trial < 30; trial++) {
        random_stream r = random_start(2000 + trial);
        layout l = trial % 2 == 0 ? LABEL_C : LABEL_T_KEEP_C;
        const char *old_texts[TIMES], *new_texts[TIMES];
        sci_stats *before, *after;

        test_context("trial %d", (int)trial);
        fill_data(x, ARRAY_LEN(x), &r);
        for (int i = 0; i < TIMES; i++) {
            uint64_t level = i < 4 ? (uint64_t)i : random_below(&r, 4);

            old_texts[i] = old_words[level];
            new_texts[i] = new_words[level];
        }
        before = fit(x, l, 0, SAMPLES, old_texts, "x");
        after = fit(x, l, 0, SAMPLES, new_texts, "x");
        for (uint64_t c = 0; c < (l == LABEL_C ? 1 : CHANNELS); c++)
            for (int k = 0; k < 4; k++) {
                char a[100], b[100];

                if (l == LABEL_C) {
                    (void)snprintf(a, sizeof a, "C=%s", old_words[k]);
                    (void)snprintf(b, sizeof b, "C=%s", new_words[k]);
                } else {
                    (void)snprintf(a, sizeof a, "C=%d T=%s", (int)c, old_words[k]);
                    (void)snprintf(b, sizeof b, "C=%d T=%s", (int)c, new_words[k]);
                }
                assert_same_bytes(row_named(after, b), row_named(before, a), 1,
                                  sizeof(sci_moments));
            }
        sci_stats_free(before);
        sci_stats_free(after);
    }
}

/* Pooling C in the table is pooling C in the array. */
static void
folding_is_a_coarser_grouping(void **state)
{
    static double x[SAMPLES * CHANNELS * TIMES];
    int64_t coarse_of[SAMPLES * CHANNELS];

    (void)state;
    for (uint64_t trial = 0; trial < 20; trial++) {
        random_stream r = random_start(3000 + trial);
        sci_stats *fine, *folded = NULL, *coarse;

        test_context("trial %d", (int)trial);
        fill_data(x, ARRAY_LEN(x), &r);
        fine = fit(x, KEEP_C, 0, SAMPLES, NULL, "x");
        coarse = fit(x, POOL_ALL, 0, SAMPLES, NULL, "x");
        memset(coarse_of, 0, sizeof coarse_of);
        assert_ok(sci_stats_fold(&folded, fine, 1, coarse_of));
        assert_close_rows(&folded->moments[0], &coarse->moments[0]);
        sci_stats_free(fine);
        sci_stats_free(folded);
        sci_stats_free(coarse);
    }
}

/* ---- shards of arrays of several segments, through files ---- */

typedef struct large {
    uint64_t shape[2];
    bool keep_rows;
    const char *what;
} large;

static sci_stats *
fit_large(const large *l, const float *x, int shard, int shards)
{
    sci_array array = { .rank = 2, .shape = { l->shape[0], l->shape[1] }, .type = SCI_FLOAT32 };
    sci_options opt = { .threads = 2, .shard = shard, .shards = shards };
    sci_source *source = NULL;
    sci_grouping *g = NULL;
    sci_stats *stats = NULL;

    assert_ok(sci_source_memory(&source, &array, x, "x.h5"));
    assert_ok(sci_grouping_create(&g, 2, l->shape));
    if (l->keep_rows)
        assert_ok(sci_grouping_keep(g, 0));
    assert_ok(sci_fit(source, g, &opt, &stats, NULL));
    sci_grouping_free(g);
    sci_source_free(source);
    return stats;
}

static void
save_as(const sci_stats *stats, char path[PLACE_ROOM], const char *name)
{
    place_scratch(path, name);
    assert_ok(sci_stats_save(stats, path));
}

/* Fit every shard, save, load, merge in a random order, save: the file of the unsharded fit, byte
 * for byte. */
static void
check_shards(const large *l, const float *x, int shards, const char *whole, random_stream *r)
{
    sci_stats *tables[7], *merged = NULL;
    const sci_stats *shuffled[7];
    size_t order[7], n, m;
    unsigned char *a, *b;
    char path[PLACE_ROOM];

    random_permutation(r, (size_t)shards, order);
    for (int i = 0; i < shards; i++) {
        sci_stats *shard = fit_large(l, x, i + 1, shards);

        assert_that(sci_stats_is_shard(shard) || i + 1 == shards); /* it may hold all */
        save_as(shard, path, "shard.h5");
        sci_stats_free(shard);
        assert_ok(sci_stats_load(&tables[i], path));
    }
    for (int i = 0; i < shards; i++)
        shuffled[i] = tables[order[i]];
    assert_ok(sci_stats_merge_all(&merged, (size_t)shards, shuffled, NULL));
    save_as(merged, path, "merged.h5");
    a = place_read(path, &n);
    b = place_read(whole, &m);
    assert_count(n, m);
    assert_same_bytes(a, b, n, 1);
    free(a);
    free(b);
    free_all((size_t)shards, tables);
    sci_stats_free(merged);
}

static void
shards_through_files_give_the_unsharded_file(void **state)
{
    static const large arrays[] = {
        { { 1, 5500000 }, false, "one group, six segments" },
        { { 2, 2600000 }, true, "two periods of three segments" },
        { { 4000, 1200 }, true, "many periods a segment" },
        { { 7, 11 }, true, "less than a segment" },
    };
    static const int counts[] = { 1, 2, 3, 7 };
    random_stream r = random_start(4000);

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(arrays); k++) {
        const large *l = &arrays[k];
        size_t n = l->shape[0] * l->shape[1];
        float *x = test_alloc(n, sizeof *x);
        char whole[PLACE_ROOM];
        sci_stats *stats;

        for (size_t i = 0; i < n; i++)
            x[i] = (float)random_uniform(&r);
        stats = fit_large(l, x, 0, 0);
        assert_that(n < 1000 || stats->segmentation.segments >= 4);
        save_as(stats, whole, "whole.h5");
        sci_stats_free(stats);
        for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
            test_context("%s, %d shards", l->what, counts[c]);
            check_shards(l, x, counts[c], whole, &r);
        }
        free(x);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_an_array_merge_to_the_whole),
        cmocka_unit_test(merging_is_associative_and_commutative),
        cmocka_unit_test(renaming_levels_permutes_rows),
        cmocka_unit_test(folding_is_a_coarser_grouping),
        cmocka_unit_test(shards_through_files_give_the_unsharded_file),
    };

    return run_all(tests);
}
