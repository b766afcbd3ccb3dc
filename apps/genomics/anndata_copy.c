/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything of a file but what is replaced. */
#include <sci.h>

#include "anndata_priv.h"

sci_status
anndata_copy(sci_h5_output *out, anndata *a, size_t n, const char *const *left_out)
{
    return sci_h5_output_copy(out, a->file, n, left_out);
}
