/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "options.h"
#include "value.h"

/* getopt_long's view of the tables. A long option is reported by its place here, from LONG on; its
 * negation has the next place. */
enum { LONG = 256 };

typedef struct target {
    const cli_table *table;
    size_t row;
    bool negated;
} target;

typedef struct parser {
    const cli_table *tables;
    size_t n_tables;
    size_t n; /* long options, negations included */
    struct option *longs;
    target *targets; /* one a long option */
    char *letters;   /* getopt's string of short options */
} parser;

size_t
cli_rows_count(const cli_row *rows)
{
    size_t n = 0;

    while (rows[n].name)
        n++;
    return n;
}

static sci_status
parser_add(parser *p, const cli_table *table, size_t row, bool negated)
{
    const cli_row *r = &table->rows[row];
    char *name = NULL;
    sci_status st = sci_format(&name, "%s%s", negated ? "no-" : "", r->name);

    if (st != SCI_OK)
        return st;
    p->longs[p->n] =
        (struct option){ .name = name,
                         .has_arg = r->kind == CLI_FLAG ? no_argument : required_argument,
                         .val = LONG + (int)p->n };
    p->targets[p->n] = (target){ table, row, negated };
    p->n++;
    return SCI_OK;
}

static void
parser_clear(parser *p)
{
    for (size_t k = 0; k < p->n; k++) {
        char *name;

        memcpy(&name, &p->longs[k].name, sizeof name); /* ours, though getopt's type says const */
        sci_free(name);
    }
    sci_free(p->longs);
    sci_free(p->targets);
    sci_free(p->letters);
}

static sci_status
parser_init(parser *p, const cli_table *tables, size_t n_tables)
{
    size_t rows = 0, used = 0;
    sci_status st;

    *p = (parser){ .tables = tables, .n_tables = n_tables };
    for (size_t t = 0; t < n_tables; t++)
        rows += cli_rows_count(tables[t].rows);
    st = sci_alloc_zero(&p->longs, 2 * rows + 1, 1, sizeof *p->longs);
    if (st == SCI_OK)
        st = sci_alloc(&p->targets, 2 * rows + 1, 1, sizeof *p->targets);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->letters, 2 * rows + 2, 1, 1);
    if (st != SCI_OK)
        return st;
    p->letters[used++] = ':'; /* a missing argument is told from an unknown option */
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t k = 0; tables[t].rows[k].name; k++) {
            const cli_row *row = &tables[t].rows[k];

            st = parser_add(p, &tables[t], k, false);
            if (st == SCI_OK && (row->traits & CLI_NEGATABLE))
                st = parser_add(p, &tables[t], k, true);
            if (st != SCI_OK)
                return st;
            if (row->letter)
                p->letters[used++] = row->letter;
            if (row->letter && row->kind != CLI_FLAG)
                p->letters[used++] = ':';
        }
    }
    return SCI_OK;
}

/* What getopt returned, as a row. NULL for '?' and ':'. */
static const target *
find_target(const parser *p, int code)
{
    if (code >= LONG)
        return &p->targets[code - LONG];
    for (size_t k = 0; k < p->n; k++) {
        const target *t = &p->targets[k];

        if (!t->negated && t->table->rows[t->row].letter == code)
            return t;
    }
    return NULL;
}

static sci_status
fail_unknown(const parser *p, const char *word)
{
    size_t length = strcspn(word, "="), matches = 0;
    char list[128] = "";

    for (size_t k = 0; k < p->n; k++) {
        size_t used = strlen(list);

        if (length <= 2 || strncmp(p->longs[k].name, word + 2, length - 2) != 0)
            continue;
        matches++;
        snprintf(list + used, sizeof list - used, "%s--%s", used ? ", " : "", p->longs[k].name);
    }
    if (matches > 1)
        return sci_fail(SCI_ERR_ARGUMENT, "option '%.*s' is ambiguous: %s", (int)length, word,
                        list);
    return sci_fail(SCI_ERR_ARGUMENT, "unknown option '%.*s'", (int)length, word);
}

/* After '?': an unknown or ambiguous option, or an argument for an option that takes none. */
static sci_status
fail_option(const parser *p, const char *word)
{
    const target *t = optopt ? find_target(p, optopt) : NULL;

    if (t)
        return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' takes no argument",
                        p->longs[t - p->targets].name);
    if (optopt)
        return sci_fail(SCI_ERR_ARGUMENT, "unknown option '-%c'", optopt);
    return fail_unknown(p, word);
}

static sci_status
fail_missing(const parser *p)
{
    const target *t = find_target(p, optopt);
    const cli_row *row = &t->table->rows[t->row];

    return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' needs an argument, %s", row->name,
                    row->argument);
}

static sci_status
set_defaults(const parser *p)
{
    for (size_t t = 0; t < p->n_tables; t++) {
        const cli_table *table = &p->tables[t];

        for (const cli_row *row = table->rows; row->name; row++) {
            sci_status st =
                row->standard ? cli_value_set(row, table->settings, row->standard, 1) : SCI_OK;

            if (st != SCI_OK)
                return st;
        }
    }
    return SCI_OK;
}

/* Of two values that change a result, or name a file, neither is the one that was surely meant. */
static bool
is_single(const cli_row *row)
{
    return row->kind != CLI_FLAG && row->kind != CLI_LIST
           && (row->kind == CLI_TEXT || (row->traits & CLI_RESULT));
}

static sci_status
parse(const parser *p, int argc, char **argv)
{
    sci_status st = set_defaults(p);

    optind = 0; /* glibc: start afresh */
    opterr = 0;
    while (st == SCI_OK) {
        int code = getopt_long(argc, argv, p->letters, p->longs, NULL);
        const target *t = code == '?' || code == ':' ? NULL : find_target(p, code);

        if (code == -1)
            return SCI_OK;
        if (code == ':')
            return fail_missing(p);
        if (!t)
            return fail_option(p, argv[optind - 1]);
        if (t->table->given[t->row] && is_single(&t->table->rows[t->row]))
            return sci_fail(SCI_ERR_ARGUMENT, "option '--%s' is given twice; leave one out",
                            t->table->rows[t->row].name);
        t->table->given[t->row] = true;
        st = t->negated
                 ? cli_value_unset(&t->table->rows[t->row], t->table->settings)
                 : cli_value_set(&t->table->rows[t->row], t->table->settings, optarg, (size_t)argc);
    }
    return st;
}

sci_status
cli_options_parse(const cli_table *tables, size_t n_tables, int argc, char **argv,
                  int *first_operand)
{
    parser p;
    sci_status st = parser_init(&p, tables, n_tables);

    if (st == SCI_OK)
        st = parse(&p, argc, argv);
    if (st == SCI_OK)
        *first_operand = optind;
    parser_clear(&p);
    return st;
}

sci_status
cli_options_required(const cli_table *tables, size_t n_tables)
{
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t k = 0; tables[t].rows[k].name; k++) {
            const cli_row *row = &tables[t].rows[k];

            if ((row->traits & CLI_REQUIRED) && !tables[t].given[k])
                return sci_fail(SCI_ERR_ARGUMENT, "option '--%s %s' is missing", row->name,
                                row->argument);
        }
    }
    return SCI_OK;
}

void
cli_options_clear(const cli_table *tables, size_t n_tables)
{
    for (size_t t = 0; t < n_tables; t++)
        for (const cli_row *row = tables[t].rows; row->name; row++)
            cli_value_clear(row, tables[t].settings);
}
