/* SPDX-License-Identifier: BSD-3-Clause */
/* Levels of labels united by name: as integers where all are integers, else as texts. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "unite.h"

/* Levels of one table in the order of the union, and which of the table's levels each is. */
typedef struct view {
    const sci_levels *levels;
    sci_levels spelt;  /* integers as texts, where another table has texts */
    uint64_t *origins; /* NULL: the same order */
} view;

static void
view_clear(view *v)
{
    sci_levels_clear(&v->spelt);
    sci_free(v->origins);
}

typedef struct spelling {
    char *text;
    uint64_t level;
} spelling;

static int
compare_spellings(const void *left, const void *right)
{
    const spelling *a = left, *b = right;

    return strcmp(a->text, b->text);
}

/* Integers among texts sort bytewise: 10 before 9. */
static sci_status
spell(view *v, const sci_levels *levels)
{
    spelling *spellings = NULL;
    uint64_t n = levels->count;
    sci_status st = sci_alloc_zero(&spellings, n, 1, sizeof *spellings);

    if (st == SCI_OK)
        st = sci_alloc_zero(&v->spelt.texts, n, 1, sizeof *v->spelt.texts);
    if (st == SCI_OK)
        st = sci_alloc(&v->origins, n, 1, sizeof *v->origins);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        spellings[i].level = i;
        st = sci_format(&spellings[i].text, "%" PRId64, levels->values[i]);
    }
    if (st == SCI_OK) {
        qsort(spellings, n, sizeof *spellings, compare_spellings);
        for (uint64_t i = 0; i < n; i++) {
            v->spelt.texts[i] = spellings[i].text;
            v->origins[i] = spellings[i].level;
        }
        v->spelt.count = n;
        v->levels = &v->spelt;
    } else if (spellings != NULL) {
        for (uint64_t i = 0; i < n; i++)
            sci_free(spellings[i].text);
    }
    sci_free(spellings);
    return st;
}

static sci_status
view_open(view *v, const sci_levels *levels, bool texts)
{
    *v = (view){ .levels = levels };
    if (texts && levels->texts == NULL)
        return spell(v, levels);
    return SCI_OK;
}

static int
compare_levels(const sci_levels *a, uint64_t i, const sci_levels *b, uint64_t k)
{
    if (a->texts != NULL)
        return strcmp(a->texts[i], b->texts[k]);
    return (a->values[i] > b->values[k]) - (a->values[i] < b->values[k]);
}

/* Append a level; of texts a copy. */
static sci_status
push_level(sci_levels *out, const sci_levels *from, uint64_t i)
{
    sci_status st = SCI_OK;

    if (from->texts != NULL)
        st = sci_strdup(&out->texts[out->count], from->texts[i]);
    else
        out->values[out->count] = from->values[i];
    if (st == SCI_OK)
        out->count++;
    return st;
}

/* *all := *all with the levels of `more` */
static sci_status
unite_levels(sci_levels *all, const sci_levels *more, bool texts)
{
    sci_levels both = { 0 };
    uint64_t i = 0, k = 0, most;
    sci_status st;

    if (__builtin_add_overflow(all->count, more->count, &most))
        return sci_fail(SCI_ERR_NOMEM, "too many levels");
    st = texts ? sci_alloc_zero(&both.texts, most, 1, sizeof *both.texts)
               : sci_alloc(&both.values, most, 1, sizeof *both.values);
    while (st == SCI_OK && (i < all->count || k < more->count)) {
        int order = i == all->count ? 1 : k == more->count ? -1 : compare_levels(all, i, more, k);

        st = order <= 0 ? push_level(&both, all, i) : push_level(&both, more, k);
        i += order <= 0;
        k += order >= 0;
    }
    if (st != SCI_OK) {
        sci_levels_clear(&both);
        return st;
    }
    sci_levels_clear(all);
    *all = both;
    return SCI_OK;
}

/* Every level of the view is in `all`. */
static sci_status
map_levels(sci_level_map *map, const sci_levels *all, const view *v)
{
    uint64_t n = v->levels->count, at = 0;
    sci_status st = sci_alloc(&map->stretches, n, 1, sizeof *map->stretches);

    if (st != SCI_OK)
        return st;
    map->merged_levels = all->count;
    map->levels = n;
    for (uint64_t i = 0; i < n; i++, at++) {
        uint64_t from = v->origins != NULL ? v->origins[i] : i;
        sci_stretch *last;

        while (compare_levels(all, at, v->levels, i) != 0)
            at++;
        last = map->n > 0 ? &map->stretches[map->n - 1] : NULL;
        if (last != NULL && last->first + last->count == at && last->from + last->count == from)
            last->count++;
        else
            map->stretches[map->n++] = (sci_stretch){ .first = at, .count = 1, .from = from };
    }
    return SCI_OK;
}

static bool
same_levels(const sci_levels *a, const sci_levels *b)
{
    if (a->count != b->count)
        return false;
    for (uint64_t i = 0; i < a->count; i++)
        if (compare_levels(a, i, b, i) != 0)
            return false;
    return true;
}

sci_status
sci_labels_unite(sci_levels *all, sci_space_map *maps, int factor, size_t n,
                 const sci_stats *const *tables)
{
    bool texts = false;
    sci_status st;

    sci_levels_clear(all);
    for (size_t i = 0; i < n; i++)
        texts = texts || tables[i]->space.factors[factor].levels.texts != NULL;
    st = texts ? sci_alloc_zero(&all->texts, 0, 1, 1) : sci_alloc(&all->values, 0, 1, 1);
    for (int pass = 0; st == SCI_OK && pass < 2; pass++)
        for (size_t i = 0; st == SCI_OK && i < n; i++) {
            view v;

            st = view_open(&v, &tables[i]->space.factors[factor].levels, texts);
            if (st == SCI_OK && pass == 1)
                st = map_levels(&maps[i].factors[factor], all, &v);
            else if (st == SCI_OK && !same_levels(all, v.levels))
                st = unite_levels(all, v.levels, texts);
            view_clear(&v);
        }
    return st;
}
