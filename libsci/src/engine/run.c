/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening a run: what is asked is checked, layouts are compiled, maps read, threads started. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../stats/decode.h"
#include "run.h"

/* Elements of an array that the calling thread is done with sooner than others have started. A
 * number of threads that was asked for is started all the same. */
#define ALONE_MOST (UINT64_C(1) << 15)

uint64_t
sci_memory_limit(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGE_SIZE);
    uint64_t bytes = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_C(1) << 30;
    FILE *file = fopen("/sys/fs/cgroup/memory.max", "re");
    uint64_t most;

    if (file) {
        if (fscanf(file, "%" SCNu64, &most) == 1 && most < bytes)
            bytes = most;
        fclose(file);
    }
    return bytes / 4;
}

static sci_status
check_shapes(const sci_job *job)
{
    const sci_space *space = &job->g->space;
    const sci_array *arrays[3] = { &job->x->array, job->dy ? &job->dy->array : NULL,
                                   job->out ? &job->out->array : NULL };
    const char *names[3] = { job->x->name, job->dy ? job->dy->name : "",
                             job->out ? job->out->name : "" };

    for (int i = 0; i < 3; i++)
        if (arrays[i]
            && (arrays[i]->rank != space->rank
                || memcmp(arrays[i]->shape, space->shape,
                          (size_t)space->rank * sizeof *space->shape)
                       != 0))
            return sci_fail(SCI_ERR_SHAPE, "'%s' does not have the shape of the grouping",
                            names[i]);
    return SCI_OK;
}

static sci_status
check_options(const sci_options *opt)
{
    if (opt->ddof != 0 && opt->ddof != 1)
        return sci_fail(SCI_ERR_ARGUMENT, "ddof is %d, not 0 or 1", opt->ddof);
    if (opt->shards < 0 || (opt->shards > 0 && (opt->shard < 1 || opt->shard > opt->shards)))
        return sci_fail(SCI_ERR_ARGUMENT, "shard %d of %d does not exist", opt->shard, opt->shards);
    return SCI_OK;
}

sci_status
sci_run_open(sci_run *run, const sci_job *job)
{
    const sci_grouping *groupings[2];
    uint64_t budget = job->opt->memory_bytes;
    int asked = job->opt->threads;
    sci_status st;

    memset(run, 0, sizeof *run);
    run->job = *job;
    st = check_options(job->opt);
    if (st == SCI_OK)
        st = check_shapes(job);
    if (st == SCI_OK)
        st = sci_effective_grouping(&run->g, job->g, job->opt);
    if (st != SCI_OK)
        return st;
    groupings[0] = &run->g.grouping;
    groupings[1] = job->h;
    sci_layout_create(&run->fit_layout, 1, groupings);
    sci_layout_create(&run->layout, job->h ? 2 : 1, groupings);
    run->count = run->layout.count;
    run->groups = sci_grouping_groups(job->g);
    if (job->h && sci_grouping_groups(job->h) > INT32_MAX)
        return sci_fail(SCI_ERR_BUDGET, "gamma and beta of %" PRIu64 " groups are too many",
                        sci_grouping_groups(job->h));
    st = sci_layout_segments(&run->fit_layout, run->groups, &run->cut);
    if (st != SCI_OK)
        return st;
    run->segment_groups =
        run->cut.period_groups * (run->cut.periods_per_segment ? run->cut.periods_per_segment : 1);
    run->type = sci_decoded_type(job->x->array.type);
    run->dy_type = job->dy ? sci_decoded_type(job->dy->array.type) : run->type;
    run->budget_limit = budget ? budget : sci_memory_limit();
    run->budget_target = budget                                 ? budget
                         : run->budget_limit < SCI_TARGET_BYTES ? run->budget_limit
                                                                : SCI_TARGET_BYTES;
    st = sci_maps_create(&run->maps, &run->layout, run->budget_target / 4);
    if (st == SCI_OK)
        st = sci_pool_create(&run->pool, asked == 0 && run->count <= ALONE_MOST ? 1 : asked);
    if (st == SCI_OK)
        run->threads = sci_pool_threads(run->pool);
    return st;
}

void
sci_run_clear(sci_run *run)
{
    sci_maps_free(run->maps);
    sci_pool_free(run->pool);
    run->maps = NULL;
    run->pool = NULL;
}

sci_segment
sci_run_segment(const sci_run *run, uint64_t number)
{
    return sci_segment_at(&run->cut, run->count, number);
}

sci_stretch
sci_slab_stretch(const sci_run *run, const sci_slab *slab, const sci_layout *layout)
{
    return (sci_stretch){ .layout = layout,
                          .views = slab->views,
                          .type = run->type,
                          .elements = slab->x.elements,
                          .origin = slab->first,
                          .tested = slab->x.elements,
                          .tested_type = run->type };
}
