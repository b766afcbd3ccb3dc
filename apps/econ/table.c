/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sci/memory.h>

sci_status
econ_list_room(void *list, size_t n, size_t *room, size_t size)
{
    size_t wanted = *room == 0 ? 64 : 2 * *room;
    void *old, *larger;
    sci_status st;

    if (n < *room)
        return SCI_OK;
    st = sci_alloc(&larger, wanted, 1, size);
    if (st != SCI_OK)
        return st;
    memcpy(&old, list, sizeof old);
    if (n > 0)
        memcpy(larger, old, n * size);
    sci_free(old);
    memcpy(list, &larger, sizeof larger);
    *room = wanted;
    return SCI_OK;
}

void
econ_table_close(econ_table *t)
{
    econ_records_clear(&t->records);
    econ_text_close(t->text);
    sci_free(t->copy);
    t->text = NULL;
    t->copy = NULL;
}

sci_status
econ_table_fail(const econ_table *t, size_t column, const char *format, ...)
{
    char text[768];
    va_list args;
    size_t k = t->at[column];
    bool there = k != SIZE_MAX && k < t->records.n;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return sci_fail(SCI_ERR_FORMAT, "'%.200s:%" PRIu64 ":%" PRIu64 "': %s", t->path,
                    there ? econ_field_line(&t->records, k) : t->records.line,
                    there ? econ_field_column(&t->records, k) : 1, text);
}

/* UTF-8, or else windows-1252. */
static sci_status
find_encoding(econ_text *text, econ_encoding *encoding)
{
    char piece[4096];
    size_t n = 1;
    sci_status st = econ_text_start(text, ECON_ENCODING_AUTO);

    *encoding = ECON_ENCODING_AUTO;
    while (st == SCI_OK && n > 0)
        st = econ_text_read(text, piece, sizeof piece, &n);
    if (!econ_text_wrong(text))
        return st;
    *encoding = ECON_WINDOWS_1252;
    return SCI_OK;
}

/* What parts fields: the first of comma, semicolon and tab in the header. */
static sci_status
find_delimiter(econ_text *text, econ_encoding encoding, char *delimiter)
{
    char head[4096];
    size_t n = 0, end;
    bool quoted = false;
    sci_status st = econ_text_start(text, encoding);

    if (st == SCI_OK)
        st = econ_text_read(text, head, sizeof head, &n);
    *delimiter = ',';
    for (end = 0; st == SCI_OK && end < n; end++) {
        quoted = quoted != (head[end] == '"');
        if (!quoted && (head[end] == ',' || head[end] == ';' || head[end] == '\t')) {
            *delimiter = head[end];
            break;
        }
    }
    return st;
}

static sci_status
next_record(econ_table *t, bool *more)
{
    for (;;) {
        sci_status st = econ_records_next(&t->records, more);

        if (st == SCI_ERR_FORMAT && t->records.fault != NULL)
            return sci_fail(st, "'%.200s:%" PRIu64 ":%" PRIu64 "': %s", t->path,
                            t->records.fault_line, t->records.fault_column, sci_message());
        if (st != SCI_OK || !*more)
            return st;
        if (!econ_record_is_blank(&t->records) && econ_field_text(&t->records, 0)[0] != '#')
            return SCI_OK;
    }
}

/* The fields of the record, each ended by a zero byte, in t->copy; the k-th is returned. */
static char *
field(econ_table *t, size_t k)
{
    char *text = t->copy + t->records.fields[k].at + k;
    size_t n = strlen(text);

    while (n > 0 && text[n - 1] == ' ')
        text[--n] = '\0';
    while (*text == ' ')
        text++;
    return text;
}

static sci_status
copy_fields(econ_table *t)
{
    const econ_records *r = &t->records;
    size_t wanted = r->n == 0 ? 0 : r->fields[r->n - 1].at + r->fields[r->n - 1].n + r->n + 1;

    while (t->copy_room < wanted) {
        sci_status st = econ_list_room(&t->copy, t->copy_room, &t->copy_room, 1);

        if (st != SCI_OK)
            return st;
    }
    for (size_t k = 0; k < r->n; k++) {
        memcpy(t->copy + r->fields[k].at + k, econ_field_text(r, k), r->fields[k].n);
        t->copy[r->fields[k].at + k + r->fields[k].n] = '\0';
    }
    return SCI_OK;
}

static sci_status
read_header(econ_table *t, const char *const *columns, size_t n, size_t needed)
{
    bool more;
    sci_status st = next_record(t, &more);

    if (st == SCI_OK && !more)
        return sci_fail(SCI_ERR_FORMAT, "'%.200s': the file is empty", t->path);
    if (st == SCI_OK)
        st = copy_fields(t);
    if (st != SCI_OK)
        return st;
    for (size_t c = 0; c < ECON_TABLE_COLUMNS; c++)
        t->at[c] = SIZE_MAX;
    t->n_columns = t->records.n;
    for (size_t c = 0; c < n; c++) {
        t->at[c] = SIZE_MAX;
        for (size_t k = 0; k < t->records.n; k++)
            if (strcasecmp(field(t, k), columns[c]) == 0 && t->at[c] == SIZE_MAX)
                t->at[c] = k;
        if (t->at[c] == SIZE_MAX && c < needed)
            return sci_fail(SCI_ERR_FORMAT, "'%.200s:%" PRIu64 ":1': there is no column '%s'",
                            t->path, t->records.line, columns[c]);
    }
    return SCI_OK;
}

sci_status
econ_table_open(econ_table *t, const char *path, const char *const *columns, size_t n,
                size_t needed)
{
    char delimiter = ',';
    econ_encoding encoding = ECON_ENCODING_AUTO;
    sci_status st;

    *t = (econ_table){ .path = path };
    st = econ_text_open(&t->text, path, NULL);
    if (st == SCI_OK)
        st = find_encoding(t->text, &encoding);
    if (st == SCI_OK)
        st = find_delimiter(t->text, encoding, &delimiter);
    if (st == SCI_OK)
        st = econ_text_start(t->text, encoding);
    if (st == SCI_OK)
        st = econ_records_start(&t->records, t->text, delimiter);
    return st == SCI_OK ? read_header(t, columns, n, needed) : st;
}

sci_status
econ_table_next(econ_table *t, bool *more)
{
    sci_status st = next_record(t, more);

    if (st != SCI_OK || !*more)
        return st;
    if (t->records.n != t->n_columns)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%.200s:%" PRIu64 ":1': the row has %zu fields where the header has %zu",
                        t->path, t->records.line, t->records.n, t->n_columns);
    st = copy_fields(t);
    for (size_t c = 0; c < ECON_TABLE_COLUMNS; c++)
        t->values[c] = st == SCI_OK && t->at[c] < t->records.n ? field(t, t->at[c]) : NULL;
    return st;
}
