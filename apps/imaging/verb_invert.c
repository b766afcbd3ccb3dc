/* SPDX-License-Identifier: GPL-3.0-or-later */
/* invert: undo normalize or apply, from the record that the output keeps. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/h5_look.h>
#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"
#include "cli/message.h"
#include "cli/number.h"
#include "cli/single.h"

#include "mapped.h"
#include "normal.h"
#include "pairs.h"
#include "record.h"
#include "record_read.h"
#include "verbs.h"

typedef struct inverting {
    imaging_normal job;
    imaging_settings settings; /* with what the record says */
    imaging_record record;
    sci_source *uncurved;
} inverting;

/* ---- the groups as they were ---- */

/* What the options have to name again: the record keeps names of files, not the files. */
static sci_status
ask_again(const inverting *v)
{
    const imaging_record *r = &v->record;
    const char *name = v->job.volume->name;
    int64_t number;

    if (r->labels != NULL && v->job.labels == NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s' was made by the labels of '%s'; give them again with "
                        "--labels (and --ignore-label)",
                        name, r->labels);
    if (r->channel_groups != NULL && v->settings.groups == NULL
        && !cli_parse_integer(r->channel_groups, &number))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s' was made by the groups of '%s'; give them again with "
                        "--groups",
                        name, r->channel_groups);
    if (r->mask_kind != NULL && strcmp(r->mask_kind, "none") != 0 && r->outside != NULL
        && strcmp(r->outside, "keep") == 0) {
        if (strcmp(r->mask_kind, "file") != 0)
            return sci_fail(
                SCI_ERR_REFUSED,
                "'%s': voxels outside were chosen by their values and kept; the output does "
                "not say which they were",
                name);
        if (v->job.mask == NULL)
            return sci_fail(SCI_ERR_ARGUMENT,
                            "'%s' was made with the mask '%s', and what is outside was "
                            "kept; give it again with --mask",
                            name, r->mask);
    }
    return SCI_OK;
}

/* What the record knows nothing of would have no effect, or a wrong one. */
static sci_status
refuse_needless(const inverting *v)
{
    const imaging_record *r = &v->record;
    const char *name = v->job.volume->name;
    bool mask = r->mask_kind != NULL && strcmp(r->mask_kind, "file") == 0;
    int64_t number;

    if (v->job.mask != NULL && !mask)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s' was made without a mask in a file; leave out --mask", name);
    if (v->job.labels != NULL && r->labels == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' was made without labels; leave out --labels", name);
    if (v->settings.groups != NULL
        && (r->channel_groups == NULL || cli_parse_integer(r->channel_groups, &number)))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s' was made without groups of a file; leave out --groups", name);
    return SCI_OK;
}

/* Other maps would undo something that was never done. */
static sci_status
check_maps(const inverting *v)
{
    const imaging_normal *job = &v->job;
    const imaging_volume *maps[2] = { job->members.mask, job->members.labels };
    const char *then[2] = { v->record.mask_digest, v->record.labels_digest };
    char reading[48];

    for (int k = 0; k < 2; k++)
        if (maps[k] != NULL && then[k] != NULL && strcmp(then[k], job->map_digests[k]) != 0)
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s' is not the %s that '%s' was made with ('%s'): its "
                            "contents differ",
                            maps[k]->name, k == 0 ? "mask" : "label map", job->volume->name,
                            k == 0 ? v->record.mask : v->record.labels);
    imaging_mask_reading(job, reading);
    if (job->members.mask != NULL && v->record.mask_reading != NULL
        && strcmp(v->record.mask_reading, reading) != 0)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' was made with a mask of '%s', not of '%s'; give --mask-threshold or "
                        "--mask-weights as they were",
                        job->volume->name, v->record.mask_reading, reading);
    if (job->map_digests[2][0] != '\0' && v->record.groups_digest != NULL
        && strcmp(v->record.groups_digest, job->map_digests[2]) != 0)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' is not the file of groups that '%s' was made with ('%s'): its "
                        "contents differ",
                        v->settings.groups, job->volume->name, v->record.channel_groups);
    return SCI_OK;
}

static bool
is_sha256(const char *digest)
{
    return digest != NULL && strncmp(digest, "sha256:", 7) == 0;
}

static void
note_lost(const inverting *v)
{
    const imaging_record *r = &v->record;
    double value;

    if (r->bias_field != NULL)
        cli_warn(
            "'%s': it was divided by the bias field '%s' first, which is not undone: what comes "
            "back is the image divided by that field",
            v->job.volume->name, r->bias_field);
    if (r->clipped)
        cli_note("'%s': values beyond the limits of --clip were cut off and do not come back",
                 v->job.volume->name);
    if (r->outside != NULL
        && (strcmp(r->outside, "zero") == 0 || strcmp(r->outside, "nan") == 0
            || cli_parse_real(r->outside, &value))
        && (r->labels != NULL || (r->mask_kind != NULL && strcmp(r->mask_kind, "none") != 0)))
        cli_note("'%s': voxels outside of mask and labels were replaced and do not come back",
                 v->job.volume->name);
}

static sci_status
prepare(inverting *v, const cli_call *call, const cli_input *input)
{
    imaging_normal *job = &v->job;
    imaging_volume *volume = NULL;
    sci_status st = imaging_volume_open(&volume, &job->c, input->path, input->dataset);

    job->volume = volume;
    if (st == SCI_OK)
        st = imaging_record_read(&v->record, volume, input->path);
    if (st == SCI_OK)
        st = ask_again(v);
    if (st == SCI_OK)
        st = refuse_needless(v);
    if (st != SCI_OK)
        return st;
    v->settings.method = v->record.method;
    v->settings.over = v->record.over;
    v->settings.weights = IMAGING_NONE;
    if (!cli_given(call, "groups"))
        v->settings.groups = v->record.channel_groups;
    job->c.settings = &v->settings;
    job->c.pooled = v->record.pooled;
    imaging_volume_free(volume);
    job->volume = NULL;
    if (is_sha256(v->record.mask_digest) || is_sha256(v->record.labels_digest)
        || is_sha256(v->record.groups_digest))
        job->c.options.digest = SCI_DIGEST_SHA256;
    st = imaging_normal_prepare(job, input);
    return st == SCI_OK ? check_maps(v) : st;
}

/* ---- back ---- */

static sci_status
make_rows(inverting *v)
{
    imaging_normal *job = &v->job;
    const imaging_record *r = &v->record;
    sci_status st;

    if (r->n != job->groups.n)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' was made of %" PRIu64 " groups, and there are %" PRIu64
                        " now; give the labels and --ignore-label as they were",
                        job->volume->name, r->n, job->groups.n);
    st = sci_alloc(&job->scaling.rows, r->n, 1, sizeof *job->scaling.rows);
    for (uint64_t i = 0; i < r->n && st == SCI_OK; i++)
        job->scaling.rows[i] =
            isfinite(r->centre[i])
                ? imaging_row(r->centre[i], isinf(r->scale[i]) ? 0.0 : r->scale[i], 1)
                : imaging_row((double)NAN, (double)NAN, 1);
    job->scaling.n = r->n;
    return st;
}

static sci_status
undo_curves(inverting *v)
{
    imaging_normal *job = &v->job;
    imaging_step step = { .kind = STEP_CURVE,
                          .n_points = v->record.n_points,
                          .x = v->record.curve_y,
                          .y = v->record.curve_x };
    sci_status st;

    if (v->record.n_points == 0)
        return SCI_OK;
    st = imaging_groups_blocks(&job->groups, &job->c, job->volume, &step.blocks, &step.last);
    if (st == SCI_OK && v->record.outside != NULL && strcmp(v->record.outside, "keep") == 0) {
        st = imaging_only_members(&job->inside, &job->members, &job->c, job->volume);
        step.only = &job->inside;
    }
    if (st == SCI_OK)
        st = imaging_mapped_create(&v->uncurved, job->source, 1, &step);
    if (st == SCI_OK)
        job->source = v->uncurved;
    return st;
}

static sci_status
read_rows(void *context, uint64_t first_group, uint64_t n, sci_moments *rows)
{
    memcpy(rows, (const sci_moments *)context + first_group, n * sizeof *rows);
    return SCI_OK;
}

static sci_outside
outside_of(const imaging_record *r)
{
    return r->outside != NULL && strcmp(r->outside, "apply") != 0 ? SCI_OUTSIDE_KEEP
                                                                  : SCI_OUTSIDE_APPLY;
}

static sci_status
run(inverting *v, const char *dataset)
{
    imaging_normal *job = &v->job;
    const cli_worker *w = job->c.worker;
    sci_rows_source rows = { .read = read_rows };
    sci_status st = make_rows(v);

    if (st == SCI_OK)
        st = undo_curves(v);
    if (st == SCI_OK)
        st = sci_affine_create(&job->affine, job->groups.g, 0.0, 0);
    if (st == SCI_OK) {
        sci_affine_outside(job->affine, outside_of(&v->record));
        st = sci_affine_invert(job->affine);
    }
    if (st == SCI_OK)
        st = imaging_output_create(&job->output, &job->c, job->volume, w->temporary[0],
                                   w->target[0], dataset, imaging_normal_type(job));
    rows.context = job->scaling.rows;
    job->c.options.nan = SCI_NAN_PROPAGATE;
    if (st == SCI_OK)
        st = sci_apply(job->source, job->affine, &rows, NULL, &job->c.options,
                       imaging_output_sink(job->output), &job->report);
    return st == SCI_OK ? imaging_output_flush(job->output) : st;
}

/* The record is gone with what it described. */
static sci_status
finish(inverting *v)
{
    imaging_normal *job = &v->job;
    sci_h5_output *file = imaging_output_h5(job->output);
    imaging_output *output = job->output;
    char *group = NULL;
    sci_status st = imaging_output_history(output, "sci-imaging invert");

    if (st == SCI_OK && file != NULL)
        st = sci_format(&group, "%s%s", IMAGING_RECORD, imaging_output_dataset(output));
    if (st == SCI_OK && file != NULL)
        st = sci_h5_output_remove(file, group);
    if (st == SCI_OK && file != NULL)
        st = sci_h5_output_forget(file, imaging_output_dataset(output), "sci_imaging");
    sci_free(group);
    if (st != SCI_OK)
        return st;
    job->output = NULL;
    st = imaging_output_close(output);
    if (st == SCI_OK)
        note_lost(v);
    return st;
}

static sci_status
invert_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
           const cli_worker *worker)
{
    const cli_call *const *call = context;
    inverting v = { .settings = *(const imaging_settings *)(*call)->settings };
    sci_status st = imaging_normal_begin(&v.job, *call, inputs, input, worker);

    if (st == SCI_OK)
        st = prepare(&v, *call, &inputs->items[input]);
    if (st == SCI_OK)
        st = run(&v, dataset);
    if (st == SCI_OK)
        st = finish(&v);
    sci_source_free(v.uncurved);
    imaging_normal_clear(&v.job);
    imaging_record_clear(&v.record);
    return st;
}

int
imaging_invert(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "inverting",
                        .extensions = imaging_extensions,
                        .datasets = true,
                        .needs = imaging_pair_needs,
                        .work = invert_one,
                        .context = &call };

    sci_status st = imaging_members_check(call);

    return st == SCI_OK ? cli_batch_run(&batch) : cli_misuse(call, st);
}
