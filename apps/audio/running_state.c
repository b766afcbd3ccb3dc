/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file: datasets /mean, /variance, /steps (channels × bands), /peak (channels), /pcen (channels × mels, where
 * there is PCEN); on the root the texts `format`, `parameters` and `digest`. */
#include "running_state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/file.h>
#include <sci/h5_values.h>
#include <sci/hash.h>
#include <sci/memory.h>

#define FORMAT "sci-audio running 1"
#define PART_MOST ((uint64_t)1 << 24) /* elements of a dataset of a file that can be ours */

/* ---- in memory ---- */

sci_status
audio_running_state_prepare(audio_running_state *s, size_t channels, size_t bands, size_t mels)
{
    sci_status st;

    *s = (audio_running_state){ .channels = channels, .bands = bands, .mels = mels };
    st = sci_alloc_zero(&s->mean, channels, bands, sizeof *s->mean);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->variance, channels, bands, sizeof *s->variance);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->steps, channels, bands, sizeof *s->steps);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->peak, channels, 1, sizeof *s->peak);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->pcen, channels, mels, sizeof *s->pcen);
    if (st != SCI_OK)
        audio_running_state_clear(s);
    return st;
}

void
audio_running_state_clear(audio_running_state *s)
{
    sci_free(s->mean);
    sci_free(s->variance);
    sci_free(s->steps);
    sci_free(s->peak);
    sci_free(s->pcen);
    *s = (audio_running_state){ .channels = 0 };
}

/* ---- parts of the file ---- */

enum { PARTS = 5, PEAK = 3, PCEN = 4 };

typedef struct part {
    const char *path;
    sci_array array;
    void *elements;
} part;

static void
list_parts(const audio_running_state *s, part parts[PARTS])
{
    sci_array all = { .rank = 2, .shape = { s->channels, s->bands }, .type = SCI_FLOAT64 };
    sci_array counts = all, one = all, mels = all;

    counts.type = SCI_INT64;
    one.rank = 1;
    mels.shape[1] = s->mels;
    parts[0] = (part){ "/mean", all, s->mean };
    parts[1] = (part){ "/variance", all, s->variance };
    parts[2] = (part){ "/steps", counts, s->steps };
    parts[PEAK] = (part){ "/peak", one, s->peak };
    parts[PCEN] = (part){ "/pcen", mels, s->pcen };
}

/* The last one only with PCEN. */
static int
count_parts(const audio_running_state *s)
{
    return s->mels > 0 ? PARTS : PCEN;
}

static size_t
bytes_of(const part *p)
{
    size_t n = sci_type_size(p->array.type);

    for (int a = 0; a < p->array.rank; a++)
        n *= (size_t)p->array.shape[a];
    return n;
}

/* Of shapes, elements and parameters, as 32 hexadecimal digits. */
static void
digest_of(const audio_running_state *s, const char *parameters, char text[33])
{
    uint8_t digests[PARTS + 2][16] = { { 0 } }, all[16];
    uint64_t shape[] = { s->channels, s->bands, s->mels };
    part parts[PARTS];

    list_parts(s, parts);
    for (int k = 0; k < count_parts(s); k++)
        sci_hash(parts[k].elements, bytes_of(&parts[k]), digests[k]);
    sci_hash(shape, sizeof shape, digests[PARTS]);
    sci_hash(parameters, strlen(parameters), digests[PARTS + 1]);
    sci_hash(digests, sizeof digests, all);
    for (int i = 0; i < 16; i++)
        snprintf(text + 2 * i, 3, "%02x", all[i]);
}

/* ---- saving ---- */

static sci_status
write_parts(sci_h5_output *out, const audio_running_state *s, const char *parameters)
{
    part parts[PARTS];
    char digest[33];
    sci_status st = SCI_OK;

    list_parts(s, parts);
    digest_of(s, parameters, digest);
    for (int k = 0; st == SCI_OK && k < count_parts(s); k++)
        st = sci_h5_output_array(out, parts[k].path, &parts[k].array, parts[k].elements);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "format", FORMAT);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "parameters", parameters);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "digest", digest);
    return st;
}

sci_status
audio_running_state_save(const audio_running_state *s, const char *path, const char *parameters,
                         bool sync)
{
    sci_h5_output *out = NULL;
    char *temporary = NULL;
    sci_status st = sci_temporary_create(&temporary, path);

    if (st == SCI_OK)
        st = sci_h5_output_create(&out, temporary);
    if (st == SCI_OK)
        st = write_parts(out, s, parameters);
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, true, sync);
        out = NULL;
    }
    if (st == SCI_OK)
        st = sci_temporary_commit(temporary, path, sync);
    sci_h5_output_free(out);
    if (st != SCI_OK)
        sci_temporary_discard(temporary);
    sci_free(temporary);
    return st;
}

/* ---- loading ---- */

/* A text that every file of ours has. */
static sci_status
read_text(sci_h5_file *file, const char *path, const char *name, char **out)
{
    sci_status st = sci_h5_file_text(file, "/", name, out);

    if (st == SCI_ERR_NOTFOUND)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds no running statistics of recordings", path);
    return st;
}

static sci_status
check_texts(sci_h5_file *file, const char *path, const char *parameters)
{
    char *format = NULL, *made_with = NULL;
    sci_status st = read_text(file, path, "format", &format);

    if (st == SCI_OK && strcmp(format, FORMAT) != 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is of format '%.64s' and not '%s'", path, format,
                      FORMAT);
    if (st == SCI_OK)
        st = read_text(file, path, "parameters", &made_with);
    if (st == SCI_OK && strcmp(made_with, parameters) != 0)
        st =
            sci_fail(SCI_ERR_REFUSED, "'%s' was made with other parameters: '%s', and this is '%s'",
                     path, made_with, parameters);
    sci_free(format);
    sci_free(made_with);
    return st;
}

static sci_status
fail_damaged(const char *path, const char *what)
{
    return sci_fail(SCI_ERR_FORMAT, "'%s' is damaged: %s", path, what);
}

static sci_status
shape_of(sci_h5_file *file, const char *path, const char *dataset, uint64_t shape[2])
{
    sci_h5_object o;
    sci_status st = sci_h5_file_object(file, dataset, &o);

    if (st != SCI_OK)
        return st;
    if (o.rank != 2 || o.shape[0] == 0 || o.shape[0] > PART_MOST || o.shape[1] == 0
        || o.shape[1] > PART_MOST / o.shape[0])
        return fail_damaged(path, dataset);
    shape[0] = o.shape[0];
    shape[1] = o.shape[1];
    return SCI_OK;
}

static sci_status
read_part(sci_h5_file *file, const char *path, const part *p)
{
    sci_source *source = NULL;
    sci_status st = sci_h5_file_source(&source, file, p->path, NULL);
    const sci_array *a = st == SCI_OK ? &source->array : NULL;

    if (st == SCI_OK
        && (a->rank != p->array.rank || a->type != p->array.type || a->swapped
            || memcmp(a->shape, p->array.shape, (size_t)a->rank * sizeof *a->shape) != 0))
        st = fail_damaged(path, p->path);
    if (st == SCI_OK)
        st = sci_source_read(source, 0, bytes_of(p) / sci_type_size(a->type), p->elements);
    sci_source_free(source);
    return st;
}

static sci_status
read_parts(sci_h5_file *file, const char *path, audio_running_state *s)
{
    uint64_t bands[2] = { 0, 0 }, mels[2] = { 0, 0 };
    part parts[PARTS];
    bool pcen = false;
    sci_status st = shape_of(file, path, "/mean", bands);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, "/pcen", &pcen);
    if (st == SCI_OK && pcen)
        st = shape_of(file, path, "/pcen", mels);
    if (st == SCI_OK)
        st = audio_running_state_prepare(s, (size_t)bands[0], (size_t)bands[1], (size_t)mels[1]);
    if (st != SCI_OK)
        return st;
    list_parts(s, parts);
    for (int k = 0; st == SCI_OK && k < count_parts(s); k++)
        st = read_part(file, path, &parts[k]);
    if (st != SCI_OK)
        audio_running_state_clear(s);
    return st;
}

/* A file with a right digest may still have been made by hand. */
static bool
makes_sense(const audio_running_state *s)
{
    bool right = true;

    for (size_t i = 0; i < s->channels * s->bands; i++)
        right = right && isfinite(s->mean[i]) && s->variance[i] >= 0.0 && isfinite(s->variance[i])
                && s->steps[i] >= 0;
    for (size_t c = 0; c < s->channels; c++)
        right = right && s->peak[c] >= 0.0 && isfinite(s->peak[c]);
    for (size_t i = 0; i < s->channels * s->mels; i++)
        right = right && s->pcen[i] >= 0.0 && isfinite(s->pcen[i]);
    return right;
}

static sci_status
check_digest(sci_h5_file *file, const char *path, const audio_running_state *s,
             const char *parameters)
{
    char *stored = NULL, digest[33];
    sci_status st = read_text(file, path, "digest", &stored);

    digest_of(s, parameters, digest);
    if (st == SCI_OK && strcmp(stored, digest) != 0)
        st = fail_damaged(path, "its digest is not that of its numbers");
    if (st == SCI_OK && !makes_sense(s))
        st = fail_damaged(path, "a number is not finite, or negative where it cannot be");
    sci_free(stored);
    return st;
}

sci_status
audio_running_state_load(audio_running_state *s, const char *path, const char *parameters)
{
    sci_h5_file *file = NULL;
    sci_status st = sci_h5_file_open(&file, path);

    *s = (audio_running_state){ .channels = 0 };
    if (st == SCI_OK)
        st = check_texts(file, path, parameters);
    if (st == SCI_OK)
        st = read_parts(file, path, s);
    if (st == SCI_OK) {
        st = check_digest(file, path, s, parameters);
        if (st != SCI_OK)
            audio_running_state_clear(s);
    }
    sci_h5_file_close(file);
    return st;
}
