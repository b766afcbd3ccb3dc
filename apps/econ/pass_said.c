/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rows say of their indicators: sector, unit, transform, sign, weight, title. */
#include <string.h>

#include "pass_priv.h"
#include "special.h"

static sci_status
new_text(econ_pass *p, const char *text, size_t n, uint32_t *id)
{
    sci_status st = SCI_OK;

    *id = econ_intern_find(&p->texts, text, n);
    if (*id == UINT32_MAX) {
        st = econ_intern_new(&p->texts, text, n);
        *id = p->texts.last;
    }
    return st;
}

/* What a field says, against what the indicator's rows have said. *same: nothing new. */
static inline sci_status
compare(econ_pass *p, size_t k, uint32_t *said, uint32_t *id)
{
    size_t n;
    const char *text = econ_trimmed(&p->records, k, &n);

    if (*said != UINT32_MAX && econ_intern_is(&p->texts, *said, text, n)) {
        *id = *said;
        return SCI_OK;
    }
    if (n == 0) {
        *id = *said;
        return SCI_OK;
    }
    if (*said == UINT32_MAX) {
        sci_status st = new_text(p, text, n, id);

        *said = *id;
        return st;
    }
    return new_text(p, text, n, id);
}

static sci_status
fail_contradiction(econ_pass *p, size_t k, uint32_t key, uint32_t before, uint32_t now)
{
    const econ_records *r = &p->records;

    return econ_fault_at(p->panel, SCI_ERR_REFUSED, "contradiction", econ_field_line(r, k),
                         econ_field_column(r, k),
                         "'%.80s' has '%.60s' in column '%.60s', and '%.60s' in a row before",
                         econ_intern_text(&p->keys, key), econ_intern_text(&p->texts, now),
                         p->plan->names[k], econ_intern_text(&p->texts, before));
}

/* A row in another unit: the factor from it to that of the first row. */
static sci_status
other_unit(econ_pass *p, size_t k, uint32_t key, uint32_t unit)
{
    econ_said *said = &p->said[key];
    const char *from = econ_intern_text(&p->texts, unit),
               *to = econ_intern_text(&p->texts, said->unit);
    sci_status st;

    if (said->other_unit == unit)
        return SCI_OK;
    st = p->reader->convert == NULL
             ? SCI_ERR_REFUSED
             : p->reader->convert(p->reader->context, from, to, &said->factor, &said->offset);
    if (st == SCI_ERR_REFUSED)
        return econ_fault_at(p->panel, SCI_ERR_REFUSED, "unlike_units",
                             econ_field_line(&p->records, k), econ_field_column(&p->records, k),
                             "'%.80s' is in '%.60s', and in '%.60s' in the rows before",
                             econ_intern_text(&p->keys, key), from, to);
    said->other_unit = unit;
    if (st == SCI_OK && !econ_notes_have(&p->panel->notes, "unit_converted"))
        st = econ_notes_add(&p->panel->notes, ECON_GUESS, "unit_converted",
                            econ_field_line(&p->records, k), econ_field_column(&p->records, k),
                            "rows of '%.80s' in '%.60s' are converted to '%.60s'",
                            econ_intern_text(&p->keys, key), from, to);
    return st;
}

sci_status
econ_pass_attribute(econ_pass *p, size_t k, uint32_t key, double *value)
{
    econ_said *said = &p->said[key];
    uint32_t *slot = NULL, id = UINT32_MAX;
    sci_status st;

    switch (p->plan->roles[k]) {
    case ECON_ROLE_SECTOR:
        slot = &said->sector;
        break;
    case ECON_ROLE_UNIT:
        slot = &said->unit;
        break;
    case ECON_ROLE_TRANSFORM:
        slot = &said->transform;
        break;
    case ECON_ROLE_SIGN:
        slot = &said->sign;
        break;
    case ECON_ROLE_WEIGHT:
        slot = &said->weight;
        break;
    default:
        slot = &said->title;
        break;
    }
    st = compare(p, k, slot, &id);
    if (st != SCI_OK || (id == *slot && (slot != &said->unit || said->other_unit == UINT32_MAX)))
        return st;
    if (slot == &said->title || id == *slot)
        return SCI_OK;
    if (slot == &said->unit) {
        st = other_unit(p, k, key, id);
        if (st == SCI_OK)
            *value = *value * said->factor + said->offset;
        return st;
    }
    p->sectors_differ = slot == &said->sector && !p->plan->sector_in_name;
    return fail_contradiction(p, k, key, *slot, id);
}

sci_status
econ_pass_special_row(econ_pass *p)
{
    const econ_records *r = &p->records;
    size_t period = econ_plan_column(p->plan, ECON_ROLE_PERIOD);
    bool special;
    econ_role role = econ_special_row(econ_field_text(r, period), r->fields[period].n, &special);
    sci_status st = SCI_OK;

    for (size_t k = 0; k < p->plan->n_columns && st == SCI_OK && role != ECON_ROLE_NONE; k++) {
        econ_said *said;
        uint32_t id = UINT32_MAX, *slot;

        if (p->plan->roles[k] != ECON_ROLE_SERIES)
            continue;
        said = &p->said[p->column_ids[k]];
        slot = role == ECON_ROLE_TRANSFORM ? &said->transform
               : role == ECON_ROLE_SECTOR  ? &said->sector
               : role == ECON_ROLE_UNIT    ? &said->unit
               : role == ECON_ROLE_SIGN    ? &said->sign
                                           : &said->title;
        st = compare(p, k, slot, &id);
    }
    return st;
}
