/* SPDX-License-Identifier: BSD-3-Clause */
/* Quantiles in HDF5: the kind `quantiles` of docs/stats-file.md. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/quantile.h>

#include "../core/digest.h"
#include "../stats/quantiles_flat.h"
#include "h5_fields_priv.h"
#include "h5_stats_names_priv.h"
#include "h5_stats_priv.h"

#define ENTRIES_MOST (UINT64_C(1) << 32)

static const char *const kind_word = "quantiles";

static int
find_type(const char *name)
{
    for (int type = SCI_INT8; type <= SCI_FLOAT64; type++)
        if (strcmp(name, sci_type_name((sci_type)type)) == 0)
            return type;
    return -1;
}

static void
content_text(const sci_quantiles_flat *flat, char text[80])
{
    sci_digest digest = { { 0 } };

    sci_quantiles_flat_content(flat, digest.bytes);
    sci_digest_text(SCI_DIGEST_XXH3, &digest, text);
}

/* ---- writing ---- */

typedef struct writer {
    sci_h5_output *out;
    const char *path;
    char *where;
    hid_t group;
} writer;

static sci_status
put_number(const writer *w, const char *name, uint64_t value)
{
    return h5_attribute_write(w->group, w->where, name, h5_field_type(), -1, &value);
}

/* Nothing where there are no elements. */
static sci_status
put_array(const writer *w, const char *name, sci_type type, uint64_t n, uint64_t width,
          const void *elements)
{
    sci_array array = { .rank = width > 1 ? 2 : 1, .shape = { n, width }, .type = type };
    char *path = NULL;
    sci_status st = SCI_OK;

    if (n == 0)
        return SCI_OK;
    st = h5_stats_join(&path, w->path, name);
    if (st == SCI_OK)
        st = sci_h5_output_array(w->out, path, &array, elements);
    sci_free(path);
    return st;
}

static sci_status
put_counts(const writer *w, const char *const names[4], const sci_flat_counts *flat)
{
    sci_status st = put_number(w, names[0], flat->entries);

    if (st == SCI_OK)
        st = put_array(w, names[1], SCI_UINT64, flat->cells, 1, flat->filled);
    if (st == SCI_OK)
        st = put_array(w, names[2], SCI_UINT16, flat->entries, 1, flat->bins);
    if (st == SCI_OK)
        st = put_array(w, names[3], SCI_UINT64, flat->entries, 1, flat->counts);
    return st;
}

static const char *const first_names[4] = { "first_entries", "first_filled", "first_bins",
                                            "first_counts" };
static const char *const open_names[4] = { "open_entries", "open_filled", "open_bins",
                                           "open_counts" };

static sci_status
put_identity(const writer *w, const sci_quantiles_flat *flat)
{
    char text[80];
    sci_status st = h5_attribute_write_text(w->group, w->where, "format", H5_STATS_FORMAT);

    content_text(flat, text);
    if (st == SCI_OK)
        st = put_number(w, "version", H5_STATS_VERSION);
    if (st == SCI_OK)
        st = h5_attribute_write_text(w->group, w->where, "kind", kind_word);
    if (st == SCI_OK)
        st = h5_attribute_write_text(w->group, w->where, "content", text);
    return st;
}

static sci_status
put_all(const writer *w, const sci_quantiles_flat *flat)
{
    sci_status st = put_identity(w, flat);

    if (st == SCI_OK)
        st = h5_attribute_write_text(w->group, w->where, "type",
                                     sci_type_name((sci_type)flat->type));
    if (st == SCI_OK)
        st = h5_attribute_write_text(
            w->group, w->where, "nan",
            flat->nan == 0 ? "none" : h5_stats_nan_name((sci_nan_policy)(flat->nan - 1)));
    if (st == SCI_OK)
        st = put_number(w, "groups", flat->groups);
    if (st == SCI_OK)
        st = put_number(w, "quantiles", flat->n);
    if (st == SCI_OK)
        st = put_number(w, "round", flat->round);
    if (st == SCI_OK)
        st = put_number(w, "deviation", flat->deviation);
    if (st == SCI_OK)
        st = put_array(w, "p", SCI_FLOAT64, flat->n, 1, flat->p);
    if (st == SCI_OK && flat->deviation)
        st = put_array(w, "centre", SCI_FLOAT64, flat->groups, 1, flat->centre);
    if (st == SCI_OK)
        st = put_array(w, "members", SCI_UINT64, flat->groups, 2, flat->members);
    if (st == SCI_OK)
        st = put_counts(w, first_names, &flat->first);
    if (st == SCI_OK && flat->round > 0)
        st = put_array(w, "targets", SCI_UINT64, flat->groups * 2 * flat->n, 2, flat->targets);
    if (st != SCI_OK || !sci_quantiles_flat_is_open(flat))
        return st;
    st = put_array(w, "seen", SCI_UINT64, flat->groups, 2, flat->seen);
    if (st == SCI_OK)
        st = put_number(w, "cells", flat->open.cells);
    return st == SCI_OK ? put_counts(w, open_names, &flat->open) : st;
}

static void
close_group(hid_t group)
{
    if (group >= 0 && h5_enter() == SCI_OK) {
        h5_close(group);
        h5_leave();
    }
}

sci_status
sci_h5_output_quantiles(sci_h5_output *out, const char *path, const sci_quantiles *q)
{
    writer w = { .out = out, .path = path, .group = H5I_INVALID_HID };
    sci_quantiles_flat flat;
    sci_status st = sci_quantiles_flatten(&flat, q);

    if (st != SCI_OK)
        return st;
    st = h5_stats_where(&w.where, h5_output_name(out), path);
    if (st == SCI_OK)
        st = h5_output_group(out, path, &w.group);
    if (st == SCI_OK)
        st = put_all(&w, &flat);
    close_group(w.group);
    sci_free(w.where);
    sci_quantiles_flat_clear(&flat);
    return st;
}

/* ---- reading ---- */

static sci_status
get_identity(const h5_fields *r, char **content)
{
    char *format = NULL, *kind = NULL;
    uint64_t version = 0;
    sci_status st = h5_attribute_read_text(r->group, r->where, "format", &format);

    if (st == SCI_ERR_NOTFOUND || (st == SCI_OK && strcmp(format, H5_STATS_FORMAT) != 0))
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds no statistics", r->where);
    if (st == SCI_OK)
        st = h5_field_number(r, "version", H5_STATS_VERSION, &version);
    if (st == SCI_OK && version == 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has version 0 of the statistics format", r->where);
    if (st == SCI_OK)
        st = h5_attribute_read_text(r->group, r->where, "kind", &kind);
    if (st == SCI_OK && strcmp(kind, kind_word) != 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds statistics of kind '%.100s', not quantiles",
                      r->where, kind);
    if (st == SCI_OK)
        st = h5_attribute_read_text(r->group, r->where, "content", content);
    sci_free(format);
    sci_free(kind);
    return st;
}

static int
find_nan(const char *name)
{
    return strcmp(name, "none") == 0 ? 0 : h5_stats_find_nan(name) + 1;
}

static sci_status
get_numbers(const h5_fields *r, sci_quantiles_flat *flat)
{
    int type = 0, nan = 0;
    sci_status st = h5_field_word(r, "type", find_type, &type);

    if (st == SCI_OK)
        st = h5_field_word(r, "nan", find_nan, &nan);
    if (st == SCI_OK)
        st = h5_field_number(r, "groups", UINT32_MAX, &flat->groups);
    if (st == SCI_OK)
        st = h5_field_number(r, "quantiles", UINT32_MAX, &flat->n);
    if (st == SCI_OK)
        st = h5_field_number(r, "round", 4, &flat->round);
    if (st == SCI_OK)
        st = h5_field_number(r, "deviation", 1, &flat->deviation);
    flat->type = (uint64_t)type;
    flat->nan = (uint64_t)nan;
    return st == SCI_OK ? sci_quantiles_flat_numbers(flat) : st;
}

static sci_status
get_counts(const h5_fields *r, const char *const names[4], uint64_t cells, sci_flat_counts *flat)
{
    sci_status st = h5_field_number(r, names[0], ENTRIES_MOST, &flat->entries);

    flat->cells = cells;
    if (st == SCI_OK)
        st = h5_field_array(r, names[1], SCI_UINT64, cells, 1, &flat->filled);
    if (st == SCI_OK)
        st = h5_field_array(r, names[2], SCI_UINT16, flat->entries, 1, &flat->bins);
    if (st == SCI_OK)
        st = h5_field_array(r, names[3], SCI_UINT64, flat->entries, 1, &flat->counts);
    return st;
}

static sci_status
get_lists(const h5_fields *r, sci_quantiles_flat *flat)
{
    uint64_t cells = 0;
    sci_status st = h5_field_array(r, "p", SCI_FLOAT64, flat->n, 1, &flat->p);

    if (st == SCI_OK && flat->deviation)
        st = h5_field_array(r, "centre", SCI_FLOAT64, flat->groups, 1, &flat->centre);
    if (st == SCI_OK)
        st = h5_field_array(r, "members", SCI_UINT64, flat->groups, 2, &flat->members);
    if (st == SCI_OK)
        st = get_counts(r, first_names, flat->groups, &flat->first);
    if (st == SCI_OK && flat->round > 0)
        st = h5_field_array(r, "targets", SCI_UINT64, flat->groups * 2 * flat->n, 2,
                            &flat->targets);
    if (st != SCI_OK || !sci_quantiles_flat_is_open(flat))
        return st;
    st = h5_field_array(r, "seen", SCI_UINT64, flat->groups, 2, &flat->seen);
    if (st == SCI_OK)
        st = h5_field_number(r, "cells", flat->groups * 2 * flat->n, &cells);
    return st == SCI_OK ? get_counts(r, open_names, cells, &flat->open) : st;
}

static sci_status
read_group(const h5_fields *r, sci_quantiles **out)
{
    sci_quantiles_flat flat = { 0 };
    char *content = NULL, text[80];
    sci_status st = get_identity(r, &content);

    if (st == SCI_OK)
        st = get_numbers(r, &flat);
    if (st == SCI_OK)
        st = get_lists(r, &flat);
    if (st == SCI_OK) {
        content_text(&flat, text);
        if (strcmp(text, content) != 0)
            st = sci_fail(SCI_ERR_FORMAT, "its content does not have the digest that it names");
    }
    if (st == SCI_OK)
        st = sci_quantiles_restore(out, &flat);
    if (st == SCI_ERR_NOTFOUND || st == SCI_ERR_SHAPE || st == SCI_ERR_TYPE
        || st == SCI_ERR_FORMAT)
        st = h5_stats_damaged(r->where);
    sci_quantiles_flat_clear(&flat);
    sci_free(content);
    return st;
}

sci_status
sci_quantiles_load(sci_quantiles **out, const char *path)
{
    h5_fields r = { .group = H5I_INVALID_HID };
    char *name = NULL, *group = NULL;
    sci_status st = sci_h5_split_operand(path, &name, &group);

    r.path = group != NULL ? group : "/";
    if (st == SCI_OK)
        st = h5_file_open(&r.file, name);
    if (st == SCI_OK)
        st = h5_stats_where(&r.where, r.file->name, r.path);
    if (st == SCI_OK)
        st = h5_open_group(r.file, r.path, &r.group);
    if (st == SCI_OK)
        st = read_group(&r, out);
    close_group(r.group);
    sci_free(r.where);
    h5_file_close(r.file);
    sci_free(group);
    sci_free(name);
    return st;
}
