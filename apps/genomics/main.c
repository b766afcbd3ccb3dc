/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sci-genomics: the table of its verbs. */
#include <sci.h>

#include "prose.h"
#include "rows.h"
#include "verbs.h"

#define S genomics_settings

static const cli_verb verbs[] = {
    { "harmonize", "take the effects of batches out", "INPUT... -o OUTPUT --batch-key COLUMN",
      genomics_harmonize_prose,
      "harmonize in.h5ad -o out.h5ad --batch-key batch --keep cell_type\n"
      "harmonize in.h5ad -o out.h5ad --batch-key batch --emit affine --report page.html\n"
      "harmonize a.h5ad b.h5ad -o out.h5ad --batch-key donor --method limma --remove percent_mito",
      genomics_harmonize_rows, sizeof(S), 1, -1, genomics_harmonize },
    { "normalize", "scale counts to one sum a cell, and take logarithms", "INPUT -o OUTPUT",
      genomics_normalize_prose, "normalize counts.h5ad -o logs.h5ad --target-sum 1e4 --log1p",
      genomics_normalize_rows, sizeof(S), 1, 1, genomics_normalize },
    { .name = NULL },
};

static const cli_program program = {
    .name = "sci-genomics",
    .summary = "remove batch effects from single-cell matrices, in constant memory",
    .version = SCI_VERSION,
    .prose = genomics_program_prose,
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
    return cli_program_run(&program, argc, argv);
}
