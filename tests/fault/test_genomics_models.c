/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation of designs and models fails in turn: SCI_ERR_NOMEM, and nothing leaks. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include <support/expression.h>
#include <support/tables.h>
#include <support/testing.h>

enum { CELLS = 16, GENES = 5 };

/* Made outside of the counted allocations. */
typedef struct problem {
    expression e;
    sci_crossed *table;
    combat_model *model;
    combat_options options;
} problem;

static const char *const levels[] = { "a", "b", "c" };

static void
problem_make(problem *p, bool missing)
{
    random_stream r = random_start(1);

    memset(p, 0, sizeof *p);
    p->options = COMBAT_OPTIONS;
    p->options.threads = 2;
    p->e = expression_make(CELLS, GENES, 2, 1);
    for (int i = 0; i < CELLS; i++) {
        p->e.batch[i] = i % 2;
        p->e.covariate[i] = random_normal(&r);
        for (int g = 0; g < GENES; g++)
            p->e.values[i * GENES + g] = random_normal(&r);
    }
    if (missing)
        p->e.values[3] = (double)NAN;
    p->table = expression_table(&p->e);
    assert_ok(combat_fit(&p->model, p->table, &p->options));
}

static void
problem_clear(problem *p)
{
    combat_model_free(p->model);
    sci_crossed_free(p->table);
    expression_free(&p->e);
}

static sci_status
run_design(void *context)
{
    static const int32_t codes[] = { 0, 1, 2, 1, 1 }, label[] = { 0, 0, 0, 1, 1 };
    static const double ones[] = { 0, 0, 0, 1, 1 };
    static const char *const batches[] = { "1", "2" };
    const design_variable variables[] = {
        { .name = "x", .levels = 3, .labels = levels, .codes = codes },
        { .name = "y", .numbers = ones },
        { .name = "z", .levels = 3, .labels = levels, .codes = codes },
    };
    design *d = NULL;
    sci_crossed *table = NULL;
    bool aliased[5];
    uint64_t order[3];
    char *text = NULL;
    sci_status st;

    (void)context;
    st = design_level_order(3, levels, order);
    if (st == SCI_OK)
        st = design_create(&d, 5, 3, variables, label);
    if (st == SCI_OK)
        st = design_table(&table, &(sci_row_model){ 5, 2, label, d->columns, d->values });
    if (st == SCI_OK)
        st = design_aliased(table, aliased, NULL);
    if (st == SCI_OK)
        st = design_confounded_text(table, batches, d, 3, variables, aliased, &text);
    sci_free(text);
    design_free(d);
    sci_crossed_free(table);
    return st;
}

static sci_status
run_combat(void *context)
{
    const problem *p = context;
    combat_model *model = NULL;
    sci_column_map *map = NULL;
    sci_status st = combat_fit(&model, p->table, &p->options);

    if (st == SCI_OK)
        st = combat_map(&map, model);
    sci_column_map_free(map);
    combat_model_free(model);
    return st;
}

static sci_status
run_others(void *context)
{
    const problem *p = context;
    sci_column_map *map = NULL;
    bool left_out[3];
    sci_status st = limma_map(&map, p->table, NULL, left_out);

    sci_column_map_free(map);
    map = NULL;
    if (st == SCI_OK)
        st = zscore_map(&map, p->table);
    sci_column_map_free(map);
    map = NULL;
    if (st == SCI_OK)
        st = center_map(&map, p->table);
    sci_column_map_free(map);
    return st;
}

static sci_status
run_frozen(void *context)
{
    const problem *p = context;
    combat_model *model = NULL;
    sci_crossed one = *p->table;
    sci_status st;

    one.levels = 1; /* its first batch */
    st = combat_fit_frozen(&model, p->model, &one, &p->options);
    combat_model_free(model);
    return st;
}

static void
designs_survive_allocations(void **state)
{
    (void)state;
    survives_allocations(run_design, NULL);
}

static void
models_survive_allocations(void **state)
{
    (void)state;
    for (int missing = 0; missing < 2; missing++)
        for (int nonparametric = 0; nonparametric < 2; nonparametric++) {
            problem p;

            problem_make(&p, missing != 0);
            p.options.nonparametric = nonparametric != 0;
            survives_allocations(run_combat, &p);
            survives_allocations(run_frozen, &p);
            survives_allocations(run_others, &p);
            problem_clear(&p);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(designs_survive_allocations),
        cmocka_unit_test(models_survive_allocations),
    };

    return run_all(tests);
}
