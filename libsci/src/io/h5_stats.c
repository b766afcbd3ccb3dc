/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics files: complete under their name, or not there. */
#include <sci/file.h>
#include <sci/memory.h>

#include "h5_stats_priv.h"

static sci_status
write_file(const sci_stats *stats, const char *temporary, const char *path)
{
    sci_h5_output *out = NULL;
    sci_status st = sci_h5_output_create(&out, temporary);

    if (st != SCI_OK)
        return st;
    st = sci_h5_output_stats(out, path, stats);
    if (st != SCI_OK) {
        sci_h5_output_free(out);
        return st;
    }
    return sci_h5_output_close(out, false, true);
}

sci_status
sci_stats_save(const sci_stats *stats, const char *path)
{
    char *file = NULL, *group = NULL, *temporary = NULL;
    sci_status st = sci_h5_split_operand(path, &file, &group);

    if (st == SCI_OK)
        st = sci_temporary_create(&temporary, file);
    if (st != SCI_OK)
        goto out;
    st = write_file(stats, temporary, group != NULL ? group : "/");
    if (st == SCI_OK)
        st = sci_temporary_commit(temporary, file, true);
    if (st != SCI_OK)
        sci_temporary_discard(temporary);
out:
    sci_free(temporary);
    sci_free(group);
    sci_free(file);
    return st;
}
