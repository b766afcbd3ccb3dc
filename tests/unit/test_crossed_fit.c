/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crossed tables against sums made directly, in long double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/matrices.h>
#include <support/testing.h>

static const sci_matrix_layout layouts[] = { SCI_MATRIX_DENSE, SCI_MATRIX_CSR, SCI_MATRIX_CSC };

/* What a cell must be. */
typedef struct expected {
    uint64_t n;
    long double mean, syy, mean_c[8], scc[8][8], scy[8];
} expected;

static bool
counts(const matrices *m, uint64_t row, uint64_t level, uint64_t column)
{
    return m->label[row] == (int32_t)level && !isnan(m->truth[row * m->opt.columns + column]);
}

static expected
expect(const matrices *m, uint64_t level, uint64_t column)
{
    uint64_t q = m->opt.covariates, g = m->opt.columns;
    expected e = { 0 };

    for (uint64_t r = 0; r < m->opt.rows; r++) {
        if (!counts(m, r, level, column))
            continue;
        e.n++;
        e.mean += m->truth[r * g + column];
        for (uint64_t k = 0; k < q; k++)
            e.mean_c[k] += m->covariate[r * q + k];
    }
    if (e.n == 0)
        return e;
    e.mean /= e.n;
    for (uint64_t k = 0; k < q; k++)
        e.mean_c[k] /= e.n;
    for (uint64_t r = 0; r < m->opt.rows; r++) {
        long double y = m->truth[r * g + column] - e.mean;

        if (!counts(m, r, level, column))
            continue;
        e.syy += y * y;
        for (uint64_t k = 0; k < q; k++) {
            long double c = m->covariate[r * q + k] - e.mean_c[k];

            e.scy[k] += c * y;
            for (uint64_t l = 0; l < q; l++)
                e.scc[k][l] += c * (m->covariate[r * q + l] - e.mean_c[l]);
        }
    }
    return e;
}

static void
check_cell(const matrices *m, const sci_crossed *t, uint64_t level, uint64_t column, double tol)
{
    uint64_t q = m->opt.covariates;
    expected e = expect(m, level, column);
    double mean_c[8], scc[64], scy[8];
    sci_crossed_cell cell = sci_crossed_get(t, level, column, mean_c, scc, scy);

    assert_count(cell.n, e.n);
    assert_close(cell.mean, (double)e.mean, tol, 0.0);
    assert_close(cell.syy, (double)e.syy, tol, 0.0);
    for (uint64_t k = 0; k < q; k++) {
        double sc = sqrt((double)e.scc[k][k]), sy = sqrt((double)e.syy);

        assert_close(mean_c[k], (double)e.mean_c[k], tol, tol);
        assert_close(scy[k], (double)e.scy[k], 0.0, tol * sc * sy);
        for (uint64_t l = 0; l < q; l++)
            assert_close(scc[k * q + l], (double)e.scc[k][l], 0.0,
                         tol * sc * sqrt((double)e.scc[l][l]));
    }
}

static sci_crossed *
fit(const matrices *m, sci_matrix_layout layout, bool streamed, sci_report *report)
{
    sci_options opt = { .threads = 2 };
    sci_matrix *matrix = NULL;
    sci_crossed *t = NULL;

    assert_ok(matrices_open(m, layout, streamed, &matrix));
    assert_ok(sci_crossed_fit(matrix, &m->model, &opt, &t, report));
    sci_matrix_free(matrix);
    return t;
}

static void
check_all(const matrices_options *o, uint64_t number, double tol)
{
    matrices m;

    matrices_make(&m, number, o);
    for (size_t k = 0; k < ARRAY_LEN(layouts); k++) {
        sci_crossed *t = fit(&m, layouts[k], k % 2 == 0, NULL);

        test_context("layout %zu, %s", k, sci_type_name(o->type));
        for (uint64_t l = 0; l < o->levels; l++)
            for (uint64_t g = 0; g < o->columns; g++)
                check_cell(&m, t, l, g, tol);
        sci_crossed_free(t);
    }
    matrices_clear(&m);
}

static matrices_options
plain(void)
{
    return (matrices_options){ .rows = 150,
                               .columns = 23,
                               .levels = 3,
                               .covariates = 3,
                               .density = 0.2,
                               .mean = 1.0,
                               .sd = 0.7,
                               .type = SCI_FLOAT64,
                               .index_type = SCI_INT32 };
}

static void
cells_are_those_of_direct_sums(void **state)
{
    static const sci_type types[] = { SCI_FLOAT32, SCI_FLOAT64, SCI_UINT8, SCI_INT64 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        matrices_options o = plain();

        o.type = types[i];
        o.mean = sci_type_is_integer(o.type) ? 40.0 : o.mean;
        check_all(&o, i, 1e-12);
    }
}

static void
missing_values_are_left_out(void **state)
{
    matrices_options o = plain();

    (void)state;
    o.missing = 0.2;
    check_all(&o, 10, 1e-11);
    o.density = 1.0;
    check_all(&o, 11, 1e-11);
}

static void
rows_without_label_are_left_out(void **state)
{
    matrices_options o = plain();

    (void)state;
    o.left_out = 0.3;
    check_all(&o, 20, 1e-12);
}

static void
values_far_from_zero_keep_their_spread(void **state)
{
    matrices_options o = plain();

    (void)state;
    o.density = 1.0;
    o.mean = 1000.0;
    o.covariate_mean = 50.0;
    check_all(&o, 30, 1e-10);
}

static void
any_order_duplicates_and_zeros_are_one_matrix(void **state)
{
    matrices_options o = plain();

    (void)state;
    o.unsorted = o.duplicates = o.zeros = true;
    o.index_type = SCI_INT64;
    check_all(&o, 40, 1e-12);
    o.type = SCI_FLOAT32;
    o.unsorted = false;
    check_all(&o, 41, 1e-12);
}

static void
layouts_by_rows_and_columns_give_the_same_bytes(void **state)
{
    matrices_options o = plain();
    matrices m;

    (void)state;
    o.unsorted = o.duplicates = o.zeros = true;
    o.missing = 0.05;
    o.left_out = 0.1;
    for (uint64_t i = 0; i < 4; i++) {
        sci_crossed *a, *b;
        sci_report ra, rb;

        o.type = i % 2 ? SCI_FLOAT32 : SCI_FLOAT64;
        o.covariates = i;
        matrices_make(&m, 50 + i, &o);
        a = fit(&m, SCI_MATRIX_CSR, true, &ra);
        b = fit(&m, SCI_MATRIX_CSC, true, &rb);
        matrices_same(a, b);
        assert_count(ra.elements, o.rows * o.columns);
        assert_count(ra.nonfinite, rb.nonfinite);
        assert_that(ra.nonfinite > 0);
        assert_count(ra.first_nonfinite, rb.first_nonfinite);
        assert_count(ra.members, rb.members);
        sci_crossed_free(a);
        sci_crossed_free(b);
        matrices_clear(&m);
    }
}

/* ---- refusals ---- */

static void
refuses(matrices *m, sci_matrix_layout layout, sci_status status, const char *text)
{
    sci_options opt = { .threads = 2 };
    sci_matrix *matrix = NULL;
    sci_crossed *t = NULL;
    sci_status st = matrices_open(m, layout, true, &matrix);

    if (st == SCI_OK)
        st = sci_crossed_fit(matrix, &m->model, &opt, &t, NULL);
    assert_fails(st, status);
    assert_message_has(text);
    assert_that(t == NULL);
    sci_matrix_free(matrix);
}

static void
an_infinity_is_refused_by_its_place(void **state)
{
    matrices_options o = plain();
    matrices m;

    (void)state;
    matrices_make(&m, 60, &o);
    m.label[7] = 1;
    ((double *)m.elements)[7 * o.columns + 5] = (double)INFINITY;
    refuses(&m, SCI_MATRIX_DENSE, SCI_ERR_NONFINITE, "row 7, column 5 is infinite");
    m.label[7] = -1; /* a row that is left out never matters */
    sci_crossed_free(fit(&m, SCI_MATRIX_DENSE, false, NULL));
    matrices_clear(&m);
}

static void
indices_out_of_range_are_refused_by_their_line(void **state)
{
    matrices_options o = plain();
    matrices m;

    (void)state;
    matrices_make(&m, 61, &o);
    ((int32_t *)m.csr.indices)[m.csr.indptr[3]] = 23;
    refuses(&m, SCI_MATRIX_CSR, SCI_ERR_FORMAT, "row 3 has a value at column 23, there are 23");
    ((int32_t *)m.csr.indices)[m.csr.indptr[3]] = -1;
    refuses(&m, SCI_MATRIX_CSR, SCI_ERR_FORMAT, "row 3 has a value at column -1");
    ((int32_t *)m.csc.indices)[m.csc.indptr[4]] = 150;
    refuses(&m, SCI_MATRIX_CSC, SCI_ERR_FORMAT, "column 4 has a value at row 150, there are 150");
    matrices_clear(&m);
}

static void
an_indptr_that_is_none_is_refused(void **state)
{
    matrices_options o = plain();
    matrices m;
    int64_t kept;

    (void)state;
    matrices_make(&m, 62, &o);
    kept = m.csr.indptr[9];
    m.csr.indptr[9] = m.csr.indptr[8] - 1;
    refuses(&m, SCI_MATRIX_CSR, SCI_ERR_FORMAT, "indptr falls");
    m.csr.indptr[9] = kept;
    m.csr.indptr[0] = 1;
    refuses(&m, SCI_MATRIX_CSR, SCI_ERR_FORMAT, "indptr begins with 1");
    m.csr.indptr[0] = 0;
    m.csr.indptr[o.rows]++;
    refuses(&m, SCI_MATRIX_CSR, SCI_ERR_FORMAT, "indptr ends with");
    matrices_clear(&m);
}

static void
models_that_do_not_fit_are_refused(void **state)
{
    matrices_options o = plain();
    matrices m;

    (void)state;
    matrices_make(&m, 63, &o);
    m.label[5] = 3;
    refuses(&m, SCI_MATRIX_CSR, SCI_ERR_ARGUMENT, "row 5 has label 3");
    m.label[5] = 0;
    m.covariate[5 * o.covariates + 1] = (double)NAN;
    refuses(&m, SCI_MATRIX_CSR, SCI_ERR_NONFINITE, "covariate 1 of row 5");
    m.label[5] = -1;
    sci_crossed_free(fit(&m, SCI_MATRIX_CSR, true, NULL));
    m.model.rows--;
    refuses(&m, SCI_MATRIX_CSR, SCI_ERR_SHAPE, "149");
    matrices_clear(&m);
}

/* ---- edges ---- */

static void
a_matrix_without_rows_columns_or_values_has_a_table(void **state)
{
    static const uint64_t shapes[][2] = { { 0, 5 }, { 5, 0 }, { 0, 0 }, { 6, 4 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        for (size_t k = 0; k < ARRAY_LEN(layouts); k++) {
            matrices_options o = plain();
            matrices m;
            sci_crossed *t;

            test_context("shape %zu, layout %zu", i, k);
            o.rows = shapes[i][0];
            o.columns = shapes[i][1];
            o.density = 0.0;
            matrices_make(&m, 70, &o);
            t = fit(&m, layouts[k], k == 1, NULL);
            assert_count(t->columns, o.columns);
            for (uint64_t g = 0; g < o.levels * o.columns; g++) {
                assert_count(t->moments[g].count, t->rows[g / o.columns]);
                assert_close(t->moments[g].mean_hi, 0.0, 0.0, 0.0);
            }
            sci_crossed_free(t);
            matrices_clear(&m);
        }
}

static void
a_label_of_no_row_is_an_empty_level(void **state)
{
    matrices_options o = plain();
    matrices m;
    sci_crossed *t;
    sci_report report;

    (void)state;
    matrices_make(&m, 80, &o);
    m.model.levels = 5;
    t = fit(&m, SCI_MATRIX_CSR, true, &report);
    assert_count(t->rows[4], 0);
    assert_count(t->moments[4 * o.columns].count, 0);
    assert_that(report.empty_groups == 2 * o.columns);
    assert_count(sci_crossed_get(t, 4, 0, NULL, NULL, NULL).n, 0);
    sci_crossed_free(t);
    matrices_clear(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_those_of_direct_sums),
        cmocka_unit_test(missing_values_are_left_out),
        cmocka_unit_test(rows_without_label_are_left_out),
        cmocka_unit_test(values_far_from_zero_keep_their_spread),
        cmocka_unit_test(any_order_duplicates_and_zeros_are_one_matrix),
        cmocka_unit_test(layouts_by_rows_and_columns_give_the_same_bytes),
        cmocka_unit_test(an_infinity_is_refused_by_its_place),
        cmocka_unit_test(indices_out_of_range_are_refused_by_their_line),
        cmocka_unit_test(an_indptr_that_is_none_is_refused),
        cmocka_unit_test(models_that_do_not_fit_are_refused),
        cmocka_unit_test(a_matrix_without_rows_columns_or_values_has_a_table),
        cmocka_unit_test(a_label_of_no_row_is_an_empty_level),
    };

    return run_all(tests);
}
