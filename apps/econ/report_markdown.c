/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.md: the findings as text for a mail or an issue. */
#include <stdio.h>
#include <string.h>

#include "report_priv.h"
#include "summary.h"

enum { ROWS_MOST = 30 };

/* Names are text: what Markdown or HTML would read into them is escaped, lines are joined. */
static void
put_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            fputs("; ", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (strchr("\\`*_{}[]#|!~$", *text) || (*text == ':' && text[1] == '/'))
            fprintf(out, "\\%c", *text);
        else
            fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, out);
    }
}

static void
put_sentence(FILE *out, const char *text)
{
    put_text(out, text);
    fputs("\n\n", out);
}

static void
put_row(FILE *out, const econ_report *r, const econ_anomaly *a, size_t rank)
{
    const econ_event *event = econ_report_event(r, a->sector, a->period);
    char period[ECON_PERIOD_TEXT], score[32], p[40], breadth[64] = "", movers[4 * ECON_WORDS];

    econ_report_period(r, a->period, period, sizeof period);
    econ_words_score(score, sizeof score, a->score, true);
    econ_words_p_number(p, sizeof p, a->p);
    econ_words_movers(movers, sizeof movers, r, a);
    if (a->sector != ECON_WHOLE_ECONOMY)
        econ_words_breadth(breadth, sizeof breadth, r, a->sector, a->period);
    fprintf(out, "| %zu | %s | ", rank, period);
    put_text(out, econ_words_sector(r, a->sector));
    fprintf(out, " | %s | %s | ", econ_words_statistic(a->statistic), score);
    put_text(out, p);
    fprintf(out, " | %s | ", breadth);
    put_text(out, movers);
    fputs(" | ", out);
    put_text(out, event ? event->label : "");
    fputs(" |\n", out);
}

static void
put_findings(FILE *out, const econ_report *r)
{
    size_t rows = r->n_shown < ROWS_MOST ? r->n_shown : ROWS_MOST;

    if (rows == 0)
        return;
    fputs("| rank | period | sector | compared | score | p | moved with it | what moved | known "
          "event |\n"
          "|-----:|--------|--------|----------|------:|---:|---------------|------------|-------"
          "------|\n",
          out);
    for (size_t k = 0; k < rows; k++)
        put_row(out, r, &r->parts.anomalies[r->shown[k]], k + 1);
    fputc('\n', out);
    if (rows < r->n_shown)
        fprintf(out, "These are the first %zu of %zu; anomalies.csv has them all.\n\n", rows,
                r->n_shown);
}

static void
put_notes(FILE *out, const econ_notes *notes)
{
    if (notes->n == 0)
        return;
    fputs("## Quality of the data\n\n", out);
    for (size_t k = 0; k < notes->n && k < ROWS_MOST; k++) {
        fputs(notes->items[k].kind == ECON_GUESS ? "- guessed: " : "- warning: ", out);
        put_text(out, notes->items[k].text);
        fputc('\n', out);
    }
    if (notes->n > ROWS_MOST)
        fprintf(out, "- and %zu more, which 'sci-econ check' says\n", notes->n - ROWS_MOST);
    fputc('\n', out);
}

static void
put_method(FILE *out, const econ_report *r)
{
    econ_fact facts[ECON_FACTS];
    size_t n = econ_summary_facts(facts, r);

    fputs("## How this was made\n\n", out);
    for (size_t k = 0; k < n; k++) {
        fprintf(out, "- %s: ", facts[k].name);
        put_text(out, facts[k].text);
        fputc('\n', out);
    }
    for (size_t k = 0; k < r->parts.n_inputs; k++) {
        fprintf(out, "- %s: ", r->parts.inputs[k].role);
        put_text(out, r->parts.inputs[k].name);
        if (r->parts.inputs[k].digest)
            fprintf(out, " (%s)", r->parts.inputs[k].digest);
        fputc('\n', out);
    }
}

sci_status
econ_report_write_markdown(const econ_report *r, const char *path)
{
    char text[2 * ECON_WORDS];
    FILE *out = NULL;
    sci_status st = report_open(&out, path);

    if (st != SCI_OK)
        return st;
    fputs("# What moved in ", out);
    put_sentence(out, r->parts.n_inputs > 0 ? r->parts.inputs[0].name : "the panel");
    econ_summary_latest(text, sizeof text, r);
    put_sentence(out, text);
    econ_summary_all(text, sizeof text, r);
    put_sentence(out, text);
    put_findings(out, r);
    put_notes(out, &r->parts.panel->notes);
    put_method(out, r);
    return report_close(out, path, SCI_OK);
}
