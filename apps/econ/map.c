/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "map.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "table.h"

enum { NAME, SECTOR, UNIT, TRANSFORM, SIGN, WEIGHT, TITLE, COLUMNS };
static const char *const columns[] = { "indicator", "sector", "unit", "transform",
                                       "sign",      "weight", "title" };

void
econ_map_clear(econ_map *map)
{
    for (size_t k = 0; k < map->n; k++) {
        sci_free(map->rows[k].indicator);
        sci_free(map->rows[k].sector);
        sci_free(map->rows[k].unit);
        sci_free(map->rows[k].title);
    }
    sci_free(map->rows);
    sci_free(map->path);
    econ_intern_clear(&map->names);
    *map = (econ_map){ 0 };
}

const econ_map_row *
econ_map_find(const econ_map *map, const char *indicator)
{
    uint32_t id = econ_intern_find(&map->names, indicator, strlen(indicator));

    return id == UINT32_MAX ? NULL : &map->rows[id];
}

static sci_status
copy_unless_empty(char **out, const char *text)
{
    *out = NULL;
    return text == NULL || text[0] == '\0' ? SCI_OK : sci_strdup(out, text);
}

static sci_status
take_numbers(econ_map_row *row, const econ_table *t)
{
    const char *transform = econ_table_text(t, TRANSFORM), *sign = econ_table_text(t, SIGN),
               *weight = econ_table_text(t, WEIGHT);

    if (*transform != '\0'
        && (row->transform = (econ_transform)econ_transform_find(transform)) == 0)
        return econ_table_fail(
            t, TRANSFORM,
            "the transform '%.40s' is not one of level, diff, diff2, log, dlog, d2log, "
            "dpct or a code from 1 to 7",
            transform);
    if (*sign != '\0' && (row->sign = econ_sign_find(sign)) == 0)
        return econ_table_fail(t, SIGN, "the sign '%.40s' is not 1 or -1", sign);
    if (*weight != '\0'
        && (!cli_parse_real(weight, &row->weight) || !econ_weight_is_fine(row->weight)))
        return econ_table_fail(t, WEIGHT, "the weight '%.40s' is no number from 1e-9 to 1e9",
                               weight);
    return SCI_OK;
}

static sci_status
take_row(econ_map *map, const econ_table *t)
{
    const char *name = econ_table_text(t, NAME), *sector = econ_table_text(t, SECTOR);
    econ_map_row row = { .sign = 1, .weight = 1.0, .line = t->records.line };
    sci_status st;

    if (*name == '\0')
        return econ_table_fail(t, NAME, "the name of the indicator is missing");
    if (*sector == '\0')
        return econ_table_fail(
            t, SECTOR, "the sector of '%.80s' is missing; name one, or leave the line out", name);
    if (econ_map_find(map, name) != NULL)
        return econ_table_fail(t, NAME, "'%.80s' is also in line %" PRIu64, name,
                               econ_map_find(map, name)->line);
    st = take_numbers(&row, t);
    if (st == SCI_OK)
        st = econ_intern_new(&map->names, name, strlen(name));
    if (st == SCI_OK)
        st = sci_strdup(&row.indicator, name);
    if (st == SCI_OK)
        st = sci_strdup(&row.sector, sector);
    if (st == SCI_OK)
        st = copy_unless_empty(&row.unit, econ_table_text(t, UNIT));
    if (st == SCI_OK)
        st = copy_unless_empty(&row.title, econ_table_text(t, TITLE));
    if (st == SCI_OK)
        st = econ_list_room(&map->rows, map->n, &map->room, sizeof *map->rows);
    if (st == SCI_OK) {
        map->rows[map->n++] = row;
        return SCI_OK;
    }
    sci_free(row.indicator);
    sci_free(row.sector);
    sci_free(row.unit);
    sci_free(row.title);
    return st;
}

sci_status
econ_map_read(econ_map *map, const char *path)
{
    econ_table t;
    bool more = true;
    sci_status st;

    *map = (econ_map){ 0 };
    st = econ_table_open(&t, path, columns, COLUMNS, 2);
    if (st == SCI_OK)
        st = sci_strdup(&map->path, path);
    while (st == SCI_OK) {
        st = econ_table_next(&t, &more);
        if (st != SCI_OK || !more)
            break;
        st = take_row(map, &t);
    }
    if (st == SCI_OK && map->n == 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%.200s': the map names no indicator", path);
    econ_table_close(&t);
    if (st != SCI_OK)
        econ_map_clear(map);
    return st;
}

/* ---- writing ---- */

static void
write_field(FILE *out, const char *text, char end)
{
    if (text == NULL)
        text = "";
    if (strpbrk(text, ",\"\r\n") == NULL && text[0] != ' ') {
        (void)fprintf(out, "%s%c", text, end);
        return;
    }
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void)fputc('"', out);
        (void)fputc(*text, out);
    }
    (void)fprintf(out, "\"%c", end);
}

sci_status
econ_map_write(const econ_panel *panel, FILE *out, const char *name)
{
    (void)fputs("indicator,sector,unit,transform,sign,weight,title\n", out);
    for (size_t k = 0; k < panel->n_indicators; k++) {
        const econ_indicator *i = &panel->indicators[k];

        write_field(out, i->name, ',');
        write_field(out, i->sector, ',');
        write_field(out, i->unit, ',');
        (void)fprintf(out, "%s,%d,%.17g,", econ_transform_name(i->transform), i->sign, i->weight);
        write_field(out, i->title, '\n');
    }
    return fflush(out) != 0 || ferror(out) ? sci_fail_errno("write", name) : SCI_OK;
}
