/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "nearest.h"
#include "rows.h"
#include "value.h"

enum { BYTES_MOST = 1 << 20 };

void
cli_config_clear(cli_config *config)
{
    sci_free(config->text);
    config->text = NULL;
}

static sci_status
read_file(char **text, const char *path)
{
    FILE *file = fopen(path, "rbe");
    size_t n = 0;
    sci_status st = file == NULL ? sci_fail_errno("open", path) : SCI_OK;

    if (st == SCI_OK)
        st = sci_alloc(text, BYTES_MOST + 1, 1, 1);
    if (st == SCI_OK) {
        n = fread(*text, 1, BYTES_MOST + 1, file);
        if (ferror(file))
            st = sci_fail_errno("read", path);
        else if (n > BYTES_MOST || memchr(*text, '\0', n) != NULL)
            st = sci_fail(SCI_ERR_ARGUMENT, "'%s' is no file of options", path);
        else
            (*text)[n] = '\0';
    }
    if (file != NULL)
        (void)fclose(file);
    return st;
}

/* ---- lines ---- */

/* Where the reading is. */
typedef struct reading {
    const char *path;
    size_t line;
    size_t lines; /* of the file: how often a list may get an item */
    bool skipped; /* the section is another verb's */
    bool own;     /* the section is this verb's */
    const cli_program *program;
    const cli_verb *verb;
    const cli_table *table;
    bool *taken; /* one a row: the file has it */
} reading;

static char *
trim(char *text)
{
    size_t n;

    text += strspn(text, " \t");
    n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL)
        text[--n] = '\0';
    return text;
}

static sci_status
take_section(reading *r, char *name)
{
    size_t n = strlen(name);

    if (n < 3 || name[n - 1] != ']')
        return sci_fail(SCI_ERR_ARGUMENT, "'%s:%zu': a section is [VERB]", r->path, r->line);
    name[n - 1] = '\0';
    for (const cli_verb *verb = r->program->verbs; verb->name != NULL; verb++)
        if (strcmp(verb->name, name + 1) == 0) {
            r->own = verb == r->verb;
            r->skipped = !r->own;
            return SCI_OK;
        }
    return sci_fail(SCI_ERR_ARGUMENT, "'%s:%zu': there is no verb '%s'", r->path, r->line,
                    name + 1);
}

static bool
is_config_row(const cli_row *row)
{
    return strcmp(row->name, "config") == 0 || strcmp(row->name, "print-config") == 0;
}

/* An option that no verb has, or not this one under its own name. */
static sci_status
fail_unknown(const reading *r, const char *name)
{
    const char *near = NULL;

    for (const cli_verb *verb = r->program->verbs; verb->name != NULL && !r->own; verb++)
        if (cli_rows_find(verb->rows, name) != NULL)
            return SCI_OK;
    for (const cli_row *row = r->verb->rows; row->name != NULL; row++)
        if (cli_is_near(name, row->name)
            && (near == NULL || cli_edit_distance(name, row->name) < cli_edit_distance(name, near)))
            near = row->name;
    return sci_fail(SCI_ERR_ARGUMENT, "'%s:%zu': unknown option '%s'%s%s%s", r->path, r->line, name,
                    near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                    near != NULL ? "'?" : "");
}

static bool
is_one_of(const char *text, const char *choices)
{
    return cli_choice_find(choices, text) >= 0;
}

static sci_status
set(const reading *r, const cli_row *row, const char *value)
{
    char why[512];
    sci_status st;

    if (row->kind == CLI_FLAG) {
        if (is_one_of(value, "true=yes=on=1"))
            return cli_value_set(row, r->table->settings, NULL, 1);
        if (is_one_of(value, "false=no=off=0"))
            return cli_value_unset(row, r->table->settings);
        return sci_fail(SCI_ERR_ARGUMENT, "'%s:%zu': '%s' is true or false, not '%s'", r->path,
                        r->line, row->name, value);
    }
    st = cli_value_set(row, r->table->settings, value, r->lines);
    if (st != SCI_ERR_ARGUMENT)
        return st;
    (void)snprintf(why, sizeof why, "%s", sci_message());
    return sci_fail(st, "'%s:%zu': %s", r->path, r->line, why);
}

static sci_status
take_option(const reading *r, char *text)
{
    char *equals = strchr(text, '='), *value;
    const char *name;
    const cli_row *row;
    size_t n;

    if (equals == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s:%zu': a line is NAME = VALUE", r->path, r->line);
    *equals = '\0';
    name = trim(text);
    value = trim(equals + 1);
    n = strlen(value);
    if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
        value[n - 1] = '\0';
        value++;
    }
    row = cli_rows_find(r->verb->rows, name);
    if (row == NULL)
        return fail_unknown(r, name);
    if (is_config_row(row))
        return sci_fail(SCI_ERR_ARGUMENT, "'%s:%zu': '%s' is for the command line", r->path,
                        r->line, name);
    if (r->table->given[row - r->verb->rows])
        return SCI_OK;
    r->taken[row - r->verb->rows] = true;
    return set(r, row, value);
}

static sci_status
take_lines(reading *r, char *text)
{
    sci_status st = SCI_OK;

    while (*text != '\0' && st == SCI_OK) {
        size_t n = strcspn(text, "\n");
        char *next = text + n + (text[n] == '\n'), *line;

        text[n] = '\0';
        r->line++;
        line = trim(text);
        if (*line == '[')
            st = take_section(r, line);
        else if (*line != '\0' && *line != '#' && *line != ';' && !r->skipped)
            st = take_option(r, line);
        text = next;
    }
    return st;
}

sci_status
cli_config_take(cli_config *config, const cli_program *program, const cli_verb *verb,
                const cli_table *table)
{
    const cli_row *row = cli_rows_find(verb->rows, "config");
    size_t n = cli_rows_count(verb->rows);
    reading r = { .program = program, .verb = verb, .table = table };
    sci_status st;

    if (row == NULL || !table->given[row - verb->rows])
        return SCI_OK;
    memcpy(&r.path, (const char *)table->settings + row->offset, sizeof r.path);
    st = read_file(&config->text, r.path);
    if (st == SCI_OK)
        st = sci_alloc_zero(&r.taken, n + 1, 1, sizeof *r.taken);
    for (const char *c = config->text; st == SCI_OK && *c != '\0'; c++)
        r.lines += *c == '\n';
    r.lines++;
    if (st == SCI_OK)
        st = take_lines(&r, config->text);
    for (size_t k = 0; k < n && st == SCI_OK; k++)
        table->given[k] = table->given[k] || r.taken[k];
    sci_free(r.taken);
    return st;
}

/* ---- printing ---- */

bool
cli_config_wanted(const cli_verb *verb, const bool *given)
{
    const cli_row *row = cli_rows_find(verb->rows, "print-config");

    return row != NULL && given[row - verb->rows];
}

static sci_status
print_value(const cli_row *row, const char *value)
{
    size_t n = strlen(value);
    bool quoted =
        n > 0 && (strchr(" \t\"", value[0]) != NULL || strchr(" \t", value[n - 1]) != NULL);

    if (strpbrk(value, "\n\r") != NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "the value of --%s has a line break, which no file of options can",
                        row->name);
    (void)printf(quoted ? "%s = \"%s\"\n" : "%s = %s\n", row->name, value);
    return SCI_OK;
}

/* What was neither given nor has a default is not there. */
static bool
has_value(const cli_row *row, bool given)
{
    return !is_config_row(row) && (given || row->standard != NULL || row->kind == CLI_FLAG);
}

static sci_status
print_row(const cli_row *row, const void *settings)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; k < cli_value_count(row, settings) && st == SCI_OK; k++) {
        char *text = NULL;

        st = cli_value_text(&text, row, settings, k);
        if (st == SCI_OK && row->kind == CLI_FLAG)
            st = print_value(row, text != NULL ? "true" : "false");
        else if (st == SCI_OK && text != NULL)
            st = print_value(row, text);
        sci_free(text);
    }
    return st;
}

sci_status
cli_config_print(const cli_verb *verb, const void *settings, const bool *given)
{
    sci_status st = SCI_OK;

    (void)printf("[%s]\n", verb->name);
    for (size_t k = 0; verb->rows[k].name != NULL && st == SCI_OK; k++)
        if (has_value(&verb->rows[k], given[k]))
            st = print_row(&verb->rows[k], settings);
    return st;
}
