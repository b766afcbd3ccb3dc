/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists, truth values and references in attributes. */
#include <string.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "h5_attribute_priv.h"
#include "h5_dataset_priv.h"
#include "h5_look_priv.h"

#define NUMBERS_MOST ((uint64_t)1 << 20)

/* An attribute open for a look, inside the lock. */
typedef struct opened {
    hid_t object, attribute, type;
    uint64_t n;
    char *where;
} opened;

static void
close_attribute(opened *o)
{
    h5_close(o->type);
    h5_close(o->attribute);
    h5_close(o->object);
    h5_leave();
    sci_free(o->where);
}

static sci_status
look(opened *o, const char *name)
{
    htri_t exists = H5Aexists(o->object, name);
    hid_t space = H5I_INVALID_HID;
    hssize_t n = -1;

    if (exists == 0)
        return sci_fail(SCI_ERR_NOTFOUND, "'%s' has no attribute '%s'", o->where, name);
    if (exists > 0)
        o->attribute = H5Aopen(o->object, name, H5P_DEFAULT);
    if (o->attribute >= 0) {
        o->type = H5Aget_type(o->attribute);
        space = H5Aget_space(o->attribute);
        n = H5Sget_simple_extent_npoints(space);
        h5_close(space);
    }
    if (o->type < 0 || n < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is damaged", o->where, name);
    o->n = (uint64_t)n;
    return SCI_OK;
}

/* Closed by close_attribute if it succeeds. */
static sci_status
open_attribute(opened *o, sci_h5_file *file, const char *object, const char *name)
{
    sci_status st;

    *o = (opened){ .object = H5I_INVALID_HID,
                   .attribute = H5I_INVALID_HID,
                   .type = H5I_INVALID_HID };
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = sci_format(&o->where, "%s:%s", file->file->name, object);
    if (st == SCI_OK)
        st = h5_open_object(file->file, object, &o->object, NULL);
    if (st == SCI_OK)
        st = look(o, name);
    if (st != SCI_OK)
        close_attribute(o);
    return st;
}

sci_status
sci_h5_file_has_attribute(sci_h5_file *file, const char *object, const char *name, bool *out)
{
    opened o;
    bool there = false;
    sci_status st = open_attribute(&o, file, object, name);

    if (st == SCI_OK) {
        close_attribute(&o);
        *out = true;
        return SCI_OK;
    }
    if (st == SCI_ERR_NOTFOUND)
        st = sci_h5_file_has(file, object, &there);
    if (st == SCI_OK && !there)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s': there is no '%s'", file->file->name, object);
    if (st == SCI_OK)
        *out = false;
    return st;
}

sci_status
sci_h5_file_attribute_texts(sci_h5_file *file, const char *object, const char *name, sci_texts *out)
{
    uint64_t n = 0;
    char **texts = NULL;
    opened o;
    sci_status st = open_attribute(&o, file, object, name);

    if (st != SCI_OK)
        return st;
    if (o.n > 0)
        st = h5_attribute_read_texts(o.object, o.where, name, &n, &texts);
    close_attribute(&o);
    if (st == SCI_OK)
        st = sci_texts_copy(out, n, (const char *const *)texts);
    h5_texts_free(n, texts);
    return st;
}

/* ---- numbers ---- */

/* All elements as `memory_type`, into fresh storage at the pointer `out`. */
static sci_status
read_elements(const opened *o, const char *name, hid_t memory_type, size_t size, void *out)
{
    void *values = NULL;
    sci_status st;

    if (o->n > NUMBERS_MOST)
        return sci_fail(SCI_ERR_UNSAFE, "'%s': its attribute '%s' claims %llu elements", o->where,
                        name, (unsigned long long)o->n);
    st = sci_alloc_zero(&values, o->n, 1, size);
    if (st != SCI_OK)
        return st;
    if (o->n > 0 && H5Aread(o->attribute, memory_type, values) < 0) {
        sci_free(values);
        return h5_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is damaged", o->where, name);
    }
    memcpy(out, &values, sizeof values);
    return SCI_OK;
}

static sci_status
read_integers(const opened *o, const char *name, bool booleans, int64_t **out)
{
    int64_t *values = NULL;
    sci_status st;

    if (H5Tget_class(o->type) != H5T_INTEGER && !(booleans && h5_type_is_boolean(o->type)))
        return sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' has no integers", o->where, name);
    st = read_elements(o, name, H5T_NATIVE_INT64, sizeof *values, &values);
    if (st == SCI_OK)
        *out = values;
    return st;
}

sci_status
sci_h5_file_attribute_integers(sci_h5_file *file, const char *object, const char *name, uint64_t *n,
                               int64_t **out)
{
    opened o;
    sci_status st = open_attribute(&o, file, object, name);

    if (st != SCI_OK)
        return st;
    st = read_integers(&o, name, false, out);
    if (st == SCI_OK)
        *n = o.n;
    close_attribute(&o);
    return st;
}

sci_status
sci_h5_file_attribute_numbers(sci_h5_file *file, const char *object, const char *name, uint64_t *n,
                              double **out)
{
    opened o;
    sci_status st = open_attribute(&o, file, object, name);

    if (st != SCI_OK)
        return st;
    if (H5Tget_class(o.type) != H5T_INTEGER && H5Tget_class(o.type) != H5T_FLOAT)
        st = sci_fail(SCI_ERR_TYPE, "'%s': its attribute '%s' has no numbers", o.where, name);
    else
        st = read_elements(&o, name, H5T_NATIVE_DOUBLE, sizeof **out, out);
    if (st == SCI_OK)
        *n = o.n;
    close_attribute(&o);
    return st;
}

sci_status
sci_h5_file_attribute_truth(sci_h5_file *file, const char *object, const char *name, bool *out)
{
    int64_t *values = NULL;
    opened o;
    sci_status st = open_attribute(&o, file, object, name);

    if (st != SCI_OK)
        return st;
    if (o.n != 1)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is no single value", o.where, name);
    else
        st = read_integers(&o, name, true, &values);
    if (st == SCI_OK)
        *out = values[0] != 0;
    sci_free(values);
    close_attribute(&o);
    return st;
}

/* ---- references ---- */

typedef struct search {
    haddr_t address;
    char *path;
    sci_status status;
} search;

/* The address in the link tells, without the object being opened. */
static herr_t
compare(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    search *s = context;

    (void)group;
    h5_rearm(0);
    if (info->type != H5L_TYPE_HARD || info->u.address != s->address)
        return 0;
    s->status = sci_format(&s->path, "/%s", name);
    return 1;
}

static sci_status
find_address(h5_file *file, const opened *o, const char *name, hobj_ref_t reference, char **path)
{
    search s = { .address = (haddr_t)reference, .status = SCI_OK };

    if (reference == 0 || reference == HADDR_UNDEF)
        return sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is a reference to nothing",
                        o->where, name);
    if (H5Lvisit(file->id, H5_INDEX_NAME, H5_ITER_INC, compare, &s) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged: its groups cannot be read", file->name);
    if (s.status == SCI_OK && s.path == NULL)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s': its attribute '%s' refers to an object that is not in the file",
                        o->where, name);
    if (s.status == SCI_OK)
        *path = s.path;
    return s.status;
}

sci_status
sci_h5_file_attribute_target(sci_h5_file *file, const char *object, const char *name, char **path)
{
    hobj_ref_t reference = 0;
    opened o;
    sci_status st = open_attribute(&o, file, object, name);

    if (st != SCI_OK)
        return st;
    if (H5Tget_class(o.type) != H5T_REFERENCE || H5Tequal(o.type, H5T_STD_REF_OBJ) <= 0 || o.n != 1)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is no single object reference",
                      o.where, name);
    else if (H5Aread(o.attribute, H5T_STD_REF_OBJ, &reference) < 0)
        st = h5_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is damaged", o.where, name);
    else
        st = find_address(file->file, &o, name, reference, path);
    close_attribute(&o);
    return st;
}

/* The first reference in the list of an axis; 0 if it has none. */
static sci_status
read_first(const opened *o, int axis, hobj_ref_t *out)
{
    hvl_t lists[SCI_MAX_RANK];
    hid_t element =
        H5Tget_class(o->type) == H5T_VLEN ? H5Tget_super(o->type) : H5I_INVALID_HID;
    hid_t space = H5Aget_space(o->attribute);
    sci_status st = SCI_OK;

    *out = 0;
    if (element < 0 || space < 0 || H5Tequal(element, H5T_STD_REF_OBJ) <= 0
        || o->n > SCI_MAX_RANK)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute 'DIMENSION_LIST' is damaged", o->where);
    else if (axis >= 0 && (uint64_t)axis < o->n && H5Aread(o->attribute, o->type, lists) < 0)
        st = h5_fail(SCI_ERR_FORMAT, "'%s': its attribute 'DIMENSION_LIST' is damaged", o->where);
    else if (axis >= 0 && (uint64_t)axis < o->n) {
        if (lists[axis].len > 0)
            memcpy(out, lists[axis].p, sizeof *out);
        (void)H5Dvlen_reclaim(o->type, space, H5P_DEFAULT, lists);
    }
    h5_close(space);
    h5_close(element);
    return st;
}

sci_status
sci_h5_file_scale(sci_h5_file *file, const char *dataset, int axis, char **path)
{
    hobj_ref_t reference = 0;
    opened o;
    sci_status st = open_attribute(&o, file, dataset, "DIMENSION_LIST");

    if (st != SCI_OK)
        return st;
    st = read_first(&o, axis, &reference);
    if (st == SCI_OK && reference == 0)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has no dimension scale for its axis %d", o.where,
                      axis);
    if (st == SCI_OK)
        st = find_address(file->file, &o, "DIMENSION_LIST", reference, path);
    close_attribute(&o);
    return st;
}
