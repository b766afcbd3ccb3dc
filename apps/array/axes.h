/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the axes of an input, and lists of axes in options. */
#ifndef ARRAY_AXES_H
#define ARRAY_AXES_H

#include <sci/io.h>

typedef struct array_axes {
    int rank;
    char *names[SCI_MAX_RANK];
    bool assumed; /* by rank: neither the file nor the command line names them */
} array_axes;

/* From `option` ("T,F"), or else the dimension labels of the source, or else NC, NCL, NCHW,
 * NCDHW by rank. SCI_ERR_ARGUMENT if the option does not fit, or if rank 6 or more has no names. */
sci_status array_axes_find(array_axes *out, const sci_source *source,
                           const char *option) SCI_MUST_CHECK;
void array_axes_clear(array_axes *axes);

/* Place of an axis, -1 if there is none of that name. */
int array_axes_index(const array_axes *axes, const char *name);

/* "D,H,W" to increasing places; `option` ("--keep") is for messages. SCI_ERR_ARGUMENT: an
 * unknown name, one that comes twice, another order than the array's. */
sci_status array_axes_parse(const array_axes *axes, const char *option, const char *list, int *n,
                            int *places) SCI_MUST_CHECK;

/* "N,C,H,W"; released by sci_free. */
sci_status array_axes_text(const array_axes *axes, char **text) SCI_MUST_CHECK;

#endif
