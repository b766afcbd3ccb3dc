/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "feed.h"
#include "pipeline.h"
#include "run.h"
#include "stop.h"

#define DECODE_ELEMENTS 65536

typedef struct slot {
    sci_feed_slab slab;
    sci_input inputs[SCI_FEED_INPUTS];
    sci_piece out;
    unsigned char *out_buffer; /* NULL where the sink has addresses */
} slot;

typedef struct machine {
    sci_feed *feed;
    slot *slots;
} machine;

/* ---- memory ---- */

sci_budget
sci_budget_of(const sci_options *opt)
{
    sci_budget b = { .given = opt->memory_bytes > 0 };

    b.limit = b.given ? opt->memory_bytes : sci_memory_limit();
    b.target = b.given || b.limit < SCI_TARGET_BYTES ? b.limit : SCI_TARGET_BYTES;
    return b;
}

static uint64_t
input_bytes(sci_source *source, uint64_t count)
{
    uint64_t bytes = sci_has_addresses(source) ? 0 : count * sci_type_size(source->array.type);

    if (sci_needs_decoding(&source->array))
        bytes += count * sci_type_size(sci_decoded_type(source->array.type));
    return bytes;
}

uint64_t
sci_feed_chunk_bytes(const sci_feed *feed, uint64_t count, uint64_t out_count, int slots,
                     int workers)
{
    uint64_t bytes = 0;

    for (int i = 0; i < feed->n_inputs; i++)
        if (feed->inputs[i]->ops->overhead)
            bytes += feed->inputs[i]->ops->overhead(feed->inputs[i], count, slots, workers);
    if (feed->out && feed->out->ops->overhead)
        bytes += feed->out->ops->overhead(feed->out, out_count, slots, workers);
    return bytes;
}

uint64_t
sci_feed_bytes(const sci_feed *feed, uint64_t count, uint64_t out_count, int slots, int workers)
{
    uint64_t bytes = 0;

    for (int i = 0; i < feed->n_inputs; i++)
        bytes += input_bytes(feed->inputs[i], count);
    if (feed->out && !feed->out->ops->address)
        bytes += out_count * sci_type_size(feed->out->array.type);
    return bytes * (uint64_t)slots + sci_feed_chunk_bytes(feed, count, out_count, slots, workers);
}

uint64_t
sci_feed_grain(const sci_feed *feed)
{
    uint64_t grain = 0;

    for (int i = 0; i < feed->n_inputs; i++) {
        const sci_source *source = feed->inputs[i];
        uint64_t own = source->ops->grain ? source->ops->grain(source) : 0;

        grain = own > grain ? own : grain;
    }
    return grain;
}

bool
sci_feed_in_memory(const sci_feed *feed)
{
    for (int i = 0; i < feed->n_inputs; i++)
        if (!sci_has_addresses(feed->inputs[i]))
            return false;
    return !feed->out || feed->out->ops->address;
}

/* ---- slots ---- */

static uint64_t
widest(const uint64_t *ends, uint64_t slabs)
{
    uint64_t most = 0;

    for (uint64_t i = 0; ends && i < slabs; i++)
        most = ends[i + 1] - ends[i] > most ? ends[i + 1] - ends[i] : most;
    return most;
}

static sci_status
slot_create(slot *s, const sci_feed *feed)
{
    uint64_t count = widest(feed->ends, feed->slabs);
    sci_status st = SCI_OK;

    for (int i = 0; st == SCI_OK && i < feed->n_inputs; i++) {
        const sci_array *array = &feed->inputs[i]->array;

        if (!sci_has_addresses(feed->inputs[i]))
            st = sci_alloc(&s->inputs[i].stored, count, 1, sci_type_size(array->type));
        if (st == SCI_OK && sci_needs_decoding(array))
            st = sci_alloc(&s->inputs[i].decoded, count, 1,
                           sci_type_size(sci_decoded_type(array->type)));
    }
    if (st == SCI_OK && feed->out && !feed->out->ops->address)
        st = sci_alloc(&s->out_buffer, widest(feed->out_ends, feed->slabs), 1,
                       sci_type_size(feed->out->array.type));
    return st;
}

static void
slot_free(slot *s, const sci_feed *feed)
{
    for (int i = 0; i < feed->n_inputs; i++) {
        const sci_source_ops *ops = feed->inputs[i]->ops;

        if (s->inputs[i].piece.staging && ops->release)
            ops->release(feed->inputs[i], &s->inputs[i].piece);
        sci_free(s->inputs[i].stored);
        sci_free(s->inputs[i].decoded);
    }
    if (feed->out && s->out.staging && feed->out->ops->release)
        feed->out->ops->release(feed->out, &s->out);
    sci_free(s->out_buffer);
}

/* ---- stages ---- */

static sci_status
read_stage(void *context, uint64_t number, int at)
{
    machine *m = context;
    const sci_feed *feed = m->feed;
    slot *s = &m->slots[at];
    sci_status st = sci_check_stop(feed->opt);

    s->slab.number = number;
    s->slab.slot = at;
    s->slab.first = feed->ends ? feed->ends[number] : 0;
    s->slab.count = feed->ends ? feed->ends[number + 1] - s->slab.first : 0;
    for (int i = 0; st == SCI_OK && i < feed->n_inputs; i++) {
        sci_source *source = feed->inputs[i];
        sci_input *input = &s->inputs[i];
        const void *address = NULL;

        if (!input->stored)
            address = source->ops->address(source, s->slab.first, s->slab.count);
        input->piece.first = s->slab.first;
        input->piece.count = s->slab.count;
        input->piece.n_tasks = 0;
        input->piece.bytes = input->stored;
        input->raw = address ? address : input->stored;
        if (!address && s->slab.count > 0)
            st = source->ops->fetch(source, &input->piece);
    }
    return st;
}

typedef struct coding {
    sci_source *source;
    sci_input *input;
    sci_sink *sink;
    sci_piece *piece;
} coding;

static sci_status
inflate_task(void *context, size_t index, int worker)
{
    coding *c = context;

    return c->source->ops->decode(c->source, &c->input->piece, index, worker);
}

static sci_status
decode_task(void *context, size_t index, int worker)
{
    coding *c = context;
    const sci_array *array = &c->source->array;
    uint64_t first = (uint64_t)index * DECODE_ELEMENTS, left = c->input->piece.count - first;

    (void)worker;
    sci_decode(array, c->input->raw + first * sci_type_size(array->type),
               c->input->decoded + first * sci_type_size(sci_decoded_type(array->type)),
               left < DECODE_ELEMENTS ? left : DECODE_ELEMENTS);
    return SCI_OK;
}

static sci_status
encode_task(void *context, size_t index, int worker)
{
    coding *c = context;

    return c->sink->ops->encode(c->sink, c->piece, index, worker);
}

static sci_status
decode_input(const sci_feed *feed, slot *s, int i)
{
    coding c = { .source = feed->inputs[i], .input = &s->inputs[i] };
    sci_piece *piece = &c.input->piece;
    sci_status st = SCI_OK;

    if (piece->count > 0 && c.input->stored && c.source->ops->prepare)
        st = c.source->ops->prepare(c.source, piece);
    if (st == SCI_OK && piece->n_tasks > 0)
        st = sci_parallel_for(feed->pool, piece->n_tasks, inflate_task, &c);
    if (st == SCI_OK && c.input->decoded)
        st = sci_parallel_for(feed->pool, (piece->count + DECODE_ELEMENTS - 1) / DECODE_ELEMENTS,
                              decode_task, &c);
    s->slab.raw[i] = c.input->raw;
    s->slab.elements[i] = c.input->decoded ? c.input->decoded : c.input->raw;
    s->slab.owned[i] = c.input->decoded || c.input->stored;
    return st;
}

static void
place_output(slot *s, const sci_feed *feed)
{
    sci_sink *sink = feed->out;

    s->out.first = feed->out_ends[s->slab.number];
    s->out.count = feed->out_ends[s->slab.number + 1] - s->out.first;
    s->out.n_tasks = 0;
    s->out.bytes = s->out_buffer;
    s->slab.out =
        s->out_buffer ? s->out_buffer : sink->ops->address(sink, s->out.first, s->out.count);
}

static sci_status
encode_output(const sci_feed *feed, slot *s)
{
    coding c = { .sink = feed->out, .piece = &s->out };
    sci_status st = SCI_OK;

    if (!s->out_buffer || s->out.count == 0)
        return SCI_OK;
    if (c.sink->ops->prepare)
        st = c.sink->ops->prepare(c.sink, c.piece);
    if (st == SCI_OK && c.piece->n_tasks > 0)
        st = sci_parallel_for(feed->pool, c.piece->n_tasks, encode_task, &c);
    return st;
}

static sci_status
work_stage(void *context, uint64_t number, int at)
{
    machine *m = context;
    const sci_feed *feed = m->feed;
    slot *s = &m->slots[at];
    sci_status st = SCI_OK;

    (void)number;
    for (int i = 0; st == SCI_OK && i < feed->n_inputs; i++)
        st = decode_input(feed, s, i);
    if (st == SCI_OK && feed->out)
        place_output(s, feed);
    if (st == SCI_OK)
        st = feed->process(feed->context, &s->slab);
    if (st == SCI_OK && feed->out)
        st = encode_output(feed, s);
    return st;
}

static sci_status
write_stage(void *context, uint64_t number, int at)
{
    machine *m = context;
    sci_sink *sink = m->feed->out;
    slot *s = &m->slots[at];

    (void)number;
    return s->out_buffer && s->out.count > 0 ? sink->ops->store(sink, &s->out) : SCI_OK;
}

/* ---- the run ---- */

static sci_status
start_ends(const sci_feed *feed)
{
    int workers = sci_pool_threads(feed->pool);
    sci_status st = SCI_OK;

    for (int i = 0; st == SCI_OK && i < feed->n_inputs; i++)
        if (feed->inputs[i]->ops->start)
            st = feed->inputs[i]->ops->start(feed->inputs[i], feed->ends[0],
                                             feed->ends[feed->slabs], workers);
    if (st == SCI_OK && feed->out && !feed->keep_sink && feed->out->ops->start)
        st = feed->out->ops->start(feed->out, feed->out_ends[0], feed->out_ends[feed->slabs],
                                   workers);
    return st;
}

sci_status
sci_feed_run(sci_feed *feed)
{
    machine m = { .feed = feed };
    sci_pipeline pipeline = { .context = &m,
                              .slabs = feed->slabs,
                              .slots = feed->slots,
                              .read = read_stage,
                              .work = work_stage,
                              .write = feed->out ? write_stage : NULL };
    sci_status st = start_ends(feed);

    if (st == SCI_OK)
        st = sci_alloc_zero(&m.slots, (size_t)feed->slots, 1, sizeof *m.slots);
    for (int i = 0; st == SCI_OK && i < feed->slots; i++)
        st = slot_create(&m.slots[i], feed);
    if (st == SCI_OK)
        st = sci_pipeline_run(&pipeline);
    if (st == SCI_OK && feed->out && !feed->keep_sink && feed->out->ops->finish)
        st = feed->out->ops->finish(feed->out);
    for (int i = 0; m.slots && i < feed->slots; i++)
        slot_free(&m.slots[i], feed);
    sci_free(m.slots);
    return st;
}
