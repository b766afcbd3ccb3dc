/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "inputs_priv.h"
#include "outputs.h"

sci_status
cli_output_split(const char *output, bool datasets, char **path, char **dataset)
{
    cli_inputs_rules rules = { .datasets = datasets };

    sci_status st;

    if (!*output)
        return sci_fail(SCI_ERR_ARGUMENT, "the output has no name");
    st = cli_inputs_split(output, &rules, path, dataset);
    if (st == SCI_OK && datasets && *dataset == NULL && strstr(cli_base_name(*path), ".h5:")) {
        sci_free(*path);
        *path = NULL;
        return sci_fail(SCI_ERR_ARGUMENT, "the output '%s': a dataset is written FILE:/PATH",
                        output);
    }
    return st;
}

/* ---- names ---- */

static bool
is_directory(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 && S_ISDIR(file.st_mode);
}

/* Without the slashes at its end, but "/" as it is. */
static void
trim_slashes(char *path)
{
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        path[--n] = '\0';
}

/* `relative` with its extension replaced: that of "a.b/x.nii" is ".nii"; a name may have none, or
 * begin with a dot. */
static sci_status
name_below(char **out, const char *directory, const cli_input *input, const char *extension)
{
    const char *base = cli_base_name(input->relative);
    const char *dot = strrchr(base, '.');
    size_t kept = strlen(input->relative);

    if (input->exact)
        extension = NULL;
    if (extension && dot && dot != base)
        kept = (size_t)(dot - input->relative);
    return sci_format(out, "%s%s%.*s%s", directory, strcmp(directory, "/") == 0 ? "" : "/",
                      (int)kept, input->relative, extension ? extension : "");
}

typedef struct named {
    const char *path, *operand;
} named;

static int
compare_named(const void *a, const void *b)
{
    return strcmp(((const named *)a)->path, ((const named *)b)->path);
}

static sci_status
refuse_collisions(const cli_outputs *outputs, const cli_inputs *inputs)
{
    named *sorted;
    sci_status st = sci_alloc(&sorted, inputs->n, 1, sizeof *sorted);

    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < inputs->n; k++)
        sorted[k] = (named){ outputs->paths[k], inputs->items[k].operand };
    qsort(sorted, inputs->n, sizeof *sorted, compare_named);
    for (size_t k = 1; k < inputs->n && st == SCI_OK; k++)
        if (strcmp(sorted[k - 1].path, sorted[k].path) == 0)
            st = sci_fail(SCI_ERR_ARGUMENT, "'%s' and '%s' would both become '%s'",
                          sorted[k - 1].operand, sorted[k].operand, sorted[k].path);
    sci_free(sorted);
    return st;
}

static sci_status
name_all(cli_outputs *out, const cli_inputs *inputs, char *path, const char *extension)
{
    bool below = inputs->many || is_directory(path) || path[strlen(path) - 1] == '/';
    struct stat file;
    sci_status st;

    st = sci_alloc_zero(&out->paths, inputs->n, 1, sizeof *out->paths);
    if (st != SCI_OK)
        return st;
    out->n = inputs->n;
    if (!below)
        return sci_strdup(&out->paths[0], path);
    trim_slashes(path);
    if (stat(path, &file) == 0 && !S_ISDIR(file.st_mode))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "the output of several inputs is a directory, and '%s' is none", path);
    st = sci_strdup(&out->directory, path);
    for (size_t k = 0; k < inputs->n && st == SCI_OK; k++)
        st = name_below(&out->paths[k], path, &inputs->items[k], extension);
    return st == SCI_OK ? refuse_collisions(out, inputs) : st;
}

sci_status
cli_outputs_name(cli_outputs *out, const cli_inputs *inputs, const char *output, bool datasets,
                 const char *extension)
{
    cli_outputs outputs = { 0 };
    char *path = NULL;
    sci_status st = cli_output_split(output, datasets, &path, &outputs.dataset);

    if (st == SCI_OK)
        st = name_all(&outputs, inputs, path, extension);
    if (st != SCI_OK)
        cli_outputs_clear(&outputs);
    else
        *out = outputs;
    sci_free(path);
    return st;
}

void
cli_outputs_clear(cli_outputs *outputs)
{
    for (size_t k = 0; k < outputs->n; k++)
        sci_free(outputs->paths[k]);
    sci_free(outputs->paths);
    sci_free(outputs->directory);
    sci_free(outputs->dataset);
    *outputs = (cli_outputs){ 0 };
}

/* ---- may it be written? ---- */

sci_status
cli_target_check(const char *target, bool force, const cli_inputs *inputs)
{
    struct stat file, name;

    if (lstat(target, &name) != 0)
        return SCI_OK; /* it is not there, or its directory says why not */
    if (stat(target, &file) == 0) {
        if (S_ISDIR(file.st_mode))
            return sci_fail(SCI_ERR_ARGUMENT, "'%s' is a directory", target);
        if (!S_ISREG(file.st_mode)) /* it would be replaced, not written to */
            return sci_fail(SCI_ERR_ARGUMENT, "'%s' is no regular file", target);
        for (size_t k = 0; inputs && k < inputs->n; k++)
            if (inputs->items[k].inode == (uint64_t)file.st_ino
                && inputs->items[k].device == (uint64_t)file.st_dev)
                return sci_fail(SCI_ERR_ARGUMENT, "the output '%s' is the input '%s'", target,
                                inputs->items[k].path);
    }
    if (!force)
        return sci_fail(SCI_ERR_EXISTS, "'%s' exists already; --force replaces it", target);
    return SCI_OK;
}

/* The directory part of `target`, "." where there is none. */
static sci_status
directory_of(const char *target, char **out)
{
    size_t bytes = (size_t)(cli_base_name(target) - target);

    if (bytes == 0)
        return sci_strdup(out, ".");
    return sci_format(out, "%.*s", (int)(bytes > 1 ? bytes - 1 : 1), target);
}

sci_status
cli_target_directory_check(const char *target)
{
    char *directory = NULL;
    struct stat file;
    sci_status st = directory_of(target, &directory);

    if (st != SCI_OK)
        return st;
    if (stat(directory, &file) != 0 && strstr(target, ":/"))
        st = sci_fail(SCI_ERR_ARGUMENT, "the output '%s' is a whole file; leave out the dataset",
                      target);
    else if (stat(directory, &file) != 0)
        st = errno == ENOENT ? sci_fail(
                 SCI_ERR_ARGUMENT, "the directory '%s' of the output does not exist", directory)
                             : sci_fail_errno("look at", directory);
    else if (!S_ISDIR(file.st_mode))
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s', where the output would go, is no directory",
                      directory);
    sci_free(directory);
    return st;
}

sci_status
cli_target_directory_make(const char *target)
{
    char *directory = NULL;
    sci_status st = directory_of(target, &directory);

    for (char *at = directory; st == SCI_OK && at;) {
        at = strchr(at + 1, '/');
        if (at)
            *at = '\0';
        if (mkdir(directory, 0777) != 0 && errno != EEXIST && !is_directory(directory))
            st = sci_fail_errno("make the directory", directory);
        if (at)
            *at = '/';
    }
    sci_free(directory);
    return st;
}
