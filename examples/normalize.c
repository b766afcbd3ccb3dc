/* SPDX-License-Identifier: BSD-3-Clause */
/* Group normalization of an array in memory: (N, C, H, W) with the channels in two groups. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sci.h>

enum { N = 2, C = 6, H = 16, W = 16, ELEMENTS = N * C * H * W };

static float x[ELEMENTS], y[ELEMENTS];

/* y := x normalized; every (n, group of channels) gets mean 0 and variance 1. */
static sci_status
group_norm(const sci_array *array)
{
    const sci_options options = { 0 }; /* zero means the default, here: all processors */
    sci_labels *blocks = NULL;
    sci_grouping *grouping = NULL;
    sci_affine *affine = NULL;
    sci_source *source = NULL;
    sci_sink *sink = NULL;
    sci_status st;

    st = sci_grouping_create(&grouping, array->rank, array->shape);
    if (st != SCI_OK)
        goto out;
    st = sci_grouping_keep(grouping, 0);
    if (st != SCI_OK)
        goto out;
    st = sci_labels_blocks(&blocks, C, 2);
    if (st != SCI_OK)
        goto out;
    st = sci_grouping_label(grouping, 1, (const int[]){ 1 }, blocks);
    if (st != SCI_OK)
        goto out;
    st = sci_affine_create(&affine, grouping, 1e-5, 0);
    if (st != SCI_OK)
        goto out;
    st = sci_source_memory(&source, array, x, "x");
    if (st != SCI_OK)
        goto out;
    st = sci_sink_memory(&sink, array, y, "y");
    if (st != SCI_OK)
        goto out;
    st = sci_normalize(source, affine, &options, sink, NULL, NULL);
out:
    sci_sink_free(sink);
    sci_source_free(source);
    sci_affine_free(affine);
    sci_grouping_free(grouping);
    sci_labels_free(blocks);
    return st;
}

static int
print_group(const char *name, const float *elements)
{
    sci_moments m;

    if (sci_moments_of(&m, SCI_FLOAT32, elements, C / 2 * H * W, SCI_NAN_REFUSE) != SCI_OK)
        return 1;
    printf("%s: mean %10.6f, sd %.6f\n", name, sci_moments_mean(&m), sci_moments_sd(&m, 0));
    return 0;
}

int
main(void)
{
    const sci_array array = { .rank = 4, .shape = { N, C, H, W }, .type = SCI_FLOAT32 };

    for (int i = 0; i < ELEMENTS; i++)
        x[i] = (float)(100.0 + (i / (H * W) + 1) * sin(i));
    if (print_group("first group before", x) != 0 || group_norm(&array) != SCI_OK
        || print_group("first group after ", y) != 0) {
        fprintf(stderr, "normalize: error: %s\n", sci_message());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
