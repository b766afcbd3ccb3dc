/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of anndata 0.5 and 0.6 as current ones: tables of records become frames, their categories
 * come out of uns, records of arrays become dicts, raw.X and raw.var move into raw, sparse groups get
 * the attributes of today. */
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

typedef struct upgrade {
    sci_h5_output *out;
    anndata *a;
    size_t n_left_out; /* by the caller */
    const char *const *left_out;
    sci_texts_maker dropped; /* by us: what is written anew */
    sci_texts_maker sparse;  /* groups that say so in the old way */
} upgrade;

static sci_status
add(sci_texts_maker *maker, const char *path)
{
    return sci_texts_add(maker, path, strlen(path));
}

static bool
is_left_out(const upgrade *u, const char *path)
{
    for (size_t i = 0; i < u->n_left_out; i++)
        if (anndata_same_path(u->left_out[i], path))
            return true;
    return false;
}

/* ---- what is there ---- */

static bool
has_attribute(const sci_h5_item *item, const char *name)
{
    for (size_t i = 0; i < item->n_attributes; i++)
        if (strcmp(item->attributes[i].name, name) == 0)
            return true;
    return false;
}

static sci_status
find_sparse(void *context, const sci_h5_item *item)
{
    upgrade *u = context;

    if (item->kind != SCI_H5_GROUP || !has_attribute(item, "h5sparse_format"))
        return SCI_OK;
    return add(&u->sparse, item->path);
}

static sci_status
is_records(const upgrade *u, const char *path, bool *out)
{
    sci_h5_object object;
    sci_status st = sci_h5_file_object(u->a->file, path, &object);

    *out = st == SCI_OK && object.kind == SCI_H5_DATASET && object.content == SCI_H5_COMPOUND;
    return st == SCI_ERR_NOTFOUND ? SCI_OK : st;
}

/* The categories of the integer columns of a table of records. */
static sci_status
drop_categories(upgrade *u, const anndata_frame *frame)
{
    sci_status st = SCI_OK;

    for (uint64_t i = 0; st == SCI_OK && frame->records && i < frame->columns.n; i++) {
        sci_h5_object field;
        char *path = NULL;

        st = sci_h5_file_field(u->a->file, frame->path, frame->columns.items[i], &field);
        if (st == SCI_OK && field.content == SCI_H5_NUMBERS && field.sourced
            && sci_type_is_integer(field.element)) {
            st = sci_format(&path, "/uns/%s_categories", frame->columns.items[i]);
            if (st == SCI_OK)
                st = add(&u->dropped, path);
        }
        sci_free(path);
    }
    return st;
}

/* ---- tables ---- */

static sci_status
write_columns(const upgrade *u, const anndata_frame *frame, const char *path)
{
    sci_status st = SCI_OK;

    for (uint64_t i = 0; st == SCI_OK && i < frame->columns.n; i++) {
        const char *name = frame->columns.items[i];
        anndata_column column = { 0 };

        st = anndata_element_read(u->a->file, u->a->path, frame->path, name, &column);
        if (st == SCI_OK)
            st = anndata_write_column_at(u->out, path, name, &column);
        anndata_column_clear(&column);
    }
    return st;
}

static sci_status
write_frame(const upgrade *u, const anndata_frame *frame, const char *path)
{
    anndata_texts names = { 0 };
    sci_status st;

    if (!frame->records || is_left_out(u, frame->path))
        return SCI_OK;
    st = anndata_frame_names(u->a->file, frame, u->a->path, &names);
    if (st == SCI_OK)
        st = anndata_write_frame_at(u->out, path, frame->index, &names);
    if (st == SCI_OK)
        st = write_columns(u, frame, path);
    sci_texts_clear(&names);
    return st;
}

/* ---- records of arrays ---- */

static sci_status
write_field(const upgrade *u, const char *from, const char *name, const char *to)
{
    sci_h5_object records, field;
    sci_array array = { .rank = 2 };
    double *values = NULL;
    char *path = NULL;
    uint64_t n = 0;
    sci_status st = sci_h5_file_object(u->a->file, from, &records);

    if (st == SCI_OK)
        st = sci_h5_file_field(u->a->file, from, name, &field);
    if (st == SCI_OK && (records.rank != 1 || field.rank > 1 || !field.sourced))
        st = sci_fail(SCI_ERR_TYPE, "'%s:%s': field '%s' is no matrix of numbers", u->a->path, from,
                      name);
    if (st == SCI_OK)
        st = sci_h5_file_numbers(u->a->file, from, name, &n, &values);
    if (st == SCI_OK)
        st = sci_format(&path, "%s/%s", to, name);
    if (st == SCI_OK) {
        array.shape[0] = records.shape[0];
        array.shape[1] = field.rank == 1 ? field.shape[0] : 1;
        array.type = field.element;
        st = anndata_write_as(u->out, path, &array, values);
    }
    sci_free(values);
    sci_free(path);
    return st;
}

static sci_status
write_arrays(const upgrade *u, const char *from, const char *to)
{
    sci_texts fields = { 0 };
    bool records = false;
    sci_status st = is_records(u, from, &records);

    if (st != SCI_OK || !records || is_left_out(u, from))
        return st;
    st = anndata_write_dict(u->out, to);
    if (st == SCI_OK)
        st = sci_h5_file_fields(u->a->file, from, &fields);
    for (uint64_t i = 0; st == SCI_OK && i < fields.n; i++)
        st = write_field(u, from, fields.items[i], to);
    sci_texts_clear(&fields);
    return st;
}

/* ---- raw ---- */

static sci_status
move_raw(const upgrade *u)
{
    anndata_frame frame = { 0 };
    bool there = false;
    sci_status st = sci_h5_file_has(u->a->file, "/raw.X", &there);

    if (st != SCI_OK || !there || is_left_out(u, "/raw.X"))
        return st;
    st = sci_h5_output_group(u->out, "/raw");
    if (st == SCI_OK)
        st = anndata_mark(u->out, "/raw", "raw", "0.1.0");
    if (st == SCI_OK)
        st = sci_h5_output_move(u->out, "/raw.X", "/raw/X");
    if (st == SCI_OK)
        st = anndata_frame_open(&frame, u->a->file, u->a->path, "/raw.var");
    if (st == SCI_OK)
        st = frame.records ? write_frame(u, &frame, "/raw/var")
                           : sci_h5_output_move(u->out, "/raw.var", "/raw/var");
    if (st == SCI_OK)
        st = anndata_write_dict(u->out, "/raw/varm");
    if (st == SCI_OK)
        st = write_arrays(u, "/raw.varm", "/raw/varm");
    anndata_frame_clear(&frame);
    return st;
}

/* ---- attributes ---- */

static sci_status
mark_sparse(const upgrade *u, const char *path)
{
    char *format = NULL;
    int64_t *shape = NULL;
    uint64_t n = 0;
    sci_status st = sci_h5_file_text(u->a->file, path, "h5sparse_format", &format);

    if (st == SCI_OK)
        st = sci_h5_file_attribute_integers(u->a->file, path, "h5sparse_shape", &n, &shape);
    if (st == SCI_OK && strcmp(format, "csr") != 0 && strcmp(format, "csc") != 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has h5sparse_format '%s', not csr or csc",
                      u->a->path, path, format);
    if (st == SCI_OK)
        st = anndata_mark(u->out, path, strcmp(format, "csr") == 0 ? "csr_matrix" : "csc_matrix",
                          "0.1.0");
    if (st == SCI_OK)
        st = sci_h5_output_attribute_integers(u->out, path, "shape", n, shape);
    if (st == SCI_OK)
        st = sci_h5_output_forget(u->out, path, "h5sparse_format");
    if (st == SCI_OK)
        st = sci_h5_output_forget(u->out, path, "h5sparse_shape");
    sci_free(shape);
    sci_free(format);
    return st;
}

/* Those that were copied. */
static sci_status
mark_all_sparse(const upgrade *u, const sci_texts *paths)
{
    sci_h5_file *look = NULL;
    sci_status st = sci_h5_output_look(u->out, &look);

    for (uint64_t i = 0; st == SCI_OK && i < paths->n; i++) {
        bool there = false;

        st = sci_h5_file_has(look, paths->items[i], &there);
        if (st == SCI_OK && there)
            st = mark_sparse(u, paths->items[i]);
    }
    sci_h5_file_close(look);
    return st;
}

/* Groups that came along without a word of what they are. */
static sci_status
mark_dicts(const upgrade *u)
{
    static const char *const groups[] = { "/layers", "/obsm", "/obsp", "/varm", "/varp", "/uns" };
    sci_h5_file *look = NULL;
    sci_status st = sci_h5_output_look(u->out, &look);

    for (size_t i = 0; st == SCI_OK && i < sizeof groups / sizeof *groups; i++) {
        bool there = false;

        st = sci_h5_file_has(look, groups[i], &there);
        if (st == SCI_OK)
            st = there ? anndata_mark(u->out, groups[i], "dict", "0.1.0")
                       : anndata_write_dict(u->out, groups[i]);
    }
    sci_h5_file_close(look);
    return st;
}

/* ---- the whole ---- */

static sci_status
collect(upgrade *u)
{
    static const char *const always[] = { "/raw.var", "/raw.varm", "/raw.cat" };
    static const char *const arrays[] = { "/obsm", "/varm" };
    bool records = false;
    sci_status st = sci_h5_file_list(u->a->file, "/", find_sparse, u);

    for (size_t i = 0; st == SCI_OK && i < 2; i++) {
        const anndata_frame *frame = &u->a->frame[i];

        if (frame->records)
            st = add(&u->dropped, frame->path);
        if (st == SCI_OK)
            st = drop_categories(u, frame);
        if (st == SCI_OK)
            st = is_records(u, arrays[i], &records);
        if (st == SCI_OK && records)
            st = add(&u->dropped, arrays[i]);
    }
    for (size_t i = 0; st == SCI_OK && i < sizeof always / sizeof *always; i++) {
        st = is_records(u, always[i], &records);
        if (st == SCI_OK && records)
            st = add(&u->dropped, always[i]);
    }
    for (size_t i = 0; st == SCI_OK && i < u->n_left_out; i++)
        st = add(&u->dropped, u->left_out[i]);
    return st;
}

static sci_status
rebuild(const upgrade *u, const sci_texts *dropped, const sci_texts *sparse)
{
    sci_status st = sci_h5_output_copy(u->out, u->a->file, (size_t)dropped->n,
                                       (const char *const *)dropped->items);

    if (st == SCI_OK)
        st = mark_all_sparse(u, sparse);
    if (st == SCI_OK)
        st = anndata_mark(u->out, "/", "anndata", "0.1.0");
    if (st == SCI_OK)
        st = write_frame(u, &u->a->frame[ANNDATA_OBS], "/obs");
    if (st == SCI_OK)
        st = write_frame(u, &u->a->frame[ANNDATA_VAR], "/var");
    if (st == SCI_OK)
        st = write_arrays(u, "/obsm", "/obsm");
    if (st == SCI_OK)
        st = write_arrays(u, "/varm", "/varm");
    if (st == SCI_OK)
        st = move_raw(u);
    return st == SCI_OK ? mark_dicts(u) : st;
}

sci_status
anndata_upgrade(sci_h5_output *out, anndata *a, size_t n, const char *const *left_out)
{
    upgrade u = { .out = out, .a = a, .n_left_out = n, .left_out = left_out };
    sci_texts dropped = { 0 }, sparse = { 0 };
    sci_status st = collect(&u);

    if (st == SCI_OK)
        st = sci_texts_finish(&u.dropped, &dropped);
    if (st == SCI_OK)
        st = sci_texts_finish(&u.sparse, &sparse);
    if (st == SCI_OK)
        st = rebuild(&u, &dropped, &sparse);
    sci_texts_maker_clear(&u.dropped);
    sci_texts_maker_clear(&u.sparse);
    sci_texts_clear(&dropped);
    sci_texts_clear(&sparse);
    return st;
}
