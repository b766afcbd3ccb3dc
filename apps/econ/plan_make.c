/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the first rows of a file to a plan. Guesses are made only where every row agrees, and noted. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "period_spelling.h"
#include "plan.h"
#include "sample.h"
#include "special.h"

/* ---- the delimiter ---- */

/* How well a delimiter fits: rows with the most frequent number of fields (of at least two), then that
 * number. */
typedef struct fit {
    size_t rows, fields;
} fit;

static fit
fit_of(const econ_sample *s)
{
    fit best = { 0, 0 };

    for (size_t i = econ_sample_next(s, 0), tried = 0; i < s->n && tried < 100;
         i = econ_sample_next(s, i + 1), tried++) {
        size_t rows = 0, fields = s->rows[i].whole;

        if (fields < 2 || fields == best.fields)
            continue;
        for (size_t k = econ_sample_next(s, 0); k < s->n; k = econ_sample_next(s, k + 1))
            rows += s->rows[k].whole == fields;
        if (rows > best.rows || (rows == best.rows && fields > best.fields))
            best = (fit){ rows, fields };
    }
    return best;
}

static const char delimiters[] = ",;\t|";

static const char *
delimiter_name(char c)
{
    return c == ','    ? "a comma"
           : c == ';'  ? "a semicolon"
           : c == '\t' ? "a tab"
           : c == '|'  ? "a bar"
                       : "another";
}

/* "sep=;" in the first line, as spreadsheets write it. */
static bool
told_by_file(const char *bytes, size_t n, char *delimiter)
{
    if (n < 5 || memcmp(bytes, "sep=", 4) != 0)
        return false;
    if (n > 5 && bytes[5] != '\n' && bytes[5] != '\r')
        return false;
    *delimiter = bytes[4];
    return bytes[4] != '"' && bytes[4] != '\n' && bytes[4] != '\r';
}

static sci_status
choose_delimiter(econ_plan *plan, const char *bytes, size_t n, bool whole, econ_panel *panel)
{
    fit best = { 0, 0 };
    char tied = '\0';

    if (plan->delimiter != '\0' || told_by_file(bytes, n, &plan->delimiter))
        return SCI_OK;
    for (size_t k = 0; delimiters[k] != '\0'; k++) {
        econ_sample s;
        sci_status st = econ_sample_cut(&s, bytes, n, whole, delimiters[k]);
        fit f = st == SCI_OK ? fit_of(&s) : best;

        econ_sample_clear(&s);
        if (st != SCI_OK)
            return st;
        if (f.rows > best.rows || (f.rows == best.rows && f.fields > best.fields)) {
            best = f;
            plan->delimiter = delimiters[k];
            tied = '\0';
        } else if (f.rows > 0 && f.rows == best.rows && f.fields == best.fields) {
            tied = delimiters[k];
        }
    }
    if (best.rows == 0)
        plan->delimiter = ','; /* what is wrong shows later */
    if (tied != '\0')
        return econ_fault_at(panel, SCI_ERR_REFUSED, "ambiguous_delimiter", 1, 1,
                             "fields are parted by %s or by %s; --dialect delimiter=... says which",
                             delimiter_name(plan->delimiter), delimiter_name(tied));
    return SCI_OK;
}

/* ---- the header ---- */

static bool
is_period(const char *text)
{
    return econ_period_spelling(text, econ_period_part(text, strlen(text))).kind
           != ECON_SPELLED_NOT;
}

static bool
fits_below(const econ_sample_row *header, const econ_sample_row *row)
{
    return row->whole == header->whole || (row->n <= header->n && row->whole == header->n)
           || (row->whole > header->whole && row->n <= header->n);
}

/* What a row looks like as a header. */
typedef struct head_look {
    size_t periods, known; /* fields that are periods, or known names other than those */
    bool period_named;
} head_look;

static head_look
look_at_header(const econ_sample *s, const econ_sample_row *row)
{
    head_look h = { 0 };

    for (size_t k = 0; k < row->n; k++) {
        const char *text = econ_sample_field(s, row, k);
        bool ignored;
        econ_role role = econ_role_of_name(text, &ignored);

        h.periods += is_period(text);
        h.known += role != ECON_ROLE_NONE || ignored;
        h.period_named = h.period_named || role == ECON_ROLE_PERIOD;
    }
    return h;
}

/* A column that has a period in `row` and none in the header. */
static bool
period_below(const econ_sample *s, const econ_sample_row *head, const econ_sample_row *row)
{
    for (size_t k = 0; k < head->n && k < row->whole; k++)
        if (!is_period(econ_sample_field(s, head, k)) && is_period(econ_sample_field(s, row, k)))
            return true;
    return false;
}

static bool
is_header(const econ_sample *s, size_t i)
{
    const econ_sample_row *row = &s->rows[i];
    size_t below = econ_sample_next(s, i + 1);
    head_look h = look_at_header(s, row);

    if (row->n == 0
        || (row->n > 1 && is_period(econ_sample_field(s, row, 0)) && h.periods < row->n))
        return false; /* a row of data */
    if (h.period_named && h.known >= 2)
        return true;
    if (below == s->n)
        return h.period_named;
    /* Lines of a title look like a header with one row, and do not fit what comes after that. */
    for (size_t k = below, rows = 0; k < s->n && rows < 2; k = econ_sample_next(s, k + 1)) {
        if (s->rows[k].n == 1)
            continue;
        if (!fits_below(row, &s->rows[k]))
            return false;
        rows++;
    }
    return h.period_named || (h.periods > 0 && h.periods < row->whole)
           || period_below(s, row, &s->rows[below]);
}

static sci_status
find_header(const econ_sample *s, size_t *at, econ_panel *panel)
{
    size_t first = econ_sample_next(s, 0);

    if (first < s->n && strncmp(econ_sample_field(s, &s->rows[first], 0), "sep=", 4) == 0
        && s->rows[first].n == 1)
        first = econ_sample_next(s, first + 1);
    for (size_t i = first, tried = 0; i < s->n && tried < 100;
         i = econ_sample_next(s, i + 1), tried++)
        if (is_header(s, i)) {
            *at = i;
            return SCI_OK;
        }
    if (s->fault != NULL)
        return econ_fault_at(panel, SCI_ERR_FORMAT, s->fault, s->records.fault_line,
                             s->records.fault_column, "%s", sci_message());
    if (first == s->n)
        return econ_fault_at(panel, SCI_ERR_FORMAT, "empty_input", 0, 0, "the file is empty");
    return econ_fault_at(
        panel, SCI_ERR_FORMAT, "no_header", s->rows[first].line, 1,
        "no line of column names with periods in a column below it, nor names that are "
        "periods");
}

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
        l.periods += is_period(text);
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

        if (is_told(plan, k) || is_period(plan->names[k]))
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
        if (plan->layout == ECON_ACROSS && is_period(plan->names[k])) {
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
        n += is_period(plan->names[k]);
    return n;
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
    sci_status st = find_header(s, &header, panel);

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
        st = choose_delimiter(plan, bytes, n, whole, panel);
    if (st == SCI_OK)
        st = econ_sample_cut(&sample, bytes, n, whole, plan->delimiter);
    if (st == SCI_OK)
        st = make(plan, &sample, options, panel);
    econ_sample_clear(&sample);
    sci_free(bytes);
    return st;
}
