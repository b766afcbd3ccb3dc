/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements of small arrays (labels, gammas, weights along an axis) as numbers of this machine. */
#ifndef ARRAY_VALUES_H
#define ARRAY_VALUES_H

#include <sci/io.h>

/* The whole source as doubles; *values is released by sci_free. */
sci_status array_values_real(sci_source *source, uint64_t *n, double **values) SCI_MUST_CHECK;

/* The whole source as integers; SCI_ERR_TYPE unless it is of an integer type, SCI_ERR_REFUSED if
 * a value does not fit. */
sci_status array_values_integer(sci_source *source, uint64_t *n, int64_t **values) SCI_MUST_CHECK;

/* One element at `bytes` of an array of this type and byte order. */
double array_value_real(const sci_array *array, const void *bytes);

/* "(8, 16, 20)"; "()" for rank 0. Truncated to fit. */
void array_shape_text(int rank, const uint64_t *shape, char *text, size_t size);

#endif
