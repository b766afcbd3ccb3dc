/* SPDX-License-Identifier: GPL-3.0-or-later */
/* info: what is in an annotated matrix. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/number.h"
#include "cli/single.h"

#include "anndata.h"
#include "settings.h"
#include "verbs.h"

#define LEVELS_SHOWN 6

static const char *const kinds[] = { "categorical", "boolean", "integer", "real" };

typedef struct viewer {
    anndata *a;
    cli_json *json; /* NULL: text */
} viewer;

static void
print_safe(const char *text)
{
    char safe[1024];

    (void)cli_escape(safe, sizeof safe, text);
    (void)fputs(safe, stdout);
}

/* ---- matrices ---- */

static double
density(const anndata_look *m)
{
    double places = (double)m->rows * (double)m->columns;

    return places > 0 ? (double)m->values / places : 0.0;
}

static void
print_matrix(const char *which, const anndata_look *m)
{
    char size[32];

    cli_size_text(m->bytes, size, sizeof size);
    (void)fputs("  ", stdout);
    print_safe(which);
    (void)printf(": %" PRIu64 " x %" PRIu64 "  %s  %s", m->rows, m->columns, m->encoding, m->type);
    if (m->indices[0] != '\0')
        (void)printf(", indices %s, %" PRIu64 " stored values (%.2f %%)", m->indices, m->values,
                     100.0 * density(m));
    (void)printf("  %s  %s\n",
                 m->filters[0] != '\0' ? m->filters
                 : m->chunked          ? "chunked"
                                       : "contiguous",
                 size);
}

static void
json_matrix(cli_json *json, const char *which, const anndata_look *m)
{
    cli_json_object(json);
    cli_json_member_text(json, "name", which);
    cli_json_member_text(json, "encoding", m->encoding);
    cli_json_member_text(json, "type", m->type);
    cli_json_member_text(json, "indices", m->indices[0] != '\0' ? m->indices : NULL);
    cli_json_member_unsigned(json, "rows", m->rows);
    cli_json_member_unsigned(json, "columns", m->columns);
    cli_json_member_unsigned(json, "stored_values", m->values);
    cli_json_member_real(json, "density", density(m));
    cli_json_key(json, "chunked");
    cli_json_boolean(json, m->chunked);
    cli_json_member_text(json, "filters", m->filters);
    cli_json_member_unsigned(json, "bytes", m->bytes);
    cli_json_object_end(json);
}

static sci_status
show_matrices(const viewer *v)
{
    anndata_texts names = { 0 };
    sci_status st = anndata_matrices(v->a, &names);

    if (v->json != NULL) {
        cli_json_key(v->json, "matrices");
        cli_json_array(v->json);
    } else {
        (void)puts(names.n > 0 ? "matrices:" : "matrices: none");
    }
    for (uint64_t i = 0; st == SCI_OK && i < names.n; i++) {
        anndata_look look;

        st = anndata_matrix_look(v->a, names.items[i], &look);
        if (st == SCI_OK && v->json != NULL)
            json_matrix(v->json, names.items[i], &look);
        else if (st == SCI_OK)
            print_matrix(names.items[i], &look);
    }
    if (v->json != NULL)
        cli_json_array_end(v->json);
    anndata_texts_clear(&names);
    return st;
}

/* ---- columns ---- */

static uint64_t
count_missing(const anndata_column *c)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < c->n; i++)
        n += c->codes != NULL ? c->codes[i] < 0 : c->numbers[i] != c->numbers[i];
    return n;
}

static sci_status
count_levels(const anndata_column *c, uint64_t **out)
{
    sci_status st = sci_alloc_zero(out, c->levels.n, 1, sizeof **out);

    for (uint64_t i = 0; st == SCI_OK && c->codes != NULL && i < c->n; i++)
        if (c->codes[i] >= 0)
            (*out)[c->codes[i]]++;
    return st;
}

static sci_status
print_column(const char *name, const anndata_column *c)
{
    uint64_t *counts = NULL, missing = count_missing(c);
    sci_status st = count_levels(c, &counts);

    if (st != SCI_OK)
        return st;
    (void)fputs("  ", stdout);
    print_safe(name);
    (void)printf(": %s", c->text ? "text" : kinds[c->kind]);
    if (c->codes != NULL) {
        (void)printf("%s, %" PRIu64 " levels", c->ordered ? ", ordered" : "", c->levels.n);
        for (uint64_t l = 0; l < c->levels.n && l < LEVELS_SHOWN; l++) {
            (void)fputs(l > 0 ? ", " : ": ", stdout);
            print_safe(c->levels.items[l]);
            (void)printf(" (%" PRIu64 ")", counts[l]);
        }
        (void)fputs(c->levels.n > LEVELS_SHOWN ? ", …" : "", stdout);
    }
    if (missing > 0)
        (void)printf(", %" PRIu64 " missing", missing);
    (void)putchar('\n');
    sci_free(counts);
    return SCI_OK;
}

static sci_status
json_column(cli_json *json, const char *name, const anndata_column *c)
{
    uint64_t *counts = NULL;
    sci_status st = count_levels(c, &counts);

    if (st != SCI_OK)
        return st;
    cli_json_object(json);
    cli_json_member_text(json, "name", name);
    cli_json_member_text(json, "kind", c->text ? "text" : kinds[c->kind]);
    cli_json_member_unsigned(json, "missing", count_missing(c));
    if (c->codes != NULL) {
        cli_json_key(json, "ordered");
        cli_json_boolean(json, c->ordered);
        cli_json_key(json, "levels");
        cli_json_array(json);
        for (uint64_t l = 0; l < c->levels.n; l++) {
            cli_json_object_line(json);
            cli_json_member_text(json, "name", c->levels.items[l]);
            cli_json_member_unsigned(json, "count", counts[l]);
            cli_json_object_end(json);
        }
        cli_json_array_end(json);
    }
    cli_json_object_end(json);
    sci_free(counts);
    return SCI_OK;
}

static sci_status
show_axis(const viewer *v, anndata_axis axis)
{
    const char *title = axis == ANNDATA_OBS ? "obs" : "var";
    anndata_texts names = { 0 };
    sci_status st = anndata_column_names(v->a, axis, &names);

    if (v->json != NULL) {
        cli_json_key(v->json, title);
        cli_json_array(v->json);
    } else {
        (void)printf("%s:%s\n", title, names.n > 0 ? "" : " no columns");
    }
    for (uint64_t i = 0; st == SCI_OK && i < names.n; i++) {
        anndata_column column = { 0 };

        st = anndata_column_read(v->a, axis, names.items[i], &column);
        if (st == SCI_OK)
            st = v->json != NULL ? json_column(v->json, names.items[i], &column)
                                 : print_column(names.items[i], &column);
        anndata_column_clear(&column);
    }
    if (v->json != NULL)
        cli_json_array_end(v->json);
    anndata_texts_clear(&names);
    return st;
}

/* ---- the rest ---- */

/* Names in a group; of a table of records (0.5) its fields. */
static sci_status
show_group(const viewer *v, const char *name)
{
    sci_h5_file *file = anndata_file(v->a);
    sci_h5_object object;
    anndata_texts names = { 0 };
    char *path = NULL;
    sci_status st = sci_format(&path, "/%s", name);

    if (st == SCI_OK)
        st = sci_h5_file_object(file, path, &object);
    if (st == SCI_OK && object.kind == SCI_H5_GROUP)
        st = sci_h5_file_members(file, path, &names);
    else if (st == SCI_OK && object.content == SCI_H5_COMPOUND)
        st = sci_h5_file_fields(file, path, &names);
    st = st == SCI_ERR_NOTFOUND ? SCI_OK : st;
    sci_free(path);
    if (v->json != NULL) {
        cli_json_key(v->json, name);
        cli_json_array_line(v->json);
    } else if (names.n > 0) {
        (void)printf("%s:", name);
    }
    for (uint64_t i = 0; i < names.n; i++) {
        if (v->json != NULL) {
            cli_json_text(v->json, names.items[i]);
        } else {
            (void)fputs(i > 0 ? ", " : " ", stdout);
            print_safe(names.items[i]);
        }
    }
    if (v->json != NULL)
        cli_json_array_end(v->json);
    else if (names.n > 0)
        (void)putchar('\n');
    anndata_texts_clear(&names);
    return st;
}

static sci_status
show(const viewer *v)
{
    static const char *const groups[] = { "obsm", "varm", "obsp", "varp", "uns" };
    sci_status st = show_matrices(v);

    if (st == SCI_OK)
        st = show_axis(v, ANNDATA_OBS);
    if (st == SCI_OK)
        st = show_axis(v, ANNDATA_VAR);
    for (size_t i = 0; st == SCI_OK && i < sizeof groups / sizeof *groups; i++)
        st = show_group(v, groups[i]);
    return st;
}

static sci_status
show_json(anndata *a, const char *name)
{
    cli_json json;
    viewer v = { a, &json };
    sci_status st;

    cli_json_start(&json, stdout);
    cli_json_object(&json);
    cli_json_member_text(&json, "file", name);
    cli_json_member_unsigned(&json, "bytes", sci_h5_file_bytes(anndata_file(a)));
    cli_json_member_text(&json, "layout", anndata_layout(a));
    cli_json_member_unsigned(&json, "cells", anndata_length(a, ANNDATA_OBS));
    cli_json_member_unsigned(&json, "genes", anndata_length(a, ANNDATA_VAR));
    st = show(&v);
    cli_json_object_end(&json);
    return st == SCI_OK ? cli_json_finish(&json) : st;
}

static sci_status
show_text(anndata *a, const char *name)
{
    const viewer v = { a, NULL };
    char size[32];
    sci_status st;

    cli_size_text(sci_h5_file_bytes(anndata_file(a)), size, sizeof size);
    print_safe(name);
    (void)printf(": %" PRIu64 " cells x %" PRIu64 " genes, layout %s, %s\n",
                 anndata_length(a, ANNDATA_OBS), anndata_length(a, ANNDATA_VAR), anndata_layout(a),
                 size);
    st = show(&v);
    return st == SCI_OK ? cli_stdout_finish() : st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const genomics_settings *s = single->call->settings;
    const cli_input *input = &single->inputs.items[0];
    anndata *a = NULL;
    sci_status st = anndata_open(&a, input->path);

    (void)worker;
    if (st == SCI_OK)
        st = s->common.json ? show_json(a, input->path) : show_text(a, input->path);
    anndata_close(a);
    return st;
}

int
genomics_info(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
