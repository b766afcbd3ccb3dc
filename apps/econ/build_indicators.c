/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of each indicator: from the map, else from the file. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "build.h"

static const char *
said_text(const econ_build *b, uint32_t id)
{
    return id == UINT32_MAX ? NULL : econ_intern_text(&b->pass->texts, id);
}

static sci_status
fail_said(const econ_build *b, uint32_t key, const char *what, const char *text)
{
    return econ_fault_at(b->panel, SCI_ERR_FORMAT, "bad_attribute", b->pass->plan->header_line, 1,
                         "the %s '%.40s' of '%.80s' is none", what, text, econ_build_name(b, key));
}

/* Transform, sign and weight that the file says. */
static sci_status
take_said(const econ_build *b, uint32_t key, econ_indicator *out)
{
    const econ_said *said = &b->pass->said[key];
    const char *transform = said_text(b, said->transform), *sign = said_text(b, said->sign),
               *weight = said_text(b, said->weight);

    if (transform != NULL && (out->transform = (econ_transform)econ_transform_find(transform)) == 0)
        return fail_said(b, key, "transform", transform);
    if (sign != NULL && (out->sign = econ_sign_find(sign)) == 0)
        return fail_said(b, key, "sign", sign);
    if (weight != NULL
        && (!cli_parse_real(weight, &out->weight) || !econ_weight_is_fine(out->weight)))
        return fail_said(b, key, "weight", weight);
    return SCI_OK;
}

/* "percent" of a cell with %, the code of one with a currency. */
static const char *
unit_of_mark(const econ_said *said)
{
    if (said->mark[0] == '\0' || said->mark_mixed)
        return NULL;
    return strcmp(said->mark, "%") == 0 ? "percent" : said->mark;
}

static sci_status
copy(char **out, const char *text)
{
    return text == NULL ? SCI_OK : sci_strdup(out, text);
}

static sci_status
describe(const econ_build *b, uint32_t key, econ_indicator *out)
{
    const econ_reading *options = b->pass->reader->options;
    const econ_said *said = &b->pass->said[key];
    const econ_map_row *row =
        b->map == NULL ? NULL : econ_map_find(b->map, econ_build_name(b, key));
    const char *unit = said_text(b, said->unit), *title = said_text(b, said->title);
    sci_status st;

    *out = (econ_indicator){ .sign = 1, .weight = 1.0, .sector_index = SIZE_MAX };
    if (unit == NULL)
        unit = unit_of_mark(said);
    st = take_said(b, key, out);
    if (st == SCI_OK && row != NULL) {
        out->sign = row->sign;
        out->weight = row->weight;
        out->transform = row->transform != 0 ? row->transform : out->transform;
        unit = row->unit != NULL ? row->unit : unit;
        title = row->title != NULL ? row->title : title;
    }
    if (out->transform == 0)
        out->transform = options == NULL || options->transform == 0
                             ? ECON_LEVEL
                             : (econ_transform)options->transform;
    if (st == SCI_OK)
        st = copy(&out->name, econ_build_name(b, key));
    if (st == SCI_OK)
        st = copy(&out->sector, row != NULL ? row->sector : said_text(b, said->sector));
    if (st == SCI_OK)
        st = copy(&out->unit, unit);
    return st == SCI_OK ? copy(&out->title, title) : st;
}

/* ---- sectors ---- */

static sci_status
add_sector(econ_intern *sectors, const char *name)
{
    if (name == NULL || econ_intern_find(sectors, name, strlen(name)) != UINT32_MAX)
        return SCI_OK;
    return econ_intern_new(sectors, name, strlen(name));
}

/* Sectors in the order of the map, but for those of which the panel has nothing. */
static sci_status
add_in_order_of_map(econ_build *b, econ_intern *sectors)
{
    bool *wanted;
    sci_status st = sci_alloc_zero(&wanted, b->map->n, 1, sizeof *wanted);

    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < b->panel->n_indicators; k++)
        wanted[econ_map_find(b->map, b->panel->indicators[k].name) - b->map->rows] = true;
    for (size_t k = 0; k < b->map->n && st == SCI_OK; k++)
        if (wanted[k])
            st = add_sector(sectors, b->map->rows[k].sector);
    sci_free(wanted);
    return st;
}

static sci_status
list_sectors(econ_build *b)
{
    econ_panel *panel = b->panel;
    econ_intern sectors = { 0 };
    sci_status st = SCI_OK;

    if (b->map != NULL)
        st = add_in_order_of_map(b, &sectors);
    for (size_t k = 0; k < panel->n_indicators && st == SCI_OK; k++)
        st = add_sector(&sectors, panel->indicators[k].sector);
    if (st == SCI_OK)
        st = sci_alloc_zero(&panel->sectors, sectors.n, 1, sizeof *panel->sectors);
    for (uint32_t k = 0; k < sectors.n && st == SCI_OK; k++) {
        st = sci_strdup(&panel->sectors[k], econ_intern_text(&sectors, k));
        panel->n_sectors += st == SCI_OK;
    }
    for (size_t k = 0; k < panel->n_indicators && st == SCI_OK; k++) {
        const char *name = panel->indicators[k].sector;

        if (name != NULL)
            panel->indicators[k].sector_index = econ_intern_find(&sectors, name, strlen(name));
    }
    econ_intern_clear(&sectors);
    return st;
}

/* ---- names ---- */

/* Parts of names may have a / of their own: a/b and c, a and b/c. */
static sci_status
check_names(const econ_build *b)
{
    econ_intern names = { 0 };
    sci_status st = SCI_OK;

    for (uint32_t k = 0; k < b->pass->keys.n && st == SCI_OK; k++) {
        size_t n = strlen(econ_build_name(b, k));

        st = econ_intern_find(&names, econ_build_name(b, k), n) == UINT32_MAX
                 ? econ_intern_new(&names, econ_build_name(b, k), n)
                 : econ_fault_at(b->panel, SCI_ERR_REFUSED, "duplicate_key",
                                 b->pass->plan->header_line, 1,
                                 "two indicators would be called '%.100s'", econ_build_name(b, k));
    }
    econ_intern_clear(&names);
    return st;
}

static sci_status
note_marks(const econ_build *b)
{
    size_t mixed = 0;
    uint32_t example = 0;

    for (uint32_t k = 0; k < b->pass->keys.n; k++)
        if (b->place[k] != SIZE_MAX && b->pass->said[k].mark_mixed && mixed++ == 0)
            example = k;
    if (mixed == 0)
        return SCI_OK;
    return econ_notes_add(&b->panel->notes, ECON_WARNING, "mixed_units", 0, 0,
                          "cells of '%.80s'%s have different signs of units, or only some have one",
                          econ_build_name(b, example), mixed > 1 ? " and others" : "");
}

sci_status
econ_build_indicators(econ_build *b)
{
    econ_panel *panel = b->panel;
    sci_status st = b->joined ? check_names(b) : SCI_OK;

    if (st == SCI_OK)
        st = sci_alloc_zero(&panel->indicators, panel->n_indicators, 1, sizeof *panel->indicators);
    for (uint32_t k = 0; k < b->pass->keys.n && st == SCI_OK; k++)
        if (b->place[k] != SIZE_MAX)
            st = describe(b, k, &panel->indicators[b->place[k]]);
    if (st == SCI_OK)
        st = list_sectors(b);
    return st == SCI_OK ? note_marks(b) : st;
}
