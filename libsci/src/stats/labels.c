/* SPDX-License-Identifier: BSD-3-Clause */
/* Labels: sorted levels, and the level of each position. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/io.h>
#include <sci/memory.h>

#include "grouping.h"

/* ---- creating ---- */

static sci_status
labels_new(sci_labels **out, uint64_t n)
{
    sci_labels *labels = NULL;
    sci_status st = sci_alloc_zero(&labels, 1, 1, sizeof *labels);

    if (st != SCI_OK)
        return st;
    labels->size = n;
    st = sci_alloc(&labels->codes, n, 1, sizeof *labels->codes);
    if (st != SCI_OK) {
        sci_free(labels);
        return st;
    }
    *out = labels;
    return SCI_OK;
}

static int
compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static uint64_t
distinct_values(int64_t *sorted, uint64_t n)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < n; i++)
        if (kept == 0 || sorted[i] != sorted[kept - 1])
            sorted[kept++] = sorted[i];
    return kept;
}

static int32_t
code_of_value(const sci_levels *levels, int64_t value)
{
    const int64_t *at = levels->count == 0 ? NULL
                                           : bsearch(&value, levels->values, levels->count,
                                                     sizeof value, compare_values);

    return at ? (int32_t)(at - levels->values) : -1;
}

static sci_status
check_level_count(uint64_t n)
{
    if (n > INT32_MAX)
        return sci_fail(SCI_ERR_SHAPE, "%" PRIu64 " labels are more than the %d that fit", n,
                        INT32_MAX);
    return SCI_OK;
}

sci_status
sci_labels_create(sci_labels **out, uint64_t n, const int64_t *values)
{
    sci_labels *labels = NULL;
    sci_status st = labels_new(&labels, n);

    if (st != SCI_OK)
        return st;
    st = sci_alloc(&labels->levels.values, n, 1, sizeof *values);
    if (st != SCI_OK)
        goto out;
    if (n > 0) {
        memcpy(labels->levels.values, values, n * sizeof *values);
        qsort(labels->levels.values, n, sizeof *values, compare_values);
    }
    labels->levels.count = distinct_values(labels->levels.values, n);
    st = check_level_count(labels->levels.count);
    if (st != SCI_OK)
        goto out;
    for (uint64_t i = 0; i < n; i++)
        labels->codes[i] = code_of_value(&labels->levels, values[i]);
    *out = labels;
    labels = NULL;
out:
    sci_labels_free(labels);
    return st;
}

/* True if the text is the way an int64_t is printed. */
static bool
is_integer(const char *text, int64_t *value)
{
    char again[32], *end;
    intmax_t number;

    errno = 0;
    number = strtoimax(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < INT64_MIN || number > INT64_MAX)
        return false;
    snprintf(again, sizeof again, "%" PRIdMAX, number);
    *value = (int64_t)number;
    return strcmp(again, text) == 0;
}

static sci_status
labels_from_words(sci_labels **out, uint64_t n, const char *const *texts)
{
    sci_labels *labels = NULL;
    const char **sorted = NULL;
    sci_status st = labels_new(&labels, n);

    if (st != SCI_OK)
        return st;
    st = sci_alloc(&sorted, n, 1, sizeof *sorted);
    if (st != SCI_OK)
        goto out;
    memcpy(sorted, texts, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_texts);
    st = sci_alloc_zero(&labels->levels.texts, n, 1, sizeof *labels->levels.texts);
    if (st != SCI_OK)
        goto out;
    for (uint64_t i = 0; i < n; i++) {
        sci_levels *levels = &labels->levels;

        if (levels->count > 0 && strcmp(sorted[i], levels->texts[levels->count - 1]) == 0)
            continue;
        st = sci_strdup(&levels->texts[levels->count], sorted[i]);
        if (st != SCI_OK)
            goto out;
        levels->count++;
    }
    st = check_level_count(labels->levels.count);
    if (st != SCI_OK)
        goto out;
    for (uint64_t i = 0; i < n; i++) {
        char **at = bsearch(&texts[i], labels->levels.texts, labels->levels.count,
                            sizeof *labels->levels.texts, compare_texts);

        labels->codes[i] = (int32_t)(at - labels->levels.texts);
    }
    *out = labels;
    labels = NULL;
out:
    sci_free(sorted);
    sci_labels_free(labels);
    return st;
}

sci_status
sci_labels_from_text(sci_labels **out, uint64_t n, const char *const *texts)
{
    int64_t *values = NULL;
    bool integers = n > 0;
    sci_status st = sci_alloc(&values, n, 1, sizeof *values);

    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < n && integers; i++)
        integers = is_integer(texts[i], &values[i]);
    st = integers || n == 0 ? sci_labels_create(out, n, values) : labels_from_words(out, n, texts);
    sci_free(values);
    return st;
}

sci_status
sci_labels_blocks(sci_labels **out, uint64_t n, uint64_t blocks)
{
    sci_labels *labels = NULL;
    sci_status st;

    if (blocks == 0 || n % blocks != 0)
        return sci_fail(SCI_ERR_SHAPE, "%" PRIu64 " groups do not divide %" PRIu64 " channels",
                        blocks, n);
    st = check_level_count(blocks);
    if (st == SCI_OK)
        st = labels_new(&labels, n);
    if (st != SCI_OK)
        return st;
    st = sci_alloc(&labels->levels.values, blocks, 1, sizeof *labels->levels.values);
    if (st != SCI_OK) {
        sci_labels_free(labels);
        return st;
    }
    labels->levels.count = labels->blocks = blocks;
    for (uint64_t b = 0; b < blocks; b++)
        labels->levels.values[b] = (int64_t)b;
    for (uint64_t i = 0; i < n; i++)
        labels->codes[i] = (int32_t)(i / (n / blocks));
    *out = labels;
    return SCI_OK;
}

sci_status
sci_labels_from_source(sci_labels **out, struct sci_source *source, uint64_t n_levels,
                       const int64_t *levels)
{
    sci_labels *labels = NULL;
    uint64_t size;
    sci_status st = sci_array_count(&source->array, &size);

    if (st != SCI_OK)
        return st;
    if (!sci_type_is_integer(source->array.type))
        return sci_fail(SCI_ERR_TYPE, "'%s': labels are integers, these are %s", source->name,
                        sci_type_name(source->array.type));
    for (uint64_t i = 1; i < n_levels; i++)
        if (levels[i - 1] >= levels[i])
            return sci_fail(SCI_ERR_ARGUMENT, "levels are not sorted and distinct");
    st = check_level_count(n_levels);
    if (st == SCI_OK)
        st = sci_alloc_zero(&labels, 1, 1, sizeof *labels);
    if (st != SCI_OK)
        return st;
    st = sci_alloc(&labels->levels.values, n_levels, 1, sizeof *levels);
    if (st != SCI_OK) {
        sci_labels_free(labels);
        return st;
    }
    if (n_levels > 0)
        memcpy(labels->levels.values, levels, n_levels * sizeof *levels);
    labels->levels.count = n_levels;
    labels->size = size;
    labels->source = source;
    *out = labels;
    return SCI_OK;
}

/* ---- reading and changing ---- */

bool
sci_labels_level_name(const sci_labels *labels, uint64_t level, char *text, size_t size)
{
    if (level >= labels->levels.count)
        return false;
    if (labels->levels.values)
        snprintf(text, size, "%" PRId64, labels->levels.values[level]);
    else
        snprintf(text, size, "%s", labels->levels.texts[level]);
    return true;
}

sci_status
sci_labels_ignore(sci_labels *labels, const char *level)
{
    sci_levels *levels = &labels->levels;
    uint64_t at = 0;
    char name[32];

    for (; at < levels->count; at++) {
        const char *text = name;

        if (levels->values)
            snprintf(name, sizeof name, "%" PRId64, levels->values[at]);
        else
            text = levels->texts[at];
        if (strcmp(text, level) == 0)
            break;
    }
    if (at == levels->count)
        return sci_fail(SCI_ERR_NOTFOUND, "no position has the label '%s'", level);
    if (levels->values) {
        memmove(levels->values + at, levels->values + at + 1,
                (levels->count - at - 1) * sizeof *levels->values);
    } else {
        sci_free(levels->texts[at]);
        memmove(levels->texts + at, levels->texts + at + 1,
                (levels->count - at - 1) * sizeof *levels->texts);
        levels->texts[levels->count - 1] = NULL;
    }
    levels->count--;
    labels->blocks = 0;
    for (uint64_t i = 0; labels->codes && i < labels->size; i++) {
        if (labels->codes[i] == (int32_t)at)
            labels->codes[i] = -1;
        else if (labels->codes[i] > (int32_t)at)
            labels->codes[i]--;
    }
    return SCI_OK;
}

uint64_t
sci_labels_size(const sci_labels *labels)
{
    return labels->size;
}

uint64_t
sci_labels_levels(const sci_labels *labels)
{
    return labels->levels.count;
}

void
sci_labels_free(sci_labels *labels)
{
    if (!labels)
        return;
    sci_levels_clear(&labels->levels);
    sci_free(labels->codes);
    sci_free(labels);
}
