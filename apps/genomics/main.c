/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sci-genomics: the table of its verbs. */
#include <sci.h>

#include "cli/program.h"

#include "prose.h"

static const cli_verb verbs[] = {
    { .name = NULL },
};

static const cli_program program = {
    .name = "sci-genomics",
    .summary = "remove batch effects from single-cell matrices, in constant memory",
    .version = SCI_VERSION,
    .prose = genomics_program_prose,
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
    return cli_program_run(&program, argc, argv);
}
