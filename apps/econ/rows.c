/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include "rows_reading.h"

#define S econ_settings

const cli_row econ_check_rows[] = {
    CLI_ROW_JSON(S),
    { 0, "write-map", "FILE", CLI_TEXT, ECON_AT(write_map), NULL,
      "write a map of the panel, to be completed: its indicators with what is known of them",
      "Output", CLI_PATH | CLI_WRITTEN, NULL, 0, 0 },
    { 'f', "force", NULL, CLI_FLAG, CLI_AT(S, force), NULL, "replace a map that exists", "Output",
      0, NULL, 0, 0 },
    ECON_ROWS_READING,
    CLI_ROWS_CONFIG(S),
    CLI_END,
};
