/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#define S genomics_settings

/* -o of verbs that make one file of all their inputs. */
#define ROW_OUTPUT(help)                                                          \
    {                                                                             \
        'o', "output", "FILE", CLI_TEXT, CLI_AT(S, output), NULL, help, "Output", \
            CLI_REQUIRED | CLI_PATH | CLI_WRITTEN, NULL, 0, 0                     \
    }

#define ROW_REPORT(help)                                                               \
    {                                                                                  \
        0, "report", "PAGE.html", CLI_TEXT, GENOMICS_AT(report), NULL, help, "Output", \
            CLI_PATH | CLI_WRITTEN, NULL, 0, 0                                         \
    }

#define ROW_LABEL_KEY(help)                                                                        \
    {                                                                                              \
        0, "label-key", "COLUMN", CLI_TEXT, GENOMICS_AT(label_key), NULL, help, "Design", 0, NULL, \
            0, 0                                                                                   \
    }

const cli_row genomics_harmonize_rows[] = {
    ROW_OUTPUT("where the result goes"),
    CLI_ROWS_WRITING(S),
    { 0, "emit", "FORM", CLI_CHOICE, GENOMICS_AT(emit), "dense",
      "dense: the corrected matrix; affine: the matrix as it was and the small table that corrects "
      "it, which 'apply' expands; params: the model only",
      "Output", CLI_RESULT, "dense|affine|params", 0, 0 },
    GENOMICS_ROWS_RESULT,
    GENOMICS_ROW_CLIP,
    ROW_REPORT("write a page with figures of before and after"),
    CLI_ROW_JSON(S),
    GENOMICS_ROW_BATCH_KEY(CLI_REQUIRED),
    GENOMICS_ROWS_COVARIATES,
    GENOMICS_ROWS_REMOVED,
    ROW_LABEL_KEY("the column of obs that colours the cells in the report (default: the first "
                  "factor of --keep)"),
    GENOMICS_ROWS_METHOD,
    GENOMICS_ROW_LAYER,
    GENOMICS_ROWS_GENES,
    GENOMICS_ROW_JOIN("genes of several inputs: those that all have, or those that any has"),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_normalize_rows[] = {
    ROW_OUTPUT("where the result goes"),
    CLI_ROWS_WRITING(S),
    GENOMICS_ROWS_RESULT,
    CLI_ROW_JSON(S),
    { 0, "target-sum", "N|median", CLI_TEXT, GENOMICS_AT(target_sum), "median",
      "what every cell's counts add up to: a number, or the median of the cells that have any",
      "Method", CLI_RESULT, NULL, 0, 0 },
    { 0, "log1p", NULL, CLI_FLAG, GENOMICS_AT(log1p), NULL,
      "then take the natural logarithm of 1 + x", "Method", CLI_RESULT, NULL, 0, 0 },
    GENOMICS_ROW_LAYER,
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_fit_rows[] = {
    ROW_OUTPUT("where the summary goes"),
    CLI_ROWS_WRITING(S),
    CLI_ROW_JSON(S),
    { 0, "share", NULL, CLI_FLAG, GENOMICS_AT(share), NULL,
      "make a summary that may leave the site: batches smaller than --min-cells are refused, and "
      "smallest and largest values are left out",
      "Sharing", CLI_RESULT, NULL, 0, 0 },
    { 0, "min-cells", "N", CLI_INTEGER, GENOMICS_AT(min_cells), "10",
      "the smallest batch that --share lets out", "Sharing", 0, NULL, 2, 1e9 },
    { 0, "plan", "FILE.json", CLI_TEXT, GENOMICS_AT(plan), NULL,
      "take gene order, batches, covariates and matrix from this plan; its hash goes into the "
      "summary, and merge refuses others",
      "Sharing", CLI_PATH, NULL, 0, 0 },
    { 0, "write-plan", "FILE.json", CLI_TEXT, GENOMICS_AT(write_plan), NULL,
      "write the plan that this summary follows, for the other sites", "Sharing",
      CLI_PATH | CLI_WRITTEN, NULL, 0, 0 },
    GENOMICS_ROW_BATCH_KEY(0),
    GENOMICS_ROWS_COVARIATES,
    GENOMICS_ROWS_REMOVED,
    GENOMICS_ROW_LAYER,
    CLI_ROW_SHARD(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_merge_rows[] = {
    ROW_OUTPUT("where the merged summary goes"),
    CLI_ROWS_WRITING(S),
    CLI_ROW_JSON(S),
    GENOMICS_ROW_JOIN("genes: those that all summaries have, or those that any has; the others "
                      "count as missing"),
    CLI_END,
};

const cli_row genomics_apply_rows[] = {
    ROW_OUTPUT("where the result goes"),
    CLI_ROWS_WRITING(S),
    { 0, "stats", "FILE", CLI_TEXT, GENOMICS_AT(stats), NULL,
      "a summary of fit or merge, from which the model is made as the options of the method say, "
      "or a model: an output of harmonize (default: that of the input, which is in affine form)",
      "Model", CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    { 0, "frozen", NULL, CLI_FLAG, GENOMICS_AT(frozen), NULL,
      "a batch that the model does not know is estimated against it, while all else stays; not the "
      "same as a new fit of all batches",
      "Model", CLI_RESULT, NULL, 0, 0 },
    { 0, "emit", "FORM", CLI_CHOICE, GENOMICS_AT(emit), "dense",
      "dense: the corrected matrix; affine: the matrix as it was and the small table that corrects "
      "it; params: the model only",
      "Output", CLI_RESULT, "dense|affine|params", 0, 0 },
    GENOMICS_ROWS_RESULT,
    GENOMICS_ROW_CLIP,
    CLI_ROW_JSON(S),
    GENOMICS_ROW_BATCH_KEY(0),
    GENOMICS_ROWS_METHOD,
    GENOMICS_ROW_LAYER,
    GENOMICS_ROWS_GENES,
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_invert_rows[] = {
    ROW_OUTPUT("where the result goes"),
    CLI_ROWS_WRITING(S),
    { 0, "stats", "FILE", CLI_TEXT, GENOMICS_AT(stats), NULL,
      "the model to undo, where the input keeps none", "Model", CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    GENOMICS_ROWS_RESULT,
    CLI_ROW_JSON(S),
    GENOMICS_ROW_BATCH_KEY(0),
    GENOMICS_ROW_LAYER,
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_show_rows[] = {
    { 0, "all", NULL, CLI_FLAG, GENOMICS_AT(all), NULL,
      "name every gene that was left as it was, not only the first 20", "Output", 0, NULL, 0, 0 },
    CLI_ROW_JSON(S),
    CLI_END,
};

const cli_row genomics_evaluate_rows[] = {
    ROW_REPORT("write a page with figures"),
    { 'f', "force", NULL, CLI_FLAG, CLI_AT(S, force), NULL, "replace a page that exists", "Output",
      0, NULL, 0, 0 },
    CLI_ROW_JSON(S),
    GENOMICS_ROW_BATCH_KEY(CLI_REQUIRED),
    ROW_LABEL_KEY("the column of obs that holds what must survive, such as the cell type"),
    GENOMICS_ROW_LAYER,
    CLI_ROW_SEED(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_pca_rows[] = {
    ROW_OUTPUT("where the result goes"),
    CLI_ROWS_WRITING(S),
    { 0, "n-comps", "N", CLI_INTEGER, GENOMICS_AT(components), "50", "principal components",
      "Method", CLI_RESULT, NULL, 1, 10000 },
    GENOMICS_ROW_LAYER,
    { 0, "var-mask", "COLUMN", CLI_TEXT, GENOMICS_AT(var_mask), NULL,
      "use only the genes for which this column of var is true", "Matrix", CLI_RESULT, NULL, 0, 0 },
    CLI_ROW_SEED(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_concat_rows[] = {
    ROW_OUTPUT("where the result goes"),
    CLI_ROWS_WRITING(S),
    { 0, "compression", "KIND", CLI_TEXT, GENOMICS_AT(compression), "none",
      "how the matrix is compressed: none, lzf or gzip:N", "Output", CLI_RESULT, NULL, 0, 0 },
    GENOMICS_ROW_JOIN("genes: those that all inputs have, or those that any has"),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_info_rows[] = {
    CLI_ROW_JSON(S),
    CLI_END,
};

const cli_row genomics_validate_rows[] = {
    CLI_ROW_JSON(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row genomics_convert_rows[] = {
    ROW_OUTPUT("where the .h5ad file goes"),
    CLI_ROWS_WRITING(S),
    { 0, "orient", "HOW", CLI_TEXT, GENOMICS_AT(orient), NULL,
      "what the lines of a text table are: genes-rows or cells-rows", "Inputs", CLI_RESULT, NULL, 0,
      0 },
    { 0, "genome", "NAME", CLI_TEXT, GENOMICS_AT(genome), NULL,
      "of a 10x file with several genomes: take the genes of this one", "Inputs", CLI_RESULT, NULL,
      0, 0 },
    CLI_ROW_DTYPE(S),
    { 0, "compression", "KIND", CLI_TEXT, GENOMICS_AT(compression), "none",
      "how the matrix is compressed: none, lzf or gzip:N", "Output", CLI_RESULT, NULL, 0, 0 },
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};
