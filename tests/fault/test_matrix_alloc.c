/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation of the operations on matrices and crossed tables fails in turn, alone and
 * with all that follow; and sources and sinks fail at every step. Nothing leaks. */
#include <stdlib.h>
#include <string.h>

#include <support/faults.h>
#include <support/matrices.h>
#include <support/streamed.h>
#include <support/testing.h>

typedef sci_status (*operation)(sci_matrix_layout layout);

static matrices shared;
static float *shared_out;

static void
check_operation(operation run, sci_matrix_layout layout, bool onwards)
{
    long n = 0;

    for (;; n++) {
        sci_status st;

        test_context("layout %d: allocation %ld fails%s", (int)layout, n,
                     onwards ? ", and all that follow" : "");
        faults_memory(n, onwards);
        st = run(layout);
        assert_count(faults_memory_live(), 0);
        if (faults_memory_calls() <= n) { /* the failing one was not reached */
            assert_ok(st);
            break;
        }
        if (st != SCI_OK)
            assert_fails(st, SCI_ERR_NOMEM);
    }
    faults_memory_end();
    assert_that(n > 0);
}

static void
use(uint64_t number, bool messy)
{
    matrices_options o = { .rows = 40,
                           .columns = 17,
                           .levels = 2,
                           .covariates = 2,
                           .density = 0.4,
                           .sd = 1.0,
                           .type = messy ? SCI_FLOAT64 : SCI_FLOAT32,
                           .index_type = messy ? SCI_INT64 : SCI_INT32,
                           .missing = messy ? 0.1 : 0.0,
                           .unsorted = messy,
                           .duplicates = messy };

    matrices_make(&shared, number, &o);
    shared_out = test_alloc(o.rows * o.columns, sizeof *shared_out);
}

static void
done(void)
{
    matrices_clear(&shared);
    free(shared_out);
}

static void
survives(operation run)
{
    static const sci_matrix_layout layouts[] = { SCI_MATRIX_DENSE, SCI_MATRIX_CSR, SCI_MATRIX_CSC };

    for (int messy = 0; messy < 2; messy++) {
        use((uint64_t)messy, messy);
        for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
            check_operation(run, layouts[l], false);
            check_operation(run, layouts[l], true);
        }
        done();
    }
}

/* ---- operations ---- */

static sci_status
fit_and_merge(sci_matrix_layout layout)
{
    sci_options opt = { .threads = 2 };
    sci_matrix *matrix = NULL;
    sci_crossed *a = NULL, *b = NULL;
    sci_status st = matrices_open(&shared, layout, true, &matrix);

    if (st == SCI_OK)
        st = sci_crossed_fit(matrix, &shared.model, &opt, &a, NULL);
    if (st == SCI_OK)
        st = sci_crossed_copy(&b, a);
    if (st == SCI_OK)
        st = sci_crossed_merge(a, b, NULL, NULL);
    sci_crossed_free(a);
    sci_crossed_free(b);
    sci_matrix_free(matrix);
    return st;
}

static sci_status
fit_shards(sci_matrix_layout layout)
{
    sci_crossed_shard *all = NULL;
    sci_matrix *matrix = NULL;
    sci_status st = matrices_open(&shared, layout, false, &matrix);

    for (int i = 1; st == SCI_OK && i <= 2; i++) {
        sci_options opt = { .threads = 1, .shard = i, .shards = 2 };
        sci_crossed_shard *one = NULL;

        st = sci_crossed_fit_shard(matrix, &shared.model, &opt, &one, NULL);
        if (st == SCI_OK && !all)
            st = sci_crossed_shard_create(&all, one->segments);
        for (size_t k = 0; st == SCI_OK && k < one->n; k++)
            st = sci_crossed_shard_insert(all, &one->nodes[k]);
        sci_crossed_shard_free(one);
    }
    sci_crossed_shard_free(all);
    sci_matrix_free(matrix);
    return st;
}

static sci_status
apply(sci_matrix_layout layout)
{
    sci_array array = { .rank = 2, .shape = { 40, 17 }, .type = SCI_FLOAT32 };
    sci_options opt = { .threads = 2 };
    sci_matrix *matrix = NULL;
    sci_column_map *map = NULL;
    sci_sink *sink = NULL;
    sci_status st = matrices_open(&shared, layout, true, &matrix);

    if (st == SCI_OK)
        st = sci_column_map_create(&map, 2, 17, 2);
    if (st == SCI_OK)
        st = streamed_sink(&sink, &array, shared_out, "out");
    if (st == SCI_OK)
        st = sci_column_map_apply(matrix, &shared.model, map, &opt, sink, NULL);
    sci_sink_free(sink);
    sci_column_map_free(map);
    sci_matrix_free(matrix);
    return st;
}

static sci_status
look_at(void *context, const sci_matrix_block *block)
{
    *(uint64_t *)context += block->n;
    return SCI_OK;
}

static sci_status
visit_and_write(sci_matrix_layout layout)
{
    sci_array array = { .rank = 2, .shape = { 40, 17 }, .type = SCI_FLOAT32 };
    sci_options opt = { .threads = 2 };
    sci_matrix *matrix = NULL;
    sci_sink *sink = NULL;
    sci_writer *writer = NULL;
    float zeros[40 * 17] = { 0 };
    uint64_t rows = 0;
    sci_status st = matrices_open(&shared, layout, layout != SCI_MATRIX_CSR, &matrix);

    if (st == SCI_OK)
        st = sci_matrix_each(matrix, &opt, look_at, &rows);
    if (st == SCI_OK)
        assert_count(rows, 40);
    if (st == SCI_OK)
        st = streamed_sink(&sink, &array, shared_out, "out");
    if (st == SCI_OK)
        st = sci_writer_create(&writer, sink, &opt);
    if (st == SCI_OK)
        st = sci_writer_append(writer, zeros, ARRAY_LEN(zeros));
    if (st == SCI_OK)
        st = sci_writer_finish(writer);
    sci_writer_free(writer);
    sci_sink_free(sink);
    sci_matrix_free(matrix);
    return st;
}

static void
fitting_and_merging(void **state)
{
    (void)state;
    survives(fit_and_merge);
}

static void
fitting_shards(void **state)
{
    (void)state;
    survives(fit_shards);
}

static void
applying(void **state)
{
    (void)state;
    survives(apply);
}

static void
visiting_and_writing(void **state)
{
    (void)state;
    survives(visit_and_write);
}

/* ---- sources and sinks ---- */

static void
check_step(sci_matrix_layout layout, int which, streamed_step step)
{
    uint64_t n = layout == SCI_MATRIX_CSC ? shared.csc.n : shared.csr.n;
    const matrices_stored *s = layout == SCI_MATRIX_CSC ? &shared.csc : &shared.csr;
    sci_array v = { .rank = 1, .shape = { n }, .type = shared.opt.type };
    sci_array i = { .rank = 1, .shape = { n }, .type = shared.opt.index_type };
    sci_array o = { .rank = 2, .shape = { 40, 17 }, .type = SCI_FLOAT32 };
    sci_options opt = { .threads = 2 };
    sci_source *values = NULL, *indices = NULL;
    sci_sink *sink = NULL;
    sci_matrix *matrix = NULL;
    sci_crossed *t = NULL;
    sci_column_map *map = NULL;

    test_context("layout %d, end %d, step %d", (int)layout, which, (int)step);
    assert_ok(streamed_source(&values, &v, s->values, "values"));
    assert_ok(streamed_source(&indices, &i, s->indices, "indices"));
    assert_ok(streamed_sink(&sink, &o, shared_out, "out"));
    assert_ok(sci_matrix_sparse(&matrix, layout, 40, 17, values, indices, s->indptr, "x"));
    assert_ok(sci_column_map_create(&map, 2, 17, 2));
    if (which == 2)
        streamed_sink_fail(sink, step, 0);
    else
        streamed_source_fail(which ? indices : values, step, 0);
    if (which < 2) {
        assert_fails(sci_crossed_fit(matrix, &shared.model, &opt, &t, NULL), SCI_ERR_IO);
        assert_that(t == NULL);
        streamed_source_fail(which ? indices : values, step, 0);
    }
    assert_fails(sci_column_map_apply(matrix, &shared.model, map, &opt, sink, NULL), SCI_ERR_IO);
    assert_message_has("asked to fail");
    sci_column_map_free(map);
    sci_sink_free(sink);
    sci_matrix_free(matrix);
}

static void
a_source_or_sink_that_fails_ends_the_pass(void **state)
{
    static const streamed_step in[] = { STREAMED_START, STREAMED_FETCH, STREAMED_PREPARE,
                                        STREAMED_DECODE };
    static const streamed_step out[] = { STREAMED_START, STREAMED_ENCODE, STREAMED_STORE,
                                         STREAMED_FINISH };

    (void)state;
    use(9, true);
    for (int layout = SCI_MATRIX_CSR; layout <= SCI_MATRIX_CSC; layout++) {
        for (int which = 0; which < 2; which++)
            for (size_t k = 0; k < ARRAY_LEN(in); k++)
                check_step((sci_matrix_layout)layout, which, in[k]);
        for (size_t k = 0; k < ARRAY_LEN(out); k++)
            check_step((sci_matrix_layout)layout, 2, out[k]);
    }
    done();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fitting_and_merging),
        cmocka_unit_test(fitting_shards),
        cmocka_unit_test(applying),
        cmocka_unit_test(visiting_and_writing),
        cmocka_unit_test(a_source_or_sink_that_fails_ends_the_pass),
    };

    return run_all(tests);
}
