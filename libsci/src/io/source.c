/* SPDX-License-Identifier: BSD-3-Clause */
/* What all sources and sinks share. */
#include <sci/io.h>
#include <sci/memory.h>

#include <string.h>

/* Pieces of sci_source_read are at most this large, so that a long read does not stage a whole
 * file. */
#define READ_PIECE_BYTES ((uint64_t)4 << 20)

void
sci_source_free(sci_source *source)
{
    if (source != NULL)
        source->ops->free(source);
}

void
sci_sink_free(sci_sink *sink)
{
    if (sink != NULL)
        sink->ops->free(sink);
}

static sci_status
read_piece(sci_source *source, sci_piece *piece)
{
    sci_status st;

    piece->n_tasks = 0;
    st = source->ops->fetch(source, piece);
    if (st == SCI_OK && source->ops->prepare != NULL)
        st = source->ops->prepare(source, piece);
    for (size_t task = 0; st == SCI_OK && task < piece->n_tasks; task++)
        st = source->ops->decode(source, piece, task, 0);
    return st;
}

/* Where the pieces of a pass go: one after the other to `out`, or each to `buffer` and to `visit`. */
typedef struct reading {
    char *out;
    void *buffer;
    sci_source_visitor visit;
    void *context;
} reading;

static sci_status
read_pass(sci_source *source, uint64_t first, uint64_t count, size_t size, reading *r)
{
    sci_status st = SCI_OK;
    sci_piece piece = { 0 };
    uint64_t end = first + count;

    if (source->ops->start != NULL)
        st = source->ops->start(source, first, end, 1);
    while (st == SCI_OK && first < end) {
        piece.first = first;
        piece.count = end - first;
        if (piece.count > READ_PIECE_BYTES / size)
            piece.count = READ_PIECE_BYTES / size;
        piece.bytes = r->visit ? r->buffer : r->out;
        st = read_piece(source, &piece);
        if (st == SCI_OK && r->visit)
            st = r->visit(r->context, first, piece.count, r->buffer);
        else
            r->out += piece.count * size;
        first += piece.count;
    }
    if (source->ops->release != NULL)
        source->ops->release(source, &piece);
    return st;
}

static sci_status
check_range(const sci_source *source, uint64_t first, uint64_t count)
{
    uint64_t total;
    sci_status st = sci_array_count(&source->array, &total);

    if (st == SCI_OK && (first > total || count > total - first))
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s': elements %llu to %llu of %llu asked for",
                      source->name, (unsigned long long)first, (unsigned long long)(first + count),
                      (unsigned long long)total);
    return st;
}

sci_status
sci_source_read(sci_source *source, uint64_t first, uint64_t count, void *out)
{
    size_t size = sci_type_size(source->array.type);
    sci_status st = check_range(source, first, count);

    if (st != SCI_OK || count == 0)
        return st;
    if (source->ops->address != NULL) {
        memcpy(out, source->ops->address(source, first, count), (size_t)count * size);
        return SCI_OK;
    }
    return read_pass(source, first, count, size, &(reading){ .out = out });
}

/* From memory in pieces too: callers need not care how long one is. */
static sci_status
visit_memory(sci_source *source, uint64_t first, uint64_t count, size_t size, const reading *r)
{
    uint64_t end = first + count, most = READ_PIECE_BYTES / size;
    sci_status st = SCI_OK;

    for (; st == SCI_OK && first < end; first += most) {
        uint64_t n = end - first < most ? end - first : most;

        st = r->visit(r->context, first, n, source->ops->address(source, first, n));
    }
    return st;
}

sci_status
sci_source_visit(sci_source *source, uint64_t first, uint64_t count, sci_source_visitor visit,
                 void *context)
{
    size_t size = sci_type_size(source->array.type);
    reading r = { .visit = visit, .context = context };
    sci_status st = check_range(source, first, count);

    if (st != SCI_OK || count == 0)
        return st;
    if (source->ops->address != NULL)
        return visit_memory(source, first, count, size, &r);
    st = sci_alloc(&r.buffer, READ_PIECE_BYTES, 1, 1);
    if (st == SCI_OK)
        st = read_pass(source, first, count, size, &r);
    sci_free(r.buffer);
    return st;
}
