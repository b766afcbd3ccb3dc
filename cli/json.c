/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>

#include "json.h"
#include "utf8.h"

void
cli_json_start(cli_json *j, FILE *out)
{
    *j = (cli_json){ .out = out };
}

static void
new_line(const cli_json *j)
{
    fprintf(j->out, "\n%*s", 2 * j->depth, "");
}

/* Comma and line break before a key, or before a value in an array. */
static void
separate(cli_json *j)
{
    if (j->depth == 0)
        return;
    if (!j->empty[j->depth - 1])
        fputc(',', j->out);
    if (!j->compact[j->depth - 1])
        new_line(j);
    else if (!j->empty[j->depth - 1])
        fputc(' ', j->out);
    j->empty[j->depth - 1] = false;
}

static void
before_value(cli_json *j)
{
    assert(j->keyed == (j->depth > 0 && j->in_object[j->depth - 1]));
    if (!j->keyed)
        separate(j);
    j->keyed = false;
}

static void
open_level(cli_json *j, bool object, bool compact)
{
    before_value(j);
    assert(j->depth < CLI_JSON_DEPTH);
    fputc(object ? '{' : '[', j->out);
    j->in_object[j->depth] = object;
    j->compact[j->depth] = compact || (j->depth > 0 && j->compact[j->depth - 1]);
    j->empty[j->depth] = true;
    j->depth++;
}

static void
close_level(cli_json *j, bool object)
{
    assert(j->depth > 0 && j->in_object[j->depth - 1] == object && !j->keyed);
    j->depth--;
    if (!j->empty[j->depth] && !j->compact[j->depth])
        new_line(j);
    fputc(object ? '}' : ']', j->out);
}

void
cli_json_object(cli_json *j)
{
    open_level(j, true, false);
}

void
cli_json_object_line(cli_json *j)
{
    open_level(j, true, true);
}

void
cli_json_object_end(cli_json *j)
{
    close_level(j, true);
}

void
cli_json_array(cli_json *j)
{
    open_level(j, false, false);
}

void
cli_json_array_line(cli_json *j)
{
    open_level(j, false, true);
}

void
cli_json_array_end(cli_json *j)
{
    close_level(j, false);
}

/* ---- values ---- */

static void
put_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    while (*text) {
        uint32_t code;
        size_t n = cli_utf8_next(text, &code);

        if (n == 0)
            fputs("\xef\xbf\xbd", out); /* U+FFFD */
        else if (code == '"' || code == '\\')
            fprintf(out, "\\%c", (int)code);
        else if (code < 0x20 || code == 0x7f)
            fprintf(out, "\\u%04x", (unsigned)code);
        else
            fwrite(text, 1, n, out);
        text += n > 0 ? n : 1;
    }
    fputc('"', out);
}

void
cli_json_key(cli_json *j, const char *key)
{
    assert(j->depth > 0 && j->in_object[j->depth - 1] && !j->keyed);
    separate(j);
    put_quoted(j->out, key);
    fputs(": ", j->out);
    j->keyed = true;
}

void
cli_json_text(cli_json *j, const char *text)
{
    if (!text) {
        cli_json_null(j);
        return;
    }
    before_value(j);
    put_quoted(j->out, text);
}

void
cli_json_real(cli_json *j, double value)
{
    if (!isfinite(value)) {
        cli_json_null(j);
        return;
    }
    before_value(j);
    fprintf(j->out, "%.17g", value);
}

void
cli_json_integer(cli_json *j, int64_t value)
{
    before_value(j);
    fprintf(j->out, "%" PRId64, value);
}

void
cli_json_unsigned(cli_json *j, uint64_t value)
{
    before_value(j);
    fprintf(j->out, "%" PRIu64, value);
}

void
cli_json_boolean(cli_json *j, bool value)
{
    before_value(j);
    fputs(value ? "true" : "false", j->out);
}

void
cli_json_null(cli_json *j)
{
    before_value(j);
    fputs("null", j->out);
}

void
cli_json_member_text(cli_json *j, const char *key, const char *text)
{
    cli_json_key(j, key);
    cli_json_text(j, text);
}

void
cli_json_member_real(cli_json *j, const char *key, double value)
{
    cli_json_key(j, key);
    cli_json_real(j, value);
}

void
cli_json_member_unsigned(cli_json *j, const char *key, uint64_t value)
{
    cli_json_key(j, key);
    cli_json_unsigned(j, value);
}

/* ---- the end ---- */

static sci_status
finish_stream(FILE *out, const char *name)
{
    errno = 0;
    if (fflush(out) == 0 && !ferror(out))
        return SCI_OK;
    if (errno == 0) /* of an earlier write, and lost */
        errno = EIO;
    return sci_fail_errno("write", name);
}

sci_status
cli_json_finish(cli_json *j)
{
    assert(j->depth == 0 && !j->keyed);
    fputc('\n', j->out);
    return j->out == stdout ? cli_stdout_finish() : finish_stream(j->out, "the JSON text");
}

/* A pipe whose reader has gone. */
static bool
is_abandoned(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };

    return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

sci_status
cli_stdout_finish(void)
{
    sci_status st = finish_stream(stdout, "standard output");

    return st != SCI_OK && is_abandoned(STDOUT_FILENO) ? SCI_OK : st;
}
