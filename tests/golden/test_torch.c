/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outputs, gradients and running buffers of torch in float64 (torch.h5, written by
 * make_torch.py). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/select.h>

#include <support/load.h>
#include <support/passes.h>
#include <support/place.h>
#include <support/testing.h>

#define TOLERANCE 1e-12

static loaded
golden(const char *dataset)
{
    char path[PLACE_ROOM];

    place_source(path, "tests/golden/torch.h5");
    return load_dataset(path, dataset);
}

static partition_factor
kept(int axis)
{
    return (partition_factor){ .kind = FACTOR_KEEP, .n_axes = 1, .axes = { axis } };
}

/* The partition that torch's norm of that kind has on arrays[1…]. */
static partition
partition_of(const sci_array *stacked, const char *kind, uint64_t groups)
{
    partition p = { .rank = stacked->rank - 1 };

    memcpy(p.shape, stacked->shape + 1, (size_t)p.rank * sizeof *p.shape);
    if (strcmp(kind, "batch") != 0)
        p.factors[p.n_factors++] = kept(0);
    if (strcmp(kind, "batch") == 0 || strcmp(kind, "instance") == 0)
        p.factors[p.n_factors++] = kept(1);
    if (strcmp(kind, "group") == 0)
        p.factors[p.n_factors++] = (partition_factor){
            .kind = FACTOR_BLOCKS, .n_axes = 1, .axes = { 1 }, .blocks = groups
        };
    return p;
}

/* arrays: x, dy, y, dx; channels (NULL: none): gamma, beta, dgamma, dbeta. */
static void
check_norm(const loaded *arrays, const loaded *channels, const char *kind, uint64_t groups)
{
    partition p = partition_of(&arrays->array, kind, groups), per_channel = p;
    uint64_t n = partition_elements(&p), c = p.shape[1];
    double *got = test_alloc(n, sizeof *got), *dgamma = test_alloc(c, sizeof *dgamma),
           *dbeta = test_alloc(c, sizeof *dbeta);
    pass pass_of = {
        .groups = &p, .type = SCI_FLOAT64, .x = arrays->values, .output = SCI_FLOAT64, .eps = 1e-5
    };

    if (channels != NULL) {
        per_channel.n_factors = 1;
        per_channel.factors[0] = kept(1);
        pass_of.second = &per_channel;
        pass_of.gamma = channels->values;
        pass_of.beta = channels->values + c;
    }
    assert_ok(pass_normalize(&pass_of, got, NULL, NULL));
    for (uint64_t i = 0; i < n; i++)
        assert_close(got[i], arrays->values[2 * n + i], TOLERANCE, TOLERANCE);
    assert_ok(pass_gradient(&pass_of, arrays->values + n, got, channels == NULL ? NULL : dgamma,
                            channels == NULL ? NULL : dbeta, NULL));
    for (uint64_t i = 0; i < n; i++)
        assert_close(got[i], arrays->values[3 * n + i], TOLERANCE, TOLERANCE);
    for (uint64_t k = 0; channels != NULL && k < c; k++) {
        assert_close(dgamma[k], channels->values[2 * c + k], TOLERANCE, 10.0 * TOLERANCE);
        assert_close(dbeta[k], channels->values[3 * c + k], TOLERANCE, 10.0 * TOLERANCE);
    }
    free(dbeta);
    free(dgamma);
    free(got);
}

/* All cases of a kind: the names are NN_kind_groups. */
static void
check_kind(const char *kind)
{
    static const char *const cases[] = {
        "00_batch_3",    "01_batch_4",    "02_batch_3",    "03_batch_2",    "04_batch_6",
        "05_batch_2",    "06_layer_3",    "07_layer_4",    "08_layer_3",    "09_layer_2",
        "10_layer_6",    "11_layer_2",    "12_instance_4", "13_instance_3", "14_instance_2",
        "15_instance_6", "16_instance_2", "17_group_3",    "18_group_4",    "19_group_3",
        "20_group_2",    "21_group_6",    "22_group_2",
    };
    int checked = 0;

    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char dataset[64];
        loaded arrays, channels;

        if (strncmp(cases[k] + 3, kind, strlen(kind)) != 0)
            continue;
        snprintf(dataset, sizeof dataset, "/norms/%s/arrays", cases[k]);
        arrays = golden(dataset);
        snprintf(dataset, sizeof dataset, "/norms/%s/channels", cases[k]);
        channels = golden(dataset);
        test_context("%s", cases[k]);
        check_norm(&arrays, &channels, kind, strtoull(strrchr(cases[k], '_') + 1, NULL, 10));
        loaded_free(&channels);
        loaded_free(&arrays);
        checked++;
    }
    assert_that(checked >= 5);
}

static void
batch_norm_is_that_of_torch(void **state)
{
    (void)state;
    check_kind("batch");
}

static void
layer_norm_is_that_of_torch(void **state)
{
    loaded arrays = golden("/norms/layer_plain/arrays");

    (void)state;
    test_context("layer norm itself");
    check_norm(&arrays, NULL, "layer", 1);
    loaded_free(&arrays);
    check_kind("layer");
}

static void
instance_norm_is_that_of_torch(void **state)
{
    (void)state;
    check_kind("instance");
}

static void
group_norm_is_that_of_torch(void **state)
{
    (void)state;
    check_kind("group");
}

/* ---- running statistics ---- */

/* Ten batches of (steps, N, C, L), the buffers after each compared with torch's; the running
 * table. */
static sci_stats *
run_steps(const char *rule_name, sci_running_rule rule, double momentum, const loaded *batches)
{
    char dataset[64];
    partition p = { .rank = 3,
                    .n_factors = 1,
                    .factors = { { FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 } } };
    uint64_t steps = batches->array.shape[0], c = batches->array.shape[2], n = batches->n / steps;
    sci_stats *running = NULL;
    loaded buffers;

    memcpy(p.shape, batches->array.shape + 1, 3 * sizeof *p.shape);
    snprintf(dataset, sizeof dataset, "/running/%s/buffers", rule_name);
    buffers = golden(dataset);
    for (uint64_t k = 0; k < steps; k++) {
        pass batch = { .groups = &p, .type = SCI_FLOAT64, .x = batches->values + k * n };
        sci_stats *fitted = NULL;

        test_context("%s, step %d", rule_name, (int)k + 1);
        assert_ok(pass_fit(&batch, &fitted, NULL));
        if (running == NULL)
            assert_ok(sci_stats_create_running(&running, fitted, rule));
        assert_ok(sci_stats_update(running, fitted, momentum));
        sci_stats_free(fitted);
        for (uint64_t g = 0; g < c; g++) {
            assert_close(sci_stats_running(running)[g].mean, buffers.values[k * c + g], 1e-13,
                         1e-13);
            assert_close(sci_stats_running(running)[g].variance,
                         buffers.values[(steps + k) * c + g], 1e-13, 1e-13);
        }
    }
    assert_count(sci_stats_steps(running), steps);
    loaded_free(&buffers);
    return running;
}

static void
check_running(const char *rule_name, sci_running_rule rule, double momentum)
{
    char dataset[64];
    loaded batches;

    snprintf(dataset, sizeof dataset, "/running/%s/batches", rule_name);
    batches = golden(dataset);
    sci_stats_free(run_steps(rule_name, rule, momentum, &batches));
    loaded_free(&batches);
}

static void
exponential_buffers_are_those_of_torch_after_every_step(void **state)
{
    (void)state;
    check_running("exponential", SCI_RUNNING_EXPONENTIAL, 0.1);
    check_running("fast", SCI_RUNNING_EXPONENTIAL, 0.7);
}

static void
cumulative_buffers_are_those_of_torch_after_every_step(void **state)
{
    (void)state;
    check_running("cumulative", SCI_RUNNING_CUMULATIVE, 0.0);
}

static void
inference_with_running_buffers_is_that_of_torch(void **state)
{
    loaded batches = golden("/running/exponential/batches"),
           expected = golden("/running/exponential/inference");
    sci_stats *running = run_steps("exponential", SCI_RUNNING_EXPONENTIAL, 0.1, &batches),
              *moments = NULL;
    partition p = { .rank = 3,
                    .n_factors = 1,
                    .factors = { { FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 } } };
    pass apply = { .groups = &p, .type = SCI_FLOAT64, .output = SCI_FLOAT64, .eps = 1e-5 };
    double *y = test_alloc(expected.n, sizeof *y);

    (void)state;
    memcpy(p.shape, expected.array.shape, 3 * sizeof *p.shape);
    apply.x = batches.values + batches.n - expected.n; /* the last batch */
    assert_ok(sci_stats_from_running(&moments, running));
    assert_ok(pass_apply(&apply, moments, false, NULL, y, NULL));
    for (uint64_t i = 0; i < expected.n; i++)
        assert_close(y[i], expected.values[i], 1e-12, 1e-12);
    free(y);
    sci_stats_free(moments);
    sci_stats_free(running);
    loaded_free(&expected);
    loaded_free(&batches);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_norm_is_that_of_torch),
        cmocka_unit_test(layer_norm_is_that_of_torch),
        cmocka_unit_test(instance_norm_is_that_of_torch),
        cmocka_unit_test(group_norm_is_that_of_torch),
        cmocka_unit_test(exponential_buffers_are_those_of_torch_after_every_step),
        cmocka_unit_test(cumulative_buffers_are_those_of_torch_after_every_step),
        cmocka_unit_test(inference_with_running_buffers_is_that_of_torch),
    };

    return run_all(tests);
}
