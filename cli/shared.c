/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What outlives a worker: memory shared with those that are forked later. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, in POSIX since 2024 */
#include <string.h>
#include <sys/mman.h>

#include <sci/memory.h>

#include "worker.h"

sci_status
cli_shared_alloc(void *out, size_t n, size_t size)
{
    size_t bytes;
    void *memory;

    if (__builtin_mul_overflow(n, size, &bytes) || bytes == 0)
        return sci_fail(SCI_ERR_NOMEM, "cannot share %zu × %zu bytes", n, size);
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return sci_fail(SCI_ERR_NOMEM, "no memory to share with a worker (%zu bytes)", bytes);
    memcpy(out, &memory, sizeof memory);
    return SCI_OK;
}

void
cli_shared_free(void *memory, size_t n, size_t size)
{
    if (memory)
        (void)munmap(memory, n * size);
}
