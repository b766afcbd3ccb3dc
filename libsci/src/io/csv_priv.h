/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of a text table, one at a time. */
#ifndef SCI_CSV_PRIV_H
#define SCI_CSV_PRIV_H

#include <sci/types.h>

#define CSV_LINE_MOST 65535 /* bytes */
#define CSV_FIELDS_MOST 2

typedef struct csv_reader {
    const char *path;
    int fd;
    uint64_t offset;              /* in the file, of what is in `block` */
    size_t at, used;              /* in `block` */
    bool after_cr;                /* a line feed now belongs to the line before */
    uint64_t line;                /* number of the line in `text`, from 1 */
    char separator;               /* ',' or tab; 0 before the first line */
    int n_fields;                 /* 0: the end */
    char *field[CSV_FIELDS_MOST]; /* in `text` */
    char block[65536];
    char text[CSV_LINE_MOST + 1];
} csv_reader;

sci_status csv_open(csv_reader *r, const char *path) SCI_MUST_CHECK;
void csv_close(csv_reader *r);
/* The fields of the next line that has any. */
sci_status csv_next(csv_reader *r) SCI_MUST_CHECK;

#endif
