/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Print the elements of a dataset, one a line, 17 digits: h5cat FILE:/dataset */
#include <stdio.h>

#include <sci/h5.h>
#include <sci/memory.h>

#include <support/elements.h>

int
main(int argc, char **argv)
{
    sci_source *source = NULL;
    uint64_t n = 0;
    void *elements = NULL;
    sci_status st;

    if (argc != 2) {
        fputs("usage: h5cat FILE:/dataset\n", stderr);
        return 2;
    }
    st = sci_h5_source_open_operand(&source, argv[1], NULL);
    if (st == SCI_OK)
        st = sci_array_count(&source->array, &n);
    if (st == SCI_OK)
        st = sci_alloc(&elements, n, 1, sci_type_size(source->array.type));
    if (st == SCI_OK)
        st = sci_source_read(source, 0, n, elements);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        printf("%.17Lg\n", element_get(elements, source->array.type, source->array.swapped, i));
    if (st != SCI_OK)
        fprintf(stderr, "h5cat: %s\n", sci_message());
    sci_free(elements);
    sci_source_free(source);
    return st == SCI_OK ? 0 : 1;
}
