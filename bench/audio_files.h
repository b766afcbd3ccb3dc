/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings to read. */
#ifndef BENCH_AUDIO_FILES_H
#define BENCH_AUDIO_FILES_H

/* FILE SECONDS: a WAV file, mono, 16 kHz, 16 bits. The exit code. */
int make_recording(int argc, char **argv);

#endif
