/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MatrixMarket files (genes x cells, numbered from 1) with the names of genes and cells beside them.
 * The entries come in any order; those of a cell are put in the order of genes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"
#include "convert.h"
#include "lines.h"

/* Entries in memory at once where the file has them cell after cell, and where it has not. */
#define ENTRIES_IN_ORDER ((uint64_t)4 << 20)
#define ENTRIES_IN_DISORDER ((uint64_t)32 << 20)

typedef struct entry {
    uint64_t cell;
    int64_t gene;
    double value;
} entry;

typedef struct market {
    const convert_request *r;
    lines *file;
    bool pattern; /* no values: all are 1 */
    uint64_t genes, cells, entries;
    int64_t *indptr; /* [cells + 1] */
    bool ordered;    /* cells never fall */
    bool integers;
    double least, most;
    convert_names names;
    sci_type type;
    entry *block;
    sci_writer *values, *indices;
} market;

/* ---- reading ---- */

static sci_status
read_head(market *m)
{
    char *line = NULL, object[16], format[16], field[16], symmetry[24];
    sci_status st = lines_next(m->file, &line);

    if (st != SCI_OK)
        return st;
    if (line == NULL
        || sscanf(line, "%%%%MatrixMarket %15s %15s %15s %23s", object, format, field, symmetry)
               != 4
        || strcmp(object, "matrix") != 0 || strcmp(format, "coordinate") != 0)
        return lines_fail(m->file, SCI_ERR_FORMAT, "no sparse MatrixMarket matrix");
    m->pattern = strcmp(field, "pattern") == 0;
    if (strcmp(symmetry, "general") != 0
        || (!m->pattern && strcmp(field, "integer") != 0 && strcmp(field, "real") != 0))
        return lines_fail(m->file, SCI_ERR_FORMAT, "a %s %s matrix is no table of cells and genes",
                          symmetry, field);
    do
        st = lines_next(m->file, &line);
    while (st == SCI_OK && line != NULL && (line[0] == '%' || line[0] == '\0'));
    if (st == SCI_OK
        && (line == NULL
            || sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64, &m->genes, &m->cells, &m->entries)
                   != 3))
        st = lines_fail(m->file, SCI_ERR_FORMAT,
                        "the numbers of rows, columns and entries belong here");
    return st;
}

static bool
parse_number(char **text, uint64_t *out)
{
    char *end;

    *text += strspn(*text, " \t");
    if (**text < '0' || **text > '9')
        return false;
    *out = strtoull(*text, &end, 10);
    *text = end;
    return true;
}

/* The next entry; *found is false at the end. */
static sci_status
next_entry(market *m, entry *e, bool *found)
{
    char *line = NULL, *end;
    uint64_t gene = 0, cell = 0;
    sci_status st;

    do
        st = lines_next(m->file, &line);
    while (st == SCI_OK && line != NULL && (line[0] == '\0' || line[0] == '%'));
    *found = line != NULL;
    if (st != SCI_OK || line == NULL)
        return st;
    e->value = 1.0;
    if (!parse_number(&line, &gene) || !parse_number(&line, &cell))
        return lines_fail(m->file, SCI_ERR_FORMAT, "no entry of a matrix");
    if (!m->pattern) {
        e->value = strtod(line, &end);
        if (end == line)
            return lines_fail(m->file, SCI_ERR_FORMAT, "an entry without a value");
        line = end;
    }
    if (line[strspn(line, " \t")] != '\0')
        return lines_fail(m->file, SCI_ERR_FORMAT, "something follows the entry");
    if (gene < 1 || gene > m->genes || cell < 1 || cell > m->cells)
        return lines_fail(m->file, SCI_ERR_FORMAT,
                          "row %" PRIu64 ", column %" PRIu64 " lie outside of %" PRIu64
                          " x %" PRIu64,
                          gene, cell, m->genes, m->cells);
    e->gene = (int64_t)gene - 1;
    e->cell = cell - 1;
    return SCI_OK;
}

/* ---- the first pass ---- */

static bool
is_integer(double value)
{
    return value >= -0x1p63 && value < 0x1p63 && value == (double)(int64_t)value;
}

static sci_status
count(market *m, const sci_options *opt)
{
    uint64_t n = 0, last = 0;
    bool found = true;
    sci_status st = sci_alloc_zero(&m->indptr, m->cells + 1, 1, sizeof *m->indptr);

    m->ordered = m->integers = true;
    while (st == SCI_OK && found) {
        entry e;

        st = next_entry(m, &e, &found);
        if (st != SCI_OK || !found)
            break;
        if (++n > m->entries)
            return lines_fail(m->file, SCI_ERR_FORMAT,
                              "more entries than the %" PRIu64 " announced", m->entries);
        m->indptr[e.cell + 1]++;
        m->ordered = m->ordered && e.cell >= last;
        last = e.cell;
        m->integers = m->integers && is_integer(e.value);
        m->least = e.value < m->least ? e.value : m->least;
        m->most = e.value > m->most ? e.value : m->most;
        if (opt->stop != NULL && *opt->stop)
            return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
        if (opt->progress != NULL && n % 65536 == 0)
            opt->progress(opt->progress_context, n, 2 * m->entries);
    }
    if (st == SCI_OK && n != m->entries)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' ends after %" PRIu64 " of %" PRIu64 " entries",
                      m->r->path, n, m->entries);
    for (uint64_t c = 0; st == SCI_OK && c < m->cells; c++)
        m->indptr[c + 1] += m->indptr[c];
    return st;
}

/* ---- the second pass ---- */

static int
by_place(const void *a, const void *b)
{
    const entry *x = a, *y = b;

    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    return (x->gene > y->gene) - (x->gene < y->gene);
}

/* Cells [first, end) into the block: the whole file is searched, or what follows. */
static sci_status
gather(market *m, uint64_t first, uint64_t end)
{
    uint64_t n = 0, wanted = (uint64_t)(m->indptr[end] - m->indptr[first]);
    bool found = true;
    sci_status st = SCI_OK;

    if (!m->ordered) {
        st = lines_rewind(m->file);
        if (st == SCI_OK)
            st = read_head(m);
    }
    while (st == SCI_OK && n < wanted && found) {
        entry e;

        st = next_entry(m, &e, &found);
        if (st == SCI_OK && found && e.cell >= first && e.cell < end)
            m->block[n++] = e;
        else if (m->ordered)
            break;
    }
    if (st == SCI_OK && n != wanted)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' changed while it was being read", m->r->path);
    qsort(m->block, n, sizeof *m->block, by_place);
    return st;
}

static sci_status
write_block(market *m, uint64_t n)
{
    sci_status st = SCI_OK;

    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        const entry *e = &m->block[i];
        unsigned char value[8];
        int32_t gene = (int32_t)e->gene;

        if (i > 0 && by_place(e - 1, e) == 0)
            return sci_fail(SCI_ERR_FORMAT,
                            "'%s': row %" PRId64 ", column %" PRIu64 " is there twice", m->r->path,
                            e->gene + 1, e->cell + 1);
        anndata_narrow(value, m->type, &e->value, 1);
        st = sci_writer_append(m->values, value, 1);
        if (st == SCI_OK)
            st = sci_writer_append(m->indices, &gene, 1);
    }
    return st;
}

static sci_status
write_all(market *m, const sci_options *opt)
{
    uint64_t most = m->ordered ? ENTRIES_IN_ORDER : ENTRIES_IN_DISORDER, room = 0;
    sci_status st = SCI_OK;

    if (opt->memory_bytes / sizeof(entry) > most && !m->ordered)
        most = opt->memory_bytes / sizeof(entry);
    for (uint64_t c = 0; c < m->cells; c++)
        if ((uint64_t)(m->indptr[c + 1] - m->indptr[c]) > room)
            room = (uint64_t)(m->indptr[c + 1] - m->indptr[c]);
    room = room > most ? room : most < m->entries ? most : m->entries;
    st = sci_alloc(&m->block, room, 1, sizeof *m->block);
    for (uint64_t first = 0, end; st == SCI_OK && first < m->cells; first = end) {
        end = first + 1;
        while (end < m->cells && (uint64_t)(m->indptr[end + 1] - m->indptr[first]) <= room)
            end++;
        st = gather(m, first, end);
        if (st == SCI_OK)
            st = write_block(m, (uint64_t)(m->indptr[end] - m->indptr[first]));
        if (opt->progress != NULL)
            opt->progress(opt->progress_context, m->entries + (uint64_t)m->indptr[end],
                          2 * m->entries);
    }
    return st;
}

static sci_status
write_matrix(market *m, sci_h5_output *out, const sci_options *opt)
{
    sci_sink *values = NULL, *indices = NULL;
    sci_status st;

    m->type = convert_type(m->r, m->integers, m->least, m->most);
    st = anndata_write_sparse(out, "/X", SCI_MATRIX_CSR, m->cells, m->genes, m->indptr, m->type,
                              SCI_INT32, &m->r->storage, &values, &indices);
    if (st == SCI_OK)
        st = sci_writer_create(&m->values, values, opt);
    if (st == SCI_OK)
        st = sci_writer_create(&m->indices, indices, opt);
    if (st == SCI_OK && m->ordered)
        st = lines_rewind(m->file);
    if (st == SCI_OK && m->ordered)
        st = read_head(m);
    if (st == SCI_OK)
        st = write_all(m, opt);
    if (st == SCI_OK)
        st = sci_writer_finish(m->values);
    if (st == SCI_OK)
        st = sci_writer_finish(m->indices);
    sci_writer_free(m->values);
    sci_writer_free(m->indices);
    sci_sink_free(values);
    sci_sink_free(indices);
    return st;
}

/* ---- names ---- */

/* "x/GSM1_matrix.mtx.gz" -> the first of "x/GSM1_NAME" and "x/GSM1_NAME.gz" that is there. */
static sci_status
open_beside(const char *path, const char *const *names, size_t n, lines **out)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    const char *matrix = strstr(base, "matrix.mtx");
    int prefix = matrix != NULL ? (int)(matrix - path) : (int)(base - path);

    for (size_t i = 0; i < 2 * n; i++) {
        char *other = NULL;
        sci_status st =
            sci_format(&other, "%.*s%s%s", prefix, path, names[i / 2], i % 2 == 0 ? ".gz" : "");

        if (st != SCI_OK)
            return st;
        st = lines_open(out, other);
        sci_free(other);
        if (st != SCI_ERR_IO)
            return st;
    }
    return sci_fail(SCI_ERR_NOTFOUND, "'%s': neither '%s' nor '%s.gz' is beside it", path, names[0],
                    names[0]);
}

/* One column of a table with tabs into each list; lists of columns that are missing stay empty. */
static sci_status
read_names(const char *path, const char *const *files, size_t n_files, size_t n,
           anndata_texts *const *lists)
{
    sci_texts_maker makers[3] = { { 0 }, { 0 }, { 0 } };
    lines *file = NULL;
    char *line = NULL;
    uint64_t count;
    sci_status st = open_beside(path, files, n_files, &file);

    while (st == SCI_OK) {
        char *rest;

        st = lines_next(file, &line);
        if (st != SCI_OK || line == NULL)
            break;
        rest = line;
        for (size_t i = 0; st == SCI_OK && i < n; i++) {
            const char *field = lines_field(&rest, '\t');

            if (field == NULL && i == 0)
                field = "";
            if (field != NULL)
                st = sci_texts_add(&makers[i], field, strlen(field));
        }
    }
    count = makers[0].n;
    for (size_t i = 0; i < n; i++) {
        if (st == SCI_OK && makers[i].n != count)
            sci_texts_maker_clear(&makers[i]);
        if (st == SCI_OK)
            st = sci_texts_finish(&makers[i], lists[i]);
        sci_texts_maker_clear(&makers[i]);
    }
    lines_close(file);
    return st;
}

static sci_status
read_all_names(market *m)
{
    static const char *const features[] = { "features.tsv", "genes.tsv" };
    static const char *const barcodes[] = { "barcodes.tsv" };
    convert_names *n = &m->names;
    anndata_texts *const gene_lists[] = { &n->ids, &n->genes, &n->types };
    anndata_texts *const cell_lists[] = { &n->cells };
    sci_status st = read_names(m->r->path, features, 2, 3, gene_lists);

    if (st == SCI_OK)
        st = read_names(m->r->path, barcodes, 1, 1, cell_lists);
    if (st == SCI_OK && n->genes.n == 0) {
        /* One column alone is the names. */
        n->genes = n->ids;
        n->ids = (anndata_texts){ 0 };
    }
    if (st == SCI_OK && (n->genes.n != m->genes || n->cells.n != m->cells))
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s' has %" PRIu64 " rows and %" PRIu64 " columns, but %" PRIu64
                      " genes and %" PRIu64 " cells have names%s",
                      m->r->path, m->genes, m->cells, n->genes.n, n->cells.n,
                      n->genes.n == m->cells && n->cells.n == m->genes
                          ? ": it has cells in its rows, which no 10x file has"
                          : "");
    return st;
}

sci_status
convert_market(sci_h5_output *out, const convert_request *r, const sci_options *opt)
{
    market m = { .r = r };
    sci_status st = lines_open(&m.file, r->path);

    if (st == SCI_OK)
        st = read_head(&m);
    if (st == SCI_OK && (m.genes > INT32_MAX || m.cells > INT64_MAX / 16))
        st = lines_fail(m.file, SCI_ERR_FORMAT, "more rows or columns than any matrix has");
    if (st == SCI_OK)
        st = read_all_names(&m);
    if (st == SCI_OK)
        st = count(&m, opt);
    if (st == SCI_OK)
        st = convert_write_names(out, &m.names);
    if (st == SCI_OK)
        st = write_matrix(&m, out, opt);
    convert_names_clear(&m.names);
    sci_free(m.indptr);
    sci_free(m.block);
    lines_close(m.file);
    return st;
}
