/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF5 datatypes and our element types. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "h5_dataset_priv.h"

/* ---- numbers ---- */

static H5T_order_t
native_order(void)
{
    return H5Tget_order(H5T_NATIVE_INT32);
}

/* Every bit of every byte belongs to the number, in one of the two plain byte orders. */
static bool
is_plain(hid_t type, bool *swapped)
{
    size_t size = H5Tget_size(type);
    H5T_order_t order = H5Tget_order(type);

    *swapped = size > 1 && order != native_order();
    return H5Tget_precision(type) == 8 * size && H5Tget_offset(type) == 0
           && (size == 1 || order == H5T_ORDER_LE || order == H5T_ORDER_BE);
}

static bool
decode_integer(hid_t type, sci_type *out)
{
    bool is_signed = H5Tget_sign(type) == H5T_SGN_2;

    switch (H5Tget_size(type)) {
    case 1:
        *out = is_signed ? SCI_INT8 : SCI_UINT8;
        return true;
    case 2:
        *out = is_signed ? SCI_INT16 : SCI_UINT16;
        return true;
    case 4:
        *out = is_signed ? SCI_INT32 : SCI_UINT32;
        return true;
    case 8:
        *out = is_signed ? SCI_INT64 : SCI_UINT64;
        return true;
    default:
        return false;
    }
}

/* The exponent's and fraction's bits, as IEEE 754 has them in binary16, 32 and 64. */
static bool
has_fields(hid_t type, size_t exponent_bits, size_t fraction_bits)
{
    size_t spos, epos, esize, mpos, msize;

    if (H5Tget_fields(type, &spos, &epos, &esize, &mpos, &msize) < 0)
        return false;
    return mpos == 0 && msize == fraction_bits && epos == fraction_bits && esize == exponent_bits
           && spos == fraction_bits + exponent_bits && H5Tget_norm(type) == H5T_NORM_IMPLIED
           && H5Tget_ebias(type) == ((size_t)1 << (exponent_bits - 1)) - 1;
}

static bool
decode_float(hid_t type, sci_type *out)
{
    switch (H5Tget_size(type)) {
    case 2:
        *out = SCI_FLOAT16;
        return has_fields(type, 5, 10);
    case 4:
        *out = SCI_FLOAT32;
        return has_fields(type, 8, 23);
    case 8:
        *out = SCI_FLOAT64;
        return has_fields(type, 11, 52);
    default:
        return false;
    }
}

/* h5py's booleans: an enumeration of one byte with FALSE = 0 and TRUE = 1. */
bool
h5_type_is_boolean(hid_t type)
{
    static const char *const names[2] = { "FALSE", "TRUE" };

    if (H5Tget_class(type) != H5T_ENUM || H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        unsigned char value = 2;
        char *name = H5Tget_member_name(type, i);
        bool same;

        if (name == NULL || H5Tget_member_value(type, i, &value) < 0 || value > 1) {
            (void)H5free_memory(name);
            return false;
        }
        same = strcasecmp(name, names[value]) == 0;
        (void)H5free_memory(name);
        if (!same)
            return false;
    }
    return true;
}

/* ---- names ---- */

static const char *
float_name(hid_t type)
{
    sci_type t;

    if (decode_float(type, &t))
        return t == SCI_FLOAT16 ? "float16" : t == SCI_FLOAT32 ? "float32" : "float64";
    if (H5Tget_size(type) == 2 && has_fields(type, 8, 7))
        return "bfloat16";
    return H5Tget_size(type) > 8 ? "long double" : "unusual floating-point number";
}

/* h5py's complex numbers: a pair of floating-point numbers r and i. */
static bool
is_complex(hid_t type)
{
    bool both = H5Tget_nmembers(type) == 2;

    for (unsigned i = 0; both && i < 2; i++) {
        char *name = H5Tget_member_name(type, i);

        both = name != NULL && (name[0] == 'r' || name[0] == 'i')
               && H5Tget_member_class(type, i) == H5T_FLOAT;
        (void)H5free_memory(name);
    }
    return both;
}

static const char *
class_name(hid_t type)
{
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        return float_name(type);
    case H5T_STRING:
        return "string";
    case H5T_BITFIELD:
        return "bit field";
    case H5T_OPAQUE:
        return "opaque";
    case H5T_COMPOUND:
        return is_complex(type) ? "complex" : "compound";
    case H5T_REFERENCE:
        return "reference";
    case H5T_ENUM:
        return h5_type_is_boolean(type) ? "boolean" : "enumeration";
    case H5T_VLEN:
        return "variable-length list";
    case H5T_ARRAY:
        return "array";
    case H5T_TIME:
        return "time";
    default:
        return "unknown";
    }
}

void
h5_type_text(hid_t type, char *text, size_t bytes)
{
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    bool number = class == H5T_INTEGER || class == H5T_FLOAT;
    const char *order =
        number && size > 1 && H5Tget_order(type) == H5T_ORDER_BE ? ", big-endian" : "";

    if (class == H5T_INTEGER)
        (void)snprintf(text, bytes, "%sint%zu%s", H5Tget_sign(type) == H5T_SGN_2 ? "" : "u",
                       8 * size, order);
    else
        (void)snprintf(text, bytes, "%s%s", class_name(type), order);
}

/* ---- decoding ---- */

sci_status
h5_type_decode(hid_t type, const char *where, sci_array *array)
{
    char text[64];
    bool known = false;

    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        known = decode_integer(type, &array->type);
        break;
    case H5T_FLOAT:
        known = decode_float(type, &array->type);
        break;
    case H5T_ENUM:
        known = h5_type_is_boolean(type);
        array->type = SCI_UINT8;
        array->swapped = false;
        break;
    default:
        break;
    }
    h5_type_text(type, text, sizeof text);
    if (!known)
        return sci_fail(SCI_ERR_TYPE, "'%s': elements of type %s are not supported", where, text);
    if (H5Tget_class(type) != H5T_ENUM && !is_plain(type, &array->swapped))
        return sci_fail(SCI_ERR_TYPE,
                        "'%s': elements of type %s with unused bits are not supported", where,
                        text);
    return SCI_OK;
}

hid_t
h5_native(sci_type type)
{
    switch (type) {
    case SCI_INT8:
        return H5T_NATIVE_INT8;
    case SCI_INT16:
        return H5T_NATIVE_INT16;
    case SCI_INT32:
        return H5T_NATIVE_INT32;
    case SCI_INT64:
        return H5T_NATIVE_INT64;
    case SCI_UINT8:
        return H5T_NATIVE_UINT8;
    case SCI_UINT16:
        return H5T_NATIVE_UINT16;
    case SCI_UINT32:
        return H5T_NATIVE_UINT32;
    case SCI_UINT64:
        return H5T_NATIVE_UINT64;
    case SCI_FLOAT32:
        return H5T_NATIVE_FLOAT;
    case SCI_FLOAT64:
        return H5T_NATIVE_DOUBLE;
    case SCI_FLOAT16:
        break; /* HDF5 1.10 has no type of that name */
    }
    return H5I_INVALID_HID;
}

hid_t
h5_type_create(sci_type type)
{
    hid_t half;

    if (type != SCI_FLOAT16)
        return H5Tcopy(h5_native(type));
    half = H5Tcopy(H5T_NATIVE_FLOAT);
    /* The fields must fit at every step: first the fields, then the size. */
    if (half >= 0
        && (H5Tset_fields(half, 15, 10, 5, 0, 10) < 0 || H5Tset_size(half, 2) < 0
            || H5Tset_ebias(half, 15) < 0)) {
        h5_close(half);
        return H5I_INVALID_HID;
    }
    return half;
}
