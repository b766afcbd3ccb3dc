/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three places that inputs come from add to one list. */
#ifndef CLI_INPUTS_PRIV_H
#define CLI_INPUTS_PRIV_H

#include "inputs.h"

/* Append an input: the file `path`, its dataset (NULL: rules->dataset), its name below an output
 * directory. Copies. *added (may be NULL) is valid until the next call. */
sci_status cli_inputs_add(cli_inputs *inputs, const char *path, const char *dataset,
                          const char *relative, const cli_inputs_rules *rules,
                          cli_input **added) SCI_MUST_CHECK;

/* The files below `directory`, sorted (walk.c). */
sci_status cli_inputs_walk(cli_inputs *inputs, const char *directory,
                           const cli_inputs_rules *rules) SCI_MUST_CHECK;

/* The rows of rules->manifest (manifest.c). */
sci_status cli_inputs_manifest(cli_inputs *inputs, const cli_inputs_rules *rules) SCI_MUST_CHECK;

/* The files that a pattern matches, sorted bytewise, and the names on standard input (listed.c), each
 * handed to `add` as an operand. SCI_ERR_ARGUMENT if nothing matches or nothing is there. */
typedef sci_status (*cli_operand_add)(cli_inputs *inputs, const char *operand,
                                      const cli_inputs_rules *rules);
sci_status cli_inputs_glob(cli_inputs *inputs, const char *pattern, const cli_inputs_rules *rules,
                           cli_operand_add add) SCI_MUST_CHECK;
sci_status cli_inputs_list(cli_inputs *inputs, const cli_inputs_rules *rules,
                           cli_operand_add add) SCI_MUST_CHECK;

/* Split a typed operand where the rules say so. Both released by sci_free. */
sci_status cli_inputs_split(const char *operand, const cli_inputs_rules *rules, char **path,
                            char **dataset) SCI_MUST_CHECK;

/* What follows the last '/'. */
const char *cli_base_name(const char *path);

#endif
