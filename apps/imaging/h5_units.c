/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5_units.h"

#include <stdio.h>
#include <string.h>

#include "units.h"

static const char *const names[] = { "voxel_unit", "units", "unit" };

static const char *
text_of(const sci_texts *texts, uint64_t i)
{
    return texts->items[i] != NULL ? texts->items[i] : "";
}

static bool
says_nothing(const sci_texts *texts)
{
    for (uint64_t i = 0; i < texts->n; i++)
        if (!imaging_unit_says_nothing(text_of(texts, i)))
            return false;
    return true;
}

/* One text for all axes, or one for each; `g` NULL: there is one axis only. */
static sci_status
spread(const h5_reading *r, const char *object, const char *name, const sci_texts *texts,
       const imaging_geometry *g, h5_units *out)
{
    uint64_t spatial = 0, k = 0;
    int rank = g != NULL ? g->rank : 1;

    for (int a = 0; g != NULL && a < rank; a++)
        spatial += imaging_role_is_spatial(g->axes[a].role);
    if (texts->n != 1 && texts->n != spatial && texts->n != (uint64_t)rank)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': attribute '%s' of '%s' has %llu units for %llu axes of space; say "
                        "which with --units",
                        r->volume->name, name, object, (unsigned long long)texts->n,
                        (unsigned long long)(g != NULL ? spatial : 1));
    for (int a = 0; a < rank; a++) {
        bool counts =
            texts->n == (uint64_t)rank || g == NULL || imaging_role_is_spatial(g->axes[a].role);

        (void)snprintf(out->text[a], sizeof out->text[a], "%.60s",
                       counts ? text_of(texts, texts->n == 1 ? 0 : k) : "");
        k += counts;
    }
    (void)snprintf(out->name, sizeof out->name, "%s", name);
    return SCI_OK;
}

/* Units of length of two attributes must be the same. */
static sci_status
compare(const h5_reading *r, const char *object, const imaging_geometry *g, const h5_units *taken,
        const h5_units *other)
{
    for (int a = 0; a < (g != NULL ? g->rank : 1); a++) {
        double one = imaging_unit_millimetres(taken->text[a]);
        double two = imaging_unit_millimetres(other->text[a]);

        if ((g == NULL || imaging_role_is_spatial(g->axes[a].role)) && one > 0 && two > 0
            && one != two)
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s' contradicts itself: by attribute '%s' of '%s' the unit is '%s', "
                            "by attribute '%s' it is '%s'; say which with --units",
                            r->volume->name, taken->name, object, taken->text[a], other->name,
                            other->text[a]);
    }
    return SCI_OK;
}

bool
h5_units_are_lengths(const h5_units *units)
{
    for (int a = 0; a < IMAGING_AXES_MOST; a++)
        if (imaging_unit_millimetres(units->text[a]) > 0)
            return true;
    return false;
}

/* Once, though units are read with every statement. */
static sci_status
warn(const h5_reading *r, const char *object, const h5_units *taken, const h5_units *other)
{
    imaging_geometry *g = &r->volume->geometry;
    char text[512];

    (void)snprintf(text, sizeof text,
                   "attribute '%s' of '%.200s' is '%s', which is no unit of length; '%s' of "
                   "attribute '%s' was taken",
                   other->name, object, other->text[0], taken->text[0], taken->name);
    for (size_t i = 0; i < g->n_warnings; i++)
        if (strcmp(g->warnings[i], text) == 0)
            return SCI_OK;
    return imaging_geometry_warn(g, "%s", text);
}

/* The first attribute that says anything is taken. */
static sci_status
choose(const h5_reading *r, const char *object, const imaging_geometry *g, const h5_units *found,
       h5_units *out)
{
    const h5_units before = *out;
    bool length = h5_units_are_lengths(found), had = h5_units_are_lengths(&before);

    if (before.name[0] == '\0') {
        *out = *found;
        return SCI_OK;
    }
    if (had && length)
        return compare(r, object, g, &before, found);
    if (had == length || strcmp(before.name, names[0]) == 0)
        return SCI_OK;
    if (length)
        *out = *found;
    return warn(r, object, out, length ? &before : found);
}

static sci_status
take(const h5_reading *r, const char *object, const imaging_geometry *g, const char *name,
     h5_units *out)
{
    bool wanted = r->c->settings->units != NULL;
    sci_texts texts = { 0 };
    h5_units found = { .name = "" };
    sci_status st = h5_read_texts(r, object, name, &texts);

    if (st == SCI_OK && !says_nothing(&texts))
        st = spread(r, object, name, &texts, g, &found);
    sci_texts_clear(&texts);
    if (st == SCI_ERR_REFUSED && wanted)
        return SCI_OK;
    if (st != SCI_OK || found.name[0] == '\0')
        return st;
    if (wanted && out->name[0] != '\0')
        return SCI_OK;
    return choose(r, object, g, &found, out);
}

static sci_status
read_all(const h5_reading *r, const char *object, const imaging_geometry *g, h5_units *out)
{
    sci_status st = SCI_OK;

    *out = (h5_units){ .name = "" };
    for (size_t i = 0; st == SCI_OK && i < sizeof names / sizeof *names; i++)
        st = take(r, object, g, names[i], out);
    return st;
}

sci_status
h5_units_read(const h5_reading *r, const char *dataset, h5_units *out)
{
    return read_all(r, dataset, &r->volume->geometry, out);
}

sci_status
h5_unit_read(const h5_reading *r, const char *object, char out[H5_UNIT_TEXT])
{
    h5_units units;
    sci_status st = read_all(r, object, NULL, &units);

    (void)snprintf(out, H5_UNIT_TEXT, "%s", units.text[0]);
    return st;
}
