/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a run reads besides its inputs: those that options name, and what single inputs need.
 * No output may replace them. */
#ifndef CLI_READS_H
#define CLI_READS_H

#include "program.h"

typedef struct cli_reads {
    size_t n, room;
    struct cli_read *items;
} cli_reads;

/* Add what `value` names, as it is typed for an option (cli_value_file); nothing if there is no such
 * file. `why` stands in the message before the file: "the file of --stats". Both are copied. */
sci_status cli_reads_add(cli_reads *reads, const char *why, const char *value) SCI_MUST_CHECK;

/* Add the files of all options with CLI_PATH and without CLI_WRITTEN. */
sci_status cli_reads_options(cli_reads *reads, const cli_call *call) SCI_MUST_CHECK;

/* SCI_ERR_ARGUMENT if `target` is one of them, also through links. */
sci_status cli_reads_check(const cli_reads *reads, const char *target) SCI_MUST_CHECK;

void cli_reads_clear(cli_reads *reads);

/* The same for one target and the options alone. */
sci_status cli_target_unread(const cli_call *call, const char *target) SCI_MUST_CHECK;

#endif
