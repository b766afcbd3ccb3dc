/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of the verbs that score. */
#ifndef ECON_ROWS_SCORING_H
#define ECON_ROWS_SCORING_H

#include "settings.h"

/* clang-format off */
#define ECON_ROWS_STATISTICS                                                                      \
    { 0, "calibrate-to", "PERIOD", CLI_TEXT, ECON_AT(scoring.calibrate_to), NULL,                 \
      "measure all periods against those up to this one (default: each against all before it)",   \
      "Statistics", CLI_RESULT, NULL, 0, 0 },                                                     \
    { 0, "window", "N", CLI_INTEGER, ECON_AT(scoring.window), NULL,                               \
      "measure each period against the N values before it (default: against all)", "Statistics",  \
      CLI_RESULT, NULL, 2, 1000000000 },                                                          \
    { 0, "exclude-window", "A..B", CLI_TEXT, ECON_AT(scoring.exclude_window), NULL,               \
      "periods that are scored but are no history of others", "Statistics", CLI_RESULT, NULL, 0,  \
      0 },                                                                                        \
    { 0, "seasonal", "HOW", CLI_CHOICE, ECON_AT(scoring.seasonal), "none",                        \
      "take out seasons: by the history's median of the same season, or by a decomposition (STL) "\
      "of the history", "Statistics", CLI_RESULT, ECON_SEASONALS, 0, 0 },                         \
    { 0, "scale", "HOW", CLI_CHOICE, ECON_AT(scoring.scale), "mad",                               \
      "how usual movements are measured: median absolute deviation, Qn, or standard deviation "   \
      "(about the mean)", "Statistics", CLI_RESULT, ECON_SCALES, 0, 0 },                          \
    { 0, "sector-stat", "HOW", CLI_CHOICE, ECON_AT(scoring.sector_stat), "mean",                  \
      "what a sector is of its indicators; the mean is weighted by the map, the median follows no "\
      "single one",                                                                               \
      "Statistics", CLI_RESULT, ECON_SECTOR_STATS, 0, 0 },                                        \
    { 0, "rescale-missing", NULL, CLI_FLAG, ECON_AT(scoring.rescale_missing), NULL,               \
      "bring sectors of which indicators are missing to the spread that they have with all",      \
      "Statistics", CLI_RESULT, NULL, 0, 0 },                                                     \
    { 0, "p", "HOW", CLI_CHOICE, ECON_AT(scoring.tail), "gpd",                                    \
      "probabilities: by rank among past scores with a fitted tail (generalized Pareto), by rank "\
      "alone, by Student t with heavy tails, or normal", "Statistics", CLI_RESULT, ECON_TAILS, 0, \
      0 },                                                                                        \
    { 0, "fdr", "HOW", CLI_CHOICE, ECON_AT(scoring.fdr), "bh",                                    \
      "q from p, within each period: Benjamini and Hochberg, Benjamini and Yekutieli, or q is p", \
      "Statistics", CLI_RESULT, ECON_FDRS, 0, 0 }

#define ECON_ROWS_WATCHING                                                                        \
    { 0, "stat", "LIST", CLI_TEXT, ECON_AT(scoring.stats), "relative,within,level,economy",       \
      "what is watched: relative, within, level, economy, mahalanobis", "Thresholds", CLI_RESULT, \
      NULL, 0, 0 },                                                                               \
    { 0, "alpha", "Q", CLI_REAL, ECON_AT(scoring.alpha), "0.05",                                  \
      "an anomaly has a q of at most this", "Thresholds", CLI_RESULT | CLI_POSITIVE, NULL, 0, 1 },\
    { 0, "min-z", "Z", CLI_REAL, ECON_AT(scoring.min_z), "3.5",                                   \
      "and a score of at least this size", "Thresholds", CLI_RESULT, NULL, 0, 1e300 },            \
    { 0, "min-effect", "SHARE", CLI_TEXT, ECON_AT(scoring.min_effect), NULL,                      \
      "and a change of an indicator of at least this share of its value, 0.5%", "Thresholds",     \
      CLI_RESULT, NULL, 0, 0 },                                                                   \
    { 0, "min-breadth", "SHARE", CLI_REAL, ECON_AT(scoring.min_breadth), NULL,                    \
      "and, of a whole sector, at least this share of its indicators beyond 2", "Thresholds",     \
      CLI_RESULT, NULL, 0, 1 }

#define ECON_ROWS_OUTCOME                                                                         \
    { 0, "last", "N", CLI_INTEGER, ECON_AT(scoring.last), NULL,                                   \
      "tables, and what --alert looks at, of the last N periods (default: all of them; with "       \
      "--nagios or --state the last one is looked at)", "Output", CLI_RESULT, NULL, 1, 1000000000 },                            \
    { 0, "events", "FILE", CLI_TEXT, ECON_AT(scoring.events), NULL,                               \
      "known events for the report: a CSV file with the columns period, label, sector", "Output", \
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },                                                        \
    { 0, "alert", NULL, CLI_FLAG, ECON_AT(scoring.alert), NULL,                                   \
      "end with exit code 5 if something crosses the thresholds", "Output", 0, NULL, 0, 0 },      \
    { 0, "nagios", NULL, CLI_FLAG, ECON_AT(scoring.nagios), NULL,                                 \
      "print one line and end with 0, 1, 2 or 3 as Nagios has it; critical where a q is at most " \
      "a tenth of --alpha", "Output", 0, NULL, 0, 0 },                                            \
    { 0, "porcelain", NULL, CLI_FLAG, ECON_AT(scoring.porcelain), NULL,                           \
      "print anomalies between tabs, in a format that stays", "Output", 0, NULL, 0, 0 },          \
    CLI_ROW_JSON(econ_settings)

#define ECON_ROWS_DIRECTORY                                                                       \
    { 'o', "output", "DIR", CLI_TEXT, CLI_AT(econ_settings, output), NULL,                        \
      "directory for report.html, report.md, report.json, scores.csv and anomalies.csv",          \
      "Output", CLI_PATH | CLI_WRITTEN | CLI_DIRECTORY, NULL, 0, 0 },                             \
    { 'f', "force", NULL, CLI_FLAG, CLI_AT(econ_settings, force), NULL,                           \
      "replace these files in a directory that exists", "Output", 0, NULL, 0, 0 },                \
    { 0, "no-sync", NULL, CLI_FLAG, CLI_AT(econ_settings, no_sync), NULL,                         \
      "do not wait until the output is safe on the disk", "Output", 0, NULL, 0, 0 }

#define ECON_ROW_STATE(help, traits)                                                              \
    { 0, "state", "FILE", CLI_TEXT, ECON_AT(scoring.state), NULL, help, "Output",                 \
      CLI_PATH | CLI_WRITTEN | (traits), NULL, 0, 0 }

#define ECON_ROW_STRICT                                                                           \
    { 0, "strict-units", NULL, CLI_FLAG, ECON_AT(scoring.strict_units), NULL,                     \
      "refuse units that are missing or not understood", "Panel", CLI_RESULT, NULL, 0, 0 }

#define ECON_ROW_THREADS                                                                          \
    { 't', "threads", "N", CLI_INTEGER, CLI_AT(econ_settings, threads), NULL,                     \
      "threads in all, without it one a processor", "Resources", 0, NULL, 0, 4096 }
/* clang-format on */

#endif
