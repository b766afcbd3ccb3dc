/* SPDX-License-Identifier: GPL-3.0-or-later */
/* info: what the header of a recording says and what the file holds; what a file of features is. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "cli/each.h"
#include "cli/message.h"

#include "inputs.h"
#include "normal.h"
#include "output.h"
#include "stored.h"
#include "verbs.h"

#define PIECE_SAMPLES 4096

/* What all samples of a recording say. */
typedef struct levels {
    uint64_t samples;
    double peak, squares;
} levels;

static sci_status
measure(audio_recording *recording, levels *out)
{
    audio_signal *signal = audio_recording_signal(recording);
    double *samples = NULL;
    size_t got = PIECE_SAMPLES, n = (size_t)signal->channels;
    sci_status st = sci_alloc(&samples, PIECE_SAMPLES, n, sizeof *samples);

    if (st == SCI_OK)
        st = signal->rewind(signal);
    while (st == SCI_OK && got == PIECE_SAMPLES) {
        st = signal->read(signal, samples, PIECE_SAMPLES, &got);
        for (size_t k = 0; k < got * n && st == SCI_OK; k++) {
            out->peak = fmax(out->peak, fabs(samples[k]));
            out->squares += samples[k] * samples[k];
        }
        out->samples += st == SCI_OK ? got : 0;
    }
    sci_free(samples);
    return st;
}

static double
decibels(double power)
{
    return 10.0 * log10(power);
}

/* ---- a recording ---- */

static void
print_recording(const char *path, const audio_facts *f, const audio_seen *seen, const levels *l)
{
    const riff_facts *r = &f->riff;
    double n = (double)l->samples * f->channels;
    char safe[1024];

    (void)cli_escape(safe, sizeof safe, path);
    (void)printf("%s\n  %s, %s, %d channel%s, %" PRIu32 " Hz\n", safe, f->container, f->codec,
                 f->channels, f->channels == 1 ? "" : "s", f->rate_hz);
    if (f->claimed == UINT64_MAX)
        (void)printf("  the header does not say how long it is");
    else
        (void)printf("  the header says %" PRIu64 " samples", f->claimed);
    (void)printf(", the file holds %" PRIu64 ": %.3f s\n", l->samples,
                 (double)l->samples / f->rate_hz);
    if (l->peak > 0.0)
        (void)printf("  peak %.6g (%.2f dBFS), mean power %.2f dB\n", l->peak,
                     2.0 * decibels(l->peak), decibels(l->squares / n));
    else
        (void)printf("  silence\n");
    if (seen->above_one > 0)
        (void)printf("  %" PRIu64 " samples beyond [-1, 1]\n", seen->above_one);
    if (seen->nonfinite > 0)
        (void)printf("  %" PRIu64 " samples are not finite, the first at sample %" PRIu64
                     " of channel %d\n",
                     seen->nonfinite, seen->first_nonfinite, seen->first_channel);
    for (size_t k = 0; k < r->n_warnings; k++)
        (void)printf("  warning: %s\n", r->warnings[k]);
}

static void
json_recording(cli_json *j, const char *path, const audio_facts *f, const audio_seen *seen,
               const levels *l)
{
    double n = (double)l->samples * f->channels;

    cli_json_object(j);
    cli_json_member_text(j, "file", path);
    cli_json_member_text(j, "container", f->container);
    cli_json_member_text(j, "codec", f->codec);
    cli_json_member_unsigned(j, "channels", (uint64_t)f->channels);
    cli_json_member_unsigned(j, "rate_hz", f->rate_hz);
    cli_json_key(j, "claimed_samples");
    if (f->claimed == UINT64_MAX)
        cli_json_null(j);
    else
        cli_json_unsigned(j, f->claimed);
    cli_json_member_unsigned(j, "samples", l->samples);
    cli_json_member_real(j, "seconds", (double)l->samples / f->rate_hz);
    cli_json_member_real(j, "peak", l->peak);
    cli_json_member_real(j, "mean_power_db", n > 0.0 ? decibels(l->squares / n) : (double)NAN);
    cli_json_member_unsigned(j, "beyond_one", seen->above_one);
    cli_json_member_unsigned(j, "nonfinite", seen->nonfinite);
    cli_json_member_text(j, "verdict", f->riff.n_warnings > 0 ? "warn" : "accept");
    cli_json_key(j, "warnings");
    cli_json_array(j);
    for (size_t k = 0; k < f->riff.n_warnings; k++)
        cli_json_text(j, f->riff.warnings[k]);
    cli_json_array_end(j);
    cli_json_object_end(j);
}

/* Samples that are not finite, or too large for the default features, are what it fails with. */
static sci_status
describe_recording(const audio_context *c, const char *path, cli_json *json)
{
    audio_recipe recipe = { 0 };
    audio_features_settings f;
    audio_recording_settings settings = {
        .ignore_nonfinite = c->settings->common.nan == SCI_NAN_IGNORE,
        .single = true,
        .stop = c->worker->stop,
    };
    audio_recording *recording = NULL;
    levels l = { 0 };
    sci_status st = audio_recipe_preset(&recipe, AUDIO_PRESET_NONE, 16000.0);

    if (st != SCI_OK)
        return st;
    audio_recipe_features(&recipe, &f);
    settings.largest = audio_spectrum_largest(&f.chain.spectrum);
    audio_recipe_clear(&recipe);
    st = audio_recording_open(&recording, path, &settings);
    if (st == SCI_OK)
        st = measure(recording, &l);
    if (st == SCI_OK && l.samples == 0)
        st = sci_fail(SCI_ERR_DEGENERATE, "'%s': no audio frames", path);
    if (st == SCI_OK && json != NULL)
        json_recording(json, path, audio_recording_facts(recording),
                       audio_recording_seen(recording), &l);
    else if (st == SCI_OK)
        print_recording(path, audio_recording_facts(recording), audio_recording_seen(recording),
                        &l);
    audio_recording_free(recording);
    return st;
}

/* ---- features ---- */

static sci_status
describe_features(const audio_context *c, const char *path, cli_json *json)
{
    audio_stored s = { 0 };
    char *text = NULL, safe[1024];
    sci_status st = audio_stored_open(&s, c, path);
    const uint64_t *shape = st == SCI_OK ? s.source->array.shape : NULL;

    if (st == SCI_OK && json == NULL)
        st = audio_recipe_text(&s.recipe, &text);
    if (st == SCI_OK && json != NULL) {
        cli_json_object(json);
        cli_json_member_text(json, "file", path);
        cli_json_member_unsigned(json, "channels", shape[0]);
        cli_json_member_unsigned(json, "frames", shape[1]);
        cli_json_member_unsigned(json, "numbers", shape[2]);
        cli_json_member_unsigned(json, "bands", s.partition.bands->kept);
        cli_json_key(json, "normalized");
        cli_json_boolean(json, s.normalized);
        cli_json_key(json, "parameters");
        cli_json_object(json);
        audio_recipe_json(&s.recipe, json);
        cli_json_object_end(json);
        cli_json_object_end(json);
    } else if (st == SCI_OK) {
        (void)cli_escape(safe, sizeof safe, path);
        (void)printf("%s\n  features of %" PRIu64 " channel%s, %" PRIu64 " frames, %" PRIu64
                     " numbers a frame in %zu bands, %s\n%s",
                     safe, shape[0], shape[0] == 1 ? "" : "s", shape[1], shape[2],
                     s.partition.bands->kept,
                     s.normalized      ? "normalized"
                     : s.stats != NULL ? "not normalized, with statistics"
                                       : "not normalized",
                     text);
    }
    sci_free(text);
    audio_stored_close(&s);
    return st;
}

/* ---- many recordings in one file ---- */

static sci_status
describe_pack(sci_h5_file *file, const char *path, cli_json *json)
{
    audio_recipe recipe = { 0 };
    int64_t *frames = NULL, *status = NULL;
    uint64_t n = 0, m = 0, all = 0, failed = 0;
    char *text = NULL, safe[1024];
    sci_status st = audio_recipe_read(&recipe, file, path, "/");

    if (st == SCI_OK)
        st = sci_h5_file_integers(file, "/index/frames", NULL, &n, &frames);
    if (st == SCI_OK)
        st = sci_h5_file_integers(file, "/index/status", NULL, &m, &status);
    if (st == SCI_OK && m != n)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': columns of /index differ in length", path);
    for (uint64_t k = 0; k < n && st == SCI_OK; k++) {
        all += frames[k] > 0 ? (uint64_t)frames[k] : 0;
        failed += status[k] != 0;
    }
    if (st == SCI_OK && json == NULL)
        st = audio_recipe_text(&recipe, &text);
    if (st == SCI_OK && json != NULL) {
        cli_json_object(json);
        cli_json_member_text(json, "file", path);
        cli_json_member_unsigned(json, "rows", n);
        cli_json_member_unsigned(json, "failed", failed);
        cli_json_member_unsigned(json, "frames", all);
        cli_json_key(json, "parameters");
        cli_json_object(json);
        audio_recipe_json(&recipe, json);
        cli_json_object_end(json);
        cli_json_object_end(json);
    } else if (st == SCI_OK) {
        (void)cli_escape(safe, sizeof safe, path);
        (void)printf("%s\n  a pack of %" PRIu64 " channels of recordings, %" PRIu64
                     " frames in all, %" PRIu64 " recordings failed\n%s",
                     safe, n - failed, all, failed, text);
    }
    sci_free(text);
    sci_free(frames);
    sci_free(status);
    audio_recipe_clear(&recipe);
    return st;
}

/* Features of one recording, or of many. */
static sci_status
describe_stored(const audio_context *c, const char *path, cli_json *json)
{
    sci_h5_file *file = NULL;
    bool many = false;
    sci_status st = sci_h5_file_open(&file, path);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, "/index", &many);
    if (st == SCI_OK && many)
        st = audio_file_check(file, path, "pack");
    if (st == SCI_OK && many)
        st = describe_pack(file, path, json);
    sci_h5_file_close(file);
    return st == SCI_OK && !many ? describe_features(c, path, json) : st;
}

static sci_status
describe(void *context, const cli_worker *worker, const cli_inputs *inputs, size_t i,
         cli_json *json)
{
    const cli_call *const *call = context;
    const char *path = inputs->items[i].path;
    audio_context c;
    sci_status st = audio_context_start(&c, *call, worker);

    if (st == SCI_OK)
        st = audio_is_hdf5(path) ? describe_stored(&c, path, json)
                                 : describe_recording(&c, path, json);
    audio_context_end(&c);
    return st;
}

int
audio_info(const cli_call *call)
{
    const audio_settings *s = call->settings;
    cli_each each = {
        .single = { .call = call, .common = &s->common, .extensions = audio_extensions },
        .list = "recordings",
        .describe = describe,
        .context = &call
    };

    return cli_each_run(&each, (size_t)call->n_operands, call->operands);
}
