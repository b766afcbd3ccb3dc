/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles where memory fails at every point, and where lists from elsewhere lie. */
#include <stdlib.h>
#include <string.h>

#include <stats/quantiles_flat.h>

#include <support/elements.h>
#include <support/faults.h>
#include <support/quantiles.h>
#include <support/random.h>
#include <support/testing.h>

static const double some[] = { 0.1, 0.5, 0.9 };
enum { SOME = 3, MUTATIONS = 400 };

static example shared;

static void
survives(sci_status (*run)(void))
{
    for (int onwards = 0; onwards < 2; onwards++) {
        long n = 0;

        for (;; n++) {
            sci_status st;

            test_context("allocation %ld fails%s", n, onwards ? ", and all that follow" : "");
            faults_memory(n, onwards);
            st = run();
            assert_count(faults_memory_live(), 0);
            if (faults_memory_calls() <= n) {
                assert_ok(st);
                break;
            }
            if (st != SCI_OK)
                assert_fails(st, SCI_ERR_NOMEM);
        }
        faults_memory_end();
        assert_that(n > 0);
    }
}

static sci_status
fit_all(void)
{
    sci_quantiles *q = NULL;
    sci_status st = pass_quantiles(&shared.pass, SOME, some, NULL, &q, NULL);

    sci_quantiles_free(q);
    return st;
}

static sci_status
round_trip(void)
{
    sci_quantiles *q = NULL, *copy = NULL, *back = NULL;
    sci_quantiles_flat flat = { 0 };
    bool done;
    sci_status st = sci_quantiles_create(&q, partition_groups(&shared.groups), shared.pass.type,
                                         SOME, some, NULL);

    if (st == SCI_OK)
        st = pass_count(&shared.pass, q, NULL);
    if (st == SCI_OK)
        st = sci_quantiles_advance(q, &done);
    if (st == SCI_OK)
        st = pass_count(&shared.pass, q, NULL);
    if (st == SCI_OK)
        st = sci_quantiles_copy(&copy, q);
    if (st == SCI_OK)
        st = sci_quantiles_flatten(&flat, copy);
    if (st == SCI_OK)
        st = sci_quantiles_restore(&back, &flat);
    if (st == SCI_OK)
        st = sci_quantiles_merge(back, q);
    sci_quantiles_flat_clear(&flat);
    sci_quantiles_free(q);
    sci_quantiles_free(copy);
    sci_quantiles_free(back);
    return st;
}

static void
memory_may_fail_anywhere(void **state)
{
    (void)state;
    example_make(&shared, 1, EXAMPLE_BATCH, SECOND_NONE, LAYER_MASK, SCI_FLOAT32, 3.0, 20.0);
    shared.pass.options.threads = 2;
    survives(fit_all);
    survives(round_trip);
    example_clear(&shared);
}

/* ---- lists that lie ---- */

static void
flip(random_stream *r, void *list, uint64_t n, size_t size)
{
    unsigned char *bytes = list;

    if (list != NULL && n > 0)
        bytes[random_below(r, n * size)] ^= (unsigned char)(1u << random_below(r, 8));
}

static void
damage_counts(random_stream *r, sci_flat_counts *counts)
{
    uint64_t entries = counts->entries;

    switch (random_below(r, 4)) {
    case 0: counts->entries = random_below(r, entries + 1); break; /* never more than there are */
    case 1: flip(r, counts->filled, counts->cells, sizeof *counts->filled); break;
    case 2: flip(r, counts->bins, entries, sizeof *counts->bins); break;
    default: flip(r, counts->counts, entries, sizeof *counts->counts); break;
    }
}

static void
damage(random_stream *r, sci_quantiles_flat *flat)
{
    uint64_t targets = flat->groups * 2 * flat->n;

    switch (random_below(r, 7)) {
    case 0: flat->type = random_below(r, 12); break;
    case 1: flat->nan = random_below(r, 5); break;
    case 2: flip(r, flat->p, flat->n, sizeof *flat->p); break;
    case 3: flip(r, flat->members, 2 * flat->groups, sizeof *flat->members); break;
    case 4: damage_counts(r, &flat->first); break;
    case 5: flip(r, flat->targets, 2 * targets, sizeof *flat->targets); break;
    default: damage_counts(r, &flat->open); break;
    }
}

/* What is accepted holds together: every later step works or refuses. */
static void
lists_that_lie_are_refused_or_hold_together(void **state)
{
    random_stream r = random_start(5);
    uint64_t refused = 0;

    (void)state;
    example_make(&shared, 2, EXAMPLE_BATCH, SECOND_NONE, LAYER_NONE, SCI_FLOAT32, 3.0, 20.0);
    shared.pass.options.threads = 1;
    for (int k = 0; k < MUTATIONS; k++) {
        sci_quantiles *q = NULL, *back = NULL;
        sci_quantiles_flat flat;
        bool done = false;
        sci_status st;

        test_context("mutation %d", k);
        assert_ok(sci_quantiles_create(&q, partition_groups(&shared.groups), SCI_FLOAT32, SOME,
                                       some, NULL));
        assert_ok(pass_count(&shared.pass, q, NULL));
        if (k % 2 == 0) {
            assert_ok(sci_quantiles_advance(q, &done));
            assert_ok(pass_count(&shared.pass, q, NULL));
        }
        assert_ok(sci_quantiles_flatten(&flat, q));
        damage(&r, &flat);
        st = sci_quantiles_restore(&back, &flat);
        refused += st != SCI_OK;
        if (st != SCI_OK) {
            assert_fails(st, SCI_ERR_FORMAT);
        } else if (sci_quantiles_round(back) < sci_quantiles_rounds(back)) {
            st = sci_quantiles_advance(back, &done);
            if (st != SCI_OK)
                assert_fails(st, SCI_ERR_REFUSED);
        }
        sci_quantiles_flat_clear(&flat);
        sci_quantiles_free(back);
        sci_quantiles_free(q);
    }
    assert_that(refused > 100);
    example_clear(&shared);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_may_fail_anywhere),
        cmocka_unit_test(lists_that_lie_are_refused_or_hold_together),
    };

    return run_all(tests);
}
