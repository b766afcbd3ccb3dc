/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An annotated file through the reader and the writer: adcopy copy|frames IN OUT [LEFT_OUT...]
 *
 * copy: everything but what is left out. frames: a new file with the names and columns of obs and var
 * as they were read. */
#include <stdio.h>
#include <string.h>

#include <sci.h>

#include "../../apps/genomics/anndata.h"

static sci_status
write_axis(sci_h5_output *out, anndata *a, anndata_axis axis)
{
    anndata_texts names = { 0 }, columns = { 0 };
    sci_status st = anndata_names(a, axis, &names);

    if (st == SCI_OK)
        st = anndata_write_frame(out, axis, &names);
    if (st == SCI_OK)
        st = anndata_column_names(a, axis, &columns);
    for (uint64_t i = 0; st == SCI_OK && i < columns.n; i++) {
        anndata_column column = { 0 };

        st = anndata_column_read(a, axis, columns.items[i], &column);
        if (st == SCI_OK)
            st = anndata_write_column(out, axis, columns.items[i], &column);
        anndata_column_clear(&column);
    }
    anndata_texts_clear(&columns);
    anndata_texts_clear(&names);
    return st;
}

static sci_status
run(const char *mode, const char *from, const char *to, size_t n, const char *const *left_out)
{
    anndata *a = NULL;
    sci_h5_output *out = NULL;
    char *temporary = NULL;
    sci_status st = anndata_open(&a, from);

    if (st == SCI_OK)
        st = sci_temporary_create(&temporary, to);
    if (st == SCI_OK)
        st = sci_h5_output_create(&out, temporary);
    if (st == SCI_OK && strcmp(mode, "copy") == 0)
        st = anndata_copy(out, a, n, left_out);
    if (st == SCI_OK && strcmp(mode, "frames") == 0) {
        st = anndata_create(out);
        if (st == SCI_OK)
            st = write_axis(out, a, ANNDATA_OBS);
        if (st == SCI_OK)
            st = write_axis(out, a, ANNDATA_VAR);
    }
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, true, false);
        out = NULL;
    }
    sci_h5_output_free(out);
    anndata_close(a);
    if (st == SCI_OK)
        st = sci_temporary_commit(temporary, to, false);
    if (st != SCI_OK)
        sci_temporary_discard(temporary);
    sci_free(temporary);
    return st;
}

int
main(int argc, char **argv)
{
    if (argc < 4) {
        fputs("usage: adcopy copy|frames IN OUT [LEFT_OUT...]\n", stderr);
        return 2;
    }
    if (run(argv[1], argv[2], argv[3], (size_t)argc - 4, (const char *const *)argv + 4) != SCI_OK) {
        fprintf(stderr, "adcopy: error: %s\n", sci_message());
        return 1;
    }
    return 0;
}
