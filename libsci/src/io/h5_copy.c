/* SPDX-License-Identifier: BSD-3-Clause */
/* The objects that an output keeps from a file: all but one dataset under any of its names, or all
 * but what stands under some names. */
#include <string.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "h5_copy_priv.h"
#include "h5_dataset_priv.h"
#include "h5_look_priv.h"
#include "h5_source_priv.h"
#include "h5_walk_priv.h"

#define GROUPS_DEEP 256
#define LINK_BYTES_MOST ((size_t)1 << 16)

typedef struct walk {
    sci_h5_output *out;
    h5_file *file;
    const h5_source *source; /* its dataset is left out under any name; NULL: none is */
    H5O_info_t left_out;
    size_t n_names; /* left out too */
    const char *const *names;
    int depth;
} walk;

/* One link of a group. */
typedef struct member {
    hid_t from, to; /* the groups */
    const char *name;
    char *path;
} member;

static sci_status
fail_damaged(const walk *w, const char *path)
{
    return h5_fail(SCI_ERR_FORMAT, "'%s:%s' is damaged and cannot be copied", w->file->name, path);
}

static sci_status
fail_write(const walk *w, const char *path)
{
    return h5_fail(SCI_ERR_IO, "'%s:%s' cannot be copied", w->file->name, path);
}

static sci_status copy_members(walk *w, hid_t from, hid_t to, const char *path);

/* ---- links ---- */

static sci_status
copy_link(const walk *w, const member *m, const H5L_info_t *info)
{
    const char *file = NULL, *object = NULL;
    size_t bytes = info->u.val_size;
    unsigned flags;
    char *value = NULL;
    herr_t made;
    sci_status st;

    if (info->type != H5L_TYPE_SOFT && info->type != H5L_TYPE_EXTERNAL)
        return sci_fail(SCI_ERR_UNSAFE, "'%s:%s' is a user-defined link, which cannot be copied",
                        w->file->name, m->path);
    if (bytes == 0 || bytes > LINK_BYTES_MOST)
        return fail_damaged(w, m->path);
    st = sci_alloc_zero(&value, bytes + 1, 1, 1);
    if (st != SCI_OK)
        return st;
    if (H5Lget_val(m->from, m->name, value, bytes, H5P_DEFAULT) < 0
        || (info->type == H5L_TYPE_EXTERNAL
            && H5Lunpack_elink_val(value, bytes, &flags, &file, &object) < 0)) {
        st = fail_damaged(w, m->path);
        goto out;
    }
    made = info->type == H5L_TYPE_SOFT
               ? H5Lcreate_soft(value, m->to, m->name, H5P_DEFAULT, H5P_DEFAULT)
               : H5Lcreate_external(file, object, m->to, m->name, H5P_DEFAULT, H5P_DEFAULT);
    if (made < 0)
        st = fail_write(w, m->path);
out:
    sci_free(value);
    return st;
}

/* ---- objects ---- */

/* A creation list like that of a group. HDF5 1.10 counts the links of the group into the list
 * itself, so that it cannot be used as it is. */
static hid_t
group_list(hid_t object)
{
    hid_t old = H5Gget_create_plist(object), list = H5Pcreate(H5P_GROUP_CREATE);
    unsigned links = 0, attributes = 0;
    bool good = old >= 0 && list >= 0 && H5Pget_link_creation_order(old, &links) >= 0
                && H5Pget_attr_creation_order(old, &attributes) >= 0
                && H5Pset_obj_track_times(list, false) >= 0
                && (links == 0 || H5Pset_link_creation_order(list, links) >= 0)
                && (attributes == 0 || H5Pset_attr_creation_order(list, attributes) >= 0);

    h5_close(old);
    if (!good) {
        h5_close(list);
        list = H5I_INVALID_HID;
    }
    return list;
}

static sci_status
copy_group(walk *w, const member *m, hid_t object)
{
    hid_t list = group_list(object), group = H5I_INVALID_HID;
    sci_status st;

    if (w->depth >= GROUPS_DEEP)
        st = sci_fail(SCI_ERR_UNSAFE, "'%s:%s': groups nested more than %d deep", w->file->name,
                      m->path, GROUPS_DEEP);
    else if (list < 0)
        st = fail_damaged(w, m->path);
    else if ((group = H5Gcreate2(m->to, m->name, H5P_DEFAULT, list, H5P_DEFAULT)) < 0)
        st = fail_write(w, m->path);
    else
        st = h5_copy_attributes(w->out, w->file, object, m->path, group, m->path);
    if (st == SCI_OK) {
        w->depth++;
        st = copy_members(w, object, group, m->path);
        w->depth--;
    }
    h5_close(group);
    h5_close(list);
    return st;
}

static sci_status
copy_type(walk *w, const member *m, hid_t object)
{
    hid_t list = H5Pcreate(H5P_DATATYPE_CREATE), type = H5Tcopy(object);
    sci_status st = SCI_OK;

    if (list < 0 || type < 0 || H5Pset_obj_track_times(list, false) < 0
        || H5Tcommit2(m->to, m->name, type, H5P_DEFAULT, list, H5P_DEFAULT) < 0)
        st = fail_write(w, m->path);
    else
        st = h5_copy_attributes(w->out, w->file, object, m->path, type, m->path);
    h5_close(type);
    h5_close(list);
    return st;
}

static sci_status
copy_dataset(walk *w, const member *m, hid_t object)
{
    hid_t copy;
    sci_status st;

    st = h5_copy_dataset(w->out, w->file, object, m->path, m->to, m->name, m->path);
    if (st != SCI_OK)
        return st;
    copy = H5Dopen2(m->to, m->name, H5P_DEFAULT);
    st = copy < 0 ? fail_write(w, m->path)
                  : h5_copy_attributes(w->out, w->file, object, m->path, copy, m->path);
    h5_close(copy);
    return st;
}

/* "/a/b" against "a/b" and the like. */
static bool
same_path(const char *a, const char *b)
{
    for (;;) {
        size_t n;

        a += strspn(a, "/");
        b += strspn(b, "/");
        n = strcspn(a, "/");
        if (n != strcspn(b, "/") || strncmp(a, b, n) != 0)
            return false;
        if (n == 0)
            return true;
        a += n;
        b += n;
    }
}

/* References to what is left out lead to what will stand in its place, unless the object has
 * another name. */
static sci_status
leave_out(walk *w, const member *m)
{
    H5L_info_t link;
    H5O_info_t info;
    hid_t object;
    sci_status st = SCI_OK;

    if (H5Lget_info(m->from, m->name, &link, H5P_DEFAULT) < 0)
        return fail_damaged(w, m->path);
    if (link.type != H5L_TYPE_HARD)
        return SCI_OK;
    object = H5Oopen(m->from, m->name, H5P_DEFAULT);
    if (object < 0 || H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0)
        st = fail_damaged(w, m->path);
    else if (h5_copy_find(w->out->copy, info.fileno, info.addr) == NULL && info.rc < 2)
        st = h5_copy_note(w->out, object, m->path);
    h5_close(object);
    return st;
}

static bool
is_left_out(const walk *w, const char *path)
{
    for (size_t i = 0; i < w->n_names; i++)
        if (same_path(path, w->names[i]))
            return true;
    return false;
}

static sci_status
copy_object(walk *w, const member *m, hid_t object)
{
    H5O_info_t info;
    const h5_place *place;
    sci_status st;

    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0)
        return fail_damaged(w, m->path);
    if (w->source != NULL && info.addr == w->left_out.addr && info.fileno == w->left_out.fileno)
        return strcmp(m->path, w->source->path) == 0
                   ? SCI_OK
                   : h5_copy_defer(w->out, H5_PENDING_LINK, w->file, w->source->path, m->path,
                                   NULL);
    place = h5_copy_find(w->out->copy, info.fileno, info.addr);
    if (place != NULL)
        return H5Lcreate_hard(w->out->id, place->path, m->to, m->name, H5P_DEFAULT, H5P_DEFAULT) < 0
                   ? fail_write(w, m->path)
                   : SCI_OK;
    st = h5_copy_note(w->out, object, m->path);
    if (st != SCI_OK)
        return st;
    switch (info.type) {
    case H5O_TYPE_GROUP:
        return copy_group(w, m, object);
    case H5O_TYPE_DATASET:
        return copy_dataset(w, m, object);
    case H5O_TYPE_NAMED_DATATYPE:
        return copy_type(w, m, object);
    default:
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' is of an unknown kind", w->file->name, m->path);
    }
}

/* Datatypes come first: the datasets that share them find them in place. */
static sci_status
copy_member(walk *w, const member *m, bool types)
{
    H5L_info_t info;
    hid_t object;
    sci_status st;

    h5_rearm(0);
    if (H5Lget_info(m->from, m->name, &info, H5P_DEFAULT) < 0)
        return fail_damaged(w, m->path);
    if (info.type != H5L_TYPE_HARD)
        return types ? SCI_OK : copy_link(w, m, &info);
    object = H5Oopen(m->from, m->name, H5P_DEFAULT);
    if (object < 0)
        return fail_damaged(w, m->path);
    st = (H5Iget_type(object) == H5I_DATATYPE) == types ? copy_object(w, m, object) : SCI_OK;
    h5_close(object);
    return st;
}

static sci_status
copy_members(walk *w, hid_t from, hid_t to, const char *path)
{
    h5_names names;
    sci_status st;

    st = h5_names_read(&names, from, w->file->name);
    if (st != SCI_OK)
        return st;
    for (size_t i = 0; st == SCI_OK && i < 2 * names.count; i++) {
        member m = { .from = from, .to = to, .name = names.name[i % names.count] };

        st = sci_format(&m.path, "%s/%s", strcmp(path, "/") == 0 ? "" : path, m.name);
        if (st == SCI_OK)
            st = is_left_out(w, m.path) ? leave_out(w, &m) : copy_member(w, &m, i < names.count);
        sci_free(m.path);
    }
    h5_names_clear(&names);
    return st;
}

static sci_status
copy_root(walk *w)
{
    hid_t from = H5Gopen2(w->file->id, "/", H5P_DEFAULT),
          to = H5Gopen2(w->out->id, "/", H5P_DEFAULT);
    sci_status st = SCI_OK;

    if (from < 0
        || (w->source != NULL
            && H5Oget_info2(w->source->data.id, &w->left_out, H5O_INFO_BASIC) < 0))
        st = fail_damaged(w, "/");
    else if (w->source != NULL)
        st = h5_copy_note(w->out, w->source->data.id, w->source->path);
    if (st == SCI_OK)
        st = h5_copy_note(w->out, from, "/");
    if (st == SCI_OK)
        st = h5_copy_attributes(w->out, w->file, from, "/", to, "/");
    if (st == SCI_OK)
        st = copy_members(w, from, to, "/");
    h5_close(to);
    h5_close(from);
    return st;
}

sci_status
sci_h5_output_copy_siblings(sci_h5_output *out, sci_source *source)
{
    const h5_source *s = h5_source_of(source);
    walk w = { .out = out, .source = s };
    sci_status st;

    if (s == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is no HDF5 dataset", source->name);
    w.file = s->file;
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = copy_root(&w);
    h5_leave();
    return st;
}

sci_status
sci_h5_output_copy(sci_h5_output *out, sci_h5_file *file, size_t n, const char *const *left_out)
{
    walk w = { .out = out, .file = file->file, .n_names = n, .names = left_out };
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = copy_root(&w);
    /* Through a group with two names it may have come along under the other. */
    for (size_t i = 0; st == SCI_OK && i < n; i++)
        st = sci_h5_output_remove(out, left_out[i]);
    h5_leave();
    return st;
}
