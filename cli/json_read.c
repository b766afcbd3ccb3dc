/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json_read.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "number.h"
#include "utf8.h"

enum { DEPTH = 64 };

typedef struct parser {
    const char *path, *at, *start;
} parser;

static sci_status read_value(parser *p, cli_json_value *out, int depth);

static sci_status
fail(const parser *p, const char *what)
{
    size_t line = 1;

    for (const char *c = p->start; c < p->at; c++)
        line += *c == '\n';
    return sci_fail(SCI_ERR_FORMAT, "'%s', line %zu: %s", p->path, line, what);
}

static void
skip_blanks(parser *p)
{
    p->at += strspn(p->at, " \t\r\n");
}

/* What a value owns. */
static void
clear(cli_json_value *value)
{
    for (size_t i = 0; i < value->n; i++) {
        clear(&value->items[i]);
        if (value->keys != NULL)
            sci_free(value->keys[i]);
    }
    sci_free(value->items);
    sci_free(value->keys);
    sci_free(value->text);
}

void
cli_json_value_free(cli_json_value *value)
{
    if (value == NULL)
        return;
    clear(value);
    sci_free(value);
}

/* ---- texts ---- */

static bool
read_hex(parser *p, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        char c = *p->at;

        if (c >= '0' && c <= '9')
            *code = *code * 16 + (uint32_t)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            *code = *code * 16 + (uint32_t)((c | 32) - 'a' + 10);
        else
            return false;
    }
    return true;
}

static size_t
put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | (code >> 12));
        out[1] = (char)(0x80 | ((code >> 6) & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (code >> 18));
    out[1] = (char)(0x80 | ((code >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((code >> 6) & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* After the backslash and the u. */
static sci_status
read_code(parser *p, uint32_t *code)
{
    uint32_t low;

    if (!read_hex(p, code))
        return fail(p, "\\u needs four hexadecimal digits");
    if (*code >= 0xd800 && *code < 0xdc00) {
        if (p->at[0] != '\\' || p->at[1] != 'u')
            return fail(p, "half of a pair of \\u");
        p->at += 2;
        if (!read_hex(p, &low) || low < 0xdc00 || low > 0xdfff)
            return fail(p, "half of a pair of \\u");
        *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (*code == 0 || (*code >= 0xdc00 && *code < 0xe000))
        return fail(p, "a character that cannot be");
    return SCI_OK;
}

static sci_status
read_escape(parser *p, char *out, size_t *used)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name;
    uint32_t code;

    p->at++;
    if (*p->at == 'u') {
        sci_status st;

        p->at++;
        st = read_code(p, &code);
        if (st == SCI_OK)
            *used += put_utf8(out + *used, code);
        return st;
    }
    name = *p->at != '\0' ? strchr(names, *p->at) : NULL;
    if (name == NULL)
        return fail(p, "an unknown escape");
    out[(*used)++] = values[name - names];
    p->at++;
    return SCI_OK;
}

static sci_status
read_text(parser *p, char **text)
{
    const char *end = p->at + 1;
    char *out = NULL;
    size_t used = 0;
    sci_status st;

    while (*end != '"' && *end != '\0')
        end += *end == '\\' && end[1] != '\0' ? 2 : 1;
    if (*end == '\0')
        return fail(p, "a text does not end");
    st = sci_alloc(&out, (size_t)(end - p->at) + 4, 1, 1);
    for (p->at++; st == SCI_OK && p->at < end;) {
        uint32_t code;
        size_t n = *p->at == '\\' ? 0 : cli_utf8_next(p->at, &code);

        if (*p->at == '\\') {
            st = read_escape(p, out, &used);
        } else if (n == 0 || (unsigned char)*p->at < 0x20) {
            st = fail(p, "a text has bytes that cannot be");
        } else {
            memcpy(out + used, p->at, n);
            used += n;
            p->at += n;
        }
    }
    if (st != SCI_OK) {
        sci_free(out);
        return st;
    }
    out[used] = '\0';
    p->at = end + 1;
    *text = out;
    return SCI_OK;
}

/* ---- arrays and objects ---- */

/* Room for one more item, doubled when it is used up. */
static sci_status
grow(cli_json_value *value, bool keyed)
{
    cli_json_value *items = NULL;
    char **keys = NULL;
    size_t room = value->n == 0 ? 4 : 2 * value->n;
    sci_status st;

    if (value->n > 0 && ((value->n & (value->n - 1)) != 0 || value->n < 4))
        return SCI_OK;
    st = sci_alloc_zero(&items, room, 1, sizeof *items);
    if (st == SCI_OK && keyed)
        st = sci_alloc_zero(&keys, room, 1, sizeof *keys);
    if (st != SCI_OK) {
        sci_free(items);
        return st;
    }
    if (value->n > 0)
        memcpy(items, value->items, value->n * sizeof *items);
    if (value->n > 0 && keyed)
        memcpy(keys, value->keys, value->n * sizeof *keys);
    sci_free(value->items);
    sci_free(value->keys);
    value->items = items;
    value->keys = keys;
    return SCI_OK;
}

static sci_status
read_key(parser *p, cli_json_value *object)
{
    sci_status st;

    skip_blanks(p);
    if (*p->at != '"')
        return fail(p, "a key in quotes is expected");
    st = read_text(p, &object->keys[object->n]);
    for (size_t i = 0; st == SCI_OK && i < object->n; i++)
        if (strcmp(object->keys[i], object->keys[object->n]) == 0)
            st = fail(p, "a key is there twice");
    skip_blanks(p);
    if (st == SCI_OK && *p->at != ':')
        st = fail(p, "a colon is expected");
    if (st != SCI_OK) {
        sci_free(object->keys[object->n]);
        object->keys[object->n] = NULL;
        return st;
    }
    p->at++;
    return SCI_OK;
}

static sci_status
read_items(parser *p, cli_json_value *out, int depth, char end)
{
    bool keyed = end == '}';
    sci_status st = SCI_OK;

    p->at++;
    skip_blanks(p);
    if (*p->at == end) {
        p->at++;
        return SCI_OK;
    }
    while (st == SCI_OK) {
        st = grow(out, keyed);
        if (st == SCI_OK && keyed)
            st = read_key(p, out);
        if (st != SCI_OK)
            break;
        out->n++; /* what it has so far is cleared with the rest */
        st = read_value(p, &out->items[out->n - 1], depth + 1);
        skip_blanks(p);
        if (st == SCI_OK && *p->at != ',' && *p->at != end)
            st = fail(p, keyed ? "a comma or } is expected" : "a comma or ] is expected");
        if (st == SCI_OK && *p->at++ == end)
            break;
    }
    return st;
}

static sci_status
read_word(parser *p, cli_json_value *out)
{
    static const struct {
        const char *word;
        cli_json_kind kind;
        bool truth;
    } words[] = { { "null", CLI_JSON_NULL, false },
                  { "true", CLI_JSON_BOOLEAN, true },
                  { "false", CLI_JSON_BOOLEAN, false } };
    char number[64];
    size_t n = strspn(p->at, "+-0123456789.eE");

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);

        if (strncmp(p->at, words[i].word, length) != 0)
            continue;
        out->kind = words[i].kind;
        out->truth = words[i].truth;
        p->at += length;
        return SCI_OK;
    }
    if (n == 0 || n >= sizeof number)
        return fail(p, "a value is expected");
    (void)snprintf(number, sizeof number, "%.*s", (int)n, p->at);
    out->kind = CLI_JSON_NUMBER;
    if (!cli_parse_real(number, &out->number))
        return fail(p, "a number is expected");
    p->at += n;
    return SCI_OK;
}

static sci_status
read_value(parser *p, cli_json_value *out, int depth)
{
    if (depth > DEPTH)
        return fail(p, "it is nested too deeply");
    skip_blanks(p);
    switch (*p->at) {
    case '{':
        out->kind = CLI_JSON_OBJECT;
        return read_items(p, out, depth, '}');
    case '[':
        out->kind = CLI_JSON_ARRAY;
        return read_items(p, out, depth, ']');
    case '"':
        out->kind = CLI_JSON_TEXT;
        return read_text(p, &out->text);
    default:
        return read_word(p, out);
    }
}

/* ---- files ---- */

static sci_status
load(const char *path, char **text)
{
    FILE *file = fopen(path, "rb");
    size_t room = 0;
    ssize_t n;
    sci_status st = SCI_OK;

    if (file == NULL)
        return sci_fail_errno("open", path);
    errno = 0;
    n = getdelim(text, &room, '\0', file);
    if (ferror(file))
        st = sci_fail_errno("read", path);
    else if (n <= 0 || strlen(*text) != (size_t)n)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is no JSON", path);
    (void)fclose(file);
    return st;
}

sci_status
cli_json_parse(cli_json_value **out, const char *text, const char *name)
{
    cli_json_value *value = NULL;
    parser p = { .path = name, .at = text, .start = text };
    sci_status st = sci_alloc_zero(&value, 1, 1, sizeof *value);

    if (st == SCI_OK)
        st = read_value(&p, value, 0);
    if (st == SCI_OK) {
        skip_blanks(&p);
        if (*p.at != '\0')
            st = fail(&p, "something follows the value");
    }
    if (st == SCI_OK)
        *out = value;
    else
        cli_json_value_free(value);
    return st;
}

sci_status
cli_json_read(cli_json_value **out, const char *path)
{
    char *text = NULL;
    sci_status st = load(path, &text);

    if (st == SCI_OK)
        st = cli_json_parse(out, text, path);
    free(text);
    return st;
}

const cli_json_value *
cli_json_member(const cli_json_value *object, const char *key)
{
    for (size_t i = 0; object->kind == CLI_JSON_OBJECT && i < object->n; i++)
        if (strcmp(object->keys[i], key) == 0)
            return &object->items[i];
    return NULL;
}
