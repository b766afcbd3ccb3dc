/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data sets of the Brain Imaging Data Structure (BIDS 1.8): a folder with dataset_description.json,
 * subjects in sub-*, names made of entities. `-r` on one makes a derivative data set of the output
 * directory. */
#ifndef IMAGING_BIDS_H
#define IMAGING_BIDS_H

#include "cli/batch.h"

/* cli_batch.arrange; `context` is a const cli_call *const *. Of a BIDS data set keep the images of
 * its subjects (no masks and segmentations), and let outputs be called after the method:
 * "sub-01/anat/sub-01_desc-zscore_T1w.nii.gz". Other inputs stay as they are. SCI_ERR_ARGUMENT if
 * the output directory is the data set itself, or if nothing is left. */
sci_status imaging_bids_arrange(void *context, cli_inputs *inputs) SCI_MUST_CHECK;

/* Write dataset_description.json, with GeneratedBy, into the output directory of BIDS inputs, unless
 * one of another program lies there. */
sci_status imaging_bids_describe(const cli_call *call, const cli_inputs *inputs,
                                 char *const *outputs) SCI_MUST_CHECK;

/* What a sidecar names as the source of such an input: "bids:raw:sub-01/anat/sub-01_T1w.nii.gz"
 * (sci_free); NULL for other inputs. */
sci_status imaging_bids_source(const cli_input *input, char **out) SCI_MUST_CHECK;

#endif
