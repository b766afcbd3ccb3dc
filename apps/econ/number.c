/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "number.h"
#include "digits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- digits to a double ---- */

static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* a * b = *p + *e exactly (Dekker 1971); neither is so large that the split overflows. */
static void
two_product(double a, double b, double *p, double *e)
{
    const double split = 134217729.0; /* 2^27 + 1 */
    double ca = split * a, cb = split * b;
    double ah = ca - (ca - a), al = a - ah, bh = cb - (cb - b), bl = b - bh;

    *p = a * b;
    *e = ((ah * bh - *p) + ah * bl + al * bh) + al * bl;
}

/* digits / 10^places for digits beyond 2^53: the quotient as a sum of two doubles, right to about 100 bits.
 * False where that does not settle the rounding. */
static bool
divide_long(uint64_t digits, unsigned places, double *out)
{
    double power = powers[places];
    double high = (double)(digits & ~UINT64_C(0x7ff)), low = (double)(digits & 0x7ff);
    double q = (high + low) / power, p, e, rest, sum, error, half;
    double top = high + low, top_error = low - (top - high);

    two_product(q, power, &p, &e);
    rest = ((top - p) - e + top_error) / power;
    sum = q + rest;
    error = rest - (sum - q);
    /* Half a unit in the last place of sum, below which error lies; near it the next digit would matter. */
    half = 0.5 * (nextafter(sum, INFINITY) - sum);
    if (fabs(fabs(error) - half) < half * 0x1p-20
        || fabs(fabs(error) - 0.5 * half) < half * 0x1p-20)
        return false;
    *out = sum;
    return true;
}

/* One by one. */
static bool
read_digits(const char *text, size_t n, char decimal, uint64_t *digits, size_t *places)
{
    size_t point = SIZE_MAX, count;

    *digits = 0;
    for (size_t k = 0; k < n; k++) {
        unsigned d = (unsigned)(unsigned char)text[k] - '0';

        if (d < 10) {
            *digits = *digits * 10 + d;
        } else if (text[k] == decimal && point == SIZE_MAX) {
            point = k;
        } else {
            return false;
        }
    }
    count = n - (point != SIZE_MAX);
    *places = point == SIZE_MAX ? 0 : n - 1 - point;
    return count > 0 && count <= 19;
}

bool
econ_number_quick(double *out, const char *text, size_t n, char decimal)
{
    uint64_t digits = 0;
    size_t places, sign;
    double value;
    bool negative = n > 0 && text[0] == '-', good;

    if (n == 0 || n > 20)
        return false;
    sign = negative || text[0] == '+';
#if ECON_DIGITS_AT_ONCE
    if (n - sign >= 8 && n - sign <= 16)
        good = econ_digits(text + sign, n - sign, decimal, &digits, &places);
    else
#endif
        good = read_digits(text + sign, n - sign, decimal, &digits, &places);
    if (!good)
        return false;
    if (digits <= UINT64_C(1) << 53)
        value = (double)(int64_t)digits / powers[places];
    else if (places == 0)
        value = (double)digits; /* one rounding, to nearest */
    else if (!divide_long(digits, (unsigned)places, &value))
        return false;
    *out = negative ? -value : value;
    return true;
}

/* ---- cells ---- */

/* A stretch of a cell. */
typedef struct piece {
    const char *text;
    size_t n;
} piece;

/* Bytes of the blank at the beginning: space, tab, no-break, thin and narrow no-break blanks. */
static size_t
blank_at(const char *text, size_t n)
{
    static const char *const blanks[] = {
        " ", "\t", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "\xe2\x80\x87"
    };

    for (size_t k = 0; k < sizeof blanks / sizeof *blanks; k++) {
        size_t length = strlen(blanks[k]);

        if (n >= length && memcmp(text, blanks[k], length) == 0)
            return length;
    }
    return 0;
}

static size_t
blank_before(const char *text, size_t n)
{
    for (size_t length = 1; length <= 3 && length <= n; length++)
        if (blank_at(text + n - length, length) == length)
            return length;
    return 0;
}

static void
trim(piece *p)
{
    size_t length;

    while ((length = blank_at(p->text, p->n)) > 0) {
        p->text += length;
        p->n -= length;
    }
    while ((length = blank_before(p->text, p->n)) > 0)
        p->n -= length;
}

static bool
begins(piece p, const char *word)
{
    return p.n >= strlen(word) && memcmp(p.text, word, strlen(word)) == 0;
}

static bool
ends(piece p, const char *word)
{
    size_t n = strlen(word);

    return p.n >= n && memcmp(p.text + p.n - n, word, n) == 0;
}

static bool
is(piece p, const char *word)
{
    return p.n == strlen(word) && memcmp(p.text, word, p.n) == 0;
}

static bool
is_missing(piece p)
{
    static const char *const markers[] = {
        "NA",
        "N/A",
        "n/a",
        "na",
        "#N/A",
        "#NA",
        "#NV",
        "NaN",
        "nan",
        "NAN",
        "NULL",
        "null",
        "None",
        ".",
        "..",
        "...",
        "-",
        "--",
        ":",
        "\xe2\x80\x93",
        "\xe2\x80\x94",
        "\xe2\x80\xa6",
        "ND",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NUM!",
        "#NAME?",
        "(NA)",
        "(D)",
        "(X)",
        "(S)",
        "*",
        "x",
    };

    if (p.n == 0)
        return true;
    for (size_t k = 0; k < sizeof markers / sizeof *markers; k++)
        if (is(p, markers[k]))
            return true;
    return false;
}

static bool
is_infinite(piece p)
{
    if (p.n > 0 && (p.text[0] == '-' || p.text[0] == '+')) {
        p.text++;
        p.n--;
    }
    return is(p, "inf") || is(p, "Inf") || is(p, "INF") || is(p, "Infinity") || is(p, "infinity");
}

static bool
is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool
is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Take a status off the end: letters behind a blank, or one or two in brackets. */
static void
take_flag(piece *p, char flag[8])
{
    size_t letters = 0, blank;
    bool bracket = p->n > 3 && p->text[p->n - 1] == ')';
    size_t end = p->n - bracket;

    while (letters < end && letters < 4
           && (is_lower(p->text[end - 1 - letters]) || is_upper(p->text[end - 1 - letters])))
        letters++;
    if (letters == 0 || letters > 3 || letters == end || (bracket && letters > 2))
        return;
    /* Three capitals are a currency. */
    if (letters == 3 && is_upper(p->text[end - 1]))
        return;
    if (bracket && p->text[end - letters - 1] != '(')
        return;
    blank = bracket ? 1 : blank_before(p->text, end - letters);
    if (blank == 0 || end - letters - blank == 0)
        return;
    memcpy(flag, p->text + end - letters, letters);
    flag[letters] = '\0';
    p->n = end - letters - blank;
    trim(p);
}

static const struct {
    const char *sign, *mark;
} signs[] = {
    { "%", "%" },          { "$", "USD" },        { "\xe2\x82\xac", "EUR" },
    { "\xc2\xa3", "GBP" }, { "\xc2\xa5", "JPY" }, { "\xe2\x82\xb9", "INR" },
};

static bool
is_code(const char *text)
{
    return is_upper(text[0]) && is_upper(text[1]) && is_upper(text[2]);
}

/* Take one sign or currency code off the beginning or the end. */
static void
take_mark(piece *p, char mark[4])
{
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
        size_t n = strlen(signs[k].sign);
        bool before = k > 0 && begins(*p, signs[k].sign), after = ends(*p, signs[k].sign);

        if (!before && !after)
            continue;
        p->text += before ? n : 0;
        p->n -= n;
        (void)strcpy(mark, signs[k].mark);
        trim(p);
        return;
    }
    if (p->n > 4 && is_code(p->text) && blank_at(p->text + 3, p->n - 3) > 0) {
        memcpy(mark, p->text, 3);
        p->text += 3;
        p->n -= 3;
    } else if (p->n > 4 && is_code(p->text + p->n - 3) && blank_before(p->text, p->n - 3) > 0) {
        memcpy(mark, p->text + p->n - 3, 3);
        p->n -= 3;
    }
    trim(p);
}

/* Take a sign off the beginning; U+2212 is a minus too. */
static bool
take_sign(piece *p, bool *negative)
{
    size_t n =
        begins(*p, "\xe2\x88\x92") ? 3 : p->n > 0 && (p->text[0] == '-' || p->text[0] == '+');

    if (n == 0)
        return false;
    *negative = *negative != (p->text[0] != '+');
    p->text += n;
    p->n -= n;
    return true;
}

/* A cell without everything around its number. False: what is around does not fit together. */
static bool
undress(piece *p, econ_cell *out, bool *negative)
{
    bool sign;

    *negative = false;
    trim(p);
    take_flag(p, out->flag);
    if (p->n > 2 && p->text[0] == '(' && p->text[p->n - 1] == ')') {
        p->text++;
        p->n -= 2;
        *negative = true;
        trim(p);
        take_mark(p, out->mark);
        return true;
    }
    sign = take_sign(p, negative);
    take_mark(p, out->mark);
    return !take_sign(p, negative) || !sign;
}

/* ---- groups ---- */

/* The separator of thousands at the beginning, 0 if there is none: its first character, or ' ' for blanks. */
static char
group_at(const char *text, size_t n, size_t *length)
{
    *length = blank_at(text, n);
    if (*length > 0)
        return ' ';
    *length = n >= 3 && memcmp(text, "\xe2\x80\x99", 3) == 0 ? 3 : 1;
    if (*length == 3)
        return '\'';
    return n > 0 && (text[0] == ',' || text[0] == '.' || text[0] == '\'') ? text[0] : '\0';
}

/* Copy the digits before the decimal separator without those of thousands: one to three digits, then groups of
 * three. Returns the bytes read, 0 if they are not such. */
static size_t
copy_grouped(char *out, size_t *made, const char *text, size_t n, econ_number_style style)
{
    size_t at = 0, run = 0, groups = 0, length;

    while (at < n) {
        if (text[at] >= '0' && text[at] <= '9') {
            out[(*made)++] = text[at++];
            run++;
            continue;
        }
        if (style.thousands == '\0' || text[at] == style.decimal
            || group_at(text + at, n - at, &length) != style.thousands)
            break;
        if (groups == 0 ? run < 1 || run > 3 : run != 3)
            return 0;
        groups++;
        run = 0;
        at += length;
    }
    return groups > 0 && run != 3 ? 0 : at;
}

enum { DIGITS_MOST = 400 };

/* The number in `p` with . and without thousands, for strtod. False: no number. */
static bool
normalize(char out[DIGITS_MOST + 8], piece p, econ_number_style style)
{
    size_t made = 0, at, digits;

    if (p.n == 0 || p.n > DIGITS_MOST)
        return false;
    at = copy_grouped(out, &made, p.text, p.n, style);
    digits = made;
    if (at == 0 && p.text[0] != style.decimal)
        return false;
    if (at < p.n && p.text[at] == style.decimal) {
        out[made++] = '.';
        for (at++; at < p.n && p.text[at] >= '0' && p.text[at] <= '9'; at++, digits++)
            out[made++] = p.text[at];
    }
    if (digits == 0)
        return false;
    if (at < p.n && (p.text[at] == 'e' || p.text[at] == 'E')) {
        size_t from;

        out[made++] = p.text[at++];
        if (at < p.n && (p.text[at] == '+' || p.text[at] == '-'))
            out[made++] = p.text[at++];
        for (from = at; at < p.n && p.text[at] >= '0' && p.text[at] <= '9'; at++)
            out[made++] = p.text[at];
        if (at == from)
            return false;
    }
    out[made] = '\0';
    return at == p.n;
}

econ_cell_kind
econ_cell_read(econ_cell *out, const char *text, size_t n, econ_number_style style)
{
    char number[DIGITS_MOST + 8];
    piece p = { text, n };
    bool negative, fits;

    *out = (econ_cell){ .value = (double)NAN };
    trim(&p);
    if (n > 3 && begins(p, "=\"")
        && ends(p, "\"")) { /* how spreadsheets keep text from being a number */
        p.text += 2;
        p.n -= 3;
    }
    if (is_missing(p))
        return ECON_CELL_MISSING;
    if (is_infinite(p))
        return ECON_CELL_OVERFLOW;
    fits = undress(&p, out, &negative);
    if (fits && out->flag[0] != '\0' && is_missing(p))
        return ECON_CELL_MISSING;
    if (!fits || !normalize(number, p, style))
        return ECON_CELL_BAD;
    out->value = strtod(number, NULL);
    if (isinf(out->value)) {
        out->value = (double)NAN;
        return ECON_CELL_OVERFLOW;
    }
    if (negative)
        out->value = -out->value;
    return ECON_CELL_NUMBER;
}
