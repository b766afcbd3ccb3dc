/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first rows of a text, cut into fields. */
#ifndef ECON_SAMPLE_H
#define ECON_SAMPLE_H

#include "records.h"

typedef struct econ_sample_row {
    size_t first, n; /* of its fields; n without empty ones at the end */
    size_t whole;    /* all of them */
    uint64_t line;
    uint64_t record; /* its number in the file, from 0 */
    bool blank;
    bool comment; /* begins with # */
} econ_sample_row;

typedef struct econ_sample {
    size_t n, n_fields;
    econ_sample_row *rows;
    char **fields; /* of all rows, ended by zero bytes */
    bool whole;    /* these are all rows of the text */
    econ_records records;
    const char
        *fault; /* the text goes on with this one, at fault_line; its message is sci_message() */
} econ_sample;

/* The beginning of a text that was started: 128 KiB, more if there are less than four lines in it. *whole: it
 * is all of the text. *bytes is released by sci_free. */
sci_status econ_sample_bytes(char **bytes, size_t *n, bool *whole, econ_text *text) SCI_MUST_CHECK;

/* Cut n bytes. The last row is left out unless `whole`. */
sci_status econ_sample_cut(econ_sample *s, const char *bytes, size_t n, bool whole,
                           char delimiter) SCI_MUST_CHECK;
void econ_sample_clear(econ_sample *s);

static inline const char *
econ_sample_field(const econ_sample *s, const econ_sample_row *row, size_t k)
{
    return k < row->whole ? s->fields[row->first + k] : "";
}

/* The next row from `from` on that is neither blank nor a comment; s->n if there is none. */
size_t econ_sample_next(const econ_sample *s, size_t from);

#endif
