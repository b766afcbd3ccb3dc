/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/random.h>
#include <support/testing.h>

#include <math.h>
#include <string.h>

#include <apps/genomics/recode.h>
#include <apps/genomics/terms.h>

static void
texts(anndata_texts *out, size_t n, const char *const *items)
{
    assert_ok(texts_copy(out, n, items));
}

/* Two batches, a factor of three levels, a number, a second batch of two. */
static void
example(genomics_terms *t)
{
    static const char *const batches[] = { "a", "b" }, *const kinds[] = { "k1", "k2", "k3" },
                             *const sites[] = { "s1", "s2" };

    *t = (genomics_terms){ .n = 3 };
    assert_ok(sci_alloc_zero(&t->items, 3, 1, sizeof *t->items));
    texts(&t->batches, 2, batches);
    assert_ok(sci_strdup(&t->items[0].name, "kind"));
    texts(&t->items[0].levels, 3, kinds);
    assert_ok(sci_strdup(&t->items[1].name, "age"));
    t->items[1].numeric = true;
    t->items[1].role = GENOMICS_REMOVED;
    assert_ok(sci_strdup(&t->items[2].name, "site"));
    t->items[2].role = GENOMICS_BATCH2;
    texts(&t->items[2].levels, 2, sites);
}

static void
names_sort_as_numbers_only_if_all_are(void **state)
{
    static const char *const numbers[] = { "10", "9", "-1" }, *const mixed[] = { "10", "9", "b1" };
    anndata_texts t = { 0 };

    (void)state;
    texts(&t, 3, numbers);
    assert_ok(texts_sort(&t, NULL));
    assert_string_equal(t.items[0], "-1");
    assert_string_equal(t.items[2], "10");
    anndata_texts_clear(&t);
    texts(&t, 3, mixed);
    assert_ok(texts_sort(&t, NULL));
    assert_string_equal(t.items[0], "10");
    assert_string_equal(t.items[2], "b1");
    anndata_texts_clear(&t);
}

static void
options_are_split_at_commas(void **state)
{
    static const char *const options[] = { "a, b c", "d" }, *const empty[] = { "a,,b" };
    anndata_texts t = { 0 };

    (void)state;
    assert_ok(texts_of_options(&t, 2, options));
    assert_count(t.n, 3);
    assert_string_equal(t.items[1], "b c");
    anndata_texts_clear(&t);
    assert_fails(texts_of_options(&t, 1, empty), SCI_ERR_ARGUMENT);
}

static void
columns_are_named_and_coded(void **state)
{
    static const double expected[4][6] = {
        { 0, 1, 0, 0, 0, 0 }, { 0, 0, 1, 0, 0, 0 }, { 0, 0, 0, 1, 0, 0 }, { 0, 0, 0, 0, 1, -1 }
    };
    static const char *const names[] = { "kind=k2", "kind=k3", "age", "site=s1" };
    genomics_terms t;
    double *T = NULL;

    (void)state;
    example(&t);
    assert_count(genomics_terms_columns(&t, true), 6);
    assert_count(genomics_terms_columns(&t, false), 4);
    for (uint64_t k = 0; k < 4; k++) {
        char *name = NULL;

        assert_ok(genomics_terms_name(&t, false, k, &name));
        assert_string_equal(name, names[k]);
        sci_free(name);
    }
    assert_ok(genomics_terms_contrasts(&t, &T));
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 6; k++)
            assert_close(T[i * 6 + k], expected[i][k], 0.0, 0.0);
    sci_free(T);
    genomics_terms_clear(&t);
}

/* ---- tables ---- */

enum { ROWS = 60, LEVELS = 2, GENES = 5, WIDE = 3, NARROW = 2 };

/* Means, grams, moments and cross-products of these rows, by two passes. */
static sci_crossed *
table_of(uint64_t q, const double *c, const double *x, const int32_t *label)
{
    sci_crossed *t = NULL;

    assert_ok(sci_crossed_create(&t, LEVELS, GENES, q));
    assert_ok(sci_alloc_zero(&t->missing_sum, LEVELS * q, GENES, sizeof(double)));
    assert_ok(sci_alloc_zero(&t->missing_gram, LEVELS * q * (q + 1) / 2, GENES, sizeof(double)));
    for (int i = 0; i < ROWS; i++) {
        t->rows[label[i]]++;
        for (uint64_t k = 0; k < q; k++)
            t->mean[(uint64_t)label[i] * q + k] += c[(uint64_t)i * q + k];
    }
    for (uint64_t b = 0; b < LEVELS; b++)
        for (uint64_t k = 0; k < q; k++)
            t->mean[b * q + k] /= (double)t->rows[b];
    for (int i = 0; i < ROWS; i++) {
        uint64_t b = (uint64_t)label[i];
        double u[WIDE];

        for (uint64_t k = 0; k < q; k++)
            u[k] = c[(uint64_t)i * q + k] - t->mean[b * q + k];
        for (uint64_t j = 0; j < q; j++)
            for (uint64_t k = 0; k < q; k++)
                t->gram[(b * q + j) * q + k] += u[j] * u[k];
        for (uint64_t g = 0; g < GENES; g++) {
            double y = x[(uint64_t)i * GENES + g];
            sci_moments one;
            uint64_t pair = 0;

            if (isnan(y)) {
                for (uint64_t j = 0; j < q; j++) {
                    t->missing_sum[(b * q + j) * GENES + g] += u[j];
                    for (uint64_t k = j; k < q; k++, pair++)
                        t->missing_gram[(b * q * (q + 1) / 2 + pair) * GENES + g] += u[j] * u[k];
                }
                continue;
            }
            assert_ok(sci_moments_of(&one, SCI_FLOAT64, &y, 1, SCI_NAN_REFUSE));
            sci_moments_merge(&t->moments[b * GENES + g], &one);
            for (uint64_t k = 0; k < q; k++)
                t->cross[(b * q + k) * GENES + g] += u[k] * y;
        }
    }
    return t;
}

/* Recoding the table of c is the table of T c, also with missing values, and genes are chosen. */
static void
recoding_is_exact(void **state)
{
    static const double T[NARROW * WIDE] = { 0, 1, -1, 2, 0, 0 };
    static const uint64_t columns[3] = { 4, 0, GENOMICS_NO_COLUMN };
    double c[ROWS * WIDE], d[ROWS * NARROW], x[ROWS * GENES];
    int32_t label[ROWS];
    random_stream r = random_start(1);
    sci_crossed *wide, *narrow, *got = NULL;

    (void)state;
    for (int i = 0; i < ROWS; i++) {
        label[i] = i % LEVELS;
        for (int k = 0; k < WIDE; k++)
            c[i * WIDE + k] = random_normal(&r);
        for (int j = 0; j < NARROW; j++) {
            d[i * NARROW + j] = 0.0;
            for (int k = 0; k < WIDE; k++)
                d[i * NARROW + j] += T[j * WIDE + k] * c[i * WIDE + k];
        }
        for (int g = 0; g < GENES; g++)
            x[i * GENES + g] = (i + g) % 7 == 0 ? (double)NAN : random_normal(&r);
    }
    wide = table_of(WIDE, c, x, label);
    narrow = table_of(NARROW, d, x, label);
    assert_ok(genomics_recode(&got, wide, T, NARROW, 3, columns));
    for (uint64_t b = 0; b < LEVELS; b++) {
        for (uint64_t g = 0; g < 2; g++) {
            double a_mean[NARROW], a_cc[NARROW * NARROW], a_cy[NARROW];
            double b_mean[NARROW], b_cc[NARROW * NARROW], b_cy[NARROW];
            sci_crossed_cell p = sci_crossed_get(got, b, g, a_mean, a_cc, a_cy);
            sci_crossed_cell q = sci_crossed_get(narrow, b, columns[g], b_mean, b_cc, b_cy);

            assert_count(p.n, q.n);
            assert_close(p.syy, q.syy, 1e-13, 0.0);
            for (int k = 0; k < NARROW; k++) {
                assert_close(a_mean[k], b_mean[k], 1e-12, 1e-13);
                assert_close(a_cy[k], b_cy[k], 1e-11, 1e-12);
            }
            for (int k = 0; k < NARROW * NARROW; k++)
                assert_close(a_cc[k], b_cc[k], 1e-11, 1e-12);
        }
        assert_count(sci_crossed_get(got, b, 2, NULL, NULL, NULL).n, 0);
    }
    sci_crossed_free(wide);
    sci_crossed_free(narrow);
    sci_crossed_free(got);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_sort_as_numbers_only_if_all_are),
        cmocka_unit_test(options_are_split_at_commas),
        cmocka_unit_test(columns_are_named_and_coded),
        cmocka_unit_test(recoding_is_exact),
    };

    return run_all(tests);
}
