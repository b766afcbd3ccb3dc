/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --help and the man page say about the program and its verbs. */
#ifndef GENOMICS_PROSE_H
#define GENOMICS_PROSE_H

extern const char genomics_program_prose[];

#endif
