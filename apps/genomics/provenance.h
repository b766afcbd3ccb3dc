/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What outputs say about where they come from. */
#ifndef GENOMICS_PROVENANCE_H
#define GENOMICS_PROVENANCE_H

#include "job.h"

/* cli_provenance_text with the digest of the matrix that was read (NULL: it was not). sci_free. */
sci_status genomics_provenance(const cli_call *call, const sci_report *report,
                               char **text) SCI_MUST_CHECK;

#endif
