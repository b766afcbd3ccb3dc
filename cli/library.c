/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <string.h>

#include "library.h"

sci_status
cli_library_load(const char *const *names, const char *package, const char *purpose,
                 const cli_symbol *symbols, size_t n)
{
    void *library = NULL;

    for (size_t i = 0; names[i] && !library; i++)
        library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    if (!library)
        return sci_fail(SCI_ERR_NOTFOUND, "a library is needed for %s: %s; install '%s'", purpose,
                        dlerror(), package);
    for (size_t i = 0; i < n; i++) {
        void *address = dlsym(library, symbols[i].name);

        if (!address)
            return sci_fail(SCI_ERR_NOTFOUND, "a library is needed for %s: %s; install '%s'",
                            purpose, dlerror(), package);
        /* POSIX lets a pointer to an object carry the address of a function, ISO C has no cast. */
        memcpy(symbols[i].pointer, &address, sizeof address);
    }
    return SCI_OK;
}
