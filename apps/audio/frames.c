/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One stretch [base, base + fill) of the padded signal is in memory, channel by channel. When the
 * next frame ends beyond it, what is still needed moves to the front and more is read. */
#include "frames.h"

#include <string.h>

#include <sci/memory.h>

#define BLOCK 4096                    /* samples read at once */
#define LENGTH_MOST ((size_t)1 << 26) /* a minute and more at any rate */

struct audio_frames {
    audio_frames_settings settings;
    audio_signal *signal;
    size_t pad, size; /* samples on either side; bytes of a sample */
    size_t capacity;  /* samples of each channel in the buffer */
    unsigned char *buffer;
    double *block; /* BLOCK samples as they were read */
    uint64_t base; /* of the buffer's first sample in the padded signal */
    size_t fill;
    uint64_t samples; /* read so far */
    bool ended, padded;
    uint64_t next; /* where the next frame begins */
    size_t at;     /* where this frame begins in the buffer */
};

/* ---- counting ---- */

static size_t
padding(const audio_frames_settings *s)
{
    return s->pad == AUDIO_PAD_NONE ? 0 : s->length / 2;
}

uint64_t
audio_frames_count(const audio_frames_settings *s, uint64_t samples)
{
    uint64_t all = samples + 2 * padding(s);

    if (samples == 0 || all < s->length)
        return 0;
    return (s->drop_last ? 0 : 1) + (all - s->length) / s->hop;
}

double
audio_frames_centre(const audio_frames_settings *s, uint64_t frame)
{
    return (double)(frame * s->hop + s->length / 2 - padding(s));
}

/* ---- the buffer ---- */

static void *
place(const audio_frames *f, int channel, size_t at)
{
    return f->buffer + ((size_t)channel * f->capacity + at) * f->size;
}

static void
scatter_single(float *out, const double *in, size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)in[i * stride];
}

static void
scatter_double(double *out, const double *in, size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[i * stride];
}

/* Append up to `most` samples; fewer only at the signal's end. */
static sci_status
append(audio_frames *f, size_t most)
{
    int channels = f->signal->channels;

    while (most > 0 && !f->ended) {
        size_t n = most < BLOCK ? most : BLOCK, got = 0;
        sci_status st = f->signal->read(f->signal, f->block, n, &got);

        if (st != SCI_OK)
            return st;
        for (int c = 0; c < channels; c++)
            if (f->settings.single)
                scatter_single(place(f, c, f->fill), f->block + c, got, (size_t)channels);
            else
                scatter_double(place(f, c, f->fill), f->block + c, got, (size_t)channels);
        f->fill += got;
        f->samples += got;
        f->ended = got < n;
        most -= got;
    }
    return SCI_OK;
}

/* The sample whose value the padding has `beyond` >= 1 samples before the first (or, counted from the
 * other end, after the last) of n: an index from that end. */
static uint64_t
mirrored(uint64_t beyond, uint64_t n)
{
    uint64_t period, i;

    if (n == 1)
        return 0;
    period = 2 * (n - 1);
    i = beyond % period;
    return i < n ? i : period - i;
}

/* Padding on one side: place k is `first` + step·k, its mirror image counts from `edge` the other
 * way. */
static void
pad_side(audio_frames *f, size_t edge, bool after)
{
    for (int c = 0; c < f->signal->channels; c++) {
        unsigned char *e = place(f, c, edge);

        for (size_t k = 1; k <= f->pad; k++) {
            size_t inward = (size_t)mirrored(k, f->samples) * f->size;
            unsigned char *to = after ? e + k * f->size : e - k * f->size;

            if (f->settings.pad == AUDIO_PAD_ZERO)
                memset(to, 0, f->size);
            else if (f->settings.pad == AUDIO_PAD_EDGE)
                memcpy(to, e, f->size);
            else
                memcpy(to, after ? e - inward : e + inward, f->size);
        }
    }
}

static void
pad_end(audio_frames *f)
{
    if (!f->ended || f->padded)
        return;
    if (f->pad > 0)
        pad_side(f, f->fill - 1, true);
    f->fill += f->pad;
    f->padded = true;
}

/* ---- moving ---- */

sci_status
audio_frames_rewind(audio_frames *f)
{
    sci_status st = f->signal->rewind(f->signal);

    f->base = f->next = f->samples = 0;
    f->at = 0;
    f->ended = f->padded = false;
    f->fill = f->pad;
    if (st == SCI_OK)
        st = append(f, f->capacity - 2 * f->pad);
    if (st != SCI_OK)
        return st;
    if (f->samples == 0)
        return sci_fail(SCI_ERR_DEGENERATE, "'%s' has no audio frames", f->signal->name);
    if (f->pad > 0)
        pad_side(f, f->pad, false);
    pad_end(f);
    return SCI_OK;
}

/* Keep what the next frame needs, and the samples that the padding at the end mirrors. */
static void
compact(audio_frames *f)
{
    size_t mirror = f->pad + 1 < f->fill ? f->pad + 1 : f->fill, from = f->fill - mirror;

    if (f->next < f->base + from)
        from = (size_t)(f->next - f->base);
    for (int c = 0; from > 0 && c < f->signal->channels; c++)
        memmove(place(f, c, 0), place(f, c, from), (f->fill - from) * f->size);
    f->base += from;
    f->fill -= from;
}

sci_status
audio_frames_next(audio_frames *f, bool *more)
{
    /* A frame is the last one unless another could follow. */
    uint64_t end = f->next + f->settings.length + (f->settings.drop_last ? f->settings.hop : 0);

    while (end > f->base + f->fill && !f->padded) {
        sci_status st;

        compact(f);
        st = append(f, f->capacity - f->pad - f->fill);
        if (st != SCI_OK)
            return st;
        pad_end(f);
    }
    *more = end <= f->base + f->fill;
    if (!*more)
        return SCI_OK;
    f->at = (size_t)(f->next - f->base);
    f->next += f->settings.hop;
    return SCI_OK;
}

const void *
audio_frames_samples(const audio_frames *f, int channel)
{
    return place(f, channel, f->at);
}

/* ---- life ---- */

sci_status
audio_frames_create(audio_frames **out, const audio_frames_settings *settings, audio_signal *signal)
{
    audio_frames *f = NULL;
    sci_status st;

    if (settings->length < 2 || settings->length > LENGTH_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "a frame of %zu samples; it has 2 to %zu",
                        settings->length, LENGTH_MOST);
    if (settings->hop < 1)
        return sci_fail(SCI_ERR_ARGUMENT, "the hop is 0 samples; it is at least 1");
    st = sci_alloc_zero(&f, 1, 1, sizeof *f);
    if (st != SCI_OK)
        return st;
    f->settings = *settings;
    f->signal = signal;
    f->pad = padding(settings);
    f->size = settings->single ? sizeof(float) : sizeof(double);
    /* Besides one frame and its mirror: room to read, so that moving costs little. */
    f->capacity = 4 * settings->length + 2 * BLOCK + (settings->drop_last ? settings->hop : 0);
    st = sci_alloc(&f->buffer, (size_t)signal->channels, f->capacity, f->size);
    if (st == SCI_OK)
        st = sci_alloc(&f->block, BLOCK, (size_t)signal->channels, sizeof *f->block);
    if (st != SCI_OK) {
        audio_frames_free(f);
        return st;
    }
    *out = f;
    return SCI_OK;
}

void
audio_frames_free(audio_frames *f)
{
    if (f == NULL)
        return;
    sci_free(f->buffer);
    sci_free(f->block);
    sci_free(f);
}
