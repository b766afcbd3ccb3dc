/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a batch has done, in the hidden file ".<program>.done" of its output directory: a line for
 * each output, with a number that stands for the input as it was and for the options, and another
 * for the output as it was left. For --resume. */
#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include "inputs.h"
#include "program.h"

typedef struct cli_journal {
    char *path;
    char *text; /* of the file, cut into lines */
    bool torn;  /* its last line has no end */
    size_t n;
    struct cli_done *lines; /* sorted by output */
    char *options;          /* program, version, verb, options, and the files that they name */
} cli_journal;

/* Read the journal of `directory`; a missing one is empty. Damaged lines are no lines. */
sci_status cli_journal_open(cli_journal *out, const cli_call *call,
                            const char *directory) SCI_MUST_CHECK;

/* The number for an input as it is now, and for what it needs besides: operands of files, or words,
 * some of them NULL. */
sci_status cli_journal_stamp(const cli_journal *journal, const cli_input *input, char *const *needs,
                             size_t n_needs, uint64_t *stamp) SCI_MUST_CHECK;

/* True if `output` was made with this stamp, and has the size and time of change that it had then.
 */
bool cli_journal_has(const cli_journal *journal, uint64_t stamp, const char *output);

/* Remember that `output` is done; it is, or is about to be, what `file` is now. A failure is no harm: the
 * output will be made again. */
void cli_journal_add(const cli_journal *journal, uint64_t stamp, const char *output,
                     const char *file);

void cli_journal_close(cli_journal *journal);

#endif
