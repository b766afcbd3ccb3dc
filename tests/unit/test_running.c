/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running statistics as batch normalization keeps them. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "support/tables.h"
#include "support/testing.h"

/* Moments of two channels in a batch of `n` elements each. */
static sci_stats *
batch_of(const char *space, uint64_t n, const double *first, const double *second)
{
    random_stream r = random_start(50);
    sci_stats *batch = table_make(space, "x.h5", 1, &r);

    assert_count(batch->n_rows, 2);
    assert_ok(sci_moments_of(&batch->moments[0], SCI_FLOAT64, first, n, SCI_NAN_PROPAGATE));
    assert_ok(sci_moments_of(&batch->moments[1], SCI_FLOAT64, second, n, SCI_NAN_PROPAGATE));
    return batch;
}

static sci_stats *
running_like(const sci_stats *batch, sci_running_rule rule)
{
    sci_stats *running = NULL;

    assert_ok(sci_stats_create_running(&running, batch, rule));
    return running;
}

static void
a_new_table_has_mean_0_and_variance_1(void **state)
{
    random_stream r = random_start(51);
    sci_stats *like = table_make("N:pool:4 C:keep:3", "x.h5", 1, &r);
    sci_stats *running = running_like(like, SCI_RUNNING_CUMULATIVE);

    (void)state;
    assert_int_equal(sci_stats_get_kind(running), SCI_STATS_RUNNING);
    assert_int_equal(sci_stats_rule(running), SCI_RUNNING_CUMULATIVE);
    assert_count(sci_stats_steps(running), 0);
    assert_count(sci_stats_groups(running), 3);
    assert_null(sci_stats_moments(running));
    for (int i = 0; i < 3; i++) {
        const sci_running *row = &sci_stats_running(running)[i];

        assert_that(row->mean == 0.0 && row->variance == 1.0 && row->steps == 0);
    }
    sci_stats_free(running);
    sci_stats_free(like);
}

/* torch.nn.BatchNorm1d(2, momentum=0.1): after the batches (1,2,3,4 | 10,10,10,30) and (5,6,7,8 |
 * 0,0,0,4) running_mean is 0.9·(0.1·2.5) + 0.1·6.5, running_var 0.9·(0.9 + 0.1·5/3) + 0.1·5/3. */
static void
exponential_rule_is_that_of_torch(void **state)
{
    const double a1[] = { 1, 2, 3, 4 }, a2[] = { 10, 10, 10, 30 };
    const double b1[] = { 5, 6, 7, 8 }, b2[] = { 0, 0, 0, 4 };
    sci_stats *a = batch_of("N:pool:4 C:keep:2", 4, a1, a2);
    sci_stats *b = batch_of("N:pool:4 C:keep:2", 4, b1, b2);
    sci_stats *running = running_like(a, SCI_RUNNING_EXPONENTIAL);
    const sci_running *rows = sci_stats_running(running);

    (void)state;
    assert_ok(sci_stats_update(running, a, 0.1));
    assert_close(rows[0].mean, 0.25, 1e-15, 0.0);
    assert_close(rows[0].variance, 0.9 + 0.1 * 5.0 / 3.0, 1e-15, 0.0);
    assert_ok(sci_stats_update(running, b, 0.1));
    assert_close(rows[0].mean, 0.9 * 0.25 + 0.65, 1e-15, 0.0);
    assert_close(rows[0].variance, 0.9 * (0.9 + 0.5 / 3.0) + 0.5 / 3.0, 1e-15, 0.0);
    assert_close(rows[1].mean, 0.9 * 1.5 + 0.1 * 1.0, 1e-15, 0.0);
    assert_close(rows[1].variance, 0.9 * (0.9 + 0.1 * 100.0) + 0.1 * 4.0, 1e-15, 0.0);
    assert_count(sci_stats_steps(running), 2);
    assert_count(rows[1].steps, 2);
    sci_stats_free(running);
    sci_stats_free(a);
    sci_stats_free(b);
}

static void
cumulative_rule_is_the_plain_average(void **state)
{
    random_stream r = random_start(52);
    sci_stats *running = NULL;
    double means = 0.0, variances = 0.0;

    (void)state;
    for (int k = 0; k < 10; k++) {
        double x[6], y[6] = { 1, 2, 3, 4, 5, 6 };
        sci_stats *batch;

        for (int i = 0; i < 6; i++)
            x[i] = 100.0 + random_normal(&r);
        batch = batch_of("N:pool:6 C:keep:2", 6, x, y);
        if (running == NULL)
            running = running_like(batch, SCI_RUNNING_CUMULATIVE);
        means += sci_moments_mean(&batch->moments[0]);
        variances += sci_moments_variance(&batch->moments[0], 1);
        assert_ok(sci_stats_update(running, batch, 0.0)); /* momentum does not matter */
        sci_stats_free(batch);
        assert_close(sci_stats_running(running)[0].mean, means / (k + 1), 1e-14, 0.0);
        assert_close(sci_stats_running(running)[0].variance, variances / (k + 1), 1e-13, 0.0);
    }
    assert_close(sci_stats_running(running)[1].variance, 3.5, 1e-14, 0.0);
    assert_count(sci_stats_steps(running), 10);
    sci_stats_free(running);
}

static void
momentum_1_takes_the_last_batch(void **state)
{
    const double x[] = { 3, 5 }, y[] = { -1, -1 };
    sci_stats *batch = batch_of("N:pool:2 C:keep:2", 2, x, y);
    sci_stats *running = running_like(batch, SCI_RUNNING_EXPONENTIAL);

    (void)state;
    assert_ok(sci_stats_update(running, batch, 1.0));
    assert_that(sci_stats_running(running)[0].mean == 4.0);
    assert_that(sci_stats_running(running)[0].variance == 2.0);
    assert_that(sci_stats_running(running)[1].variance == 0.0);
    sci_stats_free(running);
    sci_stats_free(batch);
}

/* In the cumulative average a group counts only the batches that it was in. */
static void
empty_groups_are_left_alone(void **state)
{
    const double x[] = { 3, 5 }, y[] = { 10, 30 };
    sci_stats *batch = batch_of("N:pool:2 F:ints:1,2", 2, x, y);
    sci_stats *running = running_like(batch, SCI_RUNNING_CUMULATIVE);
    const sci_running *rows = sci_stats_running(running);
    sci_moments second = batch->moments[1];

    (void)state;
    batch->moments[1] = sci_moments_empty();
    assert_ok(sci_stats_update(running, batch, 0.0));
    assert_that(rows[1].mean == 0.0 && rows[1].variance == 1.0 && rows[1].steps == 0);
    batch->moments[1] = second;
    assert_ok(sci_stats_update(running, batch, 0.0));
    assert_that(rows[1].mean == 20.0 && rows[1].variance == 200.0 && rows[1].steps == 1);
    assert_that(rows[0].mean == 4.0 && rows[0].steps == 2);
    sci_stats_free(running);
    sci_stats_free(batch);
}

static void
levels_that_a_batch_lacks_are_left_alone(void **state)
{
    const double x[] = { 3, 5 }, y[] = { 10, 30 };
    random_stream r = random_start(53);
    sci_stats *all = table_make("N:pool:2 F:ints:1,2,9", "x.h5", 1, &r);
    sci_stats *some = batch_of("N:pool:2 F:ints:2,9", 2, x, y);
    sci_stats *running = running_like(all, SCI_RUNNING_EXPONENTIAL);
    const sci_running *rows = sci_stats_running(running);

    (void)state;
    assert_ok(sci_stats_update(running, some, 0.5));
    assert_that(rows[0].mean == 0.0 && rows[0].steps == 0);
    assert_that(rows[1].mean == 2.0 && rows[2].mean == 10.0);
    sci_stats_free(running);
    sci_stats_free(some);
    sci_stats_free(all);
}

static void
batches_may_differ_in_size(void **state)
{
    const double x[] = { 3, 5, 7 }, y[] = { 10, 30, 20 };
    sci_stats *three = batch_of("N:pool:3 C:keep:2", 3, x, y);
    sci_stats *two = batch_of("N:pool:2 C:keep:2", 2, x, y);
    sci_stats *running = running_like(three, SCI_RUNNING_EXPONENTIAL);

    (void)state;
    assert_ok(sci_stats_update(running, three, 0.1));
    assert_count(running->space.shape[0], 3);
    assert_ok(sci_stats_update(running, two, 0.1));
    assert_count(running->space.shape[0], 0);
    assert_count(running->space.shape[1], 2);
    sci_stats_free(running);
    sci_stats_free(three);
    sci_stats_free(two);
}

static void
nan_of_a_batch_is_the_canonical_one(void **state)
{
    const double x[] = { (double)NAN, 5 }, y[] = { 10, 30 }, canonical = (double)NAN;
    sci_stats *batch = batch_of("N:pool:2 C:keep:2", 2, x, y);
    sci_stats *running = running_like(batch, SCI_RUNNING_EXPONENTIAL);

    (void)state;
    assert_ok(sci_stats_update(running, batch, 0.1));
    assert_same_bytes(&sci_stats_running(running)[0].mean, &canonical, 1, sizeof canonical);
    assert_same_bytes(&sci_stats_running(running)[0].variance, &canonical, 1, sizeof canonical);
    assert_that(!isnan(sci_stats_running(running)[1].mean));
    sci_stats_free(running);
    sci_stats_free(batch);
}

/* ---- what is refused ---- */

static void
a_group_of_one_member_is_refused(void **state)
{
    const double x[] = { 3, 5 }, y[] = { 10, 30 };
    sci_stats *batch = batch_of("N:pool:2 C:keep:2", 2, x, y);
    sci_stats *running = running_like(batch, SCI_RUNNING_EXPONENTIAL);

    (void)state;
    assert_ok(sci_moments_of(&batch->moments[1], SCI_FLOAT64, x, 1, SCI_NAN_REFUSE));
    assert_fails(sci_stats_update(running, batch, 0.1), SCI_ERR_DEGENERATE);
    assert_message_has("'C=1' has one member");
    assert_that(sci_stats_running(running)[0].mean == 0.0); /* nothing was done */
    assert_count(sci_stats_steps(running), 0);
    sci_stats_free(running);
    sci_stats_free(batch);
}

static void
refuse_update(sci_stats *running, const sci_stats *batch, sci_status status, const char *why)
{
    sci_stats *copy = NULL;

    assert_ok(sci_stats_copy(&copy, running));
    assert_fails(sci_stats_update(running, batch, 0.1), status);
    assert_message_has(why);
    assert_same_table(running, copy);
    sci_stats_free(copy);
}

static void
other_batches_are_refused(void **state)
{
    const double x[] = { 3, 5 }, y[] = { 10, 30 };
    random_stream r = random_start(54);
    sci_stats *batch = batch_of("N:pool:2 F:ints:1,2", 2, x, y);
    sci_stats *running = running_like(batch, SCI_RUNNING_EXPONENTIAL), *other;

    (void)state;
    other = table_make("N:pool:2 F:ints:1,3", "x.h5", 1, &r);
    for (int i = 0; i < 2; i++)
        other->moments[i] = batch->moments[i];
    refuse_update(running, other, SCI_ERR_REFUSED, "levels of 'F' that the running table has not");
    sci_stats_free(other);
    other = table_make("N:pool:2 C:keep:2", "x.h5", 1, &r);
    refuse_update(running, other, SCI_ERR_REFUSED, "the batch: axis 1 is 'C'");
    sci_stats_free(other);
    refuse_update(running, running, SCI_ERR_REFUSED, "take in moments");
    refuse_update(batch, batch, SCI_ERR_REFUSED, "take in moments");
    batch->parameters.weighted = true;
    refuse_update(running, batch, SCI_ERR_REFUSED, "weights");
    batch->parameters.weighted = false;
    batch->parameters.nan = SCI_NAN_IGNORE;
    refuse_update(running, batch, SCI_ERR_REFUSED, "NaN");
    batch->parameters.nan = SCI_NAN_REFUSE;
    batch->shard = true;
    refuse_update(running, batch, SCI_ERR_REFUSED, "a shard is not a batch");
    sci_stats_free(running);
    sci_stats_free(batch);
}

static void
momentum_is_in_0_1(void **state)
{
    static const double wrong[] = { 0.0, -0.1, 1.1, (double)NAN, (double)INFINITY };
    const double x[] = { 3, 5 }, y[] = { 10, 30 };
    sci_stats *batch = batch_of("N:pool:2 C:keep:2", 2, x, y);
    sci_stats *running = running_like(batch, SCI_RUNNING_EXPONENTIAL);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_fails(sci_stats_update(running, batch, wrong[i]), SCI_ERR_ARGUMENT);
        assert_message_has("momentum");
    }
    sci_stats_free(running);
    sci_stats_free(batch);
}

static void
a_kept_axis_0_is_refused(void **state)
{
    random_stream r = random_start(55);
    sci_stats *like = table_make("N:keep:2 C:keep:2", "x.h5", 1, &r), *running = NULL;

    (void)state;
    assert_fails(sci_stats_create_running(&running, like, SCI_RUNNING_EXPONENTIAL),
                 SCI_ERR_REFUSED);
    assert_message_has("axis 'N' is kept");
    assert_fails(sci_stats_create_running(&running, like, (sci_running_rule)7), SCI_ERR_ARGUMENT);
    assert_null(running);
    sci_stats_free(like);
}

/* ---- faults ---- */

static sci_status
create_and_update(void *context)
{
    const sci_stats *batch = context;
    sci_stats *running = NULL;
    sci_status st = sci_stats_create_running(&running, batch, SCI_RUNNING_EXPONENTIAL);

    if (st == SCI_OK)
        st = sci_stats_update(running, batch, 0.1);
    sci_stats_free(running);
    return st;
}

static void
updating_survives_failed_allocations(void **state)
{
    const double x[] = { 3, 5 }, y[] = { 10, 30 };
    sci_stats *batch = batch_of("N:pool:2 F:texts:a,b", 2, x, y);

    (void)state;
    survives_allocations(create_and_update, batch);
    sci_stats_free(batch);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_table_has_mean_0_and_variance_1),
        cmocka_unit_test(exponential_rule_is_that_of_torch),
        cmocka_unit_test(cumulative_rule_is_the_plain_average),
        cmocka_unit_test(momentum_1_takes_the_last_batch),
        cmocka_unit_test(empty_groups_are_left_alone),
        cmocka_unit_test(levels_that_a_batch_lacks_are_left_alone),
        cmocka_unit_test(batches_may_differ_in_size),
        cmocka_unit_test(nan_of_a_batch_is_the_canonical_one),
        cmocka_unit_test(a_group_of_one_member_is_refused),
        cmocka_unit_test(other_batches_are_refused),
        cmocka_unit_test(momentum_is_in_0_1),
        cmocka_unit_test(a_kept_axis_0_is_refused),
        cmocka_unit_test(updating_survives_failed_allocations),
    };

    return run_all(tests);
}
