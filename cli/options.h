/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options as rows of one table per verb. The table is parsed here; the same rows print --help, the
 * OPTIONS part of the man page, the shell completion (help.h) and the record of provenance
 * (provenance.h). */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

#include "number.h"

/* What the destination is. */
typedef enum cli_kind {
    CLI_FLAG,    /* bool */
    CLI_TEXT,    /* const char *; NULL when absent. The text is that of argv */
    CLI_LIST,    /* cli_list: every occurrence appended; no default */
    CLI_INTEGER, /* int64_t */
    CLI_REAL,    /* double */
    CLI_SIZE,    /* uint64_t bytes */
    CLI_CHOICE,  /* int: place in `choices`; of "f32=f4|f64=f8" both spellings of a place are taken
                  */
    CLI_SHARD    /* cli_shard */
} cli_kind;

typedef struct cli_list {
    size_t n;
    const char **items;
} cli_list;

/* Traits of a row. */
enum {
    CLI_RESULT = 1,    /* can change a result: enters the provenance record */
    CLI_NEGATABLE = 2, /* a flag that also has --no-NAME */
    CLI_REQUIRED = 4,
    CLI_PATH = 8,       /* the argument names a file, which no output may replace */
    CLI_DIRECTORY = 16, /* the argument is a directory, for completion */
    CLI_HIDDEN = 32,    /* not in help, man page or completion */
    CLI_POSITIVE = 64,  /* CLI_REAL: > 0 instead of >= least */
    CLI_WRITTEN = 128   /* that file is an output, or is there to be replaced */
};

typedef struct cli_row {
    char letter;          /* short option, 0 if there is none */
    const char *name;     /* long option, without dashes; NULL ends a table */
    const char *argument; /* "FILE"; NULL for a flag */
    cli_kind kind;
    size_t offset;        /* of the destination in the verb's settings */
    const char *standard; /* the default, as it would be typed; NULL: the destination stays zero */
    const char *
        help; /* a sentence or two, lower case, no full stop; the default is added by the printer */
    const char *group; /* heading: "Output", "Grouping" */
    unsigned traits;
    const char *choices; /* CLI_CHOICE: "refuse|ignore|propagate" */
    double least, most;  /* CLI_INTEGER and CLI_REAL: limits, both included; 0, 0: none */
} cli_row;

#define CLI_END      \
    {                \
        .name = NULL \
    }

/* Tables that are parsed together, each with its own destination. */
typedef struct cli_table {
    const cli_row *rows;
    void *settings; /* zeroed by the caller */
    bool *given;    /* one a row, zeroed by the caller: the option was on the command line */
} cli_table;

size_t cli_rows_count(const cli_row *rows);

/* Parse argv[1…] into the destinations, defaults first. Operands are moved to the end of argv, in
 * order, and *first_operand is the first one. An option is given once if it is a text or changes a
 * result; of others, such as -j, the last one holds. Long names may be shortened as getopt_long does.
 * SCI_ERR_ARGUMENT with the message of a usage error; SCI_ERR_NOMEM. Lists are released by
 * cli_options_clear. */
sci_status cli_options_parse(const cli_table *tables, size_t n_tables, int argc, char **argv,
                             int *first_operand) SCI_MUST_CHECK;

/* SCI_ERR_ARGUMENT names the first row with CLI_REQUIRED that was not given. Separate, because
 * --help needs none. */
sci_status cli_options_required(const cli_table *tables, size_t n_tables) SCI_MUST_CHECK;

void cli_options_clear(const cli_table *tables, size_t n_tables);

/* Number of the choice `text`, -1 if it is none. */
int cli_choice_find(const char *choices, const char *text);
/* The first spelling of choice `place`. At most size-1 bytes. */
void cli_choice_text(const char *choices, int place, char *text, size_t size);

#endif
