/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "axes.h"

#include <string.h>

#include <sci/h5.h>
#include <sci/memory.h>

void
array_axes_clear(array_axes *axes)
{
    for (int a = 0; a < SCI_MAX_RANK; a++) {
        sci_free(axes->names[a]);
        axes->names[a] = NULL;
    }
    axes->rank = 0;
}

int
array_axes_index(const array_axes *axes, const char *name)
{
    for (int a = 0; a < axes->rank; a++)
        if (axes->names[a] != NULL && strcmp(axes->names[a], name) == 0)
            return a;
    return -1;
}

sci_status
array_axes_text(const array_axes *axes, char **text)
{
    size_t bytes = 1;
    char *all = NULL, *at;
    sci_status st;

    for (int a = 0; a < axes->rank; a++)
        bytes += strlen(axes->names[a]) + 1;
    st = sci_alloc_zero(&all, bytes, 1, 1);
    if (st != SCI_OK)
        return st;
    at = all;
    for (int a = 0; a < axes->rank; a++) {
        size_t n = strlen(axes->names[a]);

        if (a > 0)
            *at++ = ',';
        memcpy(at, axes->names[a], n);
        at += n;
    }
    *text = all;
    return SCI_OK;
}

/* The next name of a list, up to a comma; *list is moved behind it, NULL at the end. */
static sci_status
next_name(const char **list, char **name)
{
    const char *comma = strchr(*list, ',');
    int n = (int)(comma != NULL ? (size_t)(comma - *list) : strlen(*list));
    sci_status st = sci_format(name, "%.*s", n, *list);

    *list = comma != NULL ? comma + 1 : NULL;
    return st;
}

/* A name can be used in "AXES=FILE" and in the names of groups. */
static bool
is_usable(const char *name)
{
    return name[0] != '\0' && strpbrk(name, ",= \t\n\r") == NULL;
}

static sci_status
from_option(array_axes *axes, const char *option, const char *input)
{
    int n = 0;

    for (const char *rest = option; rest != NULL; n++) {
        char *name = NULL;
        sci_status st = next_name(&rest, &name);

        if (st != SCI_OK)
            return st;
        if (n == axes->rank || !is_usable(name) || array_axes_index(axes, name) >= 0) {
            if (n == axes->rank)
                st = sci_fail(SCI_ERR_ARGUMENT, "--axes %s names more axes than the %d of '%s'",
                              option, axes->rank, input);
            else
                st = sci_fail(SCI_ERR_ARGUMENT, "--axes %s: '%s' %s", option, name,
                              is_usable(name) ? "comes twice" : "is no name for an axis");
            sci_free(name);
            return st;
        }
        axes->names[n] = name;
    }
    if (n < axes->rank)
        return sci_fail(SCI_ERR_ARGUMENT, "--axes %s names %d of the %d axes of '%s'", option, n,
                        axes->rank, input);
    return SCI_OK;
}

/* True if every axis has a label of its own in the file. */
static bool
has_labels(const sci_source *source)
{
    for (int a = 0; a < source->array.rank; a++) {
        const char *label = sci_h5_source_axis(source, a);

        if (label == NULL || !is_usable(label))
            return false;
        for (int b = 0; b < a; b++)
            if (strcmp(label, sci_h5_source_axis(source, b)) == 0)
                return false;
    }
    return source->array.rank > 0;
}

static sci_status
assume(array_axes *axes, const char *input)
{
    static const char *const usual[] = { "", "L", "NC", "NCL", "NCHW", "NCDHW" };

    if (axes->rank >= (int)(sizeof usual / sizeof usual[0]))
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' has %d axes without names; name them with --axes",
                        input, axes->rank);
    axes->assumed = true;
    for (int a = 0; a < axes->rank; a++) {
        sci_status st = sci_format(&axes->names[a], "%c", usual[axes->rank][a]);

        if (st != SCI_OK)
            return st;
    }
    return SCI_OK;
}

sci_status
array_axes_find(array_axes *out, const sci_source *source, const char *option)
{
    sci_status st = SCI_OK;

    *out = (array_axes){ .rank = source->array.rank };
    if (option != NULL && (option[0] != '\0' || out->rank > 0))
        st = from_option(out, option, source->name);
    else if (has_labels(source))
        for (int a = 0; st == SCI_OK && a < out->rank; a++)
            st = sci_strdup(&out->names[a], sci_h5_source_axis(source, a));
    else
        st = assume(out, source->name);
    if (st != SCI_OK)
        array_axes_clear(out);
    return st;
}

sci_status
array_axes_parse(const array_axes *axes, const char *option, const char *list, int *n, int *places)
{
    const char *rest = list;

    *n = 0;
    while (rest != NULL) {
        char *name = NULL, *all = NULL;
        sci_status st = next_name(&rest, &name);
        int place = st == SCI_OK ? array_axes_index(axes, name) : -1;

        if (st == SCI_OK && (place < 0 || (*n > 0 && place <= places[*n - 1])))
            st = array_axes_text(axes, &all);
        if (st == SCI_OK && place < 0)
            st = sci_fail(SCI_ERR_ARGUMENT, "%s %s: there is no axis '%s'; the axes are %s", option,
                          list, name, all);
        else if (st == SCI_OK && all != NULL)
            st = sci_fail(SCI_ERR_ARGUMENT,
                          "%s %s: name the axes once each and in the order of the array, %s",
                          option, list, all);
        sci_free(all);
        sci_free(name);
        if (st != SCI_OK)
            return st;
        places[(*n)++] = place;
    }
    return SCI_OK;
}
