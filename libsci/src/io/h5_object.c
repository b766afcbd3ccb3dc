/* SPDX-License-Identifier: BSD-3-Clause */
/* What an object is, without reading its elements: kind, shape, type, storage; names of a group,
 * fields of a compound dataset. */
#include <string.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "h5_look_priv.h"
#include "h5_values_priv.h"
#include "h5_walk_priv.h"

/* ---- types ---- */

static sci_h5_content
content_of(hid_t type)
{
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_FLOAT:
        return SCI_H5_NUMBERS;
    case H5T_STRING:
        return SCI_H5_TEXTS;
    case H5T_COMPOUND:
        return SCI_H5_COMPOUND;
    case H5T_ENUM:
        return h5_type_is_boolean(type) ? SCI_H5_BOOLEANS : SCI_H5_OTHER;
    default:
        return SCI_H5_OTHER;
    }
}

static void
describe_type(sci_h5_object *out, hid_t type)
{
    sci_array array = { 0 };

    out->content = content_of(type);
    h5_type_text(type, out->type, sizeof out->type);
    out->sourced = (out->content == SCI_H5_NUMBERS || out->content == SCI_H5_BOOLEANS)
                   && h5_type_decode(type, "", &array) == SCI_OK;
    out->element = array.type;
}

/* ---- datasets ---- */

static sci_status
describe_shape(sci_h5_object *out, hid_t space, const char *where)
{
    hsize_t shape[SCI_MAX_RANK];

    out->empty = H5Sget_simple_extent_type(space) == H5S_NULL;
    if (out->empty)
        return SCI_OK;
    out->rank = H5Sget_simple_extent_ndims(space);
    if (out->rank < 0 || out->rank > SCI_MAX_RANK
        || (out->rank > 0 && H5Sget_simple_extent_dims(space, shape, NULL) != out->rank))
        return h5_fail(SCI_ERR_FORMAT, "'%s': its shape is damaged", where);
    for (int i = 0; i < out->rank; i++)
        out->shape[i] = shape[i];
    return SCI_OK;
}

static sci_status
describe_chunks(sci_h5_object *out, hid_t list, const char *where)
{
    hsize_t chunk[SCI_MAX_RANK];

    h5_storage_filters_text(list, out->filters, sizeof out->filters);
    out->chunked = H5Pget_layout(list) == H5D_CHUNKED;
    if (!out->chunked)
        return SCI_OK;
    if (H5Pget_chunk(list, SCI_MAX_RANK, chunk) != out->rank)
        return h5_fail(SCI_ERR_FORMAT, "'%s': its chunks have another rank", where);
    for (int i = 0; i < out->rank; i++)
        out->chunk[i] = chunk[i];
    return SCI_OK;
}

static sci_status
describe_dataset(sci_h5_object *out, hid_t id, const char *where)
{
    hid_t list = H5Dget_create_plist(id), type = H5I_INVALID_HID, space = H5I_INVALID_HID;
    sci_status st;

    /* First: HDF5 opens the parts of a virtual dataset as soon as its shape is asked for. */
    st =
        list < 0 ? h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where) : h5_storage_safe(list, where);
    if (st != SCI_OK)
        goto out;
    type = H5Dget_type(id);
    space = H5Dget_space(id);
    if (type < 0 || space < 0) {
        st = h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where);
        goto out;
    }
    describe_type(out, type);
    st = describe_shape(out, space, where);
    if (st == SCI_OK)
        st = describe_chunks(out, list, where);
    out->stored = H5Dget_storage_size(id);
out:
    h5_close(space);
    h5_close(type);
    h5_close(list);
    return st;
}

sci_status
sci_h5_file_object(sci_h5_file *file, const char *path, sci_h5_object *out)
{
    sci_h5_object o = { .kind = SCI_H5_GROUP, .content = SCI_H5_OTHER };
    hid_t id = H5I_INVALID_HID;
    char *where = NULL;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = h5_open_object(file->file, path, &id, NULL);
    if (st == SCI_OK)
        st = sci_format(&where, "%s:%s", file->file->name, path);
    if (st == SCI_OK && H5Iget_type(id) == H5I_DATASET) {
        o.kind = SCI_H5_DATASET;
        st = describe_dataset(&o, id, where);
    } else if (st == SCI_OK && H5Iget_type(id) == H5I_DATATYPE) {
        o.kind = SCI_H5_DATATYPE;
        describe_type(&o, id);
    }
    (void)H5Eclear2(H5E_DEFAULT);
    h5_close(id);
    h5_leave();
    sci_free(where);
    if (st == SCI_OK)
        *out = o;
    return st;
}

/* ---- members ---- */

sci_status
sci_h5_file_members(sci_h5_file *file, const char *group, sci_texts *out)
{
    h5_names names = { 0 };
    hid_t id = H5I_INVALID_HID;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = h5_open_group(file->file, group, &id);
    if (st == SCI_OK)
        st = h5_names_read(&names, id, file->file->name);
    h5_close(id);
    h5_leave();
    if (st == SCI_OK)
        st = sci_texts_copy(out, names.count, (const char *const *)names.name);
    h5_names_clear(&names);
    return st;
}

static sci_status
name_fields(hid_t type, const char *where, sci_texts_maker *maker)
{
    int n = H5Tget_nmembers(type);
    sci_status st = SCI_OK;

    for (unsigned i = 0; st == SCI_OK && (int)i < n; i++) {
        char *name = H5Tget_member_name(type, i);

        st = name != NULL ? sci_texts_add(maker, name, strlen(name))
                          : h5_fail(SCI_ERR_FORMAT, "'%s': its type is damaged", where);
        (void)H5free_memory(name);
    }
    return st;
}

sci_status
sci_h5_file_fields(sci_h5_file *file, const char *dataset, sci_texts *out)
{
    sci_texts_maker maker = { 0 };
    h5_values v;
    sci_status st = h5_values_open(&v, file, dataset, NULL);

    if (st == SCI_OK && H5Tget_class(v.data.type) != H5T_COMPOUND)
        st = sci_fail(SCI_ERR_TYPE, "'%s' is no compound dataset", v.where);
    if (st == SCI_OK)
        st = name_fields(v.data.type, v.where, &maker);
    h5_values_close(&v);
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

sci_status
sci_h5_file_field(sci_h5_file *file, const char *dataset, const char *field, sci_h5_object *out)
{
    sci_h5_object o = { .kind = SCI_H5_DATATYPE };
    hsize_t shape[SCI_MAX_RANK];
    h5_values v;
    sci_status st = h5_values_open(&v, file, dataset, field);

    if (st == SCI_OK && v.array) {
        o.rank = H5Tget_array_ndims(v.field_type);
        if (o.rank < 0 || o.rank > SCI_MAX_RANK
            || H5Tget_array_dims2(v.field_type, shape) != o.rank)
            st = h5_fail(SCI_ERR_FORMAT, "'%s': its type is damaged", v.where);
        for (int i = 0; st == SCI_OK && i < o.rank; i++)
            o.shape[i] = shape[i];
    }
    if (st == SCI_OK) {
        describe_type(&o, v.element);
        *out = o;
    }
    h5_values_close(&v);
    return st;
}
