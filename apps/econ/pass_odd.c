/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records that are no rows of data: notes, and what is wrong. */
#include <inttypes.h>
#include <stdio.h>

#include "pass_priv.h"

/* A second row with the wrong number of fields is named too. */
static void
find_second(econ_pass *p)
{
    bool more = true;

    for (int tries = 0; tries < 100000 && p->panel->fault.also == 0; tries++) {
        if (econ_records_next(&p->records, &more) != SCI_OK || !more)
            return;
        if (econ_row_kind_of(p->plan, &p->records, false) == ECON_ROW_RAGGED)
            p->panel->fault.also = p->records.line;
    }
}

static sci_status
fail_ragged(econ_pass *p)
{
    const econ_records *r = &p->records;
    uint64_t line = r->line, also, n = r->n;
    char other[64] = "";

    p->panel->fault.also = 0;
    find_second(p);
    also = p->panel->fault.also;
    if (also > 0)
        (void)snprintf(other, sizeof other, "; so has line %" PRIu64, also);
    (void)econ_fault_at(p->panel, SCI_ERR_FORMAT, "ragged_row", line, 1,
                        "the row has %" PRIu64 " field%s where the header has %zu%s", n,
                        n == 1 ? "" : "s", p->plan->n_columns, also > 0 ? other : "");
    p->panel->fault.also = also;
    return SCI_ERR_FORMAT;
}

sci_status
econ_pass_no_period(econ_pass *p, uint64_t line, size_t k)
{
    const econ_records *r = &p->records;

    if (line != r->line)
        return econ_fault_at(p->panel, SCI_ERR_FORMAT, "bad_period", line, 1,
                             "no period in this line, which is not the last: line %" PRIu64
                             " has one again",
                             r->line);
    return econ_fault_at(p->panel, SCI_ERR_FORMAT, "bad_period", econ_field_line(r, k),
                         econ_field_column(r, k), "'%.*s' is no period",
                         (int)(r->fields[k].n < 60 ? r->fields[k].n : 60), econ_field_text(r, k));
}

sci_status
econ_pass_odd_row(econ_pass *p, econ_row_kind kind)
{
    p->after_blank = kind == ECON_ROW_BLANK || (p->after_blank && kind == ECON_ROW_FOOTER);
    switch (kind) {
    case ECON_ROW_SPECIAL:
        return econ_pass_special_row(p);
    case ECON_ROW_RAGGED:
        return fail_ragged(p);
    case ECON_ROW_FOOTER:
        if (p->footer_line == 0)
            p->footer_line = p->records.line;
        return SCI_OK;
    case ECON_ROW_NO_PERIOD:
        return econ_pass_no_period(p, p->records.line, econ_plan_column(p->plan, ECON_ROLE_PERIOD));
    case ECON_ROW_DATA:
    case ECON_ROW_BLANK:
        break;
    }
    return SCI_OK;
}
