/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <hdf5.h>

#include <sci/h5_look.h>
#include <sci/memory.h>

#include "h5_output_priv.h"

/* The group above `path`, walked component by component. */
static sci_status
open_parent(const sci_h5_output *out, const char *path, hid_t *parent, const char **name)
{
    const char *slash = strrchr(path, '/');
    char *above = NULL;
    sci_status st;

    *name = slash != NULL ? slash + 1 : path;
    st = sci_format(&above, "/%.*s", slash != NULL ? (int)(slash - path) : 0, path);
    if (st == SCI_OK)
        st = h5_output_object(out, above, parent);
    sci_free(above);
    return st;
}

sci_status
sci_h5_output_move(sci_h5_output *out, const char *from, const char *to)
{
    hid_t old_parent = H5I_INVALID_HID, new_parent = H5I_INVALID_HID;
    const char *old_name, *new_name;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    st = open_parent(out, from, &old_parent, &old_name);
    if (st == SCI_OK)
        st = h5_output_parent(out, to, &new_parent, &new_name);
    if (st == SCI_OK && H5Lexists(old_parent, old_name, H5P_DEFAULT) <= 0)
        st = h5_fail(SCI_ERR_NOTFOUND, "'%s' has no '%s'", h5_output_name(out), from);
    else if (st == SCI_OK && H5Lexists(new_parent, new_name, H5P_DEFAULT) != 0)
        st = h5_fail(SCI_ERR_EXISTS, "'%s' has '%s' already", h5_output_name(out), to);
    else if (st == SCI_OK
             && H5Lmove(old_parent, old_name, new_parent, new_name, H5P_DEFAULT, H5P_DEFAULT) < 0)
        st = h5_fail(SCI_ERR_IO, "'%s:%s' cannot be moved", h5_output_name(out), from);
    h5_close(old_parent);
    h5_close(new_parent);
    h5_leave();
    return st;
}
