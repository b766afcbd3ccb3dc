/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Principal components against their definition: orthonormal eigenvectors of the covariance with the
 * largest eigenvalues, whatever way the matrix is stored, corrected or taken apart. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apps/genomics/pca.h"
#include "apps/genomics/pca_priv.h"
#include "support/matrices.h"
#include "support/random.h"
#include "support/testing.h"

enum { SEED = 7 };

/* A matrix, how it is corrected, and what the corrected one is. */
typedef struct sample {
    matrices m;
    sci_column_map *map;
    double *corrected; /* [rows][columns] */
} sample;

static double
corrected_value(const sample *s, size_t r, size_t g)
{
    const sci_column_map *map = s->map;
    size_t columns = (size_t)s->m.opt.columns, q = (size_t)s->m.opt.covariates;
    double x = s->m.truth[r * columns + g], shift;
    size_t l;

    if (!map || s->m.label[r] < 0)
        return x;
    l = (size_t)s->m.label[r];
    shift = map->shift[l * columns + g];
    for (size_t v = 0; v < q; v++)
        shift += s->m.covariate[r * q + v] * map->slope[(l * q + v) * columns + g];
    x = map->inverse ? (x - shift) / map->scale[l * columns + g]
                     : x * map->scale[l * columns + g] + shift;
    return map->clip && x < map->least ? map->least : x;
}

static void
correct(sample *s)
{
    size_t rows = (size_t)s->m.opt.rows, columns = (size_t)s->m.opt.columns;

    free(s->corrected);
    s->corrected = test_alloc(rows * columns, sizeof *s->corrected);
    for (size_t r = 0; r < rows; r++)
        for (size_t g = 0; g < columns; g++)
            s->corrected[r * columns + g] = corrected_value(s, r, g);
}

static void
make_sample(sample *s, uint64_t number, uint64_t rows, uint64_t columns, double density,
            bool mapped)
{
    matrices_options opt = { .rows = rows,
                             .columns = columns,
                             .levels = 3,
                             .covariates = 2,
                             .density = density,
                             .mean = 2.0,
                             .sd = 1.0,
                             .type = SCI_FLOAT64,
                             .index_type = SCI_INT32,
                             .left_out = 0.1,
                             .covariate_mean = 1.0 };
    random_stream r = random_start(number + 1000);

    memset(s, 0, sizeof *s);
    matrices_make(&s->m, number, &opt);
    if (mapped) {
        assert_ok(sci_column_map_create(&s->map, 3, columns, 2));
        for (size_t i = 0; i < 3 * columns; i++) {
            s->map->scale[i] = 0.5 + random_uniform(&r);
            s->map->shift[i] = random_normal(&r);
        }
        for (size_t i = 0; i < 6 * columns; i++)
            s->map->slope[i] = 0.3 * random_normal(&r);
    }
    correct(s);
}

static void
clear_sample(sample *s)
{
    matrices_clear(&s->m);
    sci_column_map_free(s->map);
    free(s->corrected);
}

static pca *
compute(const sample *s, sci_matrix_layout layout, bool streamed, uint64_t k,
        const sci_options *opt)
{
    pca *p = NULL;
    pca_input in = { .model = &s->m.model, .map = s->map };

    assert_ok(matrices_open(&s->m, layout, streamed, &in.matrix));
    assert_ok(pca_compute(&p, &in, k, SEED, opt));
    sci_matrix_free(in.matrix);
    return p;
}

static double *
centred_copy(const double *x, size_t rows, size_t columns)
{
    double *out = test_alloc(rows * columns, sizeof *out);

    for (size_t g = 0; g < columns; g++) {
        long double sum = 0.0L;

        for (size_t r = 0; r < rows; r++)
            sum += (long double)x[r * columns + g];
        for (size_t r = 0; r < rows; r++)
            out[r * columns + g] =
                (double)((long double)x[r * columns + g] - sum / (long double)rows);
    }
    return out;
}

static double *
covariance_of(const double *deviations, size_t rows, size_t columns)
{
    double *c = test_alloc(columns * columns, sizeof *c);

    for (size_t i = 0; i < columns; i++)
        for (size_t j = 0; j < columns; j++) {
            long double sum = 0.0L;

            for (size_t r = 0; r < rows; r++)
                sum += (long double)deviations[r * columns + i]
                       * (long double)deviations[r * columns + j];
            c[i * columns + j] = (double)(sum / (long double)(rows - 1));
        }
    return c;
}

/* One rotation of Jacobi's method that makes a[p][q] zero. */
static void
rotate(double *a, size_t n, size_t p, size_t q)
{
    double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
    double t = (theta < 0.0 ? -1.0 : 1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
    double c = 1.0 / sqrt(t * t + 1.0), s = t * c;

    for (size_t k = 0; k < n; k++) {
        double x = a[k * n + p], y = a[k * n + q];

        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        double x = a[p * n + k], y = a[q * n + k];

        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
}

static int
descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x < y) - (x > y);
}

/* Eigenvalues by Jacobi's method, descending. */
static double *
eigenvalues(const double *matrix, size_t n)
{
    double *a = test_alloc(n * n, sizeof *a), *out = test_alloc(n, sizeof *out);

    memcpy(a, matrix, n * n * sizeof *a);
    for (int sweep = 0; sweep < 30; sweep++)
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++)
                if (fabs(a[p * n + q]) > 1e-18)
                    rotate(a, n, p, q);
    for (size_t i = 0; i < n; i++)
        out[i] = a[i * n + i];
    qsort(out, n, sizeof *out, descending);
    free(a);
    return out;
}

static void
check_orthonormal(const pca *p)
{
    for (size_t i = 0; i < p->components; i++)
        for (size_t j = 0; j <= i; j++) {
            double dot = 0.0;

            for (size_t g = 0; g < p->columns; g++)
                dot += p->loadings[g * p->components + i] * p->loadings[g * p->components + j];
            assert_close(dot, i == j ? 1.0 : 0.0, 0.0, 1e-12);
        }
}

static void
check_signs(const pca *p)
{
    for (size_t i = 0; i < p->components; i++) {
        double largest = 0.0;

        for (size_t g = 0; g < p->columns; g++)
            if (fabs(p->loadings[g * p->components + i]) > fabs(largest))
                largest = p->loadings[g * p->components + i];
        assert_that(largest > 0.0);
    }
}

static void
check_scores(const pca *p, const double *deviations, double scale)
{
    size_t k = (size_t)p->components;

    for (size_t r = 0; r < p->rows; r++)
        for (size_t i = 0; i < k; i++) {
            double sum = 0.0;

            for (size_t g = 0; g < p->columns; g++)
                sum += deviations[r * p->columns + g] * p->loadings[g * k + i];
            assert_close(p->scores[r * k + i], sum, 0.0, 1e-8 * scale);
        }
}

/* Everything that principal components are, against the matrix itself. */
static void
check_definition(const pca *p, const double *x)
{
    size_t rows = (size_t)p->rows, columns = (size_t)p->columns, k = (size_t)p->components;
    double *deviations = centred_copy(x, rows, columns);
    double *c = covariance_of(deviations, rows, columns), *expected = eigenvalues(c, columns);
    double trace = 0.0;

    for (size_t g = 0; g < columns; g++)
        trace += c[g * columns + g];
    assert_close(p->total_variance, trace, 1e-11, 0.0);
    for (size_t i = 0; i < k; i++) {
        assert_close(p->variance[i], expected[i], 1e-10, 1e-12 * trace);
        assert_close(p->variance_ratio[i], p->variance[i] / trace, 1e-10, 1e-14);
        for (size_t g = 0; g < columns; g++) {
            double sum = 0.0;

            for (size_t h = 0; h < columns; h++)
                sum += c[g * columns + h] * p->loadings[h * k + i];
            assert_close(sum, p->variance[i] * p->loadings[g * k + i], 0.0, 1e-10 * trace);
        }
    }
    check_orthonormal(p);
    check_signs(p);
    check_scores(p, deviations, sqrt(trace));
    free(deviations);
    free(c);
    free(expected);
}

static void
close_components(const pca *a, const pca *b, double tolerance)
{
    assert_count(a->components, b->components);
    for (size_t i = 0; i < a->components; i++)
        assert_close(a->variance[i], b->variance[i], tolerance, tolerance * b->variance[0]);
    for (size_t i = 0; i < a->columns * a->components; i++)
        assert_close(a->loadings[i], b->loadings[i], 0.0, tolerance);
    for (size_t i = 0; i < a->rows * a->components; i++)
        assert_close(a->scores[i], b->scores[i], 0.0, tolerance * sqrt(b->total_variance) * 10);
}

static const sci_matrix_layout layouts[] = { SCI_MATRIX_DENSE, SCI_MATRIX_CSR, SCI_MATRIX_CSC };

static void
eigenvectors_of_the_covariance_in_every_layout_and_shape(void **state)
{
    static const struct {
        uint64_t rows, columns, k;
        double density;
    } shapes[] = { { 60, 17, 5, 0.1 }, { 60, 17, 5, 0.9 },   { 23, 40, 8, 0.15 },
                   { 23, 40, 8, 0.8 }, { 130, 33, 32, 0.2 }, { 9, 9, 8, 0.2 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        for (int mapped = 0; mapped < 2; mapped++) {
            sample s;

            make_sample(&s, 10 + i, shapes[i].rows, shapes[i].columns, shapes[i].density,
                        mapped == 1);
            for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
                pca *p;

                test_context("shape %zu, mapped %d, layout %zu", i, mapped, l);
                p = compute(&s, layouts[l], l > 0, shapes[i].k, NULL);
                assert_true(p->exact);
                check_definition(p, s.corrected);
                pca_free(p);
            }
            clear_sample(&s);
        }
}

static void
clipped_and_inverse_maps_are_followed(void **state)
{
    (void)state;
    for (int inverse = 0; inverse < 2; inverse++) {
        sample s;

        make_sample(&s, 30, 50, 20, 0.1, true);
        s.map->inverse = inverse == 1;
        s.map->clip = inverse == 0;
        s.map->least = -0.25;
        correct(&s);
        for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
            pca *p = compute(&s, layouts[l], false, 6, NULL);

            test_context("inverse %d, layout %zu", inverse, l);
            check_definition(p, s.corrected);
            pca_free(p);
        }
        clear_sample(&s);
    }
}

static void
known_components_are_found(void **state)
{
    enum { ROWS = 8, COLUMNS = 5 };
    /* Two orthogonal patterns of rows with mean 0 times two orthogonal directions. */
    static const double u[2][ROWS] = { { 1, 1, 1, 1, -1, -1, -1, -1 },
                                       { 1, -1, 1, -1, 1, -1, 1, -1 } };
    static const double v[2][COLUMNS] = { { 0.6, 0, -0.8, 0, 0 }, { 0, 1, 0, 0, 0 } };
    double x[ROWS][COLUMNS];
    sci_array shape = { 2, { ROWS, COLUMNS }, SCI_FLOAT64, false };
    sci_source *source = NULL;
    pca_input in = { 0 };
    pca *p = NULL;

    (void)state;
    for (size_t r = 0; r < ROWS; r++)
        for (size_t g = 0; g < COLUMNS; g++)
            x[r][g] = 100.0 + 3.0 * u[0][r] * v[0][g] + 2.0 * u[1][r] * v[1][g];
    assert_ok(sci_source_memory(&source, &shape, x, "known"));
    assert_ok(sci_matrix_dense(&in.matrix, source));
    assert_ok(pca_compute(&p, &in, 4, SEED, NULL));
    assert_close(p->variance[0], 9.0 * ROWS / (ROWS - 1), 1e-12, 0.0);
    assert_close(p->variance[1], 4.0 * ROWS / (ROWS - 1), 1e-12, 0.0);
    assert_close(p->variance[2], 0.0, 0.0, 1e-12);
    assert_close(p->variance_ratio[0], 9.0 / 13.0, 1e-12, 0.0);
    /* The largest loading of the first direction is the negative one. */
    assert_close(p->loadings[0 * 4], -0.6, 1e-12, 0.0);
    assert_close(p->loadings[2 * 4], 0.8, 1e-12, 0.0);
    assert_close(p->scores[0], -3.0, 1e-12, 0.0);
    assert_close(p->scores[1], 2.0, 1e-12, 0.0);
    check_orthonormal(p);
    pca_free(p);
    sci_matrix_free(in.matrix);
}

static void
sparse_and_dense_agree(void **state)
{
    (void)state;
    for (int mapped = 0; mapped < 2; mapped++) {
        sample s;
        pca *dense, *sparse;

        make_sample(&s, 40, 300, 90, 0.12, mapped == 1);
        dense = compute(&s, SCI_MATRIX_DENSE, true, 3, NULL);
        sparse = compute(&s, SCI_MATRIX_CSR, true, 3, NULL);
        close_components(sparse, dense, 1e-9);
        pca_free(dense);
        pca_free(sparse);
        clear_sample(&s);
    }
}

static void
map_and_explicit_correction_agree(void **state)
{
    sample s;
    sci_array shape = { 2, { 300, 90 }, SCI_FLOAT64, false };
    sci_source *source = NULL;
    pca_input in = { 0 };
    pca *explicit = NULL, *mapped;

    (void)state;
    make_sample(&s, 41, 300, 90, 0.12, true);
    assert_ok(sci_source_memory(&source, &shape, s.corrected, "corrected"));
    assert_ok(sci_matrix_dense(&in.matrix, source));
    assert_ok(pca_compute(&explicit, &in, 3, SEED, NULL));
    mapped = compute(&s, SCI_MATRIX_CSC, false, 3, NULL);
    close_components(mapped, explicit, 1e-9);
    pca_free(explicit);
    pca_free(mapped);
    sci_matrix_free(in.matrix);
    clear_sample(&s);
}

static void
check_same_pca(const pca *a, const pca *b)
{
    assert_same_bytes(a->variance, b->variance, a->components, sizeof *a->variance);
    assert_same_bytes(a->loadings, b->loadings, a->columns * a->components, sizeof *a->loadings);
    assert_same_bytes(a->scores, b->scores, a->rows * a->components, sizeof *a->scores);
    assert_same_bytes(&a->total_variance, &b->total_variance, 1, sizeof a->total_variance);
}

static void
bytes_do_not_depend_on_threads_or_memory(void **state)
{
    static const sci_options options[] = { { .threads = 1 },
                                           { .threads = 2, .memory_bytes = 1 << 20 },
                                           { .threads = 8, .memory_bytes = 8 << 20 } };
    static const double densities[] = { 0.1, 0.9 };

    (void)state;
    for (size_t d = 0; d < ARRAY_LEN(densities); d++)
        for (int wide = 0; wide < 2; wide++) {
            sample s;
            pca *first = NULL;

            make_sample(&s, 50, wide ? 150 : 700, wide ? 700 : 150, densities[d], true);
            for (size_t i = 0; i < ARRAY_LEN(options); i++) {
                pca *p = compute(&s, SCI_MATRIX_CSR, true, 10, &options[i]);

                test_context("density %zu, wide %d, options %zu", d, wide, i);
                if (first)
                    check_same_pca(p, first);
                if (first)
                    pca_free(p);
                else
                    first = p;
            }
            pca_free(first);
            clear_sample(&s);
        }
}

/* As if the other columns were not there; they have no loadings. */
static void
columns_left_out_take_no_part(void **state)
{
    (void)state;
    for (int dense = 0; dense < 2; dense++)
        for (int wide = 0; wide < 2; wide++) {
            sample s;
            uint64_t rows = wide ? 20 : 90, columns = wide ? 80 : 45, n = 0;
            unsigned char *selected = test_alloc(columns, 1);
            double *x = test_alloc(rows * columns, sizeof *x);
            sci_array shape = { 2, { rows, 0 }, SCI_FLOAT64, false };
            sci_source *source = NULL;
            pca_input few = { 0 }, all;
            pca *expected = NULL, *p = NULL;

            test_context("dense %d, wide %d", dense, wide);
            make_sample(&s, 55, rows, columns, dense ? 0.8 : 0.12, true);
            for (size_t g = 0; g < columns; g++)
                n += selected[g] = g % 3 != 1;
            for (size_t r = 0, at = 0; r < rows; r++)
                for (size_t g = 0; g < columns; g++)
                    if (selected[g])
                        x[at++] = s.corrected[r * columns + g];
            shape.shape[1] = n;
            assert_ok(sci_source_memory(&source, &shape, x, "few"));
            assert_ok(sci_matrix_dense(&few.matrix, source));
            assert_ok(pca_compute(&expected, &few, 7, SEED, NULL));
            all = (pca_input){ .model = &s.m.model, .map = s.map, .selected = selected };
            assert_ok(matrices_open(&s.m, SCI_MATRIX_CSR, false, &all.matrix));
            assert_ok(pca_compute(&p, &all, 7, SEED, NULL));
            assert_count(p->columns, columns);
            for (size_t i = 0; i < 7; i++)
                assert_close(p->variance[i], expected->variance[i], 1e-10, 0.0);
            for (size_t i = 0; i < rows * 7; i++)
                assert_close(p->scores[i], expected->scores[i], 0.0, 1e-8);
            for (size_t g = 0, at = 0; g < columns; at += selected[g++])
                for (size_t i = 0; i < 7; i++)
                    assert_close(p->loadings[g * 7 + i],
                                 selected[g] ? expected->loadings[at * 7 + i] : 0.0, 0.0, 1e-9);
            pca_free(p);
            pca_free(expected);
            sci_matrix_free(all.matrix);
            sci_matrix_free(few.matrix);
            free(selected);
            free(x);
            clear_sample(&s);
        }
}

/* The iteration on a matrix that is small enough for the exact way. */
static pca *
compute_krylov(const sample *s, sci_matrix_layout layout, const pca *like, int threads)
{
    size_t k = (size_t)like->components;
    sci_options opt = { .threads = threads };
    pca_input in = { .model = &s->m.model, .map = s->map };
    centred *c = NULL;
    pca *p = NULL;

    assert_ok(matrices_open(&s->m, layout, true, &in.matrix));
    assert_ok(centred_create(&c, &in, &opt));
    assert_ok(sci_alloc_zero(&p, 1, 1, sizeof *p));
    p->rows = like->rows;
    p->columns = like->columns;
    p->components = like->components;
    assert_ok(sci_alloc_zero(&p->scores, (size_t)p->rows, k, sizeof *p->scores));
    assert_ok(sci_alloc_zero(&p->loadings, (size_t)p->columns, k, sizeof *p->loadings));
    assert_ok(sci_alloc_zero(&p->variance, k, 1, sizeof *p->variance));
    assert_ok(pca_by_krylov(p, c, SEED));
    centred_free(c);
    sci_matrix_free(in.matrix);
    return p;
}

static double
absolute_difference(double a, double b)
{
    return fabs(fabs(a) - fabs(b));
}

static void
krylov_iteration_finds_the_exact_components(void **state)
{
    (void)state;
    for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
        sample s;
        pca *exact, *found, *again;

        make_sample(&s, 60, 900, 260, 0.1, true);
        exact = compute(&s, layouts[l], true, 12, NULL);
        found = compute_krylov(&s, layouts[l], exact, 1);
        again = compute_krylov(&s, layouts[l], exact, 3);
        test_context("layout %zu", l);
        assert_that(found->residual <= 1e-4);
        assert_close(found->total_variance, exact->total_variance, 1e-11, 0.0);
        for (size_t i = 0; i < found->components; i++)
            assert_close(found->variance[i], exact->variance[i], 1e-7, 0.0);
        for (size_t i = 0; i < found->columns * found->components; i++)
            assert_close(absolute_difference(found->loadings[i], exact->loadings[i]), 0.0, 0.0,
                         1e-3);
        check_orthonormal(found);
        check_same_pca(found, again);
        pca_free(exact);
        pca_free(found);
        pca_free(again);
        clear_sample(&s);
    }
}

static void
krylov_iteration_ends_where_the_rank_is_small(void **state)
{
    sample s;
    pca *exact, *found;

    (void)state;
    /* Rank 6: fewer than the components that are asked for. */
    make_sample(&s, 61, 7, 400, 0.9, false);
    exact = compute(&s, SCI_MATRIX_DENSE, false, 6, NULL);
    found = compute_krylov(&s, SCI_MATRIX_DENSE, exact, 2);
    for (size_t i = 0; i < 6; i++)
        assert_close(found->variance[i], exact->variance[i], 1e-10, 0.0);
    check_orthonormal(found);
    pca_free(exact);
    pca_free(found);
    clear_sample(&s);
}

static void
missing_value_is_named(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        sample s;
        pca_input in = { 0 };
        pca *p = NULL;

        make_sample(&s, 70, 30, 12, which == 0 ? 0.1 : 0.9, false);
        ((double *)s.m.csr.values)[s.m.csr.indptr[17]] = (double)NAN;
        assert_ok(matrices_open(&s.m, SCI_MATRIX_CSR, false, &in.matrix));
        assert_fails(pca_compute(&p, &in, 3, SEED, NULL), SCI_ERR_NONFINITE);
        assert_message_has("row 17, column");
        assert_null(p);
        sci_matrix_free(in.matrix);
        clear_sample(&s);
    }
}

static void
constant_matrix_has_no_variance_and_no_ratio(void **state)
{
    double x[6][4];
    sci_array shape = { 2, { 6, 4 }, SCI_FLOAT64, false };
    sci_source *source = NULL;
    pca_input in = { 0 };
    pca *p = NULL;

    (void)state;
    for (size_t i = 0; i < 24; i++)
        x[i / 4][i % 4] = 0.1;
    assert_ok(sci_source_memory(&source, &shape, x, "constant"));
    assert_ok(sci_matrix_dense(&in.matrix, source));
    assert_ok(pca_compute(&p, &in, 50, SEED, NULL));
    assert_count(p->components, 3);
    for (size_t i = 0; i < 3; i++)
        assert_close(p->variance[i], 0.0, 0.0, 1e-30);
    check_orthonormal(p);
    pca_free(p);
    sci_matrix_free(in.matrix);
}

static void
one_row_is_refused(void **state)
{
    double x[4] = { 1, 2, 3, 4 };
    sci_array shape = { 2, { 1, 4 }, SCI_FLOAT64, false };
    sci_source *source = NULL;
    pca_input in = { 0 };
    pca *p = NULL;

    (void)state;
    assert_ok(sci_source_memory(&source, &shape, x, "row"));
    assert_ok(sci_matrix_dense(&in.matrix, source));
    assert_fails(pca_compute(&p, &in, 2, SEED, NULL), SCI_ERR_DEGENERATE);
    sci_matrix_free(in.matrix);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvectors_of_the_covariance_in_every_layout_and_shape),
        cmocka_unit_test(clipped_and_inverse_maps_are_followed),
        cmocka_unit_test(known_components_are_found),
        cmocka_unit_test(sparse_and_dense_agree),
        cmocka_unit_test(map_and_explicit_correction_agree),
        cmocka_unit_test(bytes_do_not_depend_on_threads_or_memory),
        cmocka_unit_test(columns_left_out_take_no_part),
        cmocka_unit_test(krylov_iteration_finds_the_exact_components),
        cmocka_unit_test(krylov_iteration_ends_where_the_rank_is_small),
        cmocka_unit_test(missing_value_is_named),
        cmocka_unit_test(constant_matrix_has_no_variance_and_no_ratio),
        cmocka_unit_test(one_row_is_refused),
    };

    return run_all(tests);
}
