/* SPDX-License-Identifier: BSD-3-Clause */
/* Group normalization of a dataset of any size, from one HDF5 file to another:
 *   hdf5 IN.h5:/x GROUPS OUT.h5       gives OUT.h5:/y in float32 */
#include <stdio.h>
#include <stdlib.h>

#include <sci.h>
#include <sci/h5.h>

/* Axis 0 is the sample, axis 1 the channel; the other axes are pooled. */
static sci_status
group_channels(sci_grouping **out, sci_labels **blocks, const sci_array *array, uint64_t groups)
{
    sci_status st;

    if (array->rank < 2)
        return sci_fail(SCI_ERR_SHAPE, "%d axes; at least 2 are needed", array->rank);
    st = sci_grouping_create(out, array->rank, array->shape);
    if (st != SCI_OK)
        return st;
    st = sci_grouping_keep(*out, 0);
    if (st != SCI_OK)
        return st;
    st = sci_labels_blocks(blocks, array->shape[1], groups);
    if (st != SCI_OK)
        return st;
    return sci_grouping_label(*out, 1, (const int[]){ 1 }, *blocks);
}

/* Normalize `source` into dataset /y of the new file `path`. */
static sci_status
write_normalized(const char *path, sci_source *source, const sci_affine *affine)
{
    const sci_options options = { 0 };
    sci_array array = source->array;
    sci_h5_layout layout;
    sci_h5_output *output = NULL;
    sci_sink *sink = NULL;
    sci_status st;

    array.type = SCI_FLOAT32;
    array.swapped = false;
    sci_h5_source_layout(source, &layout);
    st = sci_h5_output_create(&output, path);
    if (st != SCI_OK)
        goto out;
    st = sci_h5_output_dataset(output, "/y", &array, &layout, source, &sink);
    if (st != SCI_OK)
        goto out;
    st = sci_normalize(source, affine, &options, sink, NULL, NULL);
    if (st != SCI_OK)
        goto out;
    sci_sink_free(sink);
    sink = NULL;
    st = sci_h5_output_close(output, false, true);
    output = NULL;
out:
    sci_sink_free(sink);
    sci_h5_output_free(output);
    return st;
}

static sci_status
normalize_file(const char *input, uint64_t groups, const char *target)
{
    sci_source *source = NULL;
    sci_grouping *grouping = NULL;
    sci_labels *blocks = NULL;
    sci_affine *affine = NULL;
    char *temporary = NULL; /* the output appears under its name when it is complete */
    sci_status st;

    st = sci_h5_source_open_operand(&source, input, NULL);
    if (st != SCI_OK)
        goto out;
    st = group_channels(&grouping, &blocks, &source->array, groups);
    if (st != SCI_OK)
        goto out;
    st = sci_affine_create(&affine, grouping, 1e-5, 0);
    if (st != SCI_OK)
        goto out;
    st = sci_temporary_create(&temporary, target);
    if (st != SCI_OK)
        goto out;
    st = write_normalized(temporary, source, affine);
    if (st == SCI_OK)
        st = sci_temporary_commit(temporary, target, true);
    if (st != SCI_OK)
        sci_temporary_discard(temporary);
out:
    sci_free(temporary);
    sci_affine_free(affine);
    sci_grouping_free(grouping);
    sci_labels_free(blocks);
    sci_source_free(source);
    return st;
}

int
main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long long groups = argc == 4 ? strtoull(argv[2], &end, 10) : 0;

    if (groups == 0 || *end != '\0') {
        fprintf(stderr, "usage: hdf5 IN.h5:/dataset GROUPS OUT.h5\n");
        return 2;
    }
    if (normalize_file(argv[1], groups, argv[3]) != SCI_OK) {
        fprintf(stderr, "hdf5: error: %s\n", sci_message());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
