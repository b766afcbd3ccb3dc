/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a worker opens files. */
#include <string.h>
#include <sys/stat.h>

#include <sci/memory.h>

#include "common.h"
#include "worker.h"

/* The directory of a file name, "." if it has none. */
static sci_status
directory_of(const char *path, char **out)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return sci_strdup(out, ".");
    return sci_format(out, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

sci_status
cli_worker_h5(const cli_worker *worker, const cli_common *common, sci_h5_options *out,
              char **scratch)
{
    *out = (sci_h5_options){ .chunk_bytes_most = worker->chunk_most,
                             .band_bytes_most = worker->memory / 8, /* as read, decoded, carried,
                                                                       encoded */
                             .scratch = common->scratch };
    if (common->scratch == NULL && worker->target[0] != NULL) {
        sci_status st = directory_of(worker->target[0], scratch);

        if (st != SCI_OK)
            return st;
        out->scratch = *scratch;
    }
    return SCI_OK;
}

sci_status
cli_worker_not_output(const cli_worker *worker, const char *path)
{
    const char *target = worker->target[0];
    struct stat ours, theirs;

    if (target == NULL || stat(path, &theirs) != 0 || stat(target, &ours) != 0)
        return SCI_OK;
    if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
        return SCI_OK;
    return sci_fail(SCI_ERR_ARGUMENT, "the output '%s' is the input '%s'; choose another name",
                    target, path);
}
