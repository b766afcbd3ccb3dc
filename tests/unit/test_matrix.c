/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Visiting rows, applying maps, pushing elements. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/matrices.h>
#include <support/random.h>
#include <support/streamed.h>
#include <support/testing.h>

static const sci_matrix_layout layouts[] = { SCI_MATRIX_DENSE, SCI_MATRIX_CSR, SCI_MATRIX_CSC };

static matrices_options
plain(void)
{
    return (matrices_options){ .rows = 203,
                               .columns = 57,
                               .levels = 3,
                               .covariates = 2,
                               .density = 0.3,
                               .mean = 1.0,
                               .sd = 2.0,
                               .type = SCI_FLOAT32,
                               .index_type = SCI_INT32,
                               .left_out = 0.1 };
}

/* ---- visiting ---- */

typedef struct copy {
    const matrices *m;
    double *x;
    uint64_t rows;
} copy;

static sci_status
copy_block(void *context, const sci_matrix_block *block)
{
    copy *c = context;
    uint64_t columns = c->m->opt.columns;

    assert_count(block->first, c->rows);
    for (uint64_t r = 0; r < block->n; r++, c->rows++) {
        double *row = c->x + c->rows * columns;
        int32_t before = -1;

        if (!block->sparse) {
            sci_widen(row, block->type,
                      (const char *)block->elements + r * columns * sci_type_size(block->type),
                      columns);
            continue;
        }
        assert_that(r > 0 || block->indptr[0] == 0);
        for (int64_t j = block->indptr[r]; j < block->indptr[r + 1]; j++) {
            assert_that(block->columns[j] > before);
            before = block->columns[j];
            row[before] = matrices_get(block->type, block->values, (uint64_t)j);
        }
    }
    return SCI_OK;
}

static void
check_visit(const matrices *m, sci_matrix_layout layout, bool streamed, uint64_t memory)
{
    uint64_t n = m->opt.rows * m->opt.columns;
    sci_options opt = { .threads = 2, .memory_bytes = memory };
    copy c = { .m = m, .x = test_alloc(n + 1, sizeof *c.x) };
    sci_matrix *matrix = NULL;

    memset(c.x, 0, n * sizeof *c.x);
    assert_ok(matrices_open(m, layout, streamed, &matrix));
    assert_count(sci_matrix_rows(matrix), m->opt.rows);
    assert_count(sci_matrix_columns(matrix), m->opt.columns);
    assert_that(sci_matrix_get_layout(matrix) == layout);
    assert_ok(sci_matrix_each(matrix, &opt, copy_block, &c));
    assert_count(c.rows, m->opt.rows);
    for (uint64_t i = 0; i < n; i++)
        assert_close(c.x[i], m->truth[i], 0.0, 0.0);
    sci_matrix_free(matrix);
    free(c.x);
}

static void
every_row_comes_once_and_in_order(void **state)
{
    static const sci_type types[] = { SCI_FLOAT32, SCI_FLOAT64, SCI_INT16, SCI_UINT8, SCI_INT64 };

    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(types); t++)
        for (int messy = 0; messy < 2; messy++) {
            matrices_options o = plain();
            matrices m;

            o.type = types[t];
            o.unsorted = o.duplicates = o.zeros = messy;
            o.mean = sci_type_is_integer(o.type) ? 30.0 : o.mean;
            o.index_type = t % 2 ? SCI_INT64 : SCI_INT32;
            matrices_make(&m, 10 * t + (uint64_t)messy, &o);
            for (size_t l = 0; l < ARRAY_LEN(layouts); l++)
                for (int k = 0; k < 4; k++) {
                    test_context("%s, layout %zu, %d", sci_type_name(o.type), l, k);
                    check_visit(&m, layouts[l], k % 2, k < 2 ? 0 : 100000);
                }
            matrices_clear(&m);
        }
}

static sci_status
stop_visiting(void *context, const sci_matrix_block *block)
{
    (void)context, (void)block;
    return sci_fail(SCI_ERR_INTERRUPTED, "enough");
}

static void
a_visit_that_fails_ends_it(void **state)
{
    matrices_options o = plain();
    sci_options opt = { .threads = 2 };
    matrices m;

    (void)state;
    matrices_make(&m, 100, &o);
    for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
        sci_matrix *matrix = NULL;

        assert_ok(matrices_open(&m, layouts[l], true, &matrix));
        assert_fails(sci_matrix_each(matrix, &opt, stop_visiting, NULL), SCI_ERR_INTERRUPTED);
        assert_message_has("enough");
        sci_matrix_free(matrix);
    }
    matrices_clear(&m);
}

static void
a_sum_of_duplicates_that_leaves_its_type_is_refused(void **state)
{
    static const uint8_t values[] = { 200, 100 };
    static const int32_t indices[] = { 1, 1 };
    static const int64_t by_row[] = { 0, 0, 2 }, by_column[] = { 0, 0, 2, 2 };
    sci_array v = { .rank = 1, .shape = { 2 }, .type = SCI_UINT8 };
    sci_array i = { .rank = 1, .shape = { 2 }, .type = SCI_INT32 };
    sci_options opt = { .threads = 1 };

    (void)state;
    for (int k = 0; k < 2; k++) {
        sci_source *a = NULL, *b = NULL;
        sci_matrix *m = NULL;

        assert_ok(sci_source_memory(&a, &v, values, "v"));
        assert_ok(sci_source_memory(&b, &i, indices, "i"));
        assert_ok(sci_matrix_sparse(&m, k ? SCI_MATRIX_CSC : SCI_MATRIX_CSR, 2, 3, a, b,
                                    k ? by_column : by_row, "x"));
        assert_fails(sci_matrix_each(m, &opt, stop_visiting, NULL), SCI_ERR_FORMAT);
        assert_message_has("row 1");
        sci_matrix_free(m);
    }
}

static void
memory_that_is_too_small_is_refused_with_what_is_needed(void **state)
{
    matrices_options o = plain();
    sci_options opt = { .threads = 1, .memory_bytes = 50 };
    matrices m;

    (void)state;
    matrices_make(&m, 101, &o);
    for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
        sci_matrix *matrix = NULL;
        sci_crossed *t = NULL;

        assert_ok(matrices_open(&m, layouts[l], true, &matrix));
        assert_fails(sci_matrix_each(matrix, &opt, stop_visiting, NULL), SCI_ERR_BUDGET);
        assert_message_has("needs 1 MiB");
        assert_fails(sci_crossed_fit(matrix, &m.model, &opt, &t, NULL), SCI_ERR_BUDGET);
        sci_matrix_free(matrix);
    }
    matrices_clear(&m);
}

/* A file may claim any shape. */
static void
claims_beyond_memory_are_refused_before_anything_is_made(void **state)
{
    static const float values[] = { 1.0f, 2.0f };
    static const int32_t indices[] = { 5, 3 };
    static const int64_t indptr[] = { 0, 2, 2 };
    sci_array v = { .rank = 1, .shape = { 2 }, .type = SCI_FLOAT32 };
    sci_array i = { .rank = 1, .shape = { 2 }, .type = SCI_INT32 };
    sci_options opt = { .threads = 1 };
    sci_row_model model = { .rows = 2, .levels = 4 };
    sci_source *a = NULL, *b = NULL;
    sci_matrix *m = NULL;
    sci_crossed *t = NULL;

    (void)state;
    assert_ok(sci_source_memory(&a, &v, values, "v"));
    assert_ok(sci_source_memory(&b, &i, indices, "i"));
    assert_ok(sci_matrix_sparse(&m, SCI_MATRIX_CSR, 2, INT32_MAX, a, b, indptr, "x"));
    opt.memory_bytes = UINT64_C(1) << 30;
    assert_fails(sci_crossed_fit(m, &model, &opt, &t, NULL), SCI_ERR_BUDGET);
    assert_fails(sci_matrix_each(m, &opt, stop_visiting, NULL), SCI_ERR_BUDGET);
    sci_matrix_free(m);
    assert_ok(sci_source_memory(&a, &v, values, "v"));
    assert_ok(sci_source_memory(&b, &i, indices, "i"));
    assert_fails(sci_matrix_sparse(&m, SCI_MATRIX_CSR, 2, UINT64_C(1) << 31, a, b, indptr, "x"),
                 SCI_ERR_SHAPE);
}

/* ---- applying ---- */

static double
expected_value(const matrices *m, const sci_column_map *map, uint64_t row, uint64_t g, double x)
{
    uint64_t l = (uint64_t)m->label[row], q = m->opt.covariates, columns = m->opt.columns;
    double t, y;

    if (m->label[row] < 0)
        return x;
    t = map->shift[l * columns + g];
    for (uint64_t k = 0; k < q; k++)
        t += m->covariate[row * q + k] * map->slope[(l * q + k) * columns + g];
    y = map->inverse ? (x - t) / map->scale[l * columns + g] : x * map->scale[l * columns + g] + t;
    return map->clip && y < map->least ? map->least : y;
}

static sci_column_map *
make_map(const matrices *m)
{
    random_stream r = random_start(5);
    sci_column_map *map = NULL;

    assert_ok(sci_column_map_create(&map, m->opt.levels, m->opt.columns, m->opt.covariates));
    for (uint64_t i = 0; i < m->opt.levels * m->opt.columns; i++) {
        map->scale[i] = 0.5 + random_uniform(&r);
        map->shift[i] = random_normal(&r);
    }
    for (uint64_t i = 0; i < m->opt.levels * m->opt.columns * m->opt.covariates; i++)
        map->slope[i] = random_normal(&r);
    return map;
}

static void
apply(const matrices *m, sci_matrix_layout layout, const sci_column_map *map, sci_type type,
      void *out, sci_map_report *report)
{
    sci_array array = { .rank = 2, .shape = { m->opt.rows, m->opt.columns }, .type = type };
    sci_options opt = { .threads = 2 };
    sci_matrix *matrix = NULL;
    sci_sink *sink = NULL;

    assert_ok(matrices_open(m, layout, true, &matrix));
    assert_ok(layout == SCI_MATRIX_CSR ? streamed_sink(&sink, &array, out, "out")
                                       : sci_sink_memory(&sink, &array, out, "out"));
    assert_ok(sci_column_map_apply(matrix, &m->model, map, &opt, sink, report));
    sci_sink_free(sink);
    sci_matrix_free(matrix);
}

static void
check_map(const matrices *m, const sci_column_map *map)
{
    uint64_t n = m->opt.rows * m->opt.columns, clipped = 0;
    double *out = test_alloc(n, sizeof *out);
    float *single = test_alloc(n, sizeof *single);

    for (uint64_t i = 0; i < n; i++) {
        uint64_t row = i / m->opt.columns;
        double y = expected_value(m, map, row, i % m->opt.columns, m->truth[i]);

        clipped += map->clip && m->label[row] >= 0 && y == map->least;
    }
    for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
        sci_map_report report;

        apply(m, layouts[l], map, SCI_FLOAT64, out, &report);
        apply(m, layouts[l], map, SCI_FLOAT32, single, NULL);
        assert_count(report.clipped, clipped);
        assert_count(report.new_nonfinite, 0);
        for (uint64_t i = 0; i < n; i++) {
            double y = expected_value(m, map, i / m->opt.columns, i % m->opt.columns, m->truth[i]);

            assert_close(out[i], y, 0.0, 0.0);
            assert_that(single[i] == (float)y || isnan(y));
        }
    }
    free(out);
    free(single);
}

static void
maps_do_what_the_formula_says(void **state)
{
    matrices_options o = plain();
    sci_column_map *map;
    matrices m;

    (void)state;
    o.missing = 0.01;
    matrices_make(&m, 110, &o);
    map = make_map(&m);
    check_map(&m, map);
    map->inverse = true;
    check_map(&m, map);
    map->inverse = false;
    map->clip = true;
    map->least = 0.25;
    check_map(&m, map);
    sci_column_map_free(map);
    matrices_clear(&m);
}

/* -0.0, and slopes of 0 under negative covariates. */
static void
the_identity_keeps_every_bit(void **state)
{
    matrices_options o = plain();
    sci_column_map *map = NULL;
    matrices m;
    float *out;

    (void)state;
    o.density = 1.0;
    matrices_make(&m, 111, &o);
    for (uint64_t i = 0; i < o.rows * o.columns; i += 5)
        ((float *)m.elements)[i] = -0.0f;
    out = test_alloc(o.rows * o.columns, sizeof *out);
    assert_ok(sci_column_map_create(&map, o.levels, o.columns, o.covariates));
    for (int inverse = 0; inverse < 2; inverse++) {
        map->inverse = inverse;
        apply(&m, SCI_MATRIX_DENSE, map, SCI_FLOAT32, out, NULL);
        assert_same_bytes(out, m.elements, o.rows * o.columns, sizeof *out);
    }
    free(out);
    sci_column_map_free(map);
    matrices_clear(&m);
}

static void
results_that_stop_being_finite_are_counted(void **state)
{
    matrices_options o = plain();
    sci_column_map *map;
    matrices m;
    float *out;

    (void)state;
    o.left_out = 0.0;
    matrices_make(&m, 112, &o);
    map = make_map(&m);
    for (uint64_t l = 0; l < o.levels; l++) {
        map->shift[l * o.columns + 3] = 1e300; /* beyond float, whatever x is */
        map->scale[l * o.columns + 4] = (double)NAN;
    }
    out = test_alloc(o.rows * o.columns, sizeof *out);
    for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
        sci_map_report report;

        apply(&m, layouts[l], map, SCI_FLOAT32, out, &report);
        assert_count(report.new_nonfinite, 2 * o.rows);
    }
    free(out);
    sci_column_map_free(map);
    matrices_clear(&m);
}

typedef struct mapped {
    const matrices *m;
    const sci_column_map *map;
    double *out;
} mapped;

static sci_status
map_block(void *context, const sci_matrix_block *block)
{
    const mapped *c = context;

    sci_column_map_block(c->map, block, c->m->label + block->first,
                         c->m->covariate + block->first * c->m->opt.covariates,
                         c->out + block->first * c->m->opt.columns);
    return SCI_OK;
}

static void
rows_in_memory_are_mapped_to_the_same_bits(void **state)
{
    matrices_options o = plain();
    sci_options opt = { .threads = 2 };
    sci_column_map *map;
    matrices m;
    double *out, *expected;

    (void)state;
    matrices_make(&m, 113, &o);
    map = make_map(&m);
    map->clip = true;
    out = test_alloc(o.rows * o.columns, sizeof *out);
    expected = test_alloc(o.rows * o.columns, sizeof *expected);
    for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
        mapped c = { &m, map, out };
        sci_matrix *matrix = NULL;

        apply(&m, layouts[l], map, SCI_FLOAT64, expected, NULL);
        assert_ok(matrices_open(&m, layouts[l], true, &matrix));
        assert_ok(sci_matrix_each(matrix, &opt, map_block, &c));
        assert_same_bytes(out, expected, o.rows * o.columns, sizeof *out);
        sci_matrix_free(matrix);
    }
    free(out);
    free(expected);
    sci_column_map_free(map);
    matrices_clear(&m);
}

static void
maps_and_sinks_that_do_not_fit_are_refused(void **state)
{
    matrices_options o = plain();
    sci_options opt = { .threads = 1 };
    sci_column_map *map = NULL;
    sci_matrix *matrix = NULL;
    static const struct {
        uint64_t rows;
        sci_type type;
        uint64_t levels;
        sci_status status;
    } cases[] = { { 203, SCI_INT32, 3, SCI_ERR_TYPE },
                  { 202, SCI_FLOAT32, 3, SCI_ERR_SHAPE },
                  { 203, SCI_FLOAT32, 2, SCI_ERR_SHAPE } };
    matrices m;
    float *out;

    (void)state;
    matrices_make(&m, 114, &o);
    out = test_alloc(o.rows * o.columns, sizeof *out);
    assert_ok(matrices_open(&m, SCI_MATRIX_CSR, true, &matrix));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        sci_array array = { .rank = 2,
                            .shape = { cases[i].rows, o.columns },
                            .type = cases[i].type };
        sci_sink *sink = NULL;

        assert_ok(sci_sink_memory(&sink, &array, out, "out"));
        assert_ok(sci_column_map_create(&map, cases[i].levels, o.columns, o.covariates));
        assert_fails(sci_column_map_apply(matrix, &m.model, map, &opt, sink, NULL),
                     cases[i].status);
        sci_column_map_free(map);
        sci_sink_free(sink);
    }
    sci_matrix_free(matrix);
    free(out);
    matrices_clear(&m);
}

/* ---- pushing ---- */

static void
pushed_elements_arrive_whatever_their_portions(void **state)
{
    enum { ROWS = 700, COLUMNS = 901 };
    sci_array array = { .rank = 2, .shape = { ROWS, COLUMNS }, .type = SCI_FLOAT64 };
    uint64_t n = (uint64_t)ROWS * COLUMNS;
    double *x = test_alloc(n, sizeof *x), *out = test_alloc(n, sizeof *out);
    random_stream r = random_start(7);

    (void)state;
    for (uint64_t i = 0; i < n; i++)
        x[i] = random_uniform(&r);
    for (int k = 0; k < 4; k++) {
        sci_options opt = { .threads = 2, .memory_bytes = k < 2 ? 0 : 100000 };
        sci_sink *sink = NULL;
        sci_writer *writer = NULL;

        memset(out, 0, n * sizeof *out);
        assert_ok(k % 2 ? streamed_sink(&sink, &array, out, "out")
                        : sci_sink_memory(&sink, &array, out, "out"));
        assert_ok(sci_writer_create(&writer, sink, &opt));
        for (uint64_t at = 0; at < n;) {
            uint64_t count = random_below(&r, 100000);

            count = count < n - at ? count : n - at;
            assert_ok(sci_writer_append(writer, x + at, count));
            at += count;
        }
        assert_fails(sci_writer_append(writer, x, 1), SCI_ERR_ARGUMENT);
        assert_ok(sci_writer_finish(writer));
        sci_writer_free(writer);
        sci_sink_free(sink);
        assert_same_bytes(out, x, n, sizeof *out);
    }
    free(x);
    free(out);
}

static void
a_writer_that_lacks_elements_does_not_finish(void **state)
{
    sci_array array = { .rank = 1, .shape = { 10 }, .type = SCI_INT32 };
    sci_options opt = { .threads = 1 };
    int32_t out[10];
    sci_sink *sink = NULL;
    sci_writer *writer = NULL;

    (void)state;
    assert_ok(streamed_sink(&sink, &array, out, "out"));
    assert_ok(sci_writer_create(&writer, sink, &opt));
    assert_ok(sci_writer_append(writer, out, 9));
    assert_fails(sci_writer_finish(writer), SCI_ERR_ARGUMENT);
    assert_message_has("only 9 of 10");
    sci_writer_free(writer);
    sci_sink_free(sink);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_once_and_in_order),
        cmocka_unit_test(a_visit_that_fails_ends_it),
        cmocka_unit_test(a_sum_of_duplicates_that_leaves_its_type_is_refused),
        cmocka_unit_test(memory_that_is_too_small_is_refused_with_what_is_needed),
        cmocka_unit_test(claims_beyond_memory_are_refused_before_anything_is_made),
        cmocka_unit_test(maps_do_what_the_formula_says),
        cmocka_unit_test(the_identity_keeps_every_bit),
        cmocka_unit_test(results_that_stop_being_finite_are_counted),
        cmocka_unit_test(rows_in_memory_are_mapped_to_the_same_bits),
        cmocka_unit_test(maps_and_sinks_that_do_not_fit_are_refused),
        cmocka_unit_test(pushed_elements_arrive_whatever_their_portions),
        cmocka_unit_test(a_writer_that_lacks_elements_does_not_finish),
    };

    return run_all(tests);
}
