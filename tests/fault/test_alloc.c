/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation of every public operation fails in turn, alone and with all that follow: the
 * answer is SCI_ERR_NOMEM (or success, where there is another way), and nothing leaks. */
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/example.h>
#include <support/faults.h>
#include <support/passes.h>
#include <support/place.h>
#include <support/testing.h>

#include <sci/select.h>

/* Does its work, releases all of it, and gives the first failure. */
typedef sci_status (*operation)(void);

static example shared; /* what the operations work on */

static void
check_operation(operation run, bool onwards)
{
    long n = 0;

    for (;; n++) {
        sci_status st;

        test_context("allocation %ld fails%s", n, onwards ? ", and all that follow" : "");
        faults_memory(n, onwards);
        st = run();
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
survives(operation run)
{
    check_operation(run, false);
    check_operation(run, true);
}

/* An example is made anew for each test, outside of the counted allocations. */
static void
use(example_kind kind, example_second second, example_layer layer)
{
    static uint64_t number;

    example_make(&shared, number++, kind, second, layer, SCI_FLOAT32, 10.0, 2.0);
    shared.pass.single_dy = false;
    shared.pass.eps = 1e-5;
}

/* ---- groupings ---- */

static sci_status
build_only(void)
{
    partition_built built;
    sci_status st = partition_build(shared.pass.groups, false, &built);

    partition_clear(&built);
    return st;
}

static void
making_a_grouping(void **state)
{
    (void)state;
    for (example_kind kind = 0; kind < EXAMPLE_KINDS; kind++) {
        use(kind, SECOND_NONE, (example_layer)(kind % LAYER_KINDS));
        survives(build_only);
        example_clear(&shared);
    }
}

static sci_status
name_axes(void)
{
    static const char *const names[] = { "N", "C", "L" };
    static const uint64_t shape[] = { 2, 3, 4 };
    sci_grouping *g = NULL;
    sci_status st = sci_grouping_create(&g, 3, shape);

    if (st == SCI_OK)
        st = sci_grouping_axis_names(g, names);
    sci_grouping_free(g);
    return st;
}

static void
naming_axes(void **state)
{
    (void)state;
    survives(name_axes);
}

/* ---- passes ---- */

static sci_status
fit_once(void)
{
    sci_stats *stats = NULL;
    sci_status st = pass_fit(&shared.pass, &stats, NULL);

    sci_stats_free(stats);
    return st;
}

static sci_status
normalize_once(void)
{
    static sci_moments rows[20000];
    double *y = test_alloc(shared.n, sizeof *y);
    sci_status st = pass_normalize(&shared.pass, y, rows, NULL);

    free(y);
    return st;
}

static sci_status
apply_and_invert(void)
{
    double *y = test_alloc(shared.n, sizeof *y);
    sci_stats *stats = NULL;
    sci_status st = pass_fit(&shared.pass, &stats, NULL);

    if (st == SCI_OK)
        st = pass_apply(&shared.pass, stats, false, NULL, y, NULL);
    if (st == SCI_OK)
        st = pass_apply(&shared.pass, stats, true, NULL, y, NULL);
    sci_stats_free(stats);
    free(y);
    return st;
}

static sci_status
gradient_once(void)
{
    double *dx = test_alloc(shared.n, sizeof *dx);
    double *dgamma = test_alloc(shared.n, sizeof *dgamma),
           *dbeta = test_alloc(shared.n, sizeof *dbeta);
    sci_status st = pass_gradient(&shared.pass, shared.dy, dx, dgamma, dbeta, NULL);

    free(dbeta);
    free(dgamma);
    free(dx);
    return st;
}

static void
check_pass(operation run)
{
    for (example_kind kind = 0; kind < EXAMPLE_KINDS; kind++) {
        use(kind, (example_second)(kind % SECOND_KINDS), (example_layer)(kind % LAYER_KINDS));
        for (int way = 0; way < 3; way++) {
            shared.pass.streamed = way == 1 || (way == 2 && kind % 2 == 1);
            shared.pass.options.threads = way < 2 ? 1 : 3;
            survives(run);
        }
        example_clear(&shared);
    }
}

static void
fitting(void **state)
{
    (void)state;
    check_pass(fit_once);
}

static void
normalizing(void **state)
{
    (void)state;
    check_pass(normalize_once);
}

static void
applying_and_inverting(void **state)
{
    (void)state;
    check_pass(apply_and_invert);
}

static void
taking_the_gradient(void **state)
{
    (void)state;
    check_pass(gradient_once);
}

/* ---- tables ---- */

static sci_status
fit_shards_and_merge(void)
{
    sci_stats *parts[3] = { NULL };
    sci_status st = SCI_OK;

    for (int i = 0; st == SCI_OK && i < 3; i++) {
        pass p = shared.pass;

        p.options.shard = i + 1;
        p.options.shards = 3;
        st = pass_fit(&p, &parts[i], NULL);
    }
    for (int i = 1; st == SCI_OK && i < 3; i++)
        st = sci_stats_merge(parts[0], parts[i]);
    for (int i = 0; i < 3; i++)
        sci_stats_free(parts[i]);
    return st;
}

static void
fitting_and_merging_shards(void **state)
{
    (void)state;
    for (example_kind kind = 0; kind < EXAMPLE_KINDS; kind++) {
        use(kind, SECOND_NONE, LAYER_NONE);
        survives(fit_shards_and_merge);
        example_clear(&shared);
    }
}

/* Two sources with other bytes, so other digests. */
static sci_status
fit_two(sci_stats *tables[2])
{
    float *other = test_alloc(shared.n, sizeof *other);
    pass p = shared.pass;
    sci_status st;

    for (uint64_t i = 0; i < shared.n; i++)
        other[i] = 2.0f * ((const float *)p.x)[i];
    st = pass_fit(&p, &tables[0], NULL);
    p.x = other;
    if (st == SCI_OK)
        st = pass_fit(&p, &tables[1], NULL);
    free(other);
    return st;
}

static sci_status
merge_and_fold(void)
{
    sci_stats *tables[2] = { NULL, NULL }, *merged = NULL, *folded = NULL, *copy = NULL;
    const sci_stats *both[2];
    int64_t coarse[20000];
    sci_status st = fit_two(tables);

    both[0] = tables[0];
    both[1] = tables[1];
    if (st == SCI_OK)
        st = sci_stats_merge_all(&merged, 2, both, NULL);
    for (uint64_t g = 0; st == SCI_OK && g < sci_stats_groups(merged); g++)
        coarse[g] = (int64_t)(g % 2);
    if (st == SCI_OK)
        st = sci_stats_fold(&folded, merged, 2, coarse);
    if (st == SCI_OK)
        st = sci_stats_copy(&copy, folded);
    sci_stats_free(copy);
    sci_stats_free(folded);
    sci_stats_free(merged);
    sci_stats_free(tables[0]);
    sci_stats_free(tables[1]);
    return st;
}

static void
merging_folding_and_copying(void **state)
{
    static const example_kind kinds[] = { EXAMPLE_BATCH, EXAMPLE_ALL, EXAMPLE_TWO_LABELS,
                                          EXAMPLE_ROWS, EXAMPLE_LAYER };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        use(kinds[k], SECOND_NONE, LAYER_NONE);
        survives(merge_and_fold);
        example_clear(&shared);
    }
}

static sci_status
run_two_steps(void)
{
    sci_stats *batch = NULL, *running = NULL, *moments = NULL;
    sci_status st = pass_fit(&shared.pass, &batch, NULL);

    if (st == SCI_OK)
        st = sci_stats_create_running(&running, batch, SCI_RUNNING_EXPONENTIAL);
    for (int k = 0; st == SCI_OK && k < 2; k++)
        st = sci_stats_update(running, batch, 0.1);
    if (st == SCI_OK)
        st = sci_stats_from_running(&moments, running);
    sci_stats_free(moments);
    sci_stats_free(running);
    sci_stats_free(batch);
    return st;
}

static void
updating_running_statistics(void **state)
{
    (void)state;
    use(EXAMPLE_BATCH, SECOND_NONE, LAYER_NONE);
    survives(run_two_steps);
    example_clear(&shared);
}

static sci_status
select_rows(void)
{
    partition_built built;
    sci_stats *stats = NULL, *selected = NULL;
    sci_status st = pass_fit(&shared.pass, &stats, NULL);

    memset(&built, 0, sizeof built);
    if (st == SCI_OK)
        st = partition_build(shared.pass.groups, false, &built);
    if (st == SCI_OK)
        st = sci_stats_select(&selected, stats, "s.h5", built.grouping, NULL);
    sci_stats_free(selected);
    sci_stats_free(stats);
    partition_clear(&built);
    return st;
}

static void
selecting_rows(void **state)
{
    (void)state;
    use(EXAMPLE_TWO_LABELS, SECOND_NONE, LAYER_NONE);
    survives(select_rows);
    example_clear(&shared);
}

/* ---- files ---- */

static sci_status
save_and_load(void)
{
    char path[PLACE_ROOM];
    sci_stats *stats = NULL, *loaded = NULL;
    sci_status st = pass_fit(&shared.pass, &stats, NULL);

    place_scratch_clear();
    place_scratch(path, "s.h5");
    if (st == SCI_OK) {
        st = sci_stats_save(stats, path);
        if (st != SCI_OK) /* nothing under the final name, no temporary either */
            assert_count(place_scratch_count(), 0);
    }
    if (st == SCI_OK)
        st = sci_stats_load(&loaded, path);
    sci_stats_free(loaded);
    sci_stats_free(stats);
    return st;
}

static void
saving_and_loading(void **state)
{
    static const example_kind kinds[] = { EXAMPLE_BATCH, EXAMPLE_TWO_LABELS };

    (void)state;
    faults_files(FAULTS_FSYNC, -1, false, 0); /* nothing fails, and nothing waits for the disk */
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        use(kinds[k], SECOND_NONE, LAYER_NONE);
        survives(save_and_load);
        example_clear(&shared);
    }
    faults_files_end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(making_a_grouping),
        cmocka_unit_test(naming_axes),
        cmocka_unit_test(fitting),
        cmocka_unit_test(normalizing),
        cmocka_unit_test(applying_and_inverting),
        cmocka_unit_test(taking_the_gradient),
        cmocka_unit_test(fitting_and_merging_shards),
        cmocka_unit_test(merging_folding_and_copying),
        cmocka_unit_test(updating_running_statistics),
        cmocka_unit_test(selecting_rows),
        cmocka_unit_test(saving_and_loading),
    };

    return run_all(tests);
}
