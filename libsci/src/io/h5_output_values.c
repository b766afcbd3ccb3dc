/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts and booleans as datasets of an output. */
#include <string.h>
#include <xxhash.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "h5_look_priv.h"
#include "h5_output_priv.h"
#include "h5_values_priv.h"

#define BLOCK_TEXTS 256

sci_status
sci_h5_output_look(sci_h5_output *out, sci_h5_file **file)
{
    sci_h5_file *f = NULL;
    sci_status st = sci_alloc_zero(&f, 1, 1, sizeof *f);

    if (st == SCI_OK)
        st = sci_alloc_zero(&f->file, 1, 1, sizeof *f->file);
    if (st == SCI_OK)
        st = sci_strdup(&f->file->name, out->name);
    if (st != SCI_OK) {
        if (f != NULL)
            sci_free(f->file);
        sci_free(f);
        return st;
    }
    f->file->id = out->id;
    f->file->fd = out->fd;
    f->file->bytes = INT64_MAX; /* what is written is not all in the file yet */
    f->file->uses = 1;
    f->file->borrowed = true;
    *file = f;
    return SCI_OK;
}

/* ---- datasets ---- */

/* A contiguous dataset; n < 0: without an axis. */
static sci_status
create(sci_h5_output *out, const char *path, hid_t type, int64_t n, hid_t *dataset)
{
    hid_t parent = H5I_INVALID_HID, list = H5I_INVALID_HID, space;
    hsize_t extent = n < 0 ? 0 : (hsize_t)n;
    const char *name;
    htri_t exists;
    sci_status st;

    space = n < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &extent, NULL);
    st = h5_output_parent(out, path, &parent, &name);
    if (st == SCI_OK)
        st = h5_output_creation(out, &list);
    if (st != SCI_OK)
        goto out;
    exists = H5Lexists(parent, name, H5P_DEFAULT);
    if (exists > 0) {
        st = sci_fail(SCI_ERR_EXISTS, "'%s' has a '%s' already", out->name, path);
        goto out;
    }
    *dataset = exists == 0 && type >= 0 && space >= 0
                   ? H5Dcreate2(parent, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT)
                   : H5I_INVALID_HID;
    if (*dataset < 0)
        st = h5_fail(SCI_ERR_IO, "'%s:%s' cannot be made", out->name, path);
out:
    h5_close(list);
    h5_close(parent);
    h5_close(space);
    return st;
}

/* What must be found again when the output is closed. */
typedef struct expected {
    char *path;
    uint64_t n;
    XXH64_hash_t digest;
} expected;

static XXH64_hash_t
digest_texts(uint64_t n, char *const *items)
{
    XXH64_hash_t digest = n;

    for (uint64_t i = 0; i < n; i++) {
        const char *text = items[i] != NULL ? items[i] : "";

        digest = XXH3_64bits_withSeed(text, strlen(text) + 1, digest);
    }
    return digest;
}

static sci_status
verify_texts(void *context, h5_file *file)
{
    expected *e = context;
    sci_h5_file look = { .file = file };
    sci_texts texts = { 0 };
    sci_status st = sci_h5_file_texts(&look, e->path, NULL, &texts);

    if (st == SCI_OK && (texts.n != e->n || digest_texts(texts.n, texts.items) != e->digest))
        st = sci_fail(SCI_ERR_IO, "'%s:%s' was not written completely: its texts differ",
                      file->name, e->path);
    sci_texts_clear(&texts);
    return st;
}

static void
free_expected(void *context)
{
    expected *e = context;

    sci_free(e->path);
    sci_free(e);
}

static sci_status
expect_texts(sci_h5_output *out, const char *path, uint64_t n, char *const *items)
{
    h5_check check = { .verify = verify_texts, .free = free_expected };
    expected *e = NULL;
    sci_status st = sci_alloc_zero(&e, 1, 1, sizeof *e);

    if (st == SCI_OK)
        st = sci_strdup(&e->path, path);
    if (st != SCI_OK) {
        sci_free(e);
        return st;
    }
    e->n = n;
    e->digest = digest_texts(n, items);
    check.context = e;
    return h5_output_check(out, &check);
}

static sci_status
write_block(hid_t dataset, hid_t type, hid_t list, uint64_t first, uint64_t n, char *const *items)
{
    const char *texts[BLOCK_TEXTS];
    hsize_t start = first, count = n;
    hid_t memory = H5Screate_simple(1, &count, NULL), space = H5Dget_space(dataset);
    bool good = memory >= 0 && space >= 0;

    for (uint64_t i = 0; i < n; i++)
        texts[i] = items[first + i] != NULL ? items[first + i] : "";
    h5_rearm(0);
    if (good && H5Sget_simple_extent_ndims(space) == 1)
        good = H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL) >= 0;
    good = good && H5Dwrite(dataset, type, memory, space, list, texts) >= 0;
    h5_close(memory);
    h5_close(space);
    return good ? SCI_OK : h5_fail(SCI_ERR_IO, "texts cannot be written");
}

/* n < 0: one text without an axis. */
static sci_status
write_texts(sci_h5_output *out, const char *path, int64_t n, char *const *items)
{
    uint64_t count = n < 0 ? 1 : (uint64_t)n;
    hid_t dataset = H5I_INVALID_HID, type, list;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    list = h5_transfer_small();
    type = h5_text_type();
    st = create(out, path, type, n, &dataset);
    for (uint64_t at = 0; st == SCI_OK && at < count; at += BLOCK_TEXTS)
        st = write_block(dataset, type, list, at,
                         count - at < BLOCK_TEXTS ? count - at : BLOCK_TEXTS, items);
    if (st == SCI_OK)
        st = expect_texts(out, path, count, items);
    h5_close(dataset);
    h5_close(type);
    if (list != H5P_DEFAULT)
        h5_close(list);
    h5_leave();
    return st;
}

sci_status
sci_h5_output_array_texts(sci_h5_output *out, const char *path, const sci_texts *texts)
{
    return write_texts(out, path, (int64_t)texts->n, texts->items);
}

sci_status
sci_h5_output_scalar_text(sci_h5_output *out, const char *path, const char *value)
{
    char *copy = NULL;
    sci_status st = sci_strdup(&copy, value);

    if (st == SCI_OK)
        st = write_texts(out, path, -1, &copy);
    sci_free(copy);
    return st;
}

sci_status
sci_h5_output_array_booleans(sci_h5_output *out, const char *path, int64_t n, const uint8_t *values)
{
    sci_array array = { .rank = n < 0 ? 0 : 1, .type = SCI_UINT8 };
    hid_t type;
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    array.shape[0] = n < 0 ? 0 : (uint64_t)n;
    type = h5_boolean_type();
    st = h5_output_elements(out, path, &array, type, values);
    h5_close(type);
    h5_leave();
    return st;
}
