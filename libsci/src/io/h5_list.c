/* SPDX-License-Identifier: BSD-3-Clause */
/* Everything that is in a file, one link after the other. Nothing outside the file is opened and
 * no data are read but attributes. */
#include <string.h>

#include <sci/memory.h>

#include "h5_dataset_priv.h"
#include "h5_look_priv.h"

enum {
    ATTRIBUTES_MOST = 64,
    ATTRIBUTE_BYTES_MOST = 1 << 20, /* larger ones are named without values */
    FILTERS_TEXT = 256
};

typedef struct lister {
    sci_h5_file *file;
    sci_status (*visit)(void *context, const sci_h5_item *item);
    void *context;
    const char *above; /* the group whose links are visited: "/a"; "" for the root */
    sci_status status;
} lister;

/* ---- attributes ---- */

/* What the attributes of one object point at. */
typedef struct attributes {
    size_t n;
    sci_h5_attribute item[ATTRIBUTES_MOST];
    void *values[ATTRIBUTES_MOST]; /* numbers, or the table of texts */
    char *texts[ATTRIBUTES_MOST][SCI_H5_VALUES_MOST];
    char names[ATTRIBUTES_MOST][SCI_H5_TEXT_MOST];
    char types[ATTRIBUTES_MOST][64];
} attributes;

static void
attributes_free(attributes *a)
{
    for (size_t i = 0; i < a->n; i++) {
        sci_free(a->values[i]);
        for (size_t k = 0; k < SCI_H5_VALUES_MOST; k++)
            sci_free(a->texts[i][k]);
    }
    a->n = 0;
}

/* All values of a number attribute in a memory type of 8 bytes. */
static sci_status
read_numbers(attributes *a, size_t i, hid_t attribute, hid_t memory, uint64_t elements)
{
    sci_status st = sci_alloc_zero(&a->values[i], elements, 8, 1);

    if (st == SCI_OK && H5Aread(attribute, memory, a->values[i]) < 0) {
        (void)H5Eclear2(H5E_DEFAULT);
        sci_free(a->values[i]);
        a->values[i] = NULL;
        return SCI_OK; /* a damaged attribute is shown without its values */
    }
    return st;
}

/* Texts of fixed length, or pointers to texts of variable length, as HDF5 gives them in `raw`. */
static sci_status
keep_texts(attributes *a, size_t i, const unsigned char *raw, size_t bytes, bool variable)
{
    for (size_t k = 0; k < a->item[i].n; k++) {
        const char *from = (const char *)raw + k * bytes;
        size_t length = bytes;
        sci_status st;

        if (variable) {
            memcpy(&from, raw + k * sizeof from, sizeof from);
            length = from != NULL ? SCI_H5_TEXT_MOST : 0;
        }
        if (length > SCI_H5_TEXT_MOST)
            length = SCI_H5_TEXT_MOST;
        st = sci_format(&a->texts[i][k], "%.*s", (int)length, length > 0 ? from : "");
        if (st != SCI_OK)
            return st;
    }
    a->item[i].texts = (const char *const *)a->texts[i];
    return SCI_OK;
}

static sci_status
read_texts(attributes *a, size_t i, hid_t attribute, hid_t type, uint64_t elements)
{
    bool variable = H5Tis_variable_str(type) > 0;
    size_t bytes = H5Tget_size(type);
    unsigned char *raw = NULL;
    hid_t space = H5Aget_space(attribute);
    sci_status st = SCI_OK;

    if (space >= 0 && bytes > 0 && elements * bytes <= ATTRIBUTE_BYTES_MOST)
        st = sci_alloc_zero(&raw, elements, bytes, 1);
    if (st == SCI_OK && raw != NULL) {
        if (H5Aread(attribute, type, raw) < 0) {
            (void)H5Eclear2(H5E_DEFAULT);
        } else {
            st = keep_texts(a, i, raw, bytes, variable);
            if (variable)
                (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw);
        }
    }
    sci_free(raw);
    h5_close(space);
    return st;
}

static sci_status
read_values(attributes *a, size_t i, hid_t attribute, hid_t type)
{
    sci_h5_attribute *item = &a->item[i];
    H5T_class_t kind = H5Tget_class(type);
    sci_status st = SCI_OK;

    if (item->elements == 0 || item->elements > ATTRIBUTE_BYTES_MOST / 8)
        return SCI_OK;
    item->n = item->elements < SCI_H5_VALUES_MOST ? (size_t)item->elements : SCI_H5_VALUES_MOST;
    if (kind == H5T_FLOAT) {
        st = read_numbers(a, i, attribute, H5T_NATIVE_DOUBLE, item->elements);
        item->reals = a->values[i];
    } else if (kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_NONE) {
        st = read_numbers(a, i, attribute, H5T_NATIVE_UINT64, item->elements);
        item->unsigneds = a->values[i];
    } else if (kind == H5T_INTEGER || kind == H5T_ENUM) {
        st = read_numbers(a, i, attribute, H5T_NATIVE_INT64, item->elements);
        item->integers = a->values[i];
    } else if (kind == H5T_STRING) {
        st = read_texts(a, i, attribute, type, item->elements);
    }
    if (item->reals == NULL && item->integers == NULL && item->unsigneds == NULL
        && item->texts == NULL)
        item->n = 0;
    return st;
}

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
read_attribute(attributes *a, hid_t object, uint64_t index)
{
    size_t i = a->n;
    hid_t attribute, type = H5I_INVALID_HID, space = H5I_INVALID_HID;
    sci_status st = SCI_OK;
    hssize_t elements;

    attribute =
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, index, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Aget_name(attribute, sizeof a->names[i], a->names[i]) < 0)
        goto out;
    type = H5Aget_type(attribute);
    space = H5Aget_space(attribute);
    if (type < 0 || space < 0 || is_bookkeeping(a->names[i]))
        goto out;
    elements = H5Sget_simple_extent_npoints(space);
    a->item[i] = (sci_h5_attribute){ .name = a->names[i], .type = a->types[i] };
    a->item[i].elements = elements > 0 ? (uint64_t)elements : 0;
    a->item[i].scalar = H5Sget_simple_extent_ndims(space) == 0;
    h5_type_text(type, a->types[i], sizeof a->types[i]);
    a->n++;
    st = read_values(a, i, attribute, type);
out:
    (void)H5Eclear2(H5E_DEFAULT);
    h5_close(space);
    h5_close(type);
    h5_close(attribute);
    return st;
}

static sci_status
read_attributes(attributes *a, hid_t object)
{
    H5O_info_t info;
    sci_status st = SCI_OK;

    if (H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0) {
        (void)H5Eclear2(H5E_DEFAULT);
        return SCI_OK;
    }
    for (uint64_t i = 0; st == SCI_OK && i < info.num_attrs && a->n < ATTRIBUTES_MOST; i++) {
        h5_rearm(0);
        st = read_attribute(a, object, i);
    }
    return st;
}

/* ---- datasets ---- */

static const char *
layout_text(hid_t list)
{
    switch (H5Pget_layout(list)) {
    case H5D_COMPACT:
        return "compact";
    case H5D_CONTIGUOUS:
        return H5Pget_external_count(list) > 0 ? "external" : "contiguous";
    case H5D_CHUNKED:
        return "chunked";
    case H5D_VIRTUAL:
        return "virtual";
    default:
        return "unknown";
    }
}

/* Shape, type and storage; what cannot be told stays empty. */
static void
describe_dataset(sci_h5_item *item, hid_t dataset, char *type_room, size_t type_size,
                 char *filters_room)
{
    hid_t type = H5Dget_type(dataset), list = H5Dget_create_plist(dataset);
    bool whole = list >= 0 && H5Pget_layout(list) != H5D_VIRTUAL;
    /* To tell the shape of a virtual dataset HDF5 opens its parts in other files. */
    hid_t space = whole ? H5Dget_space(dataset) : H5I_INVALID_HID;
    hsize_t shape[SCI_MAX_RANK], most[SCI_MAX_RANK], chunk[SCI_MAX_RANK];

    if (type >= 0)
        h5_type_text(type, type_room, type_size);
    if (space >= 0 && H5Sget_simple_extent_ndims(space) <= SCI_MAX_RANK)
        item->rank = H5Sget_simple_extent_dims(space, shape, most);
    if (item->rank < 0)
        item->rank = 0;
    for (int a = 0; a < item->rank; a++) {
        item->shape[a] = shape[a];
        item->shape_most[a] = most[a] == H5S_UNLIMITED ? UINT64_MAX : most[a];
    }
    if (list >= 0) {
        item->layout = layout_text(list);
        h5_storage_filters_text(list, filters_room, FILTERS_TEXT);
        item->chunked = H5Pget_layout(list) == H5D_CHUNKED
                        && H5Pget_chunk(list, SCI_MAX_RANK, chunk) == item->rank;
        for (int a = 0; item->chunked && a < item->rank; a++)
            item->chunk[a] = chunk[a];
    }
    item->stored = whole ? H5Dget_storage_size(dataset) : 0;
    (void)H5Eclear2(H5E_DEFAULT);
    h5_close(list);
    h5_close(space);
    h5_close(type);
}

/* Labels of the axes, where the dataset is one that can be read at all. */
static sci_status
find_labels(const lister *l, sci_h5_item *item, sci_source **source)
{
    sci_status st = h5_source_in(source, l->file->file, item->path, NULL);

    if (st != SCI_OK) {
        *source = NULL;
        return st == SCI_ERR_NOMEM ? st : SCI_OK;
    }
    for (int a = 0; a < item->rank; a++)
        item->labels[a] = sci_h5_source_axis(*source, a);
    return SCI_OK;
}

/* ---- the walk ---- */

static sci_status
visit_object(lister *l, sci_h5_item *item, hid_t object)
{
    attributes *a = NULL;
    sci_source *source = NULL;
    char type[64] = "", filters[FILTERS_TEXT] = "";
    sci_status st = sci_alloc_zero(&a, 1, 1, sizeof *a);

    if (st != SCI_OK)
        return st;
    item->kind = H5Iget_type(object) == H5I_DATASET    ? SCI_H5_DATASET
                 : H5Iget_type(object) == H5I_DATATYPE ? SCI_H5_DATATYPE
                                                       : SCI_H5_GROUP;
    item->type = type;
    item->filters = filters;
    item->layout = "";
    if (item->kind == SCI_H5_DATASET) {
        describe_dataset(item, object, type, sizeof type, filters);
        st = find_labels(l, item, &source);
    }
    if (st == SCI_OK)
        st = read_attributes(a, object);
    item->attributes = a->item;
    item->n_attributes = a->n;
    if (st == SCI_OK)
        st = l->visit(l->context, item);
    sci_source_free(source);
    attributes_free(a);
    sci_free(a);
    return st;
}

static sci_status
visit_soft_link(lister *l, sci_h5_item *item, hid_t group, const char *name, size_t bytes)
{
    char *target = NULL;
    sci_status st;

    if (bytes > ATTRIBUTE_BYTES_MOST)
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s': the link is damaged", l->file->file->name,
                        item->path);
    st = sci_alloc_zero(&target, bytes + 1, 1, 1);
    if (st != SCI_OK)
        return st;
    if (H5Lget_val(group, name, target, bytes, H5P_DEFAULT) < 0) {
        st = h5_fail(SCI_ERR_FORMAT, "'%s:%s': the link is damaged", l->file->file->name,
                     item->path);
    } else {
        bool there = false;

        st = sci_h5_file_has(l->file, item->path, &there);
        item->kind = SCI_H5_SOFT_LINK;
        item->target = target;
        item->dangling = !there;
        if (st != SCI_ERR_NOMEM) /* what must not be followed is not reached either */
            st = l->visit(l->context, item);
    }
    sci_free(target);
    return st;
}

static herr_t
visit_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    lister *l = context;
    sci_h5_item item = { .filters = "", .layout = "", .type = "" };
    char *path = NULL;
    hid_t object;

    h5_rearm(0);
    l->status = sci_format(&path, "%s/%s", l->above, name);
    if (l->status != SCI_OK)
        return -1;
    item.path = path;
    if (info->type == H5L_TYPE_SOFT) {
        l->status = visit_soft_link(l, &item, group, name, info->u.val_size);
    } else if (info->type != H5L_TYPE_HARD) {
        item.kind = SCI_H5_FOREIGN_LINK;
        l->status = l->visit(l->context, &item);
    } else {
        object = H5Oopen(group, name, H5P_DEFAULT);
        if (object < 0)
            l->status = h5_fail(SCI_ERR_FORMAT, "'%s:%s' is damaged", l->file->file->name, path);
        else
            l->status = visit_object(l, &item, object);
        h5_close(object);
    }
    sci_free(path);
    return l->status == SCI_OK ? 0 : -1;
}

static sci_status
visit_links(lister *l, hid_t group)
{
    if (H5Lvisit(group, H5_INDEX_NAME, H5_ITER_INC, visit_link, l) >= 0)
        return SCI_OK;
    return l->status != SCI_OK
               ? l->status
               : h5_fail(SCI_ERR_FORMAT, "'%s' is damaged: not all of it can be listed",
                         l->file->file->name);
}

static sci_status
list_root(lister *l)
{
    sci_h5_item root = { .path = "/", .filters = "", .layout = "", .type = "" };
    hid_t group = H5Gopen2(l->file->file->id, "/", H5P_DEFAULT);
    sci_status st;

    if (group < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", l->file->file->name);
    st = visit_object(l, &root, group);
    if (st == SCI_OK)
        st = visit_links(l, group);
    h5_close(group);
    return st;
}

static sci_status
list_below(lister *l, hid_t above, const char *name)
{
    hid_t object = H5Oopen(above, name, H5P_DEFAULT);
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/%s", l->above, name);

    if (st == SCI_OK && H5Iget_type(object) == H5I_GROUP) {
        l->above = path;
        st = visit_links(l, object);
    }
    h5_close(object);
    sci_free(path);
    return st;
}

/* Link `name` of the group at `above`, and what lies below it. */
static sci_status
list_link(lister *l, const char *path, const char *above, const char *name)
{
    hid_t group = H5I_INVALID_HID, object = H5I_INVALID_HID;
    char *real = NULL;
    H5L_info_t info;
    sci_status st = h5_open_object(l->file->file, above, &group, &real);

    if (st == SCI_OK
        && (H5Iget_type(group) != H5I_GROUP || H5Lget_info(group, name, &info, H5P_DEFAULT) < 0)) {
        st = h5_open_object(l->file->file, path, &object, NULL); /* it says what is wrong */
        if (st == SCI_OK)
            st = h5_fail(SCI_ERR_FORMAT, "'%s:%s' is damaged", l->file->file->name, path);
    }
    if (st == SCI_OK) {
        l->above = strcmp(real, "/") == 0 ? "" : real;
        (void)visit_link(group, name, &info, l);
        st = l->status;
    }
    if (st == SCI_OK && info.type == H5L_TYPE_HARD)
        st = list_below(l, group, name);
    h5_close(object);
    h5_close(group);
    sci_free(real);
    return st;
}

/* Bytes of `path` without the slashes and "/." at its end. */
static size_t
trimmed(const char *path)
{
    size_t n = strlen(path);

    while (n > 0 && (path[n - 1] == '/' || (path[n - 1] == '.' && (n == 1 || path[n - 2] == '/'))))
        n--;
    return n;
}

sci_status
sci_h5_file_list(sci_h5_file *file, const char *path,
                 sci_status (*visit)(void *context, const sci_h5_item *item), void *context)
{
    lister l = { file, visit, context, "", SCI_OK };
    char *above = NULL, *name = NULL;
    size_t end = trimmed(path), start = end;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    while (start > 0 && path[start - 1] != '/')
        start--;
    st = sci_format(&above, "%.*s", (int)start, path);
    if (st == SCI_OK)
        st = sci_format(&name, "%.*s", (int)(end - start), path + start);
    if (st == SCI_OK)
        st = end == 0 ? list_root(&l) : list_link(&l, path, above, name);
    h5_leave();
    sci_free(name);
    sci_free(above);
    return st;
}
