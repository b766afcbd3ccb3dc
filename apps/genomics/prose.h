/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --help and the man page say about the program and its verbs. */
#ifndef GENOMICS_PROSE_H
#define GENOMICS_PROSE_H

extern const char genomics_program_prose[];
extern const char genomics_harmonize_prose[];
extern const char genomics_normalize_prose[];
extern const char genomics_fit_prose[];
extern const char genomics_merge_prose[];
extern const char genomics_apply_prose[];
extern const char genomics_invert_prose[];
extern const char genomics_show_prose[];
extern const char genomics_evaluate_prose[];
extern const char genomics_pca_prose[];

extern const char genomics_concat_prose[];
extern const char genomics_convert_prose[];
extern const char genomics_info_prose[];
extern const char genomics_validate_prose[];

#endif
