/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program: a name, a sentence and a table of verbs. `sci-x VERB …`, `sci-x help VERB`, --help,
 * --version. */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include "exit.h"
#include "message.h"
#include "options.h"

struct cli_call;

typedef struct cli_verb {
    const char *name;
    const char *summary;  /* "rescale every group to mean 0 and variance 1" */
    const char *operands; /* synopsis: "INPUT... -o OUTPUT" */
    const char *prose;    /* paragraphs, blank line between; NULL if there are none */
    const char *examples; /* one command a line, without the program's name; NULL */
    const cli_row *rows;  /* ended by CLI_END */
    size_t settings_size;
    int operands_least, operands_most;       /* most < 0: any number */
    int (*run)(const struct cli_call *call); /* returns the exit code */
} cli_verb;

typedef struct cli_program {
    const char *name;      /* "sci-array" */
    const char *summary;   /* "normalize and describe HDF5 arrays, group by group" */
    const char *version;   /* SCI_VERSION */
    const char *prose;     /* for the man page and --help; NULL */
    const cli_verb *verbs; /* ended by name NULL */
} cli_program;

typedef enum cli_progress_mode {
    CLI_PROGRESS_AUTO,
    CLI_PROGRESS_ALWAYS,
    CLI_PROGRESS_NEVER
} cli_progress_mode;

/* Options that every verb has: -q, -v, --progress, -h, -V. */
typedef struct cli_general {
    bool quiet, verbose, help, version;
    int progress; /* cli_progress_mode */
} cli_general;

/* One command line, parsed. */
typedef struct cli_call {
    const cli_program *program;
    const cli_verb *verb;
    const void *settings; /* the verb's, filled */
    const bool *given;    /* one a row of the verb */
    const cli_general *general;
    int n_operands;
    const char *const *operands;
} cli_call;

/* True if the option (long name) was on the command line. */
bool cli_given(const cli_call *call, const char *name);

/* Say what is wrong with the command line, point at --help, and return CLI_EXIT_USAGE. */
int cli_usage_error(const cli_call *call, const char *format, ...) SCI_PRINTF(2, 3);

/* main() of a program. */
int cli_program_run(const cli_program *program, int argc, char **argv);

/* The rows of cli_general. */
extern const cli_row cli_general_rows[];

#endif
