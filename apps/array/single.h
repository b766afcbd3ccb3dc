/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs of sci-array that work once, on all their inputs together. */
#ifndef ARRAY_SINGLE_H
#define ARRAY_SINGLE_H

#include "cli/single.h"

#include "context.h"

/* cli_single_run for HDF5 datasets; the work gets the cli_single. */
int array_single_run(const cli_call *call, size_t n_operands, const char *const *operands,
                     const char *doing, cli_work work);

#endif
