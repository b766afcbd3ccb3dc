/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verb loudness prints. */
#ifndef AUDIO_LOUDNESS_PRINT_H
#define AUDIO_LOUDNESS_PRINT_H

#include "cli/inputs.h"

#include "loudness_file.h"

typedef struct audio_levels_report {
    double target_lufs, most_dbtp; /* infinity: no limit */
    const cli_inputs *inputs;
    const audio_levels *files; /* one an input; what was neither measured nor failed is left out */
    const audio_levels *album; /* or NULL */
} audio_levels_report;

sci_status audio_levels_print(const audio_levels_report *report) SCI_MUST_CHECK;
/* {"target_lufs", "most_dbtp", "files": [{"file", "lufs", "range_lu", "sample_peak_dbfs",
 * "true_peak_dbtp", "seconds", "gain_db", "limited", "clipped"} or {"file", "error"}], "album"} */
sci_status audio_levels_json(const audio_levels_report *report) SCI_MUST_CHECK;

#endif
