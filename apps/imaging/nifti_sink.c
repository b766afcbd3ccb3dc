/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements written as they are. */
#include <zlib.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "nifti.h"

typedef struct plain_sink {
    sci_sink base;
    nifti_written *written;
    size_t size; /* of one element */
} plain_sink;

static sci_status
store(sci_sink *self, sci_piece *piece)
{
    const plain_sink *s = (plain_sink *)self;
    nifti_written *w = s->written;
    size_t bytes = (size_t)piece->count * s->size;
    uint64_t at = w->begin + piece->first * s->size;
    sci_status st = sci_write_at(w->fd, w->name, piece->bytes, bytes, at);

    if (st != SCI_OK)
        return st;
    if (w->summed)
        w->crc = (uint32_t)crc32_z(w->crc, piece->bytes, bytes);
    w->elements += piece->count;
    w->end = at + bytes;
    return SCI_OK;
}

static void
plain_free(sci_sink *self)
{
    sci_free(self);
}

static const sci_sink_ops ops = { .store = store, .free = plain_free };

sci_status
nifti_sink_create(sci_sink **out, const sci_array *array, nifti_written *written)
{
    plain_sink *s = NULL;
    sci_status st = sci_alloc_zero(&s, 1, 1, sizeof *s);

    if (st != SCI_OK)
        return st;
    s->base.ops = &ops;
    s->base.array = *array;
    s->base.name = written->name;
    s->written = written;
    s->size = sci_type_size(array->type);
    *out = &s->base;
    return SCI_OK;
}
