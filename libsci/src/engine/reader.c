/* SPDX-License-Identifier: BSD-3-Clause */
#include <sci/memory.h>

#include "../stats/decode.h"
#include "reader.h"

struct sci_reader {
    sci_source *source;
    uint64_t size; /* elements of the source */
    sci_piece piece;
    unsigned char *stored, *decoded;
    const unsigned char *window; /* elements of the piece */
    uint64_t pass;               /* where the running pass goes on */
    bool running;
};

sci_status
sci_reader_create(sci_reader **out, sci_source *source)
{
    size_t stored = sci_type_size(source->array.type);
    sci_reader *reader = NULL;
    sci_status st = sci_alloc_zero(&reader, 1, 1, sizeof *reader);

    if (st != SCI_OK)
        return st;
    reader->source = source;
    st = sci_array_count(&source->array, &reader->size);
    if (st == SCI_OK)
        st = sci_alloc(&reader->stored, SCI_READER_ELEMENTS, 1, stored);
    if (st == SCI_OK && sci_needs_decoding(&source->array))
        st = sci_alloc(&reader->decoded, SCI_READER_ELEMENTS, 1,
                       sci_type_size(sci_decoded_type(source->array.type)));
    if (st != SCI_OK) {
        sci_reader_free(reader);
        return st;
    }
    *out = reader;
    return SCI_OK;
}

void
sci_reader_free(sci_reader *reader)
{
    if (!reader)
        return;
    if (reader->piece.staging && reader->source->ops->release)
        reader->source->ops->release(reader->source, &reader->piece);
    sci_free(reader->stored);
    sci_free(reader->decoded);
    sci_free(reader);
}

/* Read the window that begins at `first`. A pass that is there already goes on, else a new one
 * begins. */
static sci_status
fill_window(sci_reader *reader, uint64_t first)
{
    sci_source *source = reader->source;
    const sci_source_ops *ops = source->ops;
    sci_piece *piece = &reader->piece;
    const void *stored = NULL;
    sci_status st = SCI_OK;

    piece->first = first;
    piece->count =
        reader->size - first < SCI_READER_ELEMENTS ? reader->size - first : SCI_READER_ELEMENTS;
    if (ops->address)
        stored = ops->address(source, first, piece->count);
    if (!stored) {
        piece->bytes = reader->stored;
        piece->n_tasks = 0;
        stored = reader->stored;
        if (!reader->running || reader->pass != first) {
            if (ops->start)
                st = ops->start(source, first, reader->size, 1);
            reader->running = true;
        }
        if (st == SCI_OK)
            st = ops->fetch(source, piece);
        if (st == SCI_OK && ops->prepare)
            st = ops->prepare(source, piece);
        for (size_t task = 0; st == SCI_OK && task < piece->n_tasks; task++)
            st = ops->decode(source, piece, task, 0);
        reader->pass = first + piece->count;
    }
    if (st != SCI_OK) {
        reader->running = false;
        piece->count = 0;
        return st;
    }
    if (reader->decoded) {
        sci_decode(&source->array, stored, reader->decoded, piece->count);
        stored = reader->decoded;
    }
    reader->window = stored;
    return SCI_OK;
}

sci_status
sci_reader_at(sci_reader *reader, uint64_t first, uint64_t end, const void **elements, size_t *n)
{
    size_t size = sci_type_size(sci_decoded_type(reader->source->array.type));
    sci_piece *piece = &reader->piece;
    uint64_t left;

    if (first >= reader->size || end > reader->size)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': elements beyond the end are asked for",
                        reader->source->name);
    if (first < piece->first || first >= piece->first + piece->count) {
        sci_status st = fill_window(reader, first);

        if (st != SCI_OK)
            return st;
    }
    left = piece->first + piece->count - first;
    *elements = reader->window + (first - piece->first) * size;
    *n = end - first < left ? end - first : left;
    return SCI_OK;
}
