/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows as columns. */
#include <string.h>

#include "h5_stats_priv.h"

#define MOMENTS(field) offsetof(sci_moments, field)
#define RUNNING(field) offsetof(sci_running, field)

static const h5_column moments_column[SCI_MOMENTS_COLUMNS] = {
    { "count", SCI_UINT64, MOMENTS(count), true },
    { "weight", SCI_FLOAT64, MOMENTS(weight), true },
    { "mean_hi", SCI_FLOAT64, MOMENTS(mean_hi), false },
    { "mean_lo", SCI_FLOAT64, MOMENTS(mean_lo), false },
    { "m2", SCI_FLOAT64, MOMENTS(m2), false },
    { "min", SCI_FLOAT64, MOMENTS(min), false },
    { "max", SCI_FLOAT64, MOMENTS(max), false },
    { "exponent", SCI_INT32, MOMENTS(exponent), true },
};

static const h5_column running_column[SCI_RUNNING_COLUMNS] = {
    { "mean", SCI_FLOAT64, RUNNING(mean), false },
    { "variance", SCI_FLOAT64, RUNNING(variance), false },
    { "steps", SCI_UINT64, RUNNING(steps), true },
};

static const h5_columns moments_columns = { SCI_MOMENTS_COLUMNS, sizeof(sci_moments),
                                            moments_column };
static const h5_columns running_columns = { SCI_RUNNING_COLUMNS, sizeof(sci_running),
                                            running_column };

const h5_columns *
h5_stats_columns(sci_stats_kind kind)
{
    return kind == SCI_STATS_RUNNING ? &running_columns : &moments_columns;
}

void
h5_column_gather(const h5_columns *c, int i, uint64_t n, const void *rows, void *elements)
{
    size_t size = sci_type_size(c->column[i].type);
    const char *from = (const char *)rows + c->column[i].offset;
    char *to = elements;

    for (uint64_t k = 0; k < n; k++, from += c->row_bytes, to += size)
        memcpy(to, from, size);
}

void
h5_column_scatter(const h5_columns *c, int i, uint64_t n, const void *elements, void *rows)
{
    size_t size = sci_type_size(c->column[i].type);
    const char *from = elements;
    char *to = (char *)rows + c->column[i].offset;

    for (uint64_t k = 0; k < n; k++, from += size, to += c->row_bytes)
        memcpy(to, from, size);
}
