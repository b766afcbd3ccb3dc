/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames are cut into blocks of the window's length L. A window begins in one block and ends in the next: it is
 * the end of the first, whose moments are merged backwards, and the beginning of the second, merged
 * forwards (van Herk 1992, Gil and Werman 1993). So each frame is merged three times, whatever L, and
 * what comes out depends on nothing but its number. Windows shorter than L, which only the beginning
 * of a channel has, are beginnings of block 0. */
#include "sliding.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "banded.h"
#include "row_source.h"

#define NONE UINT64_MAX

typedef struct sliding {
    audio_row_source rows;
    sci_source *in;
    audio_sliding_settings settings;
    audio_banded bands;
    uint64_t frames; /* of each channel */
    uint64_t length; /* L */
    uint64_t channel;
    uint64_t raw_from, raw_end; /* frames of it that are in `raw`, */
    unsigned char *raw;         /* 2·L rows, frame t in place t mod 2L */
    uint64_t block;             /* of `suffix`; NONE: none */
    sci_moments *suffix; /* L × bands: of frame t of the block and all that follow it there */
    uint64_t prefix_from, prefix_end;
    sci_moments *prefix; /* bands: of these frames, which begin with a block */
    sci_moments *one;    /* bands */
} sliding;

/* ---- windows ---- */

/* [*first, *end) around frame t, as apply-cmvn-sliding. */
static void
window_of(const sliding *s, uint64_t t, uint64_t *first, uint64_t *end)
{
    const audio_sliding_settings *w = &s->settings;
    uint64_t before = w->centred ? w->window / 2 : w->window;

    if (w->centred) {
        *first = t > before ? t - before : 0;
        *first = *first > s->frames - s->length ? s->frames - s->length : *first;
        *end = *first + s->length;
        return;
    }
    *first = t > before ? t - before : 0;
    *end = t + 1;
    if (t < before && *end < w->min_window)
        *end = w->min_window < s->frames ? w->min_window : s->frames;
}

/* ---- frames ---- */

static unsigned char *
frame_at(const sliding *s, uint64_t t)
{
    return s->raw + (size_t)(t % (2 * s->length)) * s->rows.width * s->rows.size;
}

static bool
is_member(const sliding *s, uint64_t t)
{
    return s->settings.members == NULL || s->settings.members[s->channel * s->frames + t] != 0;
}

/* Have frames up to `end`, in place of those that lie 2·L before them. */
static sci_status
read_until(sliding *s, uint64_t end)
{
    uint64_t places = 2 * s->length, width = s->rows.width;

    while (s->raw_end < end) {
        uint64_t at = s->raw_end, left = places - at % places;
        uint64_t n = left < end - at ? left : end - at;
        sci_status st;

        if (at + n - s->raw_from > places)
            s->raw_from = at + n - places;
        st = sci_source_read(s->in, (s->channel * s->frames + at) * width, n * width,
                             frame_at(s, at));
        if (st != SCI_OK)
            return st;
        s->raw_end += n;
    }
    return SCI_OK;
}

/* The same for frames from `first` on, which may not follow on those that are there. */
static sci_status
have_frames(sliding *s, uint64_t first, uint64_t end)
{
    if (first < s->raw_from || first > s->raw_end)
        s->raw_from = s->raw_end = first;
    return read_until(s, end);
}

/* ---- moments ---- */

static sci_status
moments_of_frame(sliding *s, uint64_t t, sci_moments *m)
{
    if (is_member(s, t))
        return audio_banded_moments(&s->bands, frame_at(s, t), m);
    for (size_t b = 0; b < s->bands.n_bands; b++)
        m[b] = sci_moments_empty();
    return SCI_OK;
}

static void
start_prefix(sliding *s, uint64_t from)
{
    s->prefix_from = s->prefix_end = from;
    for (size_t b = 0; b < s->bands.n_bands; b++)
        s->prefix[b] = sci_moments_empty();
}

static sci_status
extend_prefix(sliding *s, uint64_t from, uint64_t end)
{
    sci_status st = SCI_OK;

    if (s->prefix_from != from || s->prefix_end > end)
        start_prefix(s, from);
    while (st == SCI_OK && s->prefix_end < end) {
        st = moments_of_frame(s, s->prefix_end, s->one);
        for (size_t b = 0; st == SCI_OK && b < s->bands.n_bands; b++)
            sci_moments_merge(&s->prefix[b], &s->one[b]);
        s->prefix_end++;
    }
    if (st != SCI_OK)
        s->prefix_from = NONE;
    return st;
}

static sci_status
fill_suffix(sliding *s, uint64_t block)
{
    size_t n = s->bands.n_bands;
    sci_status st = SCI_OK;

    if (s->block == block)
        return SCI_OK;
    s->block = NONE;
    for (uint64_t r = s->length; st == SCI_OK && r-- > 0;) {
        sci_moments *m = s->suffix + r * n;

        st = moments_of_frame(s, block * s->length + r, m);
        for (size_t b = 0; st == SCI_OK && r + 1 < s->length && b < n; b++)
            sci_moments_merge(&m[b], &m[n + b]);
    }
    if (st == SCI_OK)
        s->block = block;
    return st;
}

/* Of the frames [first, end), into s->one. */
static sci_status
moments_of_window(sliding *s, uint64_t first, uint64_t end)
{
    size_t n = s->bands.n_bands;
    uint64_t block = first / s->length, next = (block + 1) * s->length;
    sci_status st;

    if (end - first < s->length) {
        st = have_frames(s, 0, end);
        if (st == SCI_OK)
            st = extend_prefix(s, 0, end);
        if (st == SCI_OK)
            memcpy(s->one, s->prefix, n * sizeof *s->one);
        return st;
    }
    st = have_frames(s, block * s->length, end);
    if (st == SCI_OK)
        st = fill_suffix(s, block);
    if (st == SCI_OK && end > next)
        st = extend_prefix(s, next, end);
    if (st != SCI_OK)
        return st;
    memcpy(s->one, s->suffix + (first - block * s->length) * n, n * sizeof *s->one);
    for (size_t b = 0; end > next && b < n; b++)
        sci_moments_merge(&s->one[b], &s->prefix[b]);
    return SCI_OK;
}

/* ---- the source ---- */

static void
begin_channel(sliding *s, uint64_t channel)
{
    s->channel = channel;
    s->raw_from = s->raw_end = 0;
    s->block = NONE;
    s->prefix_from = NONE;
}

static sci_status
row(audio_row_source *self, uint64_t row, void *out)
{
    sliding *s = (sliding *)self;
    uint64_t t = row % s->frames, first, end;
    sci_status st;

    if (s->channel != row / s->frames)
        begin_channel(s, row / s->frames);
    window_of(s, t, &first, &end);
    st = moments_of_window(s, first, end);
    if (st != SCI_OK)
        return st;
    audio_banded_set(&s->bands, s->one, s->settings.eps, s->settings.mean_only);
    audio_banded_apply(&s->bands, frame_at(s, t), out);
    return SCI_OK;
}

static void
source_free(sci_source *self)
{
    sliding *s = (sliding *)self;

    audio_row_source_clear(&s->rows);
    audio_banded_clear(&s->bands);
    sci_free(s->raw);
    sci_free(s->suffix);
    sci_free(s->prefix);
    sci_free(s->one);
    sci_free(s);
}

static const sci_source_ops ops = { .fetch = audio_row_source_fetch, .free = source_free };

/* ---- life ---- */

static sci_status
check(const sci_array *a, const audio_sliding_settings *w)
{
    if (w->window < 1)
        return sci_fail(SCI_ERR_ARGUMENT, "a window of 0 frames; it has at least 1");
    if (!w->centred && (w->min_window < 1 || w->min_window > w->window))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "a least window of %" PRIu64 " frames; it has 1 to %" PRIu64
                        ", the window's",
                        w->min_window, w->window);
    if (!(w->eps >= 0.0 && isfinite(w->eps)))
        return sci_fail(SCI_ERR_ARGUMENT, "an eps of %g; it is not negative", w->eps);
    return audio_banded_check(a, w->bands);
}

static sci_status
create_parts(sliding *s)
{
    const sci_array *a = &s->in->array;
    const audio_bands *bands = s->settings.bands;
    uint64_t longest = s->settings.window + (s->settings.centred ? 0 : 1);
    size_t width = (size_t)a->shape[a->rank - 1], n;
    sci_status st = audio_banded_prepare(&s->bands, a->type, width, bands ? bands->label : NULL,
                                         bands ? bands->kept : 0);

    s->frames = a->shape[a->rank - 2];
    s->length = longest < s->frames ? longest : s->frames;
    s->channel = NONE;
    if (st == SCI_OK)
        st = audio_row_source_prepare(&s->rows, width, sci_type_size(a->type));
    if (st != SCI_OK)
        return st;
    n = s->bands.n_bands;
    st = sci_alloc(&s->raw, 2 * (size_t)s->length, width, s->rows.size);
    if (st == SCI_OK)
        st = sci_alloc(&s->suffix, (size_t)s->length, n, sizeof *s->suffix);
    if (st == SCI_OK)
        st = sci_alloc(&s->prefix, n, 1, sizeof *s->prefix);
    if (st == SCI_OK)
        st = sci_alloc(&s->one, n, 1, sizeof *s->one);
    return st;
}

sci_status
audio_sliding_create(sci_source **out, sci_source *features, const audio_sliding_settings *settings)
{
    sliding *s = NULL;
    sci_status st = check(&features->array, settings);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s, 1, 1, sizeof *s);
    if (st != SCI_OK)
        return st;
    s->in = features;
    s->settings = *settings;
    s->rows.row = row;
    s->rows.base = (sci_source){ .ops = &ops, .array = features->array, .name = features->name };
    st = create_parts(s);
    if (st != SCI_OK) {
        source_free(&s->rows.base);
        return st;
    }
    *out = &s->rows.base;
    return SCI_OK;
}
