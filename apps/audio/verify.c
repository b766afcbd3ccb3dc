/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verify.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/affine.h>
#include <sci/hash.h>
#include <sci/matrix.h>
#include <sci/memory.h>

#include "cli/provenance.h"

#include "differing.h"
#include "flowing.h"
#include "normal.h"
#include "scaling.h"

/* ---- values ---- */

typedef struct counting {
    const audio_stored *stored;
    uint64_t values, bad, first;
} counting;

static sci_status
count(void *context, uint64_t first, uint64_t n, const void *elements)
{
    enum { BLOCK = 1024 };
    counting *c = context;
    const sci_array *a = &c->stored->source->array;
    size_t size = sci_type_size(a->type);
    double x[BLOCK];

    for (uint64_t done = 0; done < n; done += BLOCK) {
        size_t m = n - done < BLOCK ? (size_t)(n - done) : BLOCK;

        sci_widen_stored(x, a, (const unsigned char *)elements + done * size, m);
        for (size_t i = 0; i < m; i++)
            if (!isfinite(x[i]) && c->bad++ == 0)
                c->first = first + done + i;
    }
    c->values += n;
    return SCI_OK;
}

static sci_status
check_values(audio_verified *out, const audio_stored *s)
{
    counting c = { .stored = s };
    const uint64_t *shape = s->source->array.shape;
    uint64_t all = 0;
    sci_status st = sci_array_count(&s->source->array, &all);

    if (st == SCI_OK)
        st = sci_source_visit(s->source, 0, all, count, &c);
    out->values = c.values;
    if (st == SCI_OK && c.bad > 0)
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s': %" PRIu64 " numbers of /features are not finite, the first at channel "
                      "%" PRIu64 ", frame %" PRIu64 ", number %" PRIu64,
                      s->path, c.bad, c.first / shape[2] / shape[1] + 1,
                      c.first / shape[2] % shape[1] + 1, c.first % shape[2] + 1);
    return st;
}

/* ---- moments ---- */

static const char *
no_moments(const audio_stored *s)
{
    if (s->stats == NULL)
        return "it keeps no statistics";
    if (s->recipe.scope != AUDIO_SCOPE_FILE)
        return "the statistics are of several recordings";
    if (s->recipe.mask[0] != '\0')
        return "the statistics are of some of the frames";
    return NULL;
}

/* What row k of the statistics promises of the features that are stored. */
static void
promise(const audio_stored *s, const audio_scaling *scaling, uint64_t k, double *mean,
        double *variance)
{
    const sci_moments *was = &sci_stats_moments(s->stats)[k], *row = &scaling->rows[k];
    int ddof = (int)s->recipe.ddof;
    double factor = 1.0, v = was->count == 0 ? 0.0 : sci_moments_variance(was, ddof);

    *mean = sci_moments_mean(was);
    if (s->normalized) {
        factor = ldexp(sci_affine_scale_of(row, scaling->eps, ddof), -row->exponent)
                 * (scaling->gamma != NULL ? scaling->gamma[k] : 1.0);
        *mean = scaling->beta != NULL ? scaling->beta[k] : 0.0;
    }
    *variance = sci_moments_is_constant(was) ? 0.0 : factor * factor * v;
}

/* Halves have 11 bits. */
static sci_status
compare_moments(audio_verified *out, const audio_stored *s, const sci_stats *now,
                const audio_scaling *scaling)
{
    double allowed = s->source->array.type == SCI_FLOAT16 ? 2e-3 : 1e-5;
    const sci_moments *rows = sci_stats_moments(now);
    uint64_t worst = 0, n = sci_stats_groups(now);

    for (uint64_t k = 0; k < n; k++) {
        double mean, variance, mean_off, variance_off;

        if (rows[k].count == 0)
            continue;
        promise(s, scaling, k, &mean, &variance);
        mean_off = fabs(sci_moments_mean(&rows[k]) - mean) / fmax(1.0, fabs(mean));
        variance_off = fabs(sci_moments_variance(&rows[k], (int)s->recipe.ddof) - variance)
                       / fmax(1.0, variance);
        if (fmax(mean_off, variance_off) > fmax(out->mean_off, out->variance_off))
            worst = k;
        out->mean_off = fmax(out->mean_off, mean_off);
        out->variance_off = fmax(out->variance_off, variance_off);
    }
    if (out->mean_off <= allowed && out->variance_off <= allowed)
        return SCI_OK;
    return sci_fail(SCI_ERR_FORMAT,
                    "'%s': the statistics promise other features: band %" PRIu64 " of channel "
                    "%" PRIu64 " has mean %.6g and variance %.6g",
                    s->path, worst % s->partition.bands->kept + 1,
                    worst / s->partition.bands->kept + 1, sci_moments_mean(&rows[worst]),
                    sci_moments_variance(&rows[worst], (int)s->recipe.ddof));
}

sci_status
audio_verify_features(audio_verified *out, const audio_context *c, const audio_stored *s)
{
    sci_options options = c->options;
    audio_scaling scaling = { 0 };
    sci_stats *now = NULL;
    sci_status st = check_values(out, s);

    out->no_moments = no_moments(s);
    if (st != SCI_OK || out->no_moments != NULL)
        return st;
    options.ddof = (int)s->recipe.ddof;
    st = sci_fit(s->source, s->partition.g, &options, &now, NULL);
    if (st == SCI_OK)
        st = audio_scaling_make(&scaling, &s->recipe, sci_stats_moments(s->stats),
                                sci_stats_groups(s->stats), s->partition.bands->kept,
                                s->partition.g, false);
    if (st == SCI_OK)
        st = compare_moments(out, s, now, &scaling);
    audio_scaling_clear(&scaling);
    sci_stats_free(now);
    return st;
}

/* ---- the recording ---- */

static sci_status
check_digest(const audio_context *c, const audio_stored *s, const char *path)
{
    uint8_t digest[SCI_DIGEST_BYTES];
    sci_digest_kind kind = SCI_DIGEST_XXH3;
    sci_h5_file *file = NULL;
    char *stored = NULL, text[80] = "";
    sci_status st = sci_h5_file_open(&file, s->path);

    if (st == SCI_OK)
        st = sci_h5_file_text(file, "/", "source_digest", &stored);
    sci_h5_file_close(file);
    if (st == SCI_OK) {
        kind = strncmp(stored, "sha256:", 7) == 0 ? SCI_DIGEST_SHA256 : SCI_DIGEST_XXH3;
        st = sci_hash_file(path, kind, c->worker->stop, digest);
    }
    if (st == SCI_OK) {
        cli_digest_text(kind, digest, text);
        if (strcmp(stored, text) != 0)
            st = sci_fail(SCI_ERR_FORMAT, "'%s' is not what '%s' was made of: %s, not %s", path,
                          s->path, text, stored);
    }
    sci_free(stored);
    return st;
}

static const char *
not_remade(const audio_stored *s)
{
    bool masked = s->recipe.mask[0] != '\0';

    if (s->normalized && s->recipe.scope == AUDIO_SCOPE_RUNNING)
        return "running averages may go on from another recording's";
    if (masked && (s->recipe.masked_out != 0 || s->recipe.scope == AUDIO_SCOPE_SLIDING))
        return "the mask is not kept";
    return NULL;
}

static sci_status
check_shape(const audio_stored *s, const sci_array *made)
{
    const uint64_t *shape = s->source->array.shape;

    if (made->rank == 3 && memcmp(made->shape, shape, 3 * sizeof *shape) == 0)
        return SCI_OK;
    return sci_fail(SCI_ERR_FORMAT, "'%s' has other frames than the recording makes", s->path);
}

/* Its own statistics again. */
static sci_status
check_stats(const audio_stored *s, audio_normal *job)
{
    const sci_moments *a, *b;
    sci_stats *made = NULL;
    sci_status st;

    if (no_moments(s) != NULL)
        return SCI_OK;
    st = audio_normal_fit(job, &made);
    if (st != SCI_OK)
        return st;
    a = sci_stats_moments(s->stats);
    b = sci_stats_moments(made);
    for (uint64_t k = 0; k < sci_stats_groups(made) && st == SCI_OK; k++)
        if (a[k].count != b[k].count || sci_moments_mean(&a[k]) != sci_moments_mean(&b[k])
            || a[k].m2 != b[k].m2)
            st = sci_fail(SCI_ERR_FORMAT, "'%s': its statistics are not those of the recording",
                          s->path);
    sci_stats_free(made);
    return st;
}

static sci_status
make_scaling(audio_scaling *scaling, const audio_stored *s, const audio_normal *job)
{
    uint64_t groups = sci_grouping_groups(job->plain.g);

    if (!s->normalized || s->stats == NULL)
        return audio_scaling_identity(scaling, groups, job->plain.g, false);
    return audio_scaling_make(scaling, &s->recipe, sci_stats_moments(s->stats), groups,
                              job->partition.bands->kept, job->plain.g, false);
}

static sci_status
remake(const audio_stored *s, audio_normal *job)
{
    audio_scaling scaling = { 0 };
    audio_flowing flowing = { 0 };
    audio_difference d = { 0 };
    sci_sink *sink = NULL;
    sci_rows_source rows;
    sci_source *source = job->source;
    sci_status st = check_shape(s, &source->array);

    if (st == SCI_OK && s->normalized && s->recipe.scope == AUDIO_SCOPE_SLIDING) {
        st = audio_flowing_make(&flowing, job);
        source = flowing.source;
    }
    if (st == SCI_OK)
        st = make_scaling(&scaling, s, job);
    if (st == SCI_OK)
        st = audio_difference_sink(&sink, s->source, &d);
    rows = audio_scaling_rows(&scaling);
    if (st == SCI_OK)
        st = sci_apply(source, scaling.affine, &rows, NULL, &job->c.options, sink, NULL);
    if (st == SCI_OK && d.differing > 0)
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s': %" PRIu64 " of %" PRIu64 " numbers of /features are not those that "
                      "'%s' makes, by up to %.3g",
                      s->path, d.differing, d.compared, job->path, d.largest);
    sci_sink_free(sink);
    audio_scaling_clear(&scaling);
    audio_flowing_clear(&flowing);
    return st;
}

sci_status
audio_verify_recording(audio_verified *out, const cli_call *call, const cli_worker *worker,
                       const audio_stored *s, const char *path)
{
    cli_inputs_rules rules = { .recursive = false };
    cli_inputs inputs = { 0 };
    audio_context c = { 0 };
    audio_normal job = { 0 };
    sci_status st = audio_context_start(&c, call, worker);

    if (st == SCI_OK)
        st = check_digest(&c, s, path);
    audio_context_end(&c);
    out->recording = st == SCI_OK;
    out->not_remade = not_remade(s);
    if (st != SCI_OK || out->not_remade != NULL)
        return st;
    st = cli_inputs_expand(&inputs, 1, &path, &rules);
    if (st == SCI_OK)
        st = audio_normal_begin(&job, call, &inputs, 0, worker, &s->recipe);
    if (st == SCI_OK)
        st = check_stats(s, &job);
    if (st == SCI_OK)
        st = remake(s, &job);
    audio_normal_end(&job);
    cli_inputs_clear(&inputs);
    return st;
}
