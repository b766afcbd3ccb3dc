/* SPDX-License-Identifier: BSD-3-Clause */
/* NaN and infinities among the members of a stretch: how many, and the first. */
#include <math.h>

#include "../core/clones.h"
#include "segment.h"

#define TILE 512

/* x - x is 0 for finite x and NaN for the others, and so is the sum over many. */
#define DEFINE_ANY(name, T)                                        \
    SCI_CLONES static bool any_##name(const T *x, uint64_t n)      \
    {                                                              \
        T sum[16] = { 0 };                                         \
        uint64_t i = 0;                                            \
                                                                   \
        for (; i + 16 <= n; i += 16)                               \
            for (int l = 0; l < 16; l++)                           \
                sum[l] += x[i + (uint64_t)l] - x[i + (uint64_t)l]; \
        for (; i < n; i++)                                         \
            sum[0] += x[i] - x[i];                                 \
        for (int l = 1; l < 16; l++)                               \
            sum[0] += sum[l];                                      \
        return sum[0] != 0;                                        \
    }

DEFINE_ANY(f32, float)
DEFINE_ANY(f64, double)

bool
sci_stretch_any_nonfinite(const sci_stretch *s, uint64_t first, uint64_t n)
{
    if (s->type == SCI_FLOAT32)
        return any_f32((const float *)(const void *)s->elements + (first - s->origin), n);
    if (s->type == SCI_FLOAT64)
        return any_f64((const double *)(const void *)s->elements + (first - s->origin), n);
    return false;
}

static bool
is_nonfinite(const sci_stretch *s, uint64_t index)
{
    if (s->type == SCI_FLOAT32)
        return !isfinite(((const float *)(const void *)s->elements)[index - s->origin]);
    return !isfinite(((const double *)(const void *)s->elements)[index - s->origin]);
}

/* Up to TILE elements of a row. */
static void
look_at(const sci_stretch *s, const sci_row *part, sci_nonfinite *found)
{
    int32_t groups[TILE];

    if (!sci_stretch_any_nonfinite(s, part->first, part->count))
        return;
    /* Any group number will do: only whether there is one counts. */
    sci_members_of_elements(s, part, part->at[0], groups);
    for (uint64_t i = 0; i < part->count; i++) {
        if (groups[i] < 0 || !is_nonfinite(s, part->first + i))
            continue;
        if (found->count++ == 0)
            found->first = part->first + i;
    }
}

sci_nonfinite
sci_stretch_nonfinite(const sci_stretch *s, uint64_t first, uint64_t end)
{
    sci_nonfinite found = { 0 };
    sci_cursor cursor;

    if (!sci_stretch_any_nonfinite(s, first, end - first))
        return found;
    sci_cursor_begin(&cursor, s->layout, first, end);
    while (sci_cursor_next(&cursor)) {
        for (uint64_t at = 0; at < cursor.row.count; at += TILE) {
            sci_row part = sci_row_part(&cursor.row, at, TILE);

            look_at(s, &part, &found);
        }
    }
    return found;
}
