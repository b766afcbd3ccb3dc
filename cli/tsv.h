/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text tables: fields between tabs, names of columns in the first line. Empty lines and lines that begin
 * with # are skipped, as is a byte order mark. */
#ifndef CLI_TSV_H
#define CLI_TSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <sci/status.h>

typedef struct cli_tsv {
    FILE *file;
    const char *name; /* of the file, not owned */
    char *line;       /* of getline */
    size_t room;
    unsigned long number; /* of the line that was read last, from 1 */
    size_t n_columns;
    char **columns;
} cli_tsv;

/* Read the first line. SCI_ERR_ARGUMENT if there is none, SCI_ERR_IO. cli_tsv_close afterwards, also
 * after a failure. */
sci_status cli_tsv_open(cli_tsv *t, const char *path) SCI_MUST_CHECK;
void cli_tsv_close(cli_tsv *t);

/* The next row: n_columns texts, for cli_tsv_release; NULL at the end. SCI_ERR_ARGUMENT for another number
 * of fields. */
sci_status cli_tsv_next(cli_tsv *t, char ***fields) SCI_MUST_CHECK;
void cli_tsv_release(char **fields, size_t n); /* accepts NULL */

/* Number of a column, n_columns if there is none. */
size_t cli_tsv_column(const cli_tsv *t, const char *name);

#endif
