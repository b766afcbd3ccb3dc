/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exit codes of every program. */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

#include <sci/status.h>

typedef enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_FAILED = 1, /* an input failed, is broken, unsafe or degenerate */
    CLI_EXIT_USAGE = 2,
    CLI_EXIT_REFUSED = 3,     /* the input contradicts itself, or the question makes no sense */
    CLI_EXIT_ENVIRONMENT = 4, /* no space, no memory */
    CLI_EXIT_FOUND = 5,       /* done, and what was watched for was found */
    CLI_EXIT_SIGNAL = 128     /* plus the number of the signal */
} cli_exit;

/* The exit code of a single failure. SCI_ERR_INTERRUPTED gives that of SIGINT. */
int cli_exit_of(sci_status status);

/* The exit code of a batch in which some inputs failed: `so_far` (0 at first) joined with the code
 * of one more failed input. All alike: that code; else 4 if one of them is 4; else 1. */
int cli_exit_join(int so_far, int code);

#endif
