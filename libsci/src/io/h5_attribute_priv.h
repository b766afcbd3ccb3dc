/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of texts as attributes, besides what h5_priv.h has. */
#ifndef SCI_H5_ATTRIBUTE_PRIV_H
#define SCI_H5_ATTRIBUTE_PRIV_H

#include "h5_priv.h"

/* All texts of an attribute, at most 1 MiB of them; SCI_ERR_NOTFOUND without it. */
sci_status h5_attribute_read_texts(hid_t object, const char *where, const char *name, uint64_t *n,
                                   char ***out) SCI_MUST_CHECK;
void h5_texts_free(uint64_t n, char **texts);

#endif
