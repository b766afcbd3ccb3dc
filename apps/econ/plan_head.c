/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What parts the fields of a file, and which of its first rows is the header. */
#include <string.h>

#include "period_spelling.h"
#include "plan_priv.h"
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

sci_status
econ_plan_delimiter(econ_plan *plan, const char *bytes, size_t n, bool whole, econ_panel *panel)
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

bool
econ_plan_is_period(const char *text)
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

        h.periods += econ_plan_is_period(text);
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
        if (!econ_plan_is_period(econ_sample_field(s, head, k))
            && econ_plan_is_period(econ_sample_field(s, row, k)))
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
        || (row->n > 1 && econ_plan_is_period(econ_sample_field(s, row, 0)) && h.periods < row->n))
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

sci_status
econ_plan_header(const econ_sample *s, size_t *at, econ_panel *panel)
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
