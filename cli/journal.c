/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sci/memory.h>

#include "inputs_priv.h"
#include "journal.h"
#include "provenance.h"
#include "value.h"

enum { STAMP_DIGITS = 16, OUTPUT_MOST = 8192 };

/* A line: "0123456789abcdef<TAB>fedcba9876543210<TAB>output". */
typedef struct cli_done {
    uint64_t stamp, made; /* made: for the output's size and time of change */
    const char *output;
    size_t number; /* the last line about an output holds */
} cli_done;

/* ---- stamps ---- */

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* FNV-1a; the end of a text counts, so that "ab","c" is not "a","bc". */
static uint64_t
mix(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;

    for (size_t k = 0; k < n; k++)
        hash = (hash ^ at[k]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t
mix_text(uint64_t hash, const char *text)
{
    return mix(hash, text, strlen(text) + 1);
}

/* Size and time of change of a file; nothing if there is none. */
static uint64_t
mix_file(uint64_t hash, const char *path)
{
    struct stat file;
    int64_t facts[3];

    if (stat(path, &file) != 0 || !S_ISREG(file.st_mode))
        return hash;
    facts[0] = file.st_size;
    facts[1] = file.st_mtim.tv_sec;
    facts[2] = file.st_mtim.tv_nsec;
    return mix(hash, facts, sizeof facts);
}

sci_status
cli_journal_stamp(const cli_journal *journal, const cli_input *input, char *const *needs,
                  size_t n_needs, uint64_t *stamp)
{
    uint64_t hash = mix_text(HASH_START, journal->options);
    sci_status st = SCI_OK;

    hash = mix_text(hash, input->dataset ? input->dataset : "");
    hash = mix_file(hash, input->path);
    for (size_t k = 0; st == SCI_OK && k < n_needs; k++) {
        char *file = NULL;

        if (needs[k] == NULL)
            continue;
        st = cli_value_file(&file, needs[k]);
        if (st == SCI_OK)
            hash = mix_file(mix_text(hash, needs[k]), file);
        sci_free(file);
    }
    *stamp = hash;
    return st;
}

/* What an option names may be a file that changes. */
static sci_status
mix_value(uint64_t *hash, const cli_row *row, const void *settings, size_t item)
{
    char *value = NULL, *file = NULL;
    sci_status st = cli_value_text(&value, row, settings, item);

    if (st == SCI_OK && value)
        st = cli_value_file(&file, value);
    if (st == SCI_OK && file)
        *hash = mix_file(*hash, file);
    sci_free(value);
    sci_free(file);
    return st;
}

static sci_status
describe_options(const cli_call *call, char **out)
{
    uint64_t files = 0;
    char *options = NULL;
    sci_status st = cli_provenance_text(&options, call, 0, NULL, NULL);

    for (const cli_row *row = call->verb->rows; st == SCI_OK && row->name; row++) {
        if (!(row->traits & CLI_RESULT) || (row->kind != CLI_TEXT && row->kind != CLI_LIST))
            continue;
        for (size_t item = 0; st == SCI_OK && item < cli_value_count(row, call->settings); item++)
            st = mix_value(&files, row, call->settings, item);
    }
    if (st == SCI_OK)
        st = sci_format(out, "%s%" PRIx64, options, files);
    sci_free(options);
    return st;
}

/* ---- the file ---- */

static int
compare_done(const void *left, const void *right)
{
    const cli_done *a = left, *b = right;
    int order = strcmp(a->output, b->output);

    return order ? order : (a->number > b->number) - (a->number < b->number);
}

/* False if the line is damaged. */
static bool
parse_line(char *line, cli_done *out)
{
    uint64_t *const numbers[] = { &out->stamp, &out->made };

    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        if (strspn(line, "0123456789abcdef") != STAMP_DIGITS || line[STAMP_DIGITS] != '\t')
            return false;
        *numbers[k] = strtoull(line, NULL, 16);
        line += STAMP_DIGITS + 1;
    }
    out->output = line;
    return true;
}

static sci_status
parse_lines(cli_journal *journal)
{
    size_t most = 1;
    sci_status st;

    for (const char *at = journal->text; *at; at++)
        most += *at == '\n';
    st = sci_alloc(&journal->lines, most, 1, sizeof *journal->lines);
    if (st != SCI_OK)
        return st;
    for (char *line = journal->text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        cli_done *done = &journal->lines[journal->n];

        *end = '\0';
        done->number = journal->n;
        journal->n += parse_line(line, done);
    }
    qsort(journal->lines, journal->n, sizeof *journal->lines, compare_done);
    return SCI_OK;
}

/* A missing or unreadable journal is an empty one. */
static sci_status
read_text(cli_journal *journal)
{
    FILE *file = fopen(journal->path, "re");
    struct stat facts;
    size_t bytes = 0;
    sci_status st;

    if (file && fstat(fileno(file), &facts) == 0 && S_ISREG(facts.st_mode))
        bytes = (size_t)facts.st_size;
    st = sci_alloc(&journal->text, bytes + 1, 1, 1);
    if (st == SCI_OK) {
        bytes = file && bytes > 0 ? fread(journal->text, 1, bytes, file) : 0;
        journal->text[bytes] = '\0';
        journal->torn = bytes > 0 && journal->text[bytes - 1] != '\n';
    }
    if (file)
        fclose(file);
    return st;
}

sci_status
cli_journal_open(cli_journal *out, const cli_call *call, const char *directory)
{
    cli_journal journal = { 0 };
    sci_status st = sci_format(&journal.path, "%s/.%s.done", directory, call->program->name);

    if (st == SCI_OK)
        st = describe_options(call, &journal.options);
    if (st == SCI_OK)
        st = read_text(&journal);
    if (st == SCI_OK)
        st = parse_lines(&journal);
    if (st != SCI_OK)
        cli_journal_close(&journal);
    else
        *out = journal;
    return st;
}

/* An output as it stands in the journal: without its directory, harmless. */
static void
output_text(const cli_journal *journal, const char *output, char text[OUTPUT_MOST])
{
    size_t directory = (size_t)(cli_base_name(journal->path) - journal->path);

    cli_escape(text, OUTPUT_MOST, output + directory);
}

bool
cli_journal_has(const cli_journal *journal, uint64_t stamp, const char *output)
{
    char text[OUTPUT_MOST];
    size_t low = 0, high = journal->n;

    output_text(journal, output, text);
    while (low < high) { /* to behind the last line about it */
        size_t middle = low + (high - low) / 2;

        if (strcmp(journal->lines[middle].output, text) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || strcmp(journal->lines[low - 1].output, text) != 0)
        return false;
    return journal->lines[low - 1].stamp == stamp && access(output, F_OK) == 0
           && journal->lines[low - 1].made == mix_file(HASH_START, output);
}

void
cli_journal_add(const cli_journal *journal, uint64_t stamp, const char *output, const char *file)
{
    char text[OUTPUT_MOST], line[OUTPUT_MOST + 64];
    int fd = open(journal->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666), n;

    if (fd < 0)
        return;
    output_text(journal, output, text);
    n = snprintf(line, sizeof line, "%s%016" PRIx64 "\t%016" PRIx64 "\t%s\n",
                 journal->torn ? "\n" : "", stamp, mix_file(HASH_START, file), text);
    while (write(fd, line, (size_t)n) < 0 && errno == EINTR)
        ;
    close(fd);
}

void
cli_journal_close(cli_journal *journal)
{
    sci_free(journal->path);
    sci_free(journal->text);
    sci_free(journal->lines);
    sci_free(journal->options);
    *journal = (cli_journal){ 0 };
}
