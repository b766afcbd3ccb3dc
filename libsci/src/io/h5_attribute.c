/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes: small values beside an object. */
#include <string.h>

#include <sci/memory.h>

#include "h5_attribute_priv.h"

/* Larger ones are no texts. */
#define TEXT_BYTES_MOST ((size_t)1 << 20)

static sci_status
fail_damaged(const char *where, const char *name)
{
    return h5_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is damaged", where, name);
}

static sci_status
fail_write(const char *where, const char *name)
{
    return h5_fail(SCI_ERR_IO, "'%s': its attribute '%s' cannot be written", where, name);
}

sci_status
h5_attribute_exists(hid_t object, const char *where, const char *name, bool *out)
{
    sci_status st;
    htri_t exists;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    exists = H5Aexists(object, name);
    *out = exists > 0;
    if (exists < 0)
        st = h5_fail(SCI_ERR_FORMAT, "'%s': its attributes are damaged", where);
    h5_leave();
    return st;
}

/* ---- writing ---- */

static sci_status
write_value(hid_t object, const char *where, const char *name, hid_t type, hid_t space,
            const void *values)
{
    sci_status st = SCI_OK;
    hid_t attribute = H5I_INVALID_HID;
    htri_t exists = H5Aexists(object, name);

    if (type < 0 || space < 0 || exists < 0 || (exists > 0 && H5Adelete(object, name) < 0))
        return fail_write(where, name);
    attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, type, values) < 0)
        st = fail_write(where, name);
    h5_close(attribute);
    return st;
}

sci_status
h5_attribute_write(hid_t object, const char *where, const char *name, hid_t type, int64_t n,
                   const void *values)
{
    hsize_t extent = n < 0 ? 0 : (hsize_t)n;
    sci_status st;
    hid_t space;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    space = n < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &extent, NULL);
    st = write_value(object, where, name, type, space, values);
    h5_close(space);
    h5_leave();
    return st;
}

/* A zero byte ends every text, the empty one too. */
static hid_t
text_type(size_t bytes)
{
    hid_t type = H5Tcopy(H5T_C_S1);

    if (type >= 0
        && (H5Tset_size(type, bytes) < 0 || H5Tset_strpad(type, H5T_STR_NULLTERM) < 0
            || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        h5_close(type);
        return H5I_INVALID_HID;
    }
    return type;
}

sci_status
h5_attribute_write_text(hid_t object, const char *where, const char *name, const char *value)
{
    sci_status st;
    hid_t type, space;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    type = text_type(strlen(value) + 1);
    space = H5Screate(H5S_SCALAR);
    st = write_value(object, where, name, type, space, value);
    h5_close(space);
    h5_close(type);
    h5_leave();
    return st;
}

/* ---- reading ---- */

/* Open an attribute and look at it before anything is read. */
static sci_status
look(hid_t object, const char *where, const char *name, hid_t *attribute, hid_t *type, uint64_t *n)
{
    htri_t exists = H5Aexists(object, name);
    hid_t space;
    hssize_t count;

    if (exists == 0)
        return sci_fail(SCI_ERR_NOTFOUND, "'%s' has no attribute '%s'", where, name);
    if (exists < 0)
        return fail_damaged(where, name);
    *attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (*attribute < 0)
        return fail_damaged(where, name);
    *type = H5Aget_type(*attribute);
    space = H5Aget_space(*attribute);
    count = H5Sget_simple_extent_npoints(space);
    h5_close(space);
    if (*type < 0 || count < 0)
        return fail_damaged(where, name);
    *n = (uint64_t)count;
    return SCI_OK;
}

sci_status
h5_attribute_read(hid_t object, const char *where, const char *name, hid_t type, uint64_t n,
                  void *values)
{
    hid_t attribute = H5I_INVALID_HID, stored = H5I_INVALID_HID;
    H5T_class_t class;
    uint64_t count;
    sci_status st;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = look(object, where, name, &attribute, &stored, &count);
    if (st != SCI_OK)
        goto out;
    class = H5Tget_class(stored);
    if (class != H5T_INTEGER && class != H5T_FLOAT)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is no number", where, name);
    else if (count != n)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' has %llu values, not %llu", where,
                      name, (unsigned long long)count, (unsigned long long)n);
    else if (H5Aread(attribute, type, values) < 0)
        st = fail_damaged(where, name);
out:
    h5_close(stored);
    h5_close(attribute);
    h5_leave();
    return st;
}

/* Texts of fixed length stand in one block. */
static sci_status
read_fixed(hid_t attribute, hid_t type, uint64_t n, char **texts)
{
    size_t bytes = H5Tget_size(type);
    sci_status st;
    char *block = NULL;

    st = sci_alloc(&block, n, bytes, 1);
    if (st == SCI_OK && H5Aread(attribute, type, block) < 0)
        st = h5_fail(SCI_ERR_FORMAT, "a text cannot be read");
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        st = sci_format(&texts[i], "%.*s", (int)bytes, block + i * bytes);
    sci_free(block);
    return st;
}

/* Texts of variable length come as pointers that HDF5 owns. */
static sci_status
read_variable(hid_t attribute, hid_t type, uint64_t n, char **texts)
{
    hid_t space = H5Aget_space(attribute);
    sci_status st;
    char **theirs = NULL;

    st = sci_alloc_zero(&theirs, n, 1, sizeof *theirs);
    if (st != SCI_OK)
        goto out;
    if (H5Aread(attribute, type, theirs) < 0) {
        st = h5_fail(SCI_ERR_FORMAT, "a text cannot be read");
        goto out;
    }
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        st = sci_strdup(&texts[i], theirs[i] != NULL ? theirs[i] : "");
    (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, theirs);
out:
    sci_free(theirs);
    h5_close(space);
    return st;
}

sci_status
h5_attribute_read_texts(hid_t object, const char *where, const char *name, uint64_t *n, char ***out)
{
    hid_t attribute = H5I_INVALID_HID, type = H5I_INVALID_HID;
    uint64_t count = 0;
    char **texts = NULL;
    sci_status st;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = look(object, where, name, &attribute, &type, &count);
    if (st != SCI_OK)
        goto out;
    if (H5Tget_class(type) != H5T_STRING || count > TEXT_BYTES_MOST / H5Tget_size(type)) {
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is no text", where, name);
        goto out;
    }
    st = sci_alloc_zero(&texts, count, 1, sizeof *texts);
    if (st == SCI_OK)
        st = H5Tis_variable_str(type) > 0 ? read_variable(attribute, type, count, texts)
                                          : read_fixed(attribute, type, count, texts);
    if (st == SCI_ERR_FORMAT)
        st = sci_fail(st, "'%s': its attribute '%s' is damaged", where, name);
    if (st == SCI_OK) {
        *n = count;
        *out = texts;
        texts = NULL;
    }
out:
    h5_texts_free(count, texts);
    h5_close(type);
    h5_close(attribute);
    h5_leave();
    return st;
}

void
h5_texts_free(uint64_t n, char **texts)
{
    for (uint64_t i = 0; texts != NULL && i < n; i++)
        sci_free(texts[i]);
    sci_free(texts);
}

sci_status
h5_attribute_read_text(hid_t object, const char *where, const char *name, char **out)
{
    uint64_t n = 0;
    char **texts = NULL;
    sci_status st;

    st = h5_attribute_read_texts(object, where, name, &n, &texts);
    if (st != SCI_OK)
        return st;
    if (n == 1) {
        *out = texts[0];
        texts[0] = NULL;
    } else {
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is no single text", where, name);
    }
    h5_texts_free(n, texts);
    return st;
}
