/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Constants that POSIX's math.h does not promise to a strict C17 program. */
#ifndef AUDIO_NUMBERS_H
#define AUDIO_NUMBERS_H

#define AUDIO_PI 3.14159265358979323846

#endif
