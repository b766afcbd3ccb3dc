/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sound.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sndfile.h>

#include <sci/file.h>
#include <sci/memory.h>

/* What libsndfile sees of the file: bytes [begin, begin + length). */
typedef struct view {
    int fd;
    const char *name;
    uint64_t begin, length, at;
    sci_status status; /* of the last read that failed; libsndfile has no way to pass it on */
} view;

struct audio_sound {
    char *name;
    audio_facts facts;
    view view;
    SNDFILE *file;
    uint64_t position; /* samples read since the last rewind */
};

/* ---- libsndfile's view ---- */

static sf_count_t
view_length(void *context)
{
    return (sf_count_t)((view *)context)->length;
}

static sf_count_t
view_tell(void *context)
{
    return (sf_count_t)((view *)context)->at;
}

static sf_count_t
view_seek(sf_count_t offset, int whence, void *context)
{
    view *v = context;
    sf_count_t from = whence == SEEK_CUR   ? (sf_count_t)v->at
                      : whence == SEEK_END ? (sf_count_t)v->length
                                           : 0;

    /* A header's offsets may be anything: no sum that could overflow. */
    if (offset < -from || offset > (sf_count_t)v->length - from)
        return -1;
    v->at = (uint64_t)(from + offset);
    return from + offset;
}

static sf_count_t
view_read(void *to, sf_count_t count, void *context)
{
    view *v = context;
    uint64_t left = v->length - v->at;
    size_t n = count < 0 ? 0 : (uint64_t)count < left ? (size_t)count : (size_t)left;

    if (v->status == SCI_OK)
        v->status = sci_read_at(v->fd, v->name, to, n, v->begin + v->at);
    if (v->status != SCI_OK)
        return 0;
    v->at += n;
    return (sf_count_t)n;
}

static sf_count_t
view_write(const void *from, sf_count_t count, void *context)
{
    (void)from, (void)count, (void)context;
    return 0;
}

/* ---- formats ---- */

/* libsndfile's name of samples of fixed size. */
static int
raw_format(const riff_facts *f)
{
    unsigned bytes = f->frame_bytes / f->channels;
    int order = f->container == RIFF_RIFX ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE;
    int kind;

    if (f->codec == RIFF_FLOAT)
        kind = bytes == 8 ? SF_FORMAT_DOUBLE : SF_FORMAT_FLOAT;
    else if (f->codec == RIFF_ALAW)
        kind = SF_FORMAT_ALAW;
    else if (f->codec == RIFF_ULAW)
        kind = SF_FORMAT_ULAW;
    else
        kind = bytes == 1   ? SF_FORMAT_PCM_U8
               : bytes == 2 ? SF_FORMAT_PCM_16
               : bytes == 3 ? SF_FORMAT_PCM_24
                            : SF_FORMAT_PCM_32;
    return SF_FORMAT_RAW | kind | order;
}

static bool
has_fixed_samples(const audio_sound *s)
{
    return s->facts.riff.container != RIFF_NONE && s->facts.riff.frame_bytes > 0;
}

/* libsndfile's words for a format, "" if it has none. */
static void
describe(char *text, size_t room, int command, int format)
{
    SF_FORMAT_INFO info = { .format = format };

    if (sf_command(NULL, command, &info, sizeof info) == 0 && info.name != NULL)
        snprintf(text, room, "%s", info.name);
}

/* Samples that are stored as numbers, so that nothing is lost when they are written so again. */
static void
find_numbers(audio_facts *f, int format)
{
    static const struct {
        int format, bits;
        bool floating;
    } kinds[] = {
        { SF_FORMAT_PCM_S8, 8, false },   { SF_FORMAT_PCM_U8, 8, false },
        { SF_FORMAT_PCM_16, 16, false },  { SF_FORMAT_PCM_24, 24, false },
        { SF_FORMAT_PCM_32, 32, false },  { SF_FORMAT_FLOAT, 32, true },
        { SF_FORMAT_DOUBLE, 64, true },   { SF_FORMAT_ALAC_16, 16, false },
        { SF_FORMAT_ALAC_20, 20, false }, { SF_FORMAT_ALAC_24, 24, false },
        { SF_FORMAT_ALAC_32, 32, false },
    };

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (kinds[k].format == (format & SF_FORMAT_SUBMASK)) {
            f->bits = kinds[k].bits;
            f->floating = kinds[k].floating;
        }
}

static void
name_formats(audio_facts *f, int format)
{
    find_numbers(f, format);
    describe(f->codec, sizeof f->codec, SFC_GET_FORMAT_INFO, format & SF_FORMAT_SUBMASK);
    describe(f->container, sizeof f->container, SFC_GET_FORMAT_INFO, format & SF_FORMAT_TYPEMASK);
    if (f->riff.container != RIFF_NONE)
        snprintf(f->container, sizeof f->container, "%s", riff_container_name(f->riff.container));
}

/* ---- opening ---- */

static sci_status
fail_sndfile(const audio_sound *s)
{
    if (s->view.status != SCI_OK)
        return s->view.status;
    return sci_fail(SCI_ERR_FORMAT, "'%s': not a sound file that can be read", s->name);
}

/* The MP3 decoder below libsndfile writes what it thinks of damaged data to standard error. */
static SNDFILE *
open_silently(SF_VIRTUAL_IO *io, SF_INFO *info, view *v)
{
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    int nowhere = saved >= 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
    SNDFILE *file;

    if (nowhere >= 0)
        (void)dup2(nowhere, STDERR_FILENO);
    file = sf_open_virtual(io, SFM_READ, info, v);
    if (nowhere >= 0) {
        (void)dup2(saved, STDERR_FILENO);
        (void)close(nowhere);
    }
    if (saved >= 0)
        (void)close(saved);
    return file;
}

static sci_status
open_decoder(audio_sound *s)
{
    SF_VIRTUAL_IO io = { view_length, view_seek, view_read, view_write, view_tell };
    const riff_facts *riff = &s->facts.riff;
    SF_INFO info = { 0 };
    bool fixed = has_fixed_samples(s);

    if (fixed) {
        info.samplerate = 48000; /* of no consequence: what is decoded has no rate */
        info.channels = (int)riff->channels;
        info.format = raw_format(riff);
    }
    s->view.at = 0;
    s->position = 0;
    s->file = open_silently(&io, &info, &s->view);
    if (s->file == NULL || s->view.status != SCI_OK)
        return fail_sndfile(s);
    name_formats(&s->facts, info.format);
    if (fixed)
        return SCI_OK;
    s->facts.channels = info.channels;
    s->facts.rate_hz = (uint32_t)info.samplerate;
    s->facts.claimed =
        info.frames >= 0 && info.frames < SF_COUNT_MAX ? (uint64_t)info.frames : UINT64_MAX;
    if (info.channels < 1 || info.channels > RIFF_CHANNELS_MOST || info.samplerate < 1
        || s->facts.rate_hz > RIFF_RATE_MOST)
        return sci_fail(SCI_ERR_FORMAT, "'%s': %d channels at a sample rate of %d Hz", s->name,
                        info.channels, info.samplerate);
    return SCI_OK;
}

static sci_status
open_file(audio_sound *s, const char *path)
{
    riff_facts *riff = &s->facts.riff;
    sci_status st;

    s->view.fd = sci_file_ops_get()->open(path, O_RDONLY | O_CLOEXEC, 0);
    if (s->view.fd < 0)
        return sci_fail_errno("open", path);
    st = riff_read(riff, s->view.fd, s->name);
    if (st != SCI_OK)
        return st;
    if (riff->verdict == RIFF_REJECT)
        return sci_fail(SCI_ERR_FORMAT, "'%s': %s", s->name, riff->rejection);
    s->view.name = s->name;
    s->view.length = riff->file_bytes;
    s->facts.samples = UINT64_MAX;
    if (has_fixed_samples(s)) {
        s->view.begin = riff->data_at;
        s->view.length = riff->held_frames * riff->frame_bytes;
        s->facts.channels = (int)riff->channels;
        s->facts.rate_hz = riff->rate_hz;
        s->facts.claimed = riff->claimed_frames;
        s->facts.samples = riff->held_frames;
    }
    return open_decoder(s);
}

sci_status
audio_sound_open(audio_sound **out, const char *path)
{
    audio_sound *s = NULL;
    sci_status st = sci_alloc_zero(&s, 1, 1, sizeof *s);

    if (st != SCI_OK)
        return st;
    s->view.fd = -1;
    st = sci_strdup(&s->name, path);
    if (st == SCI_OK)
        st = open_file(s, path);
    if (st != SCI_OK) {
        audio_sound_free(s);
        return st;
    }
    *out = s;
    return SCI_OK;
}

void
audio_sound_free(audio_sound *s)
{
    if (s == NULL)
        return;
    if (s->file != NULL)
        (void)sf_close(s->file);
    if (s->view.fd >= 0)
        (void)sci_file_ops_get()->close(s->view.fd);
    sci_free(s->name);
    sci_free(s);
}

const audio_facts *
audio_sound_facts(const audio_sound *s)
{
    return &s->facts;
}

const char *
audio_sound_name(const audio_sound *s)
{
    return s->name;
}

/* ---- reading ---- */

/* Opening again costs a header, and is right for codecs that cannot seek, too. */
sci_status
audio_sound_rewind(audio_sound *s)
{
    if (s->position == 0 && s->file != NULL)
        return SCI_OK;
    if (s->file != NULL)
        (void)sf_close(s->file);
    s->file = NULL;
    s->view.status = SCI_OK;
    return open_decoder(s);
}

/* The end of the first pass over a file whose length only decoding tells. */
static void
take_length(audio_sound *s)
{
    audio_facts *f = &s->facts;

    if (f->samples != UINT64_MAX)
        return;
    f->samples = s->position;
    if (f->claimed == UINT64_MAX || f->claimed == f->samples)
        return;
    f->riff.verdict = RIFF_WARN;
    if (f->riff.n_warnings < RIFF_WARNINGS)
        snprintf(f->riff.warnings[f->riff.n_warnings++], RIFF_TEXT,
                 "%s: header promises %" PRIu64 " frames, file holds %" PRIu64,
                 f->samples < f->claimed ? "truncated" : "longer than it says", f->claimed,
                 f->samples);
}

sci_status
audio_sound_read(audio_sound *s, double *samples, size_t n, size_t *got)
{
    sf_count_t read;

    *got = 0;
    read = sf_readf_double(s->file, samples, (sf_count_t)n);
    if (s->view.status != SCI_OK)
        return s->view.status;
    s->position += (uint64_t)read;
    if ((size_t)read < n) {
        if (sf_error(s->file) != SF_ERR_NO_ERROR)
            return sci_fail(SCI_ERR_FORMAT, "'%s': damaged after sample %" PRIu64 " (%s)", s->name,
                            s->position, sf_strerror(s->file));
        take_length(s);
    }
    *got = (size_t)read;
    return SCI_OK;
}
