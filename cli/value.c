/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sci/memory.h>

#include "value.h"

static void *
destination(const cli_row *row, void *settings)
{
    return (char *)settings + row->offset;
}

static const void *
source(const cli_row *row, const void *settings)
{
    return (const char *)settings + row->offset;
}

/* ---- choices: places between '|', spellings of a place between '=' ---- */

/* The spelling at *at, which moves behind it; *place counts. False at the end. */
static bool
next_spelling(const char **at, const char **word, size_t *length, int *place)
{
    if (!**at)
        return false;
    if (**at == '|')
        ++*place;
    *at += **at == '|' || **at == '=';
    *word = *at;
    *length = strcspn(*at, "|=");
    *at += *length;
    return true;
}

int
cli_choice_find(const char *choices, const char *text)
{
    const char *word;
    size_t length;
    int place = 0;

    while (next_spelling(&choices, &word, &length, &place))
        if (strlen(text) == length && memcmp(text, word, length) == 0)
            return place;
    return -1;
}

void
cli_choice_text(const char *choices, int wanted, char *text, size_t size)
{
    const char *word;
    size_t length;
    int place = 0;

    text[0] = '\0';
    while (next_spelling(&choices, &word, &length, &place)) {
        if (place == wanted) {
            snprintf(text, size, "%.*s", (int)length, word);
            return;
        }
    }
}

/* ---- from text ---- */

static sci_status
fail_number(const cli_row *row, const char *what, const char *text)
{
    if (row->least < row->most && (row->traits & CLI_POSITIVE))
        return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' needs %s, at most %.15g, not '%s'",
                        row->name, what, row->most, text);
    if (row->least < row->most)
        return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' needs %s from %.15g to %.15g, not '%s'",
                        row->name, what, row->least, row->most, text);
    return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' needs %s, not '%s'", row->name, what, text);
}

static bool
in_limits(const cli_row *row, double value)
{
    if ((row->traits & CLI_POSITIVE) && !(value > 0.0))
        return false;
    return !(row->least < row->most) || (value >= row->least && value <= row->most);
}

static sci_status
set_integer(const cli_row *row, int64_t *out, const char *text)
{
    int64_t value;

    if (!cli_parse_integer(text, &value) || !in_limits(row, (double)value))
        return fail_number(row, "a whole number", text);
    *out = value;
    return SCI_OK;
}

static sci_status
set_real(const cli_row *row, double *out, const char *text)
{
    double value;
    char *end;

    errno = 0;
    if (strtod(text, &end) == 0.0 && errno == ERANGE && *end == '\0')
        return sci_fail(SCI_ERR_ARGUMENT,
                        "option '--%s': a number that is not 0 is at least %.3g, not '%s'",
                        row->name, 0x1p-1074, text);
    if (!cli_parse_real(text, &value) || !in_limits(row, value))
        return fail_number(row, row->traits & CLI_POSITIVE ? "a number above 0" : "a number", text);
    *out = value;
    return SCI_OK;
}

static sci_status
set_choice(const cli_row *row, int *out, const char *text)
{
    int place = cli_choice_find(row->choices, text);
    char list[256];
    size_t used = 0;

    if (place >= 0) {
        *out = place;
        return SCI_OK;
    }
    list[0] = '\0';
    for (int k = 0;; k++) {
        char word[64];

        cli_choice_text(row->choices, k, word, sizeof word);
        if (!word[0] || used + strlen(word) + 3 > sizeof list)
            break;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", k > 0 ? ", " : "", word);
    }
    return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' is one of %s, not '%s'", row->name, list,
                    text);
}

static sci_status
append(cli_list *list, const char *text, size_t most)
{
    if (!list->items) {
        sci_status st = sci_alloc(&list->items, most, 1, sizeof *list->items);

        if (st != SCI_OK)
            return st;
    }
    list->items[list->n++] = text;
    return SCI_OK;
}

sci_status
cli_value_set(const cli_row *row, void *settings, const char *text, size_t most)
{
    void *out = destination(row, settings);

    switch (row->kind) {
    case CLI_FLAG:
        *(bool *)out = true;
        return SCI_OK;
    case CLI_TEXT:
        *(const char **)out = text;
        return SCI_OK;
    case CLI_LIST:
        return append(out, text, most);
    case CLI_INTEGER:
        return set_integer(row, out, text);
    case CLI_REAL:
        return set_real(row, out, text);
    case CLI_SIZE:
        if (!cli_parse_size(text, out))
            return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' needs a size such as 512MiB, not '%s'",
                            row->name, text);
        return SCI_OK;
    case CLI_CHOICE:
        return set_choice(row, out, text);
    case CLI_SHARD:
        if (!cli_parse_shard(text, out))
            return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' needs a part such as 2/3, not '%s'",
                            row->name, text);
        return SCI_OK;
    }
    return SCI_OK;
}

sci_status
cli_value_unset(const cli_row *row, void *settings)
{
    *(bool *)destination(row, settings) = false;
    return SCI_OK;
}

void
cli_value_clear(const cli_row *row, void *settings)
{
    cli_list *list = destination(row, settings);

    if (row->kind != CLI_LIST)
        return;
    sci_free(list->items);
    *list = (cli_list){ 0, NULL };
}

/* ---- to text ---- */

size_t
cli_value_count(const cli_row *row, const void *settings)
{
    return row->kind == CLI_LIST ? ((const cli_list *)source(row, settings))->n : 1;
}

/* The shortest decimal that reads back as the same number. */
static sci_status
real_text(char **out, double value)
{
    char text[40];

    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return sci_strdup(out, text);
}

sci_status
cli_value_text(char **out, const cli_row *row, const void *settings, size_t item)
{
    const void *from = source(row, settings);
    const cli_shard *shard = from;
    char word[64];

    *out = NULL;
    switch (row->kind) {
    case CLI_FLAG:
        return *(const bool *)from ? sci_strdup(out, "") : SCI_OK;
    case CLI_TEXT:
        return sci_strdup(out, *(const char *const *)from);
    case CLI_LIST:
        return sci_strdup(out, ((const cli_list *)from)->items[item]);
    case CLI_INTEGER:
        return sci_format(out, "%" PRId64, *(const int64_t *)from);
    case CLI_REAL:
        return real_text(out, *(const double *)from);
    case CLI_SIZE:
        return sci_format(out, "%" PRIu64, *(const uint64_t *)from);
    case CLI_CHOICE:
        cli_choice_text(row->choices, *(const int *)from, word, sizeof word);
        return sci_strdup(out, word);
    case CLI_SHARD:
        return shard->total > 0 ? sci_format(out, "%d/%d", shard->number, shard->total) : SCI_OK;
    }
    return SCI_OK;
}

static int
bytes_before_dataset(const char *value)
{
    const char *dataset = strstr(value, ":/");

    return (int)(dataset ? (size_t)(dataset - value) : strlen(value));
}

/* What stands before '=' may also be a part of the name. */
sci_status
cli_value_file(char **out, const char *value)
{
    const char *equals = strrchr(value, '=');
    sci_status st;

    value += *value == '@';
    st = sci_format(out, "%.*s", bytes_before_dataset(value), value);
    if (st != SCI_OK || equals == NULL || access(*out, F_OK) == 0)
        return st;
    sci_free(*out);
    *out = NULL;
    return sci_format(out, "%.*s", bytes_before_dataset(equals + 1), equals + 1);
}
