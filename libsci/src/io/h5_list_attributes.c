/* SPDX-License-Identifier: BSD-3-Clause */
/* The attributes of an object, for a listing. */
#include <string.h>

#include <sci/memory.h>

#include "h5_dataset_priv.h"
#include "h5_list_priv.h"

enum {
    ATTRIBUTES_MOST = 1 << 16, /* what HDF5 can number */
    TEXT_OVERHEAD = 32         /* bytes that a short text takes in memory */
};

void
h5_listed_clear(h5_listed *a)
{
    for (size_t i = 0; i < a->n; i++) {
        h5_listed_values *v = &a->values[i];

        for (uint64_t k = 0; k < v->n_texts; k++)
            sci_free(v->texts[k]);
        sci_free(v->texts);
        sci_free(v->numbers);
        sci_free(v->name);
    }
    sci_free(a->values);
    sci_free(a->item);
    *a = (h5_listed){ 0 };
}

/* ---- values ---- */

/* Take `n` times `size` bytes off the room; false if they are more. */
static bool
fits(h5_listed *a, uint64_t n, uint64_t size)
{
    uint64_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes) || bytes > a->room)
        return false;
    a->room -= bytes;
    return true;
}

/* In a memory type of 8 bytes. */
static sci_status
read_numbers(h5_listed *a, hid_t attribute, hid_t memory)
{
    uint64_t n = a->item[a->n].elements;
    void **numbers = &a->values[a->n].numbers;
    sci_status st;

    if (!fits(a, n, 8))
        return SCI_OK;
    st = sci_alloc_zero(numbers, n, 8, 1);
    if (st == SCI_OK && H5Aread(attribute, memory, *numbers) < 0) {
        sci_free(*numbers);
        *numbers = NULL;
    }
    return st;
}

/* Texts of fixed length, or pointers to texts of variable length, as HDF5 gives them in `raw`. */
static sci_status
keep_texts(h5_listed *a, const unsigned char *raw, size_t bytes, bool variable)
{
    h5_listed_values *v = &a->values[a->n];
    uint64_t n = a->item[a->n].elements;
    sci_status st = sci_alloc_zero(&v->texts, n, 1, sizeof *v->texts);

    for (uint64_t k = 0; st == SCI_OK && k < n; k++) {
        const char *from = (const char *)raw + k * bytes;
        size_t length = 0;

        if (variable)
            memcpy(&from, raw + k * bytes, sizeof from);
        if (from != NULL)
            length = variable ? strlen(from) : strnlen(from, bytes);
        if (variable && !fits(a, 1, length))
            return SCI_OK;
        st = sci_format(&v->texts[k], "%.*s", (int)length, length > 0 ? from : "");
        v->n_texts += st == SCI_OK;
    }
    if (st == SCI_OK)
        a->item[a->n].texts = (const char *const *)v->texts;
    return st;
}

static sci_status
read_texts(h5_listed *a, hid_t attribute, hid_t type)
{
    bool variable = H5Tis_variable_str(type) > 0;
    size_t bytes = H5Tget_size(type);
    uint64_t n = a->item[a->n].elements;
    unsigned char *raw = NULL;
    hid_t space;
    sci_status st;

    if (bytes == 0 || bytes > SCI_H5_VALUES_MOST || !fits(a, n, bytes + TEXT_OVERHEAD))
        return SCI_OK;
    st = sci_alloc_zero(&raw, n, bytes, 1);
    if (st == SCI_OK && H5Aread(attribute, type, raw) >= 0) {
        st = keep_texts(a, raw, bytes, variable);
        space = H5Aget_space(attribute);
        if (variable)
            (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw);
        h5_close(space);
    }
    sci_free(raw);
    return st;
}

static sci_status
read_values(h5_listed *a, hid_t attribute, hid_t type)
{
    sci_h5_attribute *item = &a->item[a->n];
    H5T_class_t kind = H5Tget_class(type);
    sci_status st = SCI_OK;

    if (item->elements == 0)
        return SCI_OK;
    if (kind == H5T_FLOAT) {
        st = read_numbers(a, attribute, H5T_NATIVE_DOUBLE);
        item->reals = a->values[a->n].numbers;
    } else if (kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_NONE) {
        st = read_numbers(a, attribute, H5T_NATIVE_UINT64);
        item->unsigneds = a->values[a->n].numbers;
    } else if (kind == H5T_INTEGER || kind == H5T_ENUM) {
        st = read_numbers(a, attribute, H5T_NATIVE_INT64);
        item->integers = a->values[a->n].numbers;
    } else if (kind == H5T_STRING) {
        st = read_texts(a, attribute, type);
    }
    if (item->reals != NULL || item->integers != NULL || item->unsigneds != NULL
        || item->texts != NULL)
        item->n = item->elements;
    return st;
}

/* ---- attributes ---- */

/* Attributes by which HDF5 itself ties dimension scales to axes: shown as labels instead. */
static bool
is_bookkeeping(const char *name)
{
    static const char *const names[] = {
        "CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid"
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static sci_status
read_attribute(h5_listed *a, hid_t attribute, const char *name)
{
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    sci_h5_attribute *item = &a->item[a->n];
    h5_listed_values *v = &a->values[a->n];
    sci_status st = SCI_OK;

    if (type >= 0 && space >= 0) {
        hssize_t elements = H5Sget_simple_extent_npoints(space);

        st = sci_strdup(&v->name, name);
        h5_type_text(type, v->type, sizeof v->type);
        *item = (sci_h5_attribute){ .name = v->name, .type = v->type };
        item->elements = elements > 0 ? (uint64_t)elements : 0;
        item->scalar = H5Sget_simple_extent_ndims(space) == 0;
        if (st == SCI_OK)
            st = read_values(a, attribute, type);
        a->n++;
    }
    h5_close(space);
    h5_close(type);
    return st;
}

static herr_t
visit(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    h5_listed *a = context;
    hid_t attribute;

    (void)info;
    if (a->n == a->capacity)
        return 1;
    if (is_bookkeeping(name))
        return 0;
    h5_rearm(0);
    attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute >= 0)
        a->status = read_attribute(a, attribute, name);
    h5_close(attribute);
    (void)H5Eclear2(H5E_DEFAULT);
    return a->status == SCI_OK ? 0 : -1;
}

sci_status
h5_listed_read(h5_listed *out, hid_t object)
{
    H5O_info_t info;

    *out = (h5_listed){ .room = SCI_H5_VALUES_MOST, .status = SCI_OK };
    if (H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) >= 0 && info.num_attrs > 0) {
        size_t most = info.num_attrs < ATTRIBUTES_MOST ? (size_t)info.num_attrs : ATTRIBUTES_MOST;

        out->status = sci_alloc_zero(&out->item, most, 1, sizeof *out->item);
        if (out->status == SCI_OK)
            out->status = sci_alloc_zero(&out->values, most, 1, sizeof *out->values);
        if (out->status != SCI_OK)
            return out->status;
        out->capacity = most;
        (void)H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, visit, out);
    }
    (void)H5Eclear2(H5E_DEFAULT);
    return out->status;
}
