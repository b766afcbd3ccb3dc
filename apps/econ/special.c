/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "special.h"

#include <string.h>

econ_role
econ_special_row(const char *text, size_t n, bool *special)
{
    static const struct {
        const char *name;
        econ_role role;
    } known[] = {
        { "transform", ECON_ROLE_TRANSFORM }, { "transformation", ECON_ROLE_TRANSFORM },
        { "tcode", ECON_ROLE_TRANSFORM },     { "sector", ECON_ROLE_SECTOR },
        { "unit", ECON_ROLE_UNIT },           { "units", ECON_ROLE_UNIT },
        { "title", ECON_ROLE_TITLE },         { "sign", ECON_ROLE_SIGN },
        { "factors", ECON_ROLE_NONE },
    };
    char word[20];
    size_t length = 0;

    for (size_t k = 0; k < n && length + 1 < sizeof word; k++) {
        char c = text[k] >= 'A' && text[k] <= 'Z' ? (char)(text[k] - 'A' + 'a') : text[k];

        if (c != ' ' && c != ':')
            word[length++] = c;
    }
    word[length] = '\0';
    *special = true;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(word, known[k].name) == 0)
            return known[k].role;
    *special = false;
    return ECON_ROLE_NONE;
}

size_t
econ_period_part(const char *text, size_t n)
{
    const char *bracket = memchr(text, '[', n);
    size_t before = bracket == NULL ? 0 : (size_t)(bracket - text);

    while (before > 0 && text[before - 1] == ' ')
        before--;
    if (before > 0 && n - (size_t)(bracket - text) == before + 4 && memcmp(bracket, "[YR", 3) == 0
        && memcmp(bracket + 3, text, before) == 0 && text[n - 1] == ']')
        return before;
    return n;
}
