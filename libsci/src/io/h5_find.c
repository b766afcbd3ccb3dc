/* SPDX-License-Identifier: BSD-3-Clause */
/* Which dataset is meant where only the file is named. */
#include "h5_find_priv.h"

#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_dataset_priv.h"

#define RECORDS "libsci/" /* the group in which the programs keep how an output was made */

typedef struct finder {
    const h5_file *file;
    char *first;
    haddr_t address; /* of the first: it may have several names */
    size_t found;
    char list[400]; /* for messages */
    size_t used;
    sci_status status;
} finder;

/* A dataset of plain numbers with at least one axis that can be read safely. */
static bool
is_candidate(hid_t id)
{
    sci_array array;
    hid_t list = H5Dget_create_plist(id), type = H5I_INVALID_HID, space = H5I_INVALID_HID;
    bool good = list >= 0 && h5_storage_safe(list, "") == SCI_OK;

    if (good) {
        type = H5Dget_type(id);
        space = H5Dget_space(id);
        good = type >= 0 && h5_type_decode(type, "", &array) == SCI_OK && space >= 0
               && H5Sget_simple_extent_ndims(space) > 0;
    }
    h5_close(space);
    h5_close(type);
    h5_close(list);
    return good;
}

static sci_status
find_class(hid_t id, bool *scale)
{
    char *class = NULL;
    sci_status st;

    st = h5_attribute_read_text(id, "", "CLASS", &class);
    *scale = st == SCI_OK && strcmp(class, "DIMENSION_SCALE") == 0;
    sci_free(class);
    return st == SCI_ERR_NOMEM ? st : SCI_OK;
}

static sci_status
add(finder *f, const char *name, haddr_t address)
{
    int more;

    if (f->found > 0 && address == f->address)
        return SCI_OK;
    f->found++;
    if (f->used < sizeof f->list) {
        more = snprintf(f->list + f->used, sizeof f->list - f->used, "%s'/%s'",
                        f->found > 1 ? ", " : "", name);
        f->used += more > 0 ? (size_t)more : 0;
        if (f->used >= sizeof f->list)
            memcpy(f->list + sizeof f->list - 4, "...", 4);
    }
    if (f->found > 1)
        return SCI_OK;
    f->address = address;
    return sci_format(&f->first, "/%s", name);
}

static herr_t
visit(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    finder *f = context;
    H5O_info_t object;
    bool scale = false;
    hid_t id;

    h5_rearm(0);
    if (info->type != H5L_TYPE_HARD || strncmp(name, RECORDS, strlen(RECORDS)) == 0)
        return 0;
    id = H5Oopen(group, name, H5P_DEFAULT);
    if (id >= 0 && H5Iget_type(id) == H5I_DATASET && H5Oget_info2(id, &object, H5O_INFO_BASIC) >= 0
        && is_candidate(id))
        f->status = find_class(id, &scale);
    else
        scale = true;
    if (f->status == SCI_OK && !scale)
        f->status = add(f, name, object.addr);
    h5_close(id);
    return f->status == SCI_OK ? 0 : -1;
}

sci_status
h5_find_dataset(const h5_file *file, char **out)
{
    finder f = { .file = file };
    sci_status st;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    if (H5Lvisit(file->id, H5_INDEX_NAME, H5_ITER_INC, visit, &f) < 0)
        st = f.status != SCI_OK ? f.status
                                : h5_fail(SCI_ERR_FORMAT,
                                          "'%s' is damaged: its groups cannot be read", file->name);
    else if (f.found == 0)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has no dataset of numbers that can be read",
                      file->name);
    else if (f.found > 1)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has %zu datasets; say which: %s", file->name, f.found,
                      f.list);
    h5_leave();
    if (st != SCI_OK) {
        sci_free(f.first);
        return st;
    }
    *out = f.first;
    return SCI_OK;
}
