/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wav_write.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sndfile.h>

#include <sci/file.h>
#include <sci/memory.h>

#define BLOCK 4096 /* samples converted at once */
/* Sizes of 32 bits count the chunks before the samples too. */
#define WAV_MOST (UINT32_MAX - UINT64_C(65536))

/* What libsndfile writes to. */
typedef struct written {
    int fd;
    const char *name;
    uint64_t length, at;
    sci_status status; /* of the first write that failed; libsndfile has no way to pass it on */
} written;

struct audio_wav {
    audio_wav_settings settings;
    char *temporary, *name;
    written written;
    SNDFILE *file;
    void *block;     /* BLOCK samples of every channel as int, float or double */
    double *decoded; /* what reading will give; NULL without verify */
    uint64_t samples, clipped, sum;
};

/* ---- types ---- */

static const struct {
    int format, bits; /* bits of an integer, else 0 */
    size_t bytes;
    const char *name;
} types[] = {
    [AUDIO_PCM16] = { SF_FORMAT_PCM_16, 16, 2, "16 bit PCM" },
    [AUDIO_PCM24] = { SF_FORMAT_PCM_24, 24, 3, "24 bit PCM" },
    [AUDIO_PCM32] = { SF_FORMAT_PCM_32, 32, 4, "32 bit PCM" },
    [AUDIO_FLOAT32] = { SF_FORMAT_FLOAT, 0, 4, "32 bit float" },
    [AUDIO_FLOAT64] = { SF_FORMAT_DOUBLE, 0, 8, "64 bit float" },
};

audio_sample_type
audio_sample_type_of(const audio_facts *facts)
{
    if (facts->floating)
        return facts->bits > 32 ? AUDIO_FLOAT64 : AUDIO_FLOAT32;
    return facts->bits > 24 ? AUDIO_PCM32 : facts->bits > 16 ? AUDIO_PCM24 : AUDIO_PCM16;
}

const char *
audio_sample_type_name(audio_sample_type type)
{
    return types[type].name;
}

/* ---- libsndfile's output ---- */

static sf_count_t
get_length(void *context)
{
    return (sf_count_t)((written *)context)->length;
}

static sf_count_t
tell(void *context)
{
    return (sf_count_t)((written *)context)->at;
}

static sf_count_t
seek(sf_count_t offset, int whence, void *context)
{
    written *w = context;
    sf_count_t from = whence == SEEK_CUR   ? (sf_count_t)w->at
                      : whence == SEEK_END ? (sf_count_t)w->length
                                           : 0;

    if (from + offset < 0)
        return -1;
    w->at = (uint64_t)(from + offset);
    return from + offset;
}

static sf_count_t
read_nothing(void *to, sf_count_t count, void *context)
{
    (void)to, (void)count, (void)context;
    return 0;
}

static sf_count_t
write_bytes(const void *from, sf_count_t count, void *context)
{
    written *w = context;

    if (w->status == SCI_OK && count > 0)
        w->status = sci_write_at(w->fd, w->name, from, (size_t)count, w->at);
    if (w->status != SCI_OK || count < 0)
        return 0;
    w->at += (uint64_t)count;
    w->length = w->at > w->length ? w->at : w->length;
    return count;
}

static sci_status
fail_sndfile(const audio_wav *w)
{
    if (w->written.status != SCI_OK)
        return w->written.status;
    return sci_fail(SCI_ERR_IO, "cannot write '%s': %s", w->name, sf_strerror(w->file));
}

/* ---- conversion ---- */

/* To whole numbers of so many bits, in the high bits of an int as libsndfile wants them. */
static void
to_integers(audio_wav *w, const double *x, size_t n, int bits)
{
    double scale = ldexp(1.0, bits - 1), most = scale - 1.0;
    int32_t *out = w->block;

    for (size_t i = 0; i < n; i++) {
        double q = rint(x[i] * scale);

        if (q < -scale || q > most) {
            w->clipped++;
            q = q < 0.0 ? -scale : most;
        }
        out[i] = (int32_t)q * (int32_t)(1 << (32 - bits));
        if (w->decoded != NULL)
            w->decoded[i] = q / scale;
    }
}

static void
to_floats(audio_wav *w, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = w->settings.type == AUDIO_FLOAT32 ? (double)(float)x[i] : x[i];

        if (w->settings.type == AUDIO_FLOAT32)
            ((float *)w->block)[i] = (float)x[i];
        else
            ((double *)w->block)[i] = x[i];
        if (w->decoded != NULL)
            w->decoded[i] = value;
    }
}

static sci_status
check_finite(const audio_wav *w, const double *x, size_t n)
{
    size_t channels = (size_t)w->settings.channels;

    for (size_t i = 0; i < n; i++)
        if (!isfinite(w->settings.type == AUDIO_FLOAT32 ? (double)(float)x[i] : x[i]))
            return sci_fail(SCI_ERR_NONFINITE,
                            "'%s': sample %" PRIu64 " of channel %zu is not "
                            "finite as a %s",
                            w->name, w->samples + i / channels, 1 + i % channels,
                            types[w->settings.type].name);
    return SCI_OK;
}

/* Order counts; -0 is 0, as it is for integers. */
static uint64_t
summed(uint64_t sum, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = x[i] + 0.0;
        uint64_t bits;

        memcpy(&bits, &value, sizeof bits);
        sum = (sum ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 32;
    }
    return sum;
}

static sci_status
append_block(audio_wav *w, const double *x, size_t n)
{
    int bits = types[w->settings.type].bits;
    size_t values = n * (size_t)w->settings.channels;
    sci_status st = check_finite(w, x, values);
    sf_count_t done;

    if (st != SCI_OK)
        return st;
    if (bits > 0)
        to_integers(w, x, values, bits);
    else
        to_floats(w, x, values);
    done = bits > 0                            ? sf_writef_int(w->file, w->block, (sf_count_t)n)
           : w->settings.type == AUDIO_FLOAT32 ? sf_writef_float(w->file, w->block, (sf_count_t)n)
                                               : sf_writef_double(w->file, w->block, (sf_count_t)n);
    if (done != (sf_count_t)n || w->written.status != SCI_OK)
        return fail_sndfile(w);
    if (w->decoded != NULL)
        w->sum = summed(w->sum, w->decoded, values);
    w->samples += n;
    return SCI_OK;
}

sci_status
audio_wav_append(audio_wav *w, const double *samples, size_t n)
{
    sci_status st = SCI_OK;

    for (size_t done = 0; st == SCI_OK && done < n; done += BLOCK)
        st = append_block(w, samples + done * (size_t)w->settings.channels,
                          n - done < BLOCK ? n - done : BLOCK);
    return st;
}

uint64_t
audio_wav_clipped(const audio_wav *w)
{
    return w->clipped;
}

/* ---- the end ---- */

static sci_status
fail_reread(const audio_wav *w, const char *what)
{
    return sci_fail(SCI_ERR_IO, "'%s' was written, but %s", w->name, what);
}

static sci_status
reread_values(const audio_wav *w, audio_sound *sound)
{
    uint64_t sum = 0;
    size_t got = BLOCK;

    while (got == BLOCK) {
        sci_status st = audio_sound_read(sound, w->decoded, BLOCK, &got);

        if (st != SCI_OK)
            return st;
        sum = summed(sum, w->decoded, got * (size_t)w->settings.channels);
    }
    return sum == w->sum ? SCI_OK : fail_reread(w, "other samples are read back");
}

/* The disk has what its cache took; HDF5 files are looked at in the same way. */
static sci_status
look_again(const audio_wav *w)
{
    audio_sound *sound = NULL;
    const audio_facts *f;
    sci_status st = audio_sound_open(&sound, w->temporary);

    if (st != SCI_OK)
        return st;
    f = audio_sound_facts(sound);
    if (f->riff.verdict != RIFF_ACCEPT && f->riff.n_warnings > 0
        && f->rate_hz >= RIFF_RATE_PLAUSIBLE)
        st = fail_reread(w, f->riff.warnings[0]);
    else if (f->channels != w->settings.channels || f->rate_hz != w->settings.rate_hz
             || f->samples != w->settings.samples || f->claimed != w->settings.samples
             || f->riff.file_bytes != w->written.length)
        st = fail_reread(w, "its header says something else");
    else if (w->decoded != NULL)
        st = reread_values(w, sound);
    audio_sound_free(sound);
    return st;
}

static sci_status
close_parts(audio_wav *w)
{
    sci_status st = SCI_OK;
    int error = w->file != NULL ? sf_close(w->file) : 0;

    w->file = NULL;
    if (w->written.status != SCI_OK)
        st = w->written.status;
    else if (error != 0)
        st = sci_fail(SCI_ERR_IO, "cannot write '%s': %s", w->name, sf_error_number(error));
    if (w->written.fd >= 0 && sci_file_ops_get()->close(w->written.fd) != 0 && st == SCI_OK)
        st = sci_fail_errno("close", w->name);
    w->written.fd = -1;
    return st;
}

sci_status
audio_wav_close(audio_wav *w)
{
    sci_status st = close_parts(w);

    if (st == SCI_OK && w->samples != w->settings.samples)
        return sci_fail(SCI_ERR_SHAPE, "'%s': %" PRIu64 " samples were written instead of %" PRIu64,
                        w->name, w->samples, w->settings.samples);
    return st == SCI_OK ? look_again(w) : st;
}

/* ---- the beginning ---- */

static sci_status
open_encoder(audio_wav *w)
{
    SF_VIRTUAL_IO io = { get_length, seek, read_nothing, write_bytes, tell };
    const audio_wav_settings *s = &w->settings;
    uint64_t most = s->wav_most > 0 ? s->wav_most : WAV_MOST;
    uint64_t frame = (uint64_t)s->channels * types[s->type].bytes;
    SF_INFO info = { .samplerate = (int)s->rate_hz, .channels = s->channels };

    info.format =
        types[s->type].format | (s->samples > most / frame ? SF_FORMAT_RF64 : SF_FORMAT_WAV);
    w->file = sf_open_virtual(&io, SFM_WRITE, &info, &w->written);
    if (w->file == NULL || w->written.status != SCI_OK)
        return fail_sndfile(w);
    /* The chunk with the peak has the time of day in it. */
    (void)sf_command(w->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    return SCI_OK;
}

static sci_status
start(audio_wav *w, const char *temporary, const char *name)
{
    size_t channels = (size_t)w->settings.channels;
    sci_status st = sci_strdup(&w->name, name);

    if (st == SCI_OK)
        st = sci_strdup(&w->temporary, temporary);
    if (st == SCI_OK)
        st = sci_alloc(&w->block, BLOCK, channels, sizeof(double));
    if (st == SCI_OK && w->settings.verify)
        st = sci_alloc(&w->decoded, BLOCK, channels, sizeof *w->decoded);
    if (st != SCI_OK)
        return st;
    w->written.name = w->name;
    w->written.fd = sci_file_ops_get()->open(temporary, O_WRONLY | O_CLOEXEC, 0);
    return w->written.fd < 0 ? sci_fail_errno("open", name) : open_encoder(w);
}

sci_status
audio_wav_create(audio_wav **out, const char *temporary, const char *name,
                 const audio_wav_settings *settings)
{
    audio_wav *w = NULL;
    sci_status st;

    if (settings->channels < 1 || settings->channels > RIFF_CHANNELS_MOST
        || settings->rate_hz > RIFF_RATE_MOST || settings->rate_hz < 1)
        return sci_fail(SCI_ERR_ARGUMENT, "a WAV file cannot have %d channels at %" PRIu32 " Hz",
                        settings->channels, settings->rate_hz);
    st = sci_alloc_zero(&w, 1, 1, sizeof *w);
    if (st != SCI_OK)
        return st;
    w->settings = *settings;
    w->written.fd = -1;
    st = start(w, temporary, name);
    if (st != SCI_OK) {
        audio_wav_free(w);
        return st;
    }
    *out = w;
    return SCI_OK;
}

/* Closing what is given up may fail, and its message must not hide the first one's. */
static void
close_quietly(audio_wav *w)
{
    if (w->written.status == SCI_OK)
        w->written.status = SCI_ERR_IO; /* nothing more is written */
    if (w->file != NULL)
        (void)sf_close(w->file);
    if (w->written.fd >= 0)
        (void)sci_file_ops_get()->close(w->written.fd);
}

void
audio_wav_free(audio_wav *w)
{
    if (w == NULL)
        return;
    close_quietly(w);
    sci_free(w->block);
    sci_free(w->decoded);
    sci_free(w->temporary);
    sci_free(w->name);
    sci_free(w);
}
