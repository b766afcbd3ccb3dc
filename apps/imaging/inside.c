/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inside.h"

#include <sci/matrix.h>
#include <sci/memory.h>

#include "cli/number.h"

#define BLOCK 4096

typedef struct reading {
    const sci_source *source;
    imaging_bits *bits;
    size_t n_out; /* values that are outside */
    double *out;
} reading;

static bool
is_out(const reading *r, double value)
{
    for (size_t k = 0; k < r->n_out; k++)
        if (value == r->out[k])
            return true;
    return false;
}

static sci_status
set_bits(void *context, uint64_t first, uint64_t count, const void *elements)
{
    const reading *r = context;
    size_t size = sci_type_size(r->source->array.type);
    double block[BLOCK];

    for (uint64_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? (size_t)(count - done) : BLOCK;

        sci_widen_stored(block, &r->source->array, (const char *)elements + done * size, n);
        for (size_t i = 0; i < n; i++)
            if (!is_out(r, block[i]))
                r->bits->set[(first + done + i) / 8] |= (uint8_t)(1u << (first + done + i) % 8);
    }
    return SCI_OK;
}

/* `axes`: of the image, those that the source lies over. */
static sci_status
read_bits(reading *r, const imaging_volume *volume, int n_axes, const int *axes)
{
    imaging_bits *bits = r->bits;
    sci_status st;

    for (int k = 1; k < n_axes; k++)
        if (axes[k] != axes[k - 1] + 1)
            return sci_fail(
                SCI_ERR_REFUSED,
                "'%s': the axes of the mask do not lie together; this method needs them to",
                volume->name);
    bits->after = 1;
    for (int a = n_axes > 0 ? axes[n_axes - 1] + 1 : 0; a < volume->geometry.rank; a++)
        bits->after *= volume->geometry.axes[a].size;
    st = sci_array_count(&r->source->array, &bits->count);
    if (st == SCI_OK)
        st = sci_alloc_zero(&bits->set, bits->count / 8 + 1, 1, 1);
    return st;
}

static sci_status
visit(reading *r, sci_source *source)
{
    return r->bits->count > 0 ? sci_source_visit(source, 0, r->bits->count, set_bits, r) : SCI_OK;
}

sci_status
imaging_bits_of_mask(imaging_bits *out, const imaging_members *members,
                     const imaging_volume *volume)
{
    sci_source *source = members->chosen;
    double zero = 0.0;
    reading r = { .bits = out, .n_out = 1, .out = &zero };
    int all[IMAGING_AXES_MOST];
    bool chosen = source != NULL;
    sci_status st;

    *out = (imaging_bits){ .after = 1 };
    for (int a = 0; a < IMAGING_AXES_MOST; a++)
        all[a] = a;
    if (!chosen)
        source = members->mask_source != NULL ? members->mask_source : members->mask->source;
    r.source = source;
    st = read_bits(&r, volume, chosen ? volume->geometry.rank : members->n_mask_axes,
                   chosen ? all : members->mask_axes);
    return st == SCI_OK ? visit(&r, source) : st;
}

static sci_status
bits_of_labels(imaging_bits *out, const imaging_members *members, const imaging_context *c,
               const imaging_volume *volume)
{
    const cli_list *ignored = &c->settings->ignored;
    reading r = { .source = members->label_source, .bits = out };
    sci_status st = sci_alloc(&r.out, ignored->n, 1, sizeof *r.out);

    for (size_t i = 0; st == SCI_OK && i < ignored->n; i++) {
        int64_t label;

        if (cli_parse_integer(ignored->items[i], &label))
            r.out[r.n_out++] = (double)label;
    }
    if (st == SCI_OK)
        st = read_bits(&r, volume, members->n_label_axes, members->label_axes);
    if (st == SCI_OK)
        st = visit(&r, members->label_source);
    sci_free(r.out);
    return st;
}

sci_status
imaging_only_members(imaging_only *out, const imaging_members *members, const imaging_context *c,
                     const imaging_volume *volume)
{
    sci_status st = SCI_OK;

    *out = (imaging_only){ .nonzero = members->rule.kind == MASK_NONZERO,
                           .n_low = members->low != NULL ? members->n_low : 0,
                           .low = members->low };
    if (members->mask != NULL)
        st = imaging_bits_of_mask(&out->masks[out->n_masks++], members, volume);
    if (st == SCI_OK && members->labels != NULL)
        st = bits_of_labels(&out->masks[out->n_masks++], members, c, volume);
    return st;
}

void
imaging_only_clear(imaging_only *only)
{
    for (int m = 0; m < only->n_masks; m++)
        sci_free(only->masks[m].set);
    *only = (imaging_only){ 0 };
}
