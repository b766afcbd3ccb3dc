/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays in memory as sources and sinks. */
#include <sci/io.h>
#include <sci/memory.h>

typedef struct memory_source {
    sci_source base;
    const char *elements;
    size_t size; /* of one element */
    char *name;
} memory_source;

typedef struct memory_sink {
    sci_sink base;
    char *elements;
    size_t size;
    char *name;
} memory_sink;

static const void *
source_address(sci_source *self, uint64_t first, uint64_t count)
{
    const memory_source *m = (memory_source *)self;

    (void)count;
    return m->elements + first * m->size;
}

static void
source_free(sci_source *self)
{
    memory_source *m = (memory_source *)self;

    sci_free(m->name);
    sci_free(m);
}

static const sci_source_ops source_ops = { .address = source_address, .free = source_free };

static void *
sink_address(sci_sink *self, uint64_t first, uint64_t count)
{
    const memory_sink *m = (memory_sink *)self;

    (void)count;
    return m->elements + first * m->size;
}

static void
sink_free(sci_sink *self)
{
    memory_sink *m = (memory_sink *)self;

    sci_free(m->name);
    sci_free(m);
}

static const sci_sink_ops sink_ops = { .address = sink_address, .free = sink_free };

/* A NULL pointer is fine only for an array without elements. */
static sci_status
check_elements(const sci_array *array, const void *elements, const char *name)
{
    sci_status st;
    uint64_t count;

    st = sci_array_count(array, &count);
    if (st == SCI_OK && count > 0 && elements == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s': no elements given", name);
    return st;
}

sci_status
sci_source_memory(sci_source **out, const sci_array *array, const void *elements, const char *name)
{
    sci_status st;
    memory_source *m = NULL;

    if (name == NULL)
        name = "memory";
    st = check_elements(array, elements, name);
    if (st != SCI_OK)
        goto out;
    st = sci_alloc_zero(&m, 1, 1, sizeof *m);
    if (st != SCI_OK)
        goto out;
    st = sci_strdup(&m->name, name);
    if (st != SCI_OK)
        goto out;
    m->base.ops = &source_ops;
    m->base.array = *array;
    m->base.name = m->name;
    m->elements = elements;
    m->size = sci_type_size(array->type);
    *out = &m->base;
    m = NULL;
out:
    sci_free(m);
    return st;
}

sci_status
sci_sink_memory(sci_sink **out, const sci_array *array, void *elements, const char *name)
{
    sci_status st;
    memory_sink *m = NULL;

    if (name == NULL)
        name = "memory";
    if (array->swapped)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': a sink takes native byte order only", name);
    st = check_elements(array, elements, name);
    if (st != SCI_OK)
        goto out;
    st = sci_alloc_zero(&m, 1, 1, sizeof *m);
    if (st != SCI_OK)
        goto out;
    st = sci_strdup(&m->name, name);
    if (st != SCI_OK)
        goto out;
    m->base.ops = &sink_ops;
    m->base.array = *array;
    m->base.name = m->name;
    m->elements = elements;
    m->size = sci_type_size(array->type);
    *out = &m->base;
    m = NULL;
out:
    sci_free(m);
    return st;
}
