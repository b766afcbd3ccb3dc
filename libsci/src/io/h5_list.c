/* SPDX-License-Identifier: BSD-3-Clause */
/* Everything that is in a file, one link after the other. Nothing outside the file is opened and
 * no data are read but attributes. */
#include <string.h>

#include <sci/memory.h>

#include "h5_dataset_priv.h"
#include "h5_list_priv.h"

enum { LINK_BYTES_MOST = 1 << 16, FILTERS_TEXT = 256 };

typedef struct lister {
    sci_h5_file *file;
    sci_status (*visit)(void *context, const sci_h5_item *item);
    void *context;
    const char *above; /* the group whose links are visited: "/a"; "" for the root */
    sci_status status;
} lister;

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
    item->shaped = space >= 0 && H5Sget_simple_extent_type(space) != H5S_NULL;
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
    h5_listed a = { 0 };
    sci_source *source = NULL;
    char type[64] = "", filters[FILTERS_TEXT] = "";
    sci_status st = SCI_OK;

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
        st = h5_listed_read(&a, object);
    item->attributes = a.item;
    item->n_attributes = a.n;
    if (st == SCI_OK)
        st = l->visit(l->context, item);
    sci_source_free(source);
    h5_listed_clear(&a);
    return st;
}

static sci_status
visit_soft_link(lister *l, sci_h5_item *item, hid_t group, const char *name, size_t bytes)
{
    char *target = NULL;
    sci_status st;

    if (bytes > LINK_BYTES_MOST)
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
