/* SPDX-License-Identifier: BSD-3-Clause */
/* Spaces as values: copying, counting, naming. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "canon.h"
#include "space.h"

void
sci_levels_clear(sci_levels *levels)
{
    if (levels->texts != NULL)
        for (uint64_t i = 0; i < levels->count; i++)
            sci_free(levels->texts[i]);
    sci_free(levels->texts);
    sci_free(levels->values);
    *levels = (sci_levels){ 0 };
}

sci_status
sci_levels_copy(sci_levels *out, const sci_levels *from)
{
    sci_status st;

    *out = (sci_levels){ 0 };
    if (from->texts == NULL) {
        st = sci_alloc(&out->values, from->count, 1, sizeof *out->values);
        if (st != SCI_OK)
            return st;
        if (from->count > 0)
            memcpy(out->values, from->values, from->count * sizeof *out->values);
        out->count = from->count;
        return SCI_OK;
    }
    st = sci_alloc_zero(&out->texts, from->count, 1, sizeof *out->texts);
    if (st != SCI_OK)
        return st;
    out->count = from->count;
    for (uint64_t i = 0; st == SCI_OK && i < from->count; i++)
        st = sci_strdup(&out->texts[i], from->texts[i]);
    if (st != SCI_OK)
        sci_levels_clear(out);
    return st;
}

void
sci_space_clear(sci_space *space)
{
    for (int i = 0; i < SCI_MAX_RANK; i++)
        sci_free(space->axis_names[i]);
    for (int i = 0; i < space->n_factors; i++)
        sci_levels_clear(&space->factors[i].levels);
    for (int i = 0; i < space->n_parts; i++)
        sci_free(space->parts[i].name);
    sci_free(space->factors);
    sci_free(space->parts);
    *space = (sci_space){ 0 };
}

static sci_status
copy_factors(sci_space *out, const sci_space *from)
{
    sci_status st;

    if (from->n_factors == 0)
        return SCI_OK;
    st = sci_alloc_zero(&out->factors, (size_t)from->n_factors, 1, sizeof *out->factors);
    for (int i = 0; st == SCI_OK && i < from->n_factors; i++) {
        out->factors[i] = from->factors[i];
        st = sci_levels_copy(&out->factors[i].levels, &from->factors[i].levels);
        out->n_factors = i + 1;
    }
    return st;
}

static sci_status
copy_parts(sci_space *out, const sci_space *from)
{
    sci_status st;

    if (from->n_parts == 0)
        return SCI_OK;
    st = sci_alloc_zero(&out->parts, (size_t)from->n_parts, 1, sizeof *out->parts);
    for (int i = 0; st == SCI_OK && i < from->n_parts; i++) {
        out->parts[i] = from->parts[i];
        out->parts[i].name = NULL;
        st = sci_strdup(&out->parts[i].name, from->parts[i].name);
        out->n_parts = i + 1;
    }
    return st;
}

sci_status
sci_space_copy(sci_space *out, const sci_space *from)
{
    sci_status st = SCI_OK;

    *out = (sci_space){ .rank = from->rank };
    memcpy(out->shape, from->shape, sizeof out->shape);
    for (int i = 0; st == SCI_OK && i < from->rank; i++)
        st = sci_strdup(&out->axis_names[i], from->axis_names[i]);
    if (st == SCI_OK)
        st = copy_factors(out, from);
    if (st == SCI_OK)
        st = copy_parts(out, from);
    if (st != SCI_OK)
        sci_space_clear(out);
    return st;
}

uint64_t
sci_space_levels(const sci_space *space, int factor)
{
    const sci_factor *f = &space->factors[factor];

    return f->keep ? space->shape[f->axes[0]] : f->levels.count;
}

sci_status
sci_space_groups(const sci_space *space, uint64_t *out)
{
    uint64_t groups = 1;
    bool none = false, fits = true;

    for (int i = 0; i < space->n_factors; i++) {
        uint64_t levels = sci_space_levels(space, i);

        none = none || levels == 0;
        fits = fits && !__builtin_mul_overflow(groups, levels, &groups);
    }
    if (none)
        groups = 0;
    else if (!fits || groups > INT64_MAX)
        return sci_fail(SCI_ERR_SHAPE, "the factors have more than 2^63 - 1 groups");
    *out = groups;
    return SCI_OK;
}

bool
sci_space_has_samples(const sci_space *space)
{
    return space->n_factors > 0 && space->factors[0].keep && space->factors[0].axes[0] == 0;
}

int
sci_space_factor_of(const sci_space *space, int axis)
{
    for (int i = 0; i < space->n_factors; i++)
        for (int k = 0; k < space->factors[i].n_axes; k++)
            if (space->factors[i].axes[k] == axis)
                return i;
    return -1;
}

/* ---- names ---- */

/* Text that is cut where its room ends, but not inside a character of UTF-8. */
typedef struct bounded {
    char *text;
    size_t used, size;
    bool full;
} bounded;

static bounded
bounded_start(char *text, size_t size)
{
    if (size > 0)
        text[0] = '\0';
    return (bounded){ .text = text, .size = size, .full = size == 0 };
}

static void
bounded_add(bounded *b, const char *more)
{
    size_t n = strlen(more), room;

    if (b->full)
        return;
    room = b->size - b->used - 1;
    if (n > room) {
        n = room;
        while (n > 0 && ((unsigned char)more[n] & 0xC0) == 0x80)
            n--;
        b->full = true;
    }
    memcpy(b->text + b->used, more, n);
    b->used += n;
    b->text[b->used] = '\0';
}

static void
add_factor_name(bounded *b, const sci_space *space, int factor)
{
    const sci_factor *f = &space->factors[factor];

    for (int k = 0; k < f->n_axes; k++) {
        if (k > 0)
            bounded_add(b, ",");
        bounded_add(b, space->axis_names[f->axes[k]]);
    }
}

static void
add_level_name(bounded *b, const sci_space *space, int factor, uint64_t level)
{
    const sci_factor *f = &space->factors[factor];
    char number[24];

    if (level >= sci_space_levels(space, factor))
        return;
    if (!f->keep && f->levels.texts != NULL) {
        bounded_add(b, f->levels.texts[level]);
        return;
    }
    if (f->keep && f->axes[0] == 0 && space->n_parts > 0) {
        int part = 0;

        while (part < space->n_parts - 1 && level >= space->parts[part].count)
            level -= space->parts[part++].count;
        bounded_add(b, space->parts[part].name);
        bounded_add(b, ":");
    }
    if (f->keep)
        (void)snprintf(number, sizeof number, "%" PRIu64, level);
    else
        (void)snprintf(number, sizeof number, "%" PRId64, f->levels.values[level]);
    bounded_add(b, number);
}

void
sci_space_factor_name(const sci_space *space, int factor, char *text, size_t size)
{
    bounded b = bounded_start(text, size);

    add_factor_name(&b, space, factor);
}

void
sci_space_level_name(const sci_space *space, int factor, uint64_t level, char *text, size_t size)
{
    bounded b = bounded_start(text, size);

    add_level_name(&b, space, factor, level);
}

sci_status
sci_space_group_name(const sci_space *space, uint64_t group, char *text, size_t size)
{
    bounded b = bounded_start(text, size);
    uint64_t groups = 0;
    sci_status st = sci_space_groups(space, &groups);

    if (st != SCI_OK)
        return st;
    if (group >= groups)
        return sci_fail(SCI_ERR_ARGUMENT, "there is no group %" PRIu64 ", only %" PRIu64, group,
                        groups);
    for (int i = 0; i < space->n_factors; i++) {
        uint64_t levels = sci_space_levels(space, i);

        groups /= levels; /* those of the factors after this one */
        if (i > 0)
            bounded_add(&b, " ");
        add_factor_name(&b, space, i);
        bounded_add(&b, "=");
        add_level_name(&b, space, i, group / groups);
        group %= groups;
    }
    if (space->n_factors == 0)
        bounded_add(&b, "all");
    return SCI_OK;
}

/* ---- fingerprint ---- */

static void
describe_levels(sci_canon *c, const sci_levels *levels)
{
    sci_canon_number(c, levels->count);
    if (levels->texts == NULL)
        sci_canon_words(c, levels->values, levels->count, sizeof *levels->values);
    else
        for (uint64_t i = 0; i < levels->count; i++)
            sci_canon_text(c, levels->texts[i]);
}

static void
describe_factor(sci_canon *c, const sci_space *space, int factor)
{
    const sci_factor *f = &space->factors[factor];

    sci_canon_text(c, f->keep ? "keep" : f->levels.texts != NULL ? "texts" : "integers");
    sci_canon_number(c, (uint64_t)f->n_axes);
    for (int k = 0; k < f->n_axes; k++)
        sci_canon_number(c, (uint64_t)f->axes[k]);
    if (f->keep)
        sci_canon_number(c, space->shape[f->axes[0]]);
    else
        describe_levels(c, &f->levels);
}

void
sci_space_fingerprint(const sci_space *space, uint8_t out[16])
{
    sci_canon c;

    sci_canon_begin(&c);
    sci_canon_text(&c, "libsci space 1");
    sci_canon_number(&c, (uint64_t)space->rank);
    for (int i = 0; i < space->rank; i++)
        sci_canon_text(&c, space->axis_names[i]);
    sci_canon_number(&c, (uint64_t)space->n_factors);
    for (int i = 0; i < space->n_factors; i++)
        describe_factor(&c, space, i);
    sci_canon_number(&c, (uint64_t)space->n_parts);
    for (int i = 0; i < space->n_parts; i++) {
        sci_canon_text(&c, space->parts[i].name);
        sci_canon_bytes(&c, space->parts[i].digest, sizeof space->parts[i].digest);
        sci_canon_number(&c, space->parts[i].count);
    }
    sci_canon_end(&c, out);
}
