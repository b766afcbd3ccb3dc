/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of outputs, and whether they may be written. */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "inputs.h"

typedef struct cli_outputs {
    char *directory; /* NULL: a single file */
    char *dataset;   /* of "-o OUT:/y"; NULL if none is named */
    size_t n;
    char **paths; /* one an input */
} cli_outputs;

/* Where outputs go: OUT, or OUT and dataset of "OUT:/y" where `datasets`. Both are released by
 * sci_free. */
sci_status cli_output_split(const char *output, bool datasets, char **path,
                            char **dataset) SCI_MUST_CHECK;

/* Names of the outputs of `output`. One input: OUT itself, or below OUT if that is a directory or
 * ends in '/'. Many: below OUT, each under its `relative` name with `extension` (".h5"; NULL: its
 * own). Names that collide are refused (SCI_ERR_ARGUMENT, naming both inputs). Nothing is made yet.
 */
sci_status cli_outputs_name(cli_outputs *out, const cli_inputs *inputs, const char *output,
                            bool datasets, const char *extension) SCI_MUST_CHECK;
void cli_outputs_clear(cli_outputs *outputs);

/* May `target` be written? SCI_ERR_ARGUMENT: it is one of the inputs (also through links), or a
 * directory; SCI_ERR_EXISTS unless `force`. */
sci_status cli_target_check(const char *target, bool force,
                            const cli_inputs *inputs) SCI_MUST_CHECK;

/* SCI_ERR_ARGUMENT if the directory that `target` would be in does not exist. */
sci_status cli_target_directory_check(const char *target) SCI_MUST_CHECK;

/* Make the directory of `target` and those above it. */
sci_status cli_target_directory_make(const char *target) SCI_MUST_CHECK;

#endif
