/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the axes of an array mean. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_formats.h"

/* Names in lower case, each between blanks, in the order of imaging_role. */
static const char *const names_of[] = {
    " n s b sample samples batch subject ",
    " c channel channels modality component components vector_dimension ",
    " t time ",
    " z zspace depth d slice slices ",
    " y yspace height h row rows ",
    " x xspace width w column columns ",
};

static bool
find_role(const char *name, imaging_role *out)
{
    char word[40];
    int n = snprintf(word, sizeof word, " %s ", name);

    if (n < 3 || (size_t)n >= sizeof word || strchr(name, ' ') != NULL)
        return false;
    for (char *at = word; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    for (int role = 0; role <= IMAGING_X; role++) {
        if (strstr(names_of[role], word) != NULL) {
            *out = (imaging_role)role;
            return true;
        }
    }
    return false;
}

bool
h5_roles_from_names(imaging_geometry *g, int n, const char *const *names)
{
    imaging_role roles[IMAGING_AXES_MOST];

    if (n != g->rank)
        return false;
    for (int a = 0; a < n; a++) {
        if (names[a] == NULL || !find_role(names[a], &roles[a]))
            return false;
        for (int b = 0; b < a; b++)
            if (roles[b] == roles[a])
                return false;
    }
    for (int a = 0; a < n; a++) {
        g->axes[a].role = roles[a];
        (void)snprintf(g->axes[a].name, sizeof g->axes[a].name, "%s", names[a]);
    }
    g->assumed = false;
    return true;
}

/* ---- attribute 'axes' ---- */

static sci_status
from_axes(const h5_reading *r, const char *dataset, bool *done)
{
    imaging_geometry *g = &r->volume->geometry;
    sci_texts texts = { 0 };
    char letters[IMAGING_AXES_MOST][2];
    const char *names[IMAGING_AXES_MOST];
    int n = 0;
    sci_status st = h5_read_texts(r, dataset, "axes", &texts);

    if (st == SCI_OK && texts.n == 1 && texts.items[0] != NULL) {
        for (const char *at = texts.items[0]; *at != '\0' && n < IMAGING_AXES_MOST; at++) {
            if (strchr(" ,;[]()", *at) != NULL)
                continue;
            letters[n][0] = *at;
            letters[n][1] = '\0';
            names[n] = letters[n];
            n++;
        }
    } else if (st == SCI_OK && texts.n <= IMAGING_AXES_MOST) {
        for (; n < (int)texts.n; n++)
            names[n] = texts.items[n];
    }
    *done = false;
    if (st == SCI_OK && n > 0) {
        *done = h5_roles_from_names(g, n, names);
        if (!*done)
            st = imaging_geometry_warn(
                g, "attribute 'axes' does not name the %d axes; it was not used", g->rank);
    }
    sci_texts_clear(&texts);
    return st;
}

static sci_status
from_axistags(const h5_reading *r, const char *dataset, bool *done)
{
    h5_axistags tags = { 0 };
    const char *names[IMAGING_AXES_MOST];
    sci_status st = h5_axistags_read(r, dataset, &tags);

    for (int a = 0; a < tags.n; a++)
        names[a] = tags.key[a];
    *done = st == SCI_OK && tags.n > 0 && h5_roles_from_names(&r->volume->geometry, tags.n, names);
    return st;
}

static bool
from_labels(const h5_reading *r)
{
    const char *names[IMAGING_AXES_MOST];
    int n = r->volume->geometry.rank;

    for (int a = 0; a < n; a++)
        names[a] = sci_h5_source_axis(r->volume->stored, a);
    return h5_roles_from_names(&r->volume->geometry, n, names);
}

static sci_status
from_rank(const h5_reading *r)
{
    static const char *const names[] = { "sample", "channel", "z", "y", "x" };
    imaging_geometry *g = &r->volume->geometry;

    if (g->rank > 5)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' has %d axes, and nothing says what they are; give it an attribute "
                        "'axes' with a letter each, as tczyx",
                        r->volume->name, g->rank);
    if (!h5_roles_from_names(g, g->rank, names + 5 - g->rank))
        return sci_fail(SCI_ERR_SHAPE, "'%s': axes without a meaning", r->volume->name);
    g->assumed = true;
    return SCI_OK;
}

sci_status
h5_roles_read(const h5_reading *r, const char *dataset)
{
    bool done = false;
    sci_status st = from_axes(r, dataset, &done);

    if (st == SCI_OK && !done)
        st = from_axistags(r, dataset, &done);
    if (st == SCI_OK && !done)
        done = from_labels(r);
    return st == SCI_OK && !done ? from_rank(r) : st;
}
