/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Components, shares and measures when the k-th allocation fails: SCI_ERR_NOMEM, and nothing is
 * lost. */
#include <stdlib.h>

#include <apps/genomics/metrics.h>
#include <apps/genomics/pca_priv.h>
#include <apps/genomics/shares.h>
#include <support/faults.h>
#include <support/matrices.h>
#include <support/testing.h>

enum { ROWS = 40, COLUMNS = 12, LEVELS = 3, MOST = 2000 };

typedef struct sample {
    matrices m;
    sci_column_map *map;
} sample;

static void
make_sample(sample *s, double density)
{
    matrices_options opt = { .rows = ROWS,
                             .columns = COLUMNS,
                             .levels = LEVELS,
                             .covariates = 1,
                             .density = density,
                             .mean = 1.0,
                             .sd = 1.0,
                             .type = SCI_FLOAT64,
                             .index_type = SCI_INT32 };

    matrices_make(&s->m, 3, &opt);
    assert_ok(sci_column_map_create(&s->map, LEVELS, COLUMNS, 1));
}

static sci_status
work(const sample *s, bool wide)
{
    unsigned char selected[COLUMNS];
    double per_gene[COLUMNS];
    share by_batch = { .level = s->m.label, .levels = LEVELS, .per_gene = per_gene };
    pca_input in = { .model = &s->m.model, .map = s->map, .selected = wide ? selected : NULL };
    sci_options opt = { .threads = 1 };
    pca *p = NULL;
    metrics m;
    sci_status st;

    for (size_t g = 0; g < COLUMNS; g++)
        selected[g] = g % 4 != 0;
    st = matrices_open(&s->m, SCI_MATRIX_CSR, false, &in.matrix);
    if (st == SCI_OK)
        st = pca_compute(&p, &in, 4, 1, &opt);
    if (st == SCI_OK)
        st = shares_compute(&in, 1, &by_batch, &opt);
    if (st == SCI_OK) {
        metrics_input cells = { .cells = ROWS,
                                .components = p->components,
                                .scores = p->scores,
                                .variance = p->variance,
                                .batches = LEVELS,
                                .labels = LEVELS,
                                .batch = s->m.label,
                                .label = s->m.label,
                                .threads = 1 };

        st = metrics_of_cells(&m, &cells);
    }
    pca_free(p);
    sci_matrix_free(in.matrix);
    return st;
}

static void
every_allocation_may_fail(void **state)
{
    static const double densities[] = { 0.1, 0.9 };

    (void)state;
    for (size_t d = 0; d < ARRAY_LEN(densities); d++)
        for (int wide = 0; wide < 2; wide++) {
            sample s;
            long n = 0;
            sci_status st;

            make_sample(&s, densities[d]);
            do {
                test_context("density %zu, wide %d, allocation %ld", d, wide, n);
                faults_memory(n, false);
                st = work(&s, wide == 1);
                assert_that(st == SCI_OK || st == SCI_ERR_NOMEM);
                assert_count(faults_memory_live(), 0);
                faults_memory_end();
            } while (st != SCI_OK && ++n < MOST);
            assert_that(st == SCI_OK && n > 20);
            sci_column_map_free(s.map);
            matrices_clear(&s.m);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
    };

    return run_all(tests);
}
