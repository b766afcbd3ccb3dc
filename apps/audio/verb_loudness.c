/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loudness: measure recordings by EBU R128, and write them with the gain that a target asks for.
 *
 * An album is measured by one worker before anything is written, because its gates go over the blocks
 * of all files; otherwise every file is measured and written by its own. */
#include "verb_loudness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/batch.h"
#include "cli/message.h"
#include "cli/number.h"
#include "cli/single.h"

#include "context.h"
#include "loudness_file.h"
#include "loudness_print.h"
#include "wav_output.h"

#define S audio_loudness_settings
#define AT(member) offsetof(audio_loudness_settings, member)

const cli_row audio_loudness_rows[] = {
    { 'o', "output", "FILE", CLI_TEXT, CLI_AT(S, output), NULL,
      "write the recordings with their gain as WAV, into a directory if there are several; without "
      "it they are only measured",
      "Output", CLI_PATH | CLI_WRITTEN, NULL, 0, 0 },
    CLI_ROWS_WRITING(S),
    CLI_ROW_JSON(S),
    { 0, "target", "LUFS", CLI_REAL, AT(target_lufs), "-23", "the loudness to reach", "Loudness",
      CLI_RESULT, NULL, -70, 0 },
    { 0, "true-peak", "DBTP", CLI_TEXT, AT(true_peak), "-1",
      "a gain that would bring the true peak above it is reduced; 'none' reduces no gain",
      "Loudness", CLI_RESULT, NULL, 0, 0 },
    { 0, "album", NULL, CLI_FLAG, AT(album), NULL,
      "one gain for all files, from their loudness as one programme", "Loudness", CLI_RESULT, NULL,
      0, 0 },
    { 0, "nan", "POLICY", CLI_CHOICE, AT(nan), "refuse",
      "what happens to NaN and infinities: an error, or 0", "Loudness", CLI_RESULT, "refuse|ignore",
      0, 0 },
    CLI_ROWS_FILES(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    CLI_END,
};

const char audio_loudness_examples[] = "loudness *.wav\n"
                                       "loudness -r recordings --target -23 -o levelled -j 2\n"
                                       "loudness -r album --album --target -14 -o album_14 --json";

const char audio_loudness_prose[] =
    "Measure integrated loudness (LUFS, gated), loudness range (LU), sample peak and true peak of\n"
    "recordings as EBU R128 and ITU-R BS.1770 define them. With -o every sample is multiplied by\n"
    "10^(gain/20), the gain being what is missing to --target, less where the true peak would "
    "pass\n"
    "--true-peak: nothing is compressed or limited. The output is a WAV file with the sample type "
    "of\n"
    "the input, 16 bits where a codec has lost something; integers are rounded to the nearest, "
    "and\n"
    "values beyond full scale, which --true-peak none allows, are clipped and counted.\n"
    "\n"
    "With --album the files keep their levels to each other: the gates go over the blocks of all "
    "of\n"
    "them, and all get the same gain. Files that cannot be read are failures, and do not count.\n"
    "\n"
    "Loudness is that of blocks of 0.4 s: a shorter recording, or one where nothing is above\n"
    "-70 LUFS, cannot be brought to a target and is a failure (of an album only if there is "
    "nothing\n"
    "else). Channels are left, right, centre, low-frequency effects (not counted), left and right\n"
    "surround; a recording of one channel is one loudspeaker, 3 LU below the same in two.";

typedef struct levelling {
    const cli_call *call;
    const audio_loudness_settings *settings;
    double most_dbtp;
    const cli_inputs *inputs;
    size_t n;
    audio_levels *files; /* shared with workers, one an input, and the album's behind them */
} levelling;

/* ---- in a worker ---- */

static sci_status
find_gain(const levelling *l, audio_levels *levels, const char *name)
{
    sci_status st = audio_loudness_gain(&levels->gain_db, &levels->loudness,
                                        l->settings->target_lufs, l->most_dbtp, name);

    levels->limited = levels->gain_db < l->settings->target_lufs - levels->loudness.lufs;
    return st;
}

static void
say_gain(const audio_levels *levels, const levelling *l, const char *path)
{
    if (l->settings->common.json)
        return;
    cli_note("'%s': %.1f LUFS, gain %+.2f dB", path, levels->loudness.lufs, levels->gain_db);
    if (levels->limited)
        cli_note("'%s': %.2f dB short of the target, so that the true peak stays at %.9g dBTP",
                 path, l->settings->target_lufs - levels->loudness.lufs - levels->gain_db,
                 l->most_dbtp);
}

static sci_status
do_file(const levelling *l, audio_levels *levels, const char *path, const cli_worker *worker)
{
    bool ignore = l->settings->nan == 1;
    sci_status st = SCI_OK;

    if (l->settings->album && levels->status != SCI_OK)
        return sci_fail(levels->status, "%s", levels->failure);
    if (!l->settings->album) {
        st = audio_levels_measure(levels, NULL, path, ignore, worker);
        if (st == SCI_OK)
            st = find_gain(l, levels, path);
    }
    if (st != SCI_OK || worker->temporary[0] == NULL)
        return st;
    say_gain(levels, l, path);
    return audio_levels_write(levels, path, ignore, l->settings->common.verify, worker);
}

static sci_status
work(void *context, const cli_inputs *inputs, size_t input, const char *output_dataset,
     const cli_worker *worker)
{
    const levelling *l = context;
    sci_status st = do_file(l, &l->files[input], inputs->items[input].path, worker);

    (void)output_dataset;
    return st == SCI_OK ? st : audio_levels_failed(&l->files[input], st);
}

static sci_status
work_alone(void *context, const cli_worker *worker)
{
    const levelling *l = context;

    return work(context, l->inputs, worker->job, NULL, worker);
}

/* ---- an album ---- */

typedef struct member {
    const char *path;
    size_t input;
} member;

static int
compare_paths(const void *left, const void *right)
{
    return strcmp(((const member *)left)->path, ((const member *)right)->path);
}

/* Sums over blocks depend on their order in the last digit: that of the names, not of the operands. */
static sci_status
order_of(const cli_inputs *inputs, member **out)
{
    sci_status st = sci_alloc(out, inputs->n, 1, sizeof **out);

    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < inputs->n; k++)
        (*out)[k] = (member){ inputs->items[k].path, k };
    qsort(*out, inputs->n, sizeof **out, compare_paths);
    return SCI_OK;
}

static void
add_peaks(audio_loudness *album, const audio_loudness *file)
{
    album->sample_peak = fmax(album->sample_peak, file->sample_peak);
    album->true_peak = fmax(album->true_peak, file->true_peak);
    album->seconds += file->seconds;
    album->samples += file->samples;
}

static sci_status
measure_files(const levelling *l, const member *members, audio_meter **meters, double *longest,
              const cli_worker *worker)
{
    for (size_t k = 0; k < l->n; k++) {
        audio_levels *file = &l->files[members[k].input];
        sci_status st =
            audio_levels_measure(file, &meters[k], members[k].path, l->settings->nan == 1, worker);

        worker->progress(worker->progress_context, k + 1, l->n);
        if (st == SCI_ERR_NOMEM || st == SCI_ERR_INTERRUPTED)
            return st;
        if (st != SCI_OK) {
            (void)audio_levels_failed(file, st);
            continue;
        }
        add_peaks(&l->files[l->n].loudness, &file->loudness);
        *longest = fmax(*longest, file->loudness.seconds);
    }
    return SCI_OK;
}

static sci_status
settle_album(const levelling *l, audio_meter *const *meters, double longest)
{
    audio_levels *album = &l->files[l->n];
    double seconds = album->loudness.seconds;
    sci_status st = audio_loudness_album(&album->loudness, meters, l->n);

    album->loudness.seconds = longest; /* none of its files may have a block */
    if (st == SCI_OK)
        st = find_gain(l, album, "the album");
    album->loudness.seconds = seconds;
    if (longest < AUDIO_LOUDNESS_RANGE_S)
        album->loudness.range_lu = (double)NAN;
    album->measured = st == SCI_OK;
    for (size_t k = 0; k < l->n; k++) {
        l->files[k].gain_db = album->gain_db;
        l->files[k].limited = album->limited;
    }
    return st;
}

static sci_status
measure_album(void *context, const cli_worker *worker)
{
    const levelling *l = context;
    audio_meter **meters = NULL;
    member *members = NULL;
    double longest = 0.0;
    sci_status st = order_of(l->inputs, &members);

    if (st == SCI_OK)
        st = sci_alloc_zero(&meters, l->n, 1, sizeof(audio_meter *));
    if (st == SCI_OK)
        st = measure_files(l, members, meters, &longest, worker);
    if (st == SCI_OK && longest > 0.0)
        st = settle_album(l, meters, longest);
    for (size_t k = 0; meters != NULL && k < l->n; k++)
        audio_meter_free(meters[k]);
    sci_free(meters);
    sci_free(members);
    return st;
}

static sci_status
run_album(levelling *l)
{
    cli_job job = { .several = "the files of the album" };
    cli_run run = {
        .doing = "measuring", .work = measure_album, .context = l, .jobs = &job, .n_jobs = 1
    };
    sci_status st;

    cli_run_settings(&run, l->call->general, &l->settings->common);
    (void)cli_workers_run(&run); /* the result says it all */
    st = job.result.status;
    if (job.result.code != 0)
        st = sci_fail(st != SCI_OK ? st : SCI_ERR_FORMAT, "%s", job.result.message);
    cli_jobs_clear(&job, 1);
    return st;
}

/* ---- in the parent ---- */

static sci_status
arrange(void *context, cli_inputs *inputs)
{
    levelling *l = context;
    sci_status st;

    l->inputs = inputs;
    l->n = inputs->n;
    st = cli_shared_alloc(&l->files, l->n + 1, sizeof *l->files);
    return st == SCI_OK && l->settings->album ? run_album(l) : st;
}

/* A file is made again if the album that it is part of has got another gain. */
static sci_status
needs(void *context, const cli_inputs *inputs, size_t input, char *out[CLI_NEEDS_MOST])
{
    const levelling *l = context;

    (void)inputs, (void)input;
    return l->settings->album ? sci_format(&out[0], "gain %a", l->files[l->n].gain_db) : SCI_OK;
}

static sci_status
print(const levelling *l)
{
    const audio_loudness_settings *s = l->settings;
    const audio_levels *album = &l->files[l->n];
    audio_levels_report report = { s->target_lufs, l->most_dbtp, l->inputs, l->files,
                                   album->measured ? album : NULL };

    return s->common.json ? audio_levels_json(&report) : audio_levels_print(&report);
}

static sci_status
after(void *context, const cli_inputs *inputs, char *const *outputs)
{
    const levelling *l = context;

    (void)inputs, (void)outputs;
    return l->settings->common.json ? print(l) : SCI_OK;
}

static int
run_jobs(levelling *l, cli_job *jobs)
{
    cli_run run = {
        .doing = "measuring", .work = work_alone, .context = l, .jobs = jobs, .n_jobs = l->n
    };
    sci_status st = SCI_OK;
    int code;

    for (size_t k = 0; k < l->n; k++)
        jobs[k].name = l->inputs->items[k].operand;
    cli_run_settings(&run, l->call->general, &l->settings->common);
    if (cli_workers_run(&run) == 0)
        st = print(l);
    if (st != SCI_OK)
        cli_error_status(st);
    code = cli_failures_report(jobs, l->n);
    cli_jobs_clear(jobs, l->n);
    return code == CLI_EXIT_OK ? cli_exit_of(st) : code;
}

/* Without outputs. */
static int
measure(levelling *l)
{
    const cli_common *common = &l->settings->common;
    cli_inputs_rules rules = { .recursive = common->recursive,
                               .manifest = common->manifest,
                               .glob = common->glob,
                               .null_list = common->null_list,
                               .extensions = audio_extensions };
    cli_inputs inputs = { 0 };
    cli_job *jobs = NULL;
    sci_status st =
        cli_inputs_expand(&inputs, (size_t)l->call->n_operands, l->call->operands, &rules);
    int code;

    if (st == SCI_OK)
        st = arrange(l, &inputs);
    if (st == SCI_OK)
        st = sci_alloc_zero(&jobs, l->n, 1, sizeof *jobs);
    code = st == SCI_OK ? run_jobs(l, jobs) : cli_misuse(l->call, st);
    sci_free(jobs);
    cli_inputs_clear(&inputs);
    return code;
}

static int
write_all(levelling *l)
{
    cli_batch batch = { .call = l->call,
                        .common = &l->settings->common,
                        .doing = "levelling",
                        .extensions = audio_extensions,
                        .extension = ".wav",
                        .arrange = arrange,
                        .extra = audio_wav_output,
                        .needs = needs,
                        .work = work,
                        .after = after,
                        .context = l };

    return cli_batch_run(&batch);
}

/* Options that need an output. */
static const char *
idle_option(const cli_call *call)
{
    static const char *const names[] = { "force", "verify", "no-sync", "resume" };

    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (cli_given(call, names[k]))
            return names[k];
    return NULL;
}

int
audio_loudness_verb(const cli_call *call)
{
    const audio_loudness_settings *s = call->settings;
    levelling l = { .call = call, .settings = s, .most_dbtp = (double)INFINITY };
    int code;

    if (strcmp(s->true_peak, "none") != 0
        && (!cli_parse_real(s->true_peak, &l.most_dbtp) || fabs(l.most_dbtp) > 100.0))
        return cli_usage_error(call,
                               "--true-peak is a number of dBTP from -100 to 100 or 'none', not "
                               "'%s'",
                               s->true_peak);
    if (s->common.output == NULL && idle_option(call) != NULL)
        return cli_usage_error(call, "--%s needs an output (-o)", idle_option(call));
    code = s->common.output != NULL ? write_all(&l) : measure(&l);
    if (l.files != NULL)
        cli_shared_free(l.files, l.n + 1, sizeof *l.files);
    return code;
}
