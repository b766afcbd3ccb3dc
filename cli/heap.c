/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a worker's heap keeps the pages that it has got. */
#define _DEFAULT_SOURCE /* madvise */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "worker_priv.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

enum { MEBI = 1 << 20, KEEP = 32 * MEBI, HEAP = 64 * MEBI, HUGE_PAGE = 2 * MEBI, HEADER = 16 };

/* What lies between the heap so far and its first huge page, for the life of the process. Volatile,
 * or the compiler takes the allocation away. */
static void *volatile unused;

void
cli_heap_keep(void)
{
    char *probe;
    size_t gap;

    (void)mallopt(M_MMAP_THRESHOLD, KEEP);
    (void)mallopt(M_TRIM_THRESHOLD, HEAP + KEEP);
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_TOP_PAD, HEAP);
    probe = malloc(HUGE_PAGE); /* the heap grows by HEAP beyond this */
    (void)mallopt(M_TOP_PAD, MEBI);
    if (!probe)
        return;
    /* malloc has written just behind the probe: huge pages begin with the one after that. */
    gap = 2 * HUGE_PAGE - (uintptr_t)probe % HUGE_PAGE;
    (void)madvise(probe + gap, HEAP - HUGE_PAGE, MADV_HUGEPAGE);
    free(probe);
    unused = malloc(gap - HEADER);
}

#else

void
cli_heap_keep(void)
{
}

#endif
