/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attributes in the forms in which people write them. */
#include <ctype.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/number.h"

#include "h5_formats.h"

#define NUMBERS_MOST 64 /* of a text */

/* SCI_ERR_TYPE and SCI_ERR_FORMAT too: it is no text. */
static bool
is_none(sci_status st)
{
    return st == SCI_ERR_NOTFOUND || st == SCI_ERR_TYPE || st == SCI_ERR_FORMAT;
}

sci_status
h5_read_texts(const h5_reading *r, const char *object, const char *name, sci_texts *out)
{
    sci_status st = sci_h5_file_attribute_texts(r->file, object, name, out);

    return is_none(st) ? SCI_OK : st;
}

sci_status
h5_read_text(const h5_reading *r, const char *object, const char *name, char **out)
{
    sci_texts texts = { 0 };
    sci_status st = h5_read_texts(r, object, name, &texts);

    *out = NULL;
    if (st == SCI_OK && texts.n > 0 && texts.items[0] != NULL)
        st = sci_strdup(out, texts.items[0]);
    sci_texts_clear(&texts);
    return st;
}

static bool
parts(char c)
{
    return isspace((unsigned char)c) || (c != '\0' && strchr(",;[]()", c) != NULL);
}

/* Append the numbers of one text; false if something else is in it. */
static bool
parse(const char *text, uint64_t *n, double *values)
{
    char one[64];

    for (const char *at = text;;) {
        size_t bytes = 0;

        while (parts(*at))
            at++;
        if (*at == '\0')
            return true;
        while (at[bytes] != '\0' && !parts(at[bytes]))
            bytes++;
        if (bytes >= sizeof one || *n == NUMBERS_MOST)
            return false;
        memcpy(one, at, bytes);
        one[bytes] = '\0';
        if (!cli_parse_real(one, &values[*n]))
            return false;
        ++*n;
        at += bytes;
    }
}

static sci_status
numbers_of_texts(const h5_reading *r, const char *object, const char *name, uint64_t *n,
                 double **out)
{
    sci_texts texts = { 0 };
    double *values = NULL;
    uint64_t found = 0;
    bool good = true;
    sci_status st = h5_read_texts(r, object, name, &texts);

    if (st == SCI_OK)
        st = sci_alloc(&values, NUMBERS_MOST, 1, sizeof *values);
    for (uint64_t i = 0; st == SCI_OK && good && i < texts.n; i++)
        good = texts.items[i] != NULL && parse(texts.items[i], &found, values);
    if (st == SCI_OK && (!good || found == 0))
        st = sci_fail(SCI_ERR_REFUSED, "'%s:%s': attribute '%s' is no list of numbers",
                      r->file_name, object, name);
    sci_texts_clear(&texts);
    if (st != SCI_OK) {
        sci_free(values);
        return st;
    }
    *n = found;
    *out = values;
    return SCI_OK;
}

sci_status
h5_read_numbers(const h5_reading *r, const char *object, const char *name, uint64_t *n,
                double **out)
{
    sci_status st;

    *n = 0;
    *out = NULL;
    st = sci_h5_file_attribute_numbers(r->file, object, name, n, out);
    if (st == SCI_ERR_NOTFOUND)
        return SCI_OK;
    return st == SCI_ERR_TYPE ? numbers_of_texts(r, object, name, n, out) : st;
}
