/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files below a directory. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "inputs_priv.h"

typedef struct walk {
    cli_inputs *inputs;
    const cli_inputs_rules *rules;
    size_t root_bytes; /* of a path, up to what is below the directory */
    struct stat left_out;
} walk;

static bool
is_wanted(const char *name, const char *const *extensions)
{
    size_t n = strlen(name);

    if (!extensions)
        return true;
    for (; *extensions; extensions++) {
        size_t bytes = strlen(*extensions);

        if (n > bytes && strcasecmp(name + n - bytes, *extensions) == 0)
            return true;
    }
    return false;
}

static bool
is_left_out(const walk *w, const struct stat *directory)
{
    return w->rules->not_below && directory->st_dev == w->left_out.st_dev
           && directory->st_ino == w->left_out.st_ino;
}

static sci_status visit(const walk *w, const char *directory);

static sci_status
visit_entry(const walk *w, const char *directory, const char *name)
{
    struct stat entry, file;
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/%s", directory, name);

    if (st != SCI_OK)
        return st;
    if (lstat(path, &entry) != 0)
        st = errno == ENOENT ? SCI_OK : sci_fail_errno("look at", path); /* it went away: no harm */
    else if (S_ISDIR(entry.st_mode) && !is_left_out(w, &entry))
        st = visit(w, path);
    else if (is_wanted(name, w->rules->extensions) && stat(path, &file) == 0
             && S_ISREG(file.st_mode))
        st = cli_inputs_add(w->inputs, path, NULL, path + w->root_bytes, w->rules, NULL);
    sci_free(path);
    return st;
}

static sci_status
visit(const walk *w, const char *directory)
{
    DIR *stream = opendir(directory);
    sci_status st = SCI_OK;

    if (!stream)
        return sci_fail_errno("open", directory);
    while (st == SCI_OK) {
        const struct dirent *entry;

        errno = 0;
        entry = readdir(stream);
        if (!entry) {
            if (errno)
                st = sci_fail_errno("read", directory);
            break;
        }
        if (entry->d_name[0] != '.')
            st = visit_entry(w, directory, entry->d_name);
    }
    closedir(stream);
    return st;
}

static int
compare_relative(const void *a, const void *b)
{
    return strcmp(((const cli_input *)a)->relative, ((const cli_input *)b)->relative);
}

sci_status
cli_inputs_walk(cli_inputs *inputs, const char *directory, const cli_inputs_rules *rules)
{
    walk w = { .inputs = inputs, .rules = rules };
    size_t first = inputs->n, bytes = strlen(directory);
    char *root = NULL;
    sci_status st;

    while (bytes > 1 && directory[bytes - 1] == '/')
        bytes--;
    if (rules->not_below && stat(rules->not_below, &w.left_out) != 0)
        w.left_out = (struct stat){ 0 }; /* not made yet */
    st = sci_format(&root, "%.*s", (int)bytes, directory);
    if (st != SCI_OK)
        return st;
    w.root_bytes = bytes + 1;
    st = visit(&w, root);
    if (st == SCI_OK && inputs->n == first)
        st = sci_fail(SCI_ERR_ARGUMENT, "there is no input below '%s'", root);
    if (st == SCI_OK)
        qsort(inputs->items + first, inputs->n - first, sizeof *inputs->items, compare_relative);
    sci_free(root);
    return st;
}
