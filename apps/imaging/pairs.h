/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which mask and which label map belong to an input. */
#ifndef IMAGING_PAIRS_H
#define IMAGING_PAIRS_H

#include "cli/batch.h"

#include "context.h"

/* The operand of column `column` of the manifest, else what --mask-pattern makes of the input's name
 * (of masks), else `option`; NULL if there is none, or if the
 * cell is 'n/a'. *owned is what had to be made; sci_free. Paths
 * of a manifest are relative to it. */
sci_status imaging_pair_find(const imaging_context *c, const cli_inputs *inputs, size_t input,
                             const char *column, const char *option, const char **operand,
                             char **owned) SCI_MUST_CHECK;

/* Warn of columns of the manifest that may be misspelt: those within one letter, not the first, of one
 * that has a meaning and is not there. */
void imaging_columns_warn(const cli_inputs *inputs);

/* For cli_batch, whose context is a pointer at the call: mask and labels of an input, where options do
 * not name them. */
sci_status imaging_pair_needs(void *context, const cli_inputs *inputs, size_t input,
                              char *needs[CLI_NEEDS_MOST]) SCI_MUST_CHECK;

/* Bytes of a name before ".nii" or ".nii.gz"; 0 if it ends in neither. */
size_t imaging_nifti_stem(const char *name);

#endif
