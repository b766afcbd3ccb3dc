/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The generated part of the man page: what each verb does and takes, and once what several verbs
 * take. */
#include <string.h>

#include "help.h"
#include "rows.h"

/* Text for roff: nothing in it is a request or an escape, and hyphens can be pasted into a shell.
 */
static void
put(FILE *out, const char *text, size_t length)
{
    for (size_t k = 0; k < length; k++) {
        switch (text[k]) {
        case '\\':
            fputs("\\e", out);
            break;
        case '-':
            fputs("\\-", out);
            break;
        case '\'':
            fputs("\\(aq", out);
            break;
        case '.':
            fputs(k == 0 || text[k - 1] == '\n' ? "\\&." : ".", out);
            break;
        default:
            fputc(text[k], out);
        }
    }
}

static void
put_text(FILE *out, const char *text)
{
    put(out, text, strlen(text));
}

static void
put_prose(FILE *out, const char *prose)
{
    while (prose && *prose) {
        const char *end = strstr(prose, "\n\n");
        size_t length = end ? (size_t)(end - prose) : strlen(prose);

        fputs(".PP\n", out);
        put(out, prose, length);
        fputc('\n', out);
        prose += length + strspn(prose + length, "\n");
    }
}

static void
put_row(FILE *out, const cli_row *row)
{
    char text[1024];

    fputs(".TP\n\\fB", out);
    if (row->letter)
        fprintf(out, "\\-%c\\fR, \\fB", row->letter);
    put_text(out, row->traits & CLI_NEGATABLE ? "--[no-]" : "--");
    put_text(out, row->name);
    if (row->argument) {
        fputs("\\fR \\fI", out);
        put_text(out, row->argument);
    }
    fputs("\\fR\n", out);
    cli_row_sentence(row, text, sizeof text);
    put_text(out, text);
    fputs(".\n", out);
}

/* "Also -o, -f, --eps" */
static void
put_common_names(FILE *out, const cli_program *program, const cli_verb *verb)
{
    bool first = true;

    for (const cli_row *row = verb->rows; row->name; row++) {
        if (!cli_row_is_shown(row) || !cli_row_is_common(program, verb, row))
            continue;
        fputs(first ? ".PP\nAlso " : ",\n", out);
        if (row->letter)
            fprintf(out, "\\fB\\-%c\\fR", row->letter);
        else
            fputs("\\fB\\-\\-", out), put_text(out, row->name), fputs("\\fR", out);
        first = false;
    }
    if (!first)
        fputs(" (see \\fBOPTIONS OF SEVERAL VERBS\\fR).\n", out);
}

static void
put_examples(FILE *out, const cli_program *program, const char *line)
{
    if (!line)
        return;
    fputs(".PP\n.nf\n.RS 4\n", out);
    while (*line) {
        size_t length = strcspn(line, "\n");

        put_text(out, program->name);
        fputc(' ', out);
        put(out, line, length);
        fputc('\n', out);
        line += length + (line[length] == '\n');
    }
    fputs(".RE\n.fi\n", out);
}

static void
put_verb(FILE *out, const cli_program *program, const cli_verb *verb)
{
    fputs(".SS ", out);
    put_text(out, verb->name);
    fputs("\n.B ", out);
    put_text(out, program->name);
    fputc(' ', out);
    put_text(out, verb->name);
    fputs("\n[\\fIOPTIONS\\fR]\n", out);
    put_text(out, verb->operands);
    fputs("\n.PP\n", out);
    put_text(out, verb->summary);
    fputs(".\n", out);
    put_prose(out, verb->prose);
    for (const cli_row *row = verb->rows; row->name; row++)
        if (cli_row_is_shown(row) && !cli_row_is_common(program, verb, row))
            put_row(out, row);
    put_common_names(out, program, verb);
    put_examples(out, program, verb->examples);
}

/* True if no verb before `verb` has printed this common row. */
static bool
is_first_mention(const cli_program *program, const cli_verb *verb, const cli_row *row)
{
    for (const cli_verb *before = program->verbs; before != verb; before++) {
        const cli_row *twin = cli_rows_find(before->rows, row->name);

        if (twin && cli_row_is_common(program, before, twin) && strcmp(twin->help, row->help) == 0)
            return false;
    }
    return true;
}

void
cli_generate_man(FILE *out, const cli_program *program)
{
    fputs(".SH VERBS\n", out);
    for (const cli_verb *verb = program->verbs; verb->name; verb++)
        put_verb(out, program, verb);
    fputs(".SH OPTIONS OF SEVERAL VERBS\n", out);
    for (const cli_verb *verb = program->verbs; verb->name; verb++)
        for (const cli_row *row = verb->rows; row->name; row++)
            if (cli_row_is_shown(row) && cli_row_is_common(program, verb, row)
                && is_first_mention(program, verb, row))
                put_row(out, row);
    for (const cli_row *row = cli_general_rows; row->name; row++)
        put_row(out, row);
}
