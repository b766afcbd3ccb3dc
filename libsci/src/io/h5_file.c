/* SPDX-License-Identifier: BSD-3-Clause */
/* An HDF5 file open for reading. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/memory.h>

#include <sci/file.h>
#include "h5_priv.h"

#define METADATA_CACHE_BYTES ((size_t)4 << 20) /* HDF5 would take 32 MiB */

/* Open without waiting for the other end of a pipe, and only what has a size. */
static sci_status
open_regular(h5_file *file)
{
    struct stat s;

    file->fd =
        sci_file_ops_get()->open(file->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (file->fd < 0 || fstat(file->fd, &s) != 0)
        return sci_fail_errno("open", file->name);
    if (S_ISDIR(s.st_mode))
        return sci_fail(SCI_ERR_FORMAT, "'%s' is a directory", file->name);
    if (!S_ISREG(s.st_mode))
        return sci_fail(SCI_ERR_FORMAT, "'%s' is not a regular file", file->name);
    if (s.st_size == 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is empty", file->name);
    file->bytes = (uint64_t)s.st_size;
    return SCI_OK;
}

/* The signature stands at byte 0, or behind a user block at 512, 1024, 2048, … */
static sci_status
find_signature(const h5_file *file)
{
    static const unsigned char signature[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
    unsigned char bytes[8];
    sci_status st;

    for (uint64_t at = 0; at + sizeof bytes <= file->bytes; at = at == 0 ? 512 : 2 * at) {
        st = sci_read_at(file->fd, file->name, bytes, sizeof bytes, at);
        if (st != SCI_OK)
            return st;
        if (memcmp(bytes, signature, sizeof signature) == 0)
            return SCI_OK;
    }
    return sci_fail(SCI_ERR_FORMAT, "'%s' is not an HDF5 file", file->name);
}

static sci_status
access_list(hid_t *out)
{
    H5AC_cache_config_t cache = { .version = H5AC__CURR_CACHE_CONFIG_VERSION };
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);

    if (list < 0 || H5Pset_fapl_sec2(list) < 0)
        goto fail;
    /* Locks keep us from reading what is being written, but some file systems have none. */
    if (H5Pset_file_locking(list, true, true) < 0)
        goto fail;
    /* Chunks are read whole and once: HDF5's chunk cache would only cost memory. */
    if (H5Pset_cache(list, 0, 521, 0, 0.75) < 0 || H5Pget_mdc_config(list, &cache) < 0)
        goto fail;
    cache.set_initial_size = true;
    cache.initial_size = METADATA_CACHE_BYTES / 4;
    cache.min_size = METADATA_CACHE_BYTES / 4;
    cache.max_size = METADATA_CACHE_BYTES;
    if (H5Pset_mdc_config(list, &cache) < 0)
        goto fail;
    *out = list;
    return SCI_OK;
fail:
    h5_close(list);
    return h5_fail(SCI_ERR_IO, "HDF5 cannot be set up for reading");
}

static sci_status
refuse_open(const h5_file *file)
{
    if (h5_error_says("unable to lock file"))
        return h5_fail(
            SCI_ERR_IO,
            "cannot open '%s': another program is writing it; wait for that program to end",
            file->name);
    if (h5_error_says("truncated file"))
        return h5_fail(SCI_ERR_FORMAT, "'%s' is cut off: copy or make it again", file->name);
    if (h5_error_says("already open for write"))
        return h5_fail(
            SCI_ERR_FORMAT,
            "'%s' was not closed by the program that wrote it; if that program has ended,"
            " 'h5clear -s' may make it readable",
            file->name);
    return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged: copy or make it again", file->name);
}

/* What HDF5 opened must be what we looked at. */
static sci_status
compare_files(const h5_file *file)
{
    struct stat ours, theirs;
    void *handle = NULL;

    if (H5Fget_vfd_handle(file->id, H5P_DEFAULT, &handle) < 0 || handle == NULL)
        return h5_fail(SCI_ERR_IO, "cannot open '%s'", file->name);
    if (fstat(file->fd, &ours) != 0 || fstat(*(int *)handle, &theirs) != 0)
        return sci_fail_errno("open", file->name);
    if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
        return sci_fail(SCI_ERR_IO, "'%s' was replaced while it was being opened", file->name);
    return SCI_OK;
}

static sci_status
open_library(h5_file *file)
{
    sci_status st;
    hid_t list = H5I_INVALID_HID;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = access_list(&list);
    if (st == SCI_OK) {
        file->id = H5Fopen(file->name, H5F_ACC_RDONLY, list);
        st = file->id < 0 ? refuse_open(file) : compare_files(file);
    }
    h5_close(list);
    h5_leave();
    return st;
}

sci_status
h5_file_open(h5_file **out, const char *path)
{
    sci_status st;
    h5_file *file = NULL;

    st = sci_alloc_zero(&file, 1, 1, sizeof *file);
    if (st != SCI_OK)
        return st;
    file->id = H5I_INVALID_HID;
    file->fd = -1;
    file->uses = 1;
    st = sci_strdup(&file->name, path);
    if (st == SCI_OK)
        st = open_regular(file);
    if (st == SCI_OK)
        st = find_signature(file);
    if (st == SCI_OK)
        st = open_library(file);
    if (st != SCI_OK) {
        h5_file_close(file);
        return st;
    }
    *out = file;
    return SCI_OK;
}

h5_file *
h5_file_share(h5_file *file)
{
    file->uses++;
    return file;
}

void
h5_file_close(h5_file *file)
{
    if (file == NULL || --file->uses > 0)
        return;
    if (file->id >= 0 && !file->borrowed && h5_enter() == SCI_OK) {
        (void)H5Fclose(file->id);
        h5_leave();
    }
    if (file->fd >= 0 && !file->borrowed)
        (void)sci_file_ops_get()->close(file->fd);
    sci_free(file->name);
    sci_free(file);
}
