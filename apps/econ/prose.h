/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --help and the man page say before the options. */
#ifndef ECON_PROSE_H
#define ECON_PROSE_H

extern const char econ_program_prose[];
extern const char econ_check_prose[];

#endif
