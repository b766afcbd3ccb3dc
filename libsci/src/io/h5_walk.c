/* SPDX-License-Identifier: BSD-3-Clause */
/* The safe way from the root of a file to an object: one component after the other, so that no
 * link is followed that was not looked at. */
#include <string.h>

#include <sci/memory.h>

#include "h5_walk_priv.h"

enum {
    SOFT_LINKS_MOST = 16,
    LINK_BYTES_MOST = 1 << 16,
    NAMES_SHOWN = 8 /* of a group, where a name is not found */
};

typedef struct walk {
    const h5_file *file;
    const char *asked; /* for messages */
    hid_t at;
    char *rest; /* still to go */
    char *real; /* gone, without soft links */
    int soft_links;
} walk;

/* ---- names of a group ---- */

typedef struct collector {
    h5_names *names;
    sci_status status;
} collector;

static herr_t
collect(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    collector *c = context;
    h5_names *n = c->names;

    (void)group;
    (void)info;
    if (n->count == n->capacity) {
        char **more = NULL;
        size_t capacity = n->capacity == 0 ? 16 : 2 * n->capacity;

        c->status = sci_alloc(&more, capacity, 1, sizeof *more);
        if (c->status != SCI_OK)
            return -1;
        if (n->count > 0)
            memcpy(more, n->name, n->count * sizeof *more);
        sci_free(n->name);
        n->name = more;
        n->capacity = capacity;
    }
    c->status = sci_strdup(&n->name[n->count], name);
    if (c->status != SCI_OK)
        return -1;
    n->count++;
    return 0;
}

/* The order of creation where a group keeps it. */
static H5_index_t
order_of(hid_t group)
{
    hid_t list = H5Gget_create_plist(group);
    unsigned flags = 0;
    bool kept = list >= 0 && H5Pget_link_creation_order(list, &flags) >= 0
                && (flags & H5P_CRT_ORDER_INDEXED) != 0;

    h5_close(list);
    return kept ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
}

sci_status
h5_names_read(h5_names *out, hid_t group, const char *where)
{
    collector c = { out, SCI_OK };
    hsize_t start = 0;
    sci_status st;

    *out = (h5_names){ 0 };
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    if (H5Literate(group, order_of(group), H5_ITER_INC, &start, collect, &c) < 0)
        st = c.status != SCI_OK
                 ? c.status
                 : h5_fail(SCI_ERR_FORMAT, "'%s' is damaged: its names cannot be read", where);
    h5_leave();
    if (st != SCI_OK)
        h5_names_clear(out);
    return st;
}

void
h5_names_clear(h5_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        sci_free(names->name[i]);
    sci_free(names->name);
    *names = (h5_names){ 0 };
}

/* ---- failures ---- */

static sci_status
fail_missing(const walk *w, const char *name)
{
    h5_names names = { 0 };
    char text[512] = "";
    size_t used = 0;
    sci_status st;

    st = h5_names_read(&names, w->at, w->file->name);
    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < names.count && i < NAMES_SHOWN; i++) {
        size_t bytes = strlen(names.name[i]);

        if (used + bytes + 8 > sizeof text)
            break;
        memcpy(text + used, i > 0 ? ", '" : " '", 3);
        used += i > 0 ? 3 : 2;
        memcpy(text + used, names.name[i], bytes);
        used += bytes;
        memcpy(text + used, "'", 2);
        used++;
    }
    st = sci_fail(SCI_ERR_NOTFOUND, "'%s:%s': there is no '%s' in '%s', which has %zu name%s%s%s%s",
                  w->file->name, w->asked, name, w->real[0] != '\0' ? w->real : "/", names.count,
                  names.count == 1 ? "" : "s", names.count > 0 ? ":" : "", text,
                  names.count > NAMES_SHOWN ? ", …" : "");
    h5_names_clear(&names);
    return st;
}

static sci_status
fail_damaged(const walk *w)
{
    return h5_fail(SCI_ERR_FORMAT, "'%s:%s': the file is damaged", w->file->name, w->asked);
}

/* ---- steps ---- */

static sci_status
to_root(walk *w)
{
    h5_close(w->at);
    w->real[0] = '\0';
    w->at = H5Gopen2(w->file->id, "/", H5P_DEFAULT);
    return w->at < 0 ? fail_damaged(w) : SCI_OK;
}

/* Take the next component off `rest`: NULL at the end. The caller frees it. */
static sci_status
next_name(walk *w, char **out)
{
    char *from = w->rest + strspn(w->rest, "/");
    size_t bytes = strcspn(from, "/");
    sci_status st;

    *out = NULL;
    if (bytes == 0)
        return SCI_OK;
    st = sci_format(out, "%.*s", (int)bytes, from);
    if (st == SCI_OK)
        memmove(w->rest, from + bytes, strlen(from + bytes) + 1);
    return st;
}

static sci_status
follow_soft(walk *w, const char *name, size_t bytes)
{
    sci_status st;
    char *value = NULL, *rest = NULL;

    if (++w->soft_links > SOFT_LINKS_MOST)
        return sci_fail(SCI_ERR_UNSAFE, "'%s:%s': more than %d soft links, or a cycle of them",
                        w->file->name, w->asked, SOFT_LINKS_MOST);
    if (bytes == 0 || bytes > LINK_BYTES_MOST)
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s': link '%s' is damaged", w->file->name, w->asked,
                        name);
    st = sci_alloc_zero(&value, bytes + 1, 1, 1);
    if (st != SCI_OK)
        return st;
    if (H5Lget_val(w->at, name, value, bytes, H5P_DEFAULT) < 0) {
        st = fail_damaged(w);
        goto out;
    }
    st = sci_format(&rest, "%s/%s", value, w->rest);
    if (st == SCI_OK && value[0] == '/')
        st = to_root(w);
    if (st == SCI_OK) {
        sci_free(w->rest);
        w->rest = rest;
        rest = NULL;
    }
out:
    sci_free(rest);
    sci_free(value);
    return st;
}

static sci_status
follow_hard(walk *w, const char *name)
{
    sci_status st;
    char *real = NULL;
    hid_t next;

    st = sci_format(&real, "%s/%s", w->real, name);
    if (st != SCI_OK)
        return st;
    next = H5Oopen(w->at, name, H5P_DEFAULT);
    if (next < 0) {
        sci_free(real);
        return fail_damaged(w);
    }
    h5_close(w->at);
    w->at = next;
    sci_free(w->real);
    w->real = real;
    return SCI_OK;
}

static sci_status
step(walk *w, const char *name)
{
    H5L_info_t info;

    if (strcmp(name, ".") == 0)
        return SCI_OK;
    if (H5Iget_type(w->at) != H5I_GROUP)
        return sci_fail(SCI_ERR_NOTFOUND, "'%s:%s': '%s' is not a group", w->file->name, w->asked,
                        w->real);
    if (H5Lget_info(w->at, name, &info, H5P_DEFAULT) < 0)
        return H5Lexists(w->at, name, H5P_DEFAULT) == 0 ? fail_missing(w, name) : fail_damaged(w);
    if (info.type == H5L_TYPE_SOFT)
        return follow_soft(w, name, info.u.val_size);
    if (info.type == H5L_TYPE_EXTERNAL)
        return sci_fail(SCI_ERR_UNSAFE,
                        "'%s:%s': '%s' is a link to another file, which is never followed",
                        w->file->name, w->asked, name);
    if (info.type != H5L_TYPE_HARD)
        return sci_fail(SCI_ERR_UNSAFE,
                        "'%s:%s': '%s' is a user-defined link, which is never followed",
                        w->file->name, w->asked, name);
    return follow_hard(w, name);
}

static sci_status
go(walk *w)
{
    sci_status st;
    char *name = NULL;

    st = to_root(w);
    while (st == SCI_OK) {
        st = next_name(w, &name);
        if (st != SCI_OK || name == NULL)
            break;
        st = step(w, name);
        sci_free(name);
    }
    return st;
}

sci_status
h5_open_object(const h5_file *file, const char *path, hid_t *out, char **real)
{
    walk w = { .file = file, .asked = path, .at = H5I_INVALID_HID };
    sci_status st;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = sci_strdup(&w.rest, path);
    if (st == SCI_OK)
        st = sci_strdup(&w.real, "");
    if (st == SCI_OK)
        st = go(&w);
    if (st == SCI_OK && real != NULL)
        st = sci_strdup(real, w.real[0] != '\0' ? w.real : "/");
    if (st == SCI_OK) {
        *out = w.at;
        w.at = H5I_INVALID_HID;
    }
    h5_close(w.at);
    h5_leave();
    sci_free(w.real);
    sci_free(w.rest);
    return st;
}

sci_status
h5_open_group(const h5_file *file, const char *path, hid_t *out)
{
    sci_status st;
    hid_t id = H5I_INVALID_HID;

    st = h5_open_object(file, path, &id, NULL);
    if (st != SCI_OK)
        return st;
    if (H5Iget_type(id) != H5I_GROUP) {
        h5_close(id);
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' is not a group", file->name, path);
    }
    *out = id;
    return SCI_OK;
}

sci_status
h5_exists(const h5_file *file, const char *path, bool *out)
{
    sci_status st;
    hid_t id = H5I_INVALID_HID;

    st = h5_open_object(file, path, &id, NULL);
    h5_close(id);
    if (st != SCI_OK && st != SCI_ERR_NOTFOUND)
        return st;
    *out = st == SCI_OK;
    return SCI_OK;
}
