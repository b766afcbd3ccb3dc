/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables of the cells as columns of a linear model. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "design.h"

/* ---- the order of levels ---- */

typedef struct ordered_label {
    const char *text;
    double number;
    uint64_t index;
} ordered_label;

static int
by_text(const void *a, const void *b)
{
    return strcmp(((const ordered_label *)a)->text, ((const ordered_label *)b)->text);
}

static int
by_number(const void *a, const void *b)
{
    double x = ((const ordered_label *)a)->number, y = ((const ordered_label *)b)->number;

    return x < y ? -1 : x > y ? 1 : by_text(a, b);
}

/* A decimal number, nothing around it. */
static bool
is_number(const char *text, double *number)
{
    char *end;

    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    *number = strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

sci_status
design_level_order(uint64_t n, const char *const *labels, uint64_t *order)
{
    ordered_label *list = NULL;
    bool numbers = true;
    sci_status st = sci_alloc(&list, n, 1, sizeof *list);

    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < n; i++) {
        list[i] = (ordered_label){ labels[i], 0.0, i };
        numbers = is_number(labels[i], &list[i].number) && numbers;
    }
    qsort(list, n, sizeof *list, numbers ? by_number : by_text);
    for (uint64_t i = 0; i < n; i++)
        order[i] = list[i].index;
    sci_free(list);
    return SCI_OK;
}

/* ---- columns ---- */

static uint64_t
columns_of(const design_variable *v)
{
    return v->levels == 0 ? 1 : v->levels - 1;
}

void
design_free(design *d)
{
    if (d == NULL)
        return;
    for (uint64_t k = 0; d->names != NULL && k < d->columns; k++)
        sci_free(d->names[k]);
    sci_free(d->names);
    sci_free(d->variable);
    sci_free(d->level);
    sci_free(d->values);
    sci_free(d);
}

static sci_status
name_column(design *d, uint64_t column, size_t number, const design_variable *v, uint64_t k)
{
    uint64_t level = v->contrasts == DESIGN_SUM ? k : k + 1;

    d->variable[column] = number;
    d->level[column] = v->levels == 0 ? -1 : (int64_t)level;
    if (v->levels == 0)
        return sci_strdup(&d->names[column], v->name);
    return sci_format(&d->names[column], "%s=%s", v->name, v->labels[level]);
}

static sci_status
design_describe(design *d, size_t n_variables, const design_variable *variables)
{
    uint64_t column = 0;
    sci_status st = SCI_OK;

    for (size_t i = 0; i < n_variables && st == SCI_OK; i++)
        for (uint64_t k = 0; k < columns_of(&variables[i]) && st == SCI_OK; k++)
            st = name_column(d, column++, i, &variables[i], k);
    return st;
}

static sci_status
design_allocate(design **out, uint64_t rows, size_t n_variables, const design_variable *variables)
{
    design *d = NULL;
    sci_status st = sci_alloc_zero(&d, 1, 1, sizeof *d);

    if (st != SCI_OK)
        return st;
    d->rows = rows;
    for (size_t i = 0; i < n_variables; i++)
        d->columns += columns_of(&variables[i]);
    st = sci_alloc_zero(&d->names, d->columns, 1, sizeof *d->names);
    if (st == SCI_OK)
        st = sci_alloc_zero(&d->variable, d->columns, 1, sizeof *d->variable);
    if (st == SCI_OK)
        st = sci_alloc_zero(&d->level, d->columns, 1, sizeof *d->level);
    if (st == SCI_OK)
        st = sci_alloc_zero(&d->values, rows, d->columns, sizeof *d->values);
    if (st == SCI_OK)
        st = design_describe(d, n_variables, variables);
    if (st == SCI_OK)
        *out = d;
    else
        design_free(d);
    return st;
}

/* The columns of one variable in one row. */
static void
fill_levels(double *cells, const design_variable *v, uint64_t code)
{
    uint64_t last = v->levels - 1;

    if (v->contrasts == DESIGN_SUM) {
        for (uint64_t k = 0; k < last; k++)
            cells[k] = code == last ? -1.0 : code == k ? 1.0 : 0.0;
    } else if (code > 0) {
        cells[code - 1] = 1.0;
    }
}

static sci_status
fill_row(double *cells, const design_variable *v, uint64_t row)
{
    if (v->levels == 0) {
        if (!isfinite(v->numbers[row]))
            return sci_fail(SCI_ERR_REFUSED, "'%s' is missing or infinite in row %llu", v->name,
                            (unsigned long long)row);
        cells[0] = v->numbers[row];
        return SCI_OK;
    }
    if (v->codes[row] < 0)
        return sci_fail(SCI_ERR_REFUSED, "'%s' is missing in row %llu", v->name,
                        (unsigned long long)row);
    if ((uint64_t)v->codes[row] >= v->levels)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': code %d in row %llu, but there are %llu levels",
                        v->name, (int)v->codes[row], (unsigned long long)row,
                        (unsigned long long)v->levels);
    fill_levels(cells, v, (uint64_t)v->codes[row]);
    return SCI_OK;
}

sci_status
design_create(design **out, uint64_t rows, size_t n_variables, const design_variable *variables,
              const int32_t *label)
{
    design *d = NULL;
    uint64_t first = 0;
    sci_status st = design_allocate(&d, rows, n_variables, variables);

    for (size_t i = 0; i < n_variables && st == SCI_OK; i++) {
        for (uint64_t row = 0; row < rows && st == SCI_OK; row++)
            if (label == NULL || label[row] >= 0)
                st = fill_row(d->values + row * d->columns + first, &variables[i], row);
        first += columns_of(&variables[i]);
    }
    if (st == SCI_OK) {
        *out = d;
        d = NULL;
    }
    design_free(d);
    return st;
}
