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
    { "fit", "make a summary of cells by batch", "INPUT... -o SUMMARY --batch-key COLUMN",
      genomics_fit_prose,
      "fit site.h5ad --batch-key donor --keep cell_type --share -o site.h5 --write-plan plan.json\n"
      "fit other.h5ad --batch-key donor --plan plan.json --share -o other.h5",
      genomics_fit_rows, sizeof(S), 1, -1, genomics_fit },
    { "merge", "put summaries, or shards of one, together", "SUMMARY... -o SUMMARY",
      genomics_merge_prose, "merge site.h5 other.h5 -o all.h5", genomics_merge_rows, sizeof(S), 1,
      -1, genomics_merge },
    { "apply", "adjust cells with a summary or a model that is there",
      "INPUT [--stats FILE] -o OUTPUT", genomics_apply_prose,
      "apply site.h5ad --stats all.h5 -o adjusted.h5ad\n"
      "apply new.h5ad --stats out.h5ad --frozen -o adjusted.h5ad\n"
      "apply affine.h5ad -o dense.h5ad",
      genomics_apply_rows, sizeof(S), 1, 1, genomics_apply },
    { "invert", "undo harmonize or apply", "INPUT -o OUTPUT", genomics_invert_prose,
      "invert out.h5ad -o in.h5ad", genomics_invert_rows, sizeof(S), 1, 1, genomics_invert },
    { "show", "print a summary or a model", "FILE", genomics_show_prose,
      "show all.h5\nshow out.h5ad --json", genomics_show_rows, sizeof(S), 1, 1, genomics_show },
    { "evaluate", "measure what is left of batches and of biology",
      "BEFORE [AFTER] --batch-key COLUMN", genomics_evaluate_prose,
      "evaluate in.h5ad out.h5ad --batch-key batch --label-key cell_type --report page.html\n"
      "evaluate affine.h5ad --batch-key batch --json",
      genomics_evaluate_rows, sizeof(S), 1, 2, genomics_evaluate },
    { "pca", "principal components of the cells", "INPUT -o OUTPUT", genomics_pca_prose,
      "pca in.h5ad -o out.h5ad --n-comps 50 --var-mask highly_variable", genomics_pca_rows,
      sizeof(S), 1, 1, genomics_pca },
    { "concat", "put the cells of several files together", "INPUT... -o OUTPUT",
      genomics_concat_prose, "concat a.h5ad b.h5ad c.h5ad -o all.h5ad --join outer",
      genomics_concat_rows, sizeof(S), 1, -1, genomics_concat },
    { "convert", "make an .h5ad file of a 10x file, a folder or a table", "INPUT -o OUTPUT",
      genomics_convert_prose,
      "convert filtered_feature_bc_matrix.h5 -o cells.h5ad\n"
      "convert filtered_feature_bc_matrix/ -o cells.h5ad --compression gzip:4\n"
      "convert counts.csv.gz --orient genes-rows -o cells.h5ad",
      genomics_convert_rows, sizeof(S), 1, 1, genomics_convert },
    { "info", "say what is in an annotated matrix", "INPUT", genomics_info_prose,
      "info in.h5ad\ninfo in.h5ad --json", genomics_info_rows, sizeof(S), 1, 1, genomics_info },
    { "validate", "check that an annotated matrix keeps the rules", "INPUT",
      genomics_validate_prose, "validate in.h5ad", genomics_validate_rows, sizeof(S), 1, 1,
      genomics_validate },
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
