/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Make an HDF5 file of random arrays for the tests of the programs:
 *
 *     h5make FILE /x:f4:1000x30x40 [mean=5] [sd=2] [labels=7] [chunk=100x30x40] [gzip=4] [shuffle]
 *                 [seed=3] [/y:…]
 *
 * labels=K gives integers -1 … K-2 instead of normal numbers. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sci/h5.h>
#include <sci/memory.h>

#include <support/elements.h>
#include <support/random.h>

typedef struct recipe {
    char path[128];
    sci_array array;
    sci_h5_layout layout;
    double mean, sd;
    uint64_t labels, seed;
} recipe;

static void
give_up(const char *what, const char *about)
{
    fprintf(stderr, "h5make: %s '%s': %s\n", what, about, sci_message());
    exit(1);
}

/* "10x20" */
static int
parse_sizes(const char *text, uint64_t sizes[SCI_MAX_RANK])
{
    int n = 0;
    char *end;

    for (;;) {
        if (n == SCI_MAX_RANK)
            give_up("too many sizes", text);
        sizes[n++] = strtoull(text, &end, 10);
        if (*end != 'x')
            return n;
        text = end + 1;
    }
}

/* "/x:f4:10x20" */
static void
parse_start(const char *text, recipe *r)
{
    char type[8], sizes[256];

    memset(r, 0, sizeof *r);
    r->sd = 1.0;
    if (sscanf(text, "%127[^:]:%7[^:]:%255s", r->path, type, sizes) != 3)
        give_up("not a dataset", text);
    r->array.rank = parse_sizes(sizes, r->array.shape);
    for (size_t k = 0; k < sizeof element_types / sizeof *element_types; k++) {
        if (strcmp(sci_type_name(element_types[k]), type) == 0) {
            r->array.type = element_types[k];
            return;
        }
    }
    give_up("not a type", type);
}

static void
parse_option(const char *text, recipe *r)
{
    const char *value = strchr(text, '=');

    value = value == NULL ? "" : value + 1;
    if (strncmp(text, "mean=", 5) == 0)
        r->mean = strtod(value, NULL);
    else if (strncmp(text, "sd=", 3) == 0)
        r->sd = strtod(value, NULL);
    else if (strncmp(text, "labels=", 7) == 0)
        r->labels = strtoull(value, NULL, 10);
    else if (strncmp(text, "seed=", 5) == 0)
        r->seed = strtoull(value, NULL, 10);
    else if (strncmp(text, "gzip=", 5) == 0)
        r->layout.deflate = (int)strtol(value, NULL, 10);
    else if (strcmp(text, "shuffle") == 0)
        r->layout.shuffle = true;
    else if (strncmp(text, "chunk=", 6) == 0)
        r->layout.chunked = parse_sizes(value, r->layout.chunk) == r->array.rank;
    else
        give_up("unknown option", text);
}

static void *
make_elements(const recipe *r, uint64_t n)
{
    random_stream stream = random_start(r->seed);
    void *elements;

    if (r->labels == 0)
        return elements_normal(&stream, r->array.type, false, n, r->mean, r->sd);
    elements = malloc(n * sci_type_size(r->array.type) + 1);
    for (uint64_t i = 0; elements != NULL && i < n; i++)
        element_set(elements, r->array.type, false, i,
                    (long double)random_below(&stream, r->labels) - 1.0L);
    return elements;
}

/* The sink has no short way for whole arrays with a layout, so an identity is applied to the
 * elements. */
static sci_status
write_elements(sci_h5_output *out, const recipe *r)
{
    sci_options options = { .threads = 1 };
    sci_source *source = NULL;
    sci_sink *sink = NULL;
    sci_grouping *g = NULL;
    sci_affine *identity = NULL;
    sci_stats *stats = NULL;
    sci_rows_source rows;
    uint64_t n = 0;
    void *elements = NULL;
    sci_status st;

    st = sci_array_count(&r->array, &n);
    if (st != SCI_OK)
        return st;
    elements = make_elements(r, n);
    st = sci_source_memory(&source, &r->array, elements, r->path);
    if (st == SCI_OK)
        st = sci_grouping_create(&g, r->array.rank, r->array.shape);
    if (st == SCI_OK)
        st = sci_affine_create(&identity, g, 0.0, 0);
    if (st == SCI_OK)
        st = sci_stats_create(&stats, g, 0); /* empty groups are left as they are */
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out, r->path, &r->array, &r->layout, NULL, &sink);
    if (st == SCI_OK) {
        rows = sci_stats_rows(stats);
        st = sci_apply(source, identity, &rows, NULL, &options, sink, NULL);
    }
    sci_sink_free(sink);
    sci_stats_free(stats);
    sci_affine_free(identity);
    sci_grouping_free(g);
    sci_source_free(source);
    free(elements);
    return st;
}

int
main(int argc, char **argv)
{
    sci_h5_output *out = NULL;
    recipe r;
    int fd, at = 2;

    if (argc < 3) {
        fputs("usage: h5make FILE DATASET:TYPE:SHAPE [OPTION...]...\n", stderr);
        return 2;
    }
    fd = open(argv[1], O_CREAT | O_TRUNC | O_RDWR, 0666);
    if (fd < 0 || close(fd) != 0 || sci_h5_output_create(&out, argv[1]) != SCI_OK)
        give_up("cannot create", argv[1]);
    while (at < argc) {
        parse_start(argv[at++], &r);
        while (at < argc && argv[at][0] != '/')
            parse_option(argv[at++], &r);
        if (write_elements(out, &r) != SCI_OK)
            give_up("cannot write", r.path);
    }
    if (sci_h5_output_close(out, false, false) != SCI_OK)
        give_up("cannot close", argv[1]);
    return 0;
}
