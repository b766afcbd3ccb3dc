/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample.h"

#include <string.h>

#include <sci/memory.h>

enum { FIRST = 1 << 17, LINES = 4 };
#define MOST ((size_t)1 << 29)

static bool
has_lines(const char *text, size_t n)
{
    size_t lines = 0;

    for (size_t k = 0; k < n && lines < LINES; k++)
        lines += text[k] == '\n' || text[k] == '\r';
    return lines >= LINES;
}

sci_status
econ_sample_bytes(char **bytes, size_t *n, bool *whole, econ_text *text)
{
    char *buffer = NULL, *larger;
    size_t room = FIRST, used = 0, got = 1;
    sci_status st = sci_alloc(&buffer, room, 1, 1);

    while (st == SCI_OK && got > 0 && (used < FIRST || !has_lines(buffer, used)) && used < MOST) {
        if (room - used < room / 2) {
            st = sci_alloc(&larger, 2 * room, 1, 1);
            if (st != SCI_OK)
                break;
            memcpy(larger, buffer, used);
            sci_free(buffer);
            buffer = larger;
            room *= 2;
        }
        st = econ_text_read(text, buffer + used, room - used, &got);
        used += st == SCI_OK ? got : 0;
    }
    if (st != SCI_OK) {
        sci_free(buffer);
        return st;
    }
    *bytes = buffer;
    *n = used;
    *whole = got == 0;
    return SCI_OK;
}

/* A list that doubles. */
static sci_status
room_for(void *list, size_t n, size_t more, size_t *room, size_t size)
{
    void *old, *larger;
    size_t wanted = *room == 0 ? 256 : *room;
    sci_status st;

    if (n + more <= *room)
        return SCI_OK;
    while (wanted < n + more)
        wanted *= 2;
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

/* Fields end with zero bytes in the place of what parts them, which has been read. */
static void
keep_fields(econ_sample *s, econ_sample_row *row)
{
    econ_records *r = &s->records;

    row->n = 0;
    for (size_t k = 0; k < r->n; k++) {
        char *text = r->buffer + r->begin + r->fields[k].at;

        text[r->fields[k].n] = '\0';
        s->fields[s->n_fields++] = text;
        if (strspn(text, " \t") < strlen(text))
            row->n = k + 1;
    }
    row->comment = row->n > 0 && econ_sample_field(s, row, 0)[0] == '#';
}

sci_status
econ_sample_cut(econ_sample *s, const char *bytes, size_t n, bool whole, char delimiter)
{
    size_t rows_room = 0, fields_room = 0, end;
    uint64_t record = 0;
    bool more = true;
    sci_status st;

    *s = (econ_sample){ .whole = whole };
    st = econ_records_of(&s->records, bytes, n, delimiter);
    while (st == SCI_OK) {
        econ_sample_row row = { .first = s->n_fields, .record = record++ };

        st = econ_records_next(&s->records, &more);
        if (st == SCI_ERR_FORMAT) {
            s->fault = s->records.fault;
            return SCI_OK;
        }
        end = s->records.next;
        if (st != SCI_OK || !more || (end == n && !whole))
            break;
        st = room_for(&s->rows, s->n, 1, &rows_room, sizeof *s->rows);
        if (st == SCI_OK)
            st = room_for(&s->fields, s->n_fields, s->records.n, &fields_room, sizeof *s->fields);
        if (st != SCI_OK)
            break;
        row.whole = s->records.n;
        row.line = s->records.line;
        row.blank = econ_record_is_blank(&s->records);
        keep_fields(s, &row);
        s->rows[s->n++] = row;
    }
    return st;
}

void
econ_sample_clear(econ_sample *s)
{
    econ_records_clear(&s->records);
    sci_free(s->rows);
    sci_free(s->fields);
    *s = (econ_sample){ 0 };
}

size_t
econ_sample_next(const econ_sample *s, size_t from)
{
    while (from < s->n && (s->rows[from].blank || s->rows[from].comment))
        from++;
    return from;
}
