/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef SCI_H5_FIND_PRIV_H
#define SCI_H5_FIND_PRIV_H

#include "h5_priv.h"

/* The path (sci_free) of the only dataset of numbers, not counting dimension scales and the
 * records of our own programs; SCI_ERR_NOTFOUND with a list if there is none or more than one. */
sci_status h5_find_dataset(const h5_file *file, char **out) SCI_MUST_CHECK;

#endif
