/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "running.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "banded.h"
#include "row_source.h"

#define NONE UINT64_MAX
#define BLOCK 100
#define MOMENTUM 0.1

struct audio_running {
    audio_row_source rows;
    sci_source *in;
    audio_running_settings settings;
    audio_banded bands;
    uint64_t frames;         /* of each channel */
    uint64_t channel, block; /* whose frames are in `raw`; NONE: none */
    unsigned char *raw;
    sci_moments *of_block, *of_frame; /* bands */
    audio_running_state state;        /* of each channel after the blocks that have entered */
    uint64_t *entered;                /* of each channel: blocks */
};

/* ---- averages ---- */

static void
begin_channel(audio_running *r, uint64_t channel)
{
    const audio_running_state *from = r->settings.from;
    size_t n = r->bands.n_bands, at = (size_t)channel * n;

    r->channel = channel;
    r->block = NONE;
    r->entered[channel] = 0;
    memset(r->state.steps + at, 0, n * sizeof *r->state.steps);
    if (from == NULL)
        return;
    memcpy(r->state.mean + at, from->mean + at, n * sizeof *r->state.mean);
    memcpy(r->state.variance + at, from->variance + at, n * sizeof *r->state.variance);
    memcpy(r->state.steps + at, from->steps + at, n * sizeof *r->state.steps);
}

static void
enter(audio_running *r, size_t at, const sci_moments *m)
{
    double mean = sci_moments_mean(m), variance = sci_moments_variance(m, 1);
    double share = r->settings.momentum;

    if (m->count < 2)
        return;
    if (r->state.steps[at] == 0) {
        r->state.mean[at] = mean;
        r->state.variance[at] = variance;
    } else {
        r->state.mean[at] = (1.0 - share) * r->state.mean[at] + share * mean;
        r->state.variance[at] = (1.0 - share) * r->state.variance[at] + share * variance;
    }
    r->state.steps[at]++;
}

static void
set_scales(audio_running *r)
{
    for (size_t b = 0; b < r->bands.n_bands; b++) {
        size_t at = (size_t)r->channel * r->bands.n_bands + b;
        double variance = r->state.variance[at] + r->settings.eps;
        bool known = r->state.steps[at] > 0 && variance > 0.0;

        r->bands.hi[b] = r->state.mean[at];
        r->bands.lo[b] = 0.0;
        r->bands.scale[b] = known ? 1.0 / sqrt(variance) : 0.0;
    }
}

/* ---- blocks ---- */

static unsigned char *
frame_at(const audio_running *r, uint64_t t)
{
    return r->raw + (size_t)(t % r->settings.block) * r->rows.width * r->rows.size;
}

static sci_status
measure_block(audio_running *r, uint64_t first, uint64_t end)
{
    const uint8_t *members = r->settings.members;
    size_t n = r->bands.n_bands;
    sci_status st = SCI_OK;

    for (size_t b = 0; b < n; b++)
        r->of_block[b] = sci_moments_empty();
    for (uint64_t t = first; st == SCI_OK && t < end; t++) {
        if (members != NULL && members[r->channel * r->frames + t] == 0)
            continue;
        st = audio_banded_moments(&r->bands, frame_at(r, t), r->of_frame);
        for (size_t b = 0; st == SCI_OK && b < n; b++)
            sci_moments_merge(&r->of_block[b], &r->of_frame[b]);
    }
    return st;
}

static sci_status
next_block(audio_running *r)
{
    uint64_t block = r->block == NONE ? 0 : r->block + 1, first = block * r->settings.block;
    uint64_t left = r->frames - first;
    uint64_t n = left < r->settings.block ? left : r->settings.block;
    sci_status st = sci_source_read(r->in, (r->channel * r->frames + first) * r->rows.width,
                                    n * r->rows.width, r->raw);

    if (st == SCI_OK)
        st = measure_block(r, first, first + n);
    if (st != SCI_OK)
        return st;
    for (size_t b = 0; b < r->bands.n_bands; b++)
        enter(r, (size_t)r->channel * r->bands.n_bands + b, &r->of_block[b]);
    set_scales(r);
    r->block = block;
    r->entered[r->channel]++;
    return SCI_OK;
}

/* ---- the source ---- */

static sci_status
row(audio_row_source *self, uint64_t row, void *out)
{
    audio_running *r = (audio_running *)self;
    uint64_t channel = row / r->frames, t = row % r->frames, block = t / r->settings.block;
    sci_status st = SCI_OK;

    if (r->channel != channel || (r->block != NONE && r->block > block))
        begin_channel(r, channel);
    while (st == SCI_OK && r->block != block)
        st = next_block(r);
    if (st == SCI_OK)
        audio_banded_apply(&r->bands, frame_at(r, t), out);
    else
        r->channel = NONE;
    return st;
}

static void
source_free(sci_source *self)
{
    (void)self; /* part of it */
}

static const sci_source_ops ops = { .fetch = audio_row_source_fetch, .free = source_free };

/* ---- life ---- */

static sci_status
check(const sci_array *a, const audio_running_settings *s)
{
    uint64_t bands = s->bands != NULL ? s->bands->kept : a->shape[a->rank - 1];

    if (!(s->momentum > 0.0 && s->momentum <= 1.0))
        return sci_fail(SCI_ERR_ARGUMENT, "a momentum of %g; it lies above 0 and up to 1",
                        s->momentum);
    if (!(s->eps >= 0.0 && isfinite(s->eps)))
        return sci_fail(SCI_ERR_ARGUMENT, "an eps of %g; it is not negative", s->eps);
    if (s->from != NULL && (s->from->channels != a->shape[a->rank - 3] || s->from->bands != bands))
        return sci_fail(SCI_ERR_REFUSED,
                        "averages of %zu channels and %zu bands for a recording with %" PRIu64
                        " and %" PRIu64,
                        s->from->channels, s->from->bands, a->shape[a->rank - 3], bands);
    return SCI_OK;
}

static sci_status
create_parts(audio_running *r)
{
    const sci_array *a = &r->in->array;
    const audio_bands *bands = r->settings.bands;
    size_t width = (size_t)a->shape[a->rank - 1], channels = (size_t)a->shape[a->rank - 3], n;
    sci_status st = audio_banded_prepare(&r->bands, a->type, width, bands ? bands->label : NULL,
                                         bands ? bands->kept : 0);

    r->frames = a->shape[a->rank - 2];
    if (r->settings.block > r->frames)
        r->settings.block = r->frames;
    r->channel = r->block = NONE;
    if (st == SCI_OK)
        st = audio_row_source_prepare(&r->rows, width, sci_type_size(a->type));
    if (st != SCI_OK)
        return st;
    n = r->bands.n_bands;
    st = sci_alloc(&r->raw, (size_t)r->settings.block, width, r->rows.size);
    if (st == SCI_OK)
        st = sci_alloc(&r->of_block, n, 1, sizeof *r->of_block);
    if (st == SCI_OK)
        st = sci_alloc(&r->of_frame, n, 1, sizeof *r->of_frame);
    if (st == SCI_OK)
        st = sci_alloc_zero(&r->entered, channels, 1, sizeof *r->entered);
    if (st == SCI_OK)
        st = audio_running_state_prepare(&r->state, channels, n, 0);
    return st;
}

sci_status
audio_running_create(audio_running **out, sci_source *features,
                     const audio_running_settings *settings)
{
    audio_running_settings s = *settings;
    audio_running *r = NULL;
    sci_status st = audio_banded_check(&features->array, s.bands);

    s.block = s.block == 0 ? BLOCK : s.block;
    s.momentum = s.momentum == 0.0 ? MOMENTUM : s.momentum;
    if (st == SCI_OK)
        st = check(&features->array, &s);
    if (st == SCI_OK)
        st = sci_alloc_zero(&r, 1, 1, sizeof *r);
    if (st != SCI_OK)
        return st;
    r->in = features;
    r->settings = s;
    r->rows.row = row;
    r->rows.base = (sci_source){ .ops = &ops, .array = features->array, .name = features->name };
    st = create_parts(r);
    if (st != SCI_OK) {
        audio_running_free(r);
        return st;
    }
    *out = r;
    return SCI_OK;
}

void
audio_running_free(audio_running *r)
{
    if (r == NULL)
        return;
    audio_row_source_clear(&r->rows);
    audio_banded_clear(&r->bands);
    audio_running_state_clear(&r->state);
    sci_free(r->raw);
    sci_free(r->of_block);
    sci_free(r->of_frame);
    sci_free(r->entered);
    sci_free(r);
}

/* ---- facts ---- */

sci_source *
audio_running_source(audio_running *r)
{
    return &r->rows.base;
}

static sci_status
check_ended(const audio_running *r)
{
    uint64_t blocks = (r->frames + r->settings.block - 1) / r->settings.block;

    for (size_t c = 0; c < r->state.channels; c++)
        if (r->entered[c] != blocks)
            return sci_fail(SCI_ERR_ARGUMENT, "'%s': not all of it has been read",
                            r->rows.base.name);
    return SCI_OK;
}

sci_status
audio_running_take(const audio_running *r, const audio_features *features, audio_running_state *out)
{
    const double *pcen = features != NULL ? audio_features_pcen(features) : NULL;
    size_t mels = pcen != NULL ? audio_chain_linear(audio_features_chain(features)) : 0;
    size_t channels = r->state.channels, n = channels * r->state.bands;
    sci_status st = check_ended(r);

    if (st == SCI_OK)
        st = audio_running_state_prepare(out, channels, r->state.bands, mels);
    if (st != SCI_OK)
        return st;
    memcpy(out->mean, r->state.mean, n * sizeof *out->mean);
    memcpy(out->variance, r->state.variance, n * sizeof *out->variance);
    memcpy(out->steps, r->state.steps, n * sizeof *out->steps);
    for (size_t c = 0; features != NULL && c < channels; c++)
        out->peak[c] = audio_features_peak(features, (int)c);
    if (pcen != NULL)
        memcpy(out->pcen, pcen, channels * mels * sizeof *pcen);
    return SCI_OK;
}
