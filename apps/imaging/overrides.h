/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --spacing, --units, --slice-positions: what the user knows better than the file. */
#ifndef IMAGING_OVERRIDES_H
#define IMAGING_OVERRIDES_H

#include "geometry.h"
#include "settings.h"

/* SCI_ERR_ARGUMENT for numbers or units that are none, SCI_ERR_SHAPE and SCI_ERR_REFUSED for those
 * that do not fit `file`. */
sci_status imaging_override(imaging_geometry *geometry, const imaging_settings *settings,
                            const char *file) SCI_MUST_CHECK;

#endif
