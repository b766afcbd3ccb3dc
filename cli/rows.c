/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "rows.h"

bool
cli_row_is_shown(const cli_row *row)
{
    return !(row->traits & CLI_HIDDEN);
}

bool
cli_row_opens_group(const cli_row *rows, const cli_row *row)
{
    if (!cli_row_is_shown(row))
        return false;
    for (; rows != row; rows++)
        if (cli_row_is_shown(rows) && strcmp(rows->group, row->group) == 0)
            return false;
    return true;
}

void
cli_row_head(const cli_row *row, char *text, size_t size)
{
    char letter[8] = "    ";

    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    snprintf(text, size, "%s--%s%s%s%s", letter, row->traits & CLI_NEGATABLE ? "[no-]" : "",
             row->name, row->argument ? " " : "", row->argument ? row->argument : "");
}

/* "a, b or c" */
static void
list_choices(const char *choices, char *text, size_t size)
{
    char word[64], after[64];
    size_t used = 0;

    cli_choice_text(choices, 0, word, sizeof word);
    text[0] = '\0';
    for (int k = 0; word[0] && used < size; k++) {
        cli_choice_text(choices, k + 1, after, sizeof after);
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 k == 0     ? ""
                                 : after[0] ? ", "
                                            : " or ",
                                 word);
        memcpy(word, after, sizeof word);
    }
}

void
cli_row_sentence(const cli_row *row, char *text, size_t size)
{
    char choices[256] = "";
    bool both = row->choices && row->standard, any = row->choices || row->standard;

    if (row->choices)
        list_choices(row->choices, choices, sizeof choices);
    snprintf(text, size, "%s%s%s%s%s%s%s", row->help, any ? " (" : "", choices, both ? "; " : "",
             row->standard ? "default: " : "", row->standard ? row->standard : "", any ? ")" : "");
}

const cli_row *
cli_rows_find(const cli_row *rows, const char *name)
{
    for (; rows->name; rows++)
        if (strcmp(rows->name, name) == 0)
            return rows;
    return NULL;
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool
cli_row_is_common(const cli_program *program, const cli_verb *verb, const cli_row *row)
{
    for (const cli_verb *other = program->verbs; other->name; other++) {
        const cli_row *twin = other == verb ? NULL : cli_rows_find(other->rows, row->name);

        if (twin && same_text(twin->help, row->help) && same_text(twin->argument, row->argument)
            && same_text(twin->standard, row->standard) && same_text(twin->choices, row->choices))
            return true;
    }
    return false;
}
