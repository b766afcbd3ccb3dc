/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals in memory, for what reads a signal. */
#ifndef TESTS_SUPPORT_SIGNALS_H
#define TESTS_SUPPORT_SIGNALS_H

#include <apps/audio/signal.h>

/* `samples` is n × channels, not owned. Reads fail after `fail_after`
 * samples (SCI_ERR_IO) unless that is negative. */
typedef struct memory_signal {
    audio_signal base;
    const double *samples;
    uint64_t n, at;
    long fail_after;
    int rewinds;
} memory_signal;

memory_signal signal_of(const double *samples, uint64_t n, int channels, double rate_hz);

#endif
