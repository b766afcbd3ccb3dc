/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ComBat where the golden results do not reach: genes and batches with too little, frozen models, and
 * laws that hold for any data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include <support/expression.h>
#include <support/random.h>
#include <support/testing.h>

enum { CELLS = 30, GENES = 25, BATCHES = 3 };

/* Three batches of 8, 10 and 12 cells with effects on location and scale; q covariates, the first 0/1. */
static expression
random_expression(uint64_t number, uint64_t q, double offset)
{
    expression e = expression_make(CELLS, GENES, BATCHES, q);
    random_stream r = random_start(number);
    double shift[BATCHES][GENES], scale[BATCHES][GENES];

    for (int b = 0; b < BATCHES; b++)
        for (int g = 0; g < GENES; g++) {
            shift[b][g] = random_normal(&r);
            scale[b][g] = 0.5 + random_uniform(&r);
        }
    for (int i = 0; i < CELLS; i++) {
        int b = i < 8 ? 0 : i < 18 ? 1 : 2;

        e.batch[i] = b;
        for (uint64_t k = 0; k < q; k++)
            e.covariate[(uint64_t)i * q + k] =
                k == 0 ? (double)(random_bits(&r) >> 63) : 40.0 + 9.0 * random_normal(&r);
        for (int g = 0; g < GENES; g++) {
            double y = offset + shift[b][g] + scale[b][g] * random_normal(&r);

            for (uint64_t k = 0; k < q; k++)
                y += e.covariate[(uint64_t)i * q + k] * (g % 5) * 0.1;
            e.values[i * GENES + g] = y;
        }
    }
    return e;
}

static void
set_gene(expression *e, uint64_t gene, int32_t batch, double value)
{
    for (uint64_t i = 0; i < e->cells; i++)
        if (batch < 0 || e->batch[i] == batch)
            e->values[i * e->genes + gene] = value;
}

/* The same without one gene. */
static expression
without_gene(const expression *e, uint64_t gene)
{
    expression less = expression_make(e->cells, e->genes - 1, e->batches, e->covariates);

    memcpy(less.batch, e->batch, e->cells * sizeof *e->batch);
    memcpy(less.covariate, e->covariate, e->cells * e->covariates * sizeof *e->covariate);
    for (uint64_t i = 0; i < e->cells; i++)
        for (uint64_t g = 0, to = 0; g < e->genes; g++)
            if (g != gene)
                less.values[i * less.genes + to++] = e->values[i * e->genes + g];
    return less;
}

static sci_status
fit(const expression *e, combat_options options, combat_model **model)
{
    sci_crossed *table = expression_table(e);
    sci_status st = combat_fit(model, table, &options);

    sci_crossed_free(table);
    return st;
}

/* Gene `gene` is left alone for the reason `bits`, and all others are what they are without it. */
static void
stays_out(const expression *e, combat_options options, uint64_t gene, unsigned bits)
{
    expression less = without_gene(e, gene);
    combat_model *model = NULL;
    double *got = expression_combat(e, &options, &model);
    double *expected = expression_combat(&less, &options, NULL);

    assert_count(model->unadjusted[gene], bits);
    for (uint64_t i = 0; i < e->cells; i++) {
        assert_same_bytes(got + i * e->genes, expected + i * less.genes, gene, sizeof *got);
        assert_same_bytes(got + i * e->genes + gene, e->values + i * e->genes + gene, 1,
                          sizeof *got);
        assert_same_bytes(got + i * e->genes + gene + 1, expected + i * less.genes + gene,
                          less.genes - gene, sizeof *got);
    }
    free(got);
    free(expected);
    combat_model_free(model);
    expression_free(&less);
}

/* ---- what adjusting means ---- */

static void
without_eb_batches_get_the_grand_mean_and_the_pooled_variance(void **state)
{
    expression e = random_expression(1, 0, 3.0);
    combat_options options = { .no_eb = true, .reference = -1 };
    combat_model *model = NULL;
    expression after = e;
    sci_crossed *table;

    (void)state;
    after.values = expression_combat(&e, &options, &model);
    table = expression_table(&after);
    for (uint64_t b = 0; b < BATCHES; b++)
        for (uint64_t g = 0; g < GENES; g++) {
            assert_close(sci_moments_mean(&table->moments[b * GENES + g]), model->grand[g], 1e-13,
                         0.0);
            assert_close(sci_moments_variance(&table->moments[b * GENES + g], 1), model->pooled[g],
                         1e-12, 0.0);
        }
    sci_crossed_free(table);
    combat_model_free(model);
    free(after.values);
    expression_free(&e);
}

/* The equations of Johnson, Li, Rabinovic: γ* = (n·t²·γ̂ + δ*·γ̄)/(n·t² + δ*), δ* = (b + S/2)/(a - 1 +
 * n/2), S the squares about γ*. */
static void
the_fixed_point_solves_both_equations(void **state)
{
    static const double n[BATCHES] = { 8, 10, 12 };
    expression e = random_expression(2, 2, 3.0);
    combat_model *m = NULL;

    (void)state;
    assert_ok(fit(&e, (combat_options){ .stop = COMBAT_STOP_FIXED_POINT, .reference = -1 }, &m));
    for (uint64_t b = 0; b < BATCHES; b++)
        for (uint64_t g = 0; g < GENES; g++) {
            uint64_t i = b * GENES + g;
            double d = m->delta_star[i], nt = n[b] * m->t2[b];
            double apart = m->gamma_hat[i] - m->gamma_star[i];
            double s = m->delta_hat[i] * (n[b] - 1.0) + n[b] * apart * apart;

            assert_close(m->gamma_star[i], (nt * m->gamma_hat[i] + d * m->gamma_bar[b]) / (nt + d),
                         1e-11, 1e-13);
            assert_close(d, (m->b[b] + s / 2.0) / (m->a[b] - 1.0 + n[b] / 2.0), 1e-11, 0.0);
        }
    combat_model_free(m);
    expression_free(&e);
}

/* All genes but i, weighted by their likelihood, in long double. */
static void
weighted_genes(const combat_model *m, uint64_t b, uint64_t i, long double n, long double *gamma,
               long double *delta)
{
    const double *g = m->gamma_hat + b * m->columns, *d = m->delta_hat + b * m->columns;
    long double largest = -(long double)INFINITY, logs[GENES], sum = 0.0L;

    *gamma = *delta = 0.0L;
    for (uint64_t j = 0; j < m->columns; j++) {
        long double apart = (long double)g[i] - (long double)g[j];
        long double squares = (long double)d[i] * (n - 1.0L) + n * apart * apart;
        long double v = (long double)d[j];

        logs[j] = -n / 2.0L * logl(v) - squares / (2.0L * v);
        if (j != i && logs[j] > largest)
            largest = logs[j];
    }
    for (uint64_t j = 0; j < m->columns; j++)
        if (j != i) {
            long double w = expl(logs[j] - largest);

            sum += w;
            *gamma += w * (long double)g[j];
            *delta += w * (long double)d[j];
        }
    *gamma /= sum;
    *delta /= sum;
}

/* As many cells as you like: sva's likelihoods underflow at a few hundred. */
static void
the_nonparametric_method_is_finite_for_a_million_cells(void **state)
{
    static const uint64_t factors[] = { 1, 10, 1000, 100000 };

    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(factors); f++) {
        expression e = random_expression(3, 0, 3.0);
        sci_crossed *table = expression_table(&e);
        combat_options options = { .nonparametric = true, .reference = -1 };
        combat_model *m = NULL;

        for (uint64_t b = 0; b < BATCHES; b++) {
            table->rows[b] *= factors[f];
            for (uint64_t g = 0; g < GENES; g++) {
                table->moments[b * GENES + g].count *= factors[f];
                table->moments[b * GENES + g].weight *= (double)factors[f];
                table->moments[b * GENES + g].m2 *= (double)factors[f];
            }
        }
        assert_ok(combat_fit(&m, table, &options));
        for (uint64_t b = 0; b < BATCHES; b++)
            for (uint64_t g = 0; g < GENES; g++) {
                long double gamma, delta;

                weighted_genes(m, b, g, (long double)table->rows[b], &gamma, &delta);
                assert_close(m->gamma_star[b * GENES + g], (double)gamma, 1e-9, 1e-12);
                assert_close(m->delta_star[b * GENES + g], (double)delta, 1e-9, 0.0);
            }
        combat_model_free(m);
        sci_crossed_free(table);
        expression_free(&e);
    }
}

static void
threads_do_not_change_the_bytes(void **state)
{
    expression e = random_expression(4, 1, 3.0);
    combat_model *one = NULL;

    (void)state;
    assert_ok(
        fit(&e, (combat_options){ .nonparametric = true, .threads = 1, .reference = -1 }, &one));
    for (int threads = 2; threads <= 5; threads++) {
        combat_model *more = NULL;

        assert_ok(
            fit(&e, (combat_options){ .nonparametric = true, .threads = threads, .reference = -1 },
                &more));
        assert_same_bytes(more->gamma_star, one->gamma_star, BATCHES * GENES, sizeof(double));
        assert_same_bytes(more->delta_star, one->delta_star, BATCHES * GENES, sizeof(double));
        combat_model_free(more);
    }
    combat_model_free(one);
    expression_free(&e);
}

static void
the_reference_keeps_its_bits(void **state)
{
    expression e = random_expression(5, 2, 3.0);
    combat_options options = { .reference = 1 };
    sci_crossed *table = expression_table(&e);
    sci_column_map *map = NULL;
    combat_model *model = NULL;

    (void)state;
    assert_ok(combat_fit(&model, table, &options));
    assert_ok(combat_map(&map, model));
    assert_that(model->reference == 1);
    for (uint64_t g = 0; g < GENES; g++) {
        uint64_t i = GENES + g;

        assert_that(map->scale[i] == 1.0 && map->shift[i] == 0.0 && signbit(map->shift[i]));
        for (uint64_t k = 0; k < 2; k++)
            assert_that(map->slope[(2 + k) * GENES + g] == 0.0);
        assert_that(map->scale[g] != 1.0);
    }
    sci_column_map_free(map);
    combat_model_free(model);
    sci_crossed_free(table);
    expression_free(&e);
}

/* ---- genes that cannot be adjusted ---- */

static void
a_gene_constant_inside_a_batch_stays_out(void **state)
{
    expression e = random_expression(6, 1, 3.0);

    (void)state;
    set_gene(&e, 7, 1, 0.0);
    stays_out(&e, COMBAT_OPTIONS, 7, COMBAT_CONSTANT_IN_BATCH);
    stays_out(&e, (combat_options){ .nonparametric = true, .reference = -1 }, 7,
              COMBAT_CONSTANT_IN_BATCH);
    stays_out(&e, (combat_options){ .mean_only = true, .reference = -1 }, 7,
              COMBAT_CONSTANT_IN_BATCH);
    expression_free(&e);
}

static void
a_gene_constant_everywhere_stays_out_whatever_is_asked(void **state)
{
    expression e = random_expression(7, 1, 3.0);

    (void)state;
    set_gene(&e, 0, -1, -2.5);
    for (int zero = COMBAT_ZERO_KEEP; zero <= COMBAT_ZERO_ADJUST; zero++)
        stays_out(&e, (combat_options){ .zero_variance = (combat_zero)zero, .reference = -1 }, 0,
                  COMBAT_CONSTANT_IN_BATCH | COMBAT_CONSTANT);
    expression_free(&e);
}

static void
a_gene_with_one_value_in_a_batch_stays_out(void **state)
{
    expression e = random_expression(8, 1, 3.0);

    (void)state;
    for (int i = 1; i < 8; i++)
        e.values[i * GENES + GENES - 1] = (double)NAN;
    stays_out(&e, COMBAT_OPTIONS, GENES - 1, COMBAT_TOO_FEW);
    e.values[GENES - 1] = (double)NAN;
    stays_out(&e, (combat_options){ .mean_only = true, .reference = -1 }, GENES - 1,
              COMBAT_TOO_FEW);
    set_gene(&e, GENES - 1, -1, (double)NAN);
    stays_out(&e, COMBAT_OPTIONS, GENES - 1, COMBAT_TOO_FEW);
    expression_free(&e);
}

static void
a_gene_whose_values_confound_the_covariate_stays_out(void **state)
{
    expression e = random_expression(9, 1, 3.0);

    (void)state;
    for (int i = 0; i < CELLS; i++) {
        e.covariate[i] = i % 2;
        if (i % 2 == 1)
            e.values[i * GENES + 3] = (double)NAN;
    }
    stays_out(&e, COMBAT_OPTIONS, 3, COMBAT_ALIASED);
    expression_free(&e);
}

static void
a_gene_that_the_covariates_explain_stays_out(void **state)
{
    expression e = random_expression(10, 2, 3.0);

    (void)state;
    for (int i = 0; i < CELLS; i++)
        e.values[i * GENES + 12] =
            3.0 * e.batch[i] - 2.0 * e.covariate[i * 2] + 0.1 * e.covariate[i * 2 + 1];
    stays_out(&e, COMBAT_OPTIONS, 12, COMBAT_NO_RESIDUAL);
    stays_out(&e, (combat_options){ .reference = 2 }, 12, COMBAT_NO_RESIDUAL);
    expression_free(&e);
}

static void
mean_only_for_constant_genes_moves_them_and_no_other(void **state)
{
    expression e = random_expression(11, 1, 3.0);
    combat_options keep = COMBAT_OPTIONS, move = COMBAT_OPTIONS;
    combat_model *model = NULL;
    double *kept, *moved;
    double first = 0.0;

    (void)state;
    set_gene(&e, 7, 1, 0.0);
    move.zero_variance = COMBAT_ZERO_MEAN_ONLY;
    kept = expression_combat(&e, &keep, NULL);
    moved = expression_combat(&e, &move, &model);
    assert_that(model->unadjusted[7] == 0 && model->location_only[7] == 1);
    for (int i = 0; i < CELLS; i++) {
        assert_same_bytes(moved + i * GENES, kept + i * GENES, 7, sizeof *kept);
        assert_same_bytes(moved + i * GENES + 8, kept + i * GENES + 8, GENES - 8, sizeof *kept);
    }
    first = moved[8 * GENES + 7];
    assert_that(first != 0.0 && isfinite(first));
    for (int i = 8; i < 18; i++)
        assert_that(moved[i * GENES + 7] == first); /* still constant, at another place */
    free(kept);
    free(moved);
    combat_model_free(model);
    expression_free(&e);
}

static void
constant_genes_can_be_adjusted_as_others(void **state)
{
    static const bool choices[] = { false, true };
    expression e = random_expression(12, 1, 3.0);

    (void)state;
    set_gene(&e, 7, 1, 0.0);
    set_gene(&e, 8, 0, 0.0);
    for (int which = 0; which < 4; which++) {
        combat_options options = { .zero_variance = COMBAT_ZERO_ADJUST,
                                   .nonparametric = choices[which & 1],
                                   .no_eb = choices[which >> 1],
                                   .reference = -1 };
        combat_model *model = NULL;
        double *got = expression_combat(&e, &options, &model);

        assert_that(model->unadjusted[7] == 0 && model->location_only[7] == 0);
        for (int i = 0; i < CELLS * GENES; i++)
            assert_that(isfinite(got[i]));
        free(got);
        combat_model_free(model);
    }
    expression_free(&e);
}

/* Whatever is missing, a value that is there gets a finite result, and what is not stays missing. */
static void
missing_values_stay_where_they_are(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 40; round++) {
        expression e = random_expression(100 + round, round % 3, 3.0);
        random_stream r = random_start(200 + round);
        combat_options options = { .nonparametric = round % 2 == 1,
                                   .mean_only = round % 5 == 0,
                                   .zero_variance = (combat_zero)(round % 3),
                                   .reference = (int64_t)(round % 4) - 1 };
        double *got;

        test_context("round %llu", (unsigned long long)round);
        for (int i = 0; i < CELLS * GENES; i++)
            if (random_uniform(&r) < 0.02 * (double)(round % 30))
                e.values[i] = (double)NAN;
        set_gene(&e, 4, -1, (double)NAN);
        set_gene(&e, 5, 2, (double)NAN);
        set_gene(&e, 6, (int32_t)(round % 3), 1.0);
        got = expression_combat(&e, &options, NULL);
        for (int i = 0; i < CELLS * GENES; i++)
            assert_that(isnan(got[i]) == isnan(e.values[i]) && !isinf(got[i]));
        free(got);
        expression_free(&e);
    }
}

/* ---- priors that do not exist ---- */

static void
one_gene_is_not_shrunk(void **state)
{
    expression all = random_expression(13, 0, 3.0), e = expression_make(CELLS, 1, BATCHES, 0);

    (void)state;
    memcpy(e.batch, all.batch, CELLS * sizeof *e.batch);
    for (int i = 0; i < CELLS; i++)
        e.values[i] = all.values[i * GENES];
    for (int nonparametric = 0; nonparametric < 2; nonparametric++) {
        combat_model *m = NULL;

        assert_ok(
            fit(&e, (combat_options){ .nonparametric = nonparametric != 0, .reference = -1 }, &m));
        assert_same_bytes(m->gamma_star, m->gamma_hat, BATCHES, sizeof(double));
        assert_same_bytes(m->delta_star, m->delta_hat, BATCHES, sizeof(double));
        assert_that(isnan(m->t2[0]) && isnan(m->a[0]) && isnan(m->b[0]));
        combat_model_free(m);
    }
    expression_free(&e);
    expression_free(&all);
}

static void
equal_genes_get_what_all_of_them_have(void **state)
{
    expression e = random_expression(14, 0, 3.0);

    (void)state;
    for (int i = 0; i < CELLS; i++)
        for (int g = 1; g < GENES; g++)
            e.values[i * GENES + g] = e.values[i * GENES];
    for (int stop = 0; stop < 2; stop++) {
        combat_model *m = NULL;

        assert_ok(fit(&e, (combat_options){ .stop = (combat_stop)stop, .reference = -1 }, &m));
        for (uint64_t i = 0; i < BATCHES * GENES; i++) {
            assert_close(m->gamma_star[i], m->gamma_hat[i], 1e-12, 1e-14);
            assert_close(m->delta_star[i], m->delta_hat[i], 1e-12, 0.0);
        }
        combat_model_free(m);
    }
    expression_free(&e);
}

/* ---- batches ---- */

static void
a_batch_without_cells_takes_no_part(void **state)
{
    expression e = random_expression(15, 1, 3.0);
    combat_options options = COMBAT_OPTIONS;
    double *expected = expression_combat(&e, &options, NULL), *got;
    combat_model *model = NULL;

    (void)state;
    for (int i = 0; i < CELLS; i++)
        e.batch[i] += e.batch[i] > 0 ? 2 : 0; /* levels 1 and 2 are empty */
    e.batches = 6;
    got = expression_combat(&e, &options, &model);
    assert_same_bytes(got, expected, CELLS * GENES, sizeof *got);
    assert_that(isnan(model->gamma_star[GENES]) && isnan(model->t2[1]) && !model->mean_only);
    free(got);
    free(expected);
    combat_model_free(model);
    expression_free(&e);
}

static void
a_batch_of_one_cell_makes_the_model_mean_only(void **state)
{
    expression e = random_expression(16, 1, 3.0);
    combat_model *m = NULL;

    (void)state;
    e.batch[29] = 3;
    e.batches = 4;
    assert_ok(fit(&e, COMBAT_OPTIONS, &m));
    assert_that(m->mean_only);
    for (uint64_t i = 0; i < 4 * GENES; i++)
        assert_that(m->delta_star[i] == 1.0);
    combat_model_free(m);
    expression_free(&e);
}

static void
what_cannot_be_fitted_is_refused(void **state)
{
    expression e = random_expression(17, 2, 3.0);
    combat_model *m = NULL;

    (void)state;
    assert_fails(fit(&e, (combat_options){ .reference = 3 }, &m), SCI_ERR_ARGUMENT);
    assert_fails(fit(&e, (combat_options){ .reference = -2 }, &m), SCI_ERR_ARGUMENT);
    for (int i = 0; i < CELLS; i++)
        e.covariate[i * 2 + 1] = e.batch[i] * 0.3;
    assert_fails(fit(&e, COMBAT_OPTIONS, &m), SCI_ERR_REFUSED);
    assert_message_has("covariate 2 is confounded");
    e.covariates = 0;
    for (uint64_t g = 0; g < GENES; g++)
        set_gene(&e, g, 1, 0.0);
    assert_fails(fit(&e, COMBAT_OPTIONS, &m), SCI_ERR_DEGENERATE);
    assert_message_has("no gene can be adjusted: of 25, 25 are constant inside a batch");
    memset(e.batch, 0, CELLS * sizeof *e.batch);
    assert_fails(fit(&e, COMBAT_OPTIONS, &m), SCI_ERR_DEGENERATE);
    assert_message_has("at least two batches are needed, there is one");
    e.batch[0] = 1;
    assert_fails(fit(&e, (combat_options){ .reference = 1 }, &m), SCI_ERR_DEGENERATE);
    assert_message_has("the reference batch has 1 cells");
    assert_fails(fit(&e, (combat_options){ .reference = 2 }, &m), SCI_ERR_DEGENERATE);
    assert_null(m);
    expression_free(&e);
}

/* Values with a few bits, so that an offset changes none of them. */
static void
check_offset(double offset, double atol)
{
    expression near = random_expression(18, 2, 0.0), far = random_expression(18, 2, 0.0);
    combat_options options = COMBAT_OPTIONS;
    double *a, *b;

    for (int i = 0; i < CELLS * GENES; i++) {
        near.values[i] = rint(near.values[i] * 0x1p20) * 0x1p-20;
        far.values[i] = near.values[i] + offset;
    }
    a = expression_combat(&near, &options, NULL);
    b = expression_combat(&far, &options, NULL);
    for (int i = 0; i < CELLS * GENES; i++)
        assert_close(b[i] - offset, a[i], 0.0, atol);
    free(a);
    free(b);
    expression_free(&near);
    expression_free(&far);
}

static void
data_far_from_zero_lose_only_their_own_rounding(void **state)
{
    (void)state;
    check_offset(1000.0, 1e-11);
    check_offset(0x1p20, 1e-8);
}

/* ---- sites ---- */

/* The cells of one of `sites` sites; the others are left out. */
static sci_crossed *
table_of_site(const expression *e, uint64_t site, uint64_t sites)
{
    expression part = expression_make(e->cells, e->genes, e->batches, e->covariates);
    sci_crossed *table;

    memcpy(part.values, e->values, e->cells * e->genes * sizeof *e->values);
    memcpy(part.covariate, e->covariate, e->cells * e->covariates * sizeof *e->covariate);
    for (uint64_t i = 0; i < e->cells; i++)
        part.batch[i] = i % sites == site ? e->batch[i] : -1;
    table = expression_table(&part);
    expression_free(&part);
    return table;
}

static void
tables_of_sites_give_what_the_pooled_data_give(void **state)
{
    static const uint64_t sites[] = { 2, 3, 7 };

    (void)state;
    for (size_t s = 0; s < 2 * ARRAY_LEN(sites); s++) {
        uint64_t n = sites[s / 2];
        expression e = random_expression(30 + s, 2, 3.0);
        random_stream r = random_start(40 + s);
        combat_options options = COMBAT_OPTIONS;
        combat_model *pooled = NULL, *merged = NULL;
        sci_crossed *table;

        test_context("%llu sites", (unsigned long long)n);
        for (int i = 0; s % 2 == 1 && i < CELLS * GENES; i++)
            if (random_uniform(&r) < 0.05)
                e.values[i] = (double)NAN;
        table = table_of_site(&e, 0, n);
        for (uint64_t site = 1; site < n; site++) {
            sci_crossed *other = table_of_site(&e, site, n);

            assert_ok(sci_crossed_merge(table, other, NULL, NULL));
            sci_crossed_free(other);
        }
        assert_ok(combat_fit(&merged, table, &options));
        assert_ok(fit(&e, options, &pooled));
        for (uint64_t g = 0; g < GENES; g++) {
            assert_close(merged->grand[g], pooled->grand[g], 1e-12, 1e-12);
            assert_close(merged->pooled[g], pooled->pooled[g], 1e-12, 0.0);
            for (uint64_t k = 0; k < 2; k++)
                assert_close(merged->beta[k * GENES + g], pooled->beta[k * GENES + g], 1e-11,
                             1e-13);
        }
        for (uint64_t i = 0; i < BATCHES * GENES; i++) {
            assert_close(merged->gamma_star[i], pooled->gamma_star[i], 1e-11, 1e-12);
            assert_close(merged->delta_star[i], pooled->delta_star[i], 1e-12, 0.0);
        }
        combat_model_free(merged);
        combat_model_free(pooled);
        sci_crossed_free(table);
        expression_free(&e);
    }
}

/* ---- frozen models ---- */

/* The cells of one batch as a matrix of their own. */
static expression
batch_alone(const expression *e, int32_t batch)
{
    expression one = expression_make(e->cells, e->genes, 1, e->covariates);

    memcpy(one.values, e->values, e->cells * e->genes * sizeof *e->values);
    memcpy(one.covariate, e->covariate, e->cells * e->covariates * sizeof *e->covariate);
    for (uint64_t i = 0; i < e->cells; i++)
        one.batch[i] = e->batch[i] == batch ? 0 : -1;
    return one;
}

/* A batch that was in the fit gets from the frozen model what it got in the fit. */
static void
check_frozen(combat_options options, bool missing)
{
    expression e = random_expression(19, 2, 3.0);
    random_stream r = random_start(20);
    combat_model *model = NULL;

    for (int i = 0; missing && i < CELLS * GENES; i++)
        if (random_uniform(&r) < 0.1)
            e.values[i] = (double)NAN;
    set_gene(&e, 3, 2, 1.0);
    assert_ok(fit(&e, options, &model));
    for (int32_t b = 0; b < BATCHES; b++) {
        expression one = batch_alone(&e, b);
        sci_crossed *table = expression_table(&one);
        combat_model *frozen = NULL;

        assert_ok(combat_fit_frozen(&frozen, model, table, &options));
        for (uint64_t g = 0; g < GENES; g++) {
            uint64_t i = (uint64_t)b * GENES + g;

            assert_count(frozen->unadjusted[g], model->unadjusted[g]);
            assert_close(frozen->gamma_star[g], model->gamma_star[i], 1e-11, 1e-12);
            assert_close(frozen->delta_star[g], model->delta_star[i], 1e-11, 0.0);
        }
        combat_model_free(frozen);
        sci_crossed_free(table);
        expression_free(&one);
    }
    combat_model_free(model);
    expression_free(&e);
}

static void
a_frozen_model_gives_a_known_batch_what_the_fit_gave(void **state)
{
    (void)state;
    for (int missing = 0; missing < 2; missing++) {
        check_frozen(COMBAT_OPTIONS, missing != 0);
        check_frozen((combat_options){ .nonparametric = true, .reference = -1 }, missing != 0);
        check_frozen((combat_options){ .mean_only = true, .reference = -1 }, missing != 0);
        check_frozen((combat_options){ .no_eb = true, .reference = -1 }, missing != 0);
    }
}

static void
a_frozen_model_takes_a_batch_of_one_cell(void **state)
{
    expression e = random_expression(21, 1, 3.0), one;
    sci_crossed *table;
    combat_model *model = NULL, *frozen = NULL;
    combat_options options = COMBAT_OPTIONS;

    (void)state;
    assert_ok(fit(&e, options, &model));
    one = batch_alone(&e, 99);
    one.batch[4] = 0;
    table = expression_table(&one);
    assert_ok(combat_fit_frozen(&frozen, model, table, &options));
    assert_that(frozen->mean_only);
    for (uint64_t g = 0; g < GENES; g++) {
        assert_count(frozen->unadjusted[g], 0);
        assert_that(frozen->delta_star[g] == 1.0 && isfinite(frozen->gamma_star[g]));
    }
    combat_model_free(frozen);
    combat_model_free(model);
    sci_crossed_free(table);
    expression_free(&one);
    expression_free(&e);
}

static void
a_frozen_model_refuses_other_shapes(void **state)
{
    expression e = random_expression(22, 1, 3.0), less = without_gene(&e, 0), none;
    combat_options options = COMBAT_OPTIONS;
    combat_model *model = NULL, *frozen = NULL;
    sci_crossed *table;

    (void)state;
    assert_ok(fit(&e, options, &model));
    table = expression_table(&e);
    assert_fails(combat_fit_frozen(&frozen, model, table, &options), SCI_ERR_SHAPE);
    sci_crossed_free(table);
    table = expression_table(&less);
    assert_fails(combat_fit_frozen(&frozen, model, table, &options), SCI_ERR_SHAPE);
    sci_crossed_free(table);
    none = batch_alone(&e, 99);
    table = expression_table(&none);
    assert_fails(combat_fit_frozen(&frozen, model, table, &options), SCI_ERR_DEGENERATE);
    sci_crossed_free(table);
    combat_model_free(model);
    expression_free(&none);
    expression_free(&less);
    expression_free(&e);
}

/* ---- inverting ---- */

static void
a_map_turned_round_gives_the_values_back(void **state)
{
    expression e = random_expression(23, 2, 3.0), after = e;
    combat_options options = COMBAT_OPTIONS;
    sci_crossed *table = expression_table(&e);
    combat_model *model = NULL;
    sci_column_map *map = NULL;
    double *back;

    (void)state;
    set_gene(&e, 3, 2, 1.0);
    assert_ok(combat_fit(&model, table, &options));
    assert_ok(combat_map(&map, model));
    after.values = expression_mapped(&e, map);
    assert_ok(combat_map_invert(map));
    back = expression_mapped(&after, map);
    for (int i = 0; i < CELLS * GENES; i++)
        assert_close(back[i], e.values[i], 1e-13, 1e-13);
    free(back);
    free(after.values);
    sci_column_map_free(map);
    combat_model_free(model);
    sci_crossed_free(table);
    expression_free(&e);
}

static void
what_is_lost_cannot_be_turned_round(void **state)
{
    sci_column_map *map = NULL;

    (void)state;
    assert_ok(sci_column_map_create(&map, 2, 3, 0));
    map->scale[4] = 0.0;
    assert_fails(combat_map_invert(map), SCI_ERR_REFUSED);
    assert_message_has("batch 2, gene 2 was scaled by 0");
    map->scale[4] = (double)INFINITY;
    assert_fails(combat_map_invert(map), SCI_ERR_REFUSED);
    map->scale[4] = 2.0;
    map->clip = true;
    assert_fails(combat_map_invert(map), SCI_ERR_REFUSED);
    assert_that(!map->inverse);
    sci_column_map_free(map);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_eb_batches_get_the_grand_mean_and_the_pooled_variance),
        cmocka_unit_test(the_fixed_point_solves_both_equations),
        cmocka_unit_test(the_nonparametric_method_is_finite_for_a_million_cells),
        cmocka_unit_test(threads_do_not_change_the_bytes),
        cmocka_unit_test(the_reference_keeps_its_bits),
        cmocka_unit_test(a_gene_constant_inside_a_batch_stays_out),
        cmocka_unit_test(a_gene_constant_everywhere_stays_out_whatever_is_asked),
        cmocka_unit_test(a_gene_with_one_value_in_a_batch_stays_out),
        cmocka_unit_test(a_gene_whose_values_confound_the_covariate_stays_out),
        cmocka_unit_test(a_gene_that_the_covariates_explain_stays_out),
        cmocka_unit_test(mean_only_for_constant_genes_moves_them_and_no_other),
        cmocka_unit_test(constant_genes_can_be_adjusted_as_others),
        cmocka_unit_test(missing_values_stay_where_they_are),
        cmocka_unit_test(one_gene_is_not_shrunk),
        cmocka_unit_test(equal_genes_get_what_all_of_them_have),
        cmocka_unit_test(a_batch_without_cells_takes_no_part),
        cmocka_unit_test(a_batch_of_one_cell_makes_the_model_mean_only),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
        cmocka_unit_test(data_far_from_zero_lose_only_their_own_rounding),
        cmocka_unit_test(tables_of_sites_give_what_the_pooled_data_give),
        cmocka_unit_test(a_frozen_model_gives_a_known_batch_what_the_fit_gave),
        cmocka_unit_test(a_frozen_model_takes_a_batch_of_one_cell),
        cmocka_unit_test(a_frozen_model_refuses_other_shapes),
        cmocka_unit_test(a_map_turned_round_gives_the_values_back),
        cmocka_unit_test(what_is_lost_cannot_be_turned_round),
    };

    return run_all(tests);
}
