/* SPDX-License-Identifier: BSD-3-Clause */
/* An output file in the making: its groups, attributes and small arrays. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/memory.h>

#include <sci/file.h>
#include "h5_output_priv.h"

#define METADATA_CACHE_BYTES ((size_t)4 << 20)
#define RANDOM_DIGITS 16 /* of a name made by sci_temporary_create */

hid_t
h5_output_id(const sci_h5_output *out)
{
    return out->id;
}

const char *
h5_output_name(const sci_h5_output *out)
{
    return out->name;
}

h5_draft *
h5_output_draft(const sci_h5_output *out)
{
    return out->draft;
}

void
sci_h5_output_digests(sci_h5_output *out, bool keep)
{
    out->digests = keep;
}

/* ---- creation ---- */

/* Users know the file by the name that it will have: "y.h5" of ".y.h5.0123456789abcdef.tmp". */
static sci_status
name_target(char **out, const char *temporary)
{
    const char *slash = strrchr(temporary, '/');
    const char *base = slash != NULL ? slash + 1 : temporary;
    size_t directory = (size_t)(base - temporary), bytes = strlen(base);
    size_t tail = RANDOM_DIGITS + strlen("..tmp");

    if (base[0] != '.' || bytes <= tail + 1 || strcmp(base + bytes - 4, ".tmp") != 0
        || strspn(base + bytes - tail + 1, "0123456789abcdef") != RANDOM_DIGITS)
        return sci_strdup(out, temporary);
    return sci_format(out, "%.*s%.*s", (int)directory, temporary, (int)(bytes - tail - 1),
                      base + 1);
}

static hid_t
access_list(void)
{
    H5AC_cache_config_t cache = { .version = H5AC__CURR_CACHE_CONFIG_VERSION };
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    bool good = list >= 0 && H5Pset_fapl_sec2(list) >= 0
                && H5Pset_file_locking(list, true, true) >= 0 &&
                /* Closing the file closes whatever a failure has left open in it. */
                H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) >= 0
                && H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST) >= 0
                && H5Pset_cache(list, 0, 521, 0, 0.75) >= 0 && H5Pget_mdc_config(list, &cache) >= 0;

    cache.set_initial_size = true;
    cache.initial_size = METADATA_CACHE_BYTES / 4;
    cache.min_size = METADATA_CACHE_BYTES / 4;
    cache.max_size = METADATA_CACHE_BYTES;
    if (good && H5Pset_mdc_config(list, &cache) >= 0)
        return list;
    h5_close(list);
    return H5I_INVALID_HID;
}

static sci_status
create_library(sci_h5_output *out)
{
    struct stat ours, theirs;
    void *handle = NULL;
    hid_t access, creation;
    sci_status st;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    access = access_list();
    creation = H5Pcreate(H5P_FILE_CREATE);
    if (access < 0 || creation < 0 || H5Pset_obj_track_times(creation, false) < 0) {
        st = h5_fail(SCI_ERR_IO, "HDF5 cannot be set up for writing");
        goto out;
    }
    out->id = H5Fcreate(out->temporary, H5F_ACC_TRUNC, creation, access);
    if (out->id < 0 || H5Fget_vfd_handle(out->id, H5P_DEFAULT, &handle) < 0)
        st = h5_fail(SCI_ERR_IO, "cannot create '%s'", out->name);
    else if (fstat(out->fd, &ours) != 0 || fstat(*(int *)handle, &theirs) != 0)
        st = sci_fail_errno("create", out->name);
    else if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
        st = sci_fail(SCI_ERR_IO, "'%s' was replaced while it was being created", out->name);
out:
    h5_close(creation);
    h5_close(access);
    h5_leave();
    return st;
}

static sci_status
create_draft(sci_h5_output *out)
{
    sci_status st = sci_alloc_zero(&out->draft, 1, 1, sizeof *out->draft);

    if (st == SCI_OK)
        out->draft->name = out->name;
    return st;
}

static sci_status
create(sci_h5_output **out, const char *temporary, sci_status (*make)(sci_h5_output *))
{
    sci_h5_output *o = NULL;
    sci_status st;

    st = sci_alloc_zero(&o, 1, 1, sizeof *o);
    if (st != SCI_OK)
        return st;
    o->id = H5I_INVALID_HID;
    o->fd = -1;
    o->digests = true;
    st = sci_strdup(&o->temporary, temporary);
    if (st == SCI_OK)
        st = name_target(&o->name, temporary);
    if (st != SCI_OK)
        goto out;
    o->fd = sci_file_ops_get()->open(temporary, O_RDWR | O_CLOEXEC, 0);
    st = o->fd < 0 ? sci_fail_errno("create", o->name) : make(o);
    if (st != SCI_OK)
        goto out;
    *out = o;
    o = NULL;
out:
    sci_h5_output_free(o);
    return st;
}

sci_status
sci_h5_output_create(sci_h5_output **out, const char *temporary)
{
    return create(out, temporary, create_library);
}

sci_status
sci_h5_output_draft(sci_h5_output **out, const char *temporary)
{
    return create(out, temporary, create_draft);
}

static void
free_written(h5_written *w)
{
    while (w != NULL) {
        h5_written *next = w->next;

        sci_free(w->ranges);
        sci_free(w->path);
        sci_free(w);
        w = next;
    }
}

void
sci_h5_output_free(sci_h5_output *out)
{
    if (out == NULL)
        return;
    for (size_t i = 0; i < out->n_checks; i++)
        if (out->checks[i].free != NULL)
            out->checks[i].free(out->checks[i].context);
    sci_free(out->checks);
    h5_copy_free(out->copy);
    if (out->id >= 0 && h5_enter() == SCI_OK) {
        (void)H5Fclose(out->id);
        h5_leave();
    }
    if (out->fd >= 0)
        (void)sci_file_ops_get()->close(out->fd);
    free_written(out->written);
    h5_draft_clear(out->draft);
    sci_free(out->draft);
    sci_free(out->temporary);
    sci_free(out->name);
    sci_free(out);
}

/* ---- records ---- */

sci_status
h5_output_check(sci_h5_output *out, const h5_check *check)
{
    h5_check *more = NULL;
    sci_status st;

    if (out->n_checks == out->checks_capacity) {
        size_t capacity = 2 * out->checks_capacity + 4;

        st = sci_alloc(&more, capacity, 1, sizeof *more);
        if (st != SCI_OK) {
            if (check->free != NULL)
                check->free(check->context);
            return st;
        }
        if (out->n_checks > 0)
            memcpy(more, out->checks, out->n_checks * sizeof *more);
        sci_free(out->checks);
        out->checks = more;
        out->checks_capacity = capacity;
    }
    out->checks[out->n_checks++] = *check;
    return SCI_OK;
}

sci_status
h5_output_remember(sci_h5_output *out, const char *path, const sci_array *array,
                   const sci_h5_layout *layout, h5_written **record)
{
    h5_written *w = NULL;
    sci_status st;

    st = sci_alloc_zero(&w, 1, 1, sizeof *w);
    if (st == SCI_OK)
        st = sci_strdup(&w->path, path);
    if (st != SCI_OK) {
        sci_free(w);
        return st;
    }
    w->array = *array;
    w->layout = *layout;
    w->next = out->written;
    out->written = w;
    *record = w;
    return SCI_OK;
}

sci_status
h5_written_add(h5_written *w, const h5_range *range)
{
    size_t kept = 0;

    if (w->n_ranges == w->capacity) {
        h5_range *more = NULL;
        size_t capacity = 2 * w->capacity + 1;
        sci_status st = sci_alloc(&more, capacity, 1, sizeof *more);

        if (st != SCI_OK)
            return st;
        if (w->n_ranges > 0)
            memcpy(more, w->ranges, w->n_ranges * sizeof *more);
        sci_free(w->ranges);
        w->ranges = more;
        w->capacity = capacity;
    }
    for (size_t i = 0; i < w->n_ranges; i++)
        if (w->ranges[i].end <= range->first || w->ranges[i].first >= range->end)
            w->ranges[kept++] = w->ranges[i];
    w->ranges[kept] = *range;
    w->n_ranges = kept + 1;
    return SCI_OK;
}

/* ---- objects ---- */

sci_status
h5_output_object(const sci_h5_output *out, const char *path, hid_t *object)
{
    h5_file view = { .id = out->id, .fd = out->fd, .name = out->name, .uses = 1 };

    return h5_open_object(&view, path, object, NULL);
}

static sci_status
create_group(const sci_h5_output *out, const char *prefix)
{
    const char *slash = strrchr(prefix, '/');
    char *above = NULL;
    hid_t list, group = H5I_INVALID_HID, parent = H5I_INVALID_HID;
    sci_status st;

    st = sci_format(&above, "%.*s", (int)(slash - prefix), prefix);
    if (st == SCI_OK)
        st = h5_output_object(out, above, &parent);
    sci_free(above);
    if (st != SCI_OK)
        return st;
    list = H5Pcreate(H5P_GROUP_CREATE);
    if (list >= 0 && H5Pset_obj_track_times(list, false) >= 0)
        group = H5Gcreate2(parent, slash + 1, H5P_DEFAULT, list, H5P_DEFAULT);
    if (group < 0)
        st = h5_fail(SCI_ERR_IO, "'%s': group '%s' cannot be made", out->name, prefix);
    h5_close(group);
    h5_close(list);
    h5_close(parent);
    return st;
}

/* Every group on the way to `prefix` that is not there. */
static sci_status
make_groups(const sci_h5_output *out, const h5_file *view, char *prefix)
{
    size_t end = 0;
    sci_status st = SCI_OK;

    while (st == SCI_OK && prefix[end] != '\0') {
        char saved;
        bool there = true;

        end += strspn(prefix + end, "/");
        if (prefix[end] == '\0')
            break;
        end += strcspn(prefix + end, "/");
        saved = prefix[end];
        prefix[end] = '\0';
        st = h5_exists(view, prefix, &there);
        if (st == SCI_OK && !there)
            st = create_group(out, prefix);
        prefix[end] = saved;
    }
    return st;
}

sci_status
h5_output_group(sci_h5_output *out, const char *path, hid_t *group)
{
    h5_file view = { .id = out->id, .fd = out->fd, .name = out->name, .uses = 1 };
    char *prefix = NULL;
    sci_status st;

    st = sci_format(&prefix, "/%s", path + strspn(path, "/"));
    if (st == SCI_OK)
        st = h5_enter();
    if (st != SCI_OK) {
        sci_free(prefix);
        return st;
    }
    st = h5_open_group(&view, prefix, group);
    if (st == SCI_ERR_NOTFOUND) {
        st = make_groups(out, &view, prefix);
        if (st == SCI_OK)
            st = h5_open_group(&view, prefix, group);
    }
    h5_leave();
    sci_free(prefix);
    return st;
}

sci_status
h5_output_parent(sci_h5_output *out, const char *path, hid_t *parent, const char **name)
{
    const char *slash = strrchr(path, '/');
    char *above = NULL;
    sci_status st;

    *name = slash != NULL ? slash + 1 : path;
    if ((*name)[0] == '\0' || strcmp(*name, ".") == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s:%s' names no dataset", out->name, path);
    st = sci_format(&above, "/%.*s", slash != NULL ? (int)(slash - path) : 0, path);
    if (st == SCI_OK)
        st = h5_output_group(out, above, parent);
    sci_free(above);
    return st;
}

sci_status
h5_output_creation(const sci_h5_output *out, hid_t *list)
{
    sci_status st;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    *list = H5Pcreate(H5P_DATASET_CREATE);
    if (*list < 0 || H5Pset_obj_track_times(*list, false) < 0) {
        h5_close(*list);
        *list = H5I_INVALID_HID;
        st = h5_fail(SCI_ERR_IO, "'%s': a dataset cannot be made", out->name);
    }
    h5_leave();
    return st;
}

/* ---- attributes ---- */

static sci_status
open_for_attribute(const sci_h5_output *out, const char *object, hid_t *id, char **where)
{
    sci_status st;

    st = sci_format(where, "%s:%s", out->name, object);
    if (st == SCI_OK)
        st = h5_output_object(out, object, id);
    if (st != SCI_OK) {
        sci_free(*where);
        *where = NULL;
    }
    return st;
}

sci_status
sci_h5_output_text(sci_h5_output *out, const char *object, const char *name, const char *value)
{
    hid_t id = H5I_INVALID_HID;
    char *where = NULL;
    sci_status st;

    if (out->draft != NULL)
        return h5_draft_text(out->draft, object, name, value);
    st = open_for_attribute(out, object, &id, &where);
    if (st == SCI_OK)
        st = h5_attribute_write_text(id, where, name, value);
    h5_close(id);
    sci_free(where);
    return st;
}

static sci_status
write_number(sci_h5_output *out, const char *object, const char *name, sci_type type,
             const void *value)
{
    hid_t id = H5I_INVALID_HID;
    char *where = NULL;
    sci_status st;

    if (out->draft != NULL)
        return h5_draft_numbers(out->draft, object, name, type, -1, value);
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = open_for_attribute(out, object, &id, &where);
    if (st == SCI_OK)
        st = h5_attribute_write(id, where, name, h5_native(type), -1, value);
    h5_close(id);
    h5_leave();
    sci_free(where);
    return st;
}

sci_status
sci_h5_output_number(sci_h5_output *out, const char *object, const char *name, double value)
{
    return write_number(out, object, name, SCI_FLOAT64, &value);
}

sci_status
sci_h5_output_integer(sci_h5_output *out, const char *object, const char *name, int64_t value)
{
    return write_number(out, object, name, SCI_INT64, &value);
}
