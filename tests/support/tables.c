/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>
#include <stats/content.h>

#include "faults.h"
#include "testing.h"

/* ---- spaces ---- */

static int
compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int
compare_words(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
read_levels(sci_levels *levels, const char *list, bool texts)
{
    char *copy = NULL, *rest = NULL;
    uint64_t n = 1;

    for (const char *at = list; *at != '\0'; at++)
        n += *at == ',';
    if (*list == '\0')
        n = 0;
    assert_ok(sci_strdup(&copy, list));
    if (texts)
        assert_ok(sci_alloc(&levels->texts, n, 1, sizeof *levels->texts));
    else
        assert_ok(sci_alloc(&levels->values, n, 1, sizeof *levels->values));
    for (char *word = strtok_r(copy, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        if (texts)
            assert_ok(sci_strdup(&levels->texts[levels->count], word));
        else
            levels->values[levels->count] = strtoll(word, NULL, 10);
        levels->count++;
    }
    if (texts)
        qsort(levels->texts, levels->count, sizeof *levels->texts, compare_words);
    else
        qsort(levels->values, levels->count, sizeof *levels->values, compare_numbers);
    sci_free(copy);
}

static void
add_axis(sci_space *space, const char *name, uint64_t size)
{
    space->shape[space->rank] = size;
    assert_ok(sci_strdup(&space->axis_names[space->rank], name));
    space->rank++;
}

static void
add_word(sci_space *space, char *word)
{
    char *rest = NULL, *names = strtok_r(word, ":", &rest), *role = strtok_r(NULL, ":", &rest);
    const char *value = strtok_r(NULL, ":", &rest);
    bool keep = strcmp(role, "keep") == 0, pool = strcmp(role, "pool") == 0;
    uint64_t size = keep || pool ? strtoull(value, NULL, 10) : 7;
    sci_factor factor = { .keep = keep };

    rest = NULL;
    for (char *name = strtok_r(names, "+", &rest); name != NULL;
         name = strtok_r(NULL, "+", &rest)) {
        factor.axes[factor.n_axes++] = space->rank;
        add_axis(space, name, size);
    }
    if (pool)
        return;
    if (!keep)
        read_levels(&factor.levels, value != NULL ? value : "", strcmp(role, "texts") == 0);
    space->factors[space->n_factors++] = factor;
}

void
table_space(sci_space *out, const char *description)
{
    char *copy = NULL, *rest = NULL;

    *out = (sci_space){ 0 };
    assert_ok(sci_alloc_zero(&out->factors, SCI_MAX_RANK, 1, sizeof *out->factors));
    assert_ok(sci_strdup(&copy, description));
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        add_word(out, word);
    sci_free(copy);
}

/* ---- tables ---- */

void
table_fill(sci_moments *rows, uint64_t n, random_stream *r)
{
    for (uint64_t i = 0; i < n; i++) {
        double x[8];
        uint64_t members = random_below(r, 4) == 0 ? 0 : 1 + random_below(r, 8);
        double offset = random_below(r, 3) == 0 ? 1e7 : 0.0,
               scale = random_below(r, 10) == 0 ? 1e200 : 1.0;

        for (uint64_t k = 0; k < members; k++)
            x[k] = (offset + random_normal(r)) * scale;
        assert_ok(sci_moments_of(&rows[i], SCI_FLOAT64, x, members, SCI_NAN_REFUSE));
    }
}

sci_stats *
table_make(const char *description, const char *name, unsigned digest, random_stream *r)
{
    sci_parameters parameters = { .ddof = 0 };
    sci_origin origin = { .name = NULL };
    sci_space space;
    sci_stats *stats = NULL;
    char *copy = NULL;

    table_space(&space, description);
    assert_ok(sci_table_create(&stats, SCI_STATS_MOMENTS, &space, &parameters));
    table_fill(stats->moments, stats->n_rows, r);
    for (uint64_t i = 0; i < stats->n_rows; i++)
        origin.members += stats->moments[i].count;
    origin.elements = origin.members;
    origin.digest.bytes[0] = (uint8_t)(digest >> 8);
    origin.digest.bytes[1] = (uint8_t)digest;
    assert_ok(sci_strdup(&copy, name));
    origin.name = copy;
    assert_ok(sci_table_add_origin(stats, &origin));
    sci_free(copy);
    sci_space_clear(&space);
    return stats;
}

void
assert_same_table(const sci_stats *a, const sci_stats *b)
{
    uint8_t x[16], y[16];

    sci_table_content(a, x);
    sci_table_content(b, y);
    assert_that(a->kind == b->kind);
    assert_count(a->n_rows, b->n_rows);
    if (a->moments != NULL)
        assert_same_bytes(a->moments, b->moments, a->n_rows, sizeof *a->moments);
    if (a->running != NULL)
        assert_same_bytes(a->running, b->running, a->n_rows, sizeof *a->running);
    assert_same_bytes(x, y, sizeof x, 1);
}

/* ---- faults ---- */

static void
fail_allocations(table_operation run, void *context, bool onwards)
{
    for (long n = 0;; n++) {
        sci_status st;

        test_context("allocation %ld fails%s", n, onwards ? ", and all that follow" : "");
        faults_memory(n, onwards);
        st = run(context);
        assert_count(faults_memory_live(), 0);
        if (faults_memory_calls() <= n) {
            assert_ok(st);
            break;
        }
        assert_fails(st, SCI_ERR_NOMEM);
    }
    faults_memory_end();
    test_context("no fault");
}

void
survives_allocations(table_operation run, void *context)
{
    fail_allocations(run, context, false);
    fail_allocations(run, context, true);
}

void
survives_files(table_operation run, void *context)
{
    static const int errors[] = { EIO, 0 };

    for (faults_call call = 0; call < FAULTS_CALLS; call++)
        for (size_t e = 0; e < ARRAY_LEN(errors); e++)
            for (long n = 0;; n++) {
                sci_status st;

                if (errors[e] == 0 && call != FAULTS_PREAD && call != FAULTS_PWRITE)
                    break;
                test_context("%s number %ld %s", faults_call_name(call), n,
                             errors[e] != 0 ? "fails" : "is short");
                faults_files(call, n, false, errors[e]);
                st = run(context);
                assert_count(faults_files_open(), 0);
                if (faults_files_calls(call) <= n || errors[e] == 0)
                    assert_ok(st);
                else if (call != FAULTS_CLOSE
                         && call != FAULTS_UNLINK) /* nothing is lost by these two */
                    assert_fails(st, SCI_ERR_IO);
                if (faults_files_calls(call) <= n)
                    break;
            }
    faults_files_end();
    test_context("no fault");
}
