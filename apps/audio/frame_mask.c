/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame_mask.h"

#include <math.h>
#include <stdio.h>

#include <sci/memory.h>

struct audio_frame_mask {
    uint64_t channels, frames;
    uint8_t *members;
    sci_source *source;
    const audio_features *features; /* which know whether there is an axis before the channels */
};

/* ---- life ---- */

static sci_status
create(audio_frame_mask **out, const audio_features *f)
{
    audio_frame_mask *m = NULL;
    sci_array array = { .rank = 2, .type = SCI_UINT8 };
    sci_status st = sci_alloc_zero(&m, 1, 1, sizeof *m);

    if (st != SCI_OK)
        return st;
    m->channels = array.shape[0] = (uint64_t)audio_features_channels(f);
    m->frames = array.shape[1] = audio_features_frames(f);
    m->features = f;
    st = sci_alloc_zero(&m->members, (size_t)m->channels, (size_t)m->frames, 1);
    if (st == SCI_OK)
        st = sci_source_memory(&m->source, &array, m->members, "frames");
    if (st != SCI_OK) {
        audio_frame_mask_free(m);
        return st;
    }
    *out = m;
    return SCI_OK;
}

void
audio_frame_mask_free(audio_frame_mask *m)
{
    if (m == NULL)
        return;
    sci_source_free(m->source);
    sci_free(m->members);
    sci_free(m);
}

/* ---- kinds ---- */

static void
take_loud(uint8_t *members, const double *energy, uint64_t n, double share)
{
    double most = 0.0;

    for (uint64_t t = 0; t < n; t++)
        most = energy[t] > most ? energy[t] : most;
    for (uint64_t t = 0; t < n; t++)
        members[t] = most == 0.0 || energy[t] > share * most;
}

sci_status
audio_frame_mask_energy(audio_frame_mask **out, const audio_features *f, double below_db)
{
    const double *energy = audio_features_energies(f);
    audio_frame_mask *m = NULL;
    sci_status st;

    if (!(below_db < 0.0 && isfinite(below_db)))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "a mask of frames at %g dB; the loudest is at 0, and others lie below",
                        below_db);
    if (energy == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "these features have no energies");
    st = create(&m, f);
    if (st != SCI_OK)
        return st;
    for (uint64_t c = 0; c < m->channels; c++)
        take_loud(m->members + c * m->frames, energy + c * m->frames, m->frames,
                  pow(10.0, below_db / 10.0));
    *out = m;
    return SCI_OK;
}

/* The first frame whose centre does not lie before `seconds`. */
static uint64_t
frame_at(const audio_features *f, double seconds)
{
    uint64_t low = 0, high = audio_features_frames(f);

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (audio_features_time(f, middle) < seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static sci_status
take_interval(audio_frame_mask *m, const audio_features *f, const audio_intervals *v,
              const audio_interval *i, const char *path)
{
    uint64_t first = frame_at(f, i->start_s), end = frame_at(f, i->end_s);

    if (i->channel > 0 && (uint64_t)i->channel > m->channels)
        return sci_fail(SCI_ERR_REFUSED, "'%s' line %lu: channel %d of '%s', which has %d", v->name,
                        i->line, i->channel, path, (int)m->channels);
    for (uint64_t c = 0; c < m->channels; c++)
        for (uint64_t t = first; (i->channel == 0 || c + 1 == (uint64_t)i->channel) && t < end; t++)
            m->members[c * m->frames + t] = 1;
    return SCI_OK;
}

sci_status
audio_frame_mask_intervals(audio_frame_mask **out, const audio_features *f,
                           const audio_intervals *v, const char *path)
{
    audio_frame_mask *m = NULL;
    sci_status st = create(&m, f);
    size_t found = 0;

    for (size_t k = 0; st == SCI_OK && k < v->n; k++)
        if (audio_interval_is_of(&v->items[k], path)) {
            st = take_interval(m, f, v, &v->items[k], path);
            found++;
        }
    if (st == SCI_OK && found == 0)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has no interval of '%s'", v->name, path);
    if (st == SCI_OK && audio_frame_mask_count(m) == 0)
        st = sci_fail(SCI_ERR_NOTFOUND,
                      "'%s': no frame of '%s' has its centre in any of its intervals", v->name,
                      path);
    if (st != SCI_OK) {
        audio_frame_mask_free(m);
        return st;
    }
    *out = m;
    return SCI_OK;
}

/* ---- facts ---- */

const uint8_t *
audio_frame_mask_members(const audio_frame_mask *m)
{
    return m->members;
}

uint64_t
audio_frame_mask_count(const audio_frame_mask *m)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < m->channels * m->frames; i++)
        n += m->members[i];
    return n;
}

sci_status
audio_frame_mask_enter(const audio_frame_mask *m, sci_grouping *g)
{
    int channel = audio_features_array(m->features)->rank - 3;
    const int axes[] = { channel, channel + 1 };

    return sci_grouping_mask(g, 2, axes, m->source);
}
