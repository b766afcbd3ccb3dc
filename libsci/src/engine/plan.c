/* SPDX-License-Identifier: BSD-3-Clause */
/* How large slabs are, how many of them, and for how many workers, so that everything fits. */
#include <inttypes.h>

#include "../stats/decode.h"
#include "run.h"

#define SLAB_BYTES \
    (UINT64_C(1) << 20)   /* slabs are about this large, so that they stay in the caches */
#define MEMORY_SEGMENTS 8 /* segments of a slab for each worker where nothing is copied */
#define SLOTS 3

static uint64_t
source_overhead(const sci_source *source, uint64_t count, int slots, int workers)
{
    return source->ops->overhead ? source->ops->overhead(source, count, slots, workers) : 0;
}

static uint64_t
sink_overhead(const sci_sink *sink, uint64_t count, int slots, int workers)
{
    return sink->ops->overhead ? sink->ops->overhead(sink, count, slots, workers) : 0;
}

bool
sci_has_addresses(sci_source *source)
{
    return source->ops->address && source->ops->address(source, 0, 1);
}

static uint64_t
input_bytes(sci_source *source, uint64_t count)
{
    uint64_t bytes = sci_has_addresses(source) ? 0 : count * sci_type_size(source->array.type);

    if (sci_needs_decoding(&source->array))
        bytes += count * sci_type_size(sci_decoded_type(source->array.type));
    return bytes;
}

/* Bytes of one slab of `segments`. */
static uint64_t
slab_bytes(const sci_pass *pass, uint64_t segments)
{
    const sci_run *run = pass->run;
    uint64_t count = segments * run->cut.segment_length;
    uint64_t bytes;

    count = count < run->count ? count : run->count;
    bytes = count * sci_maps_bytes_per_element(run->maps) + input_bytes(run->job.x, count);
    if (pass->reads_dy)
        bytes += input_bytes(run->job.dy, count);
    if (pass->writes && !run->job.out->ops->address)
        bytes += count * sci_type_size(run->job.out->array.type);
    return bytes;
}

/* Slabs, tables and maps, for slabs of so many segments in so many slots. */
static uint64_t
working_bytes(const sci_pass *pass, uint64_t segments, int slots)
{
    return pass->own_bytes(pass->run) + sci_maps_bytes(pass->run->maps)
           + (uint64_t)slots * slab_bytes(pass, segments);
}

/* Chunks in flight: what the source and the sink need besides. */
static uint64_t
chunk_bytes(const sci_pass *pass, uint64_t segments, int slots)
{
    const sci_run *run = pass->run;
    uint64_t count = segments * run->cut.segment_length, bytes;

    count = count < run->count ? count : run->count;
    bytes = source_overhead(run->job.x, count, slots, run->threads);
    if (pass->reads_dy)
        bytes += source_overhead(run->job.dy, count, slots, run->threads);
    if (pass->writes)
        bytes += sink_overhead(run->job.out, count, slots, run->threads);
    return bytes;
}

static uint64_t
total_bytes(const sci_pass *pass, uint64_t segments, int slots)
{
    return working_bytes(pass, segments, slots) + chunk_bytes(pass, segments, slots);
}

/* The default working target grows for chunks; a budget that was given holds everything. */
static bool
fits_target(const sci_pass *pass, uint64_t segments, int slots)
{
    const sci_run *run = pass->run;

    if (total_bytes(pass, segments, slots) > run->budget_limit)
        return false;
    return run->job.opt->memory_bytes > 0
           || working_bytes(pass, segments, slots) <= run->budget_target;
}

/* The largest number of `unit`s of segments, at most `most`, that fits; 0 if not even one does. */
static uint64_t
most_units(const sci_pass *pass, uint64_t unit, uint64_t most, int slots)
{
    uint64_t low = 0, high = most;

    while (low < high) {
        uint64_t middle = high - (high - low) / 2;

        if (fits_target(pass, middle * unit, slots))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Segments of a range of elements. */
static void
segments_of_range(sci_pass *pass)
{
    const sci_run *run = pass->run;
    const sci_segmentation *cut = &run->cut;
    uint64_t numbers[2] = { pass->range.first, pass->range.end };

    if (pass->range.first >= pass->range.end) {
        pass->first_segment = pass->end_segment = 0;
        return;
    }
    numbers[1]--; /* the last element */
    for (int i = 0; i < 2; i++) {
        if (cut->periods_per_segment > 0)
            numbers[i] /= cut->segment_length;
        else
            numbers[i] = numbers[i] / cut->period_length * cut->segments_per_period
                         + numbers[i] % cut->period_length / cut->segment_length;
    }
    pass->first_segment = numbers[0];
    pass->end_segment = numbers[1] + 1;
}

static bool
in_memory(const sci_pass *pass)
{
    const sci_run *run = pass->run;

    return sci_has_addresses(run->job.x) && (!pass->reads_dy || sci_has_addresses(run->job.dy))
           && (!pass->writes || run->job.out->ops->address);
}

/* Elements that keep every worker busy where chunks are decoded or encoded. */
static uint64_t
busy_elements(const sci_pass *pass)
{
    const sci_job *job = &pass->run->job;
    uint64_t grain = job->x->ops->grain ? job->x->ops->grain(job->x) : 0, other = 0;

    if (pass->reads_dy && job->dy->ops->grain)
        other = job->dy->ops->grain(job->dy);
    grain = other > grain ? other : grain;
    other = pass->writes && job->out->ops->grain ? job->out->ops->grain(job->out) : 0;
    grain = other > grain ? other : grain;
    return grain * (uint64_t)pass->run->threads;
}

/* The largest slabs that fit, in units of segments, for run->threads workers; 0 if none does. */
static uint64_t
plan_slabs(sci_pass *pass, uint64_t unit, uint64_t most)
{
    uint64_t elements = unit * pass->run->cut.segment_length, busy = busy_elements(pass);
    uint64_t one = elements * sci_type_size(pass->run->type), units = 0;
    uint64_t wanted = one > 0 ? SLAB_BYTES / one : 1;

    if (elements > 0 && wanted < (busy + elements - 1) / elements)
        wanted = (busy + elements - 1) / elements;

    if (in_memory(pass)) {
        wanted = MEMORY_SEGMENTS * (uint64_t)pass->run->threads / unit;
        wanted = wanted < most ? wanted : most;
        pass->slots = 1;
        return most_units(pass, unit, wanted > 0 ? wanted : 1, 1);
    }
    wanted = wanted < 1 ? 1 : wanted < most ? wanted : most;
    for (pass->slots = SLOTS; units == 0 && pass->slots > 0; pass->slots--)
        units = most_units(pass, unit, wanted, pass->slots);
    pass->slots++;
    return units;
}

/* The pool, for fewer threads if need be. */
static sci_status
use_threads(sci_pass *pass, int threads)
{
    sci_run *run = pass->run;
    sci_status st = SCI_OK;

    if (threads != sci_pool_threads(run->pool)) {
        sci_pool_free(run->pool);
        run->pool = NULL;
        st = sci_pool_create(&run->pool, threads);
    }
    if (st == SCI_OK && in_memory(pass))
        sci_pool_patient(run->pool);
    return st;
}

sci_status
sci_pass_plan(sci_pass *pass, bool *fits)
{
    sci_run *run = pass->run;
    uint64_t unit = pass->whole_periods ? run->cut.segments_per_period : 1, units, most, needed;
    int threads = run->threads;

    segments_of_range(pass);
    most = (pass->end_segment - pass->first_segment + unit - 1) / unit;
    most = most > 0 ? most : 1;
    units = plan_slabs(pass, unit, most);
    while (units == 0 && run->threads > 1) {
        run->threads /= 2;
        units = plan_slabs(pass, unit, most);
    }
    needed = total_bytes(pass, unit, 1);
    if (fits) {
        *fits = units > 0;
        run->threads = units > 0 ? run->threads : threads;
    } else if (units == 0 && needed > run->budget_limit) {
        return sci_fail(SCI_ERR_BUDGET,
                        "'%s' needs %" PRIu64 " MiB of memory, %.4g MiB are allowed (--memory)",
                        run->job.x->name, (needed + (1 << 20) - 1) >> 20,
                        (double)run->budget_limit / (1 << 20));
    }
    pass->slab_segments = (units > 0 ? units : 1) * unit;
    return use_threads(pass, run->threads);
}
