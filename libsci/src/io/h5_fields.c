/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields of a table in a file, each compared with what is there before it is believed. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_fields_priv.h"
#include "h5_stats_names_priv.h"
#include "h5_stats_priv.h"

/* Shapes beyond this must be in the file, at no more than 1000 times its size. */
static const sci_h5_options limits = { .claim_bytes_most = UINT64_C(16) << 20 };

/* HDF5's name of a type is a call. */
hid_t
h5_field_type(void)
{
    hid_t type;

    if (h5_enter() != SCI_OK)
        return H5I_INVALID_HID;
    type = H5T_NATIVE_UINT64;
    h5_leave();
    return type;
}

hid_t
h5_field_real_type(void)
{
    hid_t type;

    if (h5_enter() != SCI_OK)
        return H5I_INVALID_HID;
    type = H5T_NATIVE_DOUBLE;
    h5_leave();
    return type;
}

sci_status
h5_field_number(const h5_fields *r, const char *name, uint64_t most, uint64_t *out)
{
    uint64_t value = 0;
    sci_status st = h5_attribute_read(r->group, r->where, name, h5_field_type(), 1, &value);

    if (st == SCI_OK && value > most)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is %" PRIu64 ", above %" PRIu64,
                      r->where, name, value, most);
    if (st == SCI_OK)
        *out = value;
    return st;
}

sci_status
h5_field_real(const h5_fields *r, const char *name, double *out)
{
    return h5_attribute_read(r->group, r->where, name, h5_field_real_type(), 1, out);
}

sci_status
h5_field_numbers(const h5_fields *r, const char *name, uint64_t n, uint64_t *out)
{
    return n == 0 ? SCI_OK : h5_attribute_read(r->group, r->where, name, h5_field_type(), n, out);
}

/* One of a list of words. */
sci_status
h5_field_word(const h5_fields *r, const char *name, int (*find)(const char *), int *out)
{
    char *word = NULL;
    sci_status st = h5_attribute_read_text(r->group, r->where, name, &word);

    if (st != SCI_OK)
        return st;
    *out = find(word);
    if (*out < 0)
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s': its attribute '%s' is '%.100s', which means nothing here", r->where,
                      name, word);
    sci_free(word);
    return st;
}

/* ---- arrays ---- */

/* n rows of `width` elements of this type, in this machine's byte order; *out is released by
 * sci_free. */
sci_status
h5_field_array(const h5_fields *r, const char *name, sci_type type, uint64_t n, uint64_t width,
               void *out)
{
    sci_source *source = NULL;
    char *path = NULL;
    void *elements = NULL;
    sci_status st = h5_stats_join(&path, r->path, name);

    if (st == SCI_OK)
        st = n == 0 ? sci_alloc(&elements, 0, 1, 1) : h5_source_in(&source, r->file, path, &limits);
    if (st == SCI_OK && n > 0)
        st = h5_stats_expect(source, type, n, width);
    if (st == SCI_OK && n > 0)
        st = sci_alloc(&elements, n, width, sci_type_size(type));
    if (st == SCI_OK && n > 0)
        st = h5_stats_elements(source, 0, n * width, elements);
    if (st == SCI_OK) {
        memcpy(out, &elements, sizeof elements);
        elements = NULL;
    }
    sci_free(elements);
    sci_source_free(source);
    sci_free(path);
    return st;
}

/* The bytes of a list of texts, whose number is not known before. */
sci_status
h5_field_bytes(const h5_fields *r, const char *name, char **out, uint64_t *n)
{
    sci_source *source = NULL;
    char *path = NULL, *bytes = NULL;
    sci_status st = h5_stats_join(&path, r->path, name);

    if (st == SCI_OK)
        st = h5_source_in(&source, r->file, path, &limits);
    if (st == SCI_OK && source->array.rank != 1)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is no list of texts", source->name);
    if (st == SCI_OK)
        st = h5_stats_expect(source, SCI_UINT8, source->array.shape[0], 1);
    if (st == SCI_OK)
        st = sci_alloc(&bytes, source->array.shape[0], 1, 1);
    if (st == SCI_OK)
        st = h5_stats_elements(source, 0, source->array.shape[0], bytes);
    if (st == SCI_OK) {
        *n = source->array.shape[0];
        *out = bytes;
        bytes = NULL;
    }
    sci_free(bytes);
    sci_source_free(source);
    sci_free(path);
    return st;
}

/* Exactly n texts, each ended by a zero byte: set(list, i, text) takes a copy that it owns. */
sci_status
h5_field_split(const h5_fields *r, const char *name, const char *bytes, uint64_t size, uint64_t n,
               void (*set)(void *list, uint64_t i, char *text), void *list)
{
    uint64_t at = 0, found = 0;
    sci_status st = SCI_OK;

    while (st == SCI_OK && at < size && found < n) {
        const char *end = memchr(bytes + at, '\0', size - at);
        char *text = NULL;

        if (end == NULL)
            break;
        st = sci_strdup(&text, bytes + at);
        if (st == SCI_OK)
            set(list, found++, text);
        at = (uint64_t)(end - bytes) + 1;
    }
    if (st == SCI_OK && (found < n || at < size))
        st = sci_fail(SCI_ERR_FORMAT, "'%s': '%s' does not hold %" PRIu64 " texts", r->where, name,
                      n);
    return st;
}

sci_status
h5_field_texts(const h5_fields *r, const char *name, uint64_t n,
               void (*set)(void *list, uint64_t i, char *text), void *list)
{
    char *bytes = NULL;
    uint64_t size = 0;
    sci_status st = h5_field_bytes(r, name, &bytes, &size);

    if (st == SCI_OK)
        st = h5_field_split(r, name, bytes, size, n, set, list);
    sci_free(bytes);
    return st;
}
