/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a file is to be read: where its rows begin and what each column is. */
#ifndef ECON_PLAN_H
#define ECON_PLAN_H

#include <sci/texts.h>

#include "number.h"
#include "panel.h"
#include "text.h"

typedef enum econ_role {
    ECON_ROLE_NONE, /* not used */
    ECON_ROLE_PERIOD,
    ECON_ROLE_KEY,    /* names of these columns, joined by /, are the indicator's */
    ECON_ROLE_VALUE,  /* long */
    ECON_ROLE_SERIES, /* wide: one indicator */
    ECON_ROLE_ACROSS, /* periods-in-columns: one period */
    ECON_ROLE_FLAG,
    /* what is said of an indicator */
    ECON_ROLE_SECTOR,
    ECON_ROLE_UNIT,
    ECON_ROLE_TRANSFORM,
    ECON_ROLE_SIGN,
    ECON_ROLE_WEIGHT,
    ECON_ROLE_TITLE
} econ_role;
enum { ECON_ROLES = ECON_ROLE_TITLE + 1 };

typedef struct econ_plan {
    econ_encoding encoding;
    char delimiter;
    econ_number_style style;
    econ_style_verdict verdict;
    bool style_told; /* by --dialect */
    econ_layout layout;
    uint64_t skip; /* records before the first row, blank ones and the header counted */
    uint64_t header_line;
    size_t n_columns; /* without empty ones at the end */
    sci_texts texts;
    char **names;         /* of the columns, those of texts */
    unsigned char *roles; /* econ_role of each */
    bool
        sector_in_name; /* the sector is a part of the indicator's name, since names come in several sectors */
} econ_plan;

void econ_plan_clear(econ_plan *plan);

/* The role that a name of a column says, ECON_ROLE_NONE: none. *ignored: it is known and of no use. */
econ_role econ_role_of_name(const char *name, bool *ignored);
static inline bool
econ_role_has_numbers(unsigned role)
{
    return role == ECON_ROLE_VALUE || role == ECON_ROLE_SERIES || role == ECON_ROLE_ACROSS;
}

/* The first column of a role, SIZE_MAX. */
size_t econ_plan_column(const econ_plan *plan, econ_role role);

/* Fill a plan that has encoding (and delimiter and style, where --dialect told them) from the first rows of
 * the text. Fails as econ_panel_read; notes and fault go to the panel. */
sci_status econ_plan_make(econ_plan *plan, econ_text *text, const econ_reading *options,
                          econ_panel *panel) SCI_MUST_CHECK;

/* Take what --dialect says. SCI_ERR_ARGUMENT. */
sci_status econ_plan_dialect(econ_plan *plan, const char *dialect) SCI_MUST_CHECK;

/* Note code and place of a fault and return the status, with the message 'path:line:column': text. */
sci_status econ_fault_at(econ_panel *panel, sci_status status, const char *code, uint64_t line,
                         uint64_t column, const char *format, ...) SCI_PRINTF(6, 7);

#endif
