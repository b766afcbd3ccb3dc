/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether series look seasonal, by the ranks of a definition that counts. */
#include <math.h>

#include <support/random.h>
#include <support/testing.h>

#include "apps/econ/quality.h"

enum { N = 130 };

/* Kruskal and Wallis 1952, of changes against the season they come in; more than the least that makes them
 * seasonal: significant, and a quarter of the ranks' variance. */
static double
plain_excess(const double *change, size_t n, int season, int64_t first)
{
    double sums[12] = { 0 }, counts[12] = { 0 }, m = 0.0, ties = 0.0, h = 0.0;

    for (size_t t = 1; t < n; t++) {
        double below = 0.0, equal = 0.0;
        int s = (int)((first + (int64_t)t) % season);

        if (!isfinite(change[t]))
            continue;
        for (size_t u = 1; u < n; u++) {
            below += change[u] < change[t];
            equal += change[u] == change[t];
        }
        m += 1.0;
        ties += equal * equal - 1.0; /* equal of them make equal³ - equal */
        sums[s] += below + 0.5 * (equal + 1.0);
        counts[s] += 1.0;
    }
    for (int s = 0; s < season; s++)
        h += sums[s] * sums[s] / counts[s];
    h = 12.0 / (m * (m + 1.0)) * h - 3.0 * (m + 1.0);
    h /= 1.0 - ties / (m * m * m - m);
    return fmin(h - (season == 4 ? 16.266 : 31.264), h - 0.25 * (m - 1.0));
}

static void
seasons_are_found_where_ranks_say_so(void **state)
{
    double x[N], change[N], scratch[2 * N];
    random_stream r = random_start(1);
    size_t found = 0;

    (void)state;
    for (int round_ = 0; round_ < 1500; round_++) {
        bool monthly = random_below(&r, 2) == 1;
        int season = monthly ? 12 : 4;
        double strength = 2.0 * random_uniform(&r), steps = random_below(&r, 2) ? 2.0 : 1e6, excess;
        bool seen;

        for (size_t t = 0; t < N; t++) {
            x[t] = random_normal(&r) + strength * sin((double)(t % (size_t)season));
            x[t] = round(x[t] * steps) / steps; /* ties */
            if (random_uniform(&r) < 0.05)
                x[t] = (double)NAN;
        }
        for (size_t t = 1; t < N; t++)
            change[t] = x[t] - x[t - 1];
        excess = plain_excess(change, N, season, 7);
        seen = econ_quality_seasonal(x, N, monthly ? ECON_MONTHLY : ECON_QUARTERLY, 7, scratch);
        if (fabs(excess) > 1e-9)
            assert_that(seen == (excess > 0.0));
        found += seen;
    }
    assert_that(found > 200 && found < 1300);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seasons_are_found_where_ranks_say_so),
    };

    return run_all(tests);
}
