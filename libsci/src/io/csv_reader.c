/* SPDX-License-Identifier: BSD-3-Clause */
#include "csv_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include <sci/file.h>

#define END (-1) /* of the file */

static sci_status
refuse(const csv_reader *r, const char *what)
{
    return sci_fail(SCI_ERR_FORMAT, "'%s' line %" PRIu64 ": %s", r->path, r->line, what);
}

static sci_status
fill_block(csv_reader *r)
{
    ssize_t got;

    r->offset += r->used;
    r->at = 0;
    r->used = 0;
    do
        got = sci_file_ops_get()->pread(r->fd, r->block, sizeof r->block, (off_t)r->offset);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return sci_fail_errno("read", r->path);
    r->used = (size_t)got;
    return SCI_OK;
}

static sci_status
next_byte(csv_reader *r, int *byte)
{
    if (r->at == r->used) {
        sci_status st = fill_block(r);

        if (st != SCI_OK)
            return st;
        if (r->used == 0) {
            *byte = END;
            return SCI_OK;
        }
    }
    *byte = (unsigned char)r->block[r->at++];
    return SCI_OK;
}

/* Line feed, carriage return or both end a line; so does the end of the file, if anything stands
 * before it. */
static sci_status
read_line(csv_reader *r, bool *end)
{
    size_t n = 0;
    int byte = END;
    sci_status st;

    r->line++;
    for (;;) {
        st = next_byte(r, &byte);
        if (st != SCI_OK)
            return st;
        if (byte == '\n' && r->after_cr) {
            r->after_cr = false;
            continue;
        }
        r->after_cr = byte == '\r';
        if (byte == END || byte == '\n' || byte == '\r')
            break;
        if (byte == '\0')
            return refuse(r, "a zero byte: this is no text in UTF-8");
        if (n == CSV_LINE_MOST)
            return refuse(r, "longer than 65535 bytes");
        r->text[n++] = (char)byte;
    }
    r->text[n] = '\0';
    *end = byte == END && n == 0;
    if (*end && r->line > 1)
        r->line--;
    return SCI_OK;
}

static sci_status
skip_mark(csv_reader *r)
{
    sci_status st = fill_block(r);

    if (st != SCI_OK)
        return st;
    if (r->used >= 2
        && (memcmp(r->block, "\xff\xfe", 2) == 0 || memcmp(r->block, "\xfe\xff", 2) == 0))
        return sci_fail(SCI_ERR_FORMAT, "'%s' line 1: this is UTF-16; save it as UTF-8", r->path);
    if (r->used >= 3 && memcmp(r->block, "\xef\xbb\xbf", 3) == 0)
        r->at = 3;
    return SCI_OK;
}

sci_status
csv_open(csv_reader *r, const char *path)
{
    sci_status st;

    memset(r, 0, offsetof(csv_reader, block));
    r->path = path;
    r->fd = sci_file_ops_get()->open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (r->fd < 0)
        return sci_fail_errno("open", path);
    st = skip_mark(r);
    if (st != SCI_OK)
        csv_close(r);
    return st;
}

void
csv_close(csv_reader *r)
{
    if (r->fd >= 0)
        (void)sci_file_ops_get()->close(r->fd);
    r->fd = -1;
}

/* ---- fields ---- */

/* A tab is a blank where it does not separate. */
static bool
is_blank(const csv_reader *r, char letter)
{
    return letter == ' ' || (letter == '\t' && r->separator != '\t');
}

static char *
skip_blanks(const csv_reader *r, char *at)
{
    while (is_blank(r, *at))
        at++;
    return at;
}

/* `at` stands on the opening quote. The text is moved over what it replaces; *next is behind the
 * closing quote. */
static sci_status
take_quoted(csv_reader *r, char *at, char **field, char **next)
{
    char *to = at;

    *field = at++;
    for (;;) {
        if (*at == '\0')
            return refuse(r, "a quote is not closed");
        if (*at == '"' && at[1] != '"')
            break;
        at += *at == '"';
        *to++ = *at++;
    }
    *next = at + 1;
    *to = '\0';
    return SCI_OK;
}

/* Up to the next separator. */
static sci_status
take_plain(csv_reader *r, char *at, char **field, char **next)
{
    size_t n = strcspn(at, r->separator == '\t' ? "\t" : ",");

    *field = at;
    *next = at + n;
    if (memchr(at, '"', n) != NULL)
        return refuse(r, "a quote inside a field that does not begin with one");
    return SCI_OK;
}

static void
trim(const csv_reader *r, char *field)
{
    size_t n = strlen(field);

    while (n > 0 && is_blank(r, field[n - 1]))
        n--;
    field[n] = '\0';
}

static sci_status
split_line(csv_reader *r)
{
    char *at = r->text;
    bool more = true;

    while (more) {
        char *next = at;
        bool quoted;
        sci_status st;

        if (r->n_fields == CSV_FIELDS_MOST)
            return refuse(r, "more than two fields");
        at = skip_blanks(r, at);
        quoted = *at == '"';
        st = quoted ? take_quoted(r, at, &r->field[r->n_fields], &next)
                    : take_plain(r, at, &r->field[r->n_fields], &next);
        if (st != SCI_OK)
            return st;
        at = skip_blanks(r, next);
        if (*at != '\0' && *at != r->separator)
            return refuse(r, "text after a closing quote");
        more = *at == r->separator;
        *at = '\0';
        if (!quoted)
            trim(r, r->field[r->n_fields]);
        r->n_fields++;
        at++;
    }
    return SCI_OK;
}

/* As the first line has it: blanks at its ends are no fields. */
static char
separator_of(const char *line)
{
    const char *first = line + strspn(line, " \t");
    const char *tab = strchr(first, '\t');

    if (strchr(line, ',') != NULL || tab == NULL)
        return ',';
    return tab[strspn(tab, " \t")] == '\0' ? ',' : '\t';
}

sci_status
csv_next(csv_reader *r)
{
    bool end = false;
    sci_status st;

    r->n_fields = 0;
    do {
        st = read_line(r, &end);
        if (st != SCI_OK || end)
            return st;
    } while (r->text[0] == '#' || r->text[strspn(r->text, " \t")] == '\0');
    if (r->separator == 0)
        r->separator = separator_of(r->text);
    return split_line(r);
}
