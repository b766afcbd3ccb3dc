/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE /* CPU_COUNT */
#include <sched.h>
#include <unistd.h>

#include "parallel.h"

#define CACHE_BYTES (UINT64_C(8) << 20) /* where the system does not say */

int
sci_processors(void)
{
    cpu_set_t allowed;
    long online;

    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        return CPU_COUNT(&allowed);
    online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than a cpu_set_t holds */
    return online < 1 ? 1 : (int)online;
}

uint64_t
sci_cache_bytes(void)
{
    long bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);

    return bytes > 0 ? (uint64_t)bytes : CACHE_BYTES;
}
