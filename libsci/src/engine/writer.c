/* SPDX-License-Identifier: BSD-3-Clause */
/* A sink that is pushed: elements are collected into pieces, which the pool encodes. */
#include <inttypes.h>
#include <string.h>

#include <sci/matrix.h>
#include <sci/memory.h>

#include "feed.h"
#include "stop.h"

#define PIECE_BYTES (UINT64_C(1) << 20)

struct sci_writer {
    sci_sink *sink;
    const volatile int *stop;
    sci_pool *pool;
    sci_piece piece;
    unsigned char *buffer; /* NULL where the sink has addresses */
    size_t size;           /* of an element */
    uint64_t count, done;  /* elements in all and so far, those in the buffer among them */
    uint64_t room, used;   /* elements of the buffer */
    bool failed;
};

static uint64_t
piece_bytes(const sci_sink *sink, uint64_t count, int workers)
{
    return count * sci_type_size(sink->array.type)
           + (sink->ops->overhead ? sink->ops->overhead(sink, count, 1, workers) : 0);
}

/* Elements of a piece: every worker has something to encode if memory allows it. */
static uint64_t
choose_room(const sci_writer *w, const sci_options *opt)
{
    sci_budget budget = sci_budget_of(opt);
    int workers = sci_pool_threads(w->pool);
    uint64_t grain = w->sink->ops->grain ? w->sink->ops->grain(w->sink) : 0;
    uint64_t room = PIECE_BYTES / w->size;

    room = room > grain * (uint64_t)workers ? room : grain * (uint64_t)workers;
    while (room > 1 && piece_bytes(w->sink, room, workers) > budget.target)
        room /= 2;
    return room < w->count ? room : w->count;
}

sci_status
sci_writer_create(sci_writer **out, sci_sink *sink, const sci_options *opt)
{
    sci_writer *w = NULL;
    sci_status st = sci_alloc_zero(&w, 1, 1, sizeof *w);

    if (st != SCI_OK)
        return st;
    w->sink = sink;
    w->stop = opt->stop;
    w->size = sci_type_size(sink->array.type);
    st = sci_array_count(&sink->array, &w->count);
    if (st == SCI_OK)
        st = sci_pool_create(&w->pool, opt->threads);
    if (st == SCI_OK && !sink->ops->address) {
        w->room = choose_room(w, opt);
        st = sci_alloc(&w->buffer, w->room, 1, w->size);
    }
    if (st == SCI_OK && sink->ops->start)
        st = sink->ops->start(sink, 0, w->count, sci_pool_threads(w->pool));
    if (st != SCI_OK) {
        sci_writer_free(w);
        return st;
    }
    *out = w;
    return SCI_OK;
}

static sci_status
encode_task(void *context, size_t index, int worker)
{
    sci_writer *w = context;

    return w->sink->ops->encode(w->sink, &w->piece, index, worker);
}

static sci_status
flush(sci_writer *w)
{
    const sci_sink_ops *ops = w->sink->ops;
    const sci_options stop = { .stop = w->stop };
    sci_status st = sci_check_stop(&stop);

    if (w->used == 0 || st != SCI_OK)
        return st;
    w->piece.first = w->done - w->used;
    w->piece.count = w->used;
    w->piece.bytes = w->buffer;
    w->piece.n_tasks = 0;
    if (ops->prepare)
        st = ops->prepare(w->sink, &w->piece);
    if (st == SCI_OK && w->piece.n_tasks > 0)
        st = sci_parallel_for(w->pool, w->piece.n_tasks, encode_task, w);
    if (st == SCI_OK)
        st = ops->store(w->sink, &w->piece);
    w->used = 0;
    return st;
}

static sci_status
append(sci_writer *w, const unsigned char *elements, uint64_t count)
{
    sci_status st = SCI_OK;

    if (!w->buffer) {
        if (count > 0)
            memcpy(w->sink->ops->address(w->sink, w->done, count), elements,
                   (size_t)count * w->size);
        w->done += count;
        return SCI_OK;
    }
    while (st == SCI_OK && count > 0) {
        uint64_t n = w->room - w->used < count ? w->room - w->used : count;

        memcpy(w->buffer + w->used * w->size, elements, (size_t)n * w->size);
        w->used += n;
        w->done += n;
        elements += n * w->size;
        count -= n;
        if (w->used == w->room)
            st = flush(w);
    }
    return st;
}

sci_status
sci_writer_append(sci_writer *writer, const void *elements, uint64_t count)
{
    sci_status st;

    if (writer->failed || count > writer->count - writer->done)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s': %" PRIu64 " elements more than the %" PRIu64 " there is room for",
                        writer->sink->name, count, writer->count - writer->done);
    st = append(writer, elements, count);
    writer->failed = st != SCI_OK;
    return st;
}

sci_status
sci_writer_finish(sci_writer *writer)
{
    sci_status st = SCI_OK;

    if (writer->failed || writer->done < writer->count)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s': only %" PRIu64 " of %" PRIu64 " elements have been written",
                        writer->sink->name, writer->done, writer->count);
    if (writer->buffer)
        st = flush(writer);
    if (st == SCI_OK && writer->sink->ops->finish)
        st = writer->sink->ops->finish(writer->sink);
    writer->failed = st != SCI_OK;
    return st;
}

void
sci_writer_free(sci_writer *writer)
{
    if (!writer)
        return;
    if (writer->piece.staging && writer->sink->ops->release)
        writer->sink->ops->release(writer->sink, &writer->piece);
    sci_free(writer->buffer);
    sci_pool_free(writer->pool);
    sci_free(writer);
}
