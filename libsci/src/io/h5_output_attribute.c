/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes of an output besides numbers: texts of variable length and lists of them, booleans,
 * references. */
#include <sci/h5_values.h>
#include <sci/memory.h>

#include "h5_output_priv.h"

/* ---- types ---- */

hid_t
h5_text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);

    if (type >= 0
        && (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_strpad(type, H5T_STR_NULLTERM) < 0
            || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        h5_close(type);
        return H5I_INVALID_HID;
    }
    return type;
}

hid_t
h5_boolean_type(void)
{
    static const char *const names[2] = { "FALSE", "TRUE" };
    hid_t type = H5Tenum_create(H5T_NATIVE_INT8);

    for (signed char value = 0; type >= 0 && value < 2; value++)
        if (H5Tenum_insert(type, names[(int)value], &value) < 0) {
            h5_close(type);
            return H5I_INVALID_HID;
        }
    return type;
}

/* ---- attributes ---- */

/* n < 0: a scalar. `type` is closed. */
static sci_status
write(sci_h5_output *out, const char *object, const char *name, hid_t type, int64_t n,
      const void *values)
{
    hid_t id = H5I_INVALID_HID;
    char *where = NULL;
    sci_status st = sci_format(&where, "%s:%s", out->name, object);

    if (st == SCI_OK)
        st = h5_output_object(out, object, &id);
    if (st == SCI_OK)
        st = h5_attribute_write(id, where, name, type, n, values);
    h5_close(id);
    h5_close(type);
    sci_free(where);
    return st;
}

sci_status
sci_h5_output_attribute_pairs(sci_h5_output *out, const char *object, size_t n,
                              const char *const (*pairs)[2])
{
    hid_t id = H5I_INVALID_HID, type = H5I_INVALID_HID;
    char *where = NULL;
    sci_status st = sci_format(&where, "%s:%s", out->name, object);

    if (st == SCI_OK)
        st = h5_enter();
    if (st != SCI_OK) {
        sci_free(where);
        return st;
    }
    st = h5_output_object(out, object, &id);
    type = h5_text_type();
    for (size_t i = 0; st == SCI_OK && i < n; i++)
        st = h5_attribute_write(id, where, pairs[i][0], type, -1, &pairs[i][1]);
    h5_close(type);
    h5_close(id);
    h5_leave();
    sci_free(where);
    return st;
}

sci_status
sci_h5_output_attribute_text(sci_h5_output *out, const char *object, const char *name,
                             const char *value)
{
    const char *const pair[2] = { name, value };

    return sci_h5_output_attribute_pairs(out, object, 1, &pair);
}

sci_status
sci_h5_output_attribute_texts(sci_h5_output *out, const char *object, const char *name,
                              const sci_texts *values)
{
    static const char *const nothing = "";
    const char **texts = NULL;
    sci_status st = sci_alloc(&texts, values->n, 1, sizeof *texts);

    if (st == SCI_OK)
        st = h5_enter();
    if (st != SCI_OK)
        goto out;
    for (uint64_t i = 0; i < values->n; i++)
        texts[i] = values->items[i] != NULL ? values->items[i] : nothing;
    st = write(out, object, name, h5_text_type(), (int64_t)values->n, texts);
    h5_leave();
out:
    sci_free(texts);
    return st;
}

sci_status
sci_h5_output_attribute_integers(sci_h5_output *out, const char *object, const char *name,
                                 uint64_t n, const int64_t *values)
{
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = write(out, object, name, H5Tcopy(H5T_NATIVE_INT64), (int64_t)n, values);
    h5_leave();
    return st;
}

sci_status
sci_h5_output_attribute_numbers(sci_h5_output *out, const char *object, const char *name,
                                uint64_t n, const double *values)
{
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = write(out, object, name, H5Tcopy(H5T_NATIVE_DOUBLE), (int64_t)n, values);
    h5_leave();
    return st;
}

sci_status
sci_h5_output_attribute_truth(sci_h5_output *out, const char *object, const char *name, bool value)
{
    signed char byte = value ? 1 : 0;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = write(out, object, name, h5_boolean_type(), -1, &byte);
    h5_leave();
    return st;
}

sci_status
sci_h5_output_attribute_target(sci_h5_output *out, const char *object, const char *name,
                               const char *target)
{
    hobj_ref_t reference;
    hid_t id = H5I_INVALID_HID;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = h5_output_object(out, target, &id);
    if (st == SCI_OK && H5Rcreate(&reference, id, ".", H5R_OBJECT, H5I_INVALID_HID) < 0)
        st = h5_fail(SCI_ERR_IO, "'%s': no reference to '%s' can be made", out->name, target);
    h5_close(id);
    if (st == SCI_OK)
        st = write(out, object, name, H5Tcopy(H5T_STD_REF_OBJ), -1, &reference);
    h5_leave();
    return st;
}
