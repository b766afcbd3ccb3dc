/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output_minc.h"

#include <float.h>
#include <math.h>

#include <sci/h5_values.h>
#include <sci/matrix.h>
#include <sci/memory.h>

#include "h5_minc.h"
#include "ranges.h"

enum { LEAST, MOST };

static const char *const paths[] = { "/minc-2.0/image/0/image-min", "/minc-2.0/image/0/image-max" };

typedef struct minc_output {
    imaging_ranges *ranges;
    sci_source *old[2]; /* image-min and image-max of the input; NULL */
} minc_output;

void
imaging_minc_free(imaging_output *out)
{
    minc_output *m = out->private_data;

    sci_source_free(m->old[LEAST]);
    sci_source_free(m->old[MOST]);
    imaging_ranges_free(m->ranges);
    sci_free(m);
    out->private_data = NULL;
}

static sci_status
open_old(imaging_output *out, minc_output *m)
{
    char *file_name = NULL, *dataset = NULL;
    sci_h5_file *file = NULL;
    sci_status st = sci_h5_split_operand(out->volume->stored->name, &file_name, &dataset);

    if (st == SCI_OK)
        st = sci_h5_file_open(&file, file_name);
    for (int k = 0; st == SCI_OK && k < 2; k++) {
        bool there = false;

        st = sci_h5_file_has(file, paths[k], &there);
        if (st == SCI_OK && there)
            st = sci_h5_file_source(&m->old[k], file, paths[k], &out->c->h5);
    }
    sci_h5_file_close(file);
    sci_free(file_name);
    sci_free(dataset);
    return st;
}

sci_status
imaging_minc_begin(imaging_output *out)
{
    minc_output *m = NULL;
    uint64_t count, n = 1, n_most = 1;
    sci_sink *sink = NULL;
    sci_status st = sci_alloc_zero(&m, 1, 1, sizeof *m);

    if (st != SCI_OK)
        return st;
    out->private_data = m;
    st = open_old(out, m);
    if (st == SCI_OK)
        st = sci_array_count(&out->sink->array, &count);
    if (st == SCI_OK && m->old[LEAST] != NULL)
        st = sci_array_count(&m->old[LEAST]->array, &n);
    if (st == SCI_OK && m->old[MOST] != NULL)
        st = sci_array_count(&m->old[MOST]->array, &n_most);
    /* A float image is read whatever they are; those that fit nothing are left alone then. */
    if (st == SCI_OK && (n != n_most || n == 0 || count % n != 0))
        n = 1;
    if (st == SCI_OK)
        st = imaging_ranges_create(&m->ranges, n, count);
    if (st == SCI_OK)
        st = imaging_ranges_sink(&sink, out->sink, m->ranges);
    if (st == SCI_OK)
        out->sink = sink;
    return st;
}

static sci_status
write_limit(imaging_output *out, const minc_output *m, int k)
{
    sci_array array = { .type = SCI_FLOAT64 };
    sci_h5_layout layout = { 0 };
    sci_options options = { .threads = 1 };
    const double *found = k == LEAST ? m->ranges->least : m->ranges->most;
    sci_sink *sink = NULL;
    sci_writer *writer = NULL;
    uint64_t n = 1;
    sci_status st = SCI_OK;

    if (m->old[k] != NULL) {
        array = m->old[k]->array;
        array.type = SCI_FLOAT64;
        array.swapped = false;
        st = sci_array_count(&array, &n);
        sci_h5_source_layout(m->old[k], &layout);
    }
    if (st != SCI_OK || n != m->ranges->n)
        return st;
    st = sci_h5_output_remove(out->file, paths[k]);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out->file, paths[k], &array, &layout, m->old[k], &sink);
    if (st == SCI_OK)
        st = sci_writer_create(&writer, sink, &options);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        double value = isnan(found[i]) ? 0.0 : found[i]; /* a slice without numbers */

        st = sci_writer_append(writer, &value, 1);
    }
    if (st == SCI_OK)
        st = sci_writer_finish(writer);
    sci_writer_free(writer);
    sci_sink_free(sink);
    return st;
}

sci_status
imaging_minc_finish(imaging_output *out)
{
    const minc_output *m = out->private_data;
    double range[2];
    sci_status st;

    imaging_ranges_whole(m->ranges, &range[0], &range[1]);
    if (!(range[0] <= range[1])) { /* no numbers at all: what the type holds */
        range[0] = -(double)FLT_MAX;
        range[1] = (double)FLT_MAX;
    }
    st = sci_h5_output_attribute_numbers(out->file, MINC_IMAGE, "valid_range", 2, range);
    for (int k = 0; st == SCI_OK && k < 2; k++)
        st = write_limit(out, m, k);
    return st;
}
