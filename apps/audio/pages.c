/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* madvise */
#include "pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

void
audio_pages_large(void *memory, size_t bytes)
{
#if defined(MADV_HUGEPAGE)
    size_t gap = (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;

    if (bytes >= gap + HUGE_PAGE)
        (void)madvise((unsigned char *)memory + gap, (bytes - gap) / HUGE_PAGE * HUGE_PAGE,
                      MADV_HUGEPAGE);
#else
    (void)memory;
    (void)bytes;
#endif
}
