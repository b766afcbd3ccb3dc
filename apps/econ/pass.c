/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pass.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "pass_priv.h"
#include "special.h"

void
econ_pass_clear(econ_pass *p)
{
    econ_records_clear(&p->records);
    econ_intern_clear(&p->periods);
    econ_intern_clear(&p->keys);
    econ_intern_clear(&p->texts);
    econ_cells_clear(&p->cells);
    sci_free(p->spellings);
    sci_free(p->said);
    sci_free(p->flags);
    sci_free(p->joined);
    sci_free(p->column_ids);
    *p = (econ_pass){ 0 };
}

static sci_status
fault_at_field(econ_pass *p, sci_status status, const char *code, size_t k, const char *what)
{
    const econ_records *r = &p->records;

    return econ_fault_at(p->panel, status, code, econ_field_line(r, k), econ_field_column(r, k),
                         "%s", what);
}

/* Twice the room for a list of items; the old ones are copied. */
static sci_status
enlarge(void *list, size_t n, size_t *room, size_t size)
{
    size_t wanted = *room == 0 ? 64 : 2 * *room;
    void *old, *larger;
    sci_status st = sci_alloc(&larger, wanted, 1, size);

    if (st != SCI_OK)
        return st;
    memcpy(&old, list, sizeof old);
    if (n > 0)
        memcpy(larger, old, n * size);
    sci_free(old);
    memcpy(list, &larger, sizeof larger);
    *room = wanted;
    return SCI_OK;
}

/* ---- periods and keys ---- */

static sci_status
new_period(econ_pass *p, const char *text, size_t n, uint32_t *id)
{
    sci_status st = SCI_OK;

    if (p->periods.n == p->spellings_room)
        st = enlarge(&p->spellings, p->periods.n, &p->spellings_room, sizeof *p->spellings);
    if (st == SCI_OK)
        st = econ_intern_new(&p->periods, text, n);
    if (st != SCI_OK)
        return st;
    *id = p->periods.last;
    p->spellings[*id] = econ_period_spelling(text, econ_period_part(text, n));
    return SCI_OK;
}

/* The number of a period; of a text that is none, UINT32_MAX. */
static inline sci_status
period_of(econ_pass *p, const char *text, size_t n, uint32_t *id)
{
    *id = econ_intern_next(&p->periods, text, n);
    if (*id != UINT32_MAX)
        return SCI_OK;
    if (econ_period_spelling(text, econ_period_part(text, n)).kind == ECON_SPELLED_NOT)
        return SCI_OK;
    return new_period(p, text, n, id);
}

static sci_status
new_key(econ_pass *p, const char *text, size_t n, uint32_t *id)
{
    sci_status st = SCI_OK;

    if (p->keys.n == p->said_room)
        st = enlarge(&p->said, p->keys.n, &p->said_room, sizeof *p->said);
    if (st == SCI_OK)
        st = econ_intern_new(&p->keys, text, n);
    if (st != SCI_OK)
        return st;
    *id = p->keys.last;
    p->said[*id] =
        (econ_said){ UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
                     "",         false,      false,      1.0,        0.0,        UINT32_MAX };
    return SCI_OK;
}

/* The key of a row whose name stands in several columns. */
static sci_status
join(econ_pass *p, const char **text, size_t *n)
{
    const econ_records *r = &p->records;
    size_t used = 0;

    for (size_t k = 0; k < p->plan->n_columns; k++) {
        size_t length;
        const char *part;

        if (p->plan->roles[k] != ECON_ROLE_KEY
            && !(p->plan->roles[k] == ECON_ROLE_SECTOR && p->plan->sector_in_name))
            continue;
        part = econ_trimmed(r, k, &length);
        while (used + length + 1 > p->joined_room) {
            sci_status st = enlarge(&p->joined, used, &p->joined_room, 1);

            if (st != SCI_OK)
                return st;
        }
        if (used > 0)
            p->joined[used++] = ECON_JOINT;
        memcpy(p->joined + used, part, length);
        used += length;
    }
    *text = p->joined;
    *n = used;
    return SCI_OK;
}

static inline sci_status
key_of(econ_pass *p, size_t only, uint32_t *id)
{
    size_t n = 0;
    const char *text = NULL;

    if (only != SIZE_MAX) {
        text = econ_trimmed(&p->records, only, &n);
    } else {
        sci_status st = join(p, &text, &n);

        if (st != SCI_OK)
            return st;
    }
    *id = econ_intern_next(&p->keys, text, n);
    if (*id != UINT32_MAX)
        return SCI_OK;
    if (n == 0)
        return fault_at_field(p, SCI_ERR_FORMAT, "no_name", only == SIZE_MAX ? 0 : only,
                              "the name of the indicator is missing");
    return new_key(p, text, n, id);
}

/* ---- cells ---- */

static sci_status
add_flag(econ_pass *p, const char *text)
{
    sci_status st = SCI_OK;
    econ_cell_flag flag = { .cell = p->cells.n };

    if (p->n_flags == p->flags_room)
        st = enlarge(&p->flags, p->n_flags, &p->flags_room, sizeof *p->flags);
    if (st != SCI_OK)
        return st;
    memcpy(flag.text, text, strlen(text) + 1); /* at most 7 bytes */
    p->flags[p->n_flags++] = flag;
    return SCI_OK;
}

static void
keep_mark(econ_said *said, const char *mark)
{
    if (said->seen && strcmp(said->mark, mark) != 0)
        said->mark_mixed = true;
    if (!said->seen)
        memcpy(said->mark, mark, sizeof said->mark);
    said->seen = true;
}

static sci_status
fail_number(econ_pass *p, size_t k)
{
    const econ_records *r = &p->records;
    int n = (int)(r->fields[k].n < 60 ? r->fields[k].n : 60);

    char thousands[40] = "no thousands separator";

    if (p->plan->style.thousands != '\0')
        (void)snprintf(thousands, sizeof thousands, "thousands '%c'", p->plan->style.thousands);
    p->restyle = !p->plan->style_told;
    return econ_fault_at(
        p->panel, SCI_ERR_FORMAT, "bad_number", econ_field_line(r, k), econ_field_column(r, k),
        "'%.*s' in column '%.80s' is no number with decimal '%c' and %s", n, econ_field_text(r, k),
        p->plan->names[k], p->plan->style.decimal, thousands);
}

/* A cell that is not merely digits. */
static sci_status
read_cell(econ_pass *p, size_t k, uint32_t key, double *value)
{
    const econ_records *r = &p->records;
    econ_cell cell;

    switch (econ_cell_read(&cell, econ_field_text(r, k), r->fields[k].n, p->plan->style)) {
    case ECON_CELL_BAD:
        return fail_number(p, k);
    case ECON_CELL_OVERFLOW:
        if (p->overflows++ == 0) {
            p->overflow_line = econ_field_line(r, k);
            p->overflow_column = econ_field_column(r, k);
        }
        break;
    case ECON_CELL_NUMBER:
        keep_mark(&p->said[key], cell.mark);
        break;
    case ECON_CELL_MISSING:
        break;
    }
    *value = cell.value;
    return cell.flag[0] != '\0' ? add_flag(p, cell.flag) : SCI_OK;
}

static inline sci_status
value_of(econ_pass *p, size_t k, uint32_t key, double *value)
{
    const econ_records *r = &p->records;

    if (!econ_number_quick(value, econ_field_text(r, k), r->fields[k].n, p->plan->style.decimal))
        return read_cell(p, k, key, value);
    /* Only the slow way has marks; where they are none is noted without it. */
    if (!p->said[key].seen)
        p->said[key].seen = true;
    else if (p->said[key].mark[0] != '\0')
        p->said[key].mark_mixed = true;
    return SCI_OK;
}

static bool
is_attribute(unsigned role)
{
    return role >= ECON_ROLE_SECTOR;
}

/* ---- rows ---- */

/* Columns of a long row, found once. */
typedef struct long_columns {
    size_t period, key, value, flag; /* key: the only one; SIZE_MAX if there are several */
    size_t n_attributes;
    size_t attributes[ECON_ROLES];
} long_columns;

static long_columns
find_long_columns(const econ_plan *plan)
{
    long_columns c = { .period = econ_plan_column(plan, ECON_ROLE_PERIOD),
                       .key = econ_plan_column(plan, ECON_ROLE_KEY),
                       .value = econ_plan_column(plan, ECON_ROLE_VALUE),
                       .flag = econ_plan_column(plan, ECON_ROLE_FLAG) };

    for (size_t k = 0; k < plan->n_columns; k++) {
        if (is_attribute(plan->roles[k]) && c.n_attributes < ECON_ROLES
            && econ_plan_column(plan, plan->roles[k]) == k)
            c.attributes[c.n_attributes++] = k;
        if (plan->roles[k] == ECON_ROLE_KEY && k != c.key)
            c.key = SIZE_MAX;
    }
    if (plan->sector_in_name)
        c.key = SIZE_MAX;
    return c;
}

static sci_status
take_flag_column(econ_pass *p, size_t k)
{
    char flag[8];
    size_t n;
    const char *text = econ_trimmed(&p->records, k, &n);

    /* A is "normal value" in SDMX. */
    if (n == 0 || n >= sizeof flag || (n == 1 && text[0] == 'A'))
        return SCI_OK;
    memcpy(flag, text, n);
    flag[n] = '\0';
    return add_flag(p, flag);
}

static inline sci_status
long_row(econ_pass *p, const long_columns *c, uint32_t period)
{
    uint32_t key;
    double value;
    sci_status st = key_of(p, c->key, &key);

    if (st == SCI_OK)
        st = value_of(p, c->value, key, &value);
    for (size_t k = 0; k < c->n_attributes && st == SCI_OK; k++)
        st = econ_pass_attribute(p, c->attributes[k], key, &value);
    if (st == SCI_OK && c->flag != SIZE_MAX)
        st = take_flag_column(p, c->flag);
    return st == SCI_OK ? econ_cells_add(&p->cells, period, key, value) : st;
}

static sci_status
wide_row(econ_pass *p, uint32_t period)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; k < p->plan->n_columns && st == SCI_OK; k++) {
        double value;

        if (p->plan->roles[k] != ECON_ROLE_SERIES)
            continue;
        st = value_of(p, k, p->column_ids[k], &value);
        if (st == SCI_OK)
            st = econ_cells_add(&p->cells, period, p->column_ids[k], value);
    }
    return st;
}

static sci_status
across_row(econ_pass *p)
{
    uint32_t key;
    double value = 0.0;
    size_t only = econ_plan_column(p->plan, ECON_ROLE_KEY);
    sci_status st;

    for (size_t k = only + 1; k < p->plan->n_columns; k++)
        if (p->plan->roles[k] == ECON_ROLE_KEY || p->plan->sector_in_name)
            only = SIZE_MAX;
    st = key_of(p, only, &key);
    for (size_t k = 0; k < p->plan->n_columns && st == SCI_OK; k++)
        if (is_attribute(p->plan->roles[k]))
            st = econ_pass_attribute(p, k, key, &value);
    for (size_t k = 0; k < p->plan->n_columns && st == SCI_OK; k++) {
        if (p->plan->roles[k] != ECON_ROLE_ACROSS)
            continue;
        st = value_of(p, k, key, &value);
        if (st == SCI_OK && p->said[key].other_unit != UINT32_MAX)
            value = value * p->said[key].factor + p->said[key].offset;
        if (st == SCI_OK)
            st = econ_cells_add(&p->cells, p->column_ids[k], key, value);
    }
    return st;
}

/* ---- the pass ---- */

/* Columns of wide files are indicators, those of across files periods. */
static sci_status
name_columns(econ_pass *p)
{
    const econ_plan *plan = p->plan;
    sci_status st = sci_alloc_zero(&p->column_ids, plan->n_columns, 1, sizeof *p->column_ids);

    for (size_t k = 0; k < plan->n_columns && st == SCI_OK; k++) {
        const char *name = plan->names[k];

        if (plan->roles[k] == ECON_ROLE_ACROSS) {
            st = period_of(p, name, strlen(name), &p->column_ids[k]);
        } else if (plan->roles[k] == ECON_ROLE_SERIES) {
            if (name[0] == '\0')
                return econ_fault_at(p->panel, SCI_ERR_FORMAT, "no_name", plan->header_line, 1,
                                     "column %zu has no name", k + 1);
            if (econ_intern_find(&p->keys, name, strlen(name)) != UINT32_MAX)
                return econ_fault_at(p->panel, SCI_ERR_REFUSED, "duplicate_key", plan->header_line,
                                     1, "two columns are called '%.100s'", name);
            st = new_key(p, name, strlen(name), &p->column_ids[k]);
        }
    }
    return st;
}

static inline sci_status
data_row(econ_pass *p, const long_columns *c, uint32_t period)
{
    if (p->footer_line != 0)
        return econ_pass_no_period(p, p->footer_line, 0);
    p->after_blank = false;
    switch (p->plan->layout) {
    case ECON_LONG:
        return long_row(p, c, period);
    case ECON_WIDE:
        return wide_row(p, period);
    case ECON_ACROSS:
        break;
    }
    return across_row(p);
}

static sci_status
take_row(econ_pass *p, const long_columns *c)
{
    const econ_records *r = &p->records;
    uint32_t period = UINT32_MAX;
    econ_row_kind kind;

    /* A row of the right width that begins with a period is one; all else is looked at closely. */
    if (c->period != SIZE_MAX && r->n == p->plan->n_columns) {
        sci_status st =
            period_of(p, econ_field_text(r, c->period), r->fields[c->period].n, &period);

        if (st != SCI_OK)
            return st;
        if (period != UINT32_MAX)
            return data_row(p, c, period);
    }
    kind = econ_row_kind_of(p->plan, r, p->after_blank);
    if (kind != ECON_ROW_DATA)
        return econ_pass_odd_row(p, kind);
    if (c->period != SIZE_MAX) {
        sci_status st =
            period_of(p, econ_field_text(r, c->period), r->fields[c->period].n, &period);

        if (st != SCI_OK)
            return st;
    }
    return data_row(p, c, period);
}

static sci_status
finish(econ_pass *p)
{
    sci_status st = SCI_OK;

    if (p->cells.n == 0)
        return econ_fault_at(p->panel, SCI_ERR_FORMAT, "no_rows", p->plan->header_line, 1,
                             "there are no rows below the header");
    if (p->footer_line != 0)
        st = econ_notes_add(&p->panel->notes, ECON_WARNING, "footer_skipped", p->footer_line, 1,
                            "the end of the file from here on is taken for notes");
    if (st == SCI_OK && p->overflows > 0)
        st = econ_notes_add(
            &p->panel->notes, ECON_WARNING, "overflow", p->overflow_line, p->overflow_column,
            "%" PRIu64 " number%s too large for a double or infinite: missing, first here",
            p->overflows, p->overflows == 1 ? " is" : "s are");
    return st;
}

sci_status
econ_pass_run(econ_pass *p, const econ_plan *plan, econ_text *text, const econ_reader *reader,
              econ_panel *panel)
{
    const long_columns c = find_long_columns(plan);
    bool more = true;
    sci_status st;

    *p = (econ_pass){ .plan = plan, .reader = reader, .panel = panel };
    st = econ_records_start(&p->records, text, plan->delimiter);
    if (st == SCI_OK && plan->layout != ECON_LONG)
        st = name_columns(p);
    for (uint64_t k = 0; k < plan->skip && st == SCI_OK && more; k++)
        st = econ_records_next(&p->records, &more);
    while (st == SCI_OK) {
        st = econ_records_next(&p->records, &more);
        if (st != SCI_OK || !more)
            break;
        st = take_row(p, &c);
    }
    if (p->records.fault != NULL)
        return econ_fault_at(panel, st, p->records.fault, p->records.fault_line,
                             p->records.fault_column, "%s", sci_message());
    return st == SCI_OK ? finish(p) : st;
}
