/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "values.h"

#include <math.h>

#include <sci/matrix.h>
#include <sci/memory.h>

#include "inside.h"

#define BLOCK 4096

/* ---- the image ---- */

typedef struct walk {
    const imaging_members *members;
    const sci_source *source;
    imaging_bits mask;
    uint64_t stretch,
        last; /* elements of a kept group in a row; or their number on the last axis */
    imaging_see see;
    void *context;
} walk;

static bool
is_member(const walk *w, uint64_t at, uint64_t group, double value)
{
    const imaging_members *m = w->members;

    if (w->mask.set != NULL && !imaging_bits_have(&w->mask, at))
        return false;
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
            st = imaging_bits_of_mask(&w.mask, members, volume);
    }
    if (st == SCI_OK && count > 0)
        st = sci_source_visit(source, 0, count, see_piece, &w);
    sci_free(w.mask.set);
    return st;
}
