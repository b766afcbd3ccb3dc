/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From operands, directories and a manifest to inputs. Nothing is opened here but directories and
 * the manifest. */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

typedef struct cli_input {
    char *path;     /* the file */
    char *dataset;  /* "/x"; NULL if none is named */
    char *operand;  /* for messages, and for functions that take "FILE:/dataset" */
    char *relative; /* its name below an output directory: base name, or the path below the -r
                       directory */
    bool exact;     /* `relative` is the output's whole name, of the manifest's column 'output' */
    char **fields;  /* its row of the manifest, one text a column; NULL without a manifest */
    uint64_t device, inode; /* of the file; 0, 0 if it is not there, which its reader will say */
} cli_input;

typedef struct cli_inputs {
    size_t n, room;
    cli_input *items;
    bool many;        /* a directory, a manifest or several operands: the output is a directory */
    size_t n_columns; /* of the manifest */
    char **columns;
} cli_inputs;

/* How operands are read. Valid when zeroed. */
typedef struct cli_inputs_rules {
    bool recursive;
    const char *manifest;
    const char *dataset; /* for inputs that do not name one */
    bool datasets;       /* operands may be FILE:/dataset */
    const char *const
        *extensions;       /* files taken below a directory: { ".h5", ".hdf5", NULL }; NULL: all */
    bool glob;             /* operands that are no files are patterns (glob(7)) */
    bool null_list;        /* operands also from standard input, each ended by a zero byte */
    const char *not_below; /* the output directory, left out of -r; may be NULL */
} cli_inputs_rules;

/* Operands in their order, the files of a directory sorted bytewise, then the manifest's rows.
 * Below a directory hidden names, links to directories and what is no regular file are left out.
 * SCI_ERR_ARGUMENT: no input, a directory without -r or without any file, an input twice, a damaged
 * manifest (first line: names of columns, one of them 'path'; paths are relative to the manifest; a
 * byte order mark is skipped; a column 'output' names the outputs); SCI_ERR_IO. */
sci_status cli_inputs_expand(cli_inputs *out, size_t n_operands, const char *const *operands,
                             const cli_inputs_rules *rules) SCI_MUST_CHECK;

/* The text of a column for an input, NULL if there is no such column. */
const char *cli_inputs_field(const cli_inputs *inputs, size_t input, const char *column);

/* Leave out those that `wanted` does not want to keep. */
sci_status cli_inputs_keep(cli_inputs *inputs,
                           sci_status (*wanted)(void *context, const cli_input *input, bool *keep),
                           void *context) SCI_MUST_CHECK;

void cli_inputs_clear(cli_inputs *inputs);

/* "a/b/x.h5:/y" without the folders of the file: outputs do not tell where their inputs lay. */
const char *cli_operand_name(const char *operand);

#endif
