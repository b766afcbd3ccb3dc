/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements as they are stored to elements that can be computed with. */
#ifndef SCI_STATS_DECODE_H
#define SCI_STATS_DECODE_H

#include <sci/types.h>

/* The type after decoding: half becomes float. */
sci_type sci_decoded_type(sci_type type);

/* False if the stored bytes are used as they are. */
bool sci_needs_decoding(const sci_array *array);

/* n stored elements to n of the decoded type; the buffers do not overlap. */
void sci_decode(const sci_array *array, const void *stored, void *decoded, size_t n);

#endif
