/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <sci/memory.h>

#include "report_priv.h"

static void
write_facts(cli_page *page, const genomics_report *r)
{
    static const char *const heads[] = { "what", "value" };

    if (r->n_facts == 0)
        return;
    cli_page_section(page, "How this was made");
    cli_page_table(page, 2, heads, "ll", NULL);
    for (size_t k = 0; k < r->n_facts; k++) {
        const char *cells[] = { r->facts[k].name, r->facts[k].value };

        cli_page_row(page, cells);
    }
    cli_page_table_end(page);
}

static sci_status
write_sections(cli_page *page, const genomics_report *r, const report_groups *batches,
               const report_groups *labels, const report_composition *composition)
{
    sci_status st;

    report_write_lead(page, r, composition);
    report_write_tiles(page, r, composition);
    if (r->done)
        cli_page_paragraph(page, "%s", r->done);
    report_write_notes(page, r, composition);
    st = report_write_cells(page, r, batches, labels);
    if (st == SCI_OK)
        st = report_write_genes(page, r);
    if (st != SCI_OK)
        return st;
    report_write_measures(page, r);
    report_write_composition(page, r, batches, labels, composition);
    st = report_write_model(page, r, batches);
    if (st == SCI_OK)
        st = report_write_unadjusted(page, r);
    if (st == SCI_OK)
        write_facts(page, r);
    return st;
}

sci_status
genomics_report_write(const char *path, const genomics_report *r)
{
    report_groups batches = { 0 }, labels = { 0 };
    report_composition composition = { 0 };
    cli_page *page = NULL;
    char title[512];
    sci_status st;

    snprintf(title, sizeof title, r->done ? "%.400s, harmonized" : "%.400s, evaluated",
             strrchr(r->input, '/') ? strrchr(r->input, '/') + 1 : r->input);
    st = report_groups_make(&batches, &r->batch, r->cells);
    if (st == SCI_OK && r->label.key)
        st = report_groups_make(&labels, &r->label, r->cells);
    if (st == SCI_OK)
        st = report_composition_make(&composition, r);
    if (st == SCI_OK)
        st = cli_page_create(&page, path, title, "sci-genomics", r->version);
    if (st == SCI_OK)
        st = write_sections(page, r, &batches, &labels, &composition);
    if (st == SCI_OK) {
        st = cli_page_finish(page);
        page = NULL;
    }
    cli_page_free(page);
    sci_free(composition.counts);
    report_groups_clear(&labels);
    report_groups_clear(&batches);
    return st;
}
