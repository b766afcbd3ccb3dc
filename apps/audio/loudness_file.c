/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loudness_file.h"

#include <inttypes.h>
#include <stdio.h>

#include <sci/memory.h>

#include "cli/message.h"

#include "recording.h"
#include "wav_write.h"

#define BLOCK 4096 /* samples at once */

static sci_status
open_recording(audio_recording **out, const char *path, bool ignore_nonfinite,
               const cli_worker *worker)
{
    audio_recording_settings settings = { .ignore_nonfinite = ignore_nonfinite,
                                          .stop = worker->stop };

    return audio_recording_open(out, path, &settings);
}

sci_status
audio_levels_failed(audio_levels *levels, sci_status status)
{
    levels->status = status;
    (void)snprintf(levels->failure, sizeof levels->failure, "%s", sci_message());
    return status;
}

/* ---- measuring ---- */

static void
say_warnings(const audio_recording *recording, const char *path)
{
    const riff_facts *riff = &audio_recording_facts(recording)->riff;
    const audio_seen *seen = audio_recording_seen(recording);

    for (size_t k = 0; k < riff->n_warnings; k++)
        cli_warn("'%s': %s", path, riff->warnings[k]);
    if (seen->nonfinite > 0)
        cli_warn("'%s': %" PRIu64 " values that are not finite are taken as 0", path,
                 seen->nonfinite);
}

sci_status
audio_levels_measure(audio_levels *out, audio_meter **meter, const char *path,
                     bool ignore_nonfinite, const cli_worker *worker)
{
    audio_recording *recording = NULL;
    sci_status st = open_recording(&recording, path, ignore_nonfinite, worker);

    if (st == SCI_OK)
        st = audio_loudness_measure(&out->loudness, meter, audio_recording_signal(recording));
    if (st == SCI_OK) {
        say_warnings(recording, path);
        out->measured = true;
    }
    audio_recording_free(recording);
    return st;
}

/* ---- writing ---- */

static sci_status
copy_samples(audio_wav *wav, audio_signal *signal, double factor, double *block,
             const cli_worker *worker)
{
    size_t values = BLOCK * (size_t)signal->channels, got = BLOCK;
    uint64_t done = 0;
    sci_status st = signal->rewind(signal);

    while (st == SCI_OK && got == BLOCK) {
        st = signal->read(signal, block, BLOCK, &got);
        for (size_t i = 0; i < values; i++)
            block[i] *= factor;
        if (st == SCI_OK)
            st = audio_wav_append(wav, block, got);
        done += got;
        worker->progress(worker->progress_context, done,
                         signal->samples > done ? signal->samples : done);
    }
    return st;
}

static void
say_type(const audio_facts *facts, const char *path, audio_sample_type type)
{
    if (facts->bits == 0)
        cli_note("'%s': its codec (%s) loses something, so it is written as %s", path, facts->codec,
                 audio_sample_type_name(type));
    else if (facts->bits < 16)
        cli_note("'%s': written as %s instead of %d bit", path, audio_sample_type_name(type),
                 facts->bits);
}

static sci_status
write_recording(audio_levels *levels, audio_recording *recording, const char *path, bool verify,
                const cli_worker *worker)
{
    const audio_facts *facts = audio_recording_facts(recording);
    audio_wav_settings settings = { .channels = facts->channels,
                                    .rate_hz = facts->rate_hz,
                                    .type = audio_sample_type_of(facts),
                                    .samples = levels->loudness.samples,
                                    .verify = verify };
    double *block = NULL;
    audio_wav *wav = NULL;
    sci_status st = sci_alloc_zero(&block, BLOCK, (size_t)facts->channels, sizeof *block);

    if (st == SCI_OK)
        st = audio_wav_create(&wav, worker->temporary[0], worker->target[0], &settings);
    if (st == SCI_OK)
        st = copy_samples(wav, audio_recording_signal(recording), audio_amplitude(levels->gain_db),
                          block, worker);
    if (st == SCI_OK)
        st = audio_wav_close(wav);
    if (st == SCI_OK) {
        say_type(facts, path, settings.type);
        levels->clipped = audio_wav_clipped(wav);
        levels->written = true;
    }
    audio_wav_free(wav);
    sci_free(block);
    return st;
}

sci_status
audio_levels_write(audio_levels *levels, const char *path, bool ignore_nonfinite, bool verify,
                   const cli_worker *worker)
{
    audio_recording *recording = NULL;
    sci_status st = open_recording(&recording, path, ignore_nonfinite, worker);

    if (st == SCI_OK)
        st = write_recording(levels, recording, path, verify, worker);
    if (st == SCI_OK && levels->clipped > 0)
        cli_warn("'%s': %" PRIu64 " values are beyond full scale with this gain and are clipped",
                 path, levels->clipped);
    audio_recording_free(recording);
    return st;
}
