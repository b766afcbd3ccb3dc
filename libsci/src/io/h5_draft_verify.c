/* SPDX-License-Identifier: BSD-3-Clause */
/* A draft against what HDF5 finds in its file: our writing is looked at by another reader. */
#include <string.h>

#include <sci/memory.h>

#include "h5_draft_priv.h"
#include "h5_priv.h"

typedef struct reading {
    const h5_draft *draft;
    sci_status status;
} reading;

static void
differs(reading *r, const char *name)
{
    if (r->status == SCI_OK)
        r->status = h5_fail(SCI_ERR_IO, "'%s': HDF5 does not find '%s' as it was written",
                            r->draft->name, name);
}

/* The values of an attribute or dataset, in the type that they have in the file. */
typedef herr_t (*read_values)(hid_t id, hid_t type, void *values);

static herr_t
read_elements(hid_t id, hid_t type, void *values)
{
    return H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}

static void
compare_values(reading *r, const char *name, hid_t id, hid_t type, hid_t space, read_values read,
               const void *values, size_t bytes)
{
    hssize_t n = H5Sget_simple_extent_npoints(space);
    void *found = NULL;

    if (type < 0 || n < 0 || (size_t)n * H5Tget_size(type) != bytes) {
        differs(r, name);
        return;
    }
    r->status = sci_alloc(&found, bytes, 1, 1);
    if (r->status == SCI_OK && bytes > 0
        && (read(id, type, found) < 0 || memcmp(found, values, bytes) != 0))
        differs(r, name);
    sci_free(found);
}

static void
compare_attribute(reading *r, hid_t object, const h5_draft_attribute *a)
{
    hid_t id = H5Aopen(object, a->name, H5P_DEFAULT);
    hid_t type = H5Aget_type(id), space = H5Aget_space(id);

    h5_rearm(0);
    compare_values(r, a->name, id, type, space, H5Aread, a->values, a->bytes);
    h5_close(space);
    h5_close(type);
    h5_close(id);
}

static void
compare_dataset(reading *r, hid_t id, const h5_draft_object *o)
{
    hid_t type = H5Dget_type(id), space = H5Dget_space(id);
    hsize_t shape[SCI_MAX_RANK] = { 0 };
    bool same = H5Sget_simple_extent_ndims(space) == o->array.rank
                && H5Sget_simple_extent_dims(space, shape, NULL) >= 0;

    for (int i = 0; same && i < o->array.rank; i++)
        same = shape[i] == o->array.shape[i];
    if (same)
        compare_values(r, o->name, id, type, space, read_elements, o->elements, o->bytes);
    else
        differs(r, o->name);
    h5_close(space);
    h5_close(type);
}

static void
compare_object(reading *r, hid_t id, const h5_draft_object *o)
{
    h5_rearm(0);
    for (const h5_draft_attribute *a = o->attributes; r->status == SCI_OK && a != NULL; a = a->next)
        compare_attribute(r, id, a);
    if (r->status == SCI_OK && o->dataset)
        compare_dataset(r, id, o);
    for (const h5_draft_object *m = o->members; r->status == SCI_OK && m != NULL; m = m->next) {
        hid_t member = H5Oopen(id, m->name, H5P_DEFAULT);

        if (member < 0)
            differs(r, m->name);
        else
            compare_object(r, member, m);
        h5_close(member);
    }
}

sci_status
h5_draft_verify(const h5_draft *draft, const char *path)
{
    reading r = { .draft = draft };
    h5_file *file = NULL;
    hid_t root;

    r.status = h5_file_open(&file, path);
    if (r.status == SCI_OK)
        r.status = h5_enter();
    if (r.status == SCI_OK) {
        root = H5Oopen(file->id, "/", H5P_DEFAULT);
        compare_object(&r, root, &draft->root);
        h5_close(root);
        h5_leave();
    }
    h5_file_close(file);
    return r.status;
}
