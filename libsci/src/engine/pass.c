/* SPDX-License-Identifier: BSD-3-Clause */
/* One pass: slabs are read, decoded, worked on, encoded and written. */
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "pipeline.h"
#include "run.h"
#include "stop.h"

#define DECODE_ELEMENTS 65536

/* ---- slabs ---- */

typedef struct machine {
    sci_pass *pass;
    sci_slab *slabs; /* one a slot */
} machine;

static sci_status
input_create(sci_input *input, sci_source *source, uint64_t count)
{
    sci_status st = SCI_OK;

    if (!sci_has_addresses(source))
        st = sci_alloc(&input->stored, count, 1, sci_type_size(source->array.type));
    if (st == SCI_OK && sci_needs_decoding(&source->array))
        st = sci_alloc(&input->decoded, count, 1,
                       sci_type_size(sci_decoded_type(source->array.type)));
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
    decoding d = { source, input };
    sci_piece *piece = &input->piece;
    sci_status st = SCI_OK;

    if (input->raw == input->stored && source->ops->prepare)
        st = source->ops->prepare(source, piece);
    if (st == SCI_OK && input->raw == input->stored && piece->n_tasks > 0)
        st = sci_parallel_for(run->pool, piece->n_tasks, inflate_task, &d);
    if (st == SCI_OK && input->decoded)
        st = sci_parallel_for(run->pool, (piece->count + DECODE_ELEMENTS - 1) / DECODE_ELEMENTS,
                              decode_task, &d);
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
    encoding e = { run->job.out, &slab->out };
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
        job->opt->progress(job->opt->progress_context,
                           pass->progress_done + slab->end - pass->range.first,
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
    machine m = { .pass = pass };
    uint64_t segments = pass->end_segment - pass->first_segment;
    sci_pipeline pipeline = { .context = &m,
                              .slots = pass->slots,
                              .read = read_stage,
                              .work = work_stage,
                              .write = pass->writes ? write_stage : NULL };
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
