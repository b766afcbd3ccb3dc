/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.html: the page in one piece. */
#include <stdio.h>

#include <sci.h>

#include "report_page_priv.h"

sci_status
econ_report_write_page(const econ_report *report, const char *path)
{
    const econ_report_parts *p = &report->parts;
    cli_page *page = NULL;
    char title[512];
    sci_status st;

    snprintf(title, sizeof title, "What moved in %.400s",
             p->n_inputs > 0 ? p->inputs[0].name : "the panel");
    st = cli_page_create(&page, path, title, "sci-econ", SCI_VERSION);
    if (st != SCI_OK)
        return st;
    report_write_findings(page, report);
    st = report_write_maps(page, report);
    if (st == SCI_OK)
        st = report_write_indicators(page, report);
    if (st == SCI_OK) {
        report_write_quality(page, report);
        report_write_method(page, report);
        return cli_page_finish(page);
    }
    cli_page_free(page);
    return st;
}
