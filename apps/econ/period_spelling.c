/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "period_spelling.h"

#include <string.h>

/* A spelling is cut into words: numbers with their digits counted, names of months, single letters and
 * separators. Its pattern, "9-9-9" say, then tells what it is. */
enum { WORDS_MOST = 8 };

typedef struct cut {
    size_t n;
    char pattern[WORDS_MOST
                 + 1]; /* 9: number, M: month's name, else the character, letters in upper case */
    int value[WORDS_MOST];
    int digits[WORDS_MOST];
} cut;

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static char
upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* English and German names. One of three letters stands for what it begins, the others are whole. */
static const struct {
    const char *name;
    int month;
} months[] = {
    { "JANUARY", 1 },     { "FEBRUARY", 2 }, { "MARCH", 3 },     { "APRIL", 4 },
    { "MAY", 5 },         { "JUNE", 6 },     { "JULY", 7 },      { "AUGUST", 8 },
    { "SEPTEMBER", 9 },   { "OCTOBER", 10 }, { "NOVEMBER", 11 }, { "DECEMBER", 12 },
    { "SEPT", 9 },        { "JANUAR", 1 },   { "FEBRUAR", 2 },   { "M\xc3\xa4RZ", 3 },
    { "M\xc3\x84RZ", 3 }, { "MRZ", 3 },      { "MAI", 5 },       { "JUNI", 6 },
    { "JULI", 7 },        { "OKT", 10 },     { "OKTOBER", 10 },  { "DEZ", 12 },
    { "DEZEMBER", 12 },
};

static int
month_of(const char *word, size_t n)
{
    char name[12];

    if (n < 3 || n >= sizeof name)
        return 0;
    for (size_t k = 0; k < n; k++)
        name[k] = upper(word[k]);
    name[n] = '\0';
    for (size_t k = 0; k < sizeof months / sizeof *months; k++)
        if (strcmp(name, months[k].name) == 0
            || (n == 3 && k < 12 && strncmp(name, months[k].name, 3) == 0))
            return months[k].month;
    return 0;
}

static bool
cut_number(cut *c, const char *text, size_t n, size_t *at)
{
    int value = 0, digits = 0;

    while (*at < n && is_digit(text[*at])) {
        if (++digits > 8)
            return false;
        value = 10 * value + (text[(*at)++] - '0');
    }
    c->value[c->n] = value;
    c->digits[c->n] = digits;
    c->pattern[c->n++] = '9';
    return true;
}

static bool
cut_name(cut *c, const char *text, size_t n, size_t *at)
{
    size_t from = *at;
    int month;

    while (*at < n && is_letter(text[*at]))
        ++*at;
    month = month_of(text + from, *at - from);
    if (month == 0 && *at - from > 1)
        return false;
    c->value[c->n] = month;
    c->pattern[c->n++] = month > 0 ? 'M' : upper(text[from]);
    return true;
}

static bool
cut_up(cut *c, const char *text, size_t n)
{
    *c = (cut){ 0 };
    for (size_t at = 0; at < n;) {
        bool good;

        if (c->n == WORDS_MOST)
            return false;
        if (is_digit(text[at])) {
            good = cut_number(c, text, n, &at);
        } else if (is_letter(text[at])) {
            good = cut_name(c, text, n, &at);
        } else {
            good = strchr("-/. ,", text[at]) != NULL && text[at] != '\0';
            if (text[at] == ',' && at + 1 < n && text[at + 1] == ' ')
                at++;
            c->pattern[c->n++] = text[at++];
        }
        if (!good)
            return false;
    }
    return c->n > 0;
}

static bool
good_year(int year, int digits)
{
    return digits == 4 && year >= 1000 && year <= 2999;
}

static econ_spelling
make(econ_spelling_kind kind, int year, int a, int b)
{
    return (econ_spelling){ kind, year, a, b };
}

static const econ_spelling none = { ECON_SPELLED_NOT, 0, 0, 0 };

static econ_spelling
month_in(int year, int digits, int month)
{
    if (digits == 2) { /* as POSIX strptime's %y */
        year += year < 69 ? 2000 : 1900;
        digits = 4;
    }
    return good_year(year, digits) && month >= 1 && month <= 12
               ? make(ECON_SPELLED_MONTH, year, month, 0)
               : none;
}

static econ_spelling
quarter_in(int year, int digits, int quarter)
{
    return good_year(year, digits) && quarter >= 1 && quarter <= 4
               ? make(ECON_SPELLED_QUARTER, year, quarter, 0)
               : none;
}

static econ_spelling
date_in(int year, int digits, int month, int day)
{
    return good_year(year, digits) && month >= 1 && month <= 12 && day >= 1
                   && day <= econ_days_in_month(year, month)
               ? make(ECON_SPELLED_DATE, year, month, day)
               : none;
}

/* 53 weeks have the years that begin or end on a Thursday. */
static econ_spelling
week_in(int year, int digits, int week)
{
    if (!good_year(year, digits) || week < 1 || week > 53)
        return none;
    if (week == 53) {
        int first = (int)((econ_days_of(year, 1, 1) % 7 + 7) % 7),
            last = (int)((econ_days_of(year, 12, 31) % 7 + 7) % 7);

        if (first != 0 && last != 0) /* day 0 was a Thursday */
            return none;
    }
    return make(ECON_SPELLED_WEEK, year, week, 0);
}

static econ_spelling
one_number(const cut *c)
{
    int value = c->value[0];

    if (c->digits[0] == 4)
        return good_year(value, 4) ? make(ECON_SPELLED_YEAR, value, 0, 0) : none;
    if (c->digits[0] == 6)
        return month_in(value / 100, 4, value % 100);
    return c->digits[0] == 8 ? date_in(value / 10000, 4, value / 100 % 100, value % 100) : none;
}

static econ_spelling
two_numbers(const cut *c)
{
    if (c->digits[0] == 4 && c->digits[2] <= 2 && c->pattern[1] != '.')
        return month_in(c->value[0], 4, c->value[2]);
    if (c->digits[2] == 4 && c->digits[0] <= 2)
        return month_in(c->value[2], 4, c->value[0]);
    return none;
}

static econ_spelling
three_numbers(const cut *c)
{
    int a = c->value[0], b = c->value[2], year = c->value[4];

    if (c->digits[0] == 4)
        return c->digits[2] <= 2 && c->digits[4] <= 2 ? date_in(a, 4, b, year) : none;
    if (c->digits[0] > 2 || c->digits[2] > 2)
        return none;
    if (c->pattern[1] == '.')
        return date_in(year, c->digits[4], b, a);
    if (!good_year(year, c->digits[4]) || a < 1 || b < 1)
        return none;
    if (date_in(year, 4, a, b).kind == ECON_SPELLED_NOT
        && date_in(year, 4, b, a).kind == ECON_SPELLED_NOT)
        return none;
    return make(ECON_SPELLED_EITHER, year, a, b);
}

static bool
is_separator(char c)
{
    return c == '-' || c == '/' || c == '.' || c == ' ' || c == ',';
}

/* Q1 2020, Mar-2020, 1 Mar 2020, Mar 1, 2020: with separators taken out. */
static econ_spelling
named(const cut *c)
{
    char pattern[WORDS_MOST + 1];
    int v[WORDS_MOST], d[WORDS_MOST];
    size_t n = 0;

    for (size_t k = 0; k < c->n; k++) {
        if (is_separator(c->pattern[k])) {
            if (k == 0 || k + 1 == c->n || is_separator(c->pattern[k - 1]))
                return none;
            continue;
        }
        pattern[n] = c->pattern[k];
        v[n] = c->value[k];
        d[n++] = c->digits[k];
    }
    pattern[n] = '\0';
    if (strcmp(pattern, "9Q9") == 0)
        return d[2] == 1 ? quarter_in(v[0], d[0], v[2]) : none;
    if (strcmp(pattern, "Q99") == 0)
        return d[1] == 1 ? quarter_in(v[2], d[2], v[1]) : none;
    if (strcmp(pattern, "9W9") == 0)
        return d[2] <= 2 ? week_in(v[0], d[0], v[2]) : none;
    if (strcmp(pattern, "M9") == 0)
        return month_in(v[1], d[1], v[0]);
    if (strcmp(pattern, "9M") == 0)
        return d[0] == 4 ? month_in(v[0], d[0], v[1]) : none;
    if (strcmp(pattern, "9M9") == 0 && v[1] > 0)
        return d[0] <= 2 ? date_in(v[2], d[2], v[1], v[0]) : date_in(v[0], d[0], v[1], v[2]);
    if (strcmp(pattern, "9M9") == 0) /* 2020M03 */
        return d[2] <= 2 && d[0] == 4 ? month_in(v[0], d[0], v[2]) : none;
    if (strcmp(pattern, "M99") == 0 && v[0] > 0)
        return d[1] <= 2 ? date_in(v[2], d[2], v[0], v[1]) : none;
    return none;
}

/* A time of midnight, as spreadsheets and databases write it behind dates. */
static size_t
without_time(const char *text, size_t n)
{
    static const char *const times[] = { "T00:00:00Z", "T00:00:00", " 00:00:00", "T00:00",
                                         " 00:00" };

    for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
        size_t length = strlen(times[k]);

        if (n > length && memcmp(text + n - length, times[k], length) == 0)
            return n - length;
    }
    return n;
}

econ_spelling
econ_period_spelling(const char *text, size_t n)
{
    cut c;

    while (n > 0 && text[0] == ' ') {
        text++;
        n--;
    }
    while (n > 0 && text[n - 1] == ' ')
        n--;
    if (n > 8)
        n = without_time(text, n);
    if (n < 4 || n > 24 || !cut_up(&c, text, n))
        return none;
    if (strcmp(c.pattern, "9") == 0)
        return one_number(&c);
    if (c.n == 3 && c.pattern[0] == '9' && c.pattern[2] == '9'
        && strchr("-/.", c.pattern[1]) != NULL)
        return two_numbers(&c);
    if (c.n == 5 && c.pattern[0] == '9' && c.pattern[2] == '9' && c.pattern[4] == '9'
        && c.pattern[1] == c.pattern[3] && strchr("-/.", c.pattern[1]) != NULL)
        return three_numbers(&c);
    return named(&c);
}

econ_spelling
econ_spelling_ordered(econ_spelling s, econ_date_order order)
{
    return order == ECON_DAY_FIRST ? date_in(s.year, 4, s.b, s.a) : date_in(s.year, 4, s.a, s.b);
}

econ_frequency
econ_spelling_frequency(econ_spelling s)
{
    switch (s.kind) {
    case ECON_SPELLED_YEAR:
        return ECON_ANNUAL;
    case ECON_SPELLED_QUARTER:
        return ECON_QUARTERLY;
    case ECON_SPELLED_WEEK:
        return ECON_WEEKLY;
    case ECON_SPELLED_MONTH:
        return ECON_MONTHLY;
    case ECON_SPELLED_NOT:
    case ECON_SPELLED_DATE:
    case ECON_SPELLED_EITHER:
        break;
    }
    return ECON_DAILY;
}

int64_t
econ_spelling_ordinal(econ_spelling s)
{
    switch (s.kind) {
    case ECON_SPELLED_YEAR:
        return s.year;
    case ECON_SPELLED_QUARTER:
        return (int64_t)s.year * 4 + s.a - 1;
    case ECON_SPELLED_MONTH:
        return (int64_t)s.year * 12 + s.a - 1;
    case ECON_SPELLED_WEEK: /* the week of January 4 is the first */
        return econ_period_convert(ECON_DAILY, econ_days_of(s.year, 1, 4), ECON_WEEKLY, false) + s.a
               - 1;
    case ECON_SPELLED_NOT:
    case ECON_SPELLED_DATE:
    case ECON_SPELLED_EITHER:
        break;
    }
    return econ_days_of(s.year, s.a, s.b);
}
