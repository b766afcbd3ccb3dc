/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows_reading.h"
#include "rows_scoring.h"
#include "verbs_scoring.h"

const cli_row econ_score_rows[] = {
    ECON_ROWS_DIRECTORY,
    ECON_ROW_STATE("keep what update goes on from", 0),
    ECON_ROWS_OUTCOME,
    ECON_ROWS_READING,
    ECON_ROW_STRICT,
    CLI_ROWS_CONFIG(econ_settings),
    ECON_ROWS_STATISTICS,
    ECON_ROWS_WATCHING,
    ECON_ROW_THREADS,
    CLI_END,
};

const cli_row econ_update_rows[] = {
    ECON_ROW_STATE("what score or update left; it is replaced", CLI_REQUIRED),
    ECON_ROWS_DIRECTORY,
    ECON_ROWS_OUTCOME,
    ECON_ROWS_READING,
    CLI_ROWS_CONFIG(econ_settings),
    ECON_ROW_THREADS,
    CLI_END,
};

/* clang-format off */
#define ROWS_FILE(help)                                                                          \
    CLI_ROW_OUTPUT_FILE(econ_settings, help),                                                    \
    { 'f', "force", NULL, CLI_FLAG, CLI_AT(econ_settings, force), NULL,                          \
      "replace an output that exists", "Output", 0, NULL, 0, 0 },                                \
    { 0, "no-sync", NULL, CLI_FLAG, CLI_AT(econ_settings, no_sync), NULL,                        \
      "do not wait until the output is safe on the disk", "Output", 0, NULL, 0, 0 }

const cli_row econ_fit_rows[] = {
    ROWS_FILE("the scores of the panel's sectors, for merge and apply"),
    { 0, "keep-values", NULL, CLI_FLAG, ECON_AT(scoring.keep_values), NULL,
      "keep the values of the indicators too, so that stretches of time can be merged; such a file "
      "is not for others", "Output", CLI_RESULT, NULL, 0, 0 },
    ECON_ROWS_READING, ECON_ROW_STRICT,
    CLI_ROWS_CONFIG(econ_settings),
    ECON_ROWS_STATISTICS,
    ECON_ROW_THREADS,
    CLI_END,
};

const cli_row econ_merge_rows[] = {
    ROWS_FILE("the scores of all sectors"),
    ECON_ROW_THREADS,
    CLI_END,
};

const cli_row econ_apply_rows[] = {
    { 0, "stats", "FILE", CLI_TEXT, ECON_AT(scoring.others), NULL,
      "sectors that are known, from fit or merge", "Statistics",
      CLI_RESULT | CLI_PATH | CLI_REQUIRED, NULL, 0, 0 },
    ECON_ROWS_DIRECTORY,
    ECON_ROWS_OUTCOME,
    ECON_ROWS_READING, ECON_ROW_STRICT,
    CLI_ROWS_CONFIG(econ_settings),
    ECON_ROWS_WATCHING,
    ECON_ROW_THREADS,
    CLI_END,
};

const cli_row econ_show_rows[] = {
    CLI_ROW_JSON(econ_settings),
    CLI_END,
};

const cli_row econ_replay_rows[] = {
    { 0, "events", "FILE", CLI_TEXT, ECON_AT(scoring.events), NULL,
      "the events to be found: a CSV file with the columns period, label, sector", "Judgement",
      CLI_RESULT | CLI_PATH | CLI_REQUIRED, NULL, 0, 0 },
    { 0, "from", "PERIOD", CLI_TEXT, ECON_AT(scoring.from), NULL,
      "the first period that is judged (default: the panel's)", "Judgement", CLI_RESULT, NULL, 0,
      0 },
    { 0, "grace", "N", CLI_INTEGER, ECON_AT(scoring.grace), "3",
      "an alarm up to N periods after an event still belongs to it", "Judgement", CLI_RESULT, NULL,
      0, 1000000 },
    CLI_ROW_JSON(econ_settings),
    ECON_ROWS_READING,
    ECON_ROW_STRICT,
    CLI_ROWS_CONFIG(econ_settings),
    ECON_ROWS_STATISTICS,
    ECON_ROWS_WATCHING,
    ECON_ROW_THREADS,
    CLI_END,
};
