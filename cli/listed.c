/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operands that are not on the command line one by one: patterns, and a list on standard input. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include <sci/file.h>

#include "inputs_priv.h"

sci_status
cli_inputs_glob(cli_inputs *inputs, const char *pattern, const cli_inputs_rules *rules,
                cli_operand_add add)
{
    glob_t found;
    sci_status st = SCI_OK;
    int result = glob(pattern, 0, NULL, &found);

    inputs->many = true;
    if (result == GLOB_NOMATCH)
        return sci_fail(SCI_ERR_ARGUMENT, "no file matches '%s'", pattern);
    if (result != 0)
        return result == GLOB_NOSPACE
                   ? sci_fail(SCI_ERR_NOMEM, "no memory for what '%s' matches", pattern)
                   : sci_fail_errno("search for", pattern);
    for (size_t k = 0; k < found.gl_pathc && st == SCI_OK; k++)
        st = add(inputs, found.gl_pathv[k], rules);
    globfree(&found);
    return st;
}

sci_status
cli_inputs_list(cli_inputs *inputs, const cli_inputs_rules *rules, cli_operand_add add)
{
    char *name = NULL;
    size_t room = 0;
    ssize_t n;
    sci_status st = SCI_OK;

    inputs->many = true;
    errno = 0;
    while (st == SCI_OK && (n = getdelim(&name, &room, '\0', stdin)) >= 0)
        if (n > 0 && name[0] != '\0')
            st = add(inputs, name, rules);
    if (st == SCI_OK && ferror(stdin))
        st = sci_fail_errno("read", "standard input");
    free(name);
    return st;
}
