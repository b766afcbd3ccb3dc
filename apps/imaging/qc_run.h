/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages as verbs make them: of two files, of an output of normalize, of a batch. */
#ifndef IMAGING_QC_RUN_H
#define IMAGING_QC_RUN_H

#include "normal.h"
#include "qc_facts.h"

/* Where the page of an input and its numbers go: names of files below --qc DIR, whose directories
 * are made. */
sci_status imaging_qc_targets(const char *directory, const cli_inputs *inputs, size_t input,
                              char **page, char **numbers) SCI_MUST_CHECK;

/* The page of an image that has just been normalized, its output being closed. */
sci_status imaging_qc_normalized(imaging_normal *job) SCI_MUST_CHECK;

/* Write a page that is measured, and its numbers (NULL: none). */
sci_status imaging_qc_write(imaging_qc *qc, const qc_facts *facts, const char *page,
                            const char *page_name, const char *numbers) SCI_MUST_CHECK;

/* DIR/index.html over all inputs, in a worker of its own. */
sci_status imaging_qc_batch(const cli_call *call, const char *directory,
                            const cli_inputs *inputs) SCI_MUST_CHECK;

#endif
