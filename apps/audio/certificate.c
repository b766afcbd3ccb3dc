/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "certificate.h"

#include <math.h>
#include <stdio.h>

#include <sci/memory.h>

#include "normalized.h"

/* ---- what is tried ---- */

static audio_trial *
next(audio_certificate *c, double allowed)
{
    audio_trial *t = &c->trials[c->n++];

    t->allowed = allowed;
    return t;
}

static void
plan_gains(audio_certificate *c, size_t n, const double *gains_db)
{
    static const struct {
        double gain;
        const char *what;
    } exact[] = { { 0x1p-10, "gain 2^-10" }, { 0x1p10, "gain 2^10" }, { 0.5, "gain 1/2" } };
    static const double quieter_db = -40.0;
    audio_trial *t;

    for (size_t k = 0; n == 0 && k < sizeof exact / sizeof *exact; k++) {
        t = next(c, AUDIO_CERTAIN_EXACT);
        (void)snprintf(t->what, sizeof t->what, "%s", exact[k].what);
        t->change.gain = exact[k].gain;
    }
    for (size_t k = 0; k < (n > 0 ? n : 1); k++) {
        double db = n > 0 ? gains_db[k] : quieter_db;

        t = next(c, AUDIO_CERTAIN_ROUNDED);
        (void)snprintf(t->what, sizeof t->what, "gain %.9g dB", db);
        t->change.gain = pow(10.0, db / 20.0);
        t->change.rounded = true;
    }
}

static void
plan_beginnings(audio_certificate *c, const audio_recipe *r)
{
    static const unsigned hops[] = { 1, 7 };

    for (size_t k = 0; k < sizeof hops / sizeof *hops; k++) {
        audio_trial *t = next(c, AUDIO_CERTAIN_EXACT);

        (void)snprintf(t->what, sizeof t->what, "%u hop%s later", hops[k], hops[k] == 1 ? "" : "s");
        t->change.skip = hops[k] * (uint64_t)r->hop_length;
    }
}

/* ---- trying ---- */

/* Frames of the later recording that reach back into what pads its beginning. */
static uint64_t
padded_frames(const audio_recipe *r)
{
    uint64_t hop = (uint64_t)r->hop_length, half = (uint64_t)(r->frame_length / 2);

    return r->pad == AUDIO_PAD_NONE ? 0 : (half + hop - 1) / hop;
}

static sci_status
compare_all(audio_trial *t, sci_source *before, sci_source *after)
{
    uint64_t count = 0;
    sci_status st = sci_array_count(&before->array, &count);

    t->done = true;
    return st == SCI_OK ? audio_difference_add(&t->difference, before, 0, after, 0, count) : st;
}

/* Frame k of what begins `hops` later is frame k + hops. */
static sci_status
compare_later(audio_trial *t, const audio_recipe *r, sci_source *whole, sci_source *later)
{
    const uint64_t *shape = whole->array.shape + whole->array.rank - 3;
    uint64_t frames = later->array.shape[later->array.rank - 2], width = shape[2];
    uint64_t hops = t->change.skip / (uint64_t)r->hop_length, from = padded_frames(r);
    sci_status st = SCI_OK;

    if (frames + hops != shape[1] || frames <= from)
        return SCI_OK;
    t->done = true;
    for (uint64_t c = 0; c < shape[0] && st == SCI_OK; c++)
        st = audio_difference_add(&t->difference, whole, (c * shape[1] + hops + from) * width,
                                  later, (c * frames + from) * width, (frames - from) * width);
    return st;
}

static bool
can_begin_later(const audio_normal *whole, const audio_trial *t)
{
    const audio_recipe *r = &whole->recipe;
    uint64_t needed = t->change.skip + (uint64_t)(2 * r->frame_length);

    return r->scope == AUDIO_SCOPE_FILE && r->compression != AUDIO_COMPRESS_PCEN
           && whole->signal->samples > needed;
}

static sci_status
try_later(audio_trial *t, audio_normal *job, const audio_normal *whole, const audio_normalized *n)
{
    audio_normalized later = { 0 };
    sci_status st = audio_normalized_with(&later, job, n->rows);

    if (st == SCI_OK)
        st = compare_later(t, &whole->recipe, n->source, later.source);
    audio_normalized_clear(&later);
    return st;
}

static sci_status
try_gain(audio_trial *t, audio_normal *job, const audio_normalized *n)
{
    audio_normalized changed = { 0 };
    sci_status st = audio_normalized_make(&changed, job);

    if (st == SCI_OK)
        st = compare_all(t, n->source, changed.source);
    audio_normalized_clear(&changed);
    return st;
}

static sci_status
try_one(audio_trial *t, const audio_normal *whole, const audio_normalized *n, const cli_call *call,
        const cli_inputs *inputs, size_t input, const cli_worker *worker)
{
    audio_normal job = { .change = t->change };
    double *peaks = NULL;
    size_t channels = (size_t)whole->signal->channels;
    bool later = t->change.skip > 0;
    sci_status st;

    if (later && !can_begin_later(whole, t))
        return SCI_OK;
    st = sci_alloc(&peaks, channels, 1, sizeof *peaks);
    for (size_t c = 0; c < channels && st == SCI_OK; c++)
        peaks[c] = audio_features_peak(whole->features, (int)c);
    job.peaks = later ? peaks : NULL;
    if (st == SCI_OK)
        st = audio_normal_begin(&job, call, inputs, input, worker, NULL);
    if (st == SCI_OK)
        st = later ? try_later(t, &job, whole, n) : try_gain(t, &job, n);
    audio_normal_end(&job);
    sci_free(peaks);
    return st;
}

sci_status
audio_certificate_make(audio_certificate *out, const cli_call *call, const cli_inputs *inputs,
                       size_t input, const cli_worker *worker, size_t n_gains,
                       const double *gains_db)
{
    audio_normal whole = { 0 };
    audio_normalized n = { 0 };
    sci_status st = audio_normal_begin(&whole, call, inputs, input, worker, NULL);

    *out = (audio_certificate){ 0 };
    if (st == SCI_OK)
        st = audio_normalized_make(&n, &whole);
    if (st == SCI_OK) {
        const uint64_t *shape = n.source->array.shape + n.source->array.rank - 3;

        out->channels = shape[0];
        out->frames = shape[1];
        out->numbers = shape[2];
        plan_gains(out, n_gains, gains_db);
        plan_beginnings(out, &whole.recipe);
    }
    for (size_t k = 0; k < out->n && st == SCI_OK; k++)
        st = try_one(&out->trials[k], &whole, &n, call, inputs, input, worker);
    audio_normalized_clear(&n);
    audio_normal_end(&whole);
    return st;
}

bool
audio_trial_holds(const audio_trial *t)
{
    return !t->done || t->difference.largest <= t->allowed;
}
