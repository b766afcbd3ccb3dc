/* SPDX-License-Identifier: BSD-3-Clause */
/* Checked allocation through a replaceable table. */
#ifndef SCI_MEMORY_H
#define SCI_MEMORY_H

#include <stddef.h>

#include <sci/status.h>

/* allocate returns 64-byte aligned storage of `bytes` > 0 or NULL; release accepts NULL. Both are
 * called from several threads at once. */
typedef struct sci_allocator {
    void *(*allocate)(void *context, size_t bytes);
    void (*release)(void *context, void *pointer);
    void *context;
} sci_allocator;

/* Use `allocator` (copied) for everything from now on; NULL restores the default. Call it while no
 * other libsci call is running and nothing allocated by the old one is alive. */
SCI_API void sci_allocator_set(const sci_allocator *allocator);

/* Allocate rows × columns × size bytes, 64-byte aligned, not initialised, and store the pointer in
 * the pointer variable at `out` (any pointer type). A product of 0 stores a valid pointer that may
 * be freed. SCI_ERR_NOMEM if the product overflows or nothing is left; *out is then NULL. */
SCI_API sci_status sci_alloc(void *out, size_t rows, size_t columns, size_t size) SCI_MUST_CHECK;

/* The same, filled with zero bytes. */
SCI_API sci_status sci_alloc_zero(void *out, size_t rows, size_t columns,
                                  size_t size) SCI_MUST_CHECK;

/* A copy of a string (NULL gives NULL), to be released by sci_free. */
SCI_API sci_status sci_strdup(char **out, const char *text) SCI_MUST_CHECK;

/* printf into fresh storage, to be released by sci_free. */
SCI_API sci_status sci_format(char **out, const char *format, ...) SCI_MUST_CHECK SCI_PRINTF(2, 3);

SCI_API void sci_free(void *pointer);

#endif
