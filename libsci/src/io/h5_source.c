/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets as sources: what all layouts share. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/memory.h>

#include "h5_find_priv.h"
#include "h5_source_priv.h"

#define COMPACT_BYTES_MOST ((uint64_t)64 << 10) /* HDF5's own limit */

h5_source *
h5_source_of(sci_source *source)
{
    return source->ops->free == h5_source_free ? (h5_source *)source : NULL;
}

void
h5_source_free(sci_source *self)
{
    h5_source *s = (h5_source *)self;

    h5_chunked_clear(s);
    h5_dataset_close(&s->data);
    h5_file_close(s->file);
    for (int i = 0; i < SCI_MAX_RANK; i++)
        sci_free(s->axis[i]);
    sci_free(s->compact);
    sci_free(s->scratch);
    sci_free(s->name);
    sci_free(s->path);
    sci_free(s);
}

static sci_status
read_compact(h5_source *s)
{
    uint64_t bytes = s->data.count * s->data.size;
    sci_status st;

    if (bytes > COMPACT_BYTES_MOST)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is damaged: too large to be compact", s->name);
    st = sci_alloc_zero(&s->compact, bytes, 1, 1);
    if (st != SCI_OK || bytes == 0)
        return st;
    h5_rearm(0);
    if (H5Dread(s->data.id, s->data.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, s->compact) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' cannot be read", s->name);
    return SCI_OK;
}

static sci_status
choose_operations(h5_source *s)
{
    switch (s->data.layout) {
    case H5D_CHUNKED:
        s->base.ops = &h5_chunked_ops;
        return h5_chunked_prepare(s);
    case H5D_COMPACT:
        s->base.ops = &h5_compact_ops;
        return read_compact(s);
    case H5D_CONTIGUOUS:
        return SCI_OK;
    default:
        return sci_fail(SCI_ERR_FORMAT, "'%s' is stored in an unknown way", s->name);
    }
}

static sci_status
open_dataset(h5_source *s, const char *path)
{
    hid_t id = H5I_INVALID_HID;
    char *found = NULL;
    sci_status st = SCI_OK;

    if (path == NULL)
        st = h5_find_dataset(s->file, &found);
    if (st == SCI_OK)
        st = h5_open_object(s->file, path != NULL ? path : found, &id, &s->path);
    if (st == SCI_OK)
        st = sci_format(&s->name, "%s:%s", s->file->name, s->path);
    if (st == SCI_OK) {
        st = h5_dataset_open(&s->data, s->file, id, s->name, &s->limits);
        id = H5I_INVALID_HID;
    }
    h5_close(id);
    sci_free(found);
    return st;
}

sci_status
h5_source_in(sci_source **out, h5_file *file, const char *path, const sci_h5_options *opt)
{
    h5_source *s = NULL;
    sci_status st;

    st = sci_alloc_zero(&s, 1, 1, sizeof *s);
    if (st != SCI_OK)
        return st;
    s->file = h5_file_share(file);
    s->base.ops = &h5_contiguous_ops;
    s->data.id = s->data.type = H5I_INVALID_HID;
    s->flat = -1;
    s->limits = h5_limits(opt);
    st = sci_strdup(&s->scratch, s->limits.scratch);
    s->limits.scratch = s->scratch;
    if (st == SCI_OK)
        st = h5_enter();
    if (st != SCI_OK)
        goto out;
    st = open_dataset(s, path);
    if (st == SCI_OK)
        st = choose_operations(s);
    if (st == SCI_OK)
        st = h5_axes_read(s);
    h5_leave();
    if (st != SCI_OK)
        goto out;
    s->base.array = s->data.array;
    s->base.name = s->name;
    *out = &s->base;
    s = NULL;
out:
    if (s != NULL)
        h5_source_free(&s->base);
    return st;
}

sci_status
sci_h5_source_open(sci_source **out, const char *file, const char *dataset,
                   const sci_h5_options *opt)
{
    h5_file *f = NULL;
    sci_status st;

    st = h5_file_open(&f, file);
    if (st == SCI_OK)
        st = h5_source_in(out, f, dataset, opt);
    h5_file_close(f);
    return st;
}

/* ---- operands ---- */

/* The last ":/" of a text, or NULL. */
static const char *
find_split(const char *operand)
{
    const char *at = NULL;

    for (const char *next = strstr(operand, ":/"); next != NULL; next = strstr(next + 1, ":/"))
        at = next;
    return at;
}

sci_status
sci_h5_split_operand(const char *operand, char **file, char **dataset)
{
    const char *at = find_split(operand);
    struct stat whole;
    char *name = NULL, *path = NULL;
    sci_status st;

    if (at != NULL && stat(operand, &whole) == 0)
        at = NULL;
    if (operand[0] == '\0' || at == operand)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' names no file", operand);
    st =
        sci_format(&name, "%.*s", at != NULL ? (int)(at - operand) : (int)strlen(operand), operand);
    if (st == SCI_OK && at != NULL)
        st = sci_strdup(&path, at + 1);
    if (st != SCI_OK) {
        sci_free(name);
        return st;
    }
    *file = name;
    *dataset = path;
    return SCI_OK;
}

sci_status
sci_h5_source_open_operand(sci_source **out, const char *operand, const sci_h5_options *opt)
{
    char *file = NULL, *dataset = NULL;
    sci_status st;

    st = sci_h5_split_operand(operand, &file, &dataset);
    if (st == SCI_OK)
        st = sci_h5_source_open(out, file, dataset, opt);
    sci_free(dataset);
    sci_free(file);
    return st;
}

/* ---- what a source tells ---- */

const char *
sci_h5_source_dataset(const sci_source *source)
{
    return ((const h5_source *)source)->path;
}

const char *
sci_h5_source_axis(const sci_source *source, int axis)
{
    const h5_source *s = (const h5_source *)source;

    return axis >= 0 && axis < s->data.array.rank ? s->axis[axis] : NULL;
}

void
sci_h5_source_layout(const sci_source *source, sci_h5_layout *out)
{
    const h5_dataset *d = &((const h5_source *)source)->data;
    bool foreign = false;

    *out = (sci_h5_layout){ .chunked = d->layout == H5D_CHUNKED };
    if (!out->chunked)
        return;
    memcpy(out->chunk, d->chunk, sizeof out->chunk);
    for (int i = 0; i < d->n_filters; i++) {
        const h5_filter *f = &d->filters[i];

        if (f->id == H5Z_FILTER_SHUFFLE)
            out->shuffle = true;
        else if (f->id == H5Z_FILTER_FLETCHER32)
            out->fletcher32 = true;
        else if (f->id == H5Z_FILTER_DEFLATE)
            out->deflate = f->value >= 1 && f->value <= 9 ? (int)f->value : 1;
        else if (f->id == H5_LZF)
            out->lzf = true;
        else
            foreign = true;
    }
    if (foreign) {
        out->lzf = false;
        out->shuffle = true;
        out->deflate = 4;
    }
}
