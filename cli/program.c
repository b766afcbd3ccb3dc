/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sci/memory.h>

#include "config.h"
#include "help.h"
#include "json.h"
#include "nearest.h"
#include "program.h"
#include "rows.h"
#include "signals.h"

#define AT(member) offsetof(cli_general, member)

const cli_row cli_general_rows[] = {
    { 'q', "quiet", NULL, CLI_FLAG, AT(quiet), NULL, "say nothing but warnings and errors",
      "Messages", 0, NULL, 0, 0 },
    { 'v', "verbose", NULL, CLI_FLAG, AT(verbose), NULL, "say more about what is done", "Messages",
      0, NULL, 0, 0 },
    { 0, "progress", "WHEN", CLI_CHOICE, AT(progress), "auto",
      "show how far the work is on stderr, auto meaning if it is a terminal", "Messages", 0,
      "auto|always|never", 0, 0 },
    { 'h', "help", NULL, CLI_FLAG, AT(help), NULL, "explain this verb and its options", "Messages",
      0, NULL, 0, 0 },
    { 'V', "version", NULL, CLI_FLAG, AT(version), NULL, "print the version", "Messages", 0, NULL,
      0, 0 },
    CLI_END
};

bool
cli_given(const cli_call *call, const char *name)
{
    const cli_row *row = cli_rows_find(call->verb->rows, name);

    return row && call->given[row - call->verb->rows];
}

/* ---- usage errors ---- */

static int
point_at_help(const cli_program *program, const cli_verb *verb)
{
    cli_hint("see '%s%s%s --help'", program->name, verb ? " " : "", verb ? verb->name : "");
    return CLI_EXIT_USAGE;
}

int
cli_usage_error(const cli_call *call, const char *format, ...)
{
    char text[CLI_MESSAGE_MOST];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cli_error("%s", text);
    return point_at_help(call->program, call->verb);
}

static int
unknown_verb(const cli_program *program, const char *word)
{
    const cli_verb *best = NULL;

    if (word[0] == '-') {
        cli_error("unknown option '%s' before the verb", word);
        return point_at_help(program, NULL);
    }
    for (const cli_verb *verb = program->verbs; verb->name; verb++)
        if (cli_is_near(word, verb->name)
            && (!best || cli_edit_distance(word, verb->name) < cli_edit_distance(word, best->name)))
            best = verb;
    if (best)
        cli_error("unknown verb '%s', did you mean '%s'?", word, best->name);
    else
        cli_error("unknown verb '%s'", word);
    return point_at_help(program, NULL);
}

/* ---- running a verb ---- */

static int
finish_stdout(int code)
{
    sci_status st = cli_stdout_finish();

    if (st == SCI_OK)
        return code;
    cli_error_status(st);
    return code == CLI_EXIT_OK ? cli_exit_of(st) : code;
}

static int
print_version(const cli_program *program)
{
    printf("%s %s\n", program->name, program->version);
    return CLI_EXIT_OK;
}

static int
check_and_run(const cli_call *call, const cli_table *tables, size_t n_tables)
{
    sci_status st = cli_options_required(tables, n_tables);

    if (st != SCI_OK)
        return cli_usage_error(call, "%s", sci_message());
    if (call->n_operands < call->verb->operands_least)
        return cli_usage_error(call, "%s is missing",
                               call->n_operands == 0 ? "the input" : "an input");
    if (call->verb->operands_most >= 0 && call->n_operands > call->verb->operands_most)
        return cli_usage_error(call, "'%s' is one operand too many",
                               call->operands[call->verb->operands_most]);
    return call->verb->run(call);
}

static int
print_config(const cli_call *call)
{
    sci_status st = cli_config_print(call->verb, call->settings, call->given);

    return st == SCI_OK ? CLI_EXIT_OK : cli_usage_error(call, "%s", sci_message());
}

/* argv[0] is the verb's name. */
static int
run_verb(const cli_program *program, const cli_verb *verb, int argc, char **argv)
{
    enum { GENERAL_ROWS = sizeof cli_general_rows / sizeof *cli_general_rows };
    cli_general general = { 0 };
    bool general_given[GENERAL_ROWS] = { 0 };
    cli_table tables[2] = { { .rows = verb->rows }, { cli_general_rows, &general, general_given } };
    cli_call call = { .program = program, .verb = verb, .general = &general };
    cli_config config = { NULL };
    int first = argc, code = CLI_EXIT_ENVIRONMENT;
    sci_status st;

    st = sci_alloc_zero(&tables[0].settings, 1, 1, verb->settings_size + 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&tables[0].given, cli_rows_count(verb->rows) + 1, 1, sizeof(bool));
    if (st == SCI_OK)
        st = cli_options_parse(tables, 2, argc, argv, &first);
    if (st == SCI_OK && !general.help && !general.version)
        st = cli_config_take(&config, program, verb, &tables[0]);
    if (st == SCI_ERR_ARGUMENT)
        code = cli_usage_error(&call, "%s", sci_message());
    else if (st != SCI_OK) {
        cli_error_status(st);
        code = cli_exit_of(st);
    }
    if (st != SCI_OK)
        goto out;
    call.settings = tables[0].settings;
    call.given = tables[0].given;
    call.n_operands = argc - first;
    call.operands = (const char *const *)(argv + first);
    if (general.help) {
        cli_help_verb(stdout, program, verb);
        code = CLI_EXIT_OK;
    } else if (general.version) {
        code = print_version(program);
    } else if (cli_config_wanted(verb, call.given)) {
        code = print_config(&call);
    } else {
        cli_message_start(program->name, general.quiet     ? CLI_WARNING
                                         : general.verbose ? CLI_DETAIL
                                                           : CLI_NOTE);
        code = check_and_run(&call, tables, 2);
    }
out:
    if (tables[0].settings && tables[0].given)
        cli_options_clear(tables, 1);
    sci_free(tables[0].settings);
    sci_free(tables[0].given);
    cli_config_clear(&config);
    return code;
}

/* ---- the program ---- */

static const cli_verb *
find_verb(const cli_program *program, const char *name)
{
    for (const cli_verb *verb = program->verbs; verb->name; verb++)
        if (strcmp(verb->name, name) == 0)
            return verb;
    return NULL;
}

static int
generate(const cli_program *program, const char *what)
{
    if (what && strcmp(what, "man") == 0)
        cli_generate_man(stdout, program);
    else if (what && strcmp(what, "completion") == 0)
        cli_generate_completion(stdout, program);
    else
        return unknown_verb(program, "--generate");
    return CLI_EXIT_OK;
}

static int
help(const cli_program *program, const char *name)
{
    const cli_verb *verb = name ? find_verb(program, name) : NULL;

    if (name && !verb)
        return unknown_verb(program, name);
    if (verb)
        cli_help_verb(stdout, program, verb);
    else
        cli_help_program(stdout, program);
    return CLI_EXIT_OK;
}

static int
dispatch(const cli_program *program, int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    const cli_verb *verb = word ? find_verb(program, word) : NULL;

    if (verb)
        return run_verb(program, verb, argc - 1, argv + 1);
    if (!word) {
        cli_error("no verb");
        return point_at_help(program, NULL);
    }
    if (strcmp(word, "help") == 0)
        return help(program, argc > 2 ? argv[2] : NULL);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return help(program, NULL);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version(program);
    if (strcmp(word, "--generate") == 0)
        return generate(program, argc > 2 ? argv[2] : NULL);
    return unknown_verb(program, word);
}

/* A file opened as number 0, 1 or 2 would be mixed with messages. What takes the place of a closed
 * stream cannot be used, so that a program without stdout does not seem to have printed. */
static void
occupy_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int
cli_program_run(const cli_program *program, int argc, char **argv)
{
    occupy_standard_streams();
    cli_signals_start();
    signal(SIGPIPE, SIG_IGN); /* a failed write is an error like others */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* ignored, the ends of workers would be lost */
    cli_message_start(program->name, CLI_NOTE);
    return finish_stdout(dispatch(program, argc, argv));
}
