/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes along with one dataset, its attributes and dimension scales, and the connections
 * that are made at the end. */
#include <string.h>

#include <sci/memory.h>

#include "h5_copy_priv.h"
#include "h5_dataset_priv.h"
#include "h5_source_priv.h"

#define PATH_BYTES 1024

/* ---- dimension scales ---- */

/* Where a scale goes: its own path if that is free, or else a name beside the dataset's. */
static sci_status
choose_path(const sci_h5_output *out, const char *own, const char *dataset, int axis, char **path)
{
    h5_file view = { .id = out->id, .fd = out->fd, .name = out->name, .uses = 1 };
    bool taken = true;
    sci_status st;

    st = h5_exists(&view, own, &taken);
    if (st != SCI_OK || !taken)
        return st == SCI_OK ? sci_strdup(path, own) : st;
    for (int i = 0; st == SCI_OK && taken; i++) {
        sci_free(*path);
        st = sci_format(path, "%s_scale%d_%d", dataset, axis, i);
        if (st == SCI_OK)
            st = h5_exists(&view, *path, &taken);
    }
    return st;
}

static sci_status
copy_scale(sci_h5_output *out, const h5_source *s, hid_t scale, const char *own,
           const char *to_path)
{
    hid_t parent = H5I_INVALID_HID, copy = H5I_INVALID_HID;
    const char *name;
    sci_status st;

    st = h5_output_parent(out, to_path, &parent, &name);
    if (st == SCI_OK)
        st = h5_copy_note(out, scale, to_path);
    if (st == SCI_OK)
        st = h5_copy_dataset(out, s->file, scale, own, parent, name, to_path);
    if (st == SCI_OK)
        st = h5_output_object(out, to_path, &copy);
    if (st == SCI_OK)
        st = h5_copy_attributes(out, s->file, scale, own, copy, to_path);
    h5_close(copy);
    h5_close(parent);
    return st;
}

static sci_status
bring_scale(sci_h5_output *out, const h5_source *s, const char *dataset, int axis,
            const hobj_ref_t *reference)
{
    hid_t scale = H5Rdereference2(s->data.id, H5P_DEFAULT, H5R_OBJECT, reference);
    char own[PATH_BYTES] = "", *path = NULL;
    H5O_info_t info;
    sci_status st = SCI_OK;

    if (scale >= 0 && H5Iget_type(scale) == H5I_DATASET
        && H5Oget_info2(scale, &info, H5O_INFO_BASIC) >= 0
        && h5_copy_find(out->copy, info.fileno, info.addr) == NULL) {
        ssize_t bytes = H5Rget_name(s->data.id, H5R_OBJECT, reference, own, sizeof own);

        /* A scale without a name, or with an endless one, is left behind. */
        if (bytes > 0 && bytes < (ssize_t)sizeof own) {
            st = choose_path(out, own, dataset, axis, &path);
            if (st == SCI_OK)
                st = copy_scale(out, s, scale, own, path);
        }
    }
    sci_free(path);
    h5_close(scale);
    return st;
}

/* Every scale that DIMENSION_LIST names. */
static sci_status
bring_scales(sci_h5_output *out, const h5_source *s, const char *path)
{
    hvl_t lists[SCI_MAX_RANK];
    hid_t attribute, type, space, element;
    sci_status st = SCI_OK;

    if (s->data.array.rank == 0 || H5Aexists(s->data.id, "DIMENSION_LIST") <= 0)
        return SCI_OK;
    attribute = H5Aopen(s->data.id, "DIMENSION_LIST", H5P_DEFAULT);
    type = H5Aget_type(attribute);
    space = H5Aget_space(attribute);
    element = type >= 0 && H5Tget_class(type) == H5T_VLEN ? H5Tget_super(type) : H5I_INVALID_HID;
    if (element >= 0 && H5Tequal(element, H5T_STD_REF_OBJ) > 0
        && H5Sget_simple_extent_npoints(space) == s->data.array.rank
        && H5Aread(attribute, type, lists) >= 0) {
        for (int i = 0; i < s->data.array.rank; i++)
            for (size_t k = 0; st == SCI_OK && k < lists[i].len; k++)
                st = bring_scale(out, s, path, i, (const hobj_ref_t *)lists[i].p + k);
        (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, lists);
    }
    h5_close(element);
    h5_close(space);
    h5_close(type);
    h5_close(attribute);
    return st;
}

sci_status
h5_copy_like(sci_h5_output *out, sci_source *like, const char *path, hid_t dataset)
{
    const h5_source *s = h5_source_of(like);
    sci_status st;

    st = h5_copy_note(out, s->data.id, path);
    if (st == SCI_OK)
        st = h5_copy_attributes(out, s->file, s->data.id, s->path, dataset, path);
    if (st == SCI_OK)
        st = bring_scales(out, s, path);
    return st;
}

/* ---- connections ---- */

/* The dataset was written under the path that was asked for; where that leads through another name
 * of a group, this link is there by now. */
static bool
leads_to(hid_t parent, const char *name, hid_t dataset)
{
    H5L_info_t link;
    H5O_info_t ours, theirs;

    return H5Lexists(parent, name, H5P_DEFAULT) > 0
           && H5Lget_info(parent, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD
           && H5Oget_info2(dataset, &ours, H5O_INFO_BASIC) >= 0
           && H5Oget_info_by_name2(parent, name, &theirs, H5O_INFO_BASIC, H5P_DEFAULT) >= 0
           && ours.addr == theirs.addr;
}

static sci_status
finish_link(sci_h5_output *out, const h5_pending *p)
{
    hid_t parent = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
    const char *name;
    sci_status st;

    st = h5_output_object(out, p->from, &dataset);
    if (st == SCI_OK)
        st = h5_output_parent(out, p->to, &parent, &name);
    if (st == SCI_OK && !leads_to(parent, name, dataset)
        && H5Lcreate_hard(out->id, p->from, parent, name, H5P_DEFAULT, H5P_DEFAULT) < 0)
        st = h5_fail(SCI_ERR_IO, "'%s': link '%s' cannot be made", out->name, p->to);
    h5_close(dataset);
    h5_close(parent);
    return st;
}

/* Objects that were taken out of the output meanwhile need no connection, and attributes that
 * were written anew stay. */
static sci_status
finish_object(sci_h5_output *out, const h5_pending *p)
{
    hid_t from = H5I_INVALID_HID, to = H5I_INVALID_HID;
    sci_status st;

    st = h5_output_object(out, p->to, &to);
    if (st == SCI_ERR_NOTFOUND)
        return SCI_OK;
    if (st == SCI_OK)
        st = h5_open_object(p->file, p->from, &from, NULL);
    if (st == SCI_OK && p->kind == H5_PENDING_DATA)
        st = h5_copy_elements(out, from, to, p->from);
    else if (st == SCI_OK && H5Aexists(to, p->name) == 0)
        st = h5_copy_attribute(out, from, to, p->name, p->from);
    h5_close(from);
    h5_close(to);
    return st;
}

sci_status
h5_copy_finish(sci_h5_output *out)
{
    sci_status st;

    if (out->copy == NULL)
        return SCI_OK;
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    for (const h5_pending *p = out->copy->first; st == SCI_OK && p != NULL; p = p->next) {
        h5_rearm(0);
        st = p->kind == H5_PENDING_LINK ? finish_link(out, p) : finish_object(out, p);
    }
    h5_leave();
    return st;
}
