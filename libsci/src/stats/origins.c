/* SPDX-License-Identifier: BSD-3-Clause */
/* The sources of merged tables. */
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "match.h"
#include "unite.h"

/* A source and the table that brought it. */
typedef struct brought {
    const sci_origin *origin;
    size_t table;
} brought;

static int
compare_sources(const brought *a, const brought *b)
{
    int order =
        memcmp(a->origin->digest.bytes, b->origin->digest.bytes, sizeof a->origin->digest.bytes);

    return order != 0 ? order : strcmp(a->origin->name, b->origin->name);
}

static int
compare_brought(const void *left, const void *right)
{
    const brought *a = left, *b = right;
    int order = compare_sources(a, b);

    return order != 0 ? order : (a->table > b->table) - (a->table < b->table);
}

static sci_status
refuse_twice(const brought *a, const brought *b, sci_digest_kind kind, const char *const *names)
{
    char digest[80];

    sci_digest_text(kind, &a->origin->digest, digest);
    return sci_fail(SCI_ERR_REFUSED, "%.300s: its source '%.200s' (%s) is in %.300s too",
                    sci_table_label_of(names, b->table).text, a->origin->name, digest,
                    sci_table_label_of(names, a->table).text);
}

static sci_status
copy_brought(sci_stats *out, const brought *list, size_t n)
{
    sci_status st;

    if (n == 0)
        return SCI_OK;
    st = sci_alloc_zero(&out->origins, n, 1, sizeof *out->origins);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        out->origins[i] = *list[i].origin;
        out->origins[i].name = NULL;
        st = sci_strdup(&out->origins[i].name, list[i].origin->name);
        out->n_origins = i + 1;
    }
    return st;
}

sci_status
sci_origins_unite(sci_stats *out, size_t n, const sci_stats *const *tables,
                  const char *const *names)
{
    brought *list = NULL;
    size_t total = 0, used = 0;
    sci_status st;

    for (size_t i = 0; i < n; i++)
        total += tables[i]->n_origins;
    st = sci_alloc(&list, total, 1, sizeof *list);
    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < tables[i]->n_origins; k++)
            list[used++] = (brought){ &tables[i]->origins[k], i };
    qsort(list, total, sizeof *list, compare_brought);
    for (size_t i = 1; st == SCI_OK && i < total; i++)
        if (compare_sources(&list[i - 1], &list[i]) == 0)
            st = refuse_twice(&list[i - 1], &list[i], out->digest_kind, names);
    if (st == SCI_OK)
        st = copy_brought(out, list, total);
    sci_free(list);
    return st;
}
