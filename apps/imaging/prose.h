/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --help and the man page say about each verb. */
#ifndef IMAGING_PROSE_H
#define IMAGING_PROSE_H

extern const char imaging_program_prose[];
extern const char imaging_normalize_prose[];
extern const char imaging_info_prose[];
extern const char imaging_fit_prose[];
extern const char imaging_merge_prose[];
extern const char imaging_apply_prose[];
extern const char imaging_invert_prose[];
extern const char imaging_show_prose[];
extern const char imaging_qc_prose[];
extern const char imaging_stats_prose[];

#endif
