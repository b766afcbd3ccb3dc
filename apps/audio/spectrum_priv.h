/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between what uses FFTW: spectrum.c and inverse.c. */
#ifndef AUDIO_SPECTRUM_PRIV_H
#define AUDIO_SPECTRUM_PRIV_H

#include <pthread.h>

/* FFTW's planner has global state of its own; only execution is safe for threads. Held while plans are
 * made and destroyed. */
extern pthread_mutex_t spectrum_planner;

#endif
