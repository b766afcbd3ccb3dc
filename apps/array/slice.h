/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --picture: the middle slice of an array before and after. */
#ifndef ARRAY_SLICE_H
#define ARRAY_SLICE_H

#include "axes.h"
#include "context.h"

/* Draw into `path`. `after` is "FILE:/dataset" of the finished output. */
sci_status array_picture(const array_context *c, const array_axes *axes, sci_source *before,
                         const char *after_file, const char *after_dataset,
                         const char *path) SCI_MUST_CHECK;

#endif
