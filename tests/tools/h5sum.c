/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Print type, shape and a digest of the elements of a dataset, or groups and a digest of the rows
 * of a table: h5sum FILE:/dataset... or h5sum --table FILE... */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/h5.h>
#include <sci/memory.h>

#include <support/large.h>

static sci_status
print_sum(const char *operand)
{
    sci_source *source = NULL;
    uint64_t n = 0;
    void *elements = NULL;
    sci_status st;

    st = sci_h5_source_open_operand(&source, operand, NULL);
    if (st == SCI_OK)
        st = sci_array_count(&source->array, &n);
    if (st == SCI_OK)
        st = sci_alloc(&elements, n, 1, sci_type_size(source->array.type));
    if (st == SCI_OK)
        st = sci_source_read(source, 0, n, elements);
    if (st == SCI_OK) {
        uint64_t digest =
            digest_bytes(DIGEST_START, elements, n * sci_type_size(source->array.type));

        printf("%s%s", sci_type_name(source->array.type), source->array.swapped ? " swapped" : "");
        for (int a = 0; a < source->array.rank; a++)
            printf("%c%" PRIu64, a == 0 ? ' ' : 'x', source->array.shape[a]);
        printf(" %016" PRIx64 "\n", digest);
    }
    sci_free(elements);
    sci_source_free(source);
    return st;
}

static sci_status
print_table_sum(const char *path)
{
    sci_stats *stats = NULL;
    sci_status st = sci_stats_load(&stats, path);

    if (st == SCI_OK && sci_stats_moments(stats) == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s': not a table of moments", path);
    if (st == SCI_OK) {
        uint64_t n = sci_stats_groups(stats);
        uint64_t digest =
            digest_bytes(DIGEST_START, sci_stats_moments(stats), n * sizeof(sci_moments));

        printf("%" PRIu64 " groups%s %016" PRIx64 "\n", n,
               sci_stats_is_shard(stats) ? " of a shard" : "", digest);
    }
    sci_stats_free(stats);
    return st;
}

int
main(int argc, char **argv)
{
    bool tables = argc > 1 && strcmp(argv[1], "--table") == 0;

    for (int k = tables ? 2 : 1; k < argc; k++) {
        if ((tables ? print_table_sum(argv[k]) : print_sum(argv[k])) != SCI_OK) {
            fprintf(stderr, "h5sum: %s\n", sci_message());
            return 1;
        }
    }
    return 0;
}
