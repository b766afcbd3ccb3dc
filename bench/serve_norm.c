/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalization of an array in memory into another that was allocated and touched before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contest.h"
#include "serve.h"

typedef struct norm_bench {
    sci_array array;
    uint64_t count;
    float *x, *y;
    sci_labels *blocks;
    sci_grouping *grouping;
    sci_affine *affine;
} norm_bench;

/* Axis 0 is N, axis 1 is C. */
static sci_status
build_grouping(norm_bench *b, const char *norm)
{
    bool keep_n = strcmp(norm, "batch") != 0;
    bool keep_c = strcmp(norm, "batch") == 0 || strcmp(norm, "instance") == 0;
    const int channel = 1;
    sci_status st;

    st = sci_grouping_create(&b->grouping, b->array.rank, b->array.shape);
    if (st == SCI_OK && keep_n)
        st = sci_grouping_keep(b->grouping, 0);
    if (st == SCI_OK && keep_c)
        st = sci_grouping_keep(b->grouping, channel);
    if (st == SCI_OK && strncmp(norm, "group:", 6) == 0) {
        st = sci_labels_blocks(&b->blocks, b->array.shape[channel], strtoull(norm + 6, NULL, 10));
        if (st == SCI_OK)
            st = sci_grouping_label(b->grouping, 1, &channel, b->blocks);
    }
    if (st == SCI_OK)
        st = sci_affine_create(&b->affine, b->grouping, 1e-5, 0);
    return st;
}

static sci_status
normalize(norm_bench *b, int threads)
{
    sci_options options = { .threads = threads };
    sci_source *source = NULL;
    sci_sink *sink = NULL;
    sci_status st;

    st = sci_source_memory(&source, &b->array, b->x, "x");
    if (st == SCI_OK)
        st = sci_sink_memory(&sink, &b->array, b->y, "y");
    if (st == SCI_OK)
        st = sci_normalize(source, b->affine, &options, sink, NULL, NULL);
    sci_sink_free(sink);
    sci_source_free(source);
    return st;
}

static sci_status
norm_task(void *context, const char *word, double *seconds)
{
    norm_bench *b = context;
    sci_status st = SCI_OK;
    double start = now_seconds();

    if (strcmp(word, "copy") == 0)
        memcpy(b->y, b->x, b->count * sizeof *b->x);
    else if (strncmp(word, "norm", 4) == 0)
        st = normalize(b, (int)strtol(word + 4, NULL, 10)); /* "norm2": two threads */
    else
        st = sci_fail(SCI_ERR_ARGUMENT, "no task '%s'", word);
    *seconds = now_seconds() - start;
    return st;
}

int
serve_norm(int argc, char **argv)
{
    norm_bench b = { 0 };
    sci_status st;
    int code = 1;

    if (argc != 2 || !parse_shape(argv[0], &b.array) || b.array.rank < 2) {
        puts("expected SHAPE NORM");
        return 2;
    }
    st = sci_array_count(&b.array, &b.count);
    if (st == SCI_OK)
        st = sci_alloc(&b.x, b.count, 1, sizeof *b.x);
    if (st == SCI_OK)
        st = sci_alloc_zero(&b.y, b.count, 1, sizeof *b.y);
    if (st == SCI_OK) {
        fill_floats(b.x, b.count, 1);
        memset(b.y, 1, b.count * sizeof *b.y); /* touch every page */
        st = build_grouping(&b, argv[1]);
    }
    if (st == SCI_OK)
        code = serve(norm_task, &b);
    else
        printf("%s: %s\n", sci_status_name(st), sci_message());
    sci_affine_free(b.affine);
    sci_grouping_free(b.grouping);
    sci_labels_free(b.blocks);
    sci_free(b.y);
    sci_free(b.x);
    return code;
}
