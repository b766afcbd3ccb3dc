/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sci-array: the table of its verbs. */
#include <sci.h>

#include "prose.h"
#include "settings.h"
#include "verbs.h"

#define S array_settings

static const cli_row normalize_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    CLI_ROW_DTYPE(S),
    { 0, "picture", "FILE.png", CLI_TEXT, ARRAY_AT(picture), NULL,
      "draw the middle slice before and after; a directory if there are several inputs", "Output",
      CLI_PATH | CLI_WRITTEN, NULL, 0, 0 },
    ARRAY_ROWS_GROUPING,
    CLI_ROW_EPS(S),
    CLI_ROW_DDOF(S),
    CLI_ROW_NAN(S),
    CLI_ROW_DIGEST(S),
    ARRAY_ROW_OUTSIDE,
    ARRAY_ROWS_POST,
    CLI_ROWS_INPUTS(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

static const cli_row gradient_rows[] = {
    CLI_ROW_OUTPUT_FILE(S, "where the gradients go"),
    CLI_ROWS_WRITING(S),
    CLI_ROW_DTYPE(S),
    { 0, "dy", "FILE:/DATASET", CLI_TEXT, ARRAY_AT(dy), NULL,
      "the gradient with respect to the normalized output, of the input's shape", "Transform",
      CLI_RESULT | CLI_PATH | CLI_REQUIRED, NULL, 0, 0 },
    { 0, "scale", "FILE:/DATASET", CLI_TEXT, ARRAY_AT(scale), NULL,
      "gamma: one number a channel, or (labels, channels) with --condition", "Transform",
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    { 0, "condition", "AXES=FILE", CLI_TEXT, ARRAY_AT(condition), NULL,
      "gamma and beta depend on these labels; a file as for --label", "Transform",
      CLI_RESULT | CLI_PATH, NULL,
      0, 0 },
    ARRAY_ROW_OUTSIDE,
    ARRAY_ROWS_GROUPING,
    CLI_ROW_EPS(S),
    CLI_ROW_DDOF(S),
    CLI_ROW_NAN(S),
    CLI_ROW_DIGEST(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

static const cli_row fit_rows[] = {
    { 'o', "output", "FILE", CLI_TEXT, CLI_AT(S, output), NULL, "where the table goes", "Output",
      CLI_PATH | CLI_WRITTEN, NULL, 0, 0 },
    CLI_ROWS_WRITING(S),
    { 0, "running", "FILE", CLI_TEXT, ARRAY_AT(running), NULL,
      "take one step of running statistics: the inputs together are one batch, FILE is replaced, "
      "and begins with mean 0 and variance 1 if it is not there",
      "Running statistics", CLI_PATH | CLI_WRITTEN, NULL, 0, 0 },
    { 0, "momentum", "X", CLI_REAL, ARRAY_AT(momentum), "0.1",
      "new = (1 - X) old + X batch, with 0 < X <= 1", "Running statistics",
      CLI_RESULT | CLI_POSITIVE, NULL, 0, 1 },
    { 0, "cumulative", NULL, CLI_FLAG, ARRAY_AT(cumulative), NULL,
      "the average of all batches instead", "Running statistics", CLI_RESULT, NULL, 0, 0 },
    ARRAY_ROWS_GROUPING,
    CLI_ROW_DDOF(S),
    CLI_ROW_NAN(S),
    CLI_ROW_DIGEST(S),
    CLI_ROWS_INPUTS(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_SHARD(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

#define STATS_ROW(help, traits)                                                                    \
    { 0, "stats", "FILE", CLI_TEXT, ARRAY_AT(stats), NULL, help, "Statistics",                     \
      CLI_RESULT | CLI_PATH | (traits), NULL, 0, 0 }

static const cli_row apply_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    CLI_ROW_DTYPE(S),
    STATS_ROW("the table that fit, merge or an output of normalize has made", CLI_REQUIRED),
    CLI_ROW_EPS(S),
    { 0, "nan", "POLICY", CLI_CHOICE, CLI_AT(S, nan), NULL,
      "what NaN and infinities do: fail, stay as they are, or propagate (default: as the table "
      "was made)",
      "Statistics", CLI_RESULT, "refuse|ignore|propagate", 0, 0 },
    ARRAY_ROW_OUTSIDE,
    ARRAY_ROWS_POST,
    ARRAY_ROW_LABEL_AGAIN,
    ARRAY_ROWS_MAPS,
    CLI_ROWS_INPUTS(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    CLI_ROW_SHARD(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

static const cli_row join_rows[] = {
    CLI_ROW_OUTPUT_FILE(S, "where the whole array goes"),
    CLI_ROWS_WRITING(S),
    CLI_END,
};

static const cli_row invert_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    { 0, "dtype", "TYPE", CLI_CHOICE, CLI_AT(S, dtype), NULL,
      "element type of the output (default: that of the data before normalize)", "Output",
      CLI_RESULT, "f32=f4|f64=f8", 0, 0 },
    STATS_ROW("statistics to undo, where the input keeps none", 0),
    CLI_ROW_EPS(S),
    ARRAY_ROW_OUTSIDE,
    ARRAY_ROWS_POST,
    ARRAY_ROW_LABEL_AGAIN,
    ARRAY_ROWS_MAPS,
    CLI_ROWS_INPUTS(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

static const cli_row merge_rows[] = {
    CLI_ROW_OUTPUT_FILE(S, "where the table goes"),
    CLI_ROWS_WRITING(S),
    { 'r', "recursive", NULL, CLI_FLAG, CLI_AT(S, recursive), NULL,
      "take the files of known extensions below a directory", "Inputs", 0, NULL, 0, 0 },
    { 0, "manifest", "FILE", CLI_TEXT, CLI_AT(S, manifest), NULL,
      "take the inputs from the column 'path' of a table with tabs and a header", "Inputs",
      CLI_PATH, NULL, 0, 0 },
    CLI_END,
};

static const cli_row show_rows[] = {
    { 0, "all", NULL, CLI_FLAG, ARRAY_AT(all), NULL, "print every group, not only the first 20",
      "Output", 0, NULL, 0, 0 },
    CLI_ROW_JSON(S),
    CLI_END,
};

static const cli_row info_rows[] = {
    CLI_ROW_JSON(S),
    CLI_END,
};

static const cli_verb verbs[] = {
    { "normalize", "give every group mean 0 and variance 1", "INPUT... -o OUTPUT",
      array_normalize_prose,
      "normalize x.h5:/x --norm group:8 -o y.h5:/y\n"
      "normalize x.h5:/x --axes T,F --keep T --label F=bands.csv -o y.h5:/y\n"
      "normalize x.h5:/x --keep C --label D,H,W=seg.h5:/labels --ignore-label 0 -o y.h5:/y\n"
      "normalize -r scans --norm instance -o normalized -j 2",
      normalize_rows, sizeof(S), 0, -1, array_normalize },
    { "gradient", "differentiate a loss through a normalization", "INPUT --dy DY -o OUTPUT",
      array_gradient_prose,
      "gradient x.h5:/x --dy dy.h5:/dy --norm group:8 --scale g.h5:/gamma -o g.h5", gradient_rows,
      sizeof(S), 1, 1, array_gradient },
    { "fit", "make the table of groups", "INPUT... -o TABLE", array_fit_prose,
      "fit a.h5:/x b.h5:/x --norm batch -o s.h5\n"
      "fit x.h5:/x --norm group:8 --shard 2/3 -o s2.h5\n"
      "fit new.h5:/x --norm batch --running s.h5 --momentum 0.1",
      fit_rows, sizeof(S), 0, -1, array_fit },
    { "apply", "rescale with statistics that are there", "INPUT... --stats TABLE -o OUTPUT",
      array_apply_prose,
      "apply x.h5:/x --stats s.h5 -o y.h5:/y\n"
      "apply x.h5:/x --stats s.h5 --shard 2/3 -o y2.h5:/y",
      apply_rows, sizeof(S), 0, -1, array_apply },
    { "join", "put the shards of an apply together", "SHARD... -o OUTPUT", array_join_prose,
      "join y1.h5 y2.h5 y3.h5 -o y.h5", join_rows, sizeof(S), 1, -1, array_join },
    { "invert", "undo normalize or apply", "INPUT... -o OUTPUT", array_invert_prose,
      "invert y.h5:/y -o x.h5:/x\n"
      "invert y.h5:/y --stats s.h5 -o x.h5:/x",
      invert_rows, sizeof(S), 0, -1, array_invert },
    { "merge", "put tables or shards of one together", "TABLE... -o TABLE", array_merge_prose,
      "merge s1.h5 s2.h5 s3.h5 -o s.h5", merge_rows, sizeof(S), 0, -1, array_merge },
    { "show", "print a table", "TABLE", array_show_prose, "show s.h5\nshow y.h5:/y --json",
      show_rows, sizeof(S), 1, 1, array_show },
    { "info", "list what is in an HDF5 file", "FILE[:/PATH]", array_info_prose, "info x.h5 --json",
      info_rows, sizeof(S), 1, 1, array_info },
    { .name = NULL },
};

static const cli_program program = {
    .name = "sci-array",
    .summary = "normalize HDF5 arrays group by group, exactly and in constant memory",
    .version = SCI_VERSION,
    .prose = array_program_prose,
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
    return cli_program_run(&program, argc, argv);
}
