/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output of one input: where the dataset goes, how it is stored, and the record beside it. */
#ifndef ARRAY_OUTPUT_H
#define ARRAY_OUTPUT_H

#include <sci/h5_look.h>

#include "context.h"

typedef struct array_output {
    sci_h5_output *file;
    sci_sink *sink;
    char *dataset; /* "/y" */
    bool siblings; /* all else of the input's file is there too */
    char *record;  /* "/libsci/y": what is kept so that the step can be undone */
} array_output;

/* The element type that --dtype or the input asks for: f64 for f64, else f32. */
sci_type array_output_type(const array_context *c, const sci_source *input);

/* Begin the worker's main temporary. With `dataset` NULL everything else in the input's file is
 * copied and the new dataset takes the old one's place; otherwise the output holds just
 * `dataset`. `layout` NULL: as the input is stored. */
sci_status array_output_open(array_output *out, const array_context *c, sci_source *input,
                             const char *dataset, sci_type type,
                             const sci_h5_layout *layout) SCI_MUST_CHECK;

/* After the pass: the dataset is whole, its attributes come now. Then close and verify the file. */
void array_output_flush(array_output *out);
sci_status array_output_close(array_output *out, const array_context *c) SCI_MUST_CHECK;
void array_output_clear(array_output *out); /* gives up what is not closed */

#endif
