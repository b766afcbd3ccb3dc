/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/h5.h>
#include <sci/memory.h>

#include "inputs_priv.h"

const char *
cli_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static sci_status
make_room(cli_inputs *inputs)
{
    size_t room = inputs->room ? 2 * inputs->room : 16;
    cli_input *items;
    sci_status st;

    if (inputs->n < inputs->room)
        return SCI_OK;
    st = sci_alloc(&items, room, 1, sizeof *items);
    if (st != SCI_OK)
        return st;
    if (inputs->n > 0)
        memcpy(items, inputs->items, inputs->n * sizeof *items);
    sci_free(inputs->items);
    inputs->items = items;
    inputs->room = room;
    return SCI_OK;
}

static void
input_clear(cli_input *input, size_t n_columns)
{
    sci_free(input->path);
    sci_free(input->dataset);
    sci_free(input->operand);
    sci_free(input->relative);
    for (size_t k = 0; input->fields && k < n_columns; k++)
        sci_free(input->fields[k]);
    sci_free(input->fields);
}

sci_status
cli_inputs_add(cli_inputs *inputs, const char *path, const char *dataset, const char *relative,
               const cli_inputs_rules *rules, cli_input **added)
{
    cli_input input = { 0 };
    struct stat file;
    sci_status st = make_room(inputs);

    if (!dataset)
        dataset = rules->dataset;
    if (st == SCI_OK)
        st = sci_strdup(&input.path, path);
    if (st == SCI_OK && dataset)
        st = sci_format(&input.dataset, "%s%s", dataset[0] == '/' ? "" : "/", dataset);
    if (st == SCI_OK)
        st = sci_format(&input.operand, "%s%s%s", path, dataset ? ":" : "",
                        dataset ? input.dataset : "");
    if (st == SCI_OK)
        st = sci_strdup(&input.relative, relative);
    if (st != SCI_OK) {
        input_clear(&input, 0);
        return st;
    }
    if (stat(path, &file) == 0) {
        input.device = (uint64_t)file.st_dev;
        input.inode = (uint64_t)file.st_ino;
    }
    inputs->items[inputs->n++] = input;
    if (added)
        *added = &inputs->items[inputs->n - 1];
    return SCI_OK;
}

sci_status
cli_inputs_split(const char *operand, const cli_inputs_rules *rules, char **path, char **dataset)
{
    if (rules->datasets)
        return sci_h5_split_operand(operand, path, dataset);
    *dataset = NULL;
    return sci_strdup(path, operand);
}

static sci_status
add_operand(cli_inputs *inputs, const char *operand, const cli_inputs_rules *rules)
{
    char *path = NULL, *dataset = NULL;
    struct stat file;
    sci_status st = cli_inputs_split(operand, rules, &path, &dataset);

    if (st != SCI_OK)
        return st;
    if (stat(path, &file) != 0 || !S_ISDIR(file.st_mode)) {
        st = cli_inputs_add(inputs, path, dataset, cli_base_name(path), rules, NULL);
    } else if (rules->recursive) {
        inputs->many = true;
        st = cli_inputs_walk(inputs, path, rules);
    } else {
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' is a directory; -r takes the files below it", path);
    }
    sci_free(path);
    sci_free(dataset);
    return st;
}

/* A file is itself, whatever its name looks like. */
static bool
is_pattern(const char *operand, const cli_inputs_rules *rules)
{
    struct stat file;

    return rules->glob && strpbrk(operand, "*?[") != NULL && stat(operand, &file) != 0;
}

/* ---- an input twice is a mistake: it would count twice ---- */

static int
compare_files(const void *left, const void *right)
{
    const cli_input *a = *(const cli_input *const *)left, *b = *(const cli_input *const *)right;

    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    if (a->inode != b->inode)
        return a->inode < b->inode ? -1 : 1;
    return strcmp(a->dataset ? a->dataset : "", b->dataset ? b->dataset : "");
}

static sci_status
refuse_repetition(const cli_inputs *inputs)
{
    const cli_input **sorted;
    sci_status st = sci_alloc(&sorted, inputs->n, 1, sizeof(const cli_input *));

    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < inputs->n; k++)
        sorted[k] = &inputs->items[k];
    qsort(sorted, inputs->n, sizeof *sorted, compare_files);
    for (size_t k = 1; k < inputs->n && st == SCI_OK; k++)
        if (sorted[k]->inode != 0 && compare_files(&sorted[k - 1], &sorted[k]) == 0)
            st = sci_fail(SCI_ERR_ARGUMENT, "'%s' and '%s' are the same input",
                          sorted[k - 1]->operand, sorted[k]->operand);
    sci_free(sorted);
    return st;
}

sci_status
cli_inputs_expand(cli_inputs *out, size_t n_operands, const char *const *operands,
                  const cli_inputs_rules *rules)
{
    cli_inputs inputs = { .many = n_operands > 1 || rules->manifest };
    sci_status st = SCI_OK;

    for (size_t k = 0; k < n_operands && st == SCI_OK; k++)
        st = is_pattern(operands[k], rules)
                 ? cli_inputs_glob(&inputs, operands[k], rules, add_operand)
                 : add_operand(&inputs, operands[k], rules);
    if (st == SCI_OK && rules->null_list)
        st = cli_inputs_list(&inputs, rules, add_operand);
    if (st == SCI_OK && rules->manifest)
        st = cli_inputs_manifest(&inputs, rules);
    if (st == SCI_OK && inputs.n == 0)
        st = sci_fail(SCI_ERR_ARGUMENT, "no input");
    if (st == SCI_OK)
        st = refuse_repetition(&inputs);
    if (st != SCI_OK)
        cli_inputs_clear(&inputs);
    else
        *out = inputs;
    return st;
}

const char *
cli_inputs_field(const cli_inputs *inputs, size_t input, const char *column)
{
    for (size_t k = 0; inputs->items[input].fields && k < inputs->n_columns; k++)
        if (strcmp(inputs->columns[k], column) == 0)
            return inputs->items[input].fields[k];
    return NULL;
}

sci_status
cli_inputs_keep(cli_inputs *inputs,
                sci_status (*wanted)(void *context, const cli_input *input, bool *keep),
                void *context)
{
    size_t kept = 0, k = 0;
    sci_status st = SCI_OK;

    for (; st == SCI_OK && k < inputs->n; k++) {
        bool keep = true;

        st = wanted(context, &inputs->items[k], &keep);
        if (keep)
            inputs->items[kept++] = inputs->items[k];
        else
            input_clear(&inputs->items[k], inputs->n_columns);
    }
    for (; k < inputs->n; k++)
        inputs->items[kept++] = inputs->items[k];
    inputs->n = kept;
    return st;
}

void
cli_inputs_clear(cli_inputs *inputs)
{
    for (size_t k = 0; k < inputs->n; k++)
        input_clear(&inputs->items[k], inputs->n_columns);
    for (size_t k = 0; inputs->columns && k < inputs->n_columns; k++)
        sci_free(inputs->columns[k]);
    sci_free(inputs->columns);
    sci_free(inputs->items);
    *inputs = (cli_inputs){ 0 };
}

const char *
cli_operand_name(const char *operand)
{
    const char *end = operand + strlen(operand), *name = operand;

    for (const char *at = strstr(operand, ":/"); at != NULL; at = strstr(at + 1, ":/"))
        end = at;
    for (const char *at = operand; at < end; at++)
        if (*at == '/')
            name = at + 1;
    return name;
}
