/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "cli/message.h"

enum { SHOWN = 20 };

static void
print_escaped(const char *before, const char *text, const char *after)
{
    char safe[1024];

    (void)cli_escape(safe, sizeof safe, text);
    (void)printf("%s%s%s", before, safe, after);
}

static const char *
character_name(char c)
{
    switch (c) {
    case ',':
        return "comma";
    case ';':
        return "semicolon";
    case '\t':
        return "tab";
    case '|':
        return "bar";
    case '.':
        return "point";
    case ' ':
        return "blank";
    case '\'':
        return "apostrophe";
    case '\0':
        return "none";
    default:
        return "other";
    }
}

static void
print_sectors(const econ_panel *panel)
{
    if (panel->n_sectors == 0) {
        (void)printf(
            "  sectors: none; --map names them, or --write-map makes a map to be completed\n");
        return;
    }
    (void)printf("  sectors: %zu\n", panel->n_sectors);
    for (size_t s = 0; s < panel->n_sectors && s < SHOWN; s++) {
        size_t n = 0;

        for (size_t k = 0; k < panel->n_indicators; k++)
            n += panel->indicators[k].sector_index == s;
        print_escaped("    ", panel->sectors[s], "");
        (void)printf(": %zu indicator%s\n", n, n == 1 ? "" : "s");
    }
    if (panel->n_sectors > SHOWN)
        (void)printf("    ... and %zu more\n", panel->n_sectors - SHOWN);
}

static void
print_notes(const econ_panel *panel, econ_note_kind kind, const char *title)
{
    bool any = false;

    for (size_t k = 0; k < panel->notes.n; k++) {
        const econ_note *note = &panel->notes.items[k];

        if (note->kind != kind)
            continue;
        if (!any)
            (void)printf("%s\n", title);
        any = true;
        if (note->line > 0)
            (void)printf("  line %" PRIu64 ": ", note->line);
        print_escaped(note->line > 0 ? "" : "  ", note->text, "");
        (void)printf(" [%s]\n", note->code);
    }
}

void
econ_check_print(const econ_panel *panel)
{
    char from[ECON_PERIOD_TEXT], to[ECON_PERIOD_TEXT];

    econ_period_text(from, sizeof from, panel->frequency, panel->first);
    econ_period_text(to, sizeof to, panel->frequency, panel->first + (int64_t)panel->n_periods - 1);
    print_escaped("", panel->path, "\n");
    (void)printf("  layout: %s; %s between fields, decimal %s, thousands %s, %s\n",
                 econ_layout_name(panel->layout), character_name(panel->dialect.delimiter),
                 character_name(panel->dialect.decimal), character_name(panel->dialect.thousands),
                 panel->dialect.encoding);
    (void)printf("  periods: %zu, %s, %s to %s\n", panel->n_periods,
                 econ_frequency_name(panel->frequency), from, to);
    (void)printf("  indicators: %zu\n", panel->n_indicators);
    (void)printf("  values: %" PRIu64 ", and %" PRIu64 " missing in the file\n", panel->n_values,
                 panel->n_cells - panel->n_values);
    print_sectors(panel);
    print_notes(panel, ECON_GUESS, "Guessed:");
    print_notes(panel, ECON_WARNING, "Look at:");
}

/* ---- JSON ---- */

static void
json_dialect(cli_json *j, const econ_dialect *d)
{
    char text[2] = "";

    cli_json_key(j, "dialect");
    cli_json_object(j);
    text[0] = d->delimiter;
    cli_json_member_text(j, "delimiter", text);
    text[0] = d->decimal;
    cli_json_member_text(j, "decimal", text);
    text[0] = d->quote;
    cli_json_member_text(j, "quote", text);
    text[0] = d->thousands;
    if (d->thousands != '\0')
        cli_json_member_text(j, "thousands", text);
    cli_json_object_end(j);
}

static void
json_row(cli_json *j, const econ_panel *panel, size_t t, size_t i, const char *flag)
{
    char period[ECON_PERIOD_TEXT];

    econ_period_text(period, sizeof period, panel->frequency, panel->first + (int64_t)t);
    cli_json_array_line(j);
    cli_json_text(j, period);
    cli_json_text(j, panel->indicators[i].name);
    cli_json_real(j, panel->values[i * panel->n_periods + t]);
    if (panel->n_flags > 0)
        cli_json_text(j, flag);
    cli_json_array_end(j);
}

static void
json_rows(cli_json *j, const econ_panel *panel)
{
    size_t flag = 0;

    cli_json_key(j, "columns");
    cli_json_array_line(j);
    cli_json_text(j, "period");
    cli_json_text(j, "indicator");
    cli_json_text(j, "value");
    if (panel->n_flags > 0)
        cli_json_text(j, "flag");
    cli_json_array_end(j);
    cli_json_key(j, "rows");
    cli_json_array(j);
    for (size_t t = 0; t < panel->n_periods; t++)
        for (size_t i = 0; i < panel->n_indicators; i++) {
            bool flagged = flag < panel->n_flags && panel->flags[flag].period == t
                           && panel->flags[flag].indicator == i;

            if (t >= panel->indicators[i].row_first && t <= panel->indicators[i].row_last)
                json_row(j, panel, t, i, flagged ? panel->flags[flag].text : NULL);
            while (flag < panel->n_flags && panel->flags[flag].period == t
                   && panel->flags[flag].indicator == i)
                flag++;
        }
    cli_json_array_end(j);
}

static void
json_indicators(cli_json *j, const econ_panel *panel)
{
    cli_json_key(j, "indicators");
    cli_json_array(j);
    for (size_t i = 0; i < panel->n_indicators; i++) {
        const econ_indicator *it = &panel->indicators[i];

        cli_json_object_line(j);
        cli_json_member_text(j, "name", it->name);
        cli_json_member_text(j, "sector", it->sector);
        cli_json_member_text(j, "unit", it->unit);
        cli_json_member_text(j, "transform", econ_transform_name(it->transform));
        cli_json_key(j, "sign");
        cli_json_integer(j, it->sign);
        cli_json_member_real(j, "weight", it->weight);
        cli_json_member_text(j, "title", it->title);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

/* The codes of one kind, each once, in order of appearance. */
static void
json_codes(cli_json *j, const econ_panel *panel, econ_note_kind kind, const char *key)
{
    cli_json_key(j, key);
    cli_json_array_line(j);
    for (size_t k = 0; k < panel->notes.n; k++) {
        bool again = panel->notes.items[k].kind != kind;

        for (size_t i = 0; i < k && !again; i++)
            again = strcmp(panel->notes.items[i].code, panel->notes.items[k].code) == 0;
        if (!again)
            cli_json_text(j, panel->notes.items[k].code);
    }
    cli_json_array_end(j);
}

static void
json_notes(cli_json *j, const econ_panel *panel)
{
    json_codes(j, panel, ECON_GUESS, "guesses");
    json_codes(j, panel, ECON_WARNING, "warnings");
    cli_json_key(j, "notes");
    cli_json_array(j);
    for (size_t k = 0; k < panel->notes.n; k++) {
        const econ_note *note = &panel->notes.items[k];

        cli_json_object_line(j);
        cli_json_member_text(j, "kind", note->kind == ECON_GUESS ? "guess" : "warning");
        cli_json_member_text(j, "code", note->code);
        if (note->line > 0)
            cli_json_member_unsigned(j, "line", note->line);
        if (note->column > 0)
            cli_json_member_unsigned(j, "column", note->column);
        cli_json_member_text(j, "text", note->text);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

static void
json_fault(cli_json *j, const econ_panel *panel, const char *message)
{
    cli_json_member_text(j, "error", panel->fault.code);
    if (panel->fault.line > 0) {
        cli_json_member_unsigned(j, "line", panel->fault.line);
        cli_json_member_unsigned(j, "column", panel->fault.column == 0 ? 1 : panel->fault.column);
    }
    if (panel->fault.also > 0)
        cli_json_member_unsigned(j, "also_line", panel->fault.also);
    cli_json_member_text(j, "message", message);
}

static void
json_panel(cli_json *j, const econ_panel *panel)
{
    char letter[2] = "";

    cli_json_member_text(j, "layout", econ_layout_name(panel->layout));
    json_dialect(j, &panel->dialect);
    cli_json_member_text(j, "encoding", panel->dialect.encoding);
    letter[0] = econ_frequency_letter(panel->frequency);
    cli_json_member_text(j, "frequency", letter);
    cli_json_member_text(j, "digest", panel->digest);
    json_indicators(j, panel);
    json_rows(j, panel);
}

sci_status
econ_check_json(const econ_panel *panel, const char *message)
{
    cli_json j;

    cli_json_start(&j, stdout);
    cli_json_object(&j);
    cli_json_member_text(&j, "file", panel->path);
    if (message != NULL)
        json_fault(&j, panel, message);
    else
        json_panel(&j, panel);
    json_notes(&j, panel);
    cli_json_object_end(&j);
    return cli_json_finish(&j);
}
