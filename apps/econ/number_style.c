/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which style numbers have, from what cells show. */
#include <string.h>

#include "number.h"

/* Every style in which the cell is a number, tried one after the other, would accept 1.234 in two; so the
 * separators themselves are looked at. */
typedef struct shape {
    size_t points, commas, blanks, quotes; /* how many of each */
    size_t last_point, last_comma;         /* where, in digits and separators */
    size_t digits_before, digits_after;    /* the last separator */
    bool zero_first;
    bool exponent;
} shape;

static bool
accepts(const char *text, size_t n, char decimal, char thousands)
{
    econ_cell cell;
    econ_cell_kind kind = econ_cell_read(&cell, text, n, (econ_number_style){ decimal, thousands });

    return kind == ECON_CELL_NUMBER || kind == ECON_CELL_OVERFLOW;
}

static shape
shape_of(const char *text, size_t n)
{
    shape s = { 0 };
    size_t digits = 0, since = 0, place = 0;
    bool separated = false;

    for (size_t k = 0; k < n; k++) {
        char c = text[k];

        if (c >= '0' && c <= '9') {
            if (digits == 0)
                s.zero_first = c == '0';
            digits++;
            since++;
        } else if ((c == '.' || c == ',') && !s.exponent) {
            s.points += c == '.';
            s.commas += c == ',';
            *(c == '.' ? &s.last_point : &s.last_comma) = ++place;
            s.digits_before = digits;
            since = 0;
            separated = true;
        } else if ((c == 'e' || c == 'E') && digits > 0) {
            s.exponent = true;
        } else if (c == '\'' || (unsigned char)c == 0xe2 || (unsigned char)c == 0xc2 || c == ' ') {
            s.quotes += c == '\'';
            s.blanks += c != '\'';
        }
    }
    s.digits_after = separated ? since : 0;
    return s;
}

/* One separator of either kind, and no other: three digits behind it may be a thousand. */
static unsigned
single(const shape *s, unsigned decimal, unsigned either)
{
    bool grouped = s->digits_after == 3 && s->digits_before >= 1 && s->digits_before <= 3
                   && !s->zero_first && !s->exponent;

    return grouped ? either : decimal;
}

unsigned
econ_cell_evidence(const char *text, size_t n)
{
    shape s = shape_of(text, n);
    unsigned seen = 0;
    char decimal = s.last_comma > s.last_point ? ',' : '.';

    if (s.points == 0 && s.commas == 0) {
        if (s.blanks > 0 && !accepts(text, n, '.', '\0') && accepts(text, n, '.', ' '))
            return ECON_SEEN_BLANK_GROUPS;
        return s.quotes > 0 && accepts(text, n, '.', '\'') ? ECON_SEEN_QUOTE_GROUPS : 0;
    }
    if (s.points > 0 && s.commas > 0) {
        if (!accepts(text, n, decimal, decimal == '.' ? ',' : '.'))
            return 0;
        return decimal == '.' ? ECON_SEEN_POINT | ECON_SEEN_COMMA_GROUPS
                              : ECON_SEEN_COMMA | ECON_SEEN_POINT_GROUPS;
    }
    if (s.points > 1)
        return accepts(text, n, ',', '.') ? ECON_SEEN_POINT_GROUPS : 0;
    if (s.commas > 1)
        return accepts(text, n, '.', ',') ? ECON_SEEN_COMMA_GROUPS : 0;
    if (!accepts(text, n, decimal, '\0')) {
        if (s.blanks > 0 && accepts(text, n, decimal, ' '))
            seen = ECON_SEEN_BLANK_GROUPS;
        else if (s.quotes > 0 && accepts(text, n, decimal, '\''))
            seen = ECON_SEEN_QUOTE_GROUPS;
        else
            return 0;
        return seen | (decimal == '.' ? ECON_SEEN_POINT : ECON_SEEN_COMMA);
    }
    return decimal == '.' ? single(&s, ECON_SEEN_POINT, ECON_SEEN_POINT_EITHER)
                          : single(&s, ECON_SEEN_COMMA, ECON_SEEN_COMMA_EITHER);
}

/* The separator of thousands among the evidence; '?' where there are two. */
static char
thousands_of(unsigned evidence)
{
    static const struct {
        unsigned bit;
        char sign;
    } kinds[] = { { ECON_SEEN_POINT_GROUPS, '.' },
                  { ECON_SEEN_COMMA_GROUPS, ',' },
                  { ECON_SEEN_BLANK_GROUPS, ' ' },
                  { ECON_SEEN_QUOTE_GROUPS, '\'' } };
    char found = '\0';

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        if ((evidence & kinds[k].bit) == 0)
            continue;
        if (found != '\0')
            return '?';
        found = kinds[k].sign;
    }
    return found;
}

econ_style_verdict
econ_style_choose(econ_number_style *out, unsigned evidence, char delimiter)
{
    bool point = (evidence & (ECON_SEEN_POINT | ECON_SEEN_COMMA_GROUPS)) != 0;
    bool comma = (evidence & (ECON_SEEN_COMMA | ECON_SEEN_POINT_GROUPS)) != 0;
    bool point_either = (evidence & ECON_SEEN_POINT_EITHER) != 0;
    bool comma_either = (evidence & ECON_SEEN_COMMA_EITHER) != 0;
    econ_style_verdict verdict = ECON_STYLE_KNOWN;

    *out = (econ_number_style){ '.', '\0' };
    if (point && comma)
        return ECON_STYLE_CONFLICT;
    if (!point && !comma) { /* nothing but 1.234 and 1,234, if that */
        if (point_either && comma_either)
            return ECON_STYLE_AMBIGUOUS;
        if (comma_either && delimiter != ',')
            return ECON_STYLE_AMBIGUOUS;
        if (point_either || comma_either)
            verdict = ECON_STYLE_GUESSED;
        point = true;
    }
    out->decimal = comma ? ',' : '.';
    if (point && comma_either)
        evidence |= ECON_SEEN_COMMA_GROUPS;
    if (comma && point_either)
        evidence |= ECON_SEEN_POINT_GROUPS;
    out->thousands = thousands_of(evidence);
    return out->thousands == '?' ? ECON_STYLE_CONFLICT : verdict;
}
