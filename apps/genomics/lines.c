/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <sci/file.h>
#include <sci/memory.h>

#define BUFFER_BYTES ((size_t)256 << 10)
#define LINE_BYTES_MOST ((size_t)1 << 30)

struct lines {
    char *path;
    gzFile file;
    uint64_t number;
    char *buffer; /* what was read and not given yet is at[0…left) */
    size_t capacity, at, left;
    bool ended;
};

void
lines_close(lines *l)
{
    if (l == NULL)
        return;
    if (l->file != NULL)
        (void)gzclose_r(l->file);
    sci_free(l->buffer);
    sci_free(l->path);
    sci_free(l);
}

sci_status
lines_open(lines **out, const char *path)
{
    lines *l = NULL;
    sci_status st = sci_alloc_zero(&l, 1, 1, sizeof *l);

    if (st == SCI_OK)
        st = sci_strdup(&l->path, path);
    if (st == SCI_OK)
        st = sci_alloc(&l->buffer, BUFFER_BYTES + 1, 1, 1);
    if (st == SCI_OK) {
        l->capacity = BUFFER_BYTES;
        l->file = gzopen(path, "rb");
        if (l->file == NULL)
            st = sci_fail_errno("open", path);
    }
    if (st != SCI_OK) {
        lines_close(l);
        return st;
    }
    (void)gzbuffer(l->file, (unsigned)BUFFER_BYTES);
    *out = l;
    return SCI_OK;
}

sci_status
lines_rewind(lines *l)
{
    if (gzrewind(l->file) != 0)
        return sci_fail(SCI_ERR_IO, "'%s' cannot be read a second time", l->path);
    l->number = 0;
    l->at = l->left = 0;
    l->ended = false;
    return SCI_OK;
}

/* More bytes behind those that are left, which move to the front. */
static sci_status
fill(lines *l)
{
    char *more = NULL;
    int got, code = Z_OK;

    if (l->left > 0)
        memmove(l->buffer, l->buffer + l->at, l->left);
    l->at = 0;
    if (l->left == l->capacity) {
        sci_status st = l->capacity >= LINE_BYTES_MOST
                            ? lines_fail(l, SCI_ERR_UNSAFE, "a line of more than 1 GiB")
                            : sci_alloc(&more, 2 * l->capacity + 1, 1, 1);

        if (st != SCI_OK)
            return st;
        memcpy(more, l->buffer, l->left);
        sci_free(l->buffer);
        l->buffer = more;
        l->capacity *= 2;
    }
    got = gzread(l->file, l->buffer + l->left, (unsigned)(l->capacity - l->left));
    (void)gzerror(l->file, &code);
    if (got < 0 || code == Z_BUF_ERROR)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is damaged or cut off", l->path);
    l->left += (size_t)got;
    l->ended = got == 0;
    return SCI_OK;
}

sci_status
lines_next(lines *l, char **line)
{
    size_t searched = 0, length;
    char *start, *end = NULL;

    for (;;) {
        sci_status st;

        start = l->buffer + l->at;
        end = l->left > searched ? memchr(start + searched, '\n', l->left - searched) : NULL;
        searched = l->left;
        if (end != NULL || l->ended)
            break;
        st = fill(l);
        if (st != SCI_OK)
            return st;
    }
    if (end == NULL && l->left == 0) {
        *line = NULL;
        return SCI_OK;
    }
    length = end != NULL ? (size_t)(end - start) : l->left;
    l->number++;
    l->at += length + (end != NULL);
    l->left -= length + (end != NULL);
    start[length] = '\0'; /* there is room for one byte more than the capacity */
    if (length > 0 && start[length - 1] == '\r')
        start[--length] = '\0';
    if (strlen(start) != length)
        return lines_fail(l, SCI_ERR_FORMAT, "it holds a zero byte");
    *line = start;
    return SCI_OK;
}

uint64_t
lines_number(const lines *l)
{
    return l->number;
}

const char *
lines_path(const lines *l)
{
    return l->path;
}

sci_status
lines_fail(const lines *l, sci_status status, const char *format, ...)
{
    char text[600];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return sci_fail(status, "'%s', line %llu: %s", l->path, (unsigned long long)l->number, text);
}

char *
lines_field(char **rest, char separator)
{
    char *from = *rest, *to, *field;

    if (from == NULL)
        return NULL;
    if (*from != '"') {
        to = strchr(from, separator);
        if (to != NULL)
            *to = '\0';
        *rest = to != NULL ? to + 1 : NULL;
        return from;
    }
    field = to = ++from;
    while (*from != '\0') {
        if (*from == '"' && from[1] != '"')
            break;
        from += *from == '"';
        *to++ = *from++;
    }
    from += *from == '"';
    *rest = *from == separator ? from + 1 : NULL;
    *to = '\0';
    return field;
}
