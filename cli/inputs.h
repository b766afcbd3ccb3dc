/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From operands to inputs, and from inputs to names of outputs. Nothing is opened here but directories and the
 * manifest. */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef struct cli_input {
    char *path;     /* the file */
    char *dataset;  /* "/x"; NULL if none is named */
    char *operand;  /* for messages, and for functions that take "FILE:/dataset" */
    char *relative; /* its name below an output directory: base name, or the path below the -r directory */
    char **fields;  /* its row of the manifest, one text a column; NULL without a manifest */
} cli_input;

typedef struct cli_inputs {
    size_t n;
    cli_input *items;
    bool many;       /* a directory, a manifest or several operands: the output is a directory */
    size_t n_columns; /* of the manifest */
    char **columns;
} cli_inputs;

/* How operands are read. Valid when zeroed. */
typedef struct cli_inputs_rules {
    bool recursive;
    const char *manifest;
    const char *dataset;            /* for inputs that do not name one */
    bool datasets;                  /* operands may be FILE:/dataset */
    const char *const *extensions;  /* files taken below a directory: { ".h5", ".hdf5", NULL }; NULL: all */
    const char *not_below;          /* the output directory, left out of -r; may be NULL */
} cli_inputs_rules;

/* Operands in their order, the files of a directory sorted bytewise, then the manifest's rows. Hidden files and
 * directories and links to directories are not entered. SCI_ERR_ARGUMENT: no input, a directory without -r, an
 * input twice, a manifest without the column 'path' (paths are relative to the manifest); SCI_ERR_IO. */
sci_status cli_inputs_expand(cli_inputs *out, size_t n_operands, const char *const *operands,
                             const cli_inputs_rules *rules) SCI_MUST_CHECK;

/* The text of a column for an input, NULL if there is no such column. */
const char *cli_inputs_field(const cli_inputs *inputs, size_t input, const char *column);

void cli_inputs_clear(cli_inputs *inputs);

/* ---- outputs ---- */

typedef struct cli_outputs {
    char *directory; /* NULL: a single file */
    char *dataset;   /* of "-o OUT:/y"; NULL if none is named */
    size_t n;
    char **paths;    /* one an input */
} cli_outputs;

/* Names of the outputs of `output` ("OUT", "OUT:/y" where `datasets`). One input: OUT itself, or below OUT if that is a
 * directory or ends in '/'. Many: below OUT, each under its `relative` name with `extension` (".h5"; NULL: its own).
 * Names that collide are refused (SCI_ERR_ARGUMENT, naming both inputs). Nothing is made yet. */
sci_status cli_outputs_name(cli_outputs *out, const cli_inputs *inputs, const char *output, bool datasets,
                            const char *extension) SCI_MUST_CHECK;
void cli_outputs_clear(cli_outputs *outputs);

/* May `target` be written? SCI_ERR_ARGUMENT: it is one of the inputs (also through links), it is a directory, its directory
 * does not exist; SCI_ERR_EXISTS unless `force`. */
sci_status cli_target_check(const char *target, bool force, const cli_inputs *inputs) SCI_MUST_CHECK;

#endif
