/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments of a large array in memory, by every kernel, beside a plain sum of the same elements. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contest.h"
#include "plain_sum.h"
#include "serve.h"

#define COLUMNS 1024
#define BANDS 40

typedef struct moments_bench {
    sci_array array; /* (rows, COLUMNS) */
    uint64_t count;
    float *f32;
    double *f64;
    uint8_t *mask, *map;
    sci_source *mask_source, *map_source;
    sci_labels *bands, *map_labels;
    sci_grouping *pooled, *columns, *banded, *masked, *mapped;
    volatile double result; /* keeps the compiler from dropping the sums */
} moments_bench;

/* 80 % of the elements, at random. */
static sci_status
build_masked(moments_bench *b)
{
    static const int both[] = { 0, 1 };
    sci_array bytes = b->array;
    uint64_t state = 7;
    sci_status st;

    bytes.type = SCI_UINT8;
    st = sci_alloc(&b->mask, b->count, 1, 1);
    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < b->count; i++)
        b->mask[i] = next_random(&state) % 5 != 0;
    st = sci_source_memory(&b->mask_source, &bytes, b->mask, "mask");
    if (st == SCI_OK)
        st = sci_grouping_create(&b->masked, 2, b->array.shape);
    if (st == SCI_OK)
        st = sci_grouping_mask(b->masked, 2, both, b->mask_source);
    return st;
}

/* Four labels in runs of 1 to 32 elements, as in a segmentation. */
static sci_status
build_mapped(moments_bench *b)
{
    static const int both[] = { 0, 1 };
    static const int64_t levels[] = { 0, 1, 2, 3 };
    sci_array bytes = b->array;
    uint64_t state = 8, left = 0, label = 0;
    sci_status st;

    bytes.type = SCI_UINT8;
    st = sci_alloc(&b->map, b->count, 1, 1);
    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < b->count; i++, left--) {
        if (left == 0) {
            uint64_t r = next_random(&state);
            left = 1 + (r >> 8) % 32;
            label = (label + 1 + r % 3) % 4;
        }
        b->map[i] = (uint8_t)label;
    }
    st = sci_source_memory(&b->map_source, &bytes, b->map, "map");
    if (st == SCI_OK)
        st = sci_labels_from_source(&b->map_labels, b->map_source, 4, levels);
    if (st == SCI_OK)
        st = sci_grouping_create(&b->mapped, 2, b->array.shape);
    if (st == SCI_OK)
        st = sci_grouping_label(b->mapped, 2, both, b->map_labels);
    return st;
}

/* Bands that widen along the inner axis, as mel bands do: runs of 1 to 50 elements. */
static sci_status
build_banded(moments_bench *b)
{
    static const int inner = 1;
    int64_t band[COLUMNS];
    sci_status st;

    for (int64_t i = 0; i < COLUMNS; i++) {
        int64_t k = 0;
        while (k + 1 < BANDS && (k + 1) * (k + 1) * COLUMNS <= i * BANDS * BANDS)
            k++;
        band[i] = k;
    }
    st = sci_labels_create(&b->bands, COLUMNS, band);
    if (st == SCI_OK)
        st = sci_grouping_create(&b->banded, 2, b->array.shape);
    if (st == SCI_OK)
        st = sci_grouping_label(b->banded, 1, &inner, b->bands);
    return st;
}

static sci_status
build(moments_bench *b)
{
    sci_status st;

    st = sci_grouping_create(&b->pooled, 2, b->array.shape);
    if (st == SCI_OK)
        st = sci_grouping_create(&b->columns, 2, b->array.shape);
    if (st == SCI_OK)
        st = sci_grouping_keep(b->columns, 1);
    if (st == SCI_OK)
        st = build_banded(b);
    if (st == SCI_OK)
        st = build_masked(b);
    if (st == SCI_OK)
        st = build_mapped(b);
    return st;
}

static sci_status
fit(moments_bench *b, const sci_grouping *grouping, sci_type type)
{
    sci_options options = { .threads = 1 };
    sci_array array = b->array;
    sci_source *source = NULL;
    sci_stats *stats = NULL;
    sci_status st;

    array.type = type;
    st = sci_source_memory(&source, &array,
                           type == SCI_FLOAT32 ? (const void *)b->f32 : (const void *)b->f64, "x");
    if (st == SCI_OK)
        st = sci_fit(source, grouping, &options, &stats, NULL);
    sci_stats_free(stats);
    sci_source_free(source);
    return st;
}

/* Words are a kernel and a type: "sum32", "columns64". */
static sci_status
moments_task(void *context, const char *word, double *seconds)
{
    moments_bench *b = context;
    const struct {
        const char *name;
        const sci_grouping *grouping;
    } fits[] = { { "pooled", b->pooled },
                 { "columns", b->columns },
                 { "banded", b->banded },
                 { "masked", b->masked },
                 { "mapped", b->mapped } };
    size_t stem = strcspn(word, "0123456789");
    bool wide = strcmp(word + stem, "64") == 0;
    sci_type type = wide ? SCI_FLOAT64 : SCI_FLOAT32;
    sci_moments moments;
    double start = now_seconds();
    sci_status st = sci_fail(SCI_ERR_ARGUMENT, "no task '%s'", word);

    if (strncmp(word, "sum", stem) == 0) {
        b->result = wide ? plain_sum_f64(b->f64, b->count) : plain_sum_f32(b->f32, b->count);
        st = SCI_OK;
    } else if (strncmp(word, "of", stem) == 0) {
        st = sci_moments_of(&moments, type, wide ? (const void *)b->f64 : (const void *)b->f32,
                            b->count, SCI_NAN_REFUSE);
    }
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++)
        if (strlen(fits[i].name) == stem && strncmp(word, fits[i].name, stem) == 0)
            st = fit(b, fits[i].grouping, type);
    *seconds = now_seconds() - start;
    return st;
}

static void
clear(moments_bench *b)
{
    sci_grouping_free(b->mapped);
    sci_grouping_free(b->masked);
    sci_grouping_free(b->banded);
    sci_grouping_free(b->columns);
    sci_grouping_free(b->pooled);
    sci_labels_free(b->map_labels);
    sci_labels_free(b->bands);
    sci_source_free(b->map_source);
    sci_source_free(b->mask_source);
    sci_free(b->map);
    sci_free(b->mask);
    sci_free(b->f64);
    sci_free(b->f32);
}

int
serve_moments(int argc, char **argv)
{
    moments_bench b = { .array = { .rank = 2, .type = SCI_FLOAT32 } };
    unsigned long mebi = argc == 1 ? strtoul(argv[0], NULL, 10) : 0;
    sci_status st;
    int code = 1;

    if (mebi == 0) {
        puts("expected MEBI_ELEMENTS");
        return 2;
    }
    b.array.shape[0] = mebi << 10;
    b.array.shape[1] = COLUMNS;
    b.count = b.array.shape[0] * COLUMNS;
    st = sci_alloc(&b.f32, b.count, 1, sizeof *b.f32);
    if (st == SCI_OK)
        st = sci_alloc(&b.f64, b.count, 1, sizeof *b.f64);
    if (st == SCI_OK) {
        fill_floats(b.f32, b.count, 2);
        for (uint64_t i = 0; i < b.count; i++)
            b.f64[i] = (double)b.f32[i];
        st = build(&b);
    }
    if (st == SCI_OK)
        code = serve(moments_task, &b);
    else
        printf("%s: %s\n", sci_status_name(st), sci_message());
    clear(&b);
    return code;
}
