/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs of sci-genomics can be told, and the option rows that several of them share. */
#ifndef GENOMICS_SETTINGS_H
#define GENOMICS_SETTINGS_H

#include "cli/common.h"
#include "cli/program.h"

/* In the order of their choices. */
typedef enum genomics_method {
    GENOMICS_COMBAT,
    GENOMICS_LIMMA,
    GENOMICS_ZSCORE,
    GENOMICS_CENTER
} genomics_method;
typedef enum genomics_emit { GENOMICS_DENSE, GENOMICS_AFFINE, GENOMICS_PARAMS } genomics_emit;
typedef enum genomics_join { GENOMICS_INNER, GENOMICS_OUTER } genomics_join;

typedef struct genomics_settings {
    cli_common common;
    /* which matrix and genes */
    const char *layer, *genes, *var_mask;
    int join; /* genomics_join */
    /* cells */
    const char *batch_key, *batch_key2, *label_key;
    cli_list keep, covariates, removed, factors;
    /* method */
    int method; /* genomics_method */
    bool nonparametric, mean_only, no_eb, drop_confounded;
    const char *reference;
    int stop;          /* combat_stop */
    int zero_variance; /* combat_zero */
    double clip_least; /* if cli_given(call, "clip-min") */
    /* output */
    const char *to, *keep_original, *compression, *report;
    int emit; /* genomics_emit */
    /* single verbs */
    const char *target_sum;
    bool log1p;
    const char *stats, *plan, *write_plan;
    bool share, frozen, all;
    int64_t min_cells;
    int64_t components;
    const char *orient, *genome;
} genomics_settings;

#define GENOMICS_AT(member) offsetof(genomics_settings, member)

#define GENOMICS_ROW_LAYER                                                                        \
    {                                                                                             \
        0, "layer", "NAME", CLI_TEXT, GENOMICS_AT(layer), NULL, "the layer to read instead of X", \
            "Matrix", CLI_RESULT, NULL, 0, 0                                                      \
    }

#define GENOMICS_ROW_JOIN(help)                                                               \
    {                                                                                         \
        0, "join", "HOW", CLI_CHOICE, GENOMICS_AT(join), "inner", help, "Matrix", CLI_RESULT, \
            "inner|outer", 0, 0                                                               \
    }

#define GENOMICS_ROWS_GENES                                                                  \
    { 0,                                                                                     \
      "genes",                                                                               \
      "FILE",                                                                                \
      CLI_TEXT,                                                                              \
      GENOMICS_AT(genes),                                                                    \
      NULL,                                                                                  \
      "adjust only the genes that this file names, one a line; the others stay as they are", \
      "Matrix",                                                                              \
      CLI_RESULT | CLI_PATH,                                                                 \
      NULL,                                                                                  \
      0,                                                                                     \
      0 },                                                                                   \
    {                                                                                        \
        0, "var-mask", "COLUMN", CLI_TEXT, GENOMICS_AT(var_mask), NULL,                      \
            "adjust only the genes for which this column of var is true, for example "       \
            "highly_variable",                                                               \
            "Matrix", CLI_RESULT, NULL, 0, 0                                                 \
    }

#define GENOMICS_ROW_BATCH_KEY(traits)                                                            \
    {                                                                                             \
        0, "batch-key", "COLUMN|@FILE", CLI_TEXT, GENOMICS_AT(batch_key), NULL,                   \
            "the column of obs that says which batch a cell belongs to, or @FILE with one label " \
            "a line "                                                                             \
            "in the order of the cells, or cell,label",                                           \
            "Design", CLI_RESULT | CLI_PATH | (traits), NULL, 0, 0                                \
    }

#define GENOMICS_ROWS_COVARIATES                                                               \
    { 0,                                                                                       \
      "keep",                                                                                  \
      "COLUMNS",                                                                               \
      CLI_LIST,                                                                                \
      GENOMICS_AT(keep),                                                                       \
      NULL,                                                                                    \
      "columns of obs whose effects must survive, as cell_type,age; texts, categories and "    \
      "booleans are factors, numbers numeric; may be repeated",                                \
      "Design",                                                                                \
      CLI_RESULT,                                                                              \
      NULL,                                                                                    \
      0,                                                                                       \
      0 },                                                                                     \
        { 0,                                                                                   \
          "covariates",                                                                        \
          "COLUMNS",                                                                           \
          CLI_LIST,                                                                            \
          GENOMICS_AT(covariates),                                                             \
          NULL,                                                                                \
          "another word for --keep",                                                           \
          "Design",                                                                            \
          CLI_RESULT,                                                                          \
          NULL,                                                                                \
          0,                                                                                   \
          0 },                                                                                 \
    {                                                                                          \
        0, "as-factor", "COLUMNS", CLI_LIST, GENOMICS_AT(factors), NULL,                       \
            "take the numbers in these columns as names of levels; may be repeated", "Design", \
            CLI_RESULT, NULL, 0, 0                                                             \
    }

#define GENOMICS_ROWS_REMOVED                                                                   \
    { 0,                                                                                        \
      "remove",                                                                                 \
      "COLUMNS",                                                                                \
      CLI_LIST,                                                                                 \
      GENOMICS_AT(removed),                                                                     \
      NULL,                                                                                     \
      "numeric columns of obs whose effects are taken out too (method limma); may be repeated", \
      "Design",                                                                                 \
      CLI_RESULT,                                                                               \
      NULL,                                                                                     \
      0,                                                                                        \
      0 },                                                                                      \
    {                                                                                           \
        0, "batch-key2", "COLUMN", CLI_TEXT, GENOMICS_AT(batch_key2), NULL,                     \
            "a second column of batches, independent of the first (method limma)", "Design",    \
            CLI_RESULT, NULL, 0, 0                                                              \
    }

#define GENOMICS_ROWS_METHOD                                                                       \
    { 0,                                                                                           \
      "method",                                                                                    \
      "METHOD",                                                                                    \
      CLI_CHOICE,                                                                                  \
      GENOMICS_AT(method),                                                                         \
      "combat",                                                                                    \
      "combat: empirical Bayes as sva; limma: least squares as removeBatchEffect; zscore: every "  \
      "gene to mean 0 and variance 1 in each batch; center: every batch to the gene's mean",       \
      "Method",                                                                                    \
      CLI_RESULT,                                                                                  \
      "combat|limma|zscore|center",                                                                \
      0,                                                                                           \
      0 },                                                                                         \
        { 0,                                                                                       \
          "nonparametric",                                                                         \
          NULL,                                                                                    \
          CLI_FLAG,                                                                                \
          GENOMICS_AT(nonparametric),                                                              \
          NULL,                                                                                    \
          "combat: take the genes' own distribution as prior instead of normal and inverse gamma", \
          "Method",                                                                                \
          CLI_RESULT,                                                                              \
          NULL,                                                                                    \
          0,                                                                                       \
          0 },                                                                                     \
        { 0,                                                                                       \
          "mean-only",                                                                             \
          NULL,                                                                                    \
          CLI_FLAG,                                                                                \
          GENOMICS_AT(mean_only),                                                                  \
          NULL,                                                                                    \
          "combat: correct the means of the batches and leave their variances",                    \
          "Method",                                                                                \
          CLI_RESULT,                                                                              \
          NULL,                                                                                    \
          0,                                                                                       \
          0 },                                                                                     \
        { 0,                                                                                       \
          "no-eb",                                                                                 \
          NULL,                                                                                    \
          CLI_FLAG,                                                                                \
          GENOMICS_AT(no_eb),                                                                      \
          NULL,                                                                                    \
          "combat: use every gene's own estimates without borrowing from the other genes",         \
          "Method",                                                                                \
          CLI_RESULT,                                                                              \
          NULL,                                                                                    \
          0,                                                                                       \
          0 },                                                                                     \
        { 0,                                                                                       \
          "ref-batch",                                                                             \
          "BATCH",                                                                                 \
          CLI_TEXT,                                                                                \
          GENOMICS_AT(reference),                                                                  \
          NULL,                                                                                    \
          "combat: adjust the other batches to this one, which stays as it is",                    \
          "Method",                                                                                \
          CLI_RESULT,                                                                              \
          NULL,                                                                                    \
          0,                                                                                       \
          0 },                                                                                     \
        { 0,                                                                                       \
          "eb-stop",                                                                               \
          "RULE",                                                                                  \
          CLI_CHOICE,                                                                              \
          GENOMICS_AT(stop),                                                                       \
          "sva",                                                                                   \
          "combat: when the iteration ends, as in sva (1e-4 with its signed denominators) or at "  \
          "the "                                                                                   \
          "fixed point",                                                                           \
          "Method",                                                                                \
          CLI_RESULT,                                                                              \
          "sva|fixed-point",                                                                       \
          0,                                                                                       \
          0 },                                                                                     \
        { 0,                                                                                       \
          "zero-variance",                                                                         \
          "HOW",                                                                                   \
          CLI_CHOICE,                                                                              \
          GENOMICS_AT(zero_variance),                                                              \
          "keep",                                                                                  \
          "combat: what becomes of a gene that is constant inside a batch; keep leaves it as it "  \
          "is "                                                                                    \
          "everywhere, as sva does",                                                               \
          "Method",                                                                                \
          CLI_RESULT,                                                                              \
          "keep|mean-only|adjust",                                                                 \
          0,                                                                                       \
          0 },                                                                                     \
    {                                                                                              \
        0, "drop-confounded", NULL, CLI_FLAG, GENOMICS_AT(drop_confounded), NULL,                  \
            "limma: leave out covariates that cannot be told from the batches, with a warning, "   \
            "instead "                                                                             \
            "of refusing",                                                                         \
            "Method", CLI_RESULT, NULL, 0, 0                                                       \
    }

#define GENOMICS_ROWS_RESULT                                                                       \
    { 0,                                                                                           \
      "to",                                                                                        \
      "PLACE",                                                                                     \
      CLI_TEXT,                                                                                    \
      GENOMICS_AT(to),                                                                             \
      NULL,                                                                                        \
      "where the result goes, X or layer:NAME (default: where the matrix was read)",               \
      "Output",                                                                                    \
      CLI_RESULT,                                                                                  \
      NULL,                                                                                        \
      0,                                                                                           \
      0 },                                                                                         \
        { 0,                                                                                       \
          "keep-original",                                                                         \
          "NAME",                                                                                  \
          CLI_TEXT,                                                                                \
          GENOMICS_AT(keep_original),                                                              \
          NULL,                                                                                    \
          "keep the matrix as it was, as this layer",                                              \
          "Output",                                                                                \
          CLI_RESULT,                                                                              \
          NULL,                                                                                    \
          0,                                                                                       \
          0 },                                                                                     \
        { 0,                                                                                       \
          "compression",                                                                           \
          "KIND",                                                                                  \
          CLI_TEXT,                                                                                \
          GENOMICS_AT(compression),                                                                \
          "none",                                                                                  \
          "how the new matrix is compressed: none, lzf or gzip:N; corrected values hardly shrink", \
          "Output",                                                                                \
          CLI_RESULT,                                                                              \
          NULL,                                                                                    \
          0,                                                                                       \
          0 },                                                                                     \
        CLI_ROW_DTYPE(genomics_settings)

#define GENOMICS_ROW_CLIP                                                                         \
    {                                                                                             \
        0, "clip-min", "X", CLI_REAL, GENOMICS_AT(clip_least), NULL,                              \
            "raise results below X to X, and count them; 0 keeps expression from being negative", \
            "Output", CLI_RESULT, NULL, 0, 0                                                      \
    }

#endif
