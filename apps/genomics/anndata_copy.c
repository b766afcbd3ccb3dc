/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything of a file but what is replaced. */
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

bool
anndata_same_path(const char *a, const char *b)
{
    for (;;) {
        size_t n;

        a += strspn(a, "/");
        b += strspn(b, "/");
        n = strcspn(a, "/");
        if (n != strcspn(b, "/") || strncmp(a, b, n) != 0)
            return false;
        if (n == 0)
            return true;
        a += n;
        b += n;
    }
}

sci_status
anndata_copy(sci_h5_output *out, anndata *a, size_t n, const char *const *left_out)
{
    return a->version == ANNDATA_05 ? anndata_upgrade(out, a, n, left_out)
                                    : sci_h5_output_copy(out, a->file, n, left_out);
}
