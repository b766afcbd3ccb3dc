/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of an output: close it, look at what is there, make it last. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <sci/memory.h>

#include <sci/file.h>
#include "h5_output_priv.h"

#define LITTLE_SPACE ((uint64_t)1 << 20)

static sci_status
run_before(sci_h5_output *out)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < out->n_checks; i++)
        if (out->checks[i].before != NULL)
            st = out->checks[i].before(out->checks[i].context, out);
    return st;
}

static sci_status
run_verify(const sci_h5_output *out, h5_file *file)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < out->n_checks; i++)
        if (out->checks[i].verify != NULL)
            st = out->checks[i].verify(out->checks[i].context, file);
    return st;
}

/* Whether nothing more can be written: HDF5 does not always say why it failed. */
static bool
is_full(const sci_h5_output *out)
{
    struct statvfs space;
    struct rlimit limit;
    struct stat file;

    if (fstatvfs(out->fd, &space) == 0 && (uint64_t)space.f_bavail * space.f_frsize < LITTLE_SPACE)
        return true;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
           && fstat(out->fd, &file) == 0 && (uint64_t)file.st_size + LITTLE_SPACE > limit.rlim_cur;
}

static sci_status
close_library(sci_h5_output *out)
{
    sci_status st;

    st = h5_enter();
    if (st != SCI_OK)
        return st;
    h5_rearm(0);
    if (H5Fflush(out->id, H5F_SCOPE_GLOBAL) < 0)
        st = h5_fail(SCI_ERR_IO, "cannot write '%s'", out->name);
    if (H5Fclose(out->id) < 0 && st == SCI_OK)
        st = h5_fail(SCI_ERR_IO, "cannot write '%s'", out->name);
    out->id = H5I_INVALID_HID;
    h5_leave();
    return st;
}

static sci_status
compare_census(const sci_h5_output *out, const h5_file *file, const h5_census *before)
{
    h5_census after;
    sci_status st;

    st = h5_census_take(file->id, out->name, &after);
    if (st != SCI_OK)
        return st;
    if (after.links != before->links || after.attributes != before->attributes
        || after.stored_bytes != before->stored_bytes || after.sum != before->sum)
        return sci_fail(SCI_ERR_IO, "'%s' was not written completely", out->name);
    return SCI_OK;
}

static sci_status
look_again(const sci_h5_output *out, const h5_census *census, bool data)
{
    h5_file *file = NULL;
    sci_status st;

    st = h5_file_open(&file, out->temporary);
    if (st == SCI_OK)
        st = compare_census(out, file, census);
    if (st == SCI_OK)
        st = h5_verify_written(out, file, data);
    if (st == SCI_OK)
        st = run_verify(out, file);
    h5_file_close(file);
    if (st != SCI_OK && st != SCI_ERR_NOMEM)
        st = is_full(out) ? sci_fail(SCI_ERR_NOSPACE, "cannot write '%s': no space left", out->name)
                          : SCI_ERR_IO;
    return st;
}

static sci_status
sync_file(const sci_h5_output *out)
{
    /* EINVAL: a file system where there is nothing to be synchronized */
    if (sci_file_ops_get()->fsync(out->fd) != 0 && errno != EINVAL)
        return sci_fail_errno("synchronize", out->name);
    return SCI_OK;
}

static sci_status
finish(sci_h5_output *out, bool verify_data)
{
    h5_census census;
    sci_status st = run_before(out);

    if (st == SCI_OK)
        st = h5_copy_finish(out);
    if (st == SCI_OK)
        st = h5_census_take(out->id, out->name, &census);
    if (st == SCI_OK)
        st = close_library(out);
    return st == SCI_OK ? look_again(out, &census, verify_data) : st;
}

static sci_status
write(sci_h5_output *out, bool verify_data)
{
    sci_status st = h5_enter(); /* once for hundreds of calls */

    if (st != SCI_OK)
        return st;
    st = finish(out, verify_data);
    h5_leave();
    return st;
}

static sci_status
write_draft(sci_h5_output *out, bool verify_data)
{
    sci_status st = h5_draft_store(out->draft, out->fd);

    return st == SCI_OK && verify_data ? h5_draft_verify(out->draft, out->temporary) : st;
}

sci_status
sci_h5_output_close(sci_h5_output *out, bool verify_data, bool sync)
{
    sci_status st = SCI_OK;

    if (verify_data && !out->digests && out->draft == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s': no digests were kept to verify its data", out->name);
    if (st == SCI_OK)
        st = out->draft != NULL ? write_draft(out, verify_data) : write(out, verify_data);
    if (st == SCI_OK && sync)
        st = sync_file(out);
    if (st == SCI_OK) {
        if (sci_file_ops_get()->close(out->fd) != 0)
            st = sci_fail_errno("close", out->name);
        out->fd = -1;
    }
    sci_h5_output_free(out);
    return st;
}
