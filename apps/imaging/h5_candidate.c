/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which dataset of a file is the image, where none is named. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_formats.h"

/* Kinds of files that hold an image at several resolutions, or several images: how a path to a
 * full-size array begins and ends. */
static const struct {
    const char *kind, *begins, *ends, *hint;
} kinds[] = {
    { "a BigDataViewer file", "/t", "/0/cells",
      "; its voxel sizes are in the XML file beside it, give them with --spacing" },
    { "an Imaris file", "/DataSet/ResolutionLevel 0/", "/Data", "" },
    { "an NWB file", "/acquisition/", "/data", "" },
};

typedef struct collector {
    sci_texts_maker paths; /* of every dataset with two axes or more: dimension scales have one */
} collector;

static bool
is_record(const char *path)
{
    return strncmp(path, "/libsci/", 8) == 0 || strncmp(path, "/sci_imaging/", 13) == 0;
}

static sci_status
visit(void *context, const sci_h5_item *item)
{
    collector *c = context;

    if (item->kind != SCI_H5_DATASET || item->rank < 2 || item->rank > IMAGING_AXES_MOST
        || is_record(item->path))
        return SCI_OK;
    return sci_texts_add(&c->paths, item->path, strlen(item->path));
}

/* Paths of numbers that can be read, with three axes or more or, if `flat`, with two. */
static sci_status
select_numeric(const h5_reading *r, const sci_texts *all, bool flat, sci_texts *out)
{
    sci_texts_maker maker = { 0 };
    sci_status st = SCI_OK;

    for (uint64_t i = 0; st == SCI_OK && i < all->n; i++) {
        sci_h5_object object;

        st = sci_h5_file_object(r->file, all->items[i], &object);
        if (st == SCI_ERR_UNSAFE || st == SCI_ERR_TYPE) {
            st = SCI_OK; /* named, it will say why it cannot be read */
            continue;
        }
        if (st == SCI_OK && object.sourced && (object.rank == 2) == flat)
            st = sci_texts_add(&maker, all->items[i], strlen(all->items[i]));
    }
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

static bool
matches(const char *path, size_t kind)
{
    size_t n = strlen(path), tail = strlen(kinds[kind].ends);

    return strncmp(path, kinds[kind].begins, strlen(kinds[kind].begins)) == 0 && n > tail
           && strcmp(path + n - tail, kinds[kind].ends) == 0;
}

static sci_status
refuse(const h5_reading *r, const sci_texts *found)
{
    char list[400];
    size_t used = 0;

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (uint64_t i = 0; i < found->n; i++)
            if (matches(found->items[i], k))
                return sci_fail(SCI_ERR_REFUSED,
                                "'%s' looks like %s with %llu arrays; say which, as --dataset "
                                "'%s'%s",
                                r->file_name, kinds[k].kind, (unsigned long long)found->n,
                                found->items[i], kinds[k].hint);
    for (uint64_t i = 0; i < found->n && used < sizeof list; i++) {
        int n =
            snprintf(list + used, sizeof list - used, "%s'%s'", i > 0 ? ", " : "", found->items[i]);

        used += n > 0 ? (size_t)n : 0;
    }
    if (used >= sizeof list)
        memcpy(list + sizeof list - 4, "...", 4);
    return sci_fail(SCI_ERR_REFUSED,
                    "'%s' has %llu arrays that may be the image; say which, with FILE:/PATH or "
                    "--dataset: %s",
                    r->file_name, (unsigned long long)found->n, list);
}

/* The only one that an earlier run has written; NULL if there is none, or more. */
static sci_status
find_written(const h5_reading *r, const sci_texts *found, const char **out)
{
    uint64_t n = 0;
    sci_status st = SCI_OK;

    *out = NULL;
    for (uint64_t i = 0; i < found->n && st == SCI_OK; i++) {
        bool written = false;

        st = sci_h5_file_has_attribute(r->file, found->items[i], "sci_imaging", &written);
        if (st == SCI_OK && written) {
            *out = found->items[i];
            n++;
        }
    }
    if (n > 1)
        *out = NULL;
    return st;
}

static sci_status
choose(const h5_reading *r, const sci_texts *all, char **dataset)
{
    const char *written = NULL;
    sci_texts found = { 0 };
    sci_status st = select_numeric(r, all, false, &found);

    if (st == SCI_OK && found.n == 0) {
        sci_texts_clear(&found);
        st = select_numeric(r, all, true, &found);
    }
    if (st == SCI_OK && found.n > 1)
        st = find_written(r, &found, &written);
    if (st == SCI_OK && found.n == 0)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has no array of numbers that could be an image",
                      r->file_name);
    else if (st == SCI_OK && found.n > 1 && written == NULL)
        st = refuse(r, &found);
    else if (st == SCI_OK)
        st = sci_strdup(dataset, written != NULL ? written : found.items[0]);
    sci_texts_clear(&found);
    return st;
}

sci_status
h5_candidate_find(const h5_reading *r, char **dataset)
{
    collector c = { 0 };
    sci_texts all = { 0 };
    sci_status st = sci_h5_file_list(r->file, "/", visit, &c);

    if (st == SCI_OK)
        st = sci_texts_finish(&c.paths, &all);
    if (st == SCI_OK)
        st = choose(r, &all, dataset);
    sci_texts_maker_clear(&c.paths);
    sci_texts_clear(&all);
    return st;
}
