/* SPDX-License-Identifier: BSD-3-Clause */
/* The distinct values of a label map. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sci/engine.h>
#include <sci/memory.h>

#include "../core/digest.h"
#include "../stats/decode.h"
#include "../stats/layout.h"
#include "../stats/nodes.h"
#include "reader.h"
#include "stop.h"

/* An open-addressing set of int64_t. */
typedef struct value_set {
    int64_t *values;
    bool *used;
    uint64_t room, count, most; /* room is a power of two */
} value_set;

static uint64_t
slot_of(const value_set *set, int64_t value)
{
    uint64_t at = ((uint64_t)value * UINT64_C(0x9e3779b97f4a7c15)) >> 20;

    for (at &= set->room - 1; set->used[at] && set->values[at] != value;)
        at = (at + 1) & (set->room - 1);
    return at;
}

static void
set_clear(value_set *set)
{
    sci_free(set->values);
    sci_free(set->used);
    *set = (value_set){ 0 };
}

static sci_status
set_create(value_set *set, uint64_t room, uint64_t most)
{
    sci_status st;

    *set = (value_set){ .room = room, .most = most };
    st = sci_alloc(&set->values, room, 1, sizeof *set->values);
    if (st == SCI_OK)
        st = sci_alloc_zero(&set->used, room, 1, sizeof *set->used);
    if (st != SCI_OK)
        set_clear(set);
    return st;
}

static sci_status set_add(value_set *set, int64_t value);

static sci_status
set_grow(value_set *set)
{
    value_set bigger;
    sci_status st = set_create(&bigger, set->room * 2, set->most);

    for (uint64_t i = 0; st == SCI_OK && i < set->room; i++)
        if (set->used[i])
            st = set_add(&bigger, set->values[i]);
    if (st != SCI_OK) {
        set_clear(&bigger);
        return st;
    }
    set_clear(set);
    *set = bigger;
    return SCI_OK;
}

static sci_status
set_add(value_set *set, int64_t value)
{
    uint64_t at = slot_of(set, value);

    if (set->used[at])
        return SCI_OK;
    if (set->count == set->most)
        return sci_fail(SCI_ERR_BUDGET, "there are more than %" PRIu64 " different labels",
                        set->most);
    set->used[at] = true;
    set->values[at] = value;
    set->count++;
    return set->count * 2 > set->room ? set_grow(set) : SCI_OK;
}

/* Labels come in runs: only what differs from the one before is looked for. */
#define RUN 16
#define DEFINE_ADD(name, T)                                                     \
    static sci_status add_##name(value_set *set, const T *x, size_t n)          \
    {                                                                           \
        sci_status st = n > 0 ? set_add(set, (int64_t)x[0]) : SCI_OK;           \
                                                                                \
        for (size_t first = 1; st == SCI_OK && first < n; first += RUN) {       \
            size_t end = n - first < RUN ? n : first + RUN;                     \
            T differ = end - first < RUN;                                       \
                                                                                \
            for (size_t i = 0; end - first == RUN && i < RUN; i++)              \
                differ |= (T)(x[first + i] ^ x[first - 1]);                     \
            for (size_t i = first; differ != 0 && st == SCI_OK && i < end; i++) \
                if (x[i] != x[i - 1])                                           \
                    st = set_add(set, (int64_t)x[i]);                           \
        }                                                                       \
        return st;                                                              \
    }

DEFINE_ADD(i8, int8_t)
DEFINE_ADD(u8, uint8_t)
DEFINE_ADD(i16, int16_t)
DEFINE_ADD(u16, uint16_t)
DEFINE_ADD(i32, int32_t)
DEFINE_ADD(u32, uint32_t)
DEFINE_ADD(i64, int64_t)

static sci_status
add_u64(value_set *set, const uint64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] > INT64_MAX)
            return sci_fail(SCI_ERR_REFUSED, "label %" PRIu64 " is beyond %" PRId64, x[i],
                            INT64_MAX);
    return add_i64(set, (const int64_t *)x, n);
}

static sci_status
add_values(value_set *set, sci_type type, const void *x, size_t n)
{
    switch (type) {
    case SCI_INT8:
        return add_i8(set, x, n);
    case SCI_UINT8:
        return add_u8(set, x, n);
    case SCI_INT16:
        return add_i16(set, x, n);
    case SCI_UINT16:
        return add_u16(set, x, n);
    case SCI_INT32:
        return add_i32(set, x, n);
    case SCI_UINT32:
        return add_u32(set, x, n);
    case SCI_INT64:
        return add_i64(set, x, n);
    case SCI_UINT64:
        return add_u64(set, x, n);
    default:
        return sci_fail(SCI_ERR_TYPE, "labels are integers, these are %s", sci_type_name(type));
    }
}

static int
compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static sci_status
sorted_values(const value_set *set, int64_t **out)
{
    int64_t *values = NULL;
    uint64_t n = 0;
    sci_status st = sci_alloc(&values, set->count, 1, sizeof *values);

    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < set->room; i++)
        if (set->used[i])
            values[n++] = set->values[i];
    qsort(values, n, sizeof *values, compare_values);
    *out = values;
    return SCI_OK;
}

/* ---- the digest that a fit over the whole source reports ---- */

typedef struct digesting {
    sci_digest_kind kind;
    sci_segmentation cut;
    uint64_t count, segment; /* elements; which segment is open */
    sci_hasher *hasher;
    sci_digest_node nodes[SCI_TREE_NODES_MOST];
    size_t n;
} digesting;

static sci_status
start_digest(digesting *d, const sci_source *source, sci_digest_kind kind)
{
    sci_grouping *all = NULL;
    const sci_grouping *one;
    sci_layout layout;
    sci_status st = sci_grouping_create(&all, source->array.rank, source->array.shape);

    d->kind = kind;
    one = all;
    if (st == SCI_OK)
        st = sci_array_count(&source->array, &d->count);
    if (st == SCI_OK) {
        sci_layout_create(&layout, 1, &one);
        st = sci_layout_segments(&layout, 1, &d->cut);
    }
    if (st == SCI_OK)
        st = sci_hasher_create(&d->hasher, kind);
    sci_grouping_free(all);
    return st;
}

static sci_status
update_digest(digesting *d, uint64_t first, uint64_t count, size_t size, const char *bytes)
{
    sci_status st = SCI_OK;

    for (uint64_t end = first + count; st == SCI_OK && first < end;) {
        uint64_t stop = sci_segment_at(&d->cut, d->count, d->segment).end;
        uint64_t n = (stop < end ? stop : end) - first;
        sci_digest_node leaf = { .index = d->segment };

        st = sci_hasher_update(d->hasher, bytes, (size_t)n * size);
        first += n;
        bytes += n * size;
        if (st != SCI_OK || first < stop)
            continue;
        st = sci_hasher_finish(d->hasher, &leaf.digest);
        if (st == SCI_OK)
            st = sci_digest_nodes_insert(d->nodes, &d->n, d->cut.segments, d->kind, &leaf);
        d->segment++;
    }
    return st;
}

/* ---- the pass ---- */

typedef struct scanning {
    const sci_source *source;
    const sci_options *opt;
    value_set set;
    digesting *digest;      /* NULL: not wanted */
    unsigned char *decoded; /* NULL: elements are used as they are stored */
} scanning;

static sci_status
see_values(void *context, uint64_t first, uint64_t count, const void *elements)
{
    scanning *s = context;
    const sci_array *array = &s->source->array;
    size_t size = sci_type_size(array->type);
    const char *bytes = elements;
    sci_status st = sci_check_stop(s->opt);

    if (st == SCI_OK && s->digest != NULL)
        st = update_digest(s->digest, first, count, size, bytes);
    for (uint64_t at = 0; st == SCI_OK && at < count; at += SCI_READER_ELEMENTS) {
        size_t n = count - at < SCI_READER_ELEMENTS ? count - at : SCI_READER_ELEMENTS;
        const void *x = bytes + at * size;

        if (s->decoded != NULL) {
            sci_decode(array, x, s->decoded, n);
            x = s->decoded;
        }
        st = add_values(&s->set, sci_decoded_type(array->type), x, n);
    }
    return st;
}

static sci_status
scan(sci_source *source, const sci_options *opt, uint64_t most, digesting *digest,
     uint64_t *n_levels, int64_t **levels)
{
    scanning s = { .source = source, .opt = opt, .digest = digest };
    uint64_t count;
    sci_status st = sci_array_count(&source->array, &count);

    if (st == SCI_OK)
        st = set_create(&s.set, 1024, most);
    if (st == SCI_OK && sci_needs_decoding(&source->array))
        st = sci_alloc(&s.decoded, SCI_READER_ELEMENTS, 1,
                       sci_type_size(sci_decoded_type(source->array.type)));
    if (st == SCI_OK)
        st = sci_source_visit(source, 0, count, see_values, &s);
    if (st == SCI_OK)
        st = sorted_values(&s.set, levels);
    if (st == SCI_OK)
        *n_levels = s.set.count;
    set_clear(&s.set);
    sci_free(s.decoded);
    return st;
}

sci_status
sci_map_scan(sci_source *source, const sci_options *opt, uint64_t most, uint64_t *n_levels,
             int64_t **levels)
{
    return scan(source, opt, most, NULL, n_levels, levels);
}

sci_status
sci_map_scan_digest(sci_source *source, const sci_options *opt, uint64_t most, uint64_t *n_levels,
                    int64_t **levels, uint8_t digest[SCI_DIGEST_BYTES])
{
    digesting d = { .n = 0 };
    sci_status st = start_digest(&d, source, opt->digest);

    if (st == SCI_OK)
        st = scan(source, opt, most, &d, n_levels, levels);
    memset(digest, 0, SCI_DIGEST_BYTES);
    if (st == SCI_OK && d.n == 1)
        memcpy(digest, d.nodes[0].digest.bytes, SCI_DIGEST_BYTES);
    sci_hasher_free(d.hasher);
    return st;
}
