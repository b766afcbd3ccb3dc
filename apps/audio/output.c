/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <string.h>

#include <sci/memory.h>

#include "cli/provenance.h"
#include "half.h"
#include "phase.h"

#define KIND_FEATURES "features"
#define STATS_RECORD "/sci_audio" /* of a statistics file: its root belongs to the table */

/* ---- features ---- */

sci_type
audio_output_type(const audio_context *c, const sci_array *array)
{
    static const sci_type types[] = { SCI_FLOAT32, SCI_FLOAT64, SCI_FLOAT16 };

    return cli_given(c->call, "dtype") ? types[c->settings->dtype] : array->type;
}

sci_status
audio_output_open(audio_output *out, const audio_normal *job)
{
    const audio_context *c = &job->c;
    sci_array stored = job->source->array;
    sci_h5_layout layout = { .chunked = true };
    sci_sink *sink = NULL;
    sci_status st;

    if (stored.rank == 4) /* the axis of the recording */
        memmove(stored.shape, stored.shape + 1, 3 * sizeof stored.shape[0]);
    stored.rank = 3;
    stored.swapped = false;
    stored.type = audio_output_type(c, &job->source->array);
    layout.chunk[0] = 1;
    layout.chunk[1] = stored.shape[1] < AUDIO_CHUNK_FRAMES ? stored.shape[1] : AUDIO_CHUNK_FRAMES;
    layout.chunk[2] = stored.shape[2];
    /* The phase is as large again. */
    st = sci_h5_draft_holds(&stored, &layout) && !job->recipe.phase
             ? sci_h5_output_draft(&out->file, c->worker->temporary[0])
             : sci_h5_output_create(&out->file, c->worker->temporary[0]);
    if (st != SCI_OK)
        return st;
    sci_h5_output_digests(out->file, c->settings->common.verify);
    st = sci_h5_output_dataset(out->file, AUDIO_FEATURES_PATH, &stored, &layout, NULL, &sink);
    if (st == SCI_OK && stored.type == SCI_FLOAT16)
        st = audio_half_sink(&out->features, sink);
    else
        out->features = sink;
    return st;
}

sci_status
audio_output_replace(audio_output *out, const audio_context *c, const audio_stored *stored)
{
    sci_array array = stored->source->array;
    sci_h5_layout layout;
    sci_sink *sink = NULL;
    sci_status st = sci_h5_output_create(&out->file, c->worker->temporary[0]);

    if (st != SCI_OK)
        return st;
    array.swapped = false;
    if (array.type == SCI_FLOAT16) /* passes make floats of halves */
        array.type = SCI_FLOAT32;
    array.type = audio_output_type(c, &array);
    sci_h5_source_layout(stored->source, &layout);
    sci_h5_output_digests(out->file, c->settings->common.verify);
    st = sci_h5_output_copy_siblings(out->file, stored->source);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out->file, AUDIO_FEATURES_PATH, &array, &layout, NULL, &sink);
    if (st == SCI_OK && array.type == SCI_FLOAT16)
        return audio_half_sink(&out->features, sink);
    out->features = sink;
    return st;
}

/* ---- bands ---- */

static sci_status
write_labels(sci_h5_output *file, const audio_bands *bands)
{
    sci_array array = { .rank = 1, .shape = { bands->n_bins }, .type = SCI_INT32 };
    int32_t *labels = NULL;
    sci_status st = sci_alloc(&labels, bands->n_bins, 1, sizeof *labels);

    for (size_t k = 0; k < bands->n_bins && st == SCI_OK; k++)
        labels[k] = (int32_t)bands->label[k];
    if (st == SCI_OK)
        st = sci_h5_output_array(file, "/band_label", &array, labels);
    sci_free(labels);
    return st;
}

/* Where the number k of a frame lies: bin k·rate/n_fft, or the peak of a mel filter. */
static sci_status
write_frequencies(sci_h5_output *file, const audio_recipe *r, const audio_bands *bands)
{
    sci_array array = { .rank = 1, .shape = { bands->n_bins }, .type = SCI_FLOAT64 };
    double *hz = NULL;
    sci_status st;

    if (r->feature == AUDIO_FEATURE_MFCC)
        return SCI_OK;
    st = sci_alloc(&hz, bands->n_bins + 2, 1, sizeof *hz);
    if (st != SCI_OK)
        return st;
    if (r->feature == AUDIO_FEATURE_MEL)
        audio_mel_points(hz, bands->n_bins + 2, r->fmin_hz, r->fmax_hz,
                         (audio_mel_scale)r->mel_scale);
    for (size_t k = 0; k < bands->n_bins; k++)
        hz[k] =
            r->feature == AUDIO_FEATURE_MEL ? hz[k + 1] : (double)k * r->rate_hz / (double)r->n_fft;
    st = sci_h5_output_array(file, "/frequency_hz", &array, hz);
    sci_free(hz);
    return st;
}

sci_status
audio_output_bands(sci_h5_output *file, const audio_recipe *recipe, const audio_bands *bands)
{
    sci_array edges = { .rank = 1, .shape = { bands->kept + 1 }, .type = SCI_FLOAT64 };
    sci_array counts = { .rank = 1, .shape = { bands->kept }, .type = SCI_UINT64 };
    sci_status st = write_labels(file, bands);

    if (st == SCI_OK)
        st = write_frequencies(file, recipe, bands);
    if (st == SCI_OK && bands->edges_hz != NULL)
        st = sci_h5_output_array(file, "/band_edges_hz", &edges, bands->edges_hz);
    if (st == SCI_OK)
        st = sci_h5_output_array(file, "/band_bins", &counts, bands->counts);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, "/", "bands_requested", (int64_t)bands->requested);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, "/", "bands_kept", (int64_t)bands->kept);
    return st;
}

/* ---- attributes ---- */

sci_status
audio_output_head(sci_h5_output *file, const char *kind, const audio_recipe *recipe,
                  const char *provenance)
{
    bool statistics = strcmp(kind, "statistics") == 0;
    const char *object = statistics ? STATS_RECORD : "/";
    sci_status st = statistics ? sci_h5_output_group(file, object) : SCI_OK;

    if (st == SCI_OK)
        st = sci_h5_output_text(file, object, "sci_audio", kind);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, object, "sci_audio_format", AUDIO_FORMAT);
    if (st == SCI_OK)
        st = audio_recipe_write(recipe, file, object);
    if (st == SCI_OK)
        st = sci_h5_output_text(file, object, "provenance", provenance);
    return st;
}

static sci_status
describe_source(sci_h5_output *file, const audio_normal *job)
{
    const audio_facts *facts = audio_recording_facts(job->recording);
    sci_status st = sci_h5_output_text(file, "/", "source", job->name);

    if (st == SCI_OK)
        st = sci_h5_output_text(file, "/", "source_digest", job->digest);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, "/", "source_bytes", (int64_t)facts->riff.file_bytes);
    if (st == SCI_OK)
        st = sci_h5_output_text(file, "/", "source_container", facts->container);
    if (st == SCI_OK)
        st = sci_h5_output_text(file, "/", "source_codec", facts->codec);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, "/", "source_sample_bits", facts->bits);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, "/", "source_sample_float", facts->floating);
    if (st == SCI_OK)
        st = sci_h5_output_number(file, "/", "source_rate_hz", (double)facts->rate_hz);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, "/", "source_channels", facts->channels);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, "/", "samples",
                                   (int64_t)audio_recording_signal(job->recording)->samples);
    if (st == SCI_OK && job->group != NULL)
        st = sci_h5_output_text(file, "/", "group_by", job->by);
    if (st == SCI_OK && job->group != NULL)
        st = sci_h5_output_text(file, "/", "group", job->group);
    return st;
}

/* The time of the middle of frame t is first_frame_s + t·hop_length/rate_hz. */
static sci_status
describe_frames(sci_h5_output *file, const audio_normal *job)
{
    const audio_recipe *r = &job->recipe;
    double middle = r->pad == AUDIO_PAD_NONE ? (double)(r->frame_length / 2) / r->rate_hz : 0.0;

    return sci_h5_output_number(file, "/", "first_frame_s", middle);
}

/* The peak and the floor of each channel, where there is a floor. */
static sci_status
describe_floors(sci_h5_output *file, const audio_normal *job)
{
    const audio_recipe *r = &job->recipe;
    uint64_t channels = job->source->array.shape[job->source->array.rank - 3];
    sci_array array = { .rank = 1, .shape = { channels }, .type = SCI_FLOAT64 };
    double *floors = NULL;
    sci_status st;

    if (r->compression != AUDIO_COMPRESS_DB && r->compression != AUDIO_COMPRESS_LN)
        return SCI_OK;
    st = sci_alloc(&floors, channels, 1, sizeof *floors);
    for (uint64_t c = 0; c < channels && st == SCI_OK; c++)
        floors[c] = audio_features_floor(job->features, (int)c);
    if (st == SCI_OK)
        st = sci_h5_output_array(file, "/channel_floor", &array, floors);
    sci_free(floors);
    return st;
}

static const char *
unit_of(const audio_recipe *r, bool normalized)
{
    if (normalized)
        return "standard deviations of the band";
    if (r->compression == AUDIO_COMPRESS_DB && r->output_scale == 1.0)
        return "dB";
    return r->compression == AUDIO_COMPRESS_NONE ? "power" : "compressed power";
}

static sci_status
describe_features(sci_h5_output *file, const audio_recipe *recipe, bool normalized)
{
    sci_status st = sci_h5_output_integer(file, "/", "normalized", normalized);

    if (st == SCI_OK)
        st = sci_h5_output_text(file, AUDIO_FEATURES_PATH, "axes", "channel,frame,band");
    return st == SCI_OK
               ? sci_h5_output_text(file, AUDIO_FEATURES_PATH, "units", unit_of(recipe, normalized))
               : st;
}

static sci_status
provenance_of(const audio_normal *job, char **text)
{
    const char *digests[1] = { job->digest };

    return cli_provenance_text(text, job->c.call, 1, digests, NULL);
}

sci_status
audio_output_describe(audio_output *out, const audio_normal *job, const sci_stats *applied)
{
    sci_h5_output *file = out->file;
    char *provenance = NULL;
    sci_status st;

    sci_sink_free(out->features);
    out->features = NULL;
    st = provenance_of(job, &provenance);
    if (st == SCI_OK)
        st = audio_output_head(file, KIND_FEATURES, &job->recipe, provenance);
    if (st == SCI_OK)
        st = describe_source(file, job);
    if (st == SCI_OK)
        st = describe_frames(file, job);
    if (st == SCI_OK)
        st = describe_floors(file, job);
    if (st == SCI_OK)
        st = audio_output_bands(file, &job->recipe, job->partition.bands);
    if (st == SCI_OK && applied != NULL)
        st = sci_h5_output_stats(file, AUDIO_STATS_PATH, applied);
    if (st == SCI_OK)
        st = describe_features(file, &job->recipe,
                               job->recipe.scope != AUDIO_SCOPE_NONE && !job->c.settings->lazy);
    sci_free(provenance);
    return st;
}

sci_status
audio_output_restate(audio_output *out, const audio_context *c, const audio_recipe *recipe,
                     bool normalized, const sci_stats *applied)
{
    sci_h5_output *file = out->file;
    char *provenance = NULL;
    sci_status st;

    sci_sink_free(out->features);
    out->features = NULL;
    st = cli_provenance_text(&provenance, c->call, 0, NULL, NULL);
    if (st == SCI_OK)
        st = audio_output_head(file, KIND_FEATURES, recipe, provenance);
    if (st == SCI_OK && applied != NULL)
        st = sci_h5_output_remove(file, AUDIO_STATS_PATH);
    if (st == SCI_OK && applied != NULL)
        st = sci_h5_output_stats(file, AUDIO_STATS_PATH, applied);
    if (st == SCI_OK)
        st = describe_features(file, recipe, normalized);
    sci_free(provenance);
    return st;
}

sci_status
audio_output_phase(audio_output *out, const audio_normal *job)
{
    audio_features_settings f;
    audio_phase_settings settings;
    audio_scaling scaling = { 0 };
    audio_partition all = { 0 };
    sci_source *phases = NULL;
    sci_sink *sink = NULL;
    sci_h5_layout layout = { .chunked = true };
    sci_rows_source rows;
    sci_status st;

    audio_recipe_features(&job->recipe, &f);
    settings = (audio_phase_settings){ .spectrum = f.chain.spectrum,
                                       .hop = f.hop,
                                       .pad = f.pad,
                                       .drop_last = f.drop_last,
                                       .stop = job->c.worker->stop };
    st = audio_phase_source(&phases, audio_recording_signal(job->recording), &settings);
    if (st == SCI_OK)
        st = audio_partition_make(&all, &job->recipe, &phases->array, NULL, NULL);
    if (st == SCI_OK)
        st = audio_scaling_identity(&scaling, sci_grouping_groups(all.g), all.g, false);
    if (st == SCI_OK) {
        layout.chunk[0] = 1;
        layout.chunk[1] = phases->array.shape[1] < AUDIO_CHUNK_FRAMES ? phases->array.shape[1]
                                                                      : AUDIO_CHUNK_FRAMES;
        layout.chunk[2] = phases->array.shape[2];
        st = sci_h5_output_dataset(out->file, AUDIO_PHASE_PATH, &phases->array, &layout, NULL,
                                   &sink);
    }
    rows = audio_scaling_rows(&scaling);
    if (st == SCI_OK)
        st = sci_apply(phases, scaling.affine, &rows, NULL, &job->c.options, sink, NULL);
    sci_sink_free(sink);
    audio_scaling_clear(&scaling);
    audio_partition_clear(&all);
    sci_source_free(phases);
    if (st == SCI_OK)
        st = sci_h5_output_text(out->file, AUDIO_PHASE_PATH, "units", "radians");
    return st;
}

sci_status
audio_output_close(audio_output *out, const audio_context *c)
{
    sci_h5_output *file = out->file;
    const cli_common *common = &c->settings->common;

    sci_sink_free(out->features);
    *out = (audio_output){ 0 };
    return sci_h5_output_close(file, common->verify, !common->no_sync);
}

void
audio_output_clear(audio_output *out)
{
    sci_sink_free(out->features);
    sci_h5_output_free(out->file);
    *out = (audio_output){ 0 };
}

/* ---- statistics ---- */

#define DIGESTS_MOST 256 /* more are left to the table, which has them all */

static sci_status
stats_provenance(const cli_call *call, const sci_stats *stats, char **text)
{
    uint64_t n = sci_stats_origins(stats) <= DIGESTS_MOST ? sci_stats_origins(stats) : 0;
    sci_stats_origin *origins = NULL;
    const char **digests = NULL;
    sci_status st = sci_alloc(&origins, n, 1, sizeof *origins);

    if (st == SCI_OK)
        st = sci_alloc(&digests, n, 1, sizeof *digests);
    for (uint64_t k = 0; k < n && st == SCI_OK; k++) {
        st = sci_stats_get_origin(stats, k, &origins[k]);
        digests[k] = origins[k].digest;
    }
    if (st == SCI_OK)
        st = cli_provenance_text(text, call, (size_t)n, digests, NULL);
    sci_free(origins);
    sci_free(digests);
    return st;
}

sci_status
audio_stats_write(const char *path, const cli_call *call, const sci_stats *stats,
                  const audio_recipe *recipe)
{
    const audio_settings *s = call->settings;
    sci_h5_output *file = NULL;
    char *provenance = NULL;
    sci_status st = stats_provenance(call, stats, &provenance);

    if (st == SCI_OK)
        st = sci_h5_output_create(&file, path);
    if (st == SCI_OK)
        st = sci_h5_output_stats(file, "/", stats);
    if (st == SCI_OK)
        st = audio_output_head(file, "statistics", recipe, provenance);
    sci_free(provenance);
    if (st != SCI_OK) {
        sci_h5_output_free(file);
        return st;
    }
    return sci_h5_output_close(file, s->common.verify, !s->common.no_sync);
}

/* ---- reading ---- */

sci_status
audio_file_check(sci_h5_file *file, const char *path, const char *kind)
{
    const char *object = strcmp(kind, "statistics") == 0 ? STATS_RECORD : "/";
    char *text = NULL;
    int64_t format = 0;
    sci_status st = sci_h5_file_text(file, object, "sci_audio", &text);

    if (st == SCI_OK)
        st = sci_h5_file_integer(file, object, "sci_audio_format", &format);
    if (st == SCI_ERR_NOTFOUND)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is no file of %s of sci-audio", path, kind);
    else if (st == SCI_OK && strcmp(text, kind) != 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is a %s of sci-audio, not a file of %s", path, text,
                      kind);
    if (st == SCI_OK && format != AUDIO_FORMAT)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has format %lld, this program reads %d", path,
                      (long long)format, AUDIO_FORMAT);
    sci_free(text);
    return st;
}

sci_status
audio_model_load(const char *path, sci_stats **stats, audio_recipe *recipe)
{
    sci_h5_file *file = NULL;
    char *table = NULL;
    bool statistics = false, normalized = false;
    sci_status st = sci_h5_file_open(&file, path);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, STATS_RECORD, &statistics);
    if (st == SCI_OK)
        st = audio_file_check(file, path, statistics ? "statistics" : KIND_FEATURES);
    if (st == SCI_OK)
        st = sci_h5_file_has(file, AUDIO_STATS_PATH, &normalized);
    if (st == SCI_OK && !statistics && !normalized)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' holds no statistics; its features are not normalized",
                      path);
    if (st == SCI_OK)
        st = audio_recipe_read(recipe, file, path, statistics ? STATS_RECORD : "/");
    sci_h5_file_close(file);
    if (st == SCI_OK)
        st = sci_format(&table, "%s%s", path, statistics ? "" : ":" AUDIO_STATS_PATH);
    if (st == SCI_OK)
        st = sci_stats_load(stats, table);
    sci_free(table);
    return st;
}
