/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "maps.h"
#include "reader.h"
#include "stop.h"

#define TABLE_MOST \
    (UINT64_C(1) << 20) /* levels are looked up in a table if they span no more than this */

/* ---- values as the kernels want them ---- */

static size_t
value_size(sci_map_kind kind)
{
    return kind == SCI_MAP_LABEL  ? sizeof(int32_t)
           : kind == SCI_MAP_MASK ? sizeof(uint8_t)
                                  : sizeof(double);
}

typedef struct level_table {
    const sci_levels *levels;
    int32_t *codes; /* NULL: binary search */
    int64_t least;
    uint64_t span;
} level_table;

static sci_status
level_table_create(level_table *t, const sci_levels *levels)
{
    sci_status st;

    *t = (level_table){ .levels = levels };
    if (levels->count == 0)
        return SCI_OK;
    t->least = levels->values[0];
    t->span = (uint64_t)levels->values[levels->count - 1] - (uint64_t)t->least + 1;
    if (t->span == 0 || t->span > TABLE_MOST)
        return SCI_OK;
    st = sci_alloc(&t->codes, t->span, 1, sizeof *t->codes);
    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < t->span; i++)
        t->codes[i] = -1;
    for (uint64_t i = 0; i < levels->count; i++)
        t->codes[(uint64_t)levels->values[i] - (uint64_t)t->least] = (int32_t)i;
    return SCI_OK;
}

static int32_t
level_of(const level_table *t, int64_t value)
{
    uint64_t low = 0, high = t->levels->count;

    if (t->codes) {
        uint64_t at = (uint64_t)value - (uint64_t)t->least;

        return at < t->span ? t->codes[at] : -1;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (t->levels->values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->levels->count && t->levels->values[low] == value ? (int32_t)low : -1;
}

/* Labels come in runs: a stretch of one value is looked up once. */
#define RUN 16
#define DEFINE_LEVELS(name, T)                                                                \
    static void levels_##name(int32_t *restrict out, const T *restrict in, size_t n,          \
                              const level_table *t)                                           \
    {                                                                                         \
        size_t i = 0;                                                                         \
                                                                                              \
        for (; i + RUN <= n; i += RUN) {                                                      \
            T differ = 0;                                                                     \
            int32_t level = level_of(t, (int64_t)in[i]);                                      \
                                                                                              \
            for (size_t k = 1; k < RUN; k++)                                                  \
                differ |= (T)(in[i + k] ^ in[i]);                                             \
            for (size_t k = 0; k < RUN; k++)                                                  \
                out[i + k] = level;                                                           \
            for (size_t k = 1; differ != 0 && k < RUN; k++)                                   \
                out[i + k] = in[i + k] == in[i + k - 1] ? out[i + k - 1]                      \
                                                        : level_of(t, (int64_t)in[i + k]);    \
        }                                                                                     \
        for (; i < n; i++)                                                                    \
            out[i] = level_of(t, (int64_t)in[i]);                                             \
    }

DEFINE_LEVELS(i8, int8_t)
DEFINE_LEVELS(i16, int16_t)
DEFINE_LEVELS(i32, int32_t)
DEFINE_LEVELS(i64, int64_t)
DEFINE_LEVELS(u8, uint8_t)
DEFINE_LEVELS(u16, uint16_t)
DEFINE_LEVELS(u32, uint32_t)

#define EACH_TYPE(CASE)        \
    CASE(SCI_INT8, int8_t)     \
    CASE(SCI_INT16, int16_t)   \
    CASE(SCI_INT32, int32_t)   \
    CASE(SCI_INT64, int64_t)   \
    CASE(SCI_UINT8, uint8_t)   \
    CASE(SCI_UINT16, uint16_t) \
    CASE(SCI_UINT32, uint32_t)

static void
to_levels(int32_t *out, sci_type type, const void *in, size_t n, const level_table *t)
{
#define CASE(name, function)      \
    case name:                    \
        function(out, in, n, t);  \
        break;
    switch (type) {
        CASE(SCI_INT8, levels_i8)
        CASE(SCI_INT16, levels_i16)
        CASE(SCI_INT32, levels_i32)
        CASE(SCI_INT64, levels_i64)
        CASE(SCI_UINT8, levels_u8)
        CASE(SCI_UINT16, levels_u16)
        CASE(SCI_UINT32, levels_u32)
    case SCI_UINT64: /* beyond int64 there are no levels */
        for (size_t i = 0; i < n; i++) {
            uint64_t value = ((const uint64_t *)in)[i];

            out[i] = value > INT64_MAX ? -1 : level_of(t, (int64_t)value);
        }
        break;
    default:
        break;
    }
#undef CASE
}

static void
to_mask(uint8_t *out, sci_type type, const void *in, size_t n)
{
#define CASE(name, T)                         \
    case name:                                \
        for (size_t i = 0; i < n; i++)        \
            out[i] = ((const T *)in)[i] != 0; \
        break;
    switch (type) {
        EACH_TYPE(CASE)
        CASE(SCI_UINT64, uint64_t)
        CASE(SCI_FLOAT32, float)
        CASE(SCI_FLOAT64, double)
    default:
        break;
    }
#undef CASE
}

/* ---- weights that are no weights ---- */

typedef struct weight_survey {
    double value; /* of the weights > 0, if all are equal */
    bool unequal, zeros, any;
} weight_survey;

static sci_status
survey_weights(weight_survey *s, const sci_source *source, uint64_t first, const double *w,
               size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(w[i] >= 0.0) || isinf(w[i]))
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s': weight %g at element %" PRIu64 " is not a finite number >= 0",
                            source->name, w[i], first + i);
        if (w[i] == 0.0) {
            s->zeros = true;
        } else if (!s->any) {
            s->any = true;
            s->value = w[i];
        } else if (w[i] != s->value) {
            s->unequal = true;
        }
    }
    return SCI_OK;
}

static sci_status
look_at_weights(weight_survey *s, sci_source *source, const sci_options *opt)
{
    sci_reader *reader = NULL;
    uint64_t count, done = 0;
    sci_status st = sci_array_count(&source->array, &count);
    double *w = NULL;

    memset(s, 0, sizeof *s);
    if (st == SCI_OK)
        st = sci_reader_create(&reader, source);
    if (st == SCI_OK)
        st = sci_alloc(&w, SCI_READER_ELEMENTS, 1, sizeof *w);
    while (st == SCI_OK && done < count) {
        const void *values;
        size_t n;

        st = sci_reader_at(reader, done, count, &values, &n);
        if (st == SCI_OK)
            st = sci_check_stop(opt);
        if (st != SCI_OK)
            break;
        sci_kernels_of(sci_decoded_type(source->array.type))->widen(w, values, n);
        st = survey_weights(s, source, done, w, n);
        done += n;
    }
    sci_free(w);
    sci_reader_free(reader);
    return st;
}

sci_status
sci_effective_grouping(sci_effective *out, const sci_grouping *g, const sci_options *opt)
{
    double product = 1.0; /* of equal weights */
    bool equal = false;

    out->grouping = *g;
    out->weighted = false;
    out->masked = g->n_masks > 0 || g->values.n > 0;
    if (g->values.n > 1 && g->values.n != sci_grouping_groups(g))
        return sci_fail(SCI_ERR_ARGUMENT, "bounds of values are given after the factors");
    out->grouping.n_maps = out->grouping.n_weights = 0;
    for (int m = 0; m < g->n_maps; m++) {
        sci_map map = g->maps[m];

        if (map.kind == SCI_MAP_WEIGHT) {
            weight_survey s;
            sci_status st = look_at_weights(&s, map.source, opt);

            if (st != SCI_OK)
                return st;
            if (!s.unequal) {
                equal = true;
                product *= s.any ? s.value : 1.0;
            }
            if (!s.unequal && !s.zeros)
                continue;
            if (!s.unequal)
                map.kind = SCI_MAP_MASK;
            out->weighted = out->weighted || s.unequal;
            out->masked = out->masked || s.zeros;
            out->grouping.n_weights += s.unequal;
        }
        out->grouping.maps[out->grouping.n_maps++] = map;
    }
    if (!(product > 0.0) || isinf(product))
        return sci_fail(SCI_ERR_REFUSED, "the weights multiply to %g; scale them", product);
    out->equal_weight = equal ? product : 0.0;
    if (out->weighted && opt->ddof != 0)
        return sci_fail(SCI_ERR_REFUSED, "ddof 1 has no meaning with unequal weights; use ddof 0");
    return SCI_OK;
}

/* ---- the maps of a pass ---- */

typedef struct map_state {
    const sci_layout_map *map;
    const void *held; /* all values, or NULL */
    void *owned;
    level_table levels;
    sci_reader *reader;
} map_state;

struct sci_maps {
    const sci_layout *layout;
    map_state states[SCI_LAYOUT_MAPS];
    uint64_t bytes, bytes_per_element;
};

static void
convert_values(const map_state *state, const void *in, size_t n, void *out)
{
    sci_type type = sci_decoded_type(state->map->map->source->array.type);

    switch (state->map->map->kind) {
    case SCI_MAP_LABEL:
        to_levels(out, type, in, n, &state->levels);
        break;
    case SCI_MAP_MASK:
        to_mask(out, type, in, n);
        break;
    case SCI_MAP_WEIGHT:
        sci_kernels_of(type)->widen(out, in, n);
        break;
    }
}

/* Values [first, first + n) of a map that is read from its source. */
static sci_status
read_values(map_state *state, uint64_t first, uint64_t n, unsigned char *out)
{
    size_t size = value_size(state->map->map->kind);

    while (n > 0) {
        const void *values;
        size_t got;
        sci_status st = sci_reader_at(state->reader, first, first + n, &values, &got);

        if (st != SCI_OK)
            return st;
        convert_values(state, values, got, out);
        out += got * size;
        first += got;
        n -= got;
    }
    return SCI_OK;
}

static sci_status
open_map(sci_maps *maps, map_state *state, const sci_layout_map *map, uint64_t budget)
{
    size_t size = value_size(map->map->kind);
    sci_status st = SCI_OK;

    state->map = map;
    if (map->map->kind == SCI_MAP_LABEL && map->map->labels->codes) {
        state->held = map->map->labels->codes;
        return SCI_OK;
    }
    if (map->map->kind == SCI_MAP_LABEL)
        st = level_table_create(&state->levels, &map->map->labels->levels);
    if (st == SCI_OK)
        st = sci_reader_create(&state->reader, map->map->source);
    if (st != SCI_OK)
        return st;
    if (map->size > (budget - maps->bytes) / size) {
        maps->bytes_per_element += size;
        return SCI_OK;
    }
    st = sci_alloc(&state->owned, map->size, 1, size);
    if (st == SCI_OK)
        st = read_values(state, 0, map->size, state->owned);
    if (st != SCI_OK)
        return st;
    sci_reader_free(state->reader);
    state->reader = NULL;
    state->held = state->owned;
    maps->bytes += map->size * size;
    return SCI_OK;
}

sci_status
sci_maps_create(sci_maps **out, const sci_layout *layout, uint64_t budget)
{
    sci_maps *maps = NULL;
    sci_status st = sci_alloc_zero(&maps, 1, 1, sizeof *maps);

    if (st != SCI_OK)
        return st;
    maps->layout = layout;
    for (int m = 0; m < layout->n_maps && st == SCI_OK; m++)
        st = open_map(maps, &maps->states[m], &layout->maps[m], budget);
    if (st != SCI_OK) {
        sci_maps_free(maps);
        return st;
    }
    *out = maps;
    return SCI_OK;
}

void
sci_maps_free(sci_maps *maps)
{
    if (!maps)
        return;
    for (int m = 0; m < SCI_LAYOUT_MAPS; m++) {
        sci_free(maps->states[m].owned);
        sci_free(maps->states[m].levels.codes);
        sci_reader_free(maps->states[m].reader);
    }
    sci_free(maps);
}

uint64_t
sci_maps_bytes(const sci_maps *maps)
{
    return maps->bytes;
}

uint64_t
sci_maps_bytes_per_element(const sci_maps *maps)
{
    return maps->bytes_per_element;
}

/* One value for each element of the slab, row by row. */
static sci_status
expand(sci_maps *maps, int m, uint64_t first, uint64_t end, unsigned char *out)
{
    const sci_layout *layout = maps->layout;
    map_state *state = &maps->states[m];
    size_t size = value_size(state->map->map->kind);
    int k = layout->n_groupings + m;
    uint64_t step = layout->step[k][layout->n_axes - 1];
    sci_cursor cursor;

    sci_cursor_begin(&cursor, layout, first, end);
    while (sci_cursor_next(&cursor)) {
        const sci_row *row = &cursor.row;
        uint64_t at = row->at[k] + row->column * step;
        unsigned char *values = out + (row->first - first) * size;
        sci_status st = SCI_OK;

        if (step == 1) {
            st = read_values(state, at, row->count, values);
        } else {
            for (uint64_t i = 0; i < row->count && st == SCI_OK; i++) {
                if (i > 0 && step == 0)
                    memcpy(values + i * size, values, size);
                else
                    st = read_values(state, at + i * step, 1, values + i * size);
            }
        }
        if (st != SCI_OK)
            return st;
    }
    return SCI_OK;
}

sci_status
sci_maps_view(sci_maps *maps, uint64_t first, uint64_t end, unsigned char *buffer,
              sci_map_view *views)
{
    for (int m = 0; m < maps->layout->n_maps; m++) {
        map_state *state = &maps->states[m];
        sci_status st;

        if (state->held) {
            views[m] = (sci_map_view){ .values = state->held };
            continue;
        }
        st = expand(maps, m, first, end, buffer);
        if (st != SCI_OK)
            return st;
        views[m] = (sci_map_view){ .values = buffer, .expanded = true };
        buffer += ((end - first) * value_size(state->map->map->kind) + 63) / 64 * 64;
    }
    return SCI_OK;
}
