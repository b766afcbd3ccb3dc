/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the first rows of a file to a plan. Guesses are made only where every row agrees, and noted. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "period_spelling.h"
#include "period_spelling.h"
#include "plan_priv.h"
#include "special.h"

/* ---- columns ---- */

static sci_status
name_columns(econ_plan *plan, const econ_sample *s, const econ_sample_row *head)
{
    sci_texts_maker maker = { 0 };
    sci_status st = sci_alloc_zero(&plan->roles, head->n, 1, 1);

    for (size_t k = 0; k < head->n && st == SCI_OK; k++) {
        const char *text = econ_sample_field(s, head, k);
        size_t n;

        text += strspn(text, " \t");
        n = strlen(text);
        while (n > 0 && text[n - 1] == ' ')
            n--;
        st = sci_texts_add(&maker, text, n);
    }
    if (st == SCI_OK)
        st = sci_texts_finish(&maker, &plan->texts);
    sci_texts_maker_clear(&maker);
    plan->names = plan->texts.items;
    plan->n_columns = st == SCI_OK ? head->n : 0;
    return st;
}

/* What the cells of a column are, in the sample. */
typedef struct look {
    size_t periods, numbers, texts, missing;
} look;

static look
look_at_column(const econ_sample *s, size_t header, size_t column)
{
    look l = { 0 };

    for (size_t i = econ_sample_next(s, header + 1); i < s->n; i = econ_sample_next(s, i + 1)) {
        const char *text = econ_sample_field(s, &s->rows[i], column);
        size_t n = strlen(text);
        econ_cell cell;
        econ_cell_kind kind;
        bool special;

        (void)econ_special_row(econ_sample_field(s, &s->rows[i], 0),
                               strlen(econ_sample_field(s, &s->rows[i], 0)), &special);
        if (special || s->rows[i].n < 2)
            continue;
        l.periods += econ_plan_is_period(text);
        kind = econ_cell_read(&cell, text, n, (econ_number_style){ '.', '\0' });
        if (kind == ECON_CELL_MISSING)
            l.missing++;
        else if (kind != ECON_CELL_BAD || econ_cell_evidence(text, n) != 0)
            l.numbers++;
        else
            l.texts++;
    }
    return l;
}

static bool
is_numeric(look l)
{
    return l.texts <= l.numbers;
}

static sci_status
told_roles(econ_plan *plan, const econ_reading *options)
{
    static const struct {
        const char *name;
        econ_role role;
    } words[] = { { "period", ECON_ROLE_PERIOD },       { "indicator", ECON_ROLE_KEY },
                  { "value", ECON_ROLE_VALUE },         { "sector", ECON_ROLE_SECTOR },
                  { "unit", ECON_ROLE_UNIT },           { "flag", ECON_ROLE_FLAG },
                  { "transform", ECON_ROLE_TRANSFORM }, { "sign", ECON_ROLE_SIGN },
                  { "weight", ECON_ROLE_WEIGHT },       { "title", ECON_ROLE_TITLE },
                  { "ignore", ECON_ROLE_NONE } };

    for (size_t i = 0; options != NULL && i < options->columns.n; i++) {
        const char *text = options->columns.items[i], *equals = strchr(text, '=');
        size_t n = equals == NULL ? 0 : (size_t)(equals - text), w = 0, column = SIZE_MAX;

        while (w < sizeof words / sizeof *words
               && (strlen(words[w].name) != n || memcmp(words[w].name, text, n) != 0))
            w++;
        if (w == sizeof words / sizeof *words)
            return sci_fail(
                SCI_ERR_ARGUMENT,
                "--column '%s' is not ROLE=NAME with a role of period, indicator, value, "
                "sector, unit, flag, transform, sign, weight, title, ignore",
                text);
        for (size_t k = 0; k < plan->n_columns; k++)
            if (strcmp(plan->names[k], equals + 1) == 0)
                column = k;
        if (column == SIZE_MAX)
            return sci_fail(SCI_ERR_ARGUMENT, "--column '%s': no column of that name", text);
        plan->roles[column] = (unsigned char)(0x80 | words[w].role);
    }
    return SCI_OK;
}

/* Of a column whose name says nothing: numbers may be values, dates are of use to nobody, other text is part of
 * a name. */
static econ_role
role_of_look(look l)
{
    if (is_numeric(l))
        return ECON_ROLE_VALUE;
    return l.periods == l.texts ? ECON_ROLE_NONE : ECON_ROLE_KEY;
}

/* A role that --column gave is marked until all are known. */
static bool
is_told(const econ_plan *plan, size_t k)
{
    return (plan->roles[k] & 0x80) != 0;
}

static size_t
told_column(const econ_plan *plan, econ_role role)
{
    for (size_t k = 0; k < plan->n_columns; k++)
        if (plan->roles[k] == (0x80 | role))
            return k;
    return SIZE_MAX;
}

/* The column of periods: told, or a known name, or the first one that has nothing else. */
static size_t
period_column(const econ_plan *plan, const econ_sample *s, size_t header)
{
    size_t told = told_column(plan, ECON_ROLE_PERIOD), any = SIZE_MAX;

    if (told != SIZE_MAX)
        return told;
    for (size_t k = 0; k < plan->n_columns; k++) {
        look l;
        bool ignored;

        if (is_told(plan, k) || econ_plan_is_period(plan->names[k]))
            continue;
        if (econ_role_of_name(plan->names[k], &ignored) == ECON_ROLE_PERIOD) {
            l = look_at_column(s, header, k);
            if (l.periods > 0 || l.numbers + l.texts == 0)
                return k;
        }
    }
    for (size_t k = 0; k < plan->n_columns && any == SIZE_MAX; k++) {
        look l = is_told(plan, k) ? (look){ 0 } : look_at_column(s, header, k);

        if (l.periods > 0 && l.periods == l.numbers + l.texts && l.missing == 0)
            any = k;
    }
    return any;
}

/* The same name with "Code" instead of "Name": the code is the key. */
static bool
has_code(const econ_plan *plan, const char *name)
{
    size_t n = strlen(name);

    if (n < 5 || strcmp(name + n - 4, "Name") != 0)
        return false;
    for (size_t k = 0; k < plan->n_columns; k++)
        if (strlen(plan->names[k]) == n && memcmp(plan->names[k], name, n - 4) == 0
            && strcmp(plan->names[k] + n - 4, "Code") == 0)
            return true;
    return false;
}

/* The role of a column that is not the period's in a long or across file; NONE with *unknown set where its name
 * says nothing. */
static econ_role
attribute_role(const econ_plan *plan, size_t k, bool *unknown)
{
    bool ignored;
    econ_role role = econ_role_of_name(plan->names[k], &ignored);

    *unknown = false;
    if (role == ECON_ROLE_TITLE || has_code(plan, plan->names[k]))
        return role == ECON_ROLE_TITLE ? ECON_ROLE_TITLE : ECON_ROLE_NONE;
    if (role == ECON_ROLE_PERIOD)
        role = ECON_ROLE_NONE;
    *unknown = role == ECON_ROLE_NONE && !ignored;
    return role;
}

/* ---- layouts ---- */

typedef struct columns {
    size_t period, value; /* SIZE_MAX: none */
    size_t keys, numbers; /* how many keys, and columns of numbers whose names say nothing */
    size_t number;        /* the first of these */
    size_t second;
} columns;

static columns
count_columns(const econ_plan *plan, const econ_sample *s, size_t header, size_t period)
{
    columns c = { .period = period, .value = SIZE_MAX, .number = SIZE_MAX, .second = SIZE_MAX };
    bool short_sample = econ_sample_next(s, header + 1) == s->n;

    for (size_t k = 0; k < plan->n_columns; k++) {
        econ_role role;
        bool unknown = false;

        if (k == period)
            continue;
        role = is_told(plan, k) ? plan->roles[k] & 0x7f : attribute_role(plan, k, &unknown);
        if (role == ECON_ROLE_VALUE && c.value == SIZE_MAX)
            c.value = k;
        if (unknown)
            role = short_sample ? ECON_ROLE_VALUE : role_of_look(look_at_column(s, header, k));
        c.keys += role == ECON_ROLE_KEY;
        if (!unknown || role != ECON_ROLE_VALUE)
            continue;
        if (c.numbers++ == 0)
            c.number = k;
        else if (c.second == SIZE_MAX)
            c.second = k;
    }
    return c;
}

static void
set_roles(econ_plan *plan, const econ_sample *s, size_t header, columns c)
{
    for (size_t k = 0; k < plan->n_columns; k++) {
        bool unknown = false;
        econ_role role;

        if (is_told(plan, k)) {
            plan->roles[k] &= 0x7f;
            continue;
        }
        if (k == c.period) {
            plan->roles[k] = ECON_ROLE_PERIOD;
            continue;
        }
        if (plan->layout == ECON_WIDE) {
            plan->roles[k] = ECON_ROLE_SERIES;
            continue;
        }
        if (plan->layout == ECON_ACROSS && econ_plan_is_period(plan->names[k])) {
            plan->roles[k] = ECON_ROLE_ACROSS;
            continue;
        }
        role = attribute_role(plan, k, &unknown);
        if (k == c.value)
            role = ECON_ROLE_VALUE;
        else if (role == ECON_ROLE_VALUE || role == ECON_ROLE_FLAG)
            role = plan->layout == ECON_LONG && role == ECON_ROLE_FLAG ? role : ECON_ROLE_NONE;
        else if (unknown && role_of_look(look_at_column(s, header, k)) == ECON_ROLE_KEY)
            role = ECON_ROLE_KEY;
        plan->roles[k] = (unsigned char)role;
    }
}

/* Columns of a long file that are not used are named, lest a second column of values is overlooked. */
static sci_status
note_unused(const econ_plan *plan, econ_panel *panel)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; k < plan->n_columns && st == SCI_OK; k++) {
        bool ignored;

        if (plan->roles[k] != ECON_ROLE_NONE || plan->names[k][0] == '\0')
            continue;
        (void)econ_role_of_name(plan->names[k], &ignored);
        if (!ignored && !has_code(plan, plan->names[k]))
            st = econ_notes_add(&panel->notes, ECON_GUESS, "column_unused", plan->header_line, 0,
                                "the column '%.100s' is not used", plan->names[k]);
    }
    return st;
}

static sci_status
fail_two_values(const econ_plan *plan, columns c, econ_panel *panel)
{
    return econ_fault_at(panel, SCI_ERR_REFUSED, "ambiguous_layout", plan->header_line, 1,
                         "the values may be in '%.80s' or '%.80s'; --column value=NAME says which, "
                         "--layout wide that every column is an indicator",
                         plan->names[c.number], plan->names[c.second]);
}

static size_t
count_periods(const econ_plan *plan)
{
    size_t n = 0;

    for (size_t k = 0; k < plan->n_columns; k++)
        n += econ_plan_is_period(plan->names[k]);
    return n;
}

/* Years in one column and months in another would make each month an indicator of its own, or a duplicate. */
static sci_status
refuse_split_period(const econ_plan *plan, const econ_sample *s, size_t header, size_t period,
                    econ_panel *panel)
{
    size_t below = econ_sample_next(s, header + 1);
    const char *cell = below < s->n ? econ_sample_field(s, &s->rows[below], period) : "";

    if (econ_period_spelling(cell, strlen(cell)).kind != ECON_SPELLED_YEAR)
        return SCI_OK;
    for (size_t k = 0; k < plan->n_columns; k++) {
        bool ignored;

        if (k == period || is_told(plan, k)
            || econ_role_of_name(plan->names[k], &ignored) != ECON_ROLE_PERIOD)
            continue;
        return econ_fault_at(
            panel, SCI_ERR_FORMAT, "split_period", plan->header_line, 1,
            "the period is in two columns, '%.60s' and '%.60s'; put them in one, as "
            "2020-03, or name the right one with --column period=NAME and the other "
            "with --column ignore=NAME",
            plan->names[period], plan->names[k]);
    }
    return SCI_OK;
}

static sci_status
choose_layout(econ_plan *plan, const econ_sample *s, size_t header, int wanted, econ_panel *panel)
{
    size_t period = wanted == ECON_ACROSS + 1 ? SIZE_MAX : period_column(plan, s, header);
    bool across = period == SIZE_MAX && count_periods(plan) > 0;
    columns c = count_columns(plan, s, header, period);
    sci_status st = SCI_OK;

    if (wanted == ECON_ACROSS + 1 && !across)
        return econ_fault_at(panel, SCI_ERR_FORMAT, "no_period_column", plan->header_line, 1,
                             "no column's name is a period");
    if (period == SIZE_MAX && !across)
        return econ_fault_at(panel, SCI_ERR_FORMAT, "no_period_column", plan->header_line, 1,
                             "no column has periods; --column period=NAME says which one should");
    if (!across)
        st = refuse_split_period(plan, s, header, period, panel);
    if (st != SCI_OK)
        return st;
    if (across) {
        plan->layout = ECON_ACROSS;
    } else if (wanted == ECON_WIDE + 1 || (wanted == 0 && c.keys == 0)) {
        plan->layout = ECON_WIDE;
        if (plan->n_columns < 2)
            return econ_fault_at(panel, SCI_ERR_FORMAT, "no_values", plan->header_line, 1,
                                 "there is no column beside the periods");
    } else {
        plan->layout = ECON_LONG;
        if (c.value == SIZE_MAX && c.numbers > 1)
            return fail_two_values(plan, c, panel);
        if (c.value == SIZE_MAX && c.numbers == 0)
            return econ_fault_at(
                panel, SCI_ERR_FORMAT, "no_values", plan->header_line, 1,
                "no column has numbers; --column value=NAME says which one should");
        if (c.value == SIZE_MAX) {
            c.value = c.number;
            st = econ_notes_add(&panel->notes, ECON_GUESS, "value_column", plan->header_line, 0,
                                "the values are in the column '%.100s'", plan->names[c.value]);
        }
    }
    set_roles(plan, s, header, c);
    if (st == SCI_OK && plan->layout == ECON_LONG
        && econ_plan_column(plan, ECON_ROLE_KEY) == SIZE_MAX)
        return econ_fault_at(
            panel, SCI_ERR_FORMAT, "no_indicator_column", plan->header_line, 1,
            "no column names the indicators; --column indicator=NAME says which one does");
    if (st == SCI_OK && plan->layout == ECON_ACROSS
        && econ_plan_column(plan, ECON_ROLE_KEY) == SIZE_MAX)
        plan->roles[0] = ECON_ROLE_KEY;
    return st == SCI_OK ? note_unused(plan, panel) : st;
}

/* ---- numbers ---- */

static void
choose_style(econ_plan *plan, const econ_sample *s, size_t header)
{
    unsigned evidence = 0;

    if (plan->style_told)
        return;
    for (size_t i = econ_sample_next(s, header + 1); i < s->n; i = econ_sample_next(s, i + 1))
        for (size_t k = 0; k < plan->n_columns; k++)
            if (econ_role_has_numbers(plan->roles[k])) {
                const char *text = econ_sample_field(s, &s->rows[i], k);

                evidence |= econ_cell_evidence(text, strlen(text));
            }
    plan->verdict = econ_style_choose(&plan->style, evidence, plan->delimiter);
}

/* ---- all of it ---- */

static sci_status
make(econ_plan *plan, const econ_sample *s, const econ_reading *options, econ_panel *panel)
{
    size_t header = 0;
    sci_status st = econ_plan_header(s, &header, panel);

    if (st != SCI_OK)
        return st;
    plan->skip = s->rows[header].record + 1;
    plan->header_line = s->rows[header].line;
    st = name_columns(plan, s, &s->rows[header]);
    if (st == SCI_OK)
        st = told_roles(plan, options);
    if (st == SCI_OK)
        st = choose_layout(plan, s, header, options == NULL ? 0 : options->layout, panel);
    if (st == SCI_OK)
        choose_style(plan, s, header);
    return st;
}

sci_status
econ_plan_make(econ_plan *plan, econ_text *text, const econ_reading *options, econ_panel *panel)
{
    char *bytes = NULL;
    size_t n;
    bool whole;
    econ_sample sample = { 0 };
    sci_status st = econ_sample_bytes(&bytes, &n, &whole, text);

    if (st != SCI_OK)
        return st;
    if (n == 0)
        st = econ_fault_at(panel, SCI_ERR_FORMAT, "empty_input", 0, 0, "the file is empty");
    if (st == SCI_OK)
        st = econ_plan_delimiter(plan, bytes, n, whole, panel);
    if (st == SCI_OK)
        st = econ_sample_cut(&sample, bytes, n, whole, plan->delimiter);
    if (st == SCI_OK)
        st = make(plan, &sample, options, panel);
    econ_sample_clear(&sample);
    sci_free(bytes);
    return st;
}
