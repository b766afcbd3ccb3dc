/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of each verb. */
#ifndef AUDIO_ROWS_H
#define AUDIO_ROWS_H

#include "settings.h"

extern const cli_row audio_normalize_rows[];
extern const cli_row audio_fit_rows[];
extern const cli_row audio_merge_rows[];
extern const cli_row audio_apply_rows[];
extern const cli_row audio_invert_rows[];
extern const cli_row audio_synth_rows[];
extern const cli_row audio_picture_rows[];
extern const cli_row audio_check_rows[];
extern const cli_row audio_show_rows[];
extern const cli_row audio_info_rows[];

#endif
