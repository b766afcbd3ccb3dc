/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sci-econ: the table of its verbs. */
#include <sci.h>

#include "prose.h"
#include "rows.h"
#include "verb_report.h"
#include "verbs.h"
#include "verbs_scoring.h"

#define S econ_settings

static const cli_verb verbs[] = {
    { "check", "read a panel and say what it is and what looks wrong", "PANEL", econ_check_prose,
      "check panel.csv\n"
      "check panel.csv --map map.csv --json\n"
      "check panel.csv --write-map map.csv",
      econ_check_rows, sizeof(S), 1, 1, econ_check },
    { "explain", "say why a sector has its score", "REPORT.json", econ_explain_prose,
      "explain out/report.json\n"
      "explain out/report.json --period 2020Q2 --sector leisure_hospitality",
      econ_explain_rows, sizeof(econ_explain_settings), 1, 1, econ_explain_verb },
    { "report", "write the page or the tables again", "REPORT.json -o PAGE", econ_report_prose,
      "report out/report.json -o report.html\nreport out/report.json -o report.md",
      econ_report_rows, sizeof(econ_report_settings), 1, 1, econ_report_verb },
    { "score", "say which sectors moved, how unusual that is and what moved them", "PANEL",
      econ_score_prose,
      "score panel.csv --map map.csv -o report\n"
      "score panel.csv --map map.csv -o report --calibrate-to 2019-12 --events events.csv\n"
      "score panel.csv --map map.csv --last 1 --alert --porcelain",
      econ_score_rows, sizeof(S), 1, 1, econ_score },
    { "units", "say what a unit means and how it converts", "UNIT", econ_units_prose,
      "units \"1e6 USD/person\"\n"
      "units \"thousand persons\" --to person\n"
      "units \"chained 2017 USD\" --to USD",
      econ_units_rows, sizeof(econ_units_settings), 1, 1, econ_units_verb },
    { .name = NULL },
};

static const cli_program program = {
    .name = "sci-econ",
    .summary = "say which sector of an economy moved, how sure that is and what moved it",
    .version = SCI_VERSION,
    .prose = econ_program_prose,
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
    return cli_program_run(&program, argc, argv);
}
