/* SPDX-License-Identifier: BSD-3-Clause */
/* A source read by one thread through a window, decoded; cheap where it is read forwards. */
#ifndef SCI_ENGINE_READER_H
#define SCI_ENGINE_READER_H

#include <sci/io.h>

#define SCI_READER_ELEMENTS 65536 /* of a window */

typedef struct sci_reader sci_reader;

sci_status sci_reader_create(sci_reader **out, sci_source *source) SCI_MUST_CHECK;
void sci_reader_free(sci_reader *reader);

/* Decoded elements from `first` on, at least one and none from `end` on; *n <= SCI_READER_ELEMENTS.
 * Valid until the next call. */
sci_status sci_reader_at(sci_reader *reader, uint64_t first, uint64_t end, const void **elements,
                         size_t *n) SCI_MUST_CHECK;

#endif
