/* SPDX-License-Identifier: BSD-3-Clause */
/* What all sources and sinks share. */
#include <sci/io.h>

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

static sci_status
read_pass(sci_source *source, uint64_t first, uint64_t count, size_t size, char *out)
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
        piece.bytes = out;
        st = read_piece(source, &piece);
        first += piece.count;
        out += piece.count * size;
    }
    if (source->ops->release != NULL)
        source->ops->release(source, &piece);
    return st;
}

sci_status
sci_source_read(sci_source *source, uint64_t first, uint64_t count, void *out)
{
    sci_status st;
    uint64_t total;
    size_t size;

    st = sci_array_count(&source->array, &total);
    if (st != SCI_OK)
        return st;
    if (first > total || count > total - first)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': elements %llu to %llu of %llu asked for",
                        source->name, (unsigned long long)first,
                        (unsigned long long)(first + count), (unsigned long long)total);
    if (count == 0)
        return SCI_OK;
    size = sci_type_size(source->array.type);
    if (source->ops->address != NULL) {
        memcpy(out, source->ops->address(source, first, count), (size_t)count * size);
        return SCI_OK;
    }
    return read_pass(source, first, count, size, out);
}
