/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/number.h"

sci_status
texts_copy(anndata_texts *out, uint64_t n, const char *const *items)
{
    anndata_texts texts = { .n = n };
    size_t bytes = 0, used = 0;
    sci_status st;

    for (uint64_t i = 0; i < n; i++)
        bytes += items[i] != NULL ? strlen(items[i]) + 1 : 0;
    st = sci_alloc_zero(&texts.items, n, 1, sizeof *texts.items);
    if (st == SCI_OK)
        st = sci_alloc(&texts.bytes, bytes, 1, 1);
    if (st != SCI_OK) {
        anndata_texts_clear(&texts);
        return st;
    }
    for (uint64_t i = 0; i < n; i++) {
        size_t length = items[i] != NULL ? strlen(items[i]) + 1 : 0;

        if (length == 0)
            continue;
        memcpy(texts.bytes + used, items[i], length);
        texts.items[i] = texts.bytes + used;
        used += length;
    }
    *out = texts;
    return SCI_OK;
}

/* ---- order ---- */

struct texts_place {
    const char *name;
    uint64_t place;
    int64_t number;
};

static int
by_number(const void *a, const void *b)
{
    const struct texts_place *x = a, *y = b;

    return x->number != y->number ? (x->number > y->number) - (x->number < y->number)
                                  : strcmp(x->name, y->name);
}

static int
by_name(const void *a, const void *b)
{
    const struct texts_place *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static sci_status
places(const anndata_texts *texts, struct texts_place **out)
{
    sci_status st = sci_alloc_zero(out, texts->n, 1, sizeof **out);

    for (uint64_t i = 0; st == SCI_OK && i < texts->n; i++)
        (*out)[i] = (struct texts_place){ texts->items[i] ? texts->items[i] : "", i, 0 };
    return st;
}

/* Sorts, and leaves the texts in the new order. */
sci_status
texts_sort(anndata_texts *texts, uint64_t **order)
{
    struct texts_place *sorted = NULL;
    char **items = NULL;
    bool numbers = true;
    sci_status st = places(texts, &sorted);

    if (st == SCI_OK)
        st = sci_alloc(&items, texts->n, 1, sizeof *items);
    if (st == SCI_OK && order != NULL)
        st = sci_alloc(order, texts->n, 1, sizeof **order);
    if (st != SCI_OK) {
        sci_free(sorted);
        sci_free(items);
        return st;
    }
    for (uint64_t i = 0; i < texts->n; i++)
        numbers = numbers && cli_parse_integer(sorted[i].name, &sorted[i].number);
    qsort(sorted, texts->n, sizeof *sorted, numbers ? by_number : by_name);
    for (uint64_t i = 0; order != NULL && i < texts->n; i++)
        (*order)[i] = sorted[i].place;
    for (uint64_t i = 0; i < texts->n; i++)
        items[i] = texts->items[sorted[i].place];
    sci_free(texts->items);
    texts->items = items;
    sci_free(sorted);
    return SCI_OK;
}

sci_status
texts_unite(anndata_texts *out, const anndata_texts *a, const anndata_texts *b)
{
    anndata_texts all = { 0 };
    const char **items = NULL;
    texts_index known = { 0 };
    uint64_t n = a->n;
    sci_status st = sci_alloc(&items, a->n + b->n, 1, sizeof *items);

    if (st == SCI_OK)
        st = texts_index_make(&known, a);
    for (uint64_t i = 0; st == SCI_OK && i < a->n; i++)
        items[i] = a->items[i];
    for (uint64_t i = 0; st == SCI_OK && i < b->n; i++)
        if (texts_find(&known, b->items[i]) < 0)
            items[n++] = b->items[i];
    if (st == SCI_OK)
        st = texts_copy(&all, n, items);
    if (st == SCI_OK)
        st = texts_sort(&all, NULL);
    if (st == SCI_OK)
        *out = all;
    else
        anndata_texts_clear(&all);
    texts_index_clear(&known);
    sci_free(items);
    return st;
}

bool
texts_equal(const anndata_texts *a, const anndata_texts *b)
{
    bool equal = a->n == b->n;

    for (uint64_t i = 0; equal && i < a->n; i++)
        equal = strcmp(a->items[i], b->items[i]) == 0;
    return equal;
}

void
texts_list(const anndata_texts *texts, size_t most, char *out, size_t size)
{
    size_t used = 0, shown = texts->n < most ? texts->n : most;

    out[0] = '\0';
    for (size_t i = 0; i < shown && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ",
                                 texts->items[i] ? texts->items[i] : "(missing)");
    if (shown < texts->n && used < size)
        (void)snprintf(out + used, size - used, " and %llu more",
                       (unsigned long long)(texts->n - shown));
}

/* ---- finding ---- */

sci_status
texts_index_make(texts_index *out, const anndata_texts *texts)
{
    texts_index index = { .n = texts->n };
    sci_status st = places(texts, &index.sorted);

    if (st != SCI_OK)
        return st;
    qsort(index.sorted, index.n, sizeof *index.sorted, by_name);
    *out = index;
    return SCI_OK;
}

void
texts_index_clear(texts_index *index)
{
    sci_free(index->sorted);
    *index = (texts_index){ 0 };
}

int64_t
texts_find(const texts_index *index, const char *name)
{
    uint64_t low = 0, high = index->n;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (strcmp(index->sorted[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == index->n || strcmp(index->sorted[low].name, name) != 0)
        return -1;
    return (int64_t)index->sorted[low].place;
}

const char *
texts_duplicate(const texts_index *index)
{
    for (uint64_t i = 1; i < index->n; i++)
        if (strcmp(index->sorted[i - 1].name, index->sorted[i].name) == 0)
            return index->sorted[i].name;
    return NULL;
}

/* ---- text ---- */

/* One option's items, without blanks around them. */
static sci_status
split(const char *option, char ***items, size_t *n)
{
    for (const char *at = option;;) {
        size_t length = strcspn(at, ","), lead = strspn(at, " ");
        size_t end = length;
        char **longer = NULL;
        sci_status st;

        while (end > lead && at[end - 1] == ' ')
            end--;
        if (lead >= end)
            return sci_fail(SCI_ERR_ARGUMENT, "'%s' has an empty name", option);
        st = sci_alloc(&longer, *n + 1, 1, sizeof *longer);
        if (st == SCI_OK)
            st = sci_format(&longer[*n], "%.*s", (int)(end - lead), at + lead);
        if (st != SCI_OK) {
            sci_free(longer);
            return st;
        }
        if (*n > 0)
            memcpy(longer, *items, *n * sizeof *longer);
        sci_free(*items);
        *items = longer;
        (*n)++;
        if (at[length] == '\0')
            return SCI_OK;
        at += length + 1;
    }
}

sci_status
texts_of_options(anndata_texts *out, size_t n, const char *const *options)
{
    char **items = NULL;
    size_t found = 0;
    sci_status st = SCI_OK;

    for (size_t k = 0; st == SCI_OK && k < n; k++)
        st = split(options[k], &items, &found);
    if (st == SCI_OK)
        st = texts_copy(out, found, (const char *const *)items);
    for (size_t i = 0; i < found; i++)
        sci_free(items[i]);
    sci_free(items);
    return st;
}

sci_status
text_append(char **text, const char *format, ...)
{
    char more[4096], *longer = NULL;
    va_list args;
    sci_status st;

    va_start(args, format);
    (void)vsnprintf(more, sizeof more, format, args);
    va_end(args);
    st = sci_format(&longer, "%s%s", *text != NULL ? *text : "", more);
    if (st != SCI_OK)
        return st;
    sci_free(*text);
    *text = longer;
    return SCI_OK;
}
