/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validate.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sci.h>

#include "texts.h"

typedef struct checker {
    anndata *a;
    const sci_options *opt;
    const sci_h5_options *h5;
    validate_say say;
    void *context;
} checker;

static void finding(const checker *c, bool error, const char *path, const char *format, ...)
    SCI_PRINTF(4, 5);

static void
finding(const checker *c, bool error, const char *path, const char *format, ...)
{
    char text[1200];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    c->say(c->context, error, path, text);
}

/* A failure of the reader is a finding, unless it has nothing to do with the file. */
static sci_status
take_failure(const checker *c, const char *path, sci_status st)
{
    if (st == SCI_OK || st == SCI_ERR_NOMEM || st == SCI_ERR_INTERRUPTED)
        return st;
    finding(c, true, path, "%s", sci_message());
    return SCI_OK;
}

/* ---- tables ---- */

static sci_status
check_names(const checker *c, anndata_axis axis)
{
    const char *path = axis == ANNDATA_OBS ? "/obs" : "/var";
    anndata_texts names = { 0 };
    texts_index index = { 0 };
    sci_status st = anndata_names(c->a, axis, &names);

    if (st != SCI_OK)
        return take_failure(c, path, st);
    for (uint64_t i = 0; i < names.n; i++)
        if (names.items[i] == NULL || names.items[i][0] == '\0') {
            finding(c, false, path, "row %llu has no name", (unsigned long long)i);
            break;
        }
    st = texts_index_make(&index, &names);
    if (st == SCI_OK && texts_duplicate(&index) != NULL)
        finding(c, false, path, "the name '%s' is there more than once%s", texts_duplicate(&index),
                axis == ANNDATA_VAR ? "; 'concat', 'fit' and '--genes' need one name a gene" : "");
    texts_index_clear(&index);
    anndata_texts_clear(&names);
    return st;
}

/* Whether a column is meant to hold batches. */
static bool
sounds_like_batches(const char *name)
{
    static const char *const words[] = { "batch", "sample", "donor", "library", "lane",
                                         "plate", "site",   "well",  "patient", "run" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const char *at = name; *at != '\0'; at++)
            if (strncasecmp(at, words[i], strlen(words[i])) == 0)
                return true;
    return false;
}

static sci_status
check_levels(const checker *c, const char *path, const char *name, const anndata_column *column)
{
    texts_index index = { 0 };
    uint64_t *counts = NULL, unused = 0, single = 0;
    sci_status st = texts_index_make(&index, &column->levels);

    if (st == SCI_OK && texts_duplicate(&index) != NULL)
        finding(c, true, path, "the category '%s' is there twice", texts_duplicate(&index));
    texts_index_clear(&index);
    if (st == SCI_OK)
        st = sci_alloc_zero(&counts, column->levels.n, 1, sizeof *counts);
    for (uint64_t i = 0; st == SCI_OK && i < column->n; i++)
        if (column->codes[i] >= 0)
            counts[column->codes[i]]++;
    for (uint64_t l = 0; st == SCI_OK && l < column->levels.n; l++) {
        unused += counts[l] == 0;
        single += counts[l] == 1;
    }
    if (st == SCI_OK && unused > 0 && column->kind == ANNDATA_CATEGORICAL)
        finding(c, false, path, "%llu of %llu categories are not used", (unsigned long long)unused,
                (unsigned long long)column->levels.n);
    if (st == SCI_OK && single > 0 && single < column->levels.n && sounds_like_batches(name))
        finding(c, false, path, "%llu levels have one row only: as batches they have no variance",
                (unsigned long long)single);
    sci_free(counts);
    return st;
}

static sci_status
check_column(const checker *c, anndata_axis axis, const char *name)
{
    anndata_column column = { 0 };
    char *path = NULL;
    sci_status st = sci_format(&path, "/%s/%s", axis == ANNDATA_OBS ? "obs" : "var", name);

    if (st == SCI_OK)
        st = anndata_column_read(c->a, axis, name, &column);
    if (st != SCI_OK) {
        st = path != NULL ? take_failure(c, path, st) : st;
    } else {
        if (axis == ANNDATA_OBS && column.kind == ANNDATA_REAL && sounds_like_batches(name))
            finding(c, false, path,
                    "numbers with a fraction part: as batches they need --as-factor %s", name);
        if (column.codes != NULL)
            st = check_levels(c, path, name, &column);
    }
    anndata_column_clear(&column);
    sci_free(path);
    return st;
}

/* Datasets that stand in the group of a table and are not among its columns. */
static sci_status
check_strays(const checker *c, anndata_axis axis, const anndata_texts *columns)
{
    const char *path = axis == ANNDATA_OBS ? "/obs" : "/var";
    anndata_texts members = { 0 };
    texts_index index = { 0 };
    char *own = NULL;
    sci_status st = sci_h5_file_text(anndata_file(c->a), path, "_index", &own);

    if (st != SCI_OK)
        return st == SCI_ERR_NOMEM ? st : SCI_OK; /* records have none */
    st = sci_h5_file_members(anndata_file(c->a), path, &members);
    if (st == SCI_OK)
        st = texts_index_make(&index, columns);
    for (uint64_t i = 0; st == SCI_OK && i < members.n; i++)
        if (strcmp(members.items[i], own) != 0 && strcmp(members.items[i], "__categories") != 0
            && texts_find(&index, members.items[i]) < 0)
            finding(c, false, path, "'%s' is not in 'column-order', so nobody reads it",
                    members.items[i]);
    texts_index_clear(&index);
    anndata_texts_clear(&members);
    sci_free(own);
    return take_failure(c, path, st);
}

static sci_status
check_axis(const checker *c, anndata_axis axis)
{
    anndata_texts columns = { 0 };
    texts_index index = { 0 };
    sci_status st = check_names(c, axis);

    if (st == SCI_OK)
        st = anndata_column_names(c->a, axis, &columns);
    if (st == SCI_OK)
        st = texts_index_make(&index, &columns);
    if (st == SCI_OK && texts_duplicate(&index) != NULL)
        finding(c, true, axis == ANNDATA_OBS ? "/obs" : "/var", "two columns are called '%s'",
                texts_duplicate(&index));
    for (uint64_t i = 0; st == SCI_OK && i < columns.n; i++)
        st = check_column(c, axis, columns.items[i]);
    if (st == SCI_OK)
        st = check_strays(c, axis, &columns);
    texts_index_clear(&index);
    anndata_texts_clear(&columns);
    return st;
}

/* ---- matrices ---- */

#define WIDE 4096 /* values looked at together */

typedef struct tally {
    uint64_t columns;
    uint64_t missing, infinite, fractions, negative, positive;
    double most;
} tally;

static void
count_some(tally *t, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = values[i];

        if (isnan(x)) {
            t->missing++;
            continue;
        }
        t->infinite += isinf(x) != 0;
        t->fractions += x != trunc(x);
        t->negative += x < 0;
        t->positive += x > 0;
        t->most = x > t->most ? x : t->most;
    }
}

static sci_status
count_values(void *context, const sci_matrix_block *block)
{
    tally *t = context;
    uint64_t n = block->sparse ? (uint64_t)block->indptr[block->n] : block->n * t->columns;
    const unsigned char *values = block->sparse ? block->values : block->elements;
    size_t size = sci_type_size(block->type);
    double room[WIDE];

    for (uint64_t at = 0; at < n; at += WIDE) {
        size_t some = n - at < WIDE ? (size_t)(n - at) : WIDE;

        sci_widen(room, block->type, values + at * size, some);
        count_some(t, room, some);
    }
    return SCI_OK;
}

static void
judge_values(const checker *c, const char *which, const char *path, const tally *t)
{
    if (t->infinite > 0)
        finding(c, true, path, "%llu values are infinite", (unsigned long long)t->infinite);
    if (t->missing > 0)
        finding(c, false, path, "%llu values are missing (NaN)", (unsigned long long)t->missing);
    if (strcmp(which, "X") == 0 && t->fractions == 0 && t->negative == 0 && t->positive > 0
        && t->most > 1)
        finding(c, false, path,
                "it looks like counts (whole numbers up to %g): run 'normalize' before 'harmonize'",
                t->most);
}

static sci_status
check_matrix(const checker *c, const char *which)
{
    tally t = { .columns = 0 };
    sci_matrix *matrix = NULL;
    char *path = NULL;
    sci_status st = anndata_matrix_path(c->a, which, &path);

    if (st == SCI_OK)
        st = anndata_matrix(c->a, which, c->h5, &matrix);
    if (st == SCI_OK) {
        t.columns = sci_matrix_columns(matrix);
        st = sci_matrix_each(matrix, c->opt, count_values, &t);
    }
    if (st == SCI_OK)
        judge_values(c, which, path, &t);
    else
        st = take_failure(c, path != NULL ? path : which, st);
    sci_matrix_free(matrix);
    sci_free(path);
    return st;
}

static sci_status
check_matrices(const checker *c)
{
    anndata_texts names = { 0 };
    sci_status st = take_failure(c, "/", anndata_matrices(c->a, &names));
    bool x = false;

    for (uint64_t i = 0; st == SCI_OK && i < names.n; i++) {
        x = x || strcmp(names.items[i], "X") == 0;
        st = check_matrix(c, names.items[i]);
    }
    if (st == SCI_OK && !x)
        finding(c, false, "/X", "there is none: say by --layer which matrix is meant");
    anndata_texts_clear(&names);
    return st;
}

/* ---- arrays beside the matrix ---- */

/* Rows of an element of obsm and the like; false if it does not tell. */
static sci_status
count_rows(const checker *c, const char *path, bool *known, uint64_t *rows)
{
    sci_h5_file *file = anndata_file(c->a);
    sci_h5_object object;
    int64_t *shape = NULL;
    uint64_t n = 0;
    sci_status st = sci_h5_file_object(file, path, &object);

    *known = false;
    if (st != SCI_OK)
        return st;
    if (object.kind == SCI_H5_DATASET) {
        *known = object.rank > 0;
        *rows = object.shape[0];
        return SCI_OK;
    }
    st = sci_h5_file_attribute_integers(file, path, "shape", &n, &shape);
    if (st == SCI_OK && n > 0 && shape[0] >= 0) {
        *known = true;
        *rows = (uint64_t)shape[0];
    }
    sci_free(shape);
    return st == SCI_ERR_NOTFOUND ? SCI_OK : st; /* a frame, an awkward array */
}

static sci_status
check_array(const checker *c, const char *path, uint64_t expected, const char *what)
{
    bool known = false;
    uint64_t rows = 0;
    sci_status st = count_rows(c, path, &known, &rows);

    if (st != SCI_OK)
        return take_failure(c, path, st);
    if (known && rows != expected)
        finding(c, true, path, "it has %llu rows for %llu %s", (unsigned long long)rows,
                (unsigned long long)expected, what);
    return SCI_OK;
}

static sci_status
check_group(const checker *c, const char *group, anndata_axis axis)
{
    sci_h5_file *file = anndata_file(c->a);
    const char *what = axis == ANNDATA_OBS ? "cells" : "genes";
    sci_h5_object object = { .kind = SCI_H5_DATASET };
    anndata_texts names = { 0 };
    sci_status st = sci_h5_file_object(file, group, &object);

    if (st == SCI_ERR_NOTFOUND) {
        if (strcmp(anndata_layout(c->a), "current") == 0)
            finding(c, false, group, "the group is missing");
        return SCI_OK;
    }
    if (st == SCI_OK && object.kind == SCI_H5_DATASET)
        return check_array(c, group, anndata_length(c->a, axis), what);
    if (st == SCI_OK)
        st = sci_h5_file_members(file, group, &names);
    for (uint64_t i = 0; st == SCI_OK && i < names.n; i++) {
        char *path = NULL;

        st = sci_format(&path, "%s/%s", group, names.items[i]);
        if (st == SCI_OK)
            st = check_array(c, path, anndata_length(c->a, axis), what);
        sci_free(path);
    }
    anndata_texts_clear(&names);
    return take_failure(c, group, st);
}

/* ---- encodings ---- */

static bool
is_known(const char *encoding)
{
    static const char *const known[] = {
        "anndata",
        "array",
        "awkward-array",
        "categorical",
        "csc_matrix",
        "csr_matrix",
        "dataframe",
        "dict",
        "null",
        "nullable-boolean",
        "nullable-integer",
        "nullable-string-array",
        "numeric-scalar",
        "raw",
        "rec-array",
        "string",
        "string-array",
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], encoding) == 0)
            return true;
    return false;
}

static sci_status
check_item(void *context, const sci_h5_item *item)
{
    const checker *c = context;

    if (item->kind == SCI_H5_FOREIGN_LINK)
        finding(c, true, item->path, "a link to another file, which is never followed");
    if (item->kind == SCI_H5_DATASET
        && (strcmp(item->layout, "virtual") == 0 || strcmp(item->layout, "external") == 0))
        finding(c, true, item->path, "its data are in other files, which are never opened");
    if (strstr(item->filters, "filter ") != NULL)
        finding(c, true, item->path, "it needs a filter that is not built in: %s", item->filters);
    for (size_t k = 0; k < item->n_attributes; k++) {
        const sci_h5_attribute *a = &item->attributes[k];

        if (strcmp(a->name, "encoding-type") == 0 && a->texts != NULL && a->n == 1
            && !is_known(a->texts[0]))
            finding(c, false, item->path, "encoding '%s' is not known here: it is only copied",
                    a->texts[0]);
    }
    return SCI_OK;
}

/* ---- the whole ---- */

sci_status
genomics_validate_file(const char *path, const sci_options *opt, const sci_h5_options *h5,
                       validate_say say, void *context)
{
    static const struct {
        const char *group;
        anndata_axis axis;
    } groups[] = {
        { "/obsm", ANNDATA_OBS },
        { "/varm", ANNDATA_VAR },
        { "/obsp", ANNDATA_OBS },
        { "/varp", ANNDATA_VAR },
    };
    checker c = { .opt = opt, .h5 = h5, .say = say, .context = context };
    sci_status st = anndata_open(&c.a, path);

    if (st != SCI_OK)
        return st == SCI_ERR_IO ? st : take_failure(&c, "/", st);
    st = check_axis(&c, ANNDATA_OBS);
    if (st == SCI_OK)
        st = check_axis(&c, ANNDATA_VAR);
    if (st == SCI_OK)
        st = check_matrices(&c);
    for (size_t i = 0; st == SCI_OK && i < sizeof groups / sizeof *groups; i++)
        st = check_group(&c, groups[i].group, groups[i].axis);
    if (st == SCI_OK)
        st = take_failure(&c, "/", sci_h5_file_list(anndata_file(c.a), "/", check_item, &c));
    anndata_close(c.a);
    return st;
}
