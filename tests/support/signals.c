/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/signals.h>

#include <string.h>

static sci_status
start_again(audio_signal *self)
{
    memory_signal *m = (memory_signal *)self;

    m->at = 0;
    m->rewinds++;
    return SCI_OK;
}

static sci_status
read_memory(audio_signal *self, double *samples, size_t n, size_t *got)
{
    memory_signal *m = (memory_signal *)self;
    size_t channels = (size_t)self->channels;
    uint64_t left = m->n - m->at;

    *got = n < left ? n : (size_t)left;
    if (m->fail_after >= 0 && m->at + *got > (uint64_t)m->fail_after)
        return sci_fail(SCI_ERR_IO, "asked to fail");
    memcpy(samples, m->samples + m->at * channels, *got * channels * sizeof *samples);
    m->at += *got;
    if (*got < n)
        self->samples = m->n;
    return SCI_OK;
}

memory_signal
signal_of(const double *samples, uint64_t n, int channels, double rate_hz)
{
    return (memory_signal){
        .base = { channels, rate_hz, n, "x", start_again, read_memory },
        .samples = samples,
        .n = n,
        .fail_after = -1,
    };
}
