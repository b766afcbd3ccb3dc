/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the option tables say: --help, the generated part of the man page, the completion for bash.
 * The build asks a program for the last two with the hidden `--generate man` and `--generate
 * completion`. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "program.h"

void cli_help_program(FILE *out, const cli_program *program);
void cli_help_verb(FILE *out, const cli_program *program, const cli_verb *verb);

/* roff for the man page: VERBS with the options of each, then the options that every verb has. It
 * takes the place of the line "@OPTIONS@" in man/<program>.1.in (scripts/assemble_man.sh). */
void cli_generate_man(FILE *out, const cli_program *program);

/* A completion function for bash. */
void cli_generate_completion(FILE *out, const cli_program *program);

#endif
