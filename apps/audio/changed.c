/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "changed.h"

#include <sci/memory.h>

#define BLOCK 1024

struct audio_changed {
    audio_signal base;
    audio_signal *from;
    audio_change change;
    double *dropped; /* a block */
};

bool
audio_change_is_none(const audio_change *c)
{
    return c->gain == 0.0 && !c->rounded && c->skip == 0;
}

/* The length may have become known. */
static void
count(audio_changed *c)
{
    uint64_t all = c->from->samples;

    c->base.samples = all == AUDIO_LENGTH_UNKNOWN ? all
                      : all > c->change.skip      ? all - c->change.skip
                                                  : 0;
}

static sci_status
rewind_changed(audio_signal *self)
{
    audio_changed *c = (audio_changed *)self;
    uint64_t left = c->change.skip;
    sci_status st = c->from->rewind(c->from);
    size_t got = 1;

    while (st == SCI_OK && left > 0 && got > 0) {
        st = c->from->read(c->from, c->dropped, left < BLOCK ? (size_t)left : BLOCK, &got);
        left -= st == SCI_OK ? got : 0;
    }
    count(c);
    return st;
}

static sci_status
read_changed(audio_signal *self, double *samples, size_t n, size_t *got)
{
    audio_changed *c = (audio_changed *)self;
    size_t values;
    sci_status st = c->from->read(c->from, samples, n, got);

    if (st != SCI_OK)
        return st;
    values = *got * (size_t)self->channels;
    for (size_t k = 0; k < values && c->change.gain != 0.0; k++)
        samples[k] *= c->change.gain;
    for (size_t k = 0; k < values && c->change.rounded; k++)
        samples[k] = (double)(float)samples[k];
    count(c);
    return SCI_OK;
}

sci_status
audio_changed_create(audio_changed **out, audio_signal *from, const audio_change *change)
{
    audio_changed *c = NULL;
    sci_status st = sci_alloc_zero(&c, 1, 1, sizeof *c);

    if (st != SCI_OK)
        return st;
    c->base = *from;
    c->base.rewind = rewind_changed;
    c->base.read = read_changed;
    c->from = from;
    c->change = *change;
    count(c);
    st = sci_alloc(&c->dropped, BLOCK, (size_t)from->channels, sizeof *c->dropped);
    if (st != SCI_OK) {
        audio_changed_free(c);
        return st;
    }
    *out = c;
    return SCI_OK;
}

void
audio_changed_free(audio_changed *c)
{
    if (c == NULL)
        return;
    sci_free(c->dropped);
    sci_free(c);
}

audio_signal *
audio_changed_signal(audio_changed *c)
{
    return &c->base;
}
