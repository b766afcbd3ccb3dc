/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small tables with known columns: maps and events. Comma, semicolon or tab, in any order of columns; blank lines
 * and lines that begin with # are skipped. */
#ifndef ECON_TABLE_H
#define ECON_TABLE_H

#include "records.h"

enum { ECON_TABLE_COLUMNS = 8 };

typedef struct econ_table {
    const char *path;
    econ_text *text;
    econ_records records;
    size_t n_columns;                 /* of the file */
    size_t at[ECON_TABLE_COLUMNS];    /* where each known column is; SIZE_MAX */
    char *values[ECON_TABLE_COLUMNS]; /* of the current row, without blanks around; into the copy */
    char *copy;
    size_t copy_room;
} econ_table;

/* Of the n columns the first `needed` must be there; names of columns are compared without case, unknown
 * ones are not read. SCI_ERR_FORMAT with file and line. */
sci_status econ_table_open(econ_table *t, const char *path, const char *const *columns, size_t n,
                           size_t needed) SCI_MUST_CHECK;
sci_status econ_table_next(econ_table *t, bool *more) SCI_MUST_CHECK;
void econ_table_close(econ_table *t); /* also after a failure */

/* The text of a column in the row, "" if it has none. */
static inline const char *
econ_table_text(const econ_table *t, size_t column)
{
    return t->values[column] == NULL ? "" : t->values[column];
}

/* SCI_ERR_FORMAT, 'path:line:column': text */
sci_status econ_table_fail(const econ_table *t, size_t column, const char *format, ...)
    SCI_PRINTF(3, 4);

/* Room for one more item in a list; n is a multiple of nothing in particular. */
sci_status econ_list_room(void *list, size_t n, size_t *room, size_t size) SCI_MUST_CHECK;

#endif
