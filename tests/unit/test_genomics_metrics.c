/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neighbours, silhouettes, LISI, kBET and regression against their definitions, written plainly; and
 * what they are where there is little to measure. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/genomics/metrics_priv.h>
#include <support/random.h>
#include <support/testing.h>

/* ---- cells ---- */

typedef struct sample {
    size_t cells, components, batches, labels;
    double *scores, *variance;
    int32_t *batch, *label;
} sample;

/* Labels and batches shift the cells; some cells are equal if `ties`. */
static sample
make_sample(uint64_t number, size_t cells, size_t components, size_t batches, size_t labels,
            bool ties)
{
    random_stream r = random_start(number);
    sample s = { cells, components, batches, labels, NULL, NULL, NULL, NULL };

    s.scores = test_alloc(cells * components + 1, sizeof *s.scores);
    s.variance = test_alloc(components + 1, sizeof *s.variance);
    s.batch = test_alloc(cells + 1, sizeof *s.batch);
    s.label = test_alloc(cells + 1, sizeof *s.label);
    for (size_t k = 0; k < components; k++)
        s.variance[k] = 1.0 / (double)(k + 1);
    for (size_t c = 0; c < cells; c++) {
        s.batch[c] = (int32_t)random_below(&r, batches);
        s.label[c] = (int32_t)random_below(&r, labels);
        for (size_t k = 0; k < components; k++)
            s.scores[c * components + k] =
                random_normal(&r) + (k == 0 ? s.label[c] : 0) + (k == 1 ? 0.5 * s.batch[c] : 0);
        if (ties && c > 0 && random_below(&r, 3) == 0)
            memcpy(s.scores + c * components, s.scores + (c - 1) * components,
                   components * sizeof *s.scores);
    }
    return s;
}

static void
free_sample(sample *s)
{
    free(s->scores);
    free(s->variance);
    free(s->batch);
    free(s->label);
}

static metrics_input
input_of(const sample *s)
{
    return (metrics_input){ .cells = s->cells,
                            .components = s->components,
                            .scores = s->scores,
                            .variance = s->variance,
                            .batches = s->batches,
                            .labels = s->labels,
                            .batch = s->batch,
                            .label = s->label,
                            .threads = 1 };
}

static double
distance_of(const sample *s, size_t a, size_t b)
{
    double sum = 0.0;

    for (size_t k = 0; k < s->components; k++) {
        double d = s->scores[a * s->components + k] - s->scores[b * s->components + k];

        sum += d * d;
    }
    return sqrt(sum);
}

/* ---- neighbours ---- */

typedef struct other {
    double distance;
    uint32_t cell;
} other;

static int
by_distance(const void *a, const void *b)
{
    const other *x = a, *y = b;

    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

/* All others, the nearest first. */
static other *
others_of(const sample *s, size_t cell)
{
    other *out = test_alloc(s->cells, sizeof *out);
    size_t n = 0;

    for (size_t c = 0; c < s->cells; c++)
        if (c != cell)
            out[n++] = (other){ distance_of(s, cell, c), (uint32_t)c };
    qsort(out, n, sizeof *out, by_distance);
    return out;
}

typedef struct seen {
    const sample *s;
    size_t visits;
} seen;

static void
check_cell(void *context, const nearby_cell *cell, int worker)
{
    seen *v = context;
    other *expected = others_of(v->s, cell->cell);
    double *sums = test_alloc(v->s->batches, sizeof *sums);

    (void)worker;
    v->visits++;
    for (size_t i = 0; i < cell->k; i++) {
        assert_count(cell->neighbour[i], expected[i].cell);
        assert_close(cell->distance[i], expected[i].distance, 1e-14, 0.0);
    }
    memset(sums, 0, v->s->batches * sizeof *sums);
    for (size_t i = 0; i + 1 < v->s->cells; i++)
        sums[v->s->batch[expected[i].cell]] += expected[i].distance;
    for (size_t b = 0; b < v->s->batches; b++)
        assert_close(cell->sums[b], sums[b], 1e-13, 1e-13);
    free(expected);
    free(sums);
}

static void
neighbours_are_those_of_a_plain_search(void **state)
{
    static const size_t shapes[][3] = {
        { 2, 1, 1 }, { 33, 3, 32 }, { 200, 7, 20 }, { 257, 50, 90 }, { 64, 2, 1 }
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        for (int ties = 0; ties < 2; ties++) {
            sample s = make_sample(i, shapes[i][0], shapes[i][1], 4, 2, ties == 1);
            uint32_t *query = test_alloc(s.cells, sizeof *query);
            seen v = { &s, 0 };
            nearby_input in = { .cells = s.cells,
                                .components = s.components,
                                .scores = s.scores,
                                .groups = s.batches,
                                .group = s.batch,
                                .query = query,
                                .k = shapes[i][2] };

            test_context("shape %zu, ties %d", i, ties);
            for (size_t c = 0; c < s.cells; c += 1 + i % 2)
                query[in.queries++] = (uint32_t)c;
            assert_ok(nearby_each(&in, check_cell, &v));
            assert_count(v.visits, in.queries);
            free(query);
            free_sample(&s);
        }
}

/* ---- the measures, plainly ---- */

static double
plain_silhouette(const sample *s, size_t cell, const int32_t *group, size_t groups,
                 const bool *among)
{
    double own = 0.0, nearest = (double)INFINITY;

    for (size_t g = 0; g < groups; g++) {
        double sum = 0.0, n = 0.0;

        for (size_t c = 0; c < s->cells; c++)
            if (c != cell && among[c] && group[c] == (int32_t)g) {
                sum += distance_of(s, cell, c);
                n += 1.0;
            }
        if (group[cell] == (int32_t)g) {
            if (n == 0.0)
                return 0.0;
            own = sum / n;
        } else if (n > 0.0 && sum / n < nearest) {
            nearest = sum / n;
        }
    }
    return (nearest - own) / fmax(own, nearest);
}

static double
plain_label_silhouette(const sample *s)
{
    bool *all = test_alloc(s->cells, sizeof *all);
    double sum = 0.0;

    memset(all, 1, s->cells);
    for (size_t c = 0; c < s->cells; c++)
        sum += plain_silhouette(s, c, s->label, s->labels, all);
    free(all);
    return (sum / (double)s->cells + 1.0) / 2.0;
}

static double
plain_batch_silhouette(const sample *s)
{
    bool *among = test_alloc(s->cells, sizeof *among);
    double total = 0.0, labels = 0.0;

    for (size_t l = 0; l < s->labels; l++) {
        double sum = 0.0, n = 0.0;
        size_t batches = 0;

        for (size_t c = 0; c < s->cells; c++)
            among[c] = s->label[c] == (int32_t)l;
        for (size_t b = 0; b < s->batches; b++) {
            bool there = false;

            for (size_t c = 0; c < s->cells; c++)
                there = there || (among[c] && s->batch[c] == (int32_t)b);
            batches += there;
        }
        for (size_t c = 0; c < s->cells; c++)
            if (among[c]) {
                sum += 1.0 - fabs(plain_silhouette(s, c, s->batch, s->batches, among));
                n += 1.0;
            }
        if (batches > 1 && (double)batches < n) {
            total += sum / n;
            labels += 1.0;
        }
    }
    free(among);
    return total / labels;
}

/* Entropy of weights exp(-beta d), in nats. */
static double
plain_entropy(const other *n, size_t k, double beta, double *p)
{
    double sum = 0.0, entropy = 0.0;

    for (size_t i = 0; i < k; i++)
        sum += p[i] = exp(-beta * (n[i].distance - n[0].distance));
    for (size_t i = 0; i < k; i++) {
        p[i] /= sum;
        if (p[i] > 0.0)
            entropy -= p[i] * log(p[i]);
    }
    return entropy;
}

static double
plain_lisi(const sample *s, size_t cell, size_t k, double perplexity, const int32_t *level)
{
    other *n = others_of(s, cell);
    double low = 0.0, high = 1e6, p[90], squares = 0.0, share[16] = { 0 };

    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2.0;

        if (plain_entropy(n, k, middle, p) > log(perplexity))
            low = middle;
        else
            high = middle;
    }
    for (size_t i = 0; i < k; i++)
        share[level[n[i].cell]] += p[i];
    for (size_t l = 0; l < ARRAY_LEN(share); l++)
        squares += share[l] * share[l];
    free(n);
    return 1.0 / squares;
}

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
plain_lisi_median(const sample *s, size_t k, double perplexity, const int32_t *level)
{
    double *x = test_alloc(s->cells, sizeof *x), out;

    for (size_t c = 0; c < s->cells; c++)
        x[c] = plain_lisi(s, c, k, perplexity, level);
    qsort(x, s->cells, sizeof *x, ascending);
    out = s->cells % 2 ? x[s->cells / 2] : (x[s->cells / 2 - 1] + x[s->cells / 2]) / 2.0;
    free(x);
    return out;
}

/* With three batches the statistic has two degrees of freedom, and p = exp(-x/2). */
static double
plain_kbet(const sample *s, size_t k)
{
    double accepted = 0.0, frequency[3] = { 0 };

    for (size_t c = 0; c < s->cells; c++)
        frequency[s->batch[c]] += 1.0 / (double)s->cells;
    for (size_t c = 0; c < s->cells; c++) {
        other *n = others_of(s, c);
        double count[3] = { 0 }, x = 0.0;

        for (size_t i = 0; i < k; i++)
            count[s->batch[n[i].cell]] += 1.0;
        for (size_t b = 0; b < 3; b++)
            x += pow(count[b] - (double)k * frequency[b], 2.0) / ((double)k * frequency[b]);
        accepted += exp(-x / 2.0) >= 0.05;
        free(n);
    }
    return accepted / (double)s->cells;
}

/* 1 - residual/total of the least-squares fit on one-hot levels. */
static double
plain_pcr(const sample *s, const int32_t *level, size_t levels)
{
    double sum = 0.0, weight = 0.0;

    for (size_t k = 0; k < s->components; k++) {
        double total = 0.0, residual = 0.0, grand = 0.0;

        for (size_t c = 0; c < s->cells; c++)
            grand += s->scores[c * s->components + k] / (double)s->cells;
        for (size_t l = 0; l < levels; l++) {
            double mean = 0.0, n = 0.0;

            for (size_t c = 0; c < s->cells; c++)
                if (level[c] == (int32_t)l) {
                    mean += s->scores[c * s->components + k];
                    n += 1.0;
                }
            for (size_t c = 0; c < s->cells; c++)
                if (level[c] == (int32_t)l) {
                    double x = s->scores[c * s->components + k];

                    residual += pow(x - mean / n, 2.0);
                    total += pow(x - grand, 2.0);
                }
        }
        sum += s->variance[k] * (1.0 - residual / total);
        weight += s->variance[k];
    }
    return sum / weight;
}

static void
measures_are_their_definitions(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 3; number++) {
        sample s = make_sample(20 + number, 150 + 7 * number, 4, 3, 4, number == 2);
        metrics_input in = input_of(&s);
        metrics m;

        test_context("sample %d", (int)number);
        assert_ok(metrics_of_cells(&m, &in));
        assert_count(m.sampled, s.cells);
        assert_close(m.silhouette_label, plain_label_silhouette(&s), 1e-11, 0.0);
        assert_close(m.silhouette_batch, plain_batch_silhouette(&s), 1e-11, 0.0);
        assert_close(m.lisi_batch, plain_lisi_median(&s, 90, 30.0, s.batch), 1e-4, 0.0);
        assert_close(m.lisi_label, plain_lisi_median(&s, 90, 30.0, s.label), 1e-4, 0.0);
        assert_close(m.ilisi, (m.lisi_batch - 1.0) / 2.0, 1e-14, 0.0);
        assert_close(m.clisi, (4.0 - m.lisi_label) / 3.0, 1e-14, 0.0);
        assert_close(m.kbet, plain_kbet(&s, 50), 1e-12, 0.0);
        assert_close(m.pcr_batch, plain_pcr(&s, s.batch, 3), 1e-11, 0.0);
        assert_close(m.pcr_label, plain_pcr(&s, s.label, 4), 1e-11, 0.0);
        assert_close(m.batch_score,
                     (m.silhouette_batch + m.ilisi + m.kbet + 1.0 - m.pcr_batch) / 4.0, 1e-14, 0.0);
        assert_close(m.overall, 0.4 * m.batch_score + 0.3 * (m.silhouette_label + m.clisi), 1e-14,
                     0.0);
        free_sample(&s);
    }
}

static void
few_cells_have_fewer_neighbours(void **state)
{
    sample s = make_sample(30, 40, 3, 3, 2, false);
    metrics_input in = input_of(&s);
    metrics m;

    (void)state;
    assert_ok(metrics_of_cells(&m, &in));
    assert_close(m.lisi_batch, plain_lisi_median(&s, 39, 13.0, s.batch), 1e-4, 0.0);
    assert_close(m.kbet, plain_kbet(&s, 39), 1e-12, 0.0);
    free_sample(&s);
}

static void
same_bytes(const metrics *a, const metrics *b)
{
    assert_same_bytes(a, b, sizeof *a / sizeof(double), sizeof(double));
}

static void
bytes_do_not_depend_on_threads(void **state)
{
    static const int threads[] = { 2, 8 };
    sample s = make_sample(31, 500, 20, 3, 4, true);
    metrics_input in = input_of(&s);
    metrics one, other_run;

    (void)state;
    assert_ok(metrics_of_cells(&one, &in));
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        in.threads = threads[i];
        assert_ok(metrics_of_cells(&other_run, &in));
        same_bytes(&one, &other_run);
    }
    free_sample(&s);
}

static void
order_of_cells_does_not_matter(void **state)
{
    sample s = make_sample(32, 300, 5, 3, 4, false), t = make_sample(32, 300, 5, 3, 4, false);
    metrics_input in = input_of(&s), turned = input_of(&t);
    metrics a, b;

    (void)state;
    for (size_t c = 0; c < s.cells; c++) {
        size_t d = s.cells - 1 - c;

        memcpy(t.scores + d * 5, s.scores + c * 5, 5 * sizeof *t.scores);
        t.batch[d] = s.batch[c];
        t.label[d] = s.label[c];
    }
    assert_ok(metrics_of_cells(&a, &in));
    assert_ok(metrics_of_cells(&b, &turned));
    assert_close(a.lisi_batch, b.lisi_batch, 1e-12, 0.0);
    assert_close(a.kbet, b.kbet, 1e-12, 0.0);
    assert_close(a.silhouette_batch, b.silhouette_batch, 1e-12, 0.0);
    assert_close(a.overall, b.overall, 1e-12, 0.0);
    free_sample(&s);
    free_sample(&t);
}

/* Cells without batch or label, and levels that no cell has, are as if they were not there. */
static void
cells_left_out_never_matter(void **state)
{
    sample s = make_sample(33, 260, 4, 3, 4, false), t = make_sample(33, 260, 4, 3, 4, false);
    metrics_input all = input_of(&s), rest = input_of(&t);
    size_t n = 0;
    metrics a, b;

    (void)state;
    for (size_t c = 0; c < s.cells; c++) {
        if (c % 7 == 0)
            s.batch[c] = -1;
        else if (c % 11 == 0)
            s.label[c] = -1;
        else {
            memcpy(t.scores + n * 4, s.scores + c * 4, 4 * sizeof *t.scores);
            t.batch[n] = 2 * s.batch[c] + 1;
            t.label[n++] = s.label[c];
        }
    }
    rest.cells = n;
    rest.batches = 9;
    assert_ok(metrics_of_cells(&a, &all));
    assert_ok(metrics_of_cells(&b, &rest));
    assert_count(a.cells, n);
    same_bytes(&a, &b);
    free_sample(&s);
    free_sample(&t);
}

static void
sample_is_seeded_and_near_the_whole(void **state)
{
    sample s = make_sample(34, 1500, 5, 3, 4, false);
    metrics_input in = input_of(&s);
    metrics whole, part, again, other_seed;

    (void)state;
    assert_ok(metrics_of_cells(&whole, &in));
    in.sample_most = 400;
    assert_ok(metrics_of_cells(&part, &in));
    assert_ok(metrics_of_cells(&again, &in));
    in.seed = 99;
    assert_ok(metrics_of_cells(&other_seed, &in));
    assert_count(part.sampled, 400);
    same_bytes(&part, &again);
    assert_that(part.silhouette_label != other_seed.silhouette_label);
    assert_close(part.silhouette_label, whole.silhouette_label, 0.0, 0.03);
    assert_close(part.ilisi, whole.ilisi, 0.0, 0.05);
    assert_close(part.kbet, whole.kbet, 0.0, 0.1);
    assert_that(part.pcr_batch == whole.pcr_batch);
    free_sample(&s);
}

static void
one_batch_has_no_batch_measures(void **state)
{
    sample s = make_sample(35, 200, 4, 1, 4, false);
    metrics_input in = input_of(&s);
    metrics m;

    (void)state;
    assert_ok(metrics_of_cells(&m, &in));
    assert_that(isnan(m.pcr_batch) && isnan(m.silhouette_batch) && isnan(m.ilisi)
                && isnan(m.lisi_batch) && isnan(m.kbet) && isnan(m.batch_score)
                && isnan(m.overall));
    assert_that(!isnan(m.clisi) && !isnan(m.silhouette_label) && !isnan(m.label_score));
    free_sample(&s);
}

static void
no_labels_have_no_label_measures(void **state)
{
    sample s = make_sample(36, 200, 4, 3, 1, false);
    metrics_input in = input_of(&s);
    metrics with, without;

    (void)state;
    assert_ok(metrics_of_cells(&with, &in));
    in.label = NULL;
    assert_ok(metrics_of_cells(&without, &in));
    same_bytes(&with, &without);
    assert_that(isnan(with.pcr_label) && isnan(with.silhouette_label) && isnan(with.clisi)
                && isnan(with.lisi_label) && isnan(with.label_score) && isnan(with.overall));
    /* All cells are one label. */
    assert_close(with.silhouette_batch, plain_batch_silhouette(&s), 1e-11, 0.0);
    free_sample(&s);
}

static void
labels_of_single_cells_have_silhouette_zero(void **state)
{
    sample s = make_sample(37, 61, 3, 2, 2, false);
    metrics_input in = input_of(&s);
    metrics m;

    (void)state;
    in.labels = s.labels = 3;
    s.label[17] = 2;
    assert_ok(metrics_of_cells(&m, &in));
    assert_close(m.silhouette_label, plain_label_silhouette(&s), 1e-11, 0.0);
    /* Every cell a label of its own: no silhouette is defined, the rest is. */
    in.labels = s.cells;
    for (size_t c = 0; c < s.cells; c++)
        s.label[c] = (int32_t)c;
    assert_ok(metrics_of_cells(&m, &in));
    assert_that(isnan(m.silhouette_label) && isnan(m.silhouette_batch));
    assert_that(!isnan(m.clisi) && !isnan(m.kbet));
    free_sample(&s);
}

static void
equal_cells_have_finite_measures(void **state)
{
    sample s = make_sample(38, 150, 3, 3, 2, false);
    metrics_input in = input_of(&s);
    metrics m;

    (void)state;
    memset(s.scores, 0, s.cells * s.components * sizeof *s.scores);
    memset(s.variance, 0, s.components * sizeof *s.variance);
    assert_ok(metrics_of_cells(&m, &in));
    assert_that(isnan(m.pcr_batch));
    assert_that(m.silhouette_label == 0.5 && m.silhouette_batch == 1.0);
    assert_that(m.lisi_batch >= 1.0 && m.lisi_batch <= 3.0);
    assert_that(!isnan(m.kbet) && !isnan(m.overall));
    free_sample(&s);
}

static void
nothing_is_defined_of_hardly_any_cells(void **state)
{
    (void)state;
    for (size_t cells = 0; cells < 4; cells++) {
        sample s = make_sample(39, cells, 2, 2, 2, false);
        metrics_input in = input_of(&s);
        metrics m;

        test_context("%zu cells", cells);
        assert_ok(metrics_of_cells(&m, &in));
        assert_count(m.cells, cells);
        assert_that(isnan(m.ilisi) && isnan(m.clisi));
        if (cells < 2)
            assert_that(isnan(m.kbet) && isnan(m.overall) && isnan(m.pcr_batch));
        free_sample(&s);
    }
}

static void
scores_that_are_not_finite_are_refused(void **state)
{
    sample s = make_sample(40, 50, 3, 2, 2, false);
    metrics_input in = input_of(&s);
    metrics m;

    (void)state;
    s.scores[31] = (double)NAN;
    assert_fails(metrics_of_cells(&m, &in), SCI_ERR_NONFINITE);
    free_sample(&s);
}

/* ---- from the table ---- */

static void
r2_is_between_over_total(void **state)
{
    /* Two levels, two genes: values 1 2 3 | 5 6, and a constant. */
    static const double values[2][3] = { { 1, 2, 3 }, { 5, 6, 0 } };
    sci_crossed *table = NULL;
    double per_gene[2], between, total = 0.0;

    (void)state;
    assert_ok(sci_crossed_create(&table, 3, 2, 0));
    for (size_t l = 0; l < 2; l++) {
        size_t n = l == 0 ? 3 : 2;
        static const double constant[3] = { 7, 7, 7 };

        table->rows[l] = n;
        assert_ok(
            sci_moments_of(&table->moments[l * 2], SCI_FLOAT64, values[l], n, SCI_NAN_REFUSE));
        assert_ok(
            sci_moments_of(&table->moments[l * 2 + 1], SCI_FLOAT64, constant, n, SCI_NAN_REFUSE));
    }
    /* Mean 3.4; means 2 and 5.5. */
    between = 3.0 * 1.4 * 1.4 + 2.0 * 2.1 * 2.1;
    total = between + 2.0 + 0.5;
    assert_close(metrics_r2(table, per_gene), between / total, 1e-13, 0.0);
    assert_close(per_gene[0], between / total, 1e-13, 0.0);
    assert_that(isnan(per_gene[1]));
    table->rows[1] = 0;
    assert_that(isnan(metrics_r2(table, NULL)));
    sci_crossed_free(table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_are_those_of_a_plain_search),
        cmocka_unit_test(measures_are_their_definitions),
        cmocka_unit_test(few_cells_have_fewer_neighbours),
        cmocka_unit_test(bytes_do_not_depend_on_threads),
        cmocka_unit_test(order_of_cells_does_not_matter),
        cmocka_unit_test(cells_left_out_never_matter),
        cmocka_unit_test(sample_is_seeded_and_near_the_whole),
        cmocka_unit_test(one_batch_has_no_batch_measures),
        cmocka_unit_test(no_labels_have_no_label_measures),
        cmocka_unit_test(labels_of_single_cells_have_silhouette_zero),
        cmocka_unit_test(equal_cells_have_finite_measures),
        cmocka_unit_test(nothing_is_defined_of_hardly_any_cells),
        cmocka_unit_test(scores_that_are_not_finite_are_refused),
        cmocka_unit_test(r2_is_between_over_total),
    };

    return run_all(tests);
}
