/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes from object to object. */
#include <string.h>

#include <sci/memory.h>

#include "h5_copy_priv.h"

#define ATTRIBUTE_BYTES_MOST ((size_t)64 << 20) /* far above what an object header holds */

/* One attribute in memory. */
typedef struct value {
    hid_t type, space;
    size_t n, size;
    unsigned char *bytes;
} value;

static void
value_free(value *v)
{
    if (v->bytes != NULL)
        (void)H5Dvlen_reclaim(v->type, v->space, H5P_DEFAULT, v->bytes);
    sci_free(v->bytes);
    h5_close(v->space);
    h5_close(v->type);
}

static sci_status
value_read(value *v, hid_t object, const char *name, const char *where)
{
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t stored = H5Aget_type(attribute);
    hssize_t n;
    sci_status st = SCI_OK;

    *v = (value){ .type = H5Tcopy(stored), .space = H5Aget_space(attribute) };
    n = H5Sget_simple_extent_npoints(v->space);
    v->size = H5Tget_size(v->type);
    if (attribute < 0 || n < 0 || v->size == 0) {
        st = h5_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is damaged", where, name);
        goto out;
    }
    v->n = (size_t)n;
    if (v->n > ATTRIBUTE_BYTES_MOST / v->size) {
        st = sci_fail(SCI_ERR_UNSAFE, "'%s': its attribute '%s' claims %zu elements", where, name,
                      v->n);
        goto out;
    }
    st = sci_alloc_zero(&v->bytes, v->n, v->size, 1);
    if (st == SCI_OK && v->n > 0 && H5Aread(attribute, v->type, v->bytes) < 0) {
        st = h5_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' cannot be read", where, name);
        sci_free(v->bytes);
        v->bytes = NULL;
    }
out:
    h5_close(stored);
    h5_close(attribute);
    return st;
}

static sci_status
value_write(const value *v, hid_t object, const char *name, const char *where)
{
    hid_t attribute = H5Acreate2(object, name, v->type, v->space, H5P_DEFAULT, H5P_DEFAULT);
    sci_status st = SCI_OK;

    if (attribute < 0 || (v->n > 0 && H5Awrite(attribute, v->type, v->bytes) < 0))
        st = h5_fail(SCI_ERR_IO, "'%s': its attribute '%s' cannot be copied", where, name);
    h5_close(attribute);
    return st;
}

/* The list of datasets that use a scale: entries without a dataset are left out. False if none
 * is left. */
static bool
shorten_reference_list(value *v)
{
    static const hobj_ref_t null = 0;
    int member =
        H5Tget_class(v->type) == H5T_COMPOUND ? H5Tget_member_index(v->type, "dataset") : -1;
    size_t at, kept = 0;
    hsize_t left;

    if (member < 0 || H5Tget_member_class(v->type, (unsigned)member) != H5T_REFERENCE)
        return true;
    at = H5Tget_member_offset(v->type, (unsigned)member);
    for (size_t i = 0; i < v->n; i++)
        if (memcmp(v->bytes + i * v->size + at, &null, sizeof null) != 0)
            memmove(v->bytes + kept++ * v->size, v->bytes + i * v->size, v->size);
    if (kept == v->n)
        return true;
    left = kept;
    h5_close(v->space);
    v->space = H5Screate_simple(1, &left, NULL);
    v->n = kept;
    return kept > 0;
}

sci_status
h5_copy_attribute(const sci_h5_output *out, hid_t from, hid_t to, const char *name,
                  const char *where)
{
    value v;
    sci_status st;

    st = value_read(&v, from, name, where);
    if (st == SCI_OK)
        st = h5_remap(out, from, v.type, v.n, v.bytes);
    if (st == SCI_OK && (strcmp(name, "REFERENCE_LIST") != 0 || shorten_reference_list(&v)))
        st = value_write(&v, to, name, where);
    value_free(&v);
    return st;
}

/* ---- all of an object ---- */

typedef struct visitor {
    sci_h5_output *out;
    h5_file *file;
    hid_t to;
    const char *from_path, *to_path;
    sci_status status;
} visitor;

static herr_t
copy_one(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    visitor *w = context;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    bool refers = type >= 0 && h5_has_references(type);
    value v;

    (void)info;
    h5_close(type);
    h5_close(attribute);
    h5_rearm(0);
    if (refers) {
        w->status =
            h5_copy_defer(w->out, H5_PENDING_ATTRIBUTE, w->file, w->from_path, w->to_path, name);
    } else {
        w->status = value_read(&v, object, name, w->from_path);
        if (w->status == SCI_OK)
            w->status = value_write(&v, w->to, name, w->from_path);
        value_free(&v);
    }
    return w->status == SCI_OK ? 0 : -1;
}

sci_status
h5_copy_attributes(sci_h5_output *out, h5_file *file, hid_t from, const char *from_path, hid_t to,
                   const char *to_path)
{
    visitor w = { out, file, to, from_path, to_path, SCI_OK };
    hsize_t start = 0;

    if (H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, &start, copy_one, &w) < 0
        && w.status == SCI_OK)
        w.status =
            h5_fail(SCI_ERR_FORMAT, "'%s:%s': its attributes are damaged", file->name, from_path);
    return w.status;
}
