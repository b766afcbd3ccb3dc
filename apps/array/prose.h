/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --help and the man page say about each verb. */
#ifndef ARRAY_PROSE_H
#define ARRAY_PROSE_H

extern const char array_program_prose[];
extern const char array_normalize_prose[];
extern const char array_gradient_prose[];
extern const char array_fit_prose[];
extern const char array_apply_prose[];
extern const char array_join_prose[];
extern const char array_invert_prose[];
extern const char array_merge_prose[];
extern const char array_show_prose[];
extern const char array_info_prose[];

#endif
