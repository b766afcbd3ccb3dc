/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A block of frames of every channel is read; then frame by frame each channel gives as many samples as the
 * others, which are written side by side. */
#include "synthesis.h"

#include <string.h>

#include <sci/matrix.h>
#include <sci/memory.h>

#include "affine_source.h"
#include "expand.h"
#include "inverse.h"
#include "output.h"
#include "phase.h"

#define BLOCK_BYTES (UINT64_C(16) << 20)

typedef struct synthesis {
    const audio_context *c;
    const audio_stored *stored;
    audio_features_settings settings;
    uint64_t samples;
    uint64_t frames;
    size_t channels, n_bins, block; /* frames of a block */
    audio_scaling scaling;
    sci_source *undone, *features, *phases; /* features: `undone`, or those of the file */
    audio_inverse **inverses;               /* of each channel */
    audio_wav *wav;
    void *raw;                         /* features of a block of one channel, as stored */
    double *power, *bins;              /* channels × block × bins; pairs of one frame */
    float *phase;                      /* channels × block × bins */
    double *samples_of, *side_by_side; /* of one channel, of all */
} synthesis;

/* ---- what can be synthesized ---- */

static const char *
reason(const audio_recipe *r)
{
    if (r->feature != AUDIO_FEATURE_STFT)
        return "its features are not the bins of a spectrum; use --feature stft --complex";
    if (r->compression == AUDIO_COMPRESS_PCEN)
        return "values of PCEN do not give their powers back";
    return NULL;
}

sci_status
audio_synthesis_check(const audio_stored *s)
{
    const char *why = reason(&s->recipe);
    sci_h5_file *file = NULL;
    bool has = false;
    sci_status st;

    if (why != NULL)
        return sci_fail(SCI_ERR_REFUSED, "'%s': %s", s->path, why);
    st = s->normalized ? audio_stored_undoable(s) : SCI_OK;
    if (st == SCI_OK)
        st = sci_h5_file_open(&file, s->path);
    if (st == SCI_OK)
        st = sci_h5_file_has(file, AUDIO_PHASE_PATH, &has);
    sci_h5_file_close(file);
    if (st == SCI_OK && !has)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' has no phases, without which there are no samples; 'normalize "
                      "--complex' keeps them",
                      s->path);
    return st;
}

/* ---- opening ---- */

static sci_status
read_facts(synthesis *y, audio_facts *facts)
{
    sci_h5_file *file = NULL;
    int64_t samples = 0, bits = 0, floating = 0;
    sci_status st = sci_h5_file_open(&file, y->stored->path);

    if (st == SCI_OK)
        st = sci_h5_file_integer(file, "/", "samples", &samples);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, "/", "source_sample_bits", &bits);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, "/", "source_sample_float", &floating);
    sci_h5_file_close(file);
    if (st == SCI_OK && (samples < 1 || bits < 0 || bits > 64))
        st = sci_fail(SCI_ERR_FORMAT, "'%s': %lld samples of %lld bits", y->stored->path,
                      (long long)samples, (long long)bits);
    y->samples = (uint64_t)samples;
    facts->bits = (int)bits;
    facts->floating = floating != 0;
    return st;
}

static sci_status
open_sources(synthesis *y)
{
    const audio_stored *s = y->stored;
    const sci_array *a = &s->source->array, *p;
    const audio_recipe *r = &s->recipe;
    sci_status st = SCI_OK;

    y->features = s->source;
    if (s->normalized) {
        st = audio_scaling_make(&y->scaling, r, sci_stats_moments(s->stats),
                                sci_stats_groups(s->stats), s->partition.bands->kept,
                                s->partition.g, false);
        if (st == SCI_OK)
            st = audio_affine_source(&y->undone, s->source, s->partition.bands, &y->scaling,
                                     (int)r->ddof, true);
        y->features = y->undone;
    }
    if (st == SCI_OK)
        st = sci_h5_source_open(&y->phases, s->path, AUDIO_PHASE_PATH, &y->c->h5);
    if (st != SCI_OK)
        return st;
    p = &y->phases->array;
    if (p->rank != 3 || memcmp(p->shape, a->shape, 3 * sizeof a->shape[0]) != 0
        || p->type != SCI_FLOAT32 || p->swapped)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s': " AUDIO_PHASE_PATH " and " AUDIO_FEATURES_PATH " do not fit",
                        s->path);
    return SCI_OK;
}

static sci_status
make_inverses(synthesis *y)
{
    audio_inverse_settings settings = { .spectrum = y->settings.chain.spectrum,
                                        .hop = y->settings.hop,
                                        .pad = y->settings.pad,
                                        .drop_last = y->settings.drop_last,
                                        .samples = y->samples };
    sci_status st = sci_alloc_zero(&y->inverses, y->channels, 1, sizeof(audio_inverse *));

    settings.spectrum.single = false; /* of doubles, whatever they were made in */
    for (size_t c = 0; c < y->channels && st == SCI_OK; c++)
        st = audio_inverse_create(&y->inverses[c], &settings);
    if (st == SCI_OK && audio_inverse_frames(y->inverses[0]) != y->frames)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': %llu frames, %llu samples make %llu", y->stored->path,
                      (unsigned long long)y->frames, (unsigned long long)y->samples,
                      (unsigned long long)audio_inverse_frames(y->inverses[0]));
    return st;
}

static sci_status
allocate(synthesis *y)
{
    uint64_t most = BLOCK_BYTES / ((uint64_t)y->channels * y->n_bins * 12);
    size_t given = y->settings.chain.spectrum.length + y->settings.hop, all;
    sci_status st;

    y->block = most < AUDIO_CHUNK_FRAMES ? (size_t)most : AUDIO_CHUNK_FRAMES;
    y->block = y->block > 0 ? y->block : 1;
    all = y->channels * y->block;
    st = sci_alloc(&y->power, all, y->n_bins, sizeof *y->power);
    if (st == SCI_OK)
        st = sci_alloc(&y->phase, all, y->n_bins, sizeof *y->phase);
    if (st == SCI_OK)
        st = sci_alloc(&y->raw, y->block, y->n_bins, sci_type_size(y->features->array.type));
    if (st == SCI_OK)
        st = sci_alloc(&y->bins, y->n_bins, 2, sizeof *y->bins);
    if (st == SCI_OK)
        st = sci_alloc(&y->samples_of, given, 1, sizeof *y->samples_of);
    if (st == SCI_OK)
        st = sci_alloc(&y->side_by_side, given, y->channels, sizeof *y->side_by_side);
    return st;
}

static sci_status
open_wav(synthesis *y, audio_sample_type type)
{
    const cli_worker *w = y->c->worker;
    audio_wav_settings settings = { .channels = (int)y->channels,
                                    .rate_hz = (uint32_t)y->stored->recipe.rate_hz,
                                    .type = type,
                                    .samples = y->samples,
                                    .verify = y->c->settings->common.verify };

    return audio_wav_create(&y->wav, w->temporary[0], w->target[0], &settings);
}

static void
clear(synthesis *y)
{
    for (size_t c = 0; c < y->channels && y->inverses != NULL; c++)
        audio_inverse_free(y->inverses[c]);
    sci_free(y->inverses);
    audio_wav_free(y->wav);
    sci_source_free(y->undone);
    sci_source_free(y->phases);
    audio_scaling_clear(&y->scaling);
    sci_free(y->raw);
    sci_free(y->power);
    sci_free(y->phase);
    sci_free(y->bins);
    sci_free(y->samples_of);
    sci_free(y->side_by_side);
}

/* ---- frames ---- */

/* Bins that normalization has set to 0 are silent. */
static void
silence_outside(const synthesis *y, double *power, size_t n)
{
    const int64_t *label = y->stored->partition.bands->label;

    for (size_t t = 0; t < n; t++)
        for (size_t k = 0; k < y->n_bins; k++)
            if (label[k] < 0)
                power[t * y->n_bins + k] = 0.0;
}

static sci_status
read_block(synthesis *y, size_t channel, uint64_t first, size_t n)
{
    uint64_t at = ((uint64_t)channel * y->frames + first) * y->n_bins, count = n * y->n_bins;
    size_t to = channel * y->block * y->n_bins;
    sci_status st = sci_source_read(y->features, at, count, y->raw);

    if (st == SCI_OK)
        st = sci_source_read(y->phases, at, count, y->phase + to);
    if (st != SCI_OK)
        return st;
    sci_widen_stored(y->power + to, &y->features->array, y->raw, (size_t)count);
    st = audio_expand(&y->settings.chain.compression, y->power + to, (size_t)count);
    if (st == SCI_OK && y->stored->normalized)
        silence_outside(y, y->power + to, n);
    return st;
}

static void
lay_beside(synthesis *y, size_t channel, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y->side_by_side[i * y->channels + channel] = y->samples_of[i];
}

/* Frame t of the block. */
static sci_status
add_frame(synthesis *y, size_t t)
{
    size_t n = 0;
    sci_status st = SCI_OK;

    for (size_t c = 0; c < y->channels && st == SCI_OK; c++) {
        size_t at = (c * y->block + t) * y->n_bins;

        audio_phase_bins(y->power + at, y->phase + at, y->n_bins, y->bins);
        st = audio_inverse_add(y->inverses[c], y->bins, y->samples_of, &n);
        if (st == SCI_OK)
            lay_beside(y, c, n);
    }
    return st == SCI_OK ? audio_wav_append(y->wav, y->side_by_side, n) : st;
}

static sci_status
finish(synthesis *y)
{
    size_t n = 0;
    sci_status st = SCI_OK;

    for (size_t c = 0; c < y->channels && st == SCI_OK; c++) {
        st = audio_inverse_finish(y->inverses[c], y->samples_of, &n);
        if (st == SCI_OK)
            lay_beside(y, c, n);
    }
    if (st == SCI_OK)
        st = audio_wav_append(y->wav, y->side_by_side, n);
    return st == SCI_OK ? audio_wav_close(y->wav) : st;
}

static sci_status
run(synthesis *y)
{
    const cli_worker *w = y->c->worker;
    sci_status st = SCI_OK;

    for (uint64_t first = 0; first < y->frames && st == SCI_OK; first += y->block) {
        uint64_t left = y->frames - first;
        size_t n = left < y->block ? (size_t)left : y->block;

        if (w->stop != NULL && *w->stop != 0)
            return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
        for (size_t c = 0; c < y->channels && st == SCI_OK; c++)
            st = read_block(y, c, first, n);
        for (size_t t = 0; t < n && st == SCI_OK; t++)
            st = add_frame(y, t);
        w->progress(w->progress_context, first + n, y->frames);
    }
    return st == SCI_OK ? finish(y) : st;
}

sci_status
audio_synthesis_write(audio_synthesis *out, const audio_context *c, const audio_stored *stored,
                      int type)
{
    synthesis y = { .c = c,
                    .stored = stored,
                    .channels = (size_t)stored->source->array.shape[0],
                    .frames = stored->source->array.shape[1],
                    .n_bins = (size_t)stored->source->array.shape[2] };
    audio_facts facts = { .bits = 0 };
    sci_status st = read_facts(&y, &facts);

    audio_recipe_features(&stored->recipe, &y.settings);
    *out = (audio_synthesis){ .samples = y.samples };
    out->type = type < 0 ? audio_sample_type_of(&facts) : (audio_sample_type)type;
    for (size_t k = 0; k < y.n_bins && stored->normalized; k++)
        out->outside |= stored->partition.bands->label[k] < 0;
    if (st == SCI_OK)
        st = open_sources(&y);
    if (st == SCI_OK)
        st = make_inverses(&y);
    if (st == SCI_OK)
        st = allocate(&y);
    if (st == SCI_OK)
        st = open_wav(&y, out->type);
    if (st == SCI_OK)
        st = run(&y);
    for (size_t k = 0; k < y.channels && st == SCI_OK; k++)
        out->unknown += audio_inverse_unknown(y.inverses[k]);
    out->clipped = st == SCI_OK ? audio_wav_clipped(y.wav) : 0;
    clear(&y);
    return st;
}
