/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sci/memory.h>

#include "../core/parallel.h"
#include "../stats/decode.h"
#include "pipeline.h"
#include "run.h"
#include "stop.h"

#define TARGET_BYTES (UINT64_C(32) << 20)
#define SLAB_BYTES (UINT64_C(1) << 20) /* slabs are about this large, so that they stay in the caches */
#define MEMORY_SEGMENTS 8   /* segments of a slab for each worker where nothing is copied */
#define DECODE_ELEMENTS 65536
#define SLOTS 3

/* ---- memory ---- */

/* A quarter of the machine's or the control group's memory. */
static uint64_t
memory_limit(void)
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

static uint64_t
source_overhead(const sci_source *source, uint64_t count, int workers)
{
    return source->ops->overhead ? source->ops->overhead(source, count, workers) : 0;
}

static uint64_t
sink_overhead(const sci_sink *sink, uint64_t count, int workers)
{
    return sink->ops->overhead ? sink->ops->overhead(sink, count, workers) : 0;
}

static bool
has_addresses(sci_source *source)
{
    return source->ops->address && source->ops->address(source, 0, 1);
}

/* ---- opening ---- */

static sci_status
check_shapes(const sci_job *job)
{
    const sci_space *space = &job->g->space;
    const sci_array *arrays[3] = {&job->x->array, job->dy ? &job->dy->array : NULL,
                                  job->out ? &job->out->array : NULL};
    const char *names[3] = {job->x->name, job->dy ? job->dy->name : "", job->out ? job->out->name : ""};

    for (int i = 0; i < 3; i++)
        if (arrays[i]
            && (arrays[i]->rank != space->rank
                || memcmp(arrays[i]->shape, space->shape, (size_t)space->rank * sizeof *space->shape) != 0))
            return sci_fail(SCI_ERR_SHAPE, "'%s' does not have the shape of the grouping", names[i]);
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
        return sci_fail(SCI_ERR_BUDGET, "gamma and beta of %" PRIu64 " groups are too many", sci_grouping_groups(job->h));
    st = sci_layout_segments(&run->fit_layout, run->groups, &run->cut);
    if (st != SCI_OK)
        return st;
    run->segment_groups = run->cut.period_groups * (run->cut.periods_per_segment ? run->cut.periods_per_segment : 1);
    run->type = sci_decoded_type(job->x->array.type);
    run->dy_type = job->dy ? sci_decoded_type(job->dy->array.type) : run->type;
    run->budget_limit = budget ? budget : memory_limit();
    run->budget_target = budget ? budget : run->budget_limit < TARGET_BYTES ? run->budget_limit : TARGET_BYTES;
    st = sci_maps_create(&run->maps, &run->layout, run->budget_target / 4);
    if (st == SCI_OK)
        st = sci_pool_create(&run->pool, job->opt->threads);
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
    return (sci_stretch){.layout = layout, .views = slab->views, .type = run->type,
                         .elements = slab->x.elements, .origin = slab->first};
}

/* ---- planning ---- */

static uint64_t
input_bytes(sci_source *source, uint64_t count)
{
    uint64_t bytes = has_addresses(source) ? 0 : count * sci_type_size(source->array.type);

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

/* Everything, for slabs of so many segments in so many slots. */
static uint64_t
total_bytes(const sci_pass *pass, uint64_t segments, int slots)
{
    const sci_run *run = pass->run;
    uint64_t count = segments * run->cut.segment_length;
    uint64_t bytes = pass->own_bytes(run) + sci_maps_bytes(run->maps);

    count = count < run->count ? count : run->count;
    bytes += (uint64_t)slots * slab_bytes(pass, segments);
    bytes += source_overhead(run->job.x, count, run->threads);
    if (pass->reads_dy)
        bytes += source_overhead(run->job.dy, count, run->threads);
    if (pass->writes)
        bytes += sink_overhead(run->job.out, count, run->threads);
    return bytes;
}

/* The largest number of `unit`s of segments, at most `most`, that fits; 0 if not even one does. */
static uint64_t
most_units(const sci_pass *pass, uint64_t unit, uint64_t most, int slots)
{
    uint64_t low = 0, high = most;

    while (low < high) {
        uint64_t middle = high - (high - low) / 2;

        if (total_bytes(pass, middle * unit, slots) <= pass->run->budget_target)
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
    uint64_t numbers[2] = {pass->range.first, pass->range.end};

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

    return has_addresses(run->job.x) && (!pass->reads_dy || has_addresses(run->job.dy))
           && (!pass->writes || run->job.out->ops->address);
}

/* The largest slabs that fit, in units of segments, for run->threads workers; 0 if none does. */
static uint64_t
plan_slabs(sci_pass *pass, uint64_t unit, uint64_t most)
{
    uint64_t one = unit * pass->run->cut.segment_length * sci_type_size(pass->run->type), units = 0;
    uint64_t wanted = one > 0 ? SLAB_BYTES / one : 1;

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

/* A pool of fewer threads. */
static sci_status
use_threads(sci_run *run, int threads)
{
    if (threads == sci_pool_threads(run->pool))
        return SCI_OK;
    sci_pool_free(run->pool);
    run->pool = NULL;
    return sci_pool_create(&run->pool, threads);
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
        return sci_fail(SCI_ERR_BUDGET, "'%s' needs %" PRIu64 " MiB of memory, %" PRIu64 " MiB are allowed (--memory)",
                        run->job.x->name, (needed + (1 << 20) - 1) >> 20, run->budget_limit >> 20);
    }
    pass->slab_segments = (units > 0 ? units : 1) * unit;
    return use_threads(run, run->threads);
}

/* ---- slabs ---- */

typedef struct machine {
    sci_pass *pass;
    sci_slab *slabs; /* one a slot */
} machine;

static sci_status
input_create(sci_input *input, sci_source *source, uint64_t count)
{
    sci_status st = SCI_OK;

    if (!has_addresses(source))
        st = sci_alloc(&input->stored, count, 1, sci_type_size(source->array.type));
    if (st == SCI_OK && sci_needs_decoding(&source->array))
        st = sci_alloc(&input->decoded, count, 1, sci_type_size(sci_decoded_type(source->array.type)));
    return st;
}

static void
input_free(sci_input *input, sci_source *source)
{
    if (source && input->piece.staging && source->ops->release)
        source->ops->release(source, &input->piece);
    sci_free(input->stored);
    sci_free(input->decoded);
}

static sci_status
slab_create(sci_slab *slab, const sci_pass *pass)
{
    const sci_job *job = &pass->run->job;
    uint64_t count = pass->slab_segments * pass->run->cut.segment_length;
    sci_status st;

    count = count < pass->run->count ? count : pass->run->count;
    st = input_create(&slab->x, job->x, count);
    if (st == SCI_OK && pass->reads_dy)
        st = input_create(&slab->dy, job->dy, count);
    if (st == SCI_OK && pass->writes && !job->out->ops->address)
        st = sci_alloc(&slab->out_buffer, count, 1, sci_type_size(job->out->array.type));
    if (st == SCI_OK)
        st = sci_alloc(&slab->map_buffer, 1, 1,
                       count * sci_maps_bytes_per_element(pass->run->maps) + 64 * SCI_LAYOUT_MAPS);
    return st;
}

static void
slab_free(sci_slab *slab, const sci_job *job)
{
    input_free(&slab->x, job->x);
    input_free(&slab->dy, job->dy);
    if (job->out && slab->out.staging && job->out->ops->release)
        job->out->ops->release(job->out, &slab->out);
    sci_free(slab->out_buffer);
    sci_free(slab->map_buffer);
}

static void
slab_place(sci_slab *slab, const sci_pass *pass, uint64_t number)
{
    const sci_run *run = pass->run;
    uint64_t end = pass->first_segment + (number + 1) * pass->slab_segments;

    slab->first_segment = pass->first_segment + number * pass->slab_segments;
    slab->end_segment = end < pass->end_segment ? end : pass->end_segment;
    slab->first = sci_run_segment(run, slab->first_segment).first;
    slab->end = sci_run_segment(run, slab->end_segment - 1).end;
    slab->first = slab->first > pass->range.first ? slab->first : pass->range.first;
    slab->end = slab->end < pass->range.end ? slab->end : pass->range.end;
}

/* ---- stages ---- */

static sci_status
fetch_input(sci_input *input, sci_source *source, uint64_t first, uint64_t count)
{
    const void *address = source->ops->address ? source->ops->address(source, first, count) : NULL;

    input->piece.first = first;
    input->piece.count = count;
    input->piece.n_tasks = 0;
    input->piece.bytes = input->stored;
    input->raw = address ? address : input->stored;
    return address ? SCI_OK : source->ops->fetch(source, &input->piece);
}

static sci_status
read_stage(void *context, uint64_t number, int slot)
{
    machine *m = context;
    sci_pass *pass = m->pass;
    const sci_job *job = &pass->run->job;
    sci_slab *slab = &m->slabs[slot];
    sci_status st = sci_check_stop(job->opt);

    if (st != SCI_OK)
        return st;
    slab_place(slab, pass, number);
    st = fetch_input(&slab->x, job->x, slab->first, slab->end - slab->first);
    if (st == SCI_OK && pass->reads_dy)
        st = fetch_input(&slab->dy, job->dy, slab->first, slab->end - slab->first);
    if (st == SCI_OK)
        st = sci_maps_view(pass->run->maps, slab->first, slab->end, slab->map_buffer, slab->views);
    return st;
}

typedef struct decoding {
    sci_source *source;
    sci_input *input;
} decoding;

static sci_status
inflate_task(void *context, size_t index, int worker)
{
    decoding *d = context;

    return d->source->ops->decode(d->source, &d->input->piece, index, worker);
}

static sci_status
decode_task(void *context, size_t index, int worker)
{
    decoding *d = context;
    const sci_array *array = &d->source->array;
    uint64_t first = (uint64_t)index * DECODE_ELEMENTS, left = d->input->piece.count - first;

    (void)worker;
    sci_decode(array, d->input->raw + first * sci_type_size(array->type),
               d->input->decoded + first * sci_type_size(sci_decoded_type(array->type)),
               left < DECODE_ELEMENTS ? left : DECODE_ELEMENTS);
    return SCI_OK;
}

static sci_status
decode_input(sci_run *run, sci_input *input, sci_source *source)
{
    decoding d = {source, input};
    sci_piece *piece = &input->piece;
    sci_status st = SCI_OK;

    if (input->raw == input->stored && source->ops->prepare)
        st = source->ops->prepare(source, piece);
    if (st == SCI_OK && input->raw == input->stored && piece->n_tasks > 0)
        st = sci_parallel_for(run->pool, piece->n_tasks, inflate_task, &d);
    if (st == SCI_OK && input->decoded)
        st = sci_parallel_for(run->pool, (piece->count + DECODE_ELEMENTS - 1) / DECODE_ELEMENTS, decode_task, &d);
    input->elements = input->decoded ? input->decoded : input->raw;
    return st;
}

typedef struct encoding {
    sci_sink *sink;
    sci_piece *piece;
} encoding;

static sci_status
encode_task(void *context, size_t index, int worker)
{
    encoding *e = context;

    return e->sink->ops->encode(e->sink, e->piece, index, worker);
}

static sci_status
encode_output(sci_run *run, sci_slab *slab)
{
    encoding e = {run->job.out, &slab->out};
    sci_status st = SCI_OK;

    if (!slab->out_buffer)
        return SCI_OK;
    if (e.sink->ops->prepare)
        st = e.sink->ops->prepare(e.sink, e.piece);
    if (st == SCI_OK && e.piece->n_tasks > 0)
        st = sci_parallel_for(run->pool, e.piece->n_tasks, encode_task, &e);
    return st;
}

static void
place_output(sci_slab *slab, sci_sink *sink)
{
    slab->out.first = slab->first;
    slab->out.count = slab->end - slab->first;
    slab->out.n_tasks = 0;
    slab->out.bytes = slab->out_buffer;
    slab->out_elements = slab->out_buffer ? slab->out_buffer
                                          : sink->ops->address(sink, slab->first, slab->out.count);
}

static sci_status
work_stage(void *context, uint64_t number, int slot)
{
    machine *m = context;
    sci_pass *pass = m->pass;
    sci_run *run = pass->run;
    const sci_job *job = &run->job;
    sci_slab *slab = &m->slabs[slot];
    sci_status st = decode_input(run, &slab->x, job->x);

    (void)number;
    if (st == SCI_OK && pass->reads_dy)
        st = decode_input(run, &slab->dy, job->dy);
    if (st == SCI_OK && pass->writes)
        place_output(slab, job->out);
    if (st == SCI_OK)
        st = pass->process(pass->context, slab);
    if (st == SCI_OK && pass->writes)
        st = encode_output(run, slab);
    if (st == SCI_OK && job->opt->progress)
        job->opt->progress(job->opt->progress_context, pass->progress_done + slab->end - pass->range.first,
                           pass->progress_total);
    return st;
}

static sci_status
write_stage(void *context, uint64_t number, int slot)
{
    machine *m = context;
    sci_sink *sink = m->pass->run->job.out;
    sci_slab *slab = &m->slabs[slot];

    (void)number;
    return slab->out_buffer ? sink->ops->store(sink, &slab->out) : SCI_OK;
}

static sci_status
start_ends(const sci_pass *pass)
{
    const sci_job *job = &pass->run->job;
    uint64_t first = pass->range.first, end = pass->range.end;
    sci_status st = SCI_OK;

    if (job->x->ops->start)
        st = job->x->ops->start(job->x, first, end, pass->run->threads);
    if (st == SCI_OK && pass->reads_dy && job->dy->ops->start)
        st = job->dy->ops->start(job->dy, first, end, pass->run->threads);
    if (st == SCI_OK && pass->writes && job->out->ops->start)
        st = job->out->ops->start(job->out, first, end, pass->run->threads);
    return st;
}

sci_status
sci_pass_run(sci_pass *pass)
{
    const sci_job *job = &pass->run->job;
    machine m = {.pass = pass};
    uint64_t segments = pass->end_segment - pass->first_segment;
    sci_pipeline pipeline = {.context = &m, .slots = pass->slots, .read = read_stage, .work = work_stage,
                             .write = pass->writes ? write_stage : NULL};
    sci_status st = start_ends(pass);

    if (st == SCI_OK)
        st = sci_alloc_zero(&m.slabs, (size_t)pass->slots, 1, sizeof *m.slabs);
    for (int slot = 0; st == SCI_OK && slot < pass->slots; slot++)
        st = slab_create(&m.slabs[slot], pass);
    pipeline.slabs = (segments + pass->slab_segments - 1) / pass->slab_segments;
    if (st == SCI_OK)
        st = sci_pipeline_run(&pipeline);
    if (st == SCI_OK && pass->writes && job->out->ops->finish)
        st = job->out->ops->finish(job->out);
    for (int slot = 0; m.slabs && slot < pass->slots; slot++)
        slab_free(&m.slabs[slot], job);
    sci_free(m.slabs);
    return st;
}
