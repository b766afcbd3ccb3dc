/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images in HDF5 files: everything else of the file is copied, what became stale goes. */
#include <stdio.h>
#include <string.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "cli/message.h"

#include "output_formats.h"
#include "output_minc.h"

static sci_status
history(imaging_output *self, const char *line)
{
    char *old = NULL, *text = NULL;
    sci_status st = SCI_OK;
    sci_h5_file *file = NULL;

    if (self->volume->format != IMAGING_MINC2)
        return SCI_OK;
    st = sci_h5_output_look(self->file, &file);
    if (st == SCI_OK && sci_h5_file_text(file, "/minc-2.0", "history", &old) != SCI_OK)
        old = NULL;
    sci_h5_file_close(file);
    if (st == SCI_OK)
        st = sci_format(&text, "%s%s%s\n", old != NULL ? old : "",
                        old != NULL && *old != '\0' && old[strlen(old) - 1] != '\n' ? "\n" : "",
                        line);
    if (st == SCI_OK)
        st = sci_h5_output_text(self->file, "/minc-2.0", "history", text);
    sci_free(old);
    sci_free(text);
    return st;
}

static sci_status
close_file(imaging_output *self)
{
    sci_h5_output *file = self->file;
    const cli_common *common = &self->c->settings->common;
    sci_status st = self->volume->format == IMAGING_MINC2 ? imaging_minc_finish(self) : SCI_OK;

    if (st != SCI_OK)
        return st;
    self->file = NULL;
    return sci_h5_output_close(file, common->verify, !common->no_sync);
}

static const imaging_output_ops ops = { .history = history,
                                        .close = close_file,
                                        .free = imaging_minc_free }; /* nobody else has data */

/* fastMRI's maximum and norm are those of the input. */
static sci_status
forget_norms(imaging_output *out)
{
    static const char *const names[] = { "max", "norm" };
    sci_h5_file *file = NULL;
    bool there[2] = { false, false };
    sci_status st = sci_h5_output_look(out->file, &file);

    for (int k = 0; st == SCI_OK && k < 2; k++)
        st = sci_h5_file_has_attribute(file, "/", names[k], &there[k]);
    sci_h5_file_close(file);
    for (int k = 0; st == SCI_OK && k < 2; k++)
        if (there[k]) {
            cli_note("'%s': attribute '%s' is that of the input; the output does without it",
                     out->volume->name, names[k]);
            st = sci_h5_output_forget(out->file, "/", names[k]);
        }
    return st;
}

/* ITK takes the element type from a text beside the voxels, in C's words. */
static sci_status
rename_type(imaging_output *out, sci_type type)
{
    const char *end = strrchr(out->dataset, '/');
    char word[8], *path = NULL;
    sci_texts_maker maker = { 0 };
    sci_texts texts = { 0 };
    sci_status st = sci_format(&path, "%.*s/VoxelType", (int)(end - out->dataset), out->dataset);

    (void)snprintf(word, sizeof word, "%s", type == SCI_FLOAT64 ? "DOUBLE" : "FLOAT");
    if (st == SCI_OK)
        st = sci_texts_add(&maker, word, strlen(word));
    if (st == SCI_OK)
        st = sci_texts_finish(&maker, &texts);
    if (st == SCI_OK)
        st = sci_h5_output_remove(out->file, path);
    if (st == SCI_OK)
        st = sci_h5_output_array_texts(out->file, path, &texts);
    sci_texts_maker_clear(&maker);
    sci_texts_clear(&texts);
    sci_free(path);
    return st;
}

static sci_status
replace_stale(imaging_output *out, sci_type type)
{
    switch (out->volume->format) {
    case IMAGING_FASTMRI:
        return forget_norms(out);
    case IMAGING_ITK:
        return rename_type(out, type);
    case IMAGING_MINC2:
        return imaging_minc_begin(out);
    default:
        return SCI_OK;
    }
}

sci_status
imaging_h5_output(imaging_output *out, const char *temporary, const char *dataset, sci_type type)
{
    imaging_volume *volume = out->volume;
    sci_array array = volume->stored->array;
    sci_h5_layout layout;
    sci_status st;

    out->ops = &ops;
    array.type = type;
    array.swapped = false;
    sci_h5_source_layout(volume->stored, &layout);
    st = sci_strdup(&out->dataset, dataset != NULL ? dataset : volume->dataset);
    if (st == SCI_OK && dataset != NULL && volume->format != IMAGING_HDF5)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "-o '%s': %s has its image in a fixed place; give the file alone", dataset,
                      imaging_format_name(volume->format));
    if (st == SCI_OK)
        st = sci_h5_output_create(&out->file, temporary);
    if (st == SCI_OK)
        sci_h5_output_digests(out->file, out->c->settings->common.verify);
    if (st == SCI_OK && dataset == NULL)
        st = sci_h5_output_copy_siblings(out->file, volume->stored);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out->file, out->dataset, &array, &layout, volume->stored,
                                   &out->sink);
    return st == SCI_OK ? replace_stale(out, type) : st;
}
