/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recording.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <sci/memory.h>
#include <sci/parallel.h>

#include "resample.h"

#define BLOCK 4096 /* samples decoded at once */

struct audio_recording {
    audio_signal selected;   /* channels chosen and mixed, at the file's own rate */
    audio_signal *resampled; /* NULL without */
    audio_recording_settings settings;
    audio_sound *sound;
    audio_seen seen;
    double *block;  /* BLOCK samples of every channel of the file */
    int first, end; /* channels that are looked at, from 0 */
};

/* ---- values ---- */

typedef struct looked {
    uint64_t above_one;
    bool odd; /* something is not finite or too large */
} looked;

SCI_CLONES static looked
look(const double *x, size_t n, double largest)
{
    uint64_t above = 0, odd = 0;

    for (size_t i = 0; i < n; i++) {
        double magnitude = fabs(x[i]);

        above += magnitude > 1.0;
        odd += !(magnitude <= largest);
    }
    return (looked){ above, odd > 0 };
}

static double
seconds(const audio_recording *r, uint64_t sample)
{
    return (double)sample / (double)audio_sound_facts(r->sound)->rate_hz;
}

/* " of channel 2" where there are several. */
static sci_status
fail_at(const audio_recording *r, sci_status status, const char *what, uint64_t sample, int channel,
        const char *more)
{
    char of[32] = "";

    if (audio_sound_facts(r->sound)->channels > 1)
        snprintf(of, sizeof of, " of channel %d", channel);
    return sci_fail(status, "'%s': %ssample %" PRIu64 "%s (%.4f s)%s", audio_sound_name(r->sound),
                    what, sample, of, seconds(r, sample), more);
}

/* One sample after the other: count what is not finite, and make it 0. */
static sci_status
mend(audio_recording *r, double *block, size_t n)
{
    int channels = audio_sound_facts(r->sound)->channels;

    for (size_t i = 0; i < n; i++)
        for (int c = r->first; c < r->end; c++) {
            double *x = &block[i * (size_t)channels + (size_t)c];

            if (isfinite(*x)) {
                if (r->settings.largest > 0.0 && fabs(*x) > r->settings.largest)
                    return fail_at(r, SCI_ERR_NONFINITE, "", r->seen.samples + i, c + 1,
                                   r->settings.single ? " overflows: power not finite in float32"
                                                      : " overflows: power not finite in float64");
                continue;
            }
            if (r->seen.nonfinite++ == 0) {
                r->seen.first_nonfinite = r->seen.samples + i;
                r->seen.first_channel = c + 1;
                r->seen.first_is_nan = isnan(*x);
            }
            *x = 0.0;
        }
    return SCI_OK;
}

static sci_status
decode(audio_recording *r, double *block, size_t n, size_t *got)
{
    size_t channels = (size_t)audio_sound_facts(r->sound)->channels;
    double largest = r->settings.largest > 0.0 ? r->settings.largest : DBL_MAX;
    looked found;
    sci_status st;

    if (r->settings.stop != NULL && *r->settings.stop != 0)
        return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    st = audio_sound_read(r->sound, block, n, got);
    if (st != SCI_OK)
        return st;
    found = look(block, *got * channels, largest);
    if (found.odd)
        st = mend(r, block, *got);
    if (found.above_one > 0)
        for (size_t i = 0; i < *got; i++)
            for (int c = r->first; c < r->end; c++)
                r->seen.above_one += fabs(block[i * channels + (size_t)c]) > 1.0;
    r->seen.samples += *got;
    return st;
}

/* Read on, so that the count is that of the whole file. */
static sci_status
refuse(audio_recording *r)
{
    uint64_t sample = r->seen.first_nonfinite;
    char more[96];
    size_t got = BLOCK;

    while (got == BLOCK) {
        sci_status st = decode(r, r->block, BLOCK, &got);

        if (st != SCI_OK)
            return st;
    }
    snprintf(more, sizeof more,
             " and %" PRIu64 " non-finite sample%s in all; --nan ignore to go on",
             r->seen.nonfinite, r->seen.nonfinite == 1 ? "" : "s");
    return fail_at(r, SCI_ERR_NONFINITE, r->seen.first_is_nan ? "NaN at " : "infinity at ", sample,
                   r->seen.first_channel, more);
}

/* ---- the signal ---- */

static void
select_channels(const audio_recording *r, double *out, size_t n)
{
    size_t channels = (size_t)audio_sound_facts(r->sound)->channels;
    size_t kept = (size_t)(r->end - r->first);

    for (size_t i = 0; i < n; i++) {
        const double *x = r->block + i * channels + r->first;

        if (r->settings.mono) {
            double sum = 0.0;

            for (size_t c = 0; c < kept; c++)
                sum += x[c];
            out[i] = sum / (double)kept;
        } else
            for (size_t c = 0; c < kept; c++)
                out[i * kept + c] = x[c];
    }
}

static sci_status
rewind_selected(audio_signal *self)
{
    audio_recording *r = (audio_recording *)self;

    r->seen = (audio_seen){ 0 };
    return audio_sound_rewind(r->sound);
}

static sci_status
read_selected(audio_signal *self, double *samples, size_t n, size_t *got)
{
    audio_recording *r = (audio_recording *)self;
    bool all = !r->settings.mono && self->channels == audio_sound_facts(r->sound)->channels;
    size_t done = 0, part = BLOCK;

    *got = 0;
    while (done < n && part == BLOCK) {
        size_t ask = n - done < BLOCK ? n - done : BLOCK;
        double *to = samples + done * (size_t)self->channels;
        sci_status st = decode(r, all ? to : r->block, ask, &part);

        if (st == SCI_OK && r->seen.nonfinite > 0 && !r->settings.ignore_nonfinite)
            st = refuse(r);
        if (st != SCI_OK)
            return st;
        if (!all)
            select_channels(r, to, part);
        done += part;
        if (part < ask)
            self->samples = audio_sound_facts(r->sound)->samples;
    }
    *got = done;
    return SCI_OK;
}

/* ---- life ---- */

static sci_status
choose_channels(audio_recording *r)
{
    int channels = audio_sound_facts(r->sound)->channels, wanted = r->settings.channel;

    if (wanted < 0 || wanted > channels)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' has %d channel%s; there is no channel %d",
                        audio_sound_name(r->sound), channels, channels == 1 ? "" : "s", wanted);
    if (wanted > 0 && r->settings.mono)
        return sci_fail(SCI_ERR_ARGUMENT, "one channel or the mean of all, not both");
    r->first = wanted > 0 ? wanted - 1 : 0;
    r->end = wanted > 0 ? wanted : channels;
    return sci_alloc(&r->block, BLOCK, (size_t)channels, sizeof *r->block);
}

static sci_status
make_signal(audio_recording *r)
{
    const audio_facts *f = audio_sound_facts(r->sound);
    uint32_t rate = r->settings.rate_hz;

    r->selected = (audio_signal){
        .channels = r->settings.mono ? 1 : r->end - r->first,
        .rate_hz = f->rate_hz,
        .samples = f->samples,
        .name = audio_sound_name(r->sound),
        .rewind = rewind_selected,
        .read = read_selected,
    };
    if (rate == 0 || rate == f->rate_hz)
        return SCI_OK;
    return audio_resample_create(&r->resampled, &r->selected, f->rate_hz, rate);
}

sci_status
audio_recording_open(audio_recording **out, const char *path,
                     const audio_recording_settings *settings)
{
    audio_recording *r = NULL;
    sci_status st = sci_alloc_zero(&r, 1, 1, sizeof *r);

    if (st != SCI_OK) {
        audio_sound_free(settings->sound);
        return st;
    }
    r->settings = *settings;
    r->sound = settings->sound;
    if (r->sound == NULL)
        st = audio_sound_open(&r->sound, path);
    if (st == SCI_OK)
        st = choose_channels(r);
    if (st == SCI_OK)
        st = make_signal(r);
    if (st != SCI_OK) {
        audio_recording_free(r);
        return st;
    }
    *out = r;
    return SCI_OK;
}

void
audio_recording_free(audio_recording *r)
{
    if (r == NULL)
        return;
    audio_resample_free(r->resampled);
    audio_sound_free(r->sound);
    sci_free(r->block);
    sci_free(r);
}

audio_signal *
audio_recording_signal(audio_recording *r)
{
    return r->resampled != NULL ? r->resampled : &r->selected;
}

const audio_facts *
audio_recording_facts(const audio_recording *r)
{
    return audio_sound_facts(r->sound);
}

const audio_seen *
audio_recording_seen(const audio_recording *r)
{
    return &r->seen;
}
