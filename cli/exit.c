/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>

#include "exit.h"

int
cli_exit_of(sci_status status)
{
    switch (status) {
    case SCI_OK:
        return CLI_EXIT_OK;
    case SCI_ERR_ARGUMENT:
    case SCI_ERR_EXISTS:
        return CLI_EXIT_USAGE;
    case SCI_ERR_SHAPE:
    case SCI_ERR_REFUSED:
        return CLI_EXIT_REFUSED;
    case SCI_ERR_NOMEM:
    case SCI_ERR_BUDGET:
    case SCI_ERR_NOSPACE:
        return CLI_EXIT_ENVIRONMENT;
    case SCI_ERR_INTERRUPTED:
        return CLI_EXIT_SIGNAL + SIGINT;
    default:
        return CLI_EXIT_FAILED;
    }
}

int
cli_exit_join(int so_far, int code)
{
    if (so_far == CLI_EXIT_OK || so_far == code)
        return code;
    if (code == CLI_EXIT_OK)
        return so_far;
    return so_far == CLI_EXIT_ENVIRONMENT || code == CLI_EXIT_ENVIRONMENT ? CLI_EXIT_ENVIRONMENT
                                                                          : CLI_EXIT_FAILED;
}
