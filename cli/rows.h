/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the printers of help, man page and completion have in common about a row. */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "program.h"

bool cli_row_is_shown(const cli_row *row);

/* The first shown row with its heading in the table `rows`. */
bool cli_row_opens_group(const cli_row *rows, const cli_row *row);

/* "-o, --output FILE", "    --[no-]sync". */
void cli_row_head(const cli_row *row, char *text, size_t size);

/* The help with choices and default: "… (refuse, ignore or propagate; default: refuse)". */
void cli_row_sentence(const cli_row *row, char *text, size_t size);

/* The same option with the same meaning stands in the table of at least one other verb. */
bool cli_row_is_common(const cli_program *program, const cli_verb *verb, const cli_row *row);

/* The row of that name in a table, NULL if there is none. */
const cli_row *cli_rows_find(const cli_row *rows, const char *name);

#endif
