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
