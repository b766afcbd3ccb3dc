/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "slice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/picture.h"
#include "values.h"

#define SIDE_MOST 1024 /* rows and columns drawn; a larger slice is thinned out */

/* The last two axes of an array at the middle of the others, which of samples and channels is
 * the first. */
typedef struct slice {
    uint64_t first;         /* element */
    uint64_t rows, columns; /* of the array */
    uint64_t row_step, column_step;
    char title[128]; /* "N=0, C=0, D=22" */
} slice;

static bool
is_first_taken(const char *name)
{
    return strcmp(name, "N") == 0 || strcmp(name, "C") == 0;
}

static slice
middle_slice(const sci_array *array, const array_axes *axes)
{
    slice s = { .rows = 1, .columns = 1 };
    int leading = array->rank > 2 ? array->rank - 2 : 0;
    size_t used = 0;

    for (int a = 0; a < leading && used < sizeof s.title; a++) {
        uint64_t index = is_first_taken(axes->names[a]) ? 0 : array->shape[a] / 2;

        s.first = s.first * array->shape[a] + index;
        used += (size_t)snprintf(s.title + used, sizeof s.title - used, "%s%s=%" PRIu64,
                                 a > 0 ? ", " : "", axes->names[a], index);
    }
    if (array->rank >= 1)
        s.columns = array->shape[array->rank - 1];
    if (array->rank >= 2)
        s.rows = array->shape[array->rank - 2];
    s.first *= s.rows * s.columns;
    s.row_step = s.rows / SIDE_MOST + 1;
    s.column_step = s.columns / SIDE_MOST + 1;
    return s;
}

static sci_status
read_slice(sci_source *source, const slice *s, size_t rows, size_t columns, float *values)
{
    size_t bytes = sci_type_size(source->array.type);
    unsigned char *row = NULL;
    sci_status st = sci_alloc(&row, (size_t)s->columns, bytes, 1);

    for (size_t r = 0; st == SCI_OK && r < rows; r++) {
        st = sci_source_read(source, s->first + r * s->row_step * s->columns, s->columns, row);
        for (size_t k = 0; st == SCI_OK && k < columns; k++)
            values[r * columns + k] =
                (float)array_value_real(&source->array, row + k * s->column_step * bytes);
    }
    sci_free(row);
    return st;
}

static sci_status
draw(const slice *s, const array_axes *axes, size_t rows, size_t columns, const float *before,
     const float *after, const sci_source *input, const char *path)
{
    int rank = axes->rank;
    cli_axis x = { .label = rank >= 1 ? axes->names[rank - 1] : "",
                   .step = (double)s->column_step };
    cli_axis y = { .label = rank >= 2 ? axes->names[rank - 2] : "", .step = (double)s->row_step };
    cli_panel panels[2] = { { .values = before,
                              .rows = rows,
                              .columns = columns,
                              .title = "before",
                              .x = x,
                              .y = y,
                              .value_label = "value" },
                            { .values = after,
                              .rows = rows,
                              .columns = columns,
                              .title = "after",
                              .x = x,
                              .y = y,
                              .value_label = "normalized" } };
    cli_picture picture = { .title = cli_operand_name(input->name),
                            .footnote = s->title[0] != '\0' ? s->title : NULL,
                            .panels = panels,
                            .n_panels = 2,
                            .colours = CLI_COLOURS_GREY };

    return cli_picture_write(path, &picture);
}

sci_status
array_picture(const array_context *c, const array_axes *axes, sci_source *before,
              const char *after_file, const char *after_dataset, const char *path)
{
    slice s = middle_slice(&before->array, axes);
    size_t rows = (size_t)((s.rows + s.row_step - 1) / s.row_step);
    size_t columns = (size_t)((s.columns + s.column_step - 1) / s.column_step);
    sci_source *after = NULL;
    float *values = NULL;
    uint64_t n = 0;
    sci_status st = sci_array_count(&before->array, &n);

    if (st == SCI_OK && n == 0)
        st = sci_fail(SCI_ERR_DEGENERATE, "'%s' is empty: there is nothing to draw", before->name);
    if (st == SCI_OK)
        st = array_open_dataset(c, after_file, after_dataset, &after);
    if (st == SCI_OK)
        st = sci_alloc(&values, 2 * rows, columns, sizeof *values);
    if (st == SCI_OK)
        st = read_slice(before, &s, rows, columns, values);
    if (st == SCI_OK)
        st = read_slice(after, &s, rows, columns, values + rows * columns);
    if (st == SCI_OK)
        st = draw(&s, axes, rows, columns, values, values + rows * columns, before, path);
    sci_free(values);
    sci_source_free(after);
    return st;
}
