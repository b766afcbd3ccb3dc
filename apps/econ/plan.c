/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

void
econ_plan_clear(econ_plan *plan)
{
    sci_texts_clear(&plan->texts);
    sci_free(plan->roles);
    plan->names = NULL;
    plan->roles = NULL;
    plan->n_columns = 0;
}

/* Lower case, with blanks, dashes and dots as underscores. */
static void
plain_name(char *out, size_t size, const char *name)
{
    size_t n = 0;

    while (*name == ' ')
        name++;
    for (; *name != '\0' && n + 1 < size; name++) {
        char c = *name;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        out[n++] = c == ' ' || c == '-' || c == '.' ? '_' : c;
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    out[n] = '\0';
}

econ_role
econ_role_of_name(const char *name, bool *ignored)
{
    static const struct {
        const char *name;
        econ_role role;
    } known[] = {
        { "period", ECON_ROLE_PERIOD },
        { "date", ECON_ROLE_PERIOD },
        { "time", ECON_ROLE_PERIOD },
        { "time_period", ECON_ROLE_PERIOD },
        { "observation_date", ECON_ROLE_PERIOD },
        { "ref_date", ECON_ROLE_PERIOD },
        { "sasdate", ECON_ROLE_PERIOD },
        { "year", ECON_ROLE_PERIOD },
        { "quarter", ECON_ROLE_PERIOD },
        { "month", ECON_ROLE_PERIOD },
        { "week", ECON_ROLE_PERIOD },
        { "day", ECON_ROLE_PERIOD },
        { "datum", ECON_ROLE_PERIOD },
        { "zeit", ECON_ROLE_PERIOD },
        { "jahr", ECON_ROLE_PERIOD },
        { "indicator", ECON_ROLE_KEY },
        { "indicator_code", ECON_ROLE_KEY },
        { "series", ECON_ROLE_KEY },
        { "series_id", ECON_ROLE_KEY },
        { "series_code", ECON_ROLE_KEY },
        { "variable", ECON_ROLE_KEY },
        { "mnemonic", ECON_ROLE_KEY },
        { "industry", ECON_ROLE_KEY },
        { "geo", ECON_ROLE_KEY },
        { "ref_area", ECON_ROLE_KEY },
        { "country_code", ECON_ROLE_KEY },
        { "value", ECON_ROLE_VALUE },
        { "obs_value", ECON_ROLE_VALUE },
        { "observation", ECON_ROLE_VALUE },
        { "wert", ECON_ROLE_VALUE },
        { "flag", ECON_ROLE_FLAG },
        { "flags", ECON_ROLE_FLAG },
        { "obs_status", ECON_ROLE_FLAG },
        { "obs_flag", ECON_ROLE_FLAG },
        { "sector", ECON_ROLE_SECTOR },
        { "unit", ECON_ROLE_UNIT },
        { "units", ECON_ROLE_UNIT },
        { "unit_measure", ECON_ROLE_UNIT },
        { "einheit", ECON_ROLE_UNIT },
        { "transform", ECON_ROLE_TRANSFORM },
        { "transformation", ECON_ROLE_TRANSFORM },
        { "tcode", ECON_ROLE_TRANSFORM },
        { "sign", ECON_ROLE_SIGN },
        { "weight", ECON_ROLE_WEIGHT },
        { "title", ECON_ROLE_TITLE },
        { "indicator_name", ECON_ROLE_TITLE },
        { "series_title", ECON_ROLE_TITLE },
        { "series_name", ECON_ROLE_TITLE },
        { "description", ECON_ROLE_TITLE },
        /* of SDMX-CSV and national statistics, of no use here */
        { "dataflow", ECON_ROLE_NONE },
        { "structure", ECON_ROLE_NONE },
        { "structure_id", ECON_ROLE_NONE },
        { "structure_name", ECON_ROLE_NONE },
        { "action", ECON_ROLE_NONE },
        { "last_update", ECON_ROLE_NONE },
        { "freq", ECON_ROLE_NONE },
        { "frequency", ECON_ROLE_NONE },
        { "time_format", ECON_ROLE_NONE },
        { "unit_mult", ECON_ROLE_NONE },
        { "decimals", ECON_ROLE_NONE },
        { "conf_status", ECON_ROLE_NONE },
        { "comment", ECON_ROLE_NONE },
        { "comment_obs", ECON_ROLE_NONE },
        { "footnote_codes", ECON_ROLE_NONE },
        { "country_name", ECON_ROLE_NONE },
    };
    char plain[40];

    plain_name(plain, sizeof plain, name);
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(plain, known[k].name) == 0) {
            *ignored = known[k].role == ECON_ROLE_NONE;
            return known[k].role;
        }
    *ignored = false;
    return ECON_ROLE_NONE;
}

size_t
econ_plan_column(const econ_plan *plan, econ_role role)
{
    for (size_t k = 0; k < plan->n_columns; k++)
        if (plan->roles[k] == role)
            return k;
    return SIZE_MAX;
}

sci_status
econ_fault_at(econ_panel *panel, sci_status status, const char *code, uint64_t line,
              uint64_t column, const char *format, ...)
{
    char text[768];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    panel->fault = (econ_fault){ .code = code, .line = line, .column = column };
    if (line == 0)
        return sci_fail(status, "'%.200s': %s", panel->path, text);
    return sci_fail(status, "'%.200s:%" PRIu64 ":%" PRIu64 "': %s", panel->path, line,
                    column == 0 ? 1 : column, text);
}

/* ---- --dialect ---- */

static char
character_of(const char *word, size_t n)
{
    static const struct {
        const char *name;
        char c;
    } names[] = { { "comma", ',' },  { "semicolon", ';' },  { "tab", '\t' },  { "pipe", '|' },
                  { "dot", '.' },    { "point", '.' },      { "blank", ' ' }, { "space", ' ' },
                  { "quote", '\'' }, { "apostrophe", '\'' } };

    if (n == 1)
        return word[0];
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strlen(names[k].name) == n && memcmp(word, names[k].name, n) == 0)
            return names[k].c;
    return '\0';
}

static sci_status
take_encoding(econ_plan *plan, const char *word, size_t n)
{
    for (econ_encoding e = ECON_UTF8; e <= ECON_WINDOWS_1252; e++)
        if (strlen(econ_encoding_name(e)) == n && memcmp(word, econ_encoding_name(e), n) == 0) {
            plan->encoding = e;
            return SCI_OK;
        }
    return sci_fail(SCI_ERR_ARGUMENT,
                    "--dialect encoding=%.*s is not one of utf-8, utf-16le, utf-16be, windows-1252",
                    (int)n, word);
}

static sci_status
take_word(econ_plan *plan, const char *word, size_t n)
{
    const char *equals = memchr(word, '=', n);
    size_t key = equals == NULL ? 0 : (size_t)(equals - word), rest = n - key - 1;
    char c;

    if (key == 8 && memcmp(word, "encoding", 8) == 0)
        return take_encoding(plan, equals + 1, rest);
    c = key > 0 ? character_of(equals + 1, rest) : '\0';
    if (key == 9 && memcmp(word, "delimiter", 9) == 0 && c != '\0'
        && strchr("\"\n\r0123456789+-", c) == NULL) {
        plan->delimiter = c;
    } else if (key == 7 && memcmp(word, "decimal", 7) == 0 && (c == '.' || c == ',')) {
        plan->style.decimal = c;
        plan->style_told = true;
    } else if (key == 9 && memcmp(word, "thousands", 9) == 0
               && (rest == 4 ? memcmp(equals + 1, "none", 4) == 0 : false)) {
        plan->style.thousands = '\0';
    } else if (key == 9 && memcmp(word, "thousands", 9) == 0 && c != '\0'
               && strchr(".,' ", c) != NULL) {
        plan->style.thousands = c;
    } else {
        return sci_fail(
            SCI_ERR_ARGUMENT,
            "--dialect '%.*s' is none of delimiter=comma|semicolon|tab|pipe, "
            "decimal=dot|comma, thousands=none|comma|dot|blank|apostrophe, encoding=...",
            (int)n, word);
    }
    return SCI_OK;
}

sci_status
econ_plan_dialect(econ_plan *plan, const char *dialect)
{
    sci_status st = SCI_OK;

    while (*dialect != '\0' && st == SCI_OK) {
        size_t n = strcspn(dialect, " ");

        if (n > 0)
            st = take_word(plan, dialect, n);
        dialect += n + (dialect[n] == ' ');
    }
    if (st == SCI_OK && plan->style.thousands != '\0' && !plan->style_told)
        st = sci_fail(SCI_ERR_ARGUMENT, "--dialect thousands=... needs decimal=... beside it");
    if (st == SCI_OK && plan->style_told && plan->style.decimal == plan->style.thousands)
        st = sci_fail(SCI_ERR_ARGUMENT, "--dialect: decimal and thousands are the same character");
    return st;
}
