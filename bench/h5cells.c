/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log1p counts of cells in five batches, about 8.8 % of them not 0, as CSR in an .h5ad. */
#include "h5cells.h"

#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve.h"

#define BATCHES 5
#define DENSITY 0.088
#define BLOCK_CELLS 1024
#define CHUNK ((hsize_t)1 << 16)

typedef struct cells {
    uint64_t n, genes;
    double *chance; /* [BATCHES][genes] that a gene is seen in a cell */
    double *level;  /* [BATCHES][genes] of its logarithm */
    int64_t *indptr;
} cells;

static double
uniform(uint64_t *seed)
{
    return (double)(next_random(seed) >> 11) * 0x1p-53;
}

static int
batch_of(uint64_t cell)
{
    uint64_t seed = cell * 2 + 1;

    return (int)(next_random(&seed) % BATCHES);
}

/* Genes differ widely in how often they are seen; a batch changes that and the level a little. */
static void
draw_genes(cells *c)
{
    uint64_t seed = 7;

    for (uint64_t g = 0; g < c->genes; g++) {
        double common = uniform(&seed), level = 0.5 + 1.5 * uniform(&seed);

        for (int b = 0; b < BATCHES; b++) {
            uint64_t at = (uint64_t)b * c->genes + g;

            c->chance[at] = 0.004 + 3.0 * DENSITY * common * common * (0.8 + 0.4 * uniform(&seed));
            c->level[at] = level * (0.8 + 0.4 * uniform(&seed));
        }
    }
}

/* The stored values of one cell; returns how many. */
static uint64_t
draw_cell(const cells *c, uint64_t cell, float *values, int32_t *genes)
{
    int batch = batch_of(cell);
    const double *chance = c->chance + (uint64_t)batch * c->genes;
    const double *level = c->level + (uint64_t)batch * c->genes;
    uint64_t seed = cell * 0x9e3779b97f4a7c15u + 3, n = 0;

    for (uint64_t g = 0; g < c->genes; g++) {
        double u = uniform(&seed);

        if (u >= chance[g])
            continue;
        if (values != NULL) {
            values[n] = (float)log1p(level[g] * (1.0 + 4.0 * u / chance[g]));
            genes[n] = (int32_t)g;
        }
        n++;
    }
    return n;
}

static bool
cells_create(cells *c, uint64_t n, uint64_t genes)
{
    *c = (cells){ .n = n, .genes = genes };
    c->chance = malloc(BATCHES * genes * sizeof *c->chance);
    c->level = malloc(BATCHES * genes * sizeof *c->level);
    c->indptr = malloc((n + 1) * sizeof *c->indptr);
    if (c->chance == NULL || c->level == NULL || c->indptr == NULL)
        return false;
    draw_genes(c);
    c->indptr[0] = 0;
    for (uint64_t i = 0; i < n; i++)
        c->indptr[i + 1] = c->indptr[i] + (int64_t)draw_cell(c, i, NULL, NULL);
    return true;
}

static void
cells_free(cells *c)
{
    free(c->chance);
    free(c->level);
    free(c->indptr);
}

/* ---- HDF5 ---- */

static bool
text_attribute(hid_t object, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    bool good = H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0;
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);

    good = good && attribute >= 0 && H5Awrite(attribute, type, &value) >= 0;
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    return good;
}

static bool
encoding(hid_t object, const char *type, const char *version)
{
    return text_attribute(object, "encoding-type", type)
           && text_attribute(object, "encoding-version", version);
}

static hid_t
vector_create(hid_t group, const char *name, hid_t type, hsize_t n, bool gzip)
{
    hid_t space = H5Screate_simple(1, &n, NULL), plist = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk = n < CHUNK ? n : CHUNK;
    hid_t dataset = -1;

    if (!gzip || (H5Pset_chunk(plist, 1, &chunk) >= 0 && H5Pset_deflate(plist, 4) >= 0))
        dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    H5Pclose(plist);
    H5Sclose(space);
    return dataset;
}

static bool
vector_write(hid_t dataset, hid_t type, hsize_t first, hsize_t n, const void *elements)
{
    hid_t memory = H5Screate_simple(1, &n, NULL), space = H5Dget_space(dataset);
    bool good = H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, NULL, &n, NULL) >= 0
                && H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, elements) >= 0;

    H5Sclose(space);
    H5Sclose(memory);
    return good;
}

static bool
vector(hid_t group, const char *name, hid_t type, hsize_t n, const void *elements)
{
    hid_t dataset = vector_create(group, name, type, n, false);
    bool good =
        dataset >= 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements) >= 0;

    H5Dclose(dataset);
    return good;
}

/* "c0", "c1", … as texts of fixed length. */
static bool
names(hid_t group, char letter, uint64_t n)
{
    enum { SIZE = 24 };
    char *bytes = calloc(n, SIZE);
    hid_t type = H5Tcopy(H5T_C_S1);
    bool good = bytes != NULL && H5Tset_size(type, SIZE) >= 0;

    for (uint64_t i = 0; good && i < n; i++)
        snprintf(bytes + i * SIZE, SIZE, "%c%llu", letter, (unsigned long long)i);
    good = good && vector(group, "_index", type, n, bytes)
           && text_attribute(group, "_index", "_index");
    H5Tclose(type);
    free(bytes);
    return good;
}

/* A frame with the index and, for the cells, their batch. */
static bool
frame(hid_t file, const char *name, const cells *c, bool obs)
{
    static const char *const levels[BATCHES] = { "b1", "b2", "b3", "b4", "b5" };
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t text = H5Tcopy(H5T_C_S1);
    const char *column = "batch";
    hsize_t columns = obs ? 1 : 0;
    hid_t space = H5Screate_simple(1, &columns, NULL);
    bool good = H5Tset_size(text, H5T_VARIABLE) >= 0 && encoding(group, "dataframe", "0.2.0")
                && names(group, obs ? 'c' : 'g', obs ? c->n : c->genes);
    hid_t order = H5Acreate2(group, "column-order", text, space, H5P_DEFAULT, H5P_DEFAULT);

    good = good && order >= 0 && (!obs || H5Awrite(order, text, &column) >= 0);
    if (good && obs) {
        hid_t batch = H5Gcreate2(group, "batch", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        int8_t *codes = malloc(c->n), ordered = 0;
        hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8), scalar = H5Screate(H5S_SCALAR);
        int8_t no = 0, yes = 1;

        for (uint64_t i = 0; codes != NULL && i < c->n; i++)
            codes[i] = (int8_t)batch_of(i);
        H5Tenum_insert(boolean, "FALSE", &no);
        H5Tenum_insert(boolean, "TRUE", &yes);
        hid_t flag = H5Acreate2(batch, "ordered", boolean, scalar, H5P_DEFAULT, H5P_DEFAULT);
        good = codes != NULL && encoding(batch, "categorical", "0.2.0")
               && H5Awrite(flag, boolean, &ordered) >= 0
               && vector(batch, "codes", H5T_NATIVE_INT8, c->n, codes)
               && vector(batch, "categories", text, BATCHES, levels);
        H5Aclose(flag);
        H5Sclose(scalar);
        H5Tclose(boolean);
        free(codes);
        H5Gclose(batch);
    }
    H5Aclose(order);
    H5Sclose(space);
    H5Tclose(text);
    H5Gclose(group);
    return good;
}

static bool
write_values(hid_t values, hid_t indices, const cells *c)
{
    float *x = malloc(BLOCK_CELLS * c->genes * sizeof *x);
    int32_t *g = malloc(BLOCK_CELLS * c->genes * sizeof *g);
    bool good = x != NULL && g != NULL;

    for (uint64_t first = 0; good && first < c->n; first += BLOCK_CELLS) {
        uint64_t end = c->n - first < BLOCK_CELLS ? c->n : first + BLOCK_CELLS, n = 0;

        for (uint64_t i = first; i < end; i++)
            n += draw_cell(c, i, x + n, g + n);
        good = vector_write(values, H5T_NATIVE_FLOAT, (hsize_t)c->indptr[first], n, x)
               && vector_write(indices, H5T_NATIVE_INT32, (hsize_t)c->indptr[first], n, g);
    }
    free(x);
    free(g);
    return good;
}

static bool
matrix(hid_t file, const cells *c, bool gzip)
{
    hid_t group = H5Gcreate2(file, "X", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hsize_t stored = (hsize_t)c->indptr[c->n], two = 2;
    int64_t shape[2] = { (int64_t)c->n, (int64_t)c->genes };
    hid_t space = H5Screate_simple(1, &two, NULL);
    hid_t attribute = H5Acreate2(group, "shape", H5T_NATIVE_INT64, space, H5P_DEFAULT, H5P_DEFAULT);
    hid_t values = vector_create(group, "data", H5T_NATIVE_FLOAT, stored, gzip);
    hid_t indices = vector_create(group, "indices", H5T_NATIVE_INT32, stored, gzip);
    bool good = attribute >= 0 && H5Awrite(attribute, H5T_NATIVE_INT64, shape) >= 0 && values >= 0
                && indices >= 0 && encoding(group, "csr_matrix", "0.1.0")
                && vector(group, "indptr", H5T_NATIVE_INT64, c->n + 1, c->indptr)
                && write_values(values, indices, c);

    H5Dclose(indices);
    H5Dclose(values);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Gclose(group);
    return good;
}

int
h5_make_cells(int argc, char **argv)
{
    cells c;
    bool good;

    if (argc != 4)
        return 2;
    if (!cells_create(&c, strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10)))
        return 4;
    hid_t file = H5Fcreate(argv[0], H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    good = file >= 0 && encoding(file, "anndata", "0.1.0") && frame(file, "obs", &c, true)
           && frame(file, "var", &c, false) && matrix(file, &c, strcmp(argv[3], "gzip") == 0);
    good = H5Fclose(file) >= 0 && good;
    cells_free(&c);
    return good ? 0 : 1;
}

int
write_raw(int argc, char **argv)
{
    enum { PIECE = 1 << 20 };
    uint64_t left;
    char *piece;
    bool good;

    if (argc != 2)
        return 2;
    left = strtoull(argv[1], NULL, 10);
    piece = calloc(1, PIECE);
    int fd = open(argv[0], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    good = piece != NULL && fd >= 0;
    while (good && left > 0) {
        size_t n = left < PIECE ? (size_t)left : PIECE;
        ssize_t written = write(fd, piece, n);

        good = written > 0;
        left -= good ? (uint64_t)written : 0;
    }
    good = close(fd) == 0 && good;
    free(piece);
    return good ? 0 : 1;
}
