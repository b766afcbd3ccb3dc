/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options from a file, for verbs whose table has CLI_ROWS_CONFIG: lines "name = value", where name is that
 * of a long option. A flag is true or false, an option that may be given again has a line each time. What
 * stands under [VERB] is for that verb, what stands above for every verb that has the option. Blank lines and
 * lines that begin with # or ; are skipped; a value in double quotes keeps its blanks. The command line has
 * the last word. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "program.h"

/* Texts that settings point into. Zeroed it is empty. */
typedef struct cli_config {
    char *text; /* of the file, cut into pieces */
} cli_config;

/* If `table` has --config, and it was given, take from that file what was not on the command line, and mark
 * it as given. SCI_ERR_ARGUMENT names file and line: no such option, a value that does not fit. */
sci_status cli_config_take(cli_config *config, const cli_program *program, const cli_verb *verb,
                           const cli_table *table) SCI_MUST_CHECK;

/* True if --print-config was given. */
bool cli_config_wanted(const cli_verb *verb, const bool *given);

/* Print the options that were given or have a default, and all flags, as such a file. */
sci_status cli_config_print(const cli_verb *verb, const void *settings,
                            const bool *given) SCI_MUST_CHECK;

void cli_config_clear(cli_config *config);

#endif
