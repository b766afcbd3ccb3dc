/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much memory there is: the machine's, or the least limit of the control groups above this
 * process. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "number.h"

/* A limit file holds one number, or "max". */
static uint64_t
read_limit(const char *path)
{
    unsigned long long value = ULLONG_MAX;
    FILE *file = fopen(path, "re");

    if (!file)
        return UINT64_MAX;
    if (fscanf(file, "%llu", &value) != 1)
        value = ULLONG_MAX;
    fclose(file);
    return value;
}

/* The least limit of `group` ("/a/b") and everything above it. */
static uint64_t
least_limit(const char *root, char *group, const char *file)
{
    uint64_t least = UINT64_MAX;

    for (;;) {
        char path[PATH_MAX];
        char *slash = strrchr(group, '/');
        int n = snprintf(path, sizeof path, "%s%s/%s", root, group, file);
        uint64_t limit = n < (int)sizeof path ? read_limit(path) : UINT64_MAX;

        if (limit < least)
            least = limit;
        if (!slash)
            return least;
        *slash = '\0';
    }
}

/* /proc/self/cgroup: "0::/a/b" (version 2), "9:memory:/a/b" (version 1). In a container the path
 * may be one outside of it; then its parents, down to the root that is mounted, still hold the
 * limit. */
static uint64_t
group_limit(void)
{
    uint64_t least = UINT64_MAX;
    char line[PATH_MAX];
    FILE *file = fopen("/proc/self/cgroup", "re");

    if (!file)
        return UINT64_MAX;
    while (fgets(line, sizeof line, file)) {
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        uint64_t limit = UINT64_MAX;

        if (!group)
            continue;
        *group++ = '\0';
        group[strcspn(group, "\n")] = '\0';
        if (strcmp(controllers, ":") == 0)
            limit = least_limit("/sys/fs/cgroup", group, "memory.max");
        else if (strcmp(controllers, ":memory") == 0)
            limit = least_limit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
        if (limit < least)
            least = limit;
    }
    fclose(file);
    return least;
}

uint64_t
cli_memory_machine(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t limit = group_limit();
    uint64_t machine = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;

    return limit < machine ? limit : machine;
}
