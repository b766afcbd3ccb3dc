/* SPDX-License-Identifier: BSD-3-Clause */
/* Union of levels by name; concatenation of the sample axis. */
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "unite.h"

/* ---- maps ---- */

void
sci_space_map_clear(sci_space_map *map)
{
    for (int i = 0; i < map->n_factors; i++)
        sci_free(map->factors[i].stretches);
    sci_free(map->factors);
    *map = (sci_space_map){ 0 };
}

/* The first stretch that ends beyond `level`; n if there is none. */
static size_t
find_stretch(const sci_level_map *map, uint64_t level)
{
    size_t low = 0, high = map->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (map->stretches[middle].first + map->stretches[middle].count <= level)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

sci_run
sci_space_map_run(const sci_space_map *map, uint64_t group, uint64_t end)
{
    uint64_t inner = 1, rest = group, most = end - group;
    sci_run run = { .count = 1, .present = true };

    for (int i = 0; i < map->n_factors; i++)
        inner *= map->factors[i].merged_levels;
    for (int i = 0; i < map->n_factors; i++) {
        const sci_level_map *f = &map->factors[i];
        uint64_t level, until;
        const sci_stretch *s;
        size_t at;

        inner /= f->merged_levels;
        level = rest / inner;
        rest %= inner;
        at = find_stretch(f, level);
        s = &f->stretches[at];
        if (at == f->n || s->first > level) {
            until = at == f->n ? f->merged_levels : s->first;
            run = (sci_run){ .count = (until - level) * inner - rest };
            break;
        }
        run.local = run.local * f->levels + s->from + (level - s->first);
        run.count = s->first + s->count - level;
    }
    if (run.count > most)
        run.count = most;
    return run;
}

static sci_status
one_stretch(sci_level_map *map, uint64_t levels)
{
    sci_status st = sci_alloc(&map->stretches, 1, 1, sizeof *map->stretches);

    if (st != SCI_OK)
        return st;
    map->merged_levels = levels;
    map->levels = levels;
    map->stretches[0] = (sci_stretch){ .count = levels };
    map->n = 1;
    return SCI_OK;
}

/* ---- samples ---- */

/* A part of the sample axis, and where it lies in the table that brings it. */
typedef struct placed_part {
    const char *name;
    const uint8_t *digest;
    uint64_t count, from;
    size_t table;
} placed_part;

static int
compare_parts(const void *left, const void *right)
{
    const placed_part *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    return order != 0 ? order : memcmp(a->digest, b->digest, SCI_DIGEST_BYTES);
}

static size_t
count_parts(const sci_stats *table)
{
    return table->n_origins == 0 ? 0 : table->space.n_parts > 0 ? (size_t)table->space.n_parts : 1;
}

/* The parts of a table without any are its one source. */
static sci_status
list_parts(placed_part *parts, size_t i, const sci_stats *const *tables)
{
    const sci_stats *t = tables[i];
    const sci_space *space = &t->space;
    uint64_t from = 0;

    if (space->n_parts == 0 && t->n_origins > 1)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "a table of %zu sources does not know which samples are whose",
                        t->n_origins);
    if (space->n_parts == 0 && t->n_origins == 1)
        parts[0] = (placed_part){ .name = t->origins[0].name,
                                  .digest = t->origins[0].digest.bytes,
                                  .count = space->shape[0],
                                  .table = i };
    for (int k = 0; k < space->n_parts; k++) {
        parts[k] = (placed_part){ .name = space->parts[k].name,
                                  .digest = space->parts[k].digest,
                                  .count = space->parts[k].count,
                                  .from = from,
                                  .table = i };
        from += space->parts[k].count;
    }
    return SCI_OK;
}

/* Names of the parts, unless there is only one. */
static sci_status
store_parts(sci_space *out, const placed_part *parts, size_t n)
{
    sci_status st;

    if (n < 2)
        return SCI_OK;
    if (n > INT32_MAX)
        return sci_fail(SCI_ERR_SHAPE, "there are %zu sources, more than 2^31 - 1", n);
    st = sci_alloc_zero(&out->parts, n, 1, sizeof *out->parts);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        sci_part *part = &out->parts[i];

        part->count = parts[i].count;
        memcpy(part->digest, parts[i].digest, sizeof part->digest);
        st = sci_strdup(&part->name, parts[i].name);
        out->n_parts = (int)i + 1;
    }
    return st;
}

static sci_status
place_parts(sci_space *out, sci_space_map *maps, size_t n, const placed_part *parts, size_t n_parts)
{
    uint64_t at = 0;

    for (size_t i = 0; i < n_parts; i++) {
        sci_level_map *map = &maps[parts[i].table].factors[0];

        map->stretches[map->n++] = (sci_stretch){ at, parts[i].count, parts[i].from };
        if (__builtin_add_overflow(at, parts[i].count, &at) || at > INT64_MAX)
            return sci_fail(SCI_ERR_SHAPE, "there are more than 2^63 - 1 samples");
    }
    out->shape[0] = at;
    for (size_t i = 0; i < n; i++)
        maps[i].factors[0].merged_levels = at;
    return SCI_OK;
}

static sci_status
unite_samples(sci_space *out, sci_space_map *maps, size_t n, const sci_stats *const *tables)
{
    placed_part *parts = NULL;
    size_t total = 0, used = 0;
    sci_status st;

    for (size_t i = 0; i < n; i++)
        total += count_parts(tables[i]);
    st = sci_alloc(&parts, total, 1, sizeof *parts);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        maps[i].factors[0].levels = tables[i]->space.shape[0];
        st = sci_alloc(&maps[i].factors[0].stretches, count_parts(tables[i]), 1,
                       sizeof(sci_stretch));
        if (st == SCI_OK)
            st = list_parts(parts + used, i, tables);
        used += count_parts(tables[i]);
    }
    if (st == SCI_OK) {
        qsort(parts, total, sizeof *parts, compare_parts);
        st = store_parts(out, parts, total);
    }
    if (st == SCI_OK)
        st = place_parts(out, maps, n, parts, total);
    sci_free(parts);
    return st;
}

/* ---- all of it ---- */

/* The space of the first table with what is common to all. */
static sci_status
start_space(sci_space *out, size_t n, const sci_stats *const *tables)
{
    sci_status st = sci_space_copy(out, &tables[0]->space);

    if (st != SCI_OK)
        return st;
    for (int i = 0; i < out->n_parts; i++)
        sci_free(out->parts[i].name);
    sci_free(out->parts);
    out->parts = NULL;
    out->n_parts = 0;
    for (int axis = 0; axis < out->rank; axis++)
        for (size_t i = 1; i < n; i++)
            if (tables[i]->space.shape[axis] != out->shape[axis])
                out->shape[axis] = 0;
    return SCI_OK;
}

sci_status
sci_spaces_unite(sci_space *out, sci_space_map *maps, size_t n, const sci_stats *const *tables)
{
    uint64_t groups;
    sci_status st;

    for (size_t i = 0; i < n; i++)
        maps[i] = (sci_space_map){ 0 };
    st = start_space(out, n, tables);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        st = sci_alloc_zero(&maps[i].factors, (size_t)out->n_factors, 1, sizeof *maps[i].factors);
        maps[i].n_factors = st == SCI_OK ? out->n_factors : 0;
    }
    for (int f = 0; st == SCI_OK && f < out->n_factors; f++) {
        sci_factor *factor = &out->factors[f];

        if (!factor->keep)
            st = sci_labels_unite(&factor->levels, maps, f, n, tables);
        else if (factor->axes[0] == 0)
            st = unite_samples(out, maps, n, tables);
        else
            for (size_t i = 0; st == SCI_OK && i < n; i++)
                st = one_stretch(&maps[i].factors[f], sci_space_levels(out, f));
    }
    if (st == SCI_OK)
        st = sci_space_groups(out, &groups);
    if (st != SCI_OK) {
        sci_space_clear(out);
        for (size_t i = 0; i < n; i++)
            sci_space_map_clear(&maps[i]);
    }
    return st;
}
