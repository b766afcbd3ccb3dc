/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sci/file.h>
#include <sci/memory.h>

#include "nifti.h"

typedef struct nifti_source {
    sci_source base;
    char *name;
    int fd;
    uint8_t *buffer;
    uint64_t offset;
    size_t size; /* of one element */
} nifti_source;

static const void *
address(sci_source *self, uint64_t first, uint64_t count)
{
    const nifti_source *s = (nifti_source *)self;

    (void)count;
    return s->buffer + s->offset + first * s->size;
}

static sci_status
fetch(sci_source *self, sci_piece *piece)
{
    const nifti_source *s = (nifti_source *)self;

    piece->n_tasks = 0;
    return sci_read_at(s->fd, s->name, piece->bytes, (size_t)piece->count * s->size,
                       s->offset + piece->first * s->size);
}

static void
source_free(sci_source *self)
{
    nifti_source *s = (nifti_source *)self;

    if (s->fd >= 0)
        (void)sci_file_ops_get()->close(s->fd);
    sci_free(s->buffer);
    sci_free(s->name);
    sci_free(s);
}

static const sci_source_ops file_ops = { .fetch = fetch, .free = source_free };
static const sci_source_ops memory_ops = { .address = address, .free = source_free };

sci_status
nifti_source_create(sci_source **out, const sci_array *array, const char *name, int fd,
                    uint8_t *buffer, uint64_t offset)
{
    nifti_source *s = NULL;
    sci_status st = sci_alloc_zero(&s, 1, 1, sizeof *s);

    if (st == SCI_OK)
        st = sci_strdup(&s->name, name);
    if (st != SCI_OK) {
        sci_free(s);
        return st;
    }
    s->base.ops = buffer != NULL ? &memory_ops : &file_ops;
    s->base.array = *array;
    s->base.name = s->name;
    s->fd = fd;
    s->buffer = buffer;
    s->offset = offset;
    s->size = sci_type_size(array->type);
    *out = &s->base;
    return SCI_OK;
}
