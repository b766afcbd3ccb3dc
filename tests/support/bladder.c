/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bladder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "place.h"
#include "testing.h"

static void
data_path(char *path)
{
    place_source(path, "data/bladder400.h5ad");
}

expression
bladder_load(uint64_t genes)
{
    char path[PLACE_ROOM];
    expression all, e;

    data_path(path);
    all = expression_load(path, "batch");
    e = expression_make(all.cells, genes, all.batches, 0);
    memcpy(e.batch, all.batch, all.cells * sizeof *all.batch);
    for (uint64_t i = 0; i < all.cells; i++)
        memcpy(e.values + i * genes, all.values + i * all.genes, genes * sizeof *e.values);
    expression_free(&all);
    return e;
}

void
bladder_add_cancer(expression *e)
{
    static const char *const labels[] = { "Biopsy", "Cancer", "Normal" };
    char path[PLACE_ROOM];
    uint64_t levels;
    int32_t *codes;

    data_path(path);
    codes = expression_codes(path, "cancer", &levels);
    assert_count(levels, 3);
    expression_design(
        e, 1,
        &(design_variable){ .name = "cancer", .levels = 3, .labels = labels, .codes = codes });
    free(codes);
}

void
bladder_add_age(expression *e, double offset)
{
    char path[PLACE_ROOM];
    loaded age;

    data_path(path);
    age = load_dataset(path, "/obs/age");
    for (uint64_t i = 0; i < age.n; i++)
        age.values[i] += offset;
    expression_design(e, 1, &(design_variable){ .name = "age", .numbers = age.values });
    loaded_free(&age);
}

void
bladder_miss(expression *e, double share)
{
    for (uint64_t i = 0; i < e->cells * e->genes; i++) {
        double scattered = fmod((double)(i + 1) * 2654435761.0, 4294967296.0) / 4294967296.0;

        if (scattered < share)
            e->values[i] = (double)NAN;
    }
}

void
bladder_set(expression *e, uint64_t gene, int32_t batch, double value)
{
    for (uint64_t i = 0; i < e->cells; i++)
        if (batch < 0 || e->batch[i] == batch)
            e->values[i * e->genes + gene] = value;
}

uint64_t
bladder_cell(const expression *e, int32_t batch, uint64_t nth)
{
    for (uint64_t i = 0; i < e->cells; i++)
        if (e->batch[i] == batch && nth-- == 0)
            return i;
    test_failed(__FILE__, __LINE__, "batch %d has fewer cells", (int)batch);
}
