/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of the page: findings (report_findings.c), maps (report_maps.c), indicators
 * (report_indicators.c), quality and method (report_method.c). */
#ifndef ECON_REPORT_PAGE_PRIV_H
#define ECON_REPORT_PAGE_PRIV_H

#include "cli/page.h"

#include "report.h"

enum { REPORT_ROWS = 100 }; /* of the table of findings */

void report_write_findings(cli_page *page, const econ_report *report);
sci_status report_write_maps(cli_page *page, const econ_report *report) SCI_MUST_CHECK;
sci_status report_write_indicators(cli_page *page, const econ_report *report) SCI_MUST_CHECK;
void report_write_quality(cli_page *page, const econ_report *report);
void report_write_method(cli_page *page, const econ_report *report);

#endif
