/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "normal.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <sci/hash.h>
#include <sci/memory.h>

#include "cli/message.h"
#include "cli/provenance.h"

/* ---- opening ---- */

/* The file, and the rate that it will be read at. */
static sci_status
open_sound(const audio_normal *job, audio_sound **sound, double *rate_hz)
{
    sci_status st = audio_sound_open(sound, job->path);

    if (st != SCI_OK)
        return st;
    *rate_hz = job->c.settings->rate_hz > 0 ? (double)job->c.settings->rate_hz
                                            : (double)audio_sound_facts(*sound)->rate_hz;
    return SCI_OK;
}

/* A model is for one rate, of a file or of --rate. */
static sci_status
copy_recipe(audio_normal *job, const audio_recipe *model, double rate_hz)
{
    sci_status st;

    if (model->rate_hz != rate_hz)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' has %.9g Hz, the statistics are of %.9g Hz; --rate %.9g resamples it",
                        job->path, rate_hz, model->rate_hz, model->rate_hz);
    job->recipe = *model;
    job->recipe.bands = job->recipe.mask = NULL;
    st = sci_strdup(&job->recipe.bands, model->bands);
    return st == SCI_OK ? sci_strdup(&job->recipe.mask, model->mask) : st;
}

/* `sound` is taken over, also on failure. */
static sci_status
open_recording(audio_normal *job, audio_sound *sound)
{
    const audio_settings *s = job->c.settings;
    audio_features_settings f;
    audio_recording_settings r = {
        .channel = (int)job->recipe.channel,
        .mono = job->recipe.mono,
        .rate_hz = (uint32_t)s->rate_hz,
        .ignore_nonfinite = s->common.nan == SCI_NAN_IGNORE,
        .single = job->recipe.precision == 0,
        .stop = job->c.worker->stop,
        .sound = sound,
    };
    sci_status st;

    audio_recipe_features(&job->recipe, &f);
    r.largest = audio_spectrum_largest(&f.chain.spectrum);
    if (job->change.gain > 1.0)
        r.largest /= job->change.gain;
    st = audio_recording_open(&job->recording, job->path, &r);
    if (st != SCI_OK)
        return st;
    job->signal = audio_recording_signal(job->recording);
    if (audio_change_is_none(&job->change))
        return SCI_OK;
    st = audio_changed_create(&job->changed, job->signal, &job->change);
    if (st == SCI_OK)
        job->signal = audio_changed_signal(job->changed);
    return st;
}

static void
note_header(const audio_normal *job)
{
    const riff_facts *riff = &audio_recording_facts(job->recording)->riff;

    for (size_t k = 0; k < riff->n_warnings; k++)
        cli_warn("'%s': %s", job->path, riff->warnings[k]);
}

static void
note_filters(const audio_normal *job)
{
    size_t empty = audio_chain_empty_filters(audio_features_chain(job->features));
    const audio_bands *bands = job->partition.bands;

    if (empty > 0)
        cli_warn("'%s': %zu of %" PRId64 " mel filters have no bin under them and are silent; "
                 "fewer --n-mels or a larger --n-fft",
                 job->path, empty, job->recipe.n_mels);
    if (bands->kept < bands->requested)
        cli_note("'%s': %zu of %zu bands have a bin of their own; the others are joined to their "
                 "neighbours",
                 job->path, bands->kept, bands->requested);
}

/* Of --scope running: what the recording before has left. */
static sci_status
load_state(audio_normal *job)
{
    const char *path = job->c.settings->state;
    char *parameters = NULL;
    sci_status st;

    if (path == NULL || access(path, F_OK) != 0)
        return SCI_OK;
    st = audio_recipe_text(&job->recipe, &parameters);
    if (st == SCI_OK)
        st = audio_running_state_load(&job->state, path, parameters);
    sci_free(parameters);
    if (st == SCI_OK && job->state.channels != (size_t)job->signal->channels) {
        size_t channels = job->state.channels;

        audio_running_state_clear(&job->state);
        st = sci_fail(SCI_ERR_REFUSED, "'%s' is of %zu channels, '%s' has %d", path, channels,
                      job->path, job->signal->channels);
    }
    return st;
}

static sci_status
make_features(audio_normal *job)
{
    audio_features_settings f;
    sci_status st = job->recipe.scope == AUDIO_SCOPE_RUNNING ? load_state(job) : SCI_OK;

    if (st != SCI_OK)
        return st;
    audio_recipe_features(&job->recipe, &f);
    f.spare = job->spare;
    f.memory_bytes = job->c.keep_bytes;
    f.sample_axis = true;
    f.energies = job->c.settings->mask != NULL && strncmp(job->c.settings->mask, "energy:", 7) == 0;
    f.stop = job->c.worker->stop;
    f.least_peak = job->peaks != NULL ? job->peaks : job->state.peak;
    f.only_least = job->peaks != NULL;
    f.pcen_state = job->state.mels > 0 ? job->state.pcen : NULL;
    st = audio_features_create(&job->features, job->signal, &f);
    if (st == SCI_OK)
        job->source = audio_features_source(job->features);
    return st;
}

/* A channel without any would have no statistics. */
static sci_status
check_mask(const audio_normal *job)
{
    const uint8_t *members = audio_frame_mask_members(job->mask);
    uint64_t frames = audio_features_frames(job->features);

    for (int c = 0; c < audio_features_channels(job->features); c++)
        if (memchr(members + (uint64_t)c * frames, 1, frames) == NULL)
            return sci_fail(SCI_ERR_DEGENERATE,
                            "'%s': no frame of channel %d is inside the mask '%s'", job->path,
                            c + 1, job->c.settings->mask);
    return SCI_OK;
}

static sci_status
make_mask(audio_normal *job)
{
    const char *text = job->c.settings->mask;
    audio_intervals *intervals = NULL;
    double below_db = 0.0;
    sci_status st;

    if (text == NULL)
        return SCI_OK;
    if (strncmp(text, "energy:", 7) == 0) {
        (void)cli_parse_real(text + 7, &below_db);
        return audio_frame_mask_energy(&job->mask, job->features, below_db);
    }
    st = audio_intervals_load(&intervals, text);
    if (st == SCI_OK)
        st = audio_frame_mask_intervals(&job->mask, job->features, intervals, job->path);
    audio_intervals_free(intervals);
    return st == SCI_OK ? check_mask(job) : st;
}

/* The array of a fit has an axis of the recording, that of an output has none. */
static sci_status
make_groups(audio_normal *job)
{
    const sci_array *array = &job->source->array;
    sci_status st = audio_partition_make(&job->partition, &job->recipe, array, job->by, job->group);

    audio_features_set_sample_axis(job->features, false);
    if (st == SCI_OK)
        st = make_mask(job);
    if (st == SCI_OK)
        st = audio_partition_make(&job->plain, &job->recipe, array, NULL, NULL);
    if (st == SCI_OK && job->mask != NULL && job->recipe.masked_out != 0)
        st = audio_frame_mask_enter(job->mask, job->plain.g);
    audio_features_set_sample_axis(job->features, true);
    if (st == SCI_OK && job->mask != NULL)
        st = audio_frame_mask_enter(job->mask, job->partition.g);
    audio_features_set_sample_axis(job->features, false);
    return st;
}

static sci_status
digest_file(audio_normal *job)
{
    uint8_t digest[SCI_DIGEST_BYTES];
    sci_status st = sci_hash_file(job->path, job->c.options.digest, job->c.worker->stop, digest);

    if (st == SCI_OK)
        cli_digest_text(job->c.options.digest, digest, job->digest);
    return st;
}

sci_status
audio_group_of(const audio_settings *settings, const cli_inputs *inputs, size_t input,
               const char **group)
{
    *group = NULL;
    if (settings->group_by == NULL)
        return SCI_OK;
    *group = cli_inputs_field(inputs, input, settings->group_by);
    if (*group == NULL || (*group)[0] == '\0')
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' has no '%s' in a manifest (--group-by, --manifest)",
                        inputs->items[input].operand, settings->group_by);
    return SCI_OK;
}

sci_status
audio_normal_begin(audio_normal *job, const cli_call *call, const cli_inputs *inputs, size_t input,
                   const cli_worker *worker, const audio_recipe *recipe)
{
    audio_sound *sound = NULL;
    double rate_hz = 0.0;
    sci_status st = audio_context_start(&job->c, call, worker);

    job->path = inputs->items[input].path;
    job->name = cli_operand_name(inputs->items[input].operand);
    job->by = job->c.settings->group_by;
    if (st == SCI_OK)
        st = audio_group_of(job->c.settings, inputs, input, &job->group);
    if (st == SCI_OK)
        st = open_sound(job, &sound, &rate_hz);
    if (st == SCI_OK)
        st = recipe != NULL ? copy_recipe(job, recipe, rate_hz)
                            : audio_recipe_make(&job->recipe, call, rate_hz);
    if (st == SCI_OK)
        st = open_recording(job, sound);
    else
        audio_sound_free(sound);
    if (st == SCI_OK && audio_change_is_none(&job->change))
        note_header(job);
    if (st == SCI_OK)
        st = make_features(job);
    if (st == SCI_OK)
        st = make_groups(job);
    if (st != SCI_OK || !audio_change_is_none(&job->change))
        return st;
    note_filters(job);
    return digest_file(job);
}

void
audio_normal_end(audio_normal *job)
{
    audio_partition_clear(&job->partition);
    audio_partition_clear(&job->plain);
    audio_frame_mask_free(job->mask);
    audio_running_state_clear(&job->state);
    audio_features_free(job->features);
    audio_changed_free(job->changed);
    audio_recording_free(job->recording);
    audio_recipe_clear(&job->recipe);
    audio_context_end(&job->c);
    *job = (audio_normal){ 0 };
}

/* ---- statistics ---- */

sci_status
audio_normal_fit(audio_normal *job, sci_stats **out)
{
    sci_options options = job->c.options;
    sci_status st;

    options.ddof = (int)job->recipe.ddof;
    audio_features_set_sample_axis(job->features, true);
    st = sci_fit(job->source, job->partition.g, &options, out, NULL);
    audio_features_set_sample_axis(job->features, false);
    return st == SCI_OK ? sci_stats_rename(*out, job->name) : st;
}

void
audio_normal_note(const audio_normal *job, const sci_stats *stats)
{
    const audio_seen *seen = audio_recording_seen(job->recording);
    const sci_moments *rows = stats != NULL ? sci_stats_moments(stats) : NULL;
    uint64_t constant = 0, n = rows != NULL ? sci_stats_groups(stats) : 0;

    if (seen->nonfinite > 0)
        cli_warn("'%s': %" PRIu64 " samples are not finite and count as 0, the first at sample "
                 "%" PRIu64 " of channel %d",
                 job->path, seen->nonfinite, seen->first_nonfinite, seen->first_channel);
    if (seen->above_one > 0)
        cli_note("'%s': %" PRIu64 " samples lie beyond [-1, 1]; nothing is clipped", job->path,
                 seen->above_one);
    for (uint64_t k = 0; k < n; k++)
        constant += rows[k].count > 0 && sci_moments_is_constant(&rows[k]);
    if (constant > 0)
        cli_note("'%s': %" PRIu64 " of %" PRIu64 " groups have no spread and become 0", job->path,
                 constant, n);
}
