/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 10x Genomics' HDF5 files: genes x cells by columns, which is cells x genes by rows. Version 3 has
 * one matrix with its features; version 2 one group a genome. */
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"
#include "convert.h"
#include "union.h"

typedef struct tenx {
    sci_h5_file *file;
    const convert_request *r;
    char *group;
    uint64_t cells, genes; /* of the file */
    convert_names names;   /* of the genes that are taken */
    int64_t *column_of;    /* NULL: all genes are */
    sci_matrix *matrix;
} tenx;

static sci_status
read_texts(const tenx *t, const char *name, anndata_texts *out)
{
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/%s", t->group, name);

    if (st == SCI_OK)
        st = sci_h5_file_texts(t->file, path, NULL, out);
    sci_free(path);
    return st;
}

static sci_status
has(const tenx *t, const char *group, const char *name, bool *out)
{
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/%s", group, name);

    if (st == SCI_OK)
        st = sci_h5_file_has(t->file, path, out);
    sci_free(path);
    return st;
}

/* ---- version 2 ---- */

static sci_status
is_genome(const tenx *t, const char *group, bool *out)
{
    static const char *const parts[] = { "barcodes", "genes", "data", "indices", "indptr" };
    sci_h5_object object;
    sci_status st = sci_h5_file_object(t->file, group, &object);

    *out = st == SCI_OK && object.kind == SCI_H5_GROUP;
    for (size_t i = 0; st == SCI_OK && *out && i < sizeof parts / sizeof *parts; i++)
        st = has(t, group, parts[i], out);
    return st;
}

static sci_status
find_genomes(const tenx *t, anndata_texts *out)
{
    sci_texts_maker maker = { 0 };
    anndata_texts names = { 0 };
    sci_status st = sci_h5_file_members(t->file, "/", &names);

    for (uint64_t i = 0; st == SCI_OK && i < names.n; i++) {
        char *group = NULL;
        bool genome = false;

        st = sci_format(&group, "/%s", names.items[i]);
        if (st == SCI_OK)
            st = is_genome(t, group, &genome);
        if (st == SCI_OK && genome)
            st = sci_texts_add(&maker, names.items[i], strlen(names.items[i]));
        sci_free(group);
    }
    anndata_texts_clear(&names);
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

static sci_status
choose_genome(tenx *t)
{
    anndata_texts genomes = { 0 };
    const char *wanted = t->r->genome;
    char list[400];
    bool found = wanted == NULL;
    sci_status st = find_genomes(t, &genomes);

    if (st != SCI_OK)
        return st;
    anndata_list_text(&genomes, list, sizeof list);
    for (uint64_t i = 0; !found && i < genomes.n; i++)
        found = strcmp(genomes.items[i], wanted) == 0;
    if (genomes.n == 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is no 10x file: it has no 'matrix' and no genome",
                      t->r->path);
    else if (wanted == NULL && genomes.n > 1)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has several genomes, say which by --genome: %s",
                      t->r->path, list);
    else if (!found)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has no genome '%s'; it has %s", t->r->path, wanted,
                      list);
    else
        st = sci_format(&t->group, "/%s", wanted != NULL ? wanted : genomes.items[0]);
    anndata_texts_clear(&genomes);
    if (st == SCI_OK)
        st = read_texts(t, "genes", &t->names.ids);
    return st == SCI_OK ? read_texts(t, "gene_names", &t->names.genes) : st;
}

/* ---- version 3 ---- */

static sci_status
keep_rows(anndata_texts *texts, uint64_t n, const uint64_t *rows)
{
    anndata_texts kept = { 0 };
    const char **items = NULL;
    sci_status st;

    if (texts->n == 0)
        return SCI_OK;
    st = sci_alloc(&items, n, 1, sizeof *items);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        items[i] = texts->items[rows[i]];
    if (st == SCI_OK)
        st = sci_texts_copy(&kept, n, items);
    sci_free(items);
    if (st == SCI_OK) {
        sci_texts_clear(texts);
        *texts = kept;
    }
    return st;
}

static sci_status
select_genome(tenx *t)
{
    convert_names *names = &t->names;
    uint64_t *rows = NULL, n = 0;
    sci_status st = sci_alloc(&rows, names->genes.n, 1, sizeof *rows);

    if (st == SCI_OK)
        st = sci_alloc(&t->column_of, names->genes.n, 1, sizeof *t->column_of);
    for (uint64_t g = 0; st == SCI_OK && g < names->genes.n; g++) {
        bool wanted = names->genomes.n > 0 && strcmp(names->genomes.items[g], t->r->genome) == 0;

        t->column_of[g] = wanted ? (int64_t)n : -1;
        if (wanted)
            rows[n++] = g;
    }
    if (st == SCI_OK && n == 0)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has no gene of the genome '%s'", t->r->path,
                      t->r->genome);
    if (st == SCI_OK)
        st = keep_rows(&names->genes, n, rows);
    if (st == SCI_OK)
        st = keep_rows(&names->ids, n, rows);
    if (st == SCI_OK)
        st = keep_rows(&names->types, n, rows);
    if (st == SCI_OK)
        st = keep_rows(&names->genomes, n, rows);
    sci_free(rows);
    return st;
}

static sci_status
read_features(tenx *t)
{
    bool genomes = false;
    sci_status st = sci_strdup(&t->group, "/matrix");

    if (st == SCI_OK)
        st = read_texts(t, "features/name", &t->names.genes);
    if (st == SCI_OK)
        st = read_texts(t, "features/id", &t->names.ids);
    if (st == SCI_OK)
        st = read_texts(t, "features/feature_type", &t->names.types);
    if (st == SCI_OK)
        st = has(t, "/matrix/features", "genome", &genomes);
    if (st == SCI_OK && genomes)
        st = read_texts(t, "features/genome", &t->names.genomes);
    return st;
}

/* ---- both ---- */

static sci_status
check_counts(const tenx *t)
{
    const convert_names *n = &t->names;

    if (n->ids.n != t->genes || n->genes.n != t->genes || (n->types.n > 0 && n->types.n != t->genes)
        || (n->genomes.n > 0 && n->genomes.n != t->genes))
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' has %llu genes, but another number of names",
                        t->r->path, t->group, (unsigned long long)t->genes);
    if (n->cells.n != t->cells)
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' has %llu cells, but %llu barcodes", t->r->path,
                        t->group, (unsigned long long)t->cells, (unsigned long long)n->cells.n);
    return SCI_OK;
}

static sci_status
read_shape(tenx *t)
{
    int64_t *shape = NULL;
    char *path = NULL;
    uint64_t n = 0;
    sci_status st = sci_format(&path, "%s/shape", t->group);

    if (st == SCI_OK)
        st = sci_h5_file_integers(t->file, path, NULL, &n, &shape);
    if (st == SCI_OK && (n != 2 || shape[0] < 0 || shape[1] < 0))
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' is not the two lengths of a matrix", t->r->path,
                      path);
    if (st == SCI_OK) {
        t->genes = (uint64_t)shape[0];
        t->cells = (uint64_t)shape[1];
    }
    sci_free(shape);
    sci_free(path);
    return st;
}

static sci_status
open_list(const tenx *t, const char *name, const sci_h5_options *h5, sci_source **out)
{
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/%s", t->group, name);

    if (st == SCI_OK)
        st = sci_h5_file_source(out, t->file, path, h5);
    sci_free(path);
    return st;
}

static sci_status
open_matrix(tenx *t, const sci_h5_options *h5)
{
    sci_source *values = NULL, *indices = NULL;
    int64_t *indptr = NULL;
    char *path = NULL, *name = NULL;
    uint64_t n = 0;
    sci_status st = sci_format(&path, "%s/indptr", t->group);

    if (st == SCI_OK)
        st = sci_format(&name, "%s:%s", t->r->path, t->group);
    if (st == SCI_OK)
        st = sci_h5_file_integers(t->file, path, NULL, &n, &indptr);
    if (st == SCI_OK && n != t->cells + 1)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has %llu numbers for %llu cells", t->r->path, path,
                      (unsigned long long)n, (unsigned long long)t->cells);
    if (st == SCI_OK)
        st = open_list(t, "data", h5, &values);
    if (st == SCI_OK)
        st = open_list(t, "indices", h5, &indices);
    if (st == SCI_OK) {
        st = sci_matrix_sparse(&t->matrix, SCI_MATRIX_CSR, t->cells, t->genes, values, indices,
                               indptr, name);
        values = indices = NULL;
    }
    sci_source_free(values);
    sci_source_free(indices);
    sci_free(indptr);
    sci_free(name);
    sci_free(path);
    return st;
}

static sci_status
write_matrix(const tenx *t, sci_h5_output *out, const sci_options *opt)
{
    const union_part part = { t->matrix, t->column_of };
    union_plan plan;

    union_plan_make(&plan, 1, &part, t->names.genes.n);
    if (t->r->typed)
        plan.type = t->r->type;
    return union_write(out, "/X", &plan, &t->r->storage, opt);
}

sci_status
convert_tenx(sci_h5_output *out, const convert_request *r, const sci_options *opt,
             const sci_h5_options *h5)
{
    tenx t = { .r = r };
    bool features = false;
    sci_status st = sci_h5_file_open(&t.file, r->path);

    if (st == SCI_OK)
        st = sci_h5_file_has(t.file, "/matrix/features", &features);
    if (st == SCI_OK)
        st = features ? read_features(&t) : choose_genome(&t);
    if (st == SCI_OK)
        st = read_texts(&t, "barcodes", &t.names.cells);
    if (st == SCI_OK)
        st = read_shape(&t);
    if (st == SCI_OK)
        st = check_counts(&t);
    if (st == SCI_OK && features && r->genome != NULL)
        st = select_genome(&t);
    if (st == SCI_OK)
        st = open_matrix(&t, h5);
    if (st == SCI_OK)
        st = convert_write_names(out, &t.names);
    if (st == SCI_OK)
        st = write_matrix(&t, out, opt);
    sci_matrix_free(t.matrix);
    convert_names_clear(&t.names);
    sci_free(t.column_of);
    sci_free(t.group);
    sci_h5_file_close(t.file);
    return st;
}
