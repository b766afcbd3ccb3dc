/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outputs in the format of their input. */
#include "output_formats.h"

#include <string.h>

#include <sci/memory.h>

#include "pairs.h"

static bool
is_nifti(imaging_format format)
{
    return format == IMAGING_NIFTI1 || format == IMAGING_NIFTI2;
}

/* The extension of the target must be one of the input's format. */
static sci_status
check_target(const imaging_volume *volume, const char *target)
{
    bool nifti = imaging_nifti_stem(target) > 0;

    if (nifti == is_nifti(volume->format))
        return SCI_OK;
    if (nifti)
        return sci_fail(
            SCI_ERR_ARGUMENT,
            "'%s': an image in %s is written as such; give the output the extension of its "
            "input",
            target, imaging_format_name(volume->format));
    return sci_fail(SCI_ERR_ARGUMENT, "'%s': a NIfTI image is written as .nii or .nii.gz", target);
}

sci_status
imaging_output_create(imaging_output **out, const imaging_context *c, imaging_volume *volume,
                      const char *temporary, const char *target, const char *dataset, sci_type type)
{
    imaging_output *output = NULL;
    sci_status st = check_target(volume, target);

    if (st == SCI_OK)
        st = sci_alloc_zero(&output, 1, 1, sizeof *output);
    if (st != SCI_OK)
        return st;
    output->c = c;
    output->volume = volume;
    st = is_nifti(volume->format) ? imaging_nifti_output(output, temporary, target, dataset, type)
                                  : imaging_h5_output(output, temporary, dataset, type);
    if (st != SCI_OK) {
        imaging_output_free(output);
        return st;
    }
    *out = output;
    return SCI_OK;
}

sci_sink *
imaging_output_sink(imaging_output *output)
{
    return output->sink;
}

sci_status
imaging_output_flush(imaging_output *output)
{
    sci_status st = output->ops->flush != NULL ? output->ops->flush(output) : SCI_OK;

    sci_sink_free(output->sink);
    output->sink = NULL;
    return st;
}

sci_h5_output *
imaging_output_h5(imaging_output *output)
{
    return output->file;
}

const char *
imaging_output_dataset(const imaging_output *output)
{
    return output->dataset;
}

sci_status
imaging_output_history(imaging_output *output, const char *line)
{
    return output->ops->history(output, line);
}

sci_status
imaging_output_close(imaging_output *output)
{
    sci_status st = output->ops->close(output);

    imaging_output_free(output);
    return st;
}

void
imaging_output_free(imaging_output *output)
{
    if (output == NULL)
        return;
    sci_sink_free(output->sink);
    sci_h5_output_free(output->file);
    if (output->private_data != NULL)
        output->ops->free(output);
    sci_free(output->dataset);
    sci_free(output);
}
