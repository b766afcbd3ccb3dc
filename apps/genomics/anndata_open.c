/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening an annotated file: which layout it has, and whether obs, var and X belong together. */
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

void
anndata_texts_clear(anndata_texts *texts)
{
    sci_texts_clear(texts);
}

void
anndata_close(anndata *a)
{
    if (a == NULL)
        return;
    anndata_frame_clear(&a->frame[ANNDATA_OBS]);
    anndata_frame_clear(&a->frame[ANNDATA_VAR]);
    sci_h5_file_close(a->file);
    sci_free(a->path);
    sci_free(a);
}

/* ---- layout ---- */

/* What the file is instead of an annotated matrix, to say so. */
static const char *
guess(sci_h5_file *file)
{
    static const struct {
        const char *path, *text;
    } known[] = {
        { "/matrix/barcodes", "; it looks like a 10x file: 'convert' makes an .h5ad of it" },
        { "/mod", "; it looks like a MuData file: save one of its modalities as .h5ad" },
    };
    bool there;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sci_h5_file_has(file, known[i].path, &there) == SCI_OK && there)
            return known[i].text;
    return "";
}

static sci_status
check_root(const anndata *a)
{
    char *encoding = NULL;
    bool obs, var;
    sci_status st;

    st = anndata_encoding(a->file, "/", &encoding);
    if (st == SCI_OK && encoding != NULL && strcmp(encoding, "anndata") != 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has encoding '%s', not 'anndata'%s", a->path, encoding,
                      guess(a->file));
    sci_free(encoding);
    if (st == SCI_OK)
        st = sci_h5_file_has(a->file, "/obs", &obs);
    if (st == SCI_OK)
        st = sci_h5_file_has(a->file, "/var", &var);
    if (st == SCI_OK && (!obs || !var))
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is no annotated matrix: it has no '%s'%s", a->path,
                      obs ? "var" : "obs", guess(a->file));
    return st;
}

static sci_status
find_version(anndata *a)
{
    char *encoding = NULL;
    sci_status st = anndata_encoding(a->file, "/", &encoding);

    if (st != SCI_OK)
        return st;
    a->version = encoding != NULL                                                 ? ANNDATA_CURRENT
                 : a->frame[ANNDATA_OBS].records || a->frame[ANNDATA_VAR].records ? ANNDATA_05
                                                                                  : ANNDATA_07;
    sci_free(encoding);
    return SCI_OK;
}

sci_status
anndata_open(anndata **out, const char *path)
{
    anndata *a = NULL;
    sci_status st = sci_alloc_zero(&a, 1, 1, sizeof *a);

    if (st == SCI_OK)
        st = sci_strdup(&a->path, path);
    if (st == SCI_OK)
        st = sci_h5_file_open(&a->file, path);
    if (st == SCI_OK)
        st = check_root(a);
    if (st == SCI_OK)
        st = anndata_frame_open(&a->frame[ANNDATA_OBS], a->file, path, "/obs");
    if (st == SCI_OK)
        st = anndata_frame_open(&a->frame[ANNDATA_VAR], a->file, path, "/var");
    if (st == SCI_OK)
        st = find_version(a);
    if (st != SCI_OK) {
        anndata_close(a);
        return st;
    }
    *out = a;
    return SCI_OK;
}

/* ---- what it tells ---- */

const char *
anndata_path(const anndata *a)
{
    return a->path;
}

const char *
anndata_layout(const anndata *a)
{
    return a->version == ANNDATA_CURRENT ? "current" : a->version == ANNDATA_07 ? "0.7" : "0.5";
}

uint64_t
anndata_length(const anndata *a, anndata_axis axis)
{
    return a->frame[axis].n;
}

sci_h5_file *
anndata_file(anndata *a)
{
    return a->file;
}

sci_status
anndata_names(anndata *a, anndata_axis axis, anndata_texts *out)
{
    return anndata_frame_names(a->file, &a->frame[axis], a->path, out);
}

sci_status
anndata_column_names(anndata *a, anndata_axis axis, anndata_texts *out)
{
    const anndata_texts *columns = &a->frame[axis].columns;

    return sci_texts_copy(out, columns->n, (const char *const *)columns->items);
}

sci_status
anndata_column_read(anndata *a, anndata_axis axis, const char *name, anndata_column *out)
{
    const anndata_frame *f = &a->frame[axis];
    char list[400], *path = NULL;
    anndata_column column = { 0 };
    bool found = false;
    sci_status st;

    for (uint64_t i = 0; i < f->columns.n; i++)
        found = found || strcmp(f->columns.items[i], name) == 0;
    if (!found) {
        anndata_list_text(&f->columns, list, sizeof list);
        return sci_fail(SCI_ERR_NOTFOUND, "'%s': %s has no column '%s'; %s%s", a->path, f->path + 1,
                        name, f->columns.n > 0 ? "it has " : "it has no columns", list);
    }
    st = sci_format(&path, f->records ? "%s" : "%s/%s", f->path, name);
    if (st == SCI_OK)
        st = anndata_element_read(a->file, a->path, path, f->records ? name : NULL, &column);
    if (st == SCI_OK && column.n != f->n)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has %llu values, but %s has %llu rows", a->path,
                      path, (unsigned long long)column.n, f->path + 1, (unsigned long long)f->n);
    sci_free(path);
    if (st != SCI_OK) {
        anndata_column_clear(&column);
        return st;
    }
    *out = column;
    return SCI_OK;
}

void
anndata_list_text(const anndata_texts *texts, char *text, size_t bytes)
{
    size_t used = 0;

    text[0] = '\0';
    for (uint64_t i = 0; i < texts->n; i++) {
        const char *item = texts->items[i] != NULL ? texts->items[i] : "";
        size_t length = strlen(item);

        if (used + length + sizeof "'', …" + 2 > bytes) {
            memcpy(text + used, used > 0 ? ", …" : "…", used > 0 ? sizeof ", …" : sizeof "…");
            return;
        }
        if (i > 0) {
            memcpy(text + used, ", ", 2);
            used += 2;
        }
        text[used++] = '\'';
        memcpy(text + used, item, length);
        used += length;
        memcpy(text + used, "'", 2);
        used++;
    }
}
