/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to know about the data, how to read the page, and how it was made. */
#include <math.h>
#include <stdio.h>

#include "report_page_priv.h"
#include "summary.h"

enum { NOTES_MOST = 100 };

/* ---- quality ---- */

static size_t
count_missing(const econ_report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->parts.panel->n_indicators; i++)
        for (size_t t = 0; t < r->parts.panel->n_periods; t++)
            n += r->column[t] != SIZE_MAX && isnan(econ_report_value(r, i, t));
    return n;
}

static void
write_notes(cli_page *page, const econ_notes *notes)
{
    static const char *const heads[] = { "kind", "line", "what" };
    static const char *const kinds[] = { "guessed", "warning" };

    cli_page_table(page, 3, heads, "lrl", "What was guessed and what looks wrong");
    for (size_t k = 0; k < notes->n && k < NOTES_MOST; k++) {
        const econ_note *note = &notes->items[k];
        char line[24] = "";
        const char *cells[] = { kinds[note->kind == ECON_WARNING], line, note->text };

        if (note->line > 0)
            snprintf(line, sizeof line, "%llu", (unsigned long long)note->line);
        cli_page_row(page, cells);
    }
    cli_page_table_end(page);
    if (notes->n > NOTES_MOST)
        cli_page_paragraph(page, "These are the first %d of %zu; 'sci-econ check' says them all.",
                           NOTES_MOST, notes->n);
}

/* Sectors with one or two indicators cannot answer every question. */
static void
write_small_sectors(cli_page *page, const econ_report *r)
{
    for (size_t k = 0; k < r->parts.panel->n_sectors; k++) {
        size_t n = econ_report_sector_size(r, k);

        if (n == 0)
            cli_page_paragraph(page,
                               "%s came as the scores of a sector: its indicators are not known "
                               "here.",
                               r->parts.panel->sectors[k]);
        else if (n == 1)
            cli_page_paragraph(page,
                               "%s has one indicator: nothing to compare it with inside its "
                               "sector.",
                               r->parts.panel->sectors[k]);
        else if (n == 2)
            cli_page_paragraph(page,
                               "%s has two indicators: where they part, it cannot be said which "
                               "of them left.",
                               r->parts.panel->sectors[k]);
    }
}

void
report_write_quality(cli_page *page, const econ_report *r)
{
    const econ_panel *panel = r->parts.panel;
    size_t cells = panel->n_indicators * r->n_kept, missing = count_missing(r);

    cli_page_section(page, "Quality of the data");
    if (cells > 0 && missing == 0)
        cli_page_paragraph(page, "No value is missing.");
    else if (cells > 0)
        cli_page_paragraph(page, "%zu of %zu values are missing (%.1f %%)%s.", missing, cells,
                           100.0 * (double)missing / (double)cells,
                           r->thinned ? ", counted where they are kept in report.json" : "");
    if (panel->notes.n > 0)
        write_notes(page, &panel->notes);
    write_small_sectors(page, r);
}

/* ---- method ---- */

static void
write_inputs(cli_page *page, const econ_report *r)
{
    static const char *const heads[] = { "input", "file", "digest" };
    const econ_report_parts *p = &r->parts;

    cli_page_table(page, 3, heads, "lll", "What went in");
    for (size_t k = 0; k < p->n_inputs; k++) {
        const char *cells[] = { p->inputs[k].role, p->inputs[k].name, p->inputs[k].digest };

        cli_page_row(page, cells);
    }
    cli_page_table_end(page);
    if (p->options && p->options[0])
        cli_page_paragraph(page, "Options: %s", p->options);
}

void
report_write_method(cli_page *page, const econ_report *r)
{
    static const char *const heads[] = { "what", "how" };
    econ_fact facts[ECON_FACTS];
    size_t n = econ_summary_facts(facts, r);

    cli_page_section(page, "How to read this");
    for (size_t k = 0; econ_summary_questions[k][0]; k++) {
        cli_page_subsection(page, econ_summary_questions[k][0]);
        cli_page_paragraph(page, "%s", econ_summary_questions[k][1]);
    }
    cli_page_subsection(page, "What it cannot say");
    for (size_t k = 0; econ_summary_limits[k]; k++)
        cli_page_paragraph(page, "%s", econ_summary_limits[k]);
    cli_page_section(page, "How this was made");
    cli_page_table(page, 2, heads, "ll", "Rules");
    for (size_t k = 0; k < n; k++) {
        const char *cells[] = { facts[k].name, facts[k].text };

        cli_page_row(page, cells);
    }
    cli_page_table_end(page);
    write_inputs(page, r);
}
