/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inputs as rows of a table: fields between tabs, names of columns in the first line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "inputs_priv.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* of UTF-8, as spreadsheets put it */

typedef struct reader {
    FILE *file;
    const char *name;
    char *line; /* of getline */
    size_t room;
    unsigned long number;
} reader;

/* The next line that is neither empty nor a comment, without its end. *more is false at the end of
 * the file. */
static sci_status
next_line(reader *r, bool *more)
{
    *more = false;
    for (;;) {
        ssize_t n;

        errno = 0;
        n = getline(&r->line, &r->room, r->file);
        if (n < 0)
            return errno == 0 ? SCI_OK : sci_fail_errno("read", r->name);
        r->number++;
        if (strlen(r->line) != (size_t)n)
            return sci_fail(SCI_ERR_ARGUMENT, "'%s' line %lu: not a text", r->name, r->number);
        r->line[strcspn(r->line, "\r\n")] = '\0';
        if (r->number == 1 && strncmp(r->line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
            memmove(r->line, r->line + strlen(BYTE_ORDER_MARK),
                    strlen(r->line + strlen(BYTE_ORDER_MARK)) + 1);
        if (r->line[0] && r->line[0] != '#') {
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

/* The fields of a line, each its own text; what is made is stored also on failure. */
static sci_status
split_fields(const char *line, size_t n, char ***out)
{
    sci_status st = sci_alloc_zero(out, n, 1, sizeof **out);

    for (size_t k = 0; k < n && st == SCI_OK; k++) {
        size_t bytes = strcspn(line, "\t");

        st = sci_format(&(*out)[k], "%.*s", (int)bytes, line);
        line += bytes + (line[bytes] == '\t');
    }
    return st;
}

/* Only downwards: "a/b.h5", not "/etc/x", "../x", "a/../../x" or "a/". */
static bool
stays_below(const char *path)
{
    if (path[0] == '/' || path[0] == '\0')
        return false;
    for (;;) {
        size_t n = strcspn(path, "/");

        if (n == 0 || (n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        if (!path[n])
            return true;
        path += n + 1;
    }
}

/* Paths are relative to the folder that the manifest is in. */
static sci_status
resolve(const char *manifest, const char *path, char **out)
{
    size_t bytes = path[0] == '/' ? 0 : (size_t)(cli_base_name(manifest) - manifest);

    return sci_format(out, "%.*s%s", (int)bytes, manifest, path);
}

/* The column with the inputs: path, or image, as lists of images call it; NULL: neither. */
static const char *
path_column(const cli_inputs *inputs)
{
    static const char *const names[] = { "path", "image" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t k = 0; k < inputs->n_columns; k++)
            if (strcmp(inputs->columns[k], names[i]) == 0)
                return names[i];
    return NULL;
}

static sci_status
add_row(cli_inputs *inputs, const reader *r, char **fields, const cli_inputs_rules *rules)
{
    cli_input row = { .fields = fields };
    cli_inputs one = {
        .n = 1, .items = &row, .n_columns = inputs->n_columns, .columns = inputs->columns
    };
    const char *path = cli_inputs_field(&one, 0, path_column(inputs)),
               *output = cli_inputs_field(&one, 0, "output");
    char *resolved = NULL, *file = NULL, *dataset = NULL;
    cli_input *added;
    sci_status st;

    if (!*path)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' line %lu: the path is empty", r->name, r->number);
    if (output && !stays_below(output))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s' line %lu: '%s' is no name below the output directory", r->name,
                        r->number, output);
    st = resolve(r->name, path, &resolved);
    if (st == SCI_OK)
        st = cli_inputs_split(resolved, rules, &file, &dataset);
    if (st == SCI_OK)
        st = cli_inputs_add(inputs, file, dataset, output ? output : cli_base_name(file), rules,
                            &added);
    if (st == SCI_OK) {
        added->exact = output != NULL;
        added->fields = fields;
    }
    sci_free(resolved);
    sci_free(file);
    sci_free(dataset);
    return st;
}

static sci_status
read_row(cli_inputs *inputs, const reader *r, const cli_inputs_rules *rules)
{
    size_t n = count_fields(r->line);
    char **fields = NULL;
    sci_status st;

    if (n != inputs->n_columns)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' line %lu has %zu fields instead of %zu", r->name,
                        r->number, n, inputs->n_columns);
    st = split_fields(r->line, n, &fields);
    if (st == SCI_OK)
        st = add_row(inputs, r, fields, rules);
    if (st == SCI_OK)
        return st; /* the input owns them */
    for (size_t k = 0; fields && k < n; k++)
        sci_free(fields[k]);
    sci_free(fields);
    return st;
}

static sci_status
read_header(cli_inputs *inputs, reader *r)
{
    bool more;
    sci_status st = next_line(r, &more);

    if (st != SCI_OK)
        return st;
    if (!more)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is empty", r->name);
    inputs->n_columns = count_fields(r->line);
    st = split_fields(r->line, inputs->n_columns, &inputs->columns);
    if (st == SCI_OK && path_column(inputs) == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' has no column 'path' or 'image'", r->name);
    return st;
}

sci_status
cli_inputs_manifest(cli_inputs *inputs, const cli_inputs_rules *rules)
{
    reader r = { .file = fopen(rules->manifest, "re"), .name = rules->manifest };
    bool more = true;
    sci_status st;

    if (!r.file)
        return sci_fail_errno("open", rules->manifest);
    st = read_header(inputs, &r);
    while (st == SCI_OK) {
        st = next_line(&r, &more);
        if (st != SCI_OK || !more)
            break;
        st = read_row(inputs, &r, rules);
    }
    free(r.line);
    fclose(r.file);
    return st;
}
