/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

enum { ALIGNMENT = 64 }; /* a cache line, and the widest vector register */

static void *
default_allocate(void *context, size_t bytes)
{
    void *pointer = NULL;

    (void)context;
    return posix_memalign(&pointer, ALIGNMENT, bytes) == 0 ? pointer : NULL;
}

static void
default_release(void *context, void *pointer)
{
    (void)context;
    free(pointer);
}

static const sci_allocator default_allocator = { default_allocate, default_release, NULL };
static sci_allocator allocator = { default_allocate, default_release, NULL };

void
sci_allocator_set(const sci_allocator *replacement)
{
    allocator = replacement ? *replacement : default_allocator;
}

static sci_status
allocate(void *out, size_t rows, size_t columns, size_t size, size_t *bytes)
{
    void *pointer = NULL;

    memcpy(out, &pointer, sizeof pointer);
    if (__builtin_mul_overflow(rows, columns, bytes) || __builtin_mul_overflow(*bytes, size, bytes))
        return sci_fail(SCI_ERR_NOMEM, "%zu x %zu elements of %zu bytes do not fit in memory", rows,
                        columns, size);
    pointer = allocator.allocate(allocator.context, *bytes ? *bytes : 1);
    if (!pointer)
        return sci_fail(SCI_ERR_NOMEM, "cannot allocate %zu bytes", *bytes);
    memcpy(out, &pointer, sizeof pointer);
    return SCI_OK;
}

sci_status
sci_alloc(void *out, size_t rows, size_t columns, size_t size)
{
    size_t bytes;

    return allocate(out, rows, columns, size, &bytes);
}

sci_status
sci_alloc_zero(void *out, size_t rows, size_t columns, size_t size)
{
    size_t bytes;
    void *pointer;
    sci_status st = allocate(&pointer, rows, columns, size, &bytes);

    if (st == SCI_OK)
        memset(pointer, 0, bytes);
    memcpy(out, &pointer, sizeof pointer);
    return st;
}

sci_status
sci_strdup(char **out, const char *text)
{
    size_t bytes;
    sci_status st;

    *out = NULL;
    if (!text)
        return SCI_OK;
    bytes = strlen(text) + 1;
    st = sci_alloc(out, bytes, 1, 1);
    if (st == SCI_OK)
        memcpy(*out, text, bytes);
    return st;
}

sci_status
sci_format(char **out, const char *format, ...)
{
    va_list arguments;
    int length;
    size_t bytes;
    sci_status st;

    *out = NULL;
    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return sci_fail(SCI_ERR_ARGUMENT, "text cannot be formatted");
    bytes = (size_t)length + 1;
    st = sci_alloc(out, bytes, 1, 1);
    if (st != SCI_OK)
        return st;
    va_start(arguments, format);
    (void)vsnprintf(*out, bytes, format, arguments);
    va_end(arguments);
    return SCI_OK;
}

void
sci_free(void *pointer)
{
    allocator.release(allocator.context, pointer);
}
