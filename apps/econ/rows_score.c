/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows_reading.h"
#include "rows_scoring.h"
#include "verbs_scoring.h"

const cli_row econ_score_rows[] = {
    ECON_ROWS_DIRECTORY, ECON_ROWS_OUTCOME,  ECON_ROWS_READING, ECON_ROWS_STATISTICS,
    ECON_ROWS_WATCHING,  ECON_ROW_THREADS,   CLI_END,
};
