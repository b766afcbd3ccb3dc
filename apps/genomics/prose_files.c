/* SPDX-License-Identifier: GPL-3.0-or-later */
/* About the verbs that make, join and look at files. */
#include "prose.h"

const char genomics_concat_prose[] =
    "Puts the cells of several files one below the other. obs gains the column 'source', the name "
    "of the file that a cell came from; columns of the same name are one column, with missing "
    "values where a file has none of it. The genes come in the order of the first file: those that "
    "all files have, or with --join outer those that any has. Sparse matrices stay sparse, a gene "
    "that a file does not have is zero there; in dense ones it is missing (NaN).\n\n"
    "Layers and arrays of obsm come along where all files have them. raw, uns, varm, obsp and varp "
    "belong to single files and do not.";

const char genomics_convert_prose[] =
    "Makes an .h5ad file, cells in rows, of a 10x .h5 file (Cell Ranger 2 and 3), of a folder with "
    "matrix.mtx, barcodes.tsv and features.tsv or genes.tsv (or of the .mtx file in it; each may "
    "be "
    "compressed by gzip), of a table with commas or tabs, a header and names in front of the "
    "lines, "
    "or of an .h5ad file of anndata 0.5 or 0.6.\n\n"
    "Nothing is guessed about a table: --orient says what its lines are. Zeros are not stored: "
    "genes in rows become a CSC matrix, cells in rows a CSR matrix. Integers stay integers, other "
    "numbers become float32, unless --dtype says otherwise. Empty fields, NA and NaN are missing "
    "values. Genes are called by their names, made unique by a number behind them; their ids are "
    "in "
    "the column 'gene_ids' of var.";

const char genomics_info_prose[] =
    "Cells and genes, the layout, every matrix with its encoding, type and density, the columns of "
    "obs and var with their kinds, levels and missing values, and what else there is.";

const char genomics_validate_prose[] =
    "Reads the whole file and prints a line for everything that breaks a rule of the format "
    "(error), or that is worth a look before batches are taken out (warning): names that are there "
    "twice, categories that nobody uses, numbers as batches, a matrix that looks like counts, "
    "missing values. The exit code is 1 if there is an error.";
