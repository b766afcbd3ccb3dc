/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inputs as rows of a table. */
#include <string.h>

#include <sci/memory.h>

#include "inputs_priv.h"
#include "tsv.h"

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
add_row(cli_inputs *inputs, const cli_tsv *r, char **fields, const cli_inputs_rules *rules)
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
read_rows(cli_inputs *inputs, cli_tsv *t, const cli_inputs_rules *rules)
{
    char **fields = NULL;
    sci_status st;

    for (;;) {
        st = cli_tsv_next(t, &fields);
        if (st != SCI_OK || fields == NULL)
            return st;
        st = add_row(inputs, t, fields, rules);
        if (st != SCI_OK) {
            cli_tsv_release(fields, inputs->n_columns);
            return st;
        } /* else the input owns them */
    }
}

sci_status
cli_inputs_manifest(cli_inputs *inputs, const cli_inputs_rules *rules)
{
    cli_tsv t;
    sci_status st = cli_tsv_open(&t, rules->manifest);

    inputs->n_columns = t.n_columns;
    inputs->columns = t.columns;
    t.columns = NULL;
    if (st == SCI_OK && path_column(inputs) == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' has no column 'path' or 'image'", rules->manifest);
    if (st == SCI_OK)
        st = read_rows(inputs, &t, rules);
    cli_tsv_close(&t);
    return st;
}
