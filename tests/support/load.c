/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "load.h"

#include <stdlib.h>
#include <string.h>

#include <sci/h5.h>

#include "elements.h"
#include "testing.h"

loaded
load_dataset(const char *path, const char *dataset)
{
    sci_source *source = NULL;
    loaded l;

    memset(&l, 0, sizeof l);
    assert_ok(sci_h5_source_open(&source, path, dataset, NULL));
    l.array = source->array;
    assert_ok(sci_array_count(&l.array, &l.n));
    l.bytes = test_alloc(l.n, sci_type_size(l.array.type));
    l.values = test_alloc(l.n, sizeof *l.values);
    assert_ok(sci_source_read(source, 0, l.n, l.bytes));
    for (uint64_t i = 0; i < l.n; i++)
        l.values[i] = (double)element_get(l.bytes, l.array.type, l.array.swapped, i);
    sci_source_free(source);
    return l;
}

void
loaded_free(loaded *l)
{
    free(l->bytes);
    free(l->values);
    memset(l, 0, sizeof *l);
}
