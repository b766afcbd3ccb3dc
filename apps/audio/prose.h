/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --help and the man page say before the options. */
#ifndef AUDIO_PROSE_H
#define AUDIO_PROSE_H

extern const char audio_program_prose[];
extern const char audio_normalize_prose[];
extern const char audio_fit_prose[];
extern const char audio_merge_prose[];
extern const char audio_apply_prose[];
extern const char audio_invert_prose[];
extern const char audio_synth_prose[];
extern const char audio_picture_prose[];
extern const char audio_check_prose[];
extern const char audio_show_prose[];
extern const char audio_info_prose[];

#endif
