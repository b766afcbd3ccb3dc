/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --batch-key @FILE */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "batches.h"
#include "job.h"

/* The whole file, and its lines. A mark of byte order and the ends of lines are taken away. */
typedef struct lines {
    char *text;
    char **items;
    uint64_t n;
} lines;

static void
lines_clear(lines *l)
{
    free(l->text);
    sci_free(l->items);
}

static sci_status
read_all(const char *path, char **text, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    ssize_t n;
    size_t room = 0;

    if (file == NULL)
        return sci_fail_errno("open", path);
    errno = 0;
    n = getdelim(text, &room, '\0', file);
    if (n < 0 && ferror(file)) {
        sci_status st = sci_fail_errno("read", path);

        (void)fclose(file);
        return st;
    }
    (void)fclose(file);
    *bytes = n < 0 ? 0 : (size_t)n;
    if (n > 0 && strlen(*text) != *bytes)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is no text", path);
    return SCI_OK;
}

static sci_status
split_lines(lines *l, const char *path)
{
    size_t bytes = 0;
    uint64_t room = 1;
    char *at;
    sci_status st = read_all(path, &l->text, &bytes);

    if (st != SCI_OK || bytes == 0)
        return st;
    at = l->text;
    if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    for (const char *c = at; *c != '\0'; c++)
        room += *c == '\n';
    st = sci_alloc(&l->items, room, 1, sizeof *l->items);
    if (st != SCI_OK)
        return st;
    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        bool end = at[length] == '\0';
        size_t kept = length;

        while (kept > 0 && (at[kept - 1] == '\r' || at[kept - 1] == ' '))
            kept--;
        at[kept] = '\0';
        if (kept > 0)
            l->items[l->n++] = at;
        at += end ? length : length + 1;
        if (end)
            break;
    }
    return SCI_OK;
}

sci_status
genomics_lines_read(const char *path, anndata_texts *out)
{
    lines l = { 0 };
    sci_status st = split_lines(&l, path);

    if (st == SCI_OK)
        st = texts_copy(out, l.n, (const char *const *)l.items);
    lines_clear(&l);
    return st;
}

/* Texts into levels and codes. */
static sci_status
levels_of(const anndata_texts *labels, anndata_texts *levels, int32_t **codes)
{
    texts_index index = { 0 };
    sci_status st = sci_alloc(codes, labels->n, 1, sizeof **codes);

    if (st == SCI_OK)
        st = texts_index_make(&index, labels);
    if (st == SCI_OK) {
        const char **distinct = NULL;
        uint64_t n = 0;

        st = sci_alloc(&distinct, labels->n, 1, sizeof *distinct);
        for (uint64_t i = 0; st == SCI_OK && i < labels->n; i++)
            if (texts_find(&index, labels->items[i]) == (int64_t)i)
                distinct[n++] = labels->items[i];
        if (st == SCI_OK)
            st = texts_copy(levels, n, distinct);
        sci_free(distinct);
    }
    texts_index_clear(&index);
    if (st == SCI_OK)
        st = texts_index_make(&index, levels);
    for (uint64_t i = 0; st == SCI_OK && i < labels->n; i++)
        (*codes)[i] = (int32_t)texts_find(&index, labels->items[i]);
    texts_index_clear(&index);
    return st;
}

/* "cell,label" in any order. A first line whose cell is none is a header. */
static sci_status
by_cell(const lines *l, const char *path, const texts_index *cells, uint64_t n, const char **labels)
{
    for (uint64_t k = 0; k < l->n; k++) {
        char *comma = strchr(l->items[k], ',');
        int64_t place;

        if (comma == NULL)
            return sci_fail(SCI_ERR_FORMAT, "'%s', line %llu: expected cell,label, not '%s'", path,
                            (unsigned long long)k + 1, l->items[k]);
        *comma = '\0';
        place = texts_find(cells, l->items[k]);
        if (place < 0 && k == 0)
            continue;
        if (place < 0)
            return sci_fail(SCI_ERR_REFUSED, "'%s', line %llu: there is no cell '%s'", path,
                            (unsigned long long)k + 1, l->items[k]);
        if (labels[place] != NULL)
            return sci_fail(SCI_ERR_REFUSED, "'%s', line %llu: the cell '%s' is there twice", path,
                            (unsigned long long)k + 1, l->items[k]);
        labels[place] = comma + 1;
    }
    for (uint64_t i = 0; i < n; i++)
        if (labels[i] == NULL)
            return sci_fail(SCI_ERR_REFUSED, "'%s' has no label for the cell %llu of %llu", path,
                            (unsigned long long)i + 1, (unsigned long long)n);
    return SCI_OK;
}

sci_status
genomics_labels_read(const char *path, anndata *a, const char *name, anndata_texts *levels,
                     int32_t **codes)
{
    uint64_t n = anndata_length(a, ANNDATA_OBS);
    lines l = { 0 };
    const char **labels = NULL;
    anndata_texts names = { 0 };
    texts_index index = { 0 };
    sci_status st = split_lines(&l, path);

    if (st == SCI_OK)
        st = sci_alloc_zero(&labels, n, 1, sizeof *labels);
    if (st == SCI_OK && l.n > 0 && strchr(l.items[l.n - 1], ',') != NULL) {
        st = anndata_names(a, ANNDATA_OBS, &names);
        if (st == SCI_OK)
            st = texts_index_make(&index, &names);
        if (st == SCI_OK)
            st = by_cell(&l, path, &index, n, labels);
    } else if (st == SCI_OK && l.n != n) {
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has %llu labels, '%s' has %llu cells", path,
                      (unsigned long long)l.n, name, (unsigned long long)n);
    } else if (st == SCI_OK) {
        for (uint64_t i = 0; i < n; i++)
            labels[i] = l.items[i];
    }
    if (st == SCI_OK) {
        anndata_texts all = { .n = n };

        st = texts_copy(&all, n, labels);
        if (st == SCI_OK)
            st = levels_of(&all, levels, codes);
        anndata_texts_clear(&all);
    }
    texts_index_clear(&index);
    anndata_texts_clear(&names);
    sci_free(labels);
    lines_clear(&l);
    return st;
}
