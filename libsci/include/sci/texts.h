/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of texts, many of them in little memory. */
#ifndef SCI_TEXTS_H
#define SCI_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

/* Zero-terminated texts in one block; zeroed it is an empty list. */
typedef struct sci_texts {
    uint64_t n;
    char **items; /* NULL: missing */
    char *bytes;  /* what the items point into */
} sci_texts;

SCI_API void sci_texts_clear(sci_texts *texts);
/* A copy of n texts; NULL stays missing. */
SCI_API sci_status sci_texts_copy(sci_texts *out, uint64_t n,
                                  const char *const *items) SCI_MUST_CHECK;

/* One text after the other. Zeroed it is empty; cleared by sci_texts_finish or
 * sci_texts_maker_clear. */
typedef struct sci_texts_maker {
    uint64_t n, capacity;
    size_t used, room;
    size_t *offset; /* of each text; SIZE_MAX: missing */
    char *bytes;
} sci_texts_maker;

/* The first `bytes` bytes of `text` up to a zero byte; text NULL: missing. */
SCI_API sci_status sci_texts_add(sci_texts_maker *maker, const char *text,
                                 size_t bytes) SCI_MUST_CHECK;
/* Everything added so far as a list; the maker is empty afterwards, also where this fails. */
SCI_API sci_status sci_texts_finish(sci_texts_maker *maker, sci_texts *out) SCI_MUST_CHECK;
SCI_API void sci_texts_maker_clear(sci_texts_maker *maker);

#endif
