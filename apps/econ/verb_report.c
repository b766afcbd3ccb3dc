/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report: the page (or the text, or a table) again, from report.json alone. */
#include <string.h>

#include "cli/single.h"

#include "report.h"
#include "verb_report.h"

const cli_row econ_report_rows[] = {
    CLI_ROW_OUTPUT_FILE(econ_report_settings,
                        "where it goes: .html is the page, .md the text, anomalies.csv and "
                        "scores.csv end as they are called"),
    { 'f', "force", NULL, CLI_FLAG, CLI_AT(econ_report_settings, force), NULL,
      "replace an output that exists", "Output", 0, NULL, 0, 0 },
    { 0, "no-sync", NULL, CLI_FLAG, CLI_AT(econ_report_settings, no_sync), NULL,
      "do not wait until the output is safe on the disk", "Output", 0, NULL, 0, 0 },
    CLI_END,
};

typedef sci_status (*writer)(const econ_report *, const char *);

static bool
ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static writer
writer_of(const char *path)
{
    return ends_in(path, ".html") || ends_in(path, ".htm") ? econ_report_write_page
           : ends_in(path, ".md")                          ? econ_report_write_markdown
           : ends_in(path, "anomalies.csv")                ? econ_report_write_anomalies
           : ends_in(path, "scores.csv")                   ? econ_report_write_scores
                                                           : NULL;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    econ_report report = { 0 };
    sci_status st = econ_report_read(&report, single->inputs.items[0].path);

    if (st == SCI_OK)
        st = writer_of(worker->target[0])(&report, worker->temporary[0]);
    econ_report_clear(&report);
    return st;
}

int
econ_report_verb(const cli_call *call)
{
    const econ_report_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .doing = "writing", .work = work };

    if (!writer_of(s->common.output))
        return cli_usage_error(call, "'%s' does not end in .html, .md, anomalies.csv or scores.csv",
                               s->common.output);
    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
