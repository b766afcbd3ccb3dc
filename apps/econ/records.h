/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of a delimited text (RFC 4180): fields between delimiters, quoted where wanted, a quote in a quoted
 * field doubled. Lines end in LF, CRLF or CR. */
#ifndef ECON_RECORDS_H
#define ECON_RECORDS_H

#include "text.h"

typedef struct econ_field {
    uint32_t at;         /* of its text, from the beginning of the record */
    uint32_t n : 31;     /* bytes, without quotes */
    uint32_t quoted : 1; /* the field begins one byte before */
} econ_field;

typedef struct econ_records {
    econ_text *text; /* NULL: all is in the buffer */
    char delimiter;
    char *buffer;
    size_t room, begin, end; /* of bytes: allocated, of the record, read */
    bool ended;              /* nothing follows */
    bool after_cr;           /* an LF that comes next belongs to the line before */
    size_t next;             /* where the next record begins */
    size_t mask_at;          /* special characters of 64 bytes from here on, as bits */
    uint64_t mask;
    uint64_t next_line;
    /* the current record */
    uint64_t line; /* of its beginning, from 1 */
    size_t n, n_room;
    econ_field *fields;
    const char *base; /* its first byte */
    /* of a failure: the code and the place. NULL: not the text's fault */
    const char *fault;
    uint64_t fault_line, fault_column;
} econ_records;

/* Of a text that was started. Cleared by econ_records_clear, also after a failure. */
sci_status econ_records_start(econ_records *r, econ_text *text, char delimiter) SCI_MUST_CHECK;
/* Of n bytes in memory, which are copied. */
sci_status econ_records_of(econ_records *r, const char *bytes, size_t n,
                           char delimiter) SCI_MUST_CHECK;
void econ_records_clear(econ_records *r);

/* The next record; *more is false at the end. A blank line is a record of one empty field. SCI_ERR_FORMAT with
 * fault: "unclosed_quote", "bad_quote", "nul_byte", "row_too_long". */
sci_status econ_records_next(econ_records *r, bool *more) SCI_MUST_CHECK;

static inline const char *
econ_field_text(const econ_records *r, size_t k)
{
    return r->base + r->fields[k].at;
}

/* Where a field begins: characters from the beginning of its line, from 1. */
uint64_t econ_field_column(const econ_records *r, size_t k);
/* The line on which it begins, which may be below that of a record with line breaks. */
uint64_t econ_field_line(const econ_records *r, size_t k);

/* All fields are empty or blank. */
bool econ_record_is_blank(const econ_records *r);

#endif
