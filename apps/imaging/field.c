/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "field.h"

#include <inttypes.h>
#include <math.h>

#include <sci/matrix.h>

#include "inside.h"
#include "maps.h"

#define BLOCK 4096

typedef struct looking {
    const sci_source *source;
    const imaging_only *inside;
    uint64_t bad, first, elsewhere;
    double value; /* of the first */
} looking;

static bool
is_inside(const imaging_only *only, uint64_t element)
{
    for (int m = 0; m < only->n_masks; m++)
        if (!imaging_bits_have(&only->masks[m], element))
            return false;
    return true;
}

static void
meet(looking *l, uint64_t element, double value)
{
    if (!is_inside(l->inside, element)) {
        l->elsewhere++;
    } else if (l->bad++ == 0) {
        l->first = element;
        l->value = value;
    }
}

static sci_status
look(void *context, uint64_t first, uint64_t count, const void *elements)
{
    looking *l = context;
    size_t size = sci_type_size(l->source->array.type);
    double block[BLOCK];

    for (uint64_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? (size_t)(count - done) : BLOCK;

        sci_widen_stored(block, &l->source->array, (const char *)elements + done * size, n);
        for (size_t i = 0; i < n; i++)
            if (!(block[i] > 0.0 && block[i] <= 1.7976931348623157e308))
                meet(l, first + done + i, block[i]);
    }
    return SCI_OK;
}

static sci_status
look_through(looking *l, sci_source *field)
{
    uint64_t count;
    sci_status st = sci_array_count(&field->array, &count);

    l->bad = l->elsewhere = 0;
    return st == SCI_OK && count > 0 ? sci_source_visit(field, 0, count, look, l) : st;
}

sci_status
imaging_field_check(const imaging_volume *field, const imaging_members *members,
                    const imaging_context *c, const imaging_volume *volume, uint64_t *outside)
{
    imaging_only inside = { 0 };
    looking l = { .source = field->source, .inside = &inside };
    char place[IMAGING_PLACE];
    sci_status st = imaging_only_members(&inside, members, c, volume);

    if (st == SCI_OK)
        st = look_through(&l, field->source);
    imaging_only_clear(&inside);
    if (st != SCI_OK)
        return st;
    *outside = l.elsewhere;
    if (l.bad == 0)
        return SCI_OK;
    imaging_place_text(&field->source->array, l.first, place);
    return sci_fail(SCI_ERR_NONFINITE,
                    "the bias field '%s' holds %.9g at index (%s)%s, the first of %" PRIu64
                    " such values there, and is to be a factor above 0; mend it, or leave these "
                    "voxels out with --mask",
                    field->name, l.value, place,
                    members->mask != NULL || members->labels != NULL ? " inside the mask" : "",
                    l.bad);
}
