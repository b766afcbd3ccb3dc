/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compression undone: powers again, for what makes samples of features (inverse.h). */
#ifndef AUDIO_EXPAND_H
#define AUDIO_EXPAND_H

#include "compress.h"

/* n compressed values to powers, in place; what rounding has brought below 0 is 0. Powers that had been
 * raised to a floor stay there. SCI_ERR_REFUSED for pcen, whose values depend on all before them. */
sci_status audio_expand(const audio_compression *c, double *x, size_t n) SCI_MUST_CHECK;

#endif
