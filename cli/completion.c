/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion for bash: verbs, then the options of the verb, choices and files after the options
 * that take them. */
#include <string.h>

#include "help.h"
#include "rows.h"

/* What follows an option, as the command that lists candidates; NULL for a flag. */
static void
put_argument_case(FILE *out, const cli_row *row, const char *verb)
{
    if (row->kind == CLI_FLAG)
        return;
    fprintf(out, "    %s:--%s", verb, row->name);
    if (row->letter)
        fprintf(out, " | %s:-%c", verb, row->letter);
    if (row->kind == CLI_CHOICE) {
        char word[64];

        fputs(") words='", out);
        for (int k = 0; cli_choice_text(row->choices, k, word, sizeof word), word[0]; k++)
            fprintf(out, "%s%s", k > 0 ? " " : "", word);
        fputs("' ;;\n", out);
    } else {
        fprintf(out, ") kind=%s ;;\n",
                row->traits & CLI_DIRECTORY ? "directory"
                : row->traits & CLI_PATH    ? "file"
                                            : "nothing");
    }
}

static void
put_options(FILE *out, const cli_row *rows)
{
    for (; rows->name; rows++) {
        if (!cli_row_is_shown(rows))
            continue;
        fprintf(out, " --%s", rows->name);
        if (rows->traits & CLI_NEGATABLE)
            fprintf(out, " --no-%s", rows->name);
    }
}

static void
put_verbs(FILE *out, const cli_program *program)
{
    for (const cli_verb *verb = program->verbs; verb->name; verb++)
        fprintf(out, "%s ", verb->name);
}

void
cli_generate_completion(FILE *out, const cli_program *program)
{
    char function[64] = "_";

    for (size_t k = 0; k < sizeof function - 2 && program->name[k]; k++)
        function[k + 1] = program->name[k] == '-' ? '_' : program->name[k];

    fprintf(out, "# completion of %s for bash\n%s()\n{\n", program->name, function);
    fputs("    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local verb=${COMP_WORDS[1]} words= kind=\n"
          "    # '=' is a word of its own here\n"
          "    if [[ $cur == = ]]; then\n"
          "        cur=\n"
          "    elif [[ $prev == = ]]; then\n"
          "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    fi\n"
          "    case $verb:$prev in\n",
          out);
    for (const cli_verb *verb = program->verbs; verb->name; verb++)
        for (const cli_row *row = verb->rows; row->name; row++)
            if (cli_row_is_shown(row))
                put_argument_case(out, row, verb->name);
    for (const cli_row *row = cli_general_rows; row->name; row++)
        put_argument_case(out, row, "*");
    fputs("    help:help) words='", out);
    put_verbs(out, program);
    fputs("' ;;\n    *)\n        if [[ $COMP_CWORD -eq 1 ]]; then\n            words='", out);
    put_verbs(out, program);
    fputs(
        "help --help --version'\n        elif [[ $cur == -* ]]; then\n            case $verb in\n",
        out);
    for (const cli_verb *verb = program->verbs; verb->name; verb++) {
        fprintf(out, "            %s) words='", verb->name);
        put_options(out, verb->rows);
        put_options(out, cli_general_rows);
        fputs("' ;;\n", out);
    }
    fprintf(out,
            "            esac\n"
            "        else\n"
            "            kind=file\n"
            "        fi ;;\n"
            "    esac\n"
            "    case $kind in\n"
            "    file) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
            "    directory) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
            "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
            "    esac\n"
            "}\n"
            "complete -o filenames -F %s %s\n",
            function, program->name);
}
