/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of annotated matrices. */
#ifndef GENOMICS_VALIDATE_H
#define GENOMICS_VALIDATE_H

#include "anndata.h"

/* One finding: a rule that is broken, or something to look at. */
typedef void (*validate_say)(void *context, bool error, const char *path, const char *text);

/* Look at everything; one pass over each matrix. It fails only where it cannot go on (no memory,
 * interrupted): what is wrong with the file is said. */
sci_status genomics_validate_file(const char *path, const sci_options *opt,
                                  const sci_h5_options *h5, validate_say say,
                                  void *context) SCI_MUST_CHECK;

#endif
