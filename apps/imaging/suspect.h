/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images that are label maps by their looks. */
#ifndef IMAGING_SUSPECT_H
#define IMAGING_SUSPECT_H

#include "volume.h"

/* True if integers at some places of the array look like labels: most of those that are not 0 are the
 * same as the one before. What is measured has noise. */
sci_status imaging_suspect_labels(const imaging_volume *volume, bool *out) SCI_MUST_CHECK;

#endif
