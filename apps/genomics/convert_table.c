/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text tables, with commas or tabs, a header and a name in front of every line. Zeros are not stored:
 * genes in rows become columns of a CSC matrix, cells in rows become rows of a CSR matrix, so that
 * both stream. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"
#include "convert.h"
#include "lines.h"

typedef struct table {
    const convert_request *r;
    lines *file;
    char separator;
    anndata_texts across, down; /* names in the header, and of the lines */
    sci_texts_maker names;      /* of the lines, in the making */
    int64_t *indptr;            /* of the lines, grows */
    uint64_t room;
    bool integers;
    double least, most;
    sci_type type;
    sci_writer *values, *indices;
} table;

/* ---- fields ---- */

static bool
is_missing(const char *text)
{
    static const char *const words[] = { "", "NA", "NaN", "nan", "N/A", "null" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static sci_status
parse_value(const table *t, char *text, uint64_t column, double *out)
{
    char *end;

    text += strspn(text, " ");
    *out = strtod(text, &end);
    if (end != text && end[strspn(end, " ")] == '\0' && isfinite(*out))
        return SCI_OK;
    if (!is_missing(text))
        return lines_fail(t->file, SCI_ERR_FORMAT, "'%.40s' in column '%s' is no number", text,
                          t->across.items[column]);
    *out = (double)NAN;
    return SCI_OK;
}

/* ---- header ---- */

/* By the name of the file; else what the header has. */
static char
find_separator(const char *path, const char *header)
{
    size_t n = strlen(path);

    if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
        n -= 3;
    if (n > 4 && strncmp(path + n - 4, ".csv", 4) == 0)
        return ',';
    if (n > 4 && strncmp(path + n - 4, ".tsv", 4) == 0)
        return '\t';
    return strchr(header, '\t') != NULL ? '\t' : ',';
}

static uint64_t
count_fields(char *line, char separator)
{
    uint64_t n = 0;

    for (char *rest = line; lines_field(&rest, separator) != NULL;)
        n++;
    return n;
}

/* The header names the columns; the corner above the names of the lines may be missing (as R writes
 * it), which the second line tells. */
static sci_status
read_header(table *t)
{
    sci_texts_maker maker = { 0 };
    char *line = NULL, *header = NULL, *counted = NULL, *rest, *field;
    uint64_t fields, in_header;
    sci_status st = lines_next(t->file, &line);

    if (st == SCI_OK && line == NULL)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is empty", t->r->path);
    if (st == SCI_OK) {
        /* a byte order mark */
        line += strncmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        t->separator = find_separator(t->r->path, line);
        st = sci_strdup(&header, line);
    }
    if (st == SCI_OK)
        st = sci_strdup(&counted, line);
    if (st == SCI_OK)
        st = lines_next(t->file, &line);
    if (st == SCI_OK && line == NULL)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has a header and nothing below", t->r->path);
    if (st != SCI_OK)
        goto out;
    fields = count_fields(line, t->separator);
    in_header = count_fields(counted, t->separator);
    rest = header;
    if (fields < 2)
        st = lines_fail(t->file, SCI_ERR_FORMAT, "it has no values: is the table separated by %s?",
                        t->separator == ',' ? "commas" : "tabs");
    else if (in_header + 1 != fields)
        (void)lines_field(&rest, t->separator);
    while (st == SCI_OK && (field = lines_field(&rest, t->separator)) != NULL)
        st = sci_texts_add(&maker, field, strlen(field));
    if (st == SCI_OK && maker.n + 1 != fields)
        st = lines_fail(t->file, SCI_ERR_FORMAT,
                        "%" PRIu64 " values, but the header has %" PRIu64 " names", fields - 1,
                        maker.n);
    if (st == SCI_OK)
        st = sci_texts_finish(&maker, &t->across);
out:
    sci_texts_maker_clear(&maker);
    sci_free(counted);
    sci_free(header);
    return st;
}

/* ---- lines ---- */

/* Call `take` with every value that is not zero; *found is false at the end. */
static sci_status
each_value(table *t, sci_status (*take)(table *t, uint64_t column, double value), char **name)
{
    char *line = NULL, *rest, *field;
    uint64_t column = 0;
    sci_status st;

    do
        st = lines_next(t->file, &line);
    while (st == SCI_OK && line != NULL && line[0] == '\0');
    *name = NULL;
    if (st != SCI_OK || line == NULL)
        return st;
    rest = line;
    *name = lines_field(&rest, t->separator);
    while (st == SCI_OK && (field = lines_field(&rest, t->separator)) != NULL) {
        double value = 0.0;

        if (column == t->across.n)
            return lines_fail(t->file, SCI_ERR_FORMAT,
                              "more than the %" PRIu64 " values of the header", t->across.n);
        st = parse_value(t, field, column, &value);
        if (st == SCI_OK && value != 0.0)
            st = take(t, column, value);
        column++;
    }
    if (st == SCI_OK && column != t->across.n)
        st = lines_fail(t->file, SCI_ERR_FORMAT, "%" PRIu64 " values where the header has %" PRIu64,
                        column, t->across.n);
    return st;
}

static sci_status
skip_header(table *t)
{
    char *line;
    sci_status st = lines_rewind(t->file);

    return st == SCI_OK ? lines_next(t->file, &line) : st;
}

static sci_status
count_value(table *t, uint64_t column, double value)
{
    (void)column;
    t->indptr[t->names.n + 1]++;
    t->integers = t->integers && value == trunc(value) && fabs(value) < 0x1p53;
    t->least = value < t->least ? value : t->least;
    t->most = value > t->most ? value : t->most;
    return SCI_OK;
}

/* Room for the count of the next line. */
static sci_status
reserve_line(table *t)
{
    uint64_t n = t->names.n, room = 2 * t->room + 1024;
    int64_t *more = NULL;
    sci_status st;

    if (n + 2 > t->room) {
        st = sci_alloc(&more, room, 1, sizeof *more);
        if (st != SCI_OK)
            return st;
        more[0] = 0;
        if (t->indptr != NULL)
            memcpy(more, t->indptr, (n + 1) * sizeof *more);
        sci_free(t->indptr);
        t->indptr = more;
        t->room = room;
    }
    t->indptr[n + 1] = t->indptr[n];
    return SCI_OK;
}

static sci_status
write_value(table *t, uint64_t column, double value)
{
    unsigned char bytes[8];
    int32_t index = (int32_t)column;
    sci_status st;

    anndata_narrow(bytes, t->type, &value, 1);
    st = sci_writer_append(t->values, bytes, 1);
    return st == SCI_OK ? sci_writer_append(t->indices, &index, 1) : st;
}

/* ---- passes ---- */

static sci_status
count_lines(table *t, const sci_options *opt)
{
    char *name = NULL;
    sci_status st = skip_header(t);

    t->integers = true;
    do {
        if (opt->stop != NULL && *opt->stop)
            return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
        if (st == SCI_OK)
            st = reserve_line(t);
        if (st == SCI_OK)
            st = each_value(t, count_value, &name);
        if (st == SCI_OK && name != NULL)
            st = sci_texts_add(&t->names, name, strlen(name));
    } while (st == SCI_OK && name != NULL);
    return st == SCI_OK ? sci_texts_finish(&t->names, &t->down) : st;
}

static sci_status
write_lines(table *t, const sci_options *opt)
{
    uint64_t n = 0;
    char *name = NULL;
    sci_status st = skip_header(t);

    do {
        if (opt->stop != NULL && *opt->stop)
            return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
        if (st == SCI_OK)
            st = each_value(t, write_value, &name);
        n += name != NULL;
        if (opt->progress != NULL && n % 64 == 0)
            opt->progress(opt->progress_context, n, t->down.n);
    } while (st == SCI_OK && name != NULL);
    return st;
}

static sci_status
write_matrix(table *t, sci_h5_output *out, const sci_options *opt)
{
    bool genes = t->r->genes_in_rows;
    sci_sink *values = NULL, *indices = NULL;
    sci_status st;

    t->type = convert_type(t->r, t->integers, t->least, t->most);
    st = anndata_write_sparse(out, "/X", genes ? SCI_MATRIX_CSC : SCI_MATRIX_CSR,
                              genes ? t->across.n : t->down.n, genes ? t->down.n : t->across.n,
                              t->indptr, t->type, SCI_INT32, &t->r->storage, &values, &indices);
    if (st == SCI_OK)
        st = sci_writer_create(&t->values, values, opt);
    if (st == SCI_OK)
        st = sci_writer_create(&t->indices, indices, opt);
    if (st == SCI_OK)
        st = write_lines(t, opt);
    if (st == SCI_OK)
        st = sci_writer_finish(t->values);
    if (st == SCI_OK)
        st = sci_writer_finish(t->indices);
    sci_writer_free(t->values);
    sci_writer_free(t->indices);
    sci_sink_free(values);
    sci_sink_free(indices);
    return st;
}

static sci_status
write_names(table *t, sci_h5_output *out)
{
    bool genes = t->r->genes_in_rows;
    const anndata_texts *cells = genes ? &t->across : &t->down;
    const anndata_texts *others = genes ? &t->down : &t->across;
    convert_names names = { 0 };
    sci_status st = sci_texts_copy(&names.cells, cells->n, (const char *const *)cells->items);

    if (st == SCI_OK)
        st = sci_texts_copy(&names.genes, others->n, (const char *const *)others->items);
    if (st == SCI_OK)
        st = convert_write_names(out, &names);
    convert_names_clear(&names);
    return st;
}

sci_status
convert_table(sci_h5_output *out, const convert_request *r, const sci_options *opt)
{
    table t = { .r = r };
    sci_status st = SCI_OK;

    if (r->genes_in_rows == r->cells_in_rows)
        st =
            sci_fail(SCI_ERR_ARGUMENT,
                     "'%s' is a table: say by --orient whether its lines are genes (genes-rows) or "
                     "cells (cells-rows)",
                     r->path);
    if (st == SCI_OK)
        st = lines_open(&t.file, r->path);
    if (st == SCI_OK)
        st = read_header(&t);
    if (st == SCI_OK && t.across.n > INT32_MAX)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has more columns than any table", r->path);
    if (st == SCI_OK)
        st = count_lines(&t, opt);
    if (st == SCI_OK)
        st = write_names(&t, out);
    if (st == SCI_OK)
        st = write_matrix(&t, out, opt);
    sci_texts_clear(&t.across);
    sci_texts_clear(&t.down);
    sci_texts_maker_clear(&t.names);
    sci_free(t.indptr);
    lines_close(t.file);
    return st;
}
