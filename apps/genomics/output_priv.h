/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the parts of an output: dense ones (output.c), those stored as the input
 * (output_values.c). */
#ifndef GENOMICS_OUTPUT_PRIV_H
#define GENOMICS_OUTPUT_PRIV_H

#include "output.h"

/* The place and the file, empty. */
sci_status genomics_output_begin(genomics_output *out, const genomics_job *job) SCI_MUST_CHECK;
sci_status genomics_storage(const genomics_job *job, anndata_storage *out) SCI_MUST_CHECK;

#endif
