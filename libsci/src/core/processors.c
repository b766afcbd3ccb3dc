/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE /* CPU_COUNT */
#include <sched.h>
#include <unistd.h>

#include "parallel.h"

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
