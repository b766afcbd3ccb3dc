/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inputs of verbs that are not batches of their own. */
#ifndef AUDIO_INPUTS_H
#define AUDIO_INPUTS_H

#include "cli/inputs.h"

#include "settings.h"

/* Operands, directories, patterns, lists and manifest of the call. */
sci_status audio_inputs_expand(cli_inputs *out, const cli_call *call,
                               const char *const *extensions) SCI_MUST_CHECK;

/* With --group-by every input has a group. */
sci_status audio_inputs_grouped(const cli_call *call, const cli_inputs *inputs) SCI_MUST_CHECK;

/* Names of files that are taken from a directory by verbs that read recordings and features. */
const char *const *audio_any_extensions(void);

/* Whether a file is HDF5, by its first bytes: features rather than a recording. */
bool audio_is_hdf5(const char *path);

#endif
