/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which models a file keeps. */
#include "record.h"

#include <string.h>

#include <sci/memory.h>

/* ---- names ---- */

sci_status
genomics_record_name(sci_h5_file *file, const char *verb, char **path)
{
    for (int k = 1;; k++) {
        char *name = NULL;
        bool there = false;
        sci_status st = k == 1 ? sci_format(&name, GENOMICS_RECORDS "/%s", verb)
                               : sci_format(&name, GENOMICS_RECORDS "/%s_%d", verb, k);

        if (st == SCI_OK)
            st = sci_h5_file_has(file, name, &there);
        if (st == SCI_OK && !there) {
            *path = name;
            return SCI_OK;
        }
        sci_free(name);
        if (st != SCI_OK)
            return st;
    }
}

/* The number in "harmonize_12"; 1 where there is none. */
static int64_t
run_number(const char *name)
{
    const char *at = strrchr(name, '_');
    int64_t number = 1;

    return at != NULL && cli_parse_integer(at + 1, &number) ? number : 1;
}

/* Records of other verbs have no model. */
static sci_status
drop_other(sci_h5_file *file, char **name, uint64_t *left)
{
    char *path = NULL;
    bool model = false;
    sci_status st = sci_format(&path, GENOMICS_RECORDS "/%s/method", *name);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, path, &model);
    if (model)
        (*left)++;
    else
        *name = NULL;
    sci_free(path);
    return st;
}

sci_status
genomics_record_find(sci_h5_file *file, anndata_texts *out)
{
    anndata_texts names = { 0 };
    char **paths = NULL;
    uint64_t n = 0, left = 0;
    bool there = false;
    sci_status st = sci_h5_file_has(file, GENOMICS_RECORDS, &there);

    *out = (anndata_texts){ 0 };
    if (st == SCI_OK && there)
        st = sci_h5_file_members(file, GENOMICS_RECORDS, &names);
    if (st == SCI_OK)
        st = sci_alloc_zero(&paths, names.n, 1, sizeof *paths);
    /* By number: later runs have larger ones. */
    for (uint64_t i = 0; st == SCI_OK && i < names.n; i++)
        st = drop_other(file, &names.items[i], &left);
    for (; st == SCI_OK && left > 0; left--) {
        uint64_t first = 0;

        while (names.items[first] == NULL)
            first++;
        for (uint64_t i = first + 1; i < names.n; i++)
            if (names.items[i] != NULL
                && run_number(names.items[i]) < run_number(names.items[first]))
                first = i;
        st = sci_format(&paths[n++], GENOMICS_RECORDS "/%s", names.items[first]);
        names.items[first] = NULL;
    }
    if (st == SCI_OK)
        st = texts_copy(out, n, (const char *const *)paths);
    for (uint64_t i = 0; paths != NULL && i < n; i++)
        sci_free(paths[i]);
    sci_free(paths);
    anndata_texts_clear(&names);
    return st;
}
