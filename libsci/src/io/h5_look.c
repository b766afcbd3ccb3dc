/* SPDX-License-Identifier: BSD-3-Clause */
/* Single attributes and datasets of a file that is open for reading. */
#include <string.h>

#include <sci/memory.h>

#include "h5_look_priv.h"
#include "h5_output_priv.h"
#include "h5_source_priv.h"

sci_status
sci_h5_file_open(sci_h5_file **out, const char *path)
{
    sci_h5_file *file = NULL;
    sci_status st = sci_alloc_zero(&file, 1, 1, sizeof *file);

    if (st == SCI_OK)
        st = h5_file_open(&file->file, path);
    if (st != SCI_OK) {
        sci_free(file);
        return st;
    }
    *out = file;
    return SCI_OK;
}

void
sci_h5_file_close(sci_h5_file *file)
{
    if (file == NULL)
        return;
    h5_file_close(file->file);
    sci_free(file);
}

uint64_t
sci_h5_file_bytes(const sci_h5_file *file)
{
    return file->file->bytes;
}

sci_status
sci_h5_file_has(sci_h5_file *file, const char *path, bool *out)
{
    return h5_exists(file->file, path, out);
}

/* Call `read` with the object at `path` open. */
static sci_status
with_object(sci_h5_file *file, const char *path, const char *name,
            sci_status (*read)(hid_t object, const char *where, const char *name, void *value),
            void *value)
{
    hid_t object = H5I_INVALID_HID;
    char *where = NULL;
    sci_status st = h5_open_object(file->file, path, &object, NULL);

    if (st != SCI_OK)
        return st;
    st = sci_format(&where, "%s:%s", file->file->name, path);
    if (st == SCI_OK)
        st = read(object, where, name, value);
    sci_free(where);
    if (h5_enter() == SCI_OK) {
        h5_close(object);
        h5_leave();
    }
    return st;
}

static sci_status
read_text(hid_t object, const char *where, const char *name, void *value)
{
    return h5_attribute_read_text(object, where, name, value);
}

static sci_status
read_number(hid_t object, const char *where, const char *name, void *value)
{
    return h5_attribute_read(object, where, name, H5T_NATIVE_DOUBLE, 1, value);
}

static sci_status
read_integer(hid_t object, const char *where, const char *name, void *value)
{
    return h5_attribute_read(object, where, name, H5T_NATIVE_INT64, 1, value);
}

sci_status
sci_h5_file_text(sci_h5_file *file, const char *object, const char *name, char **value)
{
    return with_object(file, object, name, read_text, value);
}

sci_status
sci_h5_file_number(sci_h5_file *file, const char *object, const char *name, double *value)
{
    return with_object(file, object, name, read_number, value);
}

sci_status
sci_h5_file_integer(sci_h5_file *file, const char *object, const char *name, int64_t *value)
{
    return with_object(file, object, name, read_integer, value);
}

sci_status
sci_h5_file_source(sci_source **out, sci_h5_file *file, const char *dataset,
                   const sci_h5_options *opt)
{
    return h5_source_in(out, file->file, dataset, opt);
}

sci_status
sci_h5_source_text(sci_source *source, const char *name, char **value)
{
    h5_source *s = h5_source_of(source);

    if (s == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is no dataset of an HDF5 file", source->name);
    return h5_attribute_read_text(s->data.id, source->name, name, value);
}

sci_status
sci_h5_output_group(sci_h5_output *out, const char *path)
{
    hid_t group = H5I_INVALID_HID;
    h5_draft *draft = h5_output_draft(out);
    sci_status st =
        draft != NULL ? h5_draft_group(draft, path) : h5_output_group(out, path, &group);

    if (st != SCI_OK || draft != NULL)
        return st;
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    h5_close(group);
    h5_leave();
    return SCI_OK;
}

sci_status
sci_h5_output_remove(sci_h5_output *out, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    hid_t parent = H5I_INVALID_HID;
    char *above = NULL;
    sci_status st;

    /* Component by component: what was copied may hold links that lead out of the file. */
    st = sci_format(&above, "/%.*s", slash != NULL ? (int)(slash - path) : 0, path);
    if (st == SCI_OK)
        st = h5_enter();
    if (st != SCI_OK) {
        sci_free(above);
        return st;
    }
    st = h5_output_object(out, above, &parent);
    if (st == SCI_ERR_NOTFOUND)
        st = SCI_OK;
    else if (st == SCI_OK && H5Lexists(parent, name, H5P_DEFAULT) > 0
             && H5Ldelete(parent, name, H5P_DEFAULT) < 0)
        st = h5_fail(SCI_ERR_IO, "'%s:%s' cannot be replaced", h5_output_name(out), path);
    h5_close(parent);
    h5_leave();
    sci_free(above);
    return st;
}

static sci_status
is_empty(const sci_h5_output *out, const char *path, bool *empty)
{
    hid_t id = H5I_INVALID_HID;
    H5G_info_t info = { .nlinks = 0 };
    sci_status st = h5_enter();

    *empty = false;
    if (st != SCI_OK)
        return st;
    st = h5_output_object(out, path, &id);
    if (st == SCI_OK && H5Iget_type(id) == H5I_GROUP && H5Gget_info(id, &info) >= 0)
        *empty = info.nlinks == 0 && H5Aget_num_attrs(id) == 0;
    h5_close(id);
    h5_leave();
    return st == SCI_ERR_NOTFOUND ? SCI_OK : st;
}

sci_status
sci_h5_output_prune(sci_h5_output *out, const char *path)
{
    char *at = NULL;
    bool empty = true;
    sci_status st = sci_strdup(&at, path);

    while (st == SCI_OK && empty && at[0] != '\0') {
        st = is_empty(out, at, &empty);
        if (st == SCI_OK && empty)
            st = sci_h5_output_remove(out, at);
        *strrchr(at, '/') = '\0';
    }
    sci_free(at);
    return st;
}

sci_status
sci_h5_output_forget(sci_h5_output *out, const char *object, const char *name)
{
    hid_t id = H5I_INVALID_HID;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = h5_output_object(out, object, &id);
    if (st == SCI_OK && H5Aexists(id, name) > 0 && H5Adelete(id, name) < 0)
        st = h5_fail(SCI_ERR_IO, "'%s:%s': attribute '%s' cannot be taken away",
                     h5_output_name(out), object, name);
    h5_close(id);
    h5_leave();
    return st;
}
