/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "help.h"
#include "rows.h"
#include "utf8.h"

enum {
    WIDTH = 79,
    TEXT_AT = 26 /* where the sentence about an option begins */
};

/* Words of one paragraph, wrapped; the cursor is in column `at`, later lines begin in column
 * `indent`. */
static void
wrap(FILE *out, const char *text, size_t length, size_t at, size_t indent)
{
    const char *end = text + length;
    bool fresh = true;

    while (text < end) {
        size_t n = 0;

        while (text + n < end && text[n] != ' ' && text[n] != '\n')
            n++;
        if (!fresh && at + 1 + n > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
            fresh = true;
        }
        fprintf(out, "%s%.*s", fresh ? "" : " ", (int)n, text);
        at += n + !fresh;
        fresh = false;
        text += n;
        while (text < end && (*text == ' ' || *text == '\n'))
            text++;
    }
    fputc('\n', out);
}

static void
paragraphs(FILE *out, const char *prose)
{
    while (prose && *prose) {
        const char *end = strstr(prose, "\n\n");
        size_t length = end ? (size_t)(end - prose) : strlen(prose);

        fputc('\n', out);
        wrap(out, prose, length, 0, 0);
        prose += length + strspn(prose + length, "\n");
    }
}

static void
print_row(FILE *out, const cli_row *row)
{
    char head[128], text[1024];
    size_t width;

    cli_row_head(row, head, sizeof head);
    cli_row_sentence(row, text, sizeof text);
    width = 2 + cli_utf8_width(head);
    fprintf(out, "  %s", head);
    if (width + 2 > TEXT_AT) {
        fputc('\n', out);
        width = 0;
    }
    fprintf(out, "%*s", (int)(TEXT_AT - width), "");
    wrap(out, text, strlen(text), TEXT_AT, TEXT_AT);
}

static void
print_table(FILE *out, const cli_row *rows)
{
    for (const cli_row *row = rows; row->name; row++) {
        if (!cli_row_opens_group(rows, row))
            continue;
        fprintf(out, "\n%s:\n", row->group);
        for (const cli_row *member = row; member->name; member++)
            if (cli_row_is_shown(member) && strcmp(member->group, row->group) == 0)
                print_row(out, member);
    }
}

void
cli_help_verb(FILE *out, const cli_program *program, const cli_verb *verb)
{
    const char *line = verb->examples;

    fprintf(out, "usage: %s %s [OPTIONS] %s\n\n", program->name, verb->name, verb->operands);
    wrap(out, verb->summary, strlen(verb->summary), 0, 0);
    paragraphs(out, verb->prose);
    print_table(out, verb->rows);
    print_table(out, cli_general_rows);
    if (line)
        fprintf(out, "\nExamples:\n");
    while (line && *line) {
        size_t length = strcspn(line, "\n");

        fprintf(out, "  %s %.*s\n", program->name, (int)length, line);
        line += length + (line[length] == '\n');
    }
}

void
cli_help_program(FILE *out, const cli_program *program)
{
    fprintf(out, "usage: %s VERB [OPTIONS] ...\n\n", program->name);
    wrap(out, program->summary, strlen(program->summary), 0, 0);
    paragraphs(out, program->prose);
    fprintf(out, "\nVerbs:\n");
    for (const cli_verb *verb = program->verbs; verb->name; verb++) {
        fprintf(out, "  %-12s", verb->name);
        wrap(out, verb->summary, strlen(verb->summary), 14, 14);
    }
    fprintf(out, "\n'%s VERB --help' explains a verb.\n", program->name);
}
