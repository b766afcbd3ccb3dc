/* SPDX-License-Identifier: BSD-3-Clause */
/* fit and apply in one pass where a period fits in memory, else in two. */
#include <string.h>

#include <sci/memory.h>

#include "applying.h"
#include "fitting.h"

static sci_status
refuse_nodes(void *context, uint64_t period, const sci_tree *tree)
{
    (void)context;
    (void)period;
    (void)tree;
    return sci_fail(SCI_ERR_ARGUMENT, "a period was left incomplete");
}

typedef struct normalizing {
    sci_run *run;
    const sci_affine *affine;
    const sci_rows_sink *rows; /* NULL: nobody wants them */
    bool no_digest;
    sci_applying *applying; /* fused only */
    sci_moments *table;     /* two passes only */
} normalizing;

static sci_status
pass_rows_on(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows)
{
    normalizing *z = context;

    if (z->table)
        memcpy(z->table + first_group, rows, n * sizeof *rows);
    return z->rows ? z->rows->append(z->rows->context, first_group, n, rows) : SCI_OK;
}

static sci_status
transform(void *context, sci_slab *slab, uint64_t first, uint64_t end, uint64_t first_group,
          uint64_t n, const sci_moments *rows, int worker)
{
    normalizing *z = context;

    return sci_applying_transform(z->applying, slab, first, end, first_group, n, rows, worker);
}

/* One pass over the input for each sci_pass; the fitting's hooks differ. */
static sci_status
run_fitting(normalizing *z, sci_pass *pass, bool fused, sci_report *report)
{
    sci_fitting_hooks hooks = { .context = z,
                                .rows = pass_rows_on,
                                .nodes = refuse_nodes,
                                .transform = fused ? transform : NULL,
                                .no_digest = z->no_digest };
    sci_fitting *fitting = NULL;
    sci_status st = sci_fitting_create(&fitting, z->run, &hooks);

    pass->context = fitting;
    if (st == SCI_OK)
        st = sci_pass_run(pass);
    if (st == SCI_OK) {
        st = sci_fitting_finish(fitting);
        *report = *sci_fitting_report(fitting);
    }
    sci_fitting_free(fitting);
    return st;
}

static sci_status
read_table(void *context, uint64_t first_group, uint64_t n, sci_moments *rows)
{
    memcpy(rows, (const sci_moments *)context + first_group, n * sizeof *rows);
    return SCI_OK;
}

/* Two passes keep all rows. */
static uint64_t
bytes_of_two(const sci_run *run)
{
    return sci_fitting_bytes(run) + run->groups * sizeof(sci_moments);
}

static sci_status
normalize_twice(normalizing *z, sci_report *report)
{
    sci_run *run = z->run;
    sci_range whole = { 0, run->count };
    sci_pass pass = { .run = run,
                      .process = sci_fitting_process,
                      .range = whole,
                      .progress_total = 2 * run->count,
                      .own_bytes = bytes_of_two };
    sci_rows_source stats = { .read = read_table };
    sci_report second;
    sci_status st = sci_pass_plan(&pass, NULL);

    if (st == SCI_OK)
        st = sci_alloc(&z->table, run->groups, 1, sizeof *z->table);
    if (st == SCI_OK)
        st = run_fitting(z, &pass, false, report);
    stats.context = z->table;
    if (st == SCI_OK)
        st = sci_apply_pass(run, z->affine, &stats, &whole, false, false, run->count, &second);
    sci_free(z->table);
    return st;
}

/* Groups of the stretch that is transformed at once. */
static uint64_t
rows_at_once(const sci_run *run)
{
    return run->cut.periods_per_segment > 0 ? run->segment_groups : run->cut.period_groups;
}

static uint64_t
bytes_of_one(const sci_run *run)
{
    return sci_fitting_bytes(run) + sci_applying_bytes(run, rows_at_once(run));
}

static sci_status
normalize_once(normalizing *z, sci_pass *pass, sci_report *report)
{
    sci_status st = sci_applying_create(&z->applying, z->run, z->affine, rows_at_once(z->run));

    if (st == SCI_OK)
        st = run_fitting(z, pass, true, report);
    sci_applying_free(z->applying);
    return st;
}

sci_status
sci_normalize(sci_source *in, const sci_affine *a, const sci_options *opt, sci_sink *out,
              const sci_rows_sink *rows, sci_report *report)
{
    sci_options options = *opt;
    sci_job job = { .opt = &options, .x = in, .out = out, .g = a->g, .h = a->h };
    normalizing z = { .affine = a, .rows = rows, .no_digest = report == NULL };
    sci_report seen = { 0 };
    bool fused = false;
    sci_run run;
    sci_status st;

    if (opt->shards > 0)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "a shard is fitted, merged, then applied; it cannot be normalized alone");
    if (a->inverse)
        return sci_fail(SCI_ERR_ARGUMENT, "an inverse map takes given statistics");
    options.ddof = a->ddof;
    st = sci_run_open(&run, &job);
    z.run = &run;
    if (st == SCI_OK) {
        sci_pass pass = { .run = &run,
                          .process = sci_fitting_process,
                          .range = { 0, run.count },
                          .writes = true,
                          .whole_periods = true,
                          .own_bytes = bytes_of_one,
                          .progress_total = run.count };

        st = sci_pass_plan(&pass, &fused);
        if (st == SCI_OK)
            st = fused ? normalize_once(&z, &pass, &seen) : normalize_twice(&z, &seen);
    }
    if (report)
        *report = seen;
    sci_run_clear(&run);
    return st;
}
