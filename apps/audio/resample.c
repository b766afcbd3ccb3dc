/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "resample.h"

#include <stdbool.h>
#include <string.h>

#include <soxr.h>

#include <sci/memory.h>

#define BLOCK 4096 /* samples handed to soxr at once */

typedef struct resampled {
    audio_signal base;
    audio_signal *inner;
    uint32_t from_hz, to_hz;
    soxr_t soxr;
    double *block;
    size_t at, n; /* what is left of the block */
    bool ended;
    uint64_t read, given; /* of the inner signal; of this one */
} resampled;

uint64_t
audio_resampled_length(uint64_t n, uint32_t from_hz, uint32_t to_hz)
{
    uint64_t whole = n / from_hz, rest = n % from_hz; /* rest·to fits in 64 bits */

    if (n == AUDIO_LENGTH_UNKNOWN)
        return n;
    return whole * to_hz + (rest * to_hz + from_hz - 1) / from_hz;
}

static sci_status
fail_soxr(const resampled *r, soxr_error_t error)
{
    return sci_fail(SCI_ERR_NOMEM, "'%s' cannot be resampled from %lu to %lu Hz: %s", r->base.name,
                    (unsigned long)r->from_hz, (unsigned long)r->to_hz, error);
}

static sci_status
rewind_both(audio_signal *self)
{
    resampled *r = (resampled *)self;
    soxr_error_t error = soxr_clear(r->soxr);

    r->at = r->n = 0;
    r->ended = false;
    r->read = r->given = 0;
    return error != NULL ? fail_soxr(r, error) : r->inner->rewind(r->inner);
}

static sci_status
refill(resampled *r)
{
    sci_status st;

    if (r->at < r->n || r->ended)
        return SCI_OK;
    r->at = r->n = 0;
    st = r->inner->read(r->inner, r->block, BLOCK, &r->n);
    if (st != SCI_OK)
        return st;
    r->read += r->n;
    r->ended = r->n < BLOCK;
    if (r->ended)
        r->base.samples = audio_resampled_length(r->read, r->from_hz, r->to_hz);
    return SCI_OK;
}

/* soxr's tail may miss the length by a sample: it is cut or filled with zeros. */
static void
finish(resampled *r, double *samples, size_t n, size_t *got)
{
    uint64_t left = r->base.samples - r->given;
    size_t channels = (size_t)r->base.channels, fill = n - *got;

    if (*got > left)
        *got = (size_t)left;
    left -= *got;
    fill = fill < left ? fill : (size_t)left;
    if (*got < n) {
        memset(samples + *got * channels, 0, fill * channels * sizeof *samples);
        *got += fill;
    }
}

static sci_status
read_resampled(audio_signal *self, double *samples, size_t n, size_t *got)
{
    resampled *r = (resampled *)self;
    size_t channels = (size_t)self->channels, done = 0;
    bool drained = false;

    *got = 0;
    while (done < n && !drained) {
        size_t used = 0, made = 0;
        bool draining;
        soxr_error_t error;
        sci_status st = refill(r);

        if (st != SCI_OK)
            return st;
        draining = r->at == r->n; /* then the inner signal has ended */
        error = soxr_process(r->soxr, draining ? NULL : r->block + r->at * channels, r->n - r->at,
                             draining ? NULL : &used, samples + done * channels, n - done, &made);
        if (error != NULL)
            return fail_soxr(r, error);
        r->at += used;
        done += made;
        drained = draining && made == 0;
    }
    *got = done;
    if (r->ended && self->samples != AUDIO_LENGTH_UNKNOWN)
        finish(r, samples, n, got);
    r->given += *got;
    return SCI_OK;
}

sci_status
audio_resample_create(audio_signal **out, audio_signal *inner, uint32_t from_hz, uint32_t to_hz)
{
    soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT64_I, SOXR_FLOAT64_I);
    soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t error = NULL;
    resampled *r = NULL;
    sci_status st = sci_alloc_zero(&r, 1, 1, sizeof *r);

    if (st != SCI_OK)
        return st;
    r->base = *inner;
    r->base.rate_hz = to_hz;
    r->base.samples = audio_resampled_length(inner->samples, from_hz, to_hz);
    r->base.rewind = rewind_both;
    r->base.read = read_resampled;
    r->inner = inner;
    r->from_hz = from_hz;
    r->to_hz = to_hz;
    st = sci_alloc(&r->block, BLOCK, (size_t)inner->channels, sizeof *r->block);
    if (st == SCI_OK) {
        r->soxr =
            soxr_create(from_hz, to_hz, (unsigned)inner->channels, &error, &io, &quality, &runtime);
        if (r->soxr == NULL || error != NULL)
            st = fail_soxr(r, error);
    }
    if (st != SCI_OK) {
        audio_resample_free(&r->base);
        return st;
    }
    *out = &r->base;
    return SCI_OK;
}

void
audio_resample_free(audio_signal *signal)
{
    resampled *r = (resampled *)signal;

    if (r == NULL)
        return;
    if (r->soxr != NULL)
        soxr_delete(r->soxr);
    sci_free(r->block);
    sci_free(r);
}
