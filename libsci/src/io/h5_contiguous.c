/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets without chunks: contiguous ones are read straight from their place in the file,
 * compact ones (at most 64 KiB) stay in memory. */
#include <sci/file.h>
#include "h5_source_priv.h"

static sci_status
fetch(sci_source *self, sci_piece *piece)
{
    const h5_source *s = (h5_source *)self;
    const h5_dataset *d = &s->data;

    piece->n_tasks = 0;
    if (!d->allocated) {
        h5_fill(piece->bytes, piece->count, d->fill, d->size);
        return SCI_OK;
    }
    return sci_read_at(s->file->fd, s->name, piece->bytes, piece->count * d->size,
                       d->address + piece->first * d->size);
}

static const void *
address(sci_source *self, uint64_t first, uint64_t count)
{
    const h5_source *s = (h5_source *)self;

    (void)count;
    return s->compact + first * s->data.size;
}

const sci_source_ops h5_contiguous_ops = { .fetch = fetch, .free = h5_source_free };
const sci_source_ops h5_compact_ops = { .address = address, .free = h5_source_free };
