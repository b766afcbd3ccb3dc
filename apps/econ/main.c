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
    { "update", "go on with new values where score ended", "PANEL", econ_update_prose,
      "update --state state.h5 2020-03.csv -o report -f --last 24\n"
      "update --state state.h5 2020-03.csv --nagios",
      econ_update_rows, sizeof(S), 1, 1, econ_update },
    { "replay", "say what a watch over the past would have found, and when", "PANEL --events FILE",
      econ_replay_prose,
      "replay panel.csv --map map.csv --events known.csv --from 2005-01\n"
      "replay panel.csv --map map.csv --events known.csv --window 120 --min-z 5 --json",
      econ_replay_rows, sizeof(S), 1, 1, econ_replay_verb },
    { "fit", "keep the scores of sectors for others", "PANEL -o FILE", econ_fit_prose,
      "fit panel.csv --map map.csv -o ours.h5", econ_fit_rows, sizeof(S), 1, 1, econ_fit },
    { "merge", "put the sectors of several agencies together", "FILE... -o FILE", econ_merge_prose,
      "merge ours.h5 theirs.h5 -o all.h5", econ_merge_rows, sizeof(S), 1, -1, econ_merge },
    { "apply", "score sectors among others that are known", "[PANEL] --stats FILE -o DIR",
      econ_apply_prose,
      "apply panel.csv --map map.csv --stats all.h5 -o report\napply --stats all.h5 -o report",
      econ_apply_rows, sizeof(S), 0, 1, econ_apply },
    { "show", "print what a file of sectors or a state holds", "FILE", econ_show_prose,
      "show all.h5\nshow state.h5 --json", econ_show_rows, sizeof(S), 1, 1, econ_show },
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
