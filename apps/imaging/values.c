/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "values.h"

#include <math.h>

#include <sci/matrix.h>
#include <sci/memory.h>

#define BLOCK 4096

/* ---- the mask, a bit a voxel ---- */

typedef struct bits {
    const sci_source *source;
    uint8_t *set;
    uint64_t count, after; /* of the mask; image elements for each of its */
} bits;

static sci_status
set_bits(void *context, uint64_t first, uint64_t count, const void *elements)
{
    bits *b = context;
    size_t size = sci_type_size(b->source->array.type);
    double block[BLOCK];

    for (uint64_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? (size_t)(count - done) : BLOCK;

        sci_widen_stored(block, &b->source->array, (const char *)elements + done * size, n);
        for (size_t i = 0; i < n; i++)
            if (block[i] != 0.0)
                b->set[(first + done + i) / 8] |= (uint8_t)(1u << (first + done + i) % 8);
    }
    return SCI_OK;
}

static sci_status
read_bits(bits *b, const imaging_members *m, const imaging_volume *volume)
{
    sci_source *source = m->chosen;
    sci_status st;

    if (source == NULL)
        source = m->mask_source != NULL ? m->mask_source : m->mask->source;
    for (int k = 1; k < m->n_mask_axes; k++)
        if (m->mask_axes[k] != m->mask_axes[k - 1] + 1)
            return sci_fail(
                SCI_ERR_REFUSED,
                "'%s': the axes of the mask do not lie together; this method needs them to",
                volume->name);
    b->source = source;
    b->after = 1;
    if (m->chosen == NULL) /* that one has all axes of the image */
        for (int a = m->mask_axes[m->n_mask_axes - 1] + 1; a < volume->geometry.rank; a++)
            b->after *= volume->geometry.axes[a].size;
    st = sci_array_count(&source->array, &b->count);
    if (st == SCI_OK)
        st = sci_alloc_zero(&b->set, b->count / 8 + 1, 1, 1);
    return st == SCI_OK ? sci_source_visit(source, 0, b->count, set_bits, b) : st;
}

/* ---- the image ---- */

typedef struct walk {
    const imaging_members *members;
    const sci_source *source;
    bits mask;
    uint64_t stretch,
        last; /* elements of a kept group in a row; or their number on the last axis */
    imaging_see see;
    void *context;
} walk;

static bool
is_member(const walk *w, uint64_t at, uint64_t group, double value)
{
    const imaging_members *m = w->members;

    if (w->mask.set != NULL) {
        uint64_t i = at / w->mask.after % w->mask.count;

        if (!(w->mask.set[i / 8] >> i % 8 & 1))
            return false;
    }
    if (m->chosen != NULL)
        return true;
    if (m->rule.kind == MASK_NONZERO)
        return value != 0.0;
    if (m->low != NULL)
        return value > m->low[m->n_low == 1 ? 0 : group];
    return true;
}

static sci_status
see_piece(void *context, uint64_t first, uint64_t count, const void *elements)
{
    walk *w = context;
    size_t size = sci_type_size(w->source->array.type);
    double block[BLOCK];

    for (uint64_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? (size_t)(count - done) : BLOCK;

        sci_widen_stored(block, &w->source->array, (const char *)elements + done * size, n);
        for (size_t i = 0; i < n; i++) {
            uint64_t at = first + done + i;
            uint64_t group = w->last > 0 ? at % w->last : at / w->stretch;

            if (isfinite(block[i]) && is_member(w, at, group, block[i]))
                w->see(w->context, group, block[i]);
        }
    }
    return SCI_OK;
}

sci_status
imaging_values_visit(const imaging_groups *groups, const imaging_members *members,
                     const imaging_context *c, const imaging_volume *volume, sci_source *source,
                     imaging_see see, void *context)
{
    walk w = { .members = members, .source = source, .see = see, .context = context };
    uint64_t blocks, count;
    sci_status st = imaging_groups_blocks(groups, c, volume, &blocks, &w.last);

    if (st == SCI_OK)
        st = sci_array_count(&source->array, &count);
    if (st == SCI_OK) {
        w.stretch = count / blocks;
        if (members->mask != NULL || members->chosen != NULL)
            st = read_bits(&w.mask, members, volume);
    }
    if (st == SCI_OK && count > 0)
        st = sci_source_visit(source, 0, count, see_piece, &w);
    sci_free(w.mask.set);
    return st;
}
