/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "streamed.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS = 3 };

/* What a source and a sink have in common. */
typedef struct steps {
    size_t size; /* of one element */
    atomic_int calls[STREAMED_STEPS];
    int failing[STREAMED_STEPS]; /* call number that fails, -1: none */
} steps;

typedef struct source_object {
    sci_source base;
    const unsigned char *elements;
    int workers; /* of the last pass */
    steps steps;
} source_object;

typedef struct sink_object {
    sci_sink base;
    unsigned char *elements;
    steps steps;
} sink_object;

/* A piece on its way between storage and the engine. */
typedef struct staged {
    size_t room;
    unsigned char bytes[];
} staged;

static void
steps_init(steps *s, sci_type type)
{
    s->size = sci_type_size(type);
    for (int k = 0; k < STREAMED_STEPS; k++) {
        atomic_init(&s->calls[k], 0);
        s->failing[k] = -1;
    }
}

static sci_status
take_step(steps *s, streamed_step step, const char *name)
{
    if (atomic_fetch_add(&s->calls[step], 1) == s->failing[step])
        return sci_fail(SCI_ERR_IO, "'%s': asked to fail", name);
    return SCI_OK;
}

static sci_status
stage(sci_piece *piece, size_t bytes)
{
    staged *room = piece->staging;

    if (room == NULL || room->room < bytes) {
        free(room);
        piece->staging = room = malloc(sizeof *room + bytes);
        if (room == NULL)
            return sci_fail(SCI_ERR_NOMEM, "no memory for a piece");
        room->room = bytes;
    }
    return SCI_OK;
}

/* Bytes [*first, *first + *n) of a piece are task number `task`. */
static void
task_range(const sci_piece *piece, size_t size, size_t task, size_t *first, size_t *n)
{
    size_t from = (size_t)(piece->count * task / TASKS),
           to = (size_t)(piece->count * (task + 1) / TASKS);

    *first = from * size;
    *n = (to - from) * size;
}

static void
release(sci_piece *piece)
{
    free(piece->staging);
    piece->staging = NULL;
}

static sci_status
source_start(sci_source *self, uint64_t first, uint64_t end, int workers)
{
    source_object *s = (source_object *)self;

    (void)first, (void)end;
    s->workers = workers;
    return take_step(&s->steps, STREAMED_START, self->name);
}

static sci_status
source_fetch(sci_source *self, sci_piece *piece)
{
    source_object *s = (source_object *)self;
    sci_status st = take_step(&s->steps, STREAMED_FETCH, self->name);
    size_t bytes = (size_t)piece->count * s->steps.size;

    if (st == SCI_OK)
        st = stage(piece, bytes);
    if (st == SCI_OK)
        memcpy(((staged *)piece->staging)->bytes, s->elements + piece->first * s->steps.size,
               bytes);
    piece->n_tasks = TASKS;
    return st;
}

static sci_status
source_prepare(sci_source *self, sci_piece *piece)
{
    (void)piece;
    return take_step(&((source_object *)self)->steps, STREAMED_PREPARE, self->name);
}

static sci_status
source_decode(sci_source *self, sci_piece *piece, size_t task, int worker)
{
    source_object *s = (source_object *)self;
    const staged *from = piece->staging;
    size_t first, n;

    (void)worker;
    task_range(piece, s->steps.size, task, &first, &n);
    if (n > 0)
        memcpy((unsigned char *)piece->bytes + first, from->bytes + first, n);
    return take_step(&s->steps, STREAMED_DECODE, self->name);
}

static void
source_release(sci_source *self, sci_piece *piece)
{
    (void)self;
    release(piece);
}

static uint64_t
source_overhead(const sci_source *self, uint64_t count, int pieces, int workers)
{
    (void)pieces;
    (void)workers;
    return count * ((const source_object *)self)->steps.size;
}

static void
source_free(sci_source *self)
{
    free(self);
}

static const sci_source_ops source_ops = { .start = source_start,
                                           .fetch = source_fetch,
                                           .prepare = source_prepare,
                                           .decode = source_decode,
                                           .release = source_release,
                                           .overhead = source_overhead,
                                           .free = source_free };

sci_status
streamed_source(sci_source **out, const sci_array *array, const void *elements, const char *name)
{
    source_object *s = calloc(1, sizeof *s);

    if (s == NULL)
        return sci_fail(SCI_ERR_NOMEM, "no memory for a source");
    s->base.ops = &source_ops;
    s->base.array = *array;
    s->base.name = name;
    s->elements = elements;
    steps_init(&s->steps, array->type);
    *out = &s->base;
    return SCI_OK;
}

static sci_status
sink_start(sci_sink *self, uint64_t first, uint64_t end, int workers)
{
    (void)first, (void)end, (void)workers;
    return take_step(&((sink_object *)self)->steps, STREAMED_START, self->name);
}

static sci_status
sink_prepare(sci_sink *self, sci_piece *piece)
{
    sink_object *s = (sink_object *)self;
    sci_status st = take_step(&s->steps, STREAMED_PREPARE, self->name);

    if (st == SCI_OK)
        st = stage(piece, (size_t)piece->count * s->steps.size);
    piece->n_tasks = TASKS;
    return st;
}

static sci_status
sink_encode(sci_sink *self, sci_piece *piece, size_t task, int worker)
{
    sink_object *s = (sink_object *)self;
    size_t first, n;

    (void)worker;
    task_range(piece, s->steps.size, task, &first, &n);
    if (n > 0)
        memcpy(((staged *)piece->staging)->bytes + first,
               (const unsigned char *)piece->bytes + first, n);
    return take_step(&s->steps, STREAMED_ENCODE, self->name);
}

static sci_status
sink_store(sci_sink *self, sci_piece *piece)
{
    sink_object *s = (sink_object *)self;

    memcpy(s->elements + piece->first * s->steps.size, ((staged *)piece->staging)->bytes,
           (size_t)piece->count * s->steps.size);
    return take_step(&s->steps, STREAMED_STORE, self->name);
}

static sci_status
sink_finish(sci_sink *self)
{
    return take_step(&((sink_object *)self)->steps, STREAMED_FINISH, self->name);
}

static void
sink_release(sci_sink *self, sci_piece *piece)
{
    (void)self;
    release(piece);
}

static uint64_t
sink_overhead(const sci_sink *self, uint64_t count, int pieces, int workers)
{
    (void)pieces;
    (void)workers;
    return count * ((const sink_object *)self)->steps.size;
}

static void
sink_free(sci_sink *self)
{
    free(self);
}

static const sci_sink_ops sink_ops = { .start = sink_start,
                                       .prepare = sink_prepare,
                                       .encode = sink_encode,
                                       .store = sink_store,
                                       .release = sink_release,
                                       .overhead = sink_overhead,
                                       .finish = sink_finish,
                                       .free = sink_free };

sci_status
streamed_sink(sci_sink **out, const sci_array *array, void *elements, const char *name)
{
    sink_object *s = calloc(1, sizeof *s);

    if (s == NULL)
        return sci_fail(SCI_ERR_NOMEM, "no memory for a sink");
    s->base.ops = &sink_ops;
    s->base.array = *array;
    s->base.name = name;
    s->elements = elements;
    steps_init(&s->steps, array->type);
    *out = &s->base;
    return SCI_OK;
}

void
streamed_source_fail(sci_source *source, streamed_step step, int n)
{
    steps *s = &((source_object *)source)->steps;

    s->failing[step] = atomic_load(&s->calls[step]) + n;
}

void
streamed_sink_fail(sci_sink *sink, streamed_step step, int n)
{
    steps *s = &((sink_object *)sink)->steps;

    s->failing[step] = atomic_load(&s->calls[step]) + n;
}

int
streamed_source_calls(const sci_source *source, streamed_step step)
{
    return atomic_load(&((const source_object *)source)->steps.calls[step]);
}

int
streamed_source_workers(const sci_source *source)
{
    return ((const source_object *)source)->workers;
}

int
streamed_sink_calls(const sci_sink *sink, streamed_step step)
{
    return atomic_load(&((const sink_object *)sink)->steps.calls[step]);
}
