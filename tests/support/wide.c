/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wide.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "place.h"
#include "testing.h"

static size_t
count_of(const char *text, char c)
{
    size_t n = 0;

    for (; *text != 0; text++)
        n += *text == c;
    return n;
}

/* The next cell; *end is what ended it. */
static char *
next_cell(char **rest, char *end)
{
    char *cell = *rest;

    while (**rest != 0 && **rest != ',' && **rest != '\n')
        (*rest)++;
    *end = **rest;
    if (**rest != 0)
        *(*rest)++ = 0;
    return cell;
}

wide_table
wide_read(const char *path)
{
    wide_table t = { 0 };
    size_t size, most;
    unsigned char *bytes = place_read(path, &size);
    char *rest, end = 0;

    t.bytes = test_alloc(size + 1, 1);
    memcpy(t.bytes, bytes, size);
    t.bytes[size] = 0;
    free(bytes);
    most = count_of(t.bytes, '\n');
    rest = t.bytes;
    t.names = test_alloc(count_of(t.bytes, ',') + 1, sizeof *t.names);
    (void)next_cell(&rest, &end);
    while (end == ',')
        t.names[t.columns++] = next_cell(&rest, &end);
    t.labels = test_alloc(most, sizeof *t.labels);
    t.values = test_alloc(most * t.columns, sizeof *t.values);
    t.rows = most - 1;
    for (size_t r = 0; r < t.rows; r++) {
        t.labels[r] = next_cell(&rest, &end);
        for (size_t c = 0; c < t.columns; c++) {
            char *cell = next_cell(&rest, &end), *stop;
            double x = strtod(cell, &stop);

            t.values[c * t.rows + r] = stop == cell ? (double)NAN : x;
        }
    }
    return t;
}

void
wide_clear(wide_table *t)
{
    free(t->names);
    free(t->labels);
    free(t->values);
    free(t->bytes);
    *t = (wide_table){ 0 };
}

const double *
wide_column(const wide_table *t, const char *name)
{
    for (size_t c = 0; c < t->columns; c++)
        if (strcmp(t->names[c], name) == 0)
            return t->values + c * t->rows;
    test_failed(__FILE__, __LINE__, "no column '%s'", name);
}

/* ---- panels ---- */

static void
place_data(char path[PLACE_ROOM], const char *data, const char *end)
{
    char name[512];

    snprintf(name, sizeof name, "econ/data/%s%s", data, end);
    place_reference(path, name);
}

static size_t
sector_of(econ_panel *p, const char *name)
{
    for (size_t s = 0; s < p->n_sectors; s++)
        if (strcmp(p->sectors[s], name) == 0)
            return s;
    assert_ok(sci_strdup(&p->sectors[p->n_sectors], name));
    return p->n_sectors++;
}

static void
add_indicator(econ_panel *p, const wide_table *data, char *row)
{
    econ_indicator *i = &p->indicators[p->n_indicators];
    char end, *name = next_cell(&row, &end), *sector = next_cell(&row, &end),
              *unit = next_cell(&row, &end), *transform = next_cell(&row, &end),
              *sign = next_cell(&row, &end);
    const double *x = wide_column(data, name);

    assert_ok(sci_strdup(&i->name, name));
    assert_ok(sci_strdup(&i->sector, sector));
    assert_ok(sci_strdup(&i->unit, unit));
    i->transform = (econ_transform)econ_transform_find(transform);
    i->sign = atoi(sign);
    i->weight = 1.0;
    i->sector_index = sector_of(p, sector);
    for (size_t t = 0; t < p->n_periods; t++)
        p->values[p->n_indicators * p->n_periods + t] = x[t];
    p->n_indicators++;
}

void
wide_panel(econ_panel *out, const char *data)
{
    char path[PLACE_ROOM], *rest, end;
    unsigned char *bytes;
    wide_table t;
    size_t size, lines;

    place_data(path, data, ".csv");
    t = wide_read(path);
    place_data(path, data, ".map.csv");
    bytes = place_read(path, &size);
    assert_that(size > 0 && bytes[size - 1] == '\n');
    bytes[size - 1] = 0;
    lines = count_of((char *)bytes, '\n');
    *out = (econ_panel){ .n_periods = t.rows };
    assert_ok(sci_strdup(&out->path, data));
    out->frequency = strchr(t.labels[0], 'Q') != NULL ? ECON_QUARTERLY : ECON_MONTHLY;
    assert_ok(econ_period_parse(t.labels[0], out->frequency, false, &out->first));
    assert_ok(sci_alloc(&out->values, lines, t.rows, sizeof *out->values));
    assert_ok(sci_alloc_zero(&out->indicators, lines, 1, sizeof *out->indicators));
    assert_ok(sci_alloc_zero(&out->sectors, lines, 1, sizeof *out->sectors));
    rest = strchr((char *)bytes, '\n') + 1;
    for (size_t k = 0; k < lines; k++) {
        char *row = rest;

        while (*rest != 0 && *rest != '\n')
            rest++;
        end = *rest;
        *rest = 0;
        if (end != 0)
            rest++;
        add_indicator(out, &t, row);
    }
    free(bytes);
    wide_clear(&t);
}

econ_rules
wide_rules(const econ_panel *panel, const char *last)
{
    econ_rules r = { .tail = ECON_TAIL_NORMAL,
                     .window_kind = ECON_CALIBRATED,
                     .stats = ECON_STAT_RELATIVE | ECON_STAT_WITHIN | ECON_STAT_LEVEL
                              | ECON_STAT_ECONOMY | ECON_STAT_MAHALANOBIS,
                     .alpha = 0.05,
                     .min_z = 3.5 };

    assert_ok(econ_period_parse(last, panel->frequency, true, &r.calibrate_to));
    return r;
}
