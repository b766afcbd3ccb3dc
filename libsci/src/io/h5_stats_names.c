/* SPDX-License-Identifier: BSD-3-Clause */
#include "h5_stats_names_priv.h"

#include <string.h>

#include <sci/memory.h>

#define LENGTH(array) ((int)(sizeof(array) / sizeof *(array)))

static const char *const kinds[] = { "moments", "running" };
static const char *const nans[] = { "refuse", "ignore", "propagate" };
static const char *const digests[] = { "xxh3", "sha256" };
static const char *const rules[] = { "exponential", "cumulative" };

const char *
h5_stats_kind_name(sci_stats_kind kind)
{
    return kinds[kind];
}

const char *
h5_stats_nan_name(sci_nan_policy nan)
{
    return nans[nan];
}

const char *
h5_stats_digest_name(sci_digest_kind kind)
{
    return digests[kind];
}

const char *
h5_stats_rule_name(sci_running_rule rule)
{
    return rules[rule];
}

static int
find(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return -1;
}

int
h5_stats_find_kind(const char *name)
{
    return find(name, kinds, LENGTH(kinds));
}

int
h5_stats_find_nan(const char *name)
{
    return find(name, nans, LENGTH(nans));
}

int
h5_stats_find_digest(const char *name)
{
    return find(name, digests, LENGTH(digests));
}

int
h5_stats_find_rule(const char *name)
{
    return find(name, rules, LENGTH(rules));
}

sci_status
h5_stats_join(char **out, const char *path, const char *name)
{
    size_t n = strlen(path);

    return sci_format(out, n > 0 && path[n - 1] == '/' ? "%s%s" : "%s/%s", path, name);
}

sci_status
h5_stats_where(char **out, const char *file, const char *path)
{
    return strcmp(path, "/") == 0 ? sci_strdup(out, file) : sci_format(out, "%s:%s", file, path);
}
