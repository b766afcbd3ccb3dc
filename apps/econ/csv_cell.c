/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "csv_cell.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Bytes of a blank, a control character, an invisible or byte-order mark at `text`; 0 if none. */
static size_t
blank_at(const char *text)
{
    static const char *const wide[] = { "\xc2\xa0",     "\xe3\x80\x80", "\xef\xbb\xbf",
                                        "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f",
                                        "\xe2\x80\xaf", "\xe2\x80\xaa", "\xe2\x80\xab",
                                        "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae" };

    if (*text > 0 && (*text <= ' ' || *text == 0x7f))
        return 1;
    for (size_t k = 0; k < sizeof wide / sizeof *wide; k++)
        if (strncmp(text, wide[k], strlen(wide[k])) == 0)
            return strlen(wide[k]);
    return 0;
}

/* Behind blanks too. */
static bool
starts_formula(const char *text)
{
    static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                        "\xef\xbc\xa0" }; /* ＝ ＋ － ＠ */

    for (size_t n; (n = blank_at(text)) > 0;)
        text += n;
    if (*text && strchr("=+-@|%", *text))
        return true;
    for (size_t k = 0; k < sizeof wide / sizeof *wide; k++)
        if (strncmp(text, wide[k], 3) == 0)
            return true;
    return false;
}

/* Where a cell begins, also for a program that takes other separators than ours. */
static bool
begins_cell(const char *text, const char *at)
{
    return at == text || strchr(",;\t\r\n", at[-1]) != NULL;
}

void
econ_csv_put_text(FILE *out, const char *text)
{
    size_t n = strlen(text);
    bool quoted =
        strpbrk(text, ",;\t\r\n\"") != NULL || (n > 0 && (text[0] == ' ' || text[n - 1] == ' '));

    if (quoted)
        fputc('"', out);
    for (const char *c = text; *c; c++) {
        /* A tab or a line break at the very beginning is itself a way to hide one. */
        if (begins_cell(text, c) && (starts_formula(c) || (c == text && strchr("\t\r\n", *c))))
            fputc('\'', out);
        if (*c == '"')
            fputc('"', out);
        fputc(*c, out);
    }
    if (quoted)
        fputc('"', out);
}

void
econ_csv_put_number(FILE *out, double value)
{
    if (!isnan(value))
        fprintf(out, "%.17g", value);
}
