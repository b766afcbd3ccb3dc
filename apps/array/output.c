/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <string.h>

#include <sci/memory.h>

sci_type
array_output_type(const array_context *c, const sci_source *input)
{
    if (cli_given(c->call, "dtype"))
        return c->settings->common.dtype == CLI_DTYPE_F64 ? SCI_FLOAT64 : SCI_FLOAT32;
    return input->array.type == SCI_FLOAT64 ? SCI_FLOAT64 : SCI_FLOAT32;
}

/* HDF5 would take // and /./ for / and .. for a name, and the record be somewhere else. */
static bool
is_plain(const char *path)
{
    for (const char *at = path; *at == '/'; at += 1 + strcspn(at + 1, "/")) {
        size_t n = strcspn(at + 1, "/");

        if ((n == 0 && at[1] != '\0') || (n > 0 && n == strspn(at + 1, ".") && n <= 2))
            return false;
    }
    return true;
}

static sci_status
begin_file(array_output *out, const array_context *c, sci_source *input, const char *dataset)
{
    char *above = NULL; /* the group of the record */
    sci_status st =
        sci_strdup(&out->dataset, dataset != NULL ? dataset : sci_h5_source_dataset(input));

    if (st == SCI_OK)
        st = sci_format(&out->record, "/libsci%s", out->dataset);
    if (st == SCI_OK)
        st =
            sci_format(&above, "%.*s", (int)(strrchr(out->record, '/') - out->record), out->record);
    if (st == SCI_OK)
        st = sci_h5_output_create(&out->file, c->worker->temporary[0]);
    if (st == SCI_OK)
        sci_h5_output_digests(out->file, c->settings->common.verify);
    out->siblings = dataset == NULL;
    if (st == SCI_OK && out->siblings) {
        st = sci_h5_output_copy_siblings(out->file, input);
        if (st == SCI_OK)
            st = sci_h5_output_remove(out->file, out->record);
        if (st == SCI_OK)
            st = sci_h5_output_prune(out->file, above);
    }
    sci_free(above);
    return st;
}

sci_status
array_output_open(array_output *out, const array_context *c, sci_source *input, const char *dataset,
                  sci_type type, const sci_h5_layout *layout)
{
    sci_array array = input->array;
    sci_h5_layout own;
    sci_status st;

    *out = (array_output){ 0 };
    if (dataset != NULL
        && (strncmp(dataset, "/libsci/", 8) == 0 || strcmp(dataset, "/libsci") == 0))
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is where records are kept; choose another name",
                        dataset);
    if (dataset != NULL && !is_plain(dataset))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s' is no path of a dataset; write it as /NAME or /GROUP/NAME", dataset);
    array.type = type;
    array.swapped = false;
    sci_h5_source_layout(input, &own);
    st = begin_file(out, c, input, dataset);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out->file, out->dataset, &array, layout != NULL ? layout : &own,
                                   input, &out->sink);
    if (st != SCI_OK)
        array_output_clear(out);
    return st;
}

void
array_output_flush(array_output *out)
{
    sci_sink_free(out->sink);
    out->sink = NULL;
}

sci_status
array_output_close(array_output *out, const array_context *c)
{
    sci_h5_output *file = out->file;

    out->file = NULL;
    return sci_h5_output_close(file, c->settings->common.verify, !c->settings->common.no_sync);
}

void
array_output_clear(array_output *out)
{
    sci_sink_free(out->sink);
    sci_h5_output_free(out->file);
    sci_free(out->dataset);
    sci_free(out->record);
    *out = (array_output){ 0 };
}
