/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row is one frame of one channel: row r is frame r mod T of channel r div T. */
#include "features.h"

#include <string.h>

#include <sci/memory.h>

#include "features_priv.h"

/* ---- rows ---- */

sci_status
features_check_stop(const audio_features *f)
{
    if (f->settings.stop != NULL && *f->settings.stop != 0)
        return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    return SCI_OK;
}

double *
features_pcen_of(const audio_features *f, int channel)
{
    return f->pcen == NULL ? NULL : f->pcen + (size_t)channel * audio_chain_linear(f->chain);
}

void
features_pcen_start(audio_features *f, int channel)
{
    size_t n = audio_chain_linear(f->chain);
    double *m = features_pcen_of(f, channel);

    if (m != NULL && f->settings.pcen_state != NULL)
        memcpy(m, f->settings.pcen_state + (size_t)channel * n, n * sizeof *m);
    else if (m != NULL)
        audio_pcen_start(m, n);
}

/* Before the first frame of a channel. */
static sci_status
begin_channel(audio_features *f, uint64_t channel)
{
    f->next_row = channel * f->n_frames;
    features_pcen_start(f, (int)channel);
    return audio_frames_rewind(f->frames);
}

static sci_status
fail_changed(const audio_features *f)
{
    return sci_fail(SCI_ERR_IO, "'%s' changed while it was read", f->signal->name);
}

/* The next row into `out`, or nowhere (NULL) where nothing but PCEN's memory depends on it. */
static sci_status
next_row(audio_features *f, void *out)
{
    int channel = (int)(f->next_row / f->n_frames);
    bool more = false;
    sci_status st = features_check_stop(f);

    if (st == SCI_OK)
        st = audio_frames_next(f->frames, &more);
    if (st == SCI_OK && !more)
        st = fail_changed(f);
    if (st != SCI_OK)
        return st;
    if (out != NULL || f->pcen != NULL) {
        audio_chain_power(f->chain, audio_frames_samples(f->frames, channel), f->linear);
        audio_chain_finish(f->chain, f->floor[channel], features_pcen_of(f, channel), f->linear,
                           out != NULL ? out : f->linear);
    }
    f->next_row++;
    if (f->next_row % f->n_frames != 0)
        return SCI_OK;
    /* The signal is read to its end: what is wrong with its last samples is found. */
    f->begun = false;
    st = audio_frames_next(f->frames, &more);
    return st == SCI_OK && more ? fail_changed(f) : st;
}

static sci_status
row_at(audio_row_source *self, uint64_t row, void *out)
{
    audio_features *f = (audio_features *)self;
    uint64_t channel = row / f->n_frames;
    sci_status st = SCI_OK;

    if (!f->begun || row < f->next_row || channel != f->next_row / f->n_frames) {
        st = begin_channel(f, channel);
        f->begun = st == SCI_OK;
    }
    while (st == SCI_OK && f->next_row < row)
        st = next_row(f, NULL);
    if (st == SCI_OK)
        st = next_row(f, out);
    if (st != SCI_OK)
        f->begun = false;
    return st;
}

/* ---- the source ---- */

static const void *
address(sci_source *self, uint64_t first, uint64_t count)
{
    const audio_features *f = (audio_features *)self;

    (void)count;
    return f->kept + first * f->rows.size;
}

static void
source_free(sci_source *self)
{
    (void)self; /* part of the features */
}

static const sci_source_ops streamed_ops = { .fetch = audio_row_source_fetch, .free = source_free };
static const sci_source_ops kept_ops = { .address = address, .free = source_free };

/* ---- life ---- */

audio_frames_settings
features_frames(const audio_features_settings *s)
{
    return (audio_frames_settings){
        .length = s->chain.spectrum.length,
        .hop = s->hop,
        .pad = s->pad,
        .single = s->chain.spectrum.single,
        .drop_last = s->drop_last,
    };
}

/* One that waits from the recording before, or a new one. */
static sci_status
find_chain(audio_features *f)
{
    const audio_features_settings *s = &f->settings;
    double rate_hz = f->signal->rate_hz;

    if (s->spare != NULL && *s->spare != NULL
        && audio_chain_is(*s->spare, &s->chain, rate_hz, s->hop)) {
        f->chain = *s->spare;
        *s->spare = NULL;
        return SCI_OK;
    }
    return audio_chain_create(&f->chain, &s->chain, rate_hz, s->hop);
}

static void
leave_chain(audio_features *f)
{
    if (f->settings.spare == NULL) {
        audio_chain_free(f->chain);
    } else if (f->chain != NULL) {
        audio_chain_free(*f->settings.spare);
        *f->settings.spare = f->chain;
    }
}

static sci_status
create_parts(audio_features *f)
{
    const audio_features_settings *s = &f->settings;
    size_t channels = (size_t)f->signal->channels;
    audio_frames_settings frames = features_frames(s);
    sci_status st = audio_frames_create(&f->frames, &frames, f->signal);
    size_t linear, size = s->chain.spectrum.single ? sizeof(float) : sizeof(double);

    if (st == SCI_OK)
        st = find_chain(f);
    if (st != SCI_OK)
        return st;
    linear = audio_chain_linear(f->chain);
    st = audio_row_source_prepare(&f->rows, audio_chain_outputs(f->chain), size);
    if (st == SCI_OK)
        st = sci_alloc(&f->linear, linear, 1, size);
    if (st == SCI_OK)
        st = sci_alloc_zero(&f->peak, channels, 1, sizeof *f->peak);
    if (st == SCI_OK)
        st = sci_alloc_zero(&f->floor, channels, 1, sizeof *f->floor);
    if (st == SCI_OK && s->chain.compression.kind == AUDIO_COMPRESS_PCEN)
        st = sci_alloc(&f->pcen, channels, linear, sizeof *f->pcen);
    return st;
}

void
audio_features_set_sample_axis(audio_features *f, bool on)
{
    sci_array *a = &f->rows.base.array;

    a->rank = 0;
    if (on)
        a->shape[a->rank++] = 1;
    a->shape[a->rank++] = (uint64_t)f->signal->channels;
    a->shape[a->rank++] = f->n_frames;
    a->shape[a->rank++] = audio_chain_outputs(f->chain);
}

static sci_status
describe(audio_features *f)
{
    sci_array *a = &f->rows.base.array;
    uint64_t count;

    f->rows.base.ops = f->kept != NULL ? &kept_ops : &streamed_ops;
    f->rows.base.name = f->signal->name;
    a->type = f->settings.chain.spectrum.single ? SCI_FLOAT32 : SCI_FLOAT64;
    audio_features_set_sample_axis(f, f->settings.sample_axis);
    return sci_array_count(a, &count);
}

sci_status
audio_features_create(audio_features **out, audio_signal *signal,
                      const audio_features_settings *settings)
{
    audio_features *f = NULL;
    sci_status st = sci_alloc_zero(&f, 1, 1, sizeof *f);

    if (st != SCI_OK)
        return st;
    f->settings = *settings;
    f->signal = signal;
    f->rows.row = row_at;
    st = create_parts(f);
    if (st == SCI_OK)
        st = features_first_pass(f);
    if (st == SCI_OK)
        st = describe(f);
    if (st != SCI_OK) {
        audio_features_free(f);
        return st;
    }
    *out = f;
    return SCI_OK;
}

void
audio_features_free(audio_features *f)
{
    if (f == NULL)
        return;
    audio_row_source_clear(&f->rows);
    audio_frames_free(f->frames);
    leave_chain(f);
    sci_free(f->linear);
    sci_free(f->peak);
    sci_free(f->floor);
    sci_free(f->pcen);
    sci_free(f->energy);
    sci_free(f->kept);
    sci_free(f);
}

/* ---- facts ---- */

sci_source *
audio_features_source(audio_features *f)
{
    return &f->rows.base;
}

const audio_chain *
audio_features_chain(const audio_features *f)
{
    return f->chain;
}

double
audio_features_peak(const audio_features *f, int channel)
{
    return f->peak[channel];
}

double
audio_features_floor(const audio_features *f, int channel)
{
    return f->floor[channel];
}

const double *
audio_features_pcen(const audio_features *f)
{
    return f->pcen;
}

const double *
audio_features_energies(const audio_features *f)
{
    return f->energy;
}

int
audio_features_channels(const audio_features *f)
{
    return f->signal->channels;
}

uint64_t
audio_features_frames(const audio_features *f)
{
    return f->n_frames;
}

const sci_array *
audio_features_array(const audio_features *f)
{
    return &f->rows.base.array;
}

double
audio_features_time(const audio_features *f, uint64_t frame)
{
    audio_frames_settings frames = features_frames(&f->settings);

    return audio_frames_centre(&frames, frame) / f->signal->rate_hz;
}

bool
audio_features_kept(const audio_features *f)
{
    return f->kept != NULL;
}
