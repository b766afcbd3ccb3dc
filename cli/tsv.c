/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tsv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* of UTF-8, as spreadsheets put it */

/* The next line that is neither empty nor a comment, without its end. *more is false at the end of
 * the file. */
static sci_status
next_line(cli_tsv *t, bool *more)
{
    *more = false;
    for (;;) {
        ssize_t n;

        errno = 0;
        n = getline(&t->line, &t->room, t->file);
        if (n < 0)
            return errno == 0 ? SCI_OK : sci_fail_errno("read", t->name);
        t->number++;
        if (strlen(t->line) != (size_t)n)
            return sci_fail(SCI_ERR_ARGUMENT, "'%s' line %lu: not a text", t->name, t->number);
        t->line[strcspn(t->line, "\r\n")] = '\0';
        if (t->number == 1 && strncmp(t->line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
            memmove(t->line, t->line + strlen(BYTE_ORDER_MARK),
                    strlen(t->line + strlen(BYTE_ORDER_MARK)) + 1);
        if (t->line[0] && t->line[0] != '#') {
            *more = true;
            return SCI_OK;
        }
    }
}

static size_t
count_fields(const char *line)
{
    size_t n = 1;

    for (; *line; line++)
        n += *line == '\t';
    return n;
}

static sci_status
split_fields(const char *line, size_t n, char ***out)
{
    char **fields = NULL;
    sci_status st = sci_alloc_zero(&fields, n, 1, sizeof *fields);

    for (size_t k = 0; k < n && st == SCI_OK; k++) {
        size_t bytes = strcspn(line, "\t");

        st = sci_format(&fields[k], "%.*s", (int)bytes, line);
        line += bytes + (line[bytes] == '\t');
    }
    if (st == SCI_OK)
        *out = fields;
    else
        cli_tsv_release(fields, n);
    return st;
}

sci_status
cli_tsv_open(cli_tsv *t, const char *path)
{
    sci_status st;
    bool more;

    *t = (cli_tsv){ .file = fopen(path, "re"), .name = path };
    if (!t->file)
        return sci_fail_errno("open", path);
    st = next_line(t, &more);
    if (st == SCI_OK && !more)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' is empty", path);
    if (st != SCI_OK)
        return st;
    t->n_columns = count_fields(t->line);
    return split_fields(t->line, t->n_columns, &t->columns);
}

void
cli_tsv_close(cli_tsv *t)
{
    cli_tsv_release(t->columns, t->n_columns);
    free(t->line);
    if (t->file)
        fclose(t->file);
    *t = (cli_tsv){ .file = NULL };
}

sci_status
cli_tsv_next(cli_tsv *t, char ***fields)
{
    bool more;
    sci_status st = next_line(t, &more);
    size_t n;

    *fields = NULL;
    if (st != SCI_OK || !more)
        return st;
    n = count_fields(t->line);
    if (n != t->n_columns)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' line %lu has %zu fields instead of %zu", t->name,
                        t->number, n, t->n_columns);
    return split_fields(t->line, n, fields);
}

void
cli_tsv_release(char **fields, size_t n)
{
    for (size_t k = 0; fields && k < n; k++)
        sci_free(fields[k]);
    sci_free(fields);
}

size_t
cli_tsv_column(const cli_tsv *t, const char *name)
{
    size_t k = 0;

    while (k < t->n_columns && strcmp(t->columns[k], name) != 0)
        k++;
    return k;
}
