/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the records behind the header are, and walks over them that do not keep anything. */
#include <string.h>

#include "pass.h"
#include "special.h"

static bool
is_blank(const econ_records *r, size_t k)
{
    const char *text = econ_field_text(r, k);

    for (size_t i = 0; i < r->fields[k].n; i++)
        if (text[i] != ' ' && text[i] != '\t')
            return false;
    return true;
}

static bool
blank_from(const econ_records *r, size_t k)
{
    for (; k < r->n; k++)
        if (!is_blank(r, k))
            return false;
    return true;
}

/* Fields that the header does not have are harmless if they are empty, and so are those that it has as empty
 * names at its end. */
static bool
has_width(const econ_plan *plan, const econ_records *r)
{
    return r->n == plan->n_columns || (r->n > plan->n_columns && blank_from(r, plan->n_columns));
}

static bool
begins_with_period(const econ_records *r, size_t k)
{
    return k < r->n
           && econ_period_spelling(econ_field_text(r, k), r->fields[k].n).kind != ECON_SPELLED_NOT;
}

/* Nothing but the text of a note, in whatever field. */
static bool
has_one_text(const econ_records *r)
{
    size_t texts = 0;

    for (size_t k = 0; k < r->n; k++)
        texts += !is_blank(r, k);
    return texts == 1;
}

econ_row_kind
econ_row_kind_of(const econ_plan *plan, const econ_records *r, bool after_blank)
{
    size_t period = econ_plan_column(plan, ECON_ROLE_PERIOD);
    bool special = false;

    if (econ_record_is_blank(r))
        return ECON_ROW_BLANK;
    if (period == SIZE_MAX) { /* across: every row with the right width is one */
        if (has_width(plan, r) && !has_one_text(r))
            return ECON_ROW_DATA;
        return after_blank || has_one_text(r) ? ECON_ROW_FOOTER : ECON_ROW_RAGGED;
    }
    if (plan->layout == ECON_WIDE && period < r->n)
        (void)econ_special_row(econ_field_text(r, period), r->fields[period].n, &special);
    if (special && has_width(plan, r))
        return ECON_ROW_SPECIAL;
    if (begins_with_period(r, period))
        return has_width(plan, r) ? ECON_ROW_DATA : ECON_ROW_RAGGED;
    if (after_blank || has_one_text(r) || econ_field_text(r, 0)[0] == '#')
        return ECON_ROW_FOOTER;
    return has_width(plan, r) ? ECON_ROW_NO_PERIOD : ECON_ROW_RAGGED;
}

/* ---- walks ---- */

static sci_status
skip_header(const econ_plan *plan, econ_records *r, bool *more)
{
    sci_status st = SCI_OK;

    *more = true;
    for (uint64_t k = 0; k < plan->skip && *more && st == SCI_OK; k++)
        st = econ_records_next(r, more);
    return st;
}

/* The next row of data; footers are passed over. */
static sci_status
next_row(const econ_plan *plan, econ_records *r, bool *after_blank, bool *more)
{
    for (;;) {
        sci_status st = econ_records_next(r, more);
        econ_row_kind kind;

        if (st != SCI_OK || !*more)
            return st;
        kind = econ_row_kind_of(plan, r, *after_blank);
        *after_blank = kind == ECON_ROW_BLANK;
        if (kind == ECON_ROW_DATA)
            return SCI_OK;
    }
}

static size_t
cells_of_row(const econ_plan *plan)
{
    size_t n = 0;

    for (size_t k = 0; k < plan->n_columns; k++)
        n += econ_role_has_numbers(plan->roles[k]);
    return n;
}

static void
place_of(const econ_plan *plan, const econ_records *r, uint64_t cell, uint64_t *line,
         uint64_t *column)
{
    for (size_t k = 0; k < plan->n_columns; k++)
        if (econ_role_has_numbers(plan->roles[k]) && cell-- == 0) {
            *line = econ_field_line(r, k);
            *column = econ_field_column(r, k);
            return;
        }
}

sci_status
econ_pass_locate(const econ_plan *plan, econ_text *text, uint64_t cell, uint64_t *line,
                 uint64_t *column)
{
    econ_records r;
    size_t per_row = cells_of_row(plan);
    bool more = true, after_blank = false;
    sci_status st = econ_text_start(text, plan->encoding);

    *line = *column = 0;
    if (st != SCI_OK)
        return st;
    st = econ_records_start(&r, text, plan->delimiter);
    if (st == SCI_OK)
        st = skip_header(plan, &r, &more);
    while (st == SCI_OK && more) {
        st = next_row(plan, &r, &after_blank, &more);
        if (st == SCI_OK && more && cell < per_row) {
            place_of(plan, &r, cell, line, column);
            break;
        }
        cell -= per_row;
    }
    econ_records_clear(&r);
    return st;
}

sci_status
econ_pass_evidence(const econ_plan *plan, econ_text *text, unsigned *evidence)
{
    econ_records r;
    bool more = true, after_blank = false;
    sci_status st = econ_text_start(text, plan->encoding);

    *evidence = 0;
    if (st != SCI_OK)
        return st;
    st = econ_records_start(&r, text, plan->delimiter);
    if (st == SCI_OK)
        st = skip_header(plan, &r, &more);
    while (st == SCI_OK && more) {
        st = next_row(plan, &r, &after_blank, &more);
        for (size_t k = 0; st == SCI_OK && more && k < plan->n_columns; k++)
            if (econ_role_has_numbers(plan->roles[k]))
                *evidence |= econ_cell_evidence(econ_field_text(&r, k), r.fields[k].n);
    }
    econ_records_clear(&r);
    return st == SCI_ERR_FORMAT && r.fault == NULL && !econ_text_wrong(text) ? SCI_OK : st;
}
