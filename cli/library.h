/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared libraries that few runs need, loaded by those alone: a library that is linked costs every start
 * of the program its mapping and relocations (cairo with its thirty others 3 ms, OpenBLAS 2 ms). */
#ifndef CLI_LIBRARY_H
#define CLI_LIBRARY_H

#include <stddef.h>

#include <sci/status.h>

/* Where the address of a function of that name goes; `pointer` is that of a pointer to a function. */
typedef struct cli_symbol {
    const char *name;
    void *pointer;
} cli_symbol;

/* Load the first library of `names` (file names or sonames, ended by NULL) that there is and look up n
 * symbols. It stays loaded. A library that is absent or lacks a symbol: SCI_ERR_NOTFOUND; `package`
 * is what the message advises to install, `purpose` completes "… is needed for". */
sci_status cli_library_load(const char *const *names, const char *package, const char *purpose,
                            const cli_symbol *symbols, size_t n) SCI_MUST_CHECK;

#endif
