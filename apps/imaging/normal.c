/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "normal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/file.h>
#include <sci/memory.h>
#include <sci/select.h>

#include "cli/message.h"
#include "cli/number.h"
#include "cli/provenance.h"

#include "bids.h"
#include "chosen.h"
#include "field.h"
#include "mapped.h"
#include "maps.h"
#include "pairs.h"
#include "qc_run.h"
#include "suspect.h"

void
imaging_normal_clear(imaging_normal *job)
{
    sci_stats_free(job->head);
    sci_free(job->rows);
    imaging_scaling_clear(&job->scaling);
    imaging_output_free(job->output);
    sci_affine_free(job->affine);
    sci_free(job->curve_x);
    sci_free(job->curve_y);
    sci_free(job->low);
    sci_free(job->high);
    imaging_groups_clear(&job->groups);
    imaging_only_clear(&job->inside);
    imaging_members_clear(&job->members);
    sci_source_free(job->clamped);
    sci_source_free(job->divided);
    imaging_volume_free(job->field);
    imaging_volume_free(job->volume);
    sci_free(job->owned[0]);
    sci_free(job->owned[1]);
    sci_free(job->bids_source);
    imaging_context_end(&job->c);
}

sci_status
imaging_normal_begin(imaging_normal *job, const cli_call *call, const cli_inputs *inputs,
                     size_t input, const cli_worker *worker)
{
    const imaging_settings *s = call->settings;
    sci_status st = imaging_context_start(&job->c, call, worker);

    if (st == SCI_OK)
        st = imaging_pair_find(&job->c, inputs, input, "mask", s->mask, &job->mask, &job->owned[0]);
    if (st == SCI_OK)
        st = imaging_pair_find(&job->c, inputs, input, "labels", s->labels, &job->labels,
                               &job->owned[1]);
    return st == SCI_OK ? imaging_bids_source(&inputs->items[input], &job->bids_source) : st;
}

/* ---- what the values are ---- */

static sci_status
divide_by_field(imaging_normal *job)
{
    const char *operand = job->c.settings->bias_field;
    imaging_step step = { .kind = STEP_DIVIDE, .blocks = 1 };
    int n_axes, axes[IMAGING_AXES_MOST];
    sci_status st;

    if (operand == NULL)
        return SCI_OK;
    st = imaging_map_open(&job->field, &job->c, job->volume, operand, &n_axes, axes);
    if (st == SCI_OK) {
        step.divisor = job->field->source;
        st = imaging_mapped_create(&job->divided, job->source, 1, &step);
    }
    if (st == SCI_OK)
        job->source = job->divided;
    return st;
}

static sci_status
check_field(const imaging_normal *job)
{
    uint64_t outside = 0;
    sci_status st;

    if (job->field == NULL)
        return SCI_OK;
    st = imaging_field_check(job->field, &job->members, &job->c, job->volume, &outside);
    if (st == SCI_OK && outside > 0)
        cli_warn("the bias field '%s' is not above 0 in %" PRIu64
                 " voxels outside the mask: divided by it they are NaN, infinite or negative",
                 job->field->name, outside);
    return st;
}

static sci_status
warn_about(const imaging_normal *job)
{
    const imaging_volume *v = job->volume;
    bool suspect = false;
    sci_status st = v->looks_like_labels ? SCI_OK : imaging_suspect_labels(v, &suspect);

    if (st != SCI_OK)
        return st;
    if (suspect)
        cli_warn(
            "'%s' looks like a label map or a mask: most of its voxels are whole numbers that are "
            "those of their neighbours; statistics of label numbers mean nothing",
            v->name);
    if (v->looks_like_labels)
        cli_warn("'%s' says that it is a label map; statistics of label numbers mean nothing",
                 v->name);
    for (size_t i = 0; i < v->geometry.n_warnings; i++)
        cli_warn("'%s': %s", v->name, v->geometry.warnings[i]);
    if (job->c.settings->weights == IMAGING_VOLUME && !job->members.weighted)
        cli_note("'%s': voxel volumes are equal: weights cancel", v->name);
    return SCI_OK;
}

/* Of the bytes of a small text. */
static sci_status
digest_file(imaging_normal *job, const char *path, uint8_t digest[SCI_DIGEST_BYTES])
{
    FILE *file = fopen(path, "rb");
    struct stat facts;
    unsigned char *bytes = NULL;
    sci_array array = { .rank = 1, .type = SCI_UINT8 };
    sci_source *source = NULL;
    sci_status st = SCI_OK;

    if (file == NULL || fstat(fileno(file), &facts) != 0)
        st = sci_fail_errno("open", path);
    if (st == SCI_OK)
        st = sci_alloc(&bytes, (size_t)facts.st_size + 1, 1, 1);
    if (st == SCI_OK) {
        array.shape[0] = fread(bytes, 1, (size_t)facts.st_size + 1, file);
        if (ferror(file))
            st = sci_fail_errno("read", path);
    }
    if (st == SCI_OK)
        st = sci_source_memory(&source, &array, bytes, path);
    if (st == SCI_OK)
        st = cli_source_digest(&job->c.options, source, job->c.options.digest, digest);
    sci_source_free(source);
    sci_free(bytes);
    if (file != NULL)
        fclose(file);
    return st;
}

static sci_status
digest_groups(imaging_normal *job)
{
    const imaging_settings *s = job->c.settings;
    uint8_t digest[SCI_DIGEST_BYTES];
    int64_t number;
    sci_status st;

    if (s->method != IMAGING_GROUP || s->groups == NULL || cli_parse_integer(s->groups, &number))
        return SCI_OK;
    st = digest_file(job, s->groups, digest);
    if (st == SCI_OK)
        cli_digest_text(job->c.options.digest, digest, job->map_digests[2]);
    return st;
}

/* What mask and label map held, so that invert knows them again. */
static sci_status
digest_maps(imaging_normal *job)
{
    const imaging_volume *maps[2] = { job->members.mask, job->members.labels };
    sci_digest_kind kind = job->c.options.digest;
    uint8_t digest[SCI_DIGEST_BYTES];
    sci_status st = SCI_OK;

    for (int k = 0; k < 2 && st == SCI_OK; k++) {
        if (maps[k] == NULL)
            continue;
        if (k == 1 && job->members.digested)
            memcpy(digest, job->members.label_digest, sizeof digest);
        else
            st = cli_source_digest(&job->c.options, maps[k]->stored, kind, digest);
        if (st == SCI_OK)
            cli_digest_text(kind, digest, job->map_digests[k]);
    }
    return st;
}

sci_status
imaging_normal_prepare(imaging_normal *job, const cli_input *input)
{
    sci_status st = imaging_volume_open(&job->volume, &job->c, input->path, input->dataset);

    if (st == SCI_OK) {
        job->source = job->volume->source;
        st = divide_by_field(job);
    }
    if (st == SCI_OK)
        st = imaging_members_open(&job->members, &job->c, job->volume, job->mask, job->labels);
    if (st == SCI_OK)
        st = check_field(job);
    if (st == SCI_OK)
        st = digest_maps(job);
    if (st == SCI_OK)
        st = digest_groups(job);
    if (st == SCI_OK)
        st = warn_about(job);
    if (st == SCI_OK)
        st = imaging_groups_make(&job->groups, &job->c, job->volume, &job->members);
    if (st == SCI_OK)
        st = imaging_thresholds_find(&job->members, &job->groups, &job->c, job->source);
    return st == SCI_OK ? imaging_groups_attach(&job->groups, job->volume, &job->members) : st;
}

sci_status
imaging_normal_change(imaging_normal *job, sci_source *source)
{
    sci_status st =
        imaging_chosen_hold(&job->members, &job->groups, &job->c, job->volume, job->source);

    if (st == SCI_OK)
        job->source = source;
    return st;
}

/* ---- the map ---- */

/* What becomes of voxels outside: --outside, or what the tool of --like does, or zero around labels
 * and apply else. */
static const char *
outside_of(const imaging_normal *job)
{
    const imaging_settings *s = job->c.settings;

    if (s->outside != NULL)
        return s->outside;
    if (s->like == LIKE_MONAI)
        return "keep";
    return s->like == LIKE_NNUNET || job->members.labels != NULL ? "zero" : "apply";
}

sci_status
imaging_normal_inside(imaging_normal *job, const imaging_only **out)
{
    bool some = imaging_members_are_masked(&job->members) || job->members.labels != NULL;
    sci_status st;

    *out = NULL;
    if (!some || strcmp(outside_of(job), "keep") != 0)
        return SCI_OK;
    st = imaging_only_members(&job->inside, &job->members, &job->c, job->volume);
    *out = &job->inside;
    return st;
}

static sci_status
set_outside(imaging_normal *job)
{
    static const struct {
        const char *word;
        sci_outside outside;
    } words[] = { { "keep", SCI_OUTSIDE_KEEP },
                  { "apply", SCI_OUTSIDE_APPLY },
                  { "zero", SCI_OUTSIDE_ZERO },
                  { "nan", SCI_OUTSIDE_NAN } };
    const char *text = outside_of(job);
    double value;

    job->outside = text;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i].word) == 0) {
            sci_affine_outside(job->affine, words[i].outside);
            return SCI_OK;
        }
    if (!cli_parse_real(text, &value))
        return sci_fail(SCI_ERR_ARGUMENT, "--outside '%s': keep, apply, zero, nan or a number",
                        text);
    sci_affine_outside_value(job->affine, value);
    return SCI_OK;
}

static int
ddof_of(const imaging_normal *job)
{
    if (!imaging_method_is_moments(job->c.settings->method))
        return 0;
    return job->c.options.ddof;
}

sci_status
imaging_normal_affine(imaging_normal *job)
{
    sci_status st;

    st = sci_affine_create(&job->affine, job->groups.g, job->eps, ddof_of(job));
    return st == SCI_OK ? set_outside(job) : st;
}

sci_type
imaging_normal_type(const imaging_normal *job)
{
    if (cli_given(job->c.call, "dtype"))
        return job->c.settings->common.dtype == CLI_DTYPE_F64 ? SCI_FLOAT64 : SCI_FLOAT32;
    return job->volume->stored->array.type == SCI_FLOAT64 ? SCI_FLOAT64 : SCI_FLOAT32;
}

/* ---- groups without spread ---- */

static const char *
group_name(const imaging_normal *job, uint64_t group, char *text, size_t size)
{
    if (sci_stats_group_name(job->head, group, text, size) != SCI_OK)
        (void)snprintf(text, size, "group %" PRIu64, group);
    return text;
}

sci_status
imaging_normal_judge(const imaging_normal *job)
{
    const imaging_troubles *t = &job->troubles;
    const char *name = job->volume->name;
    bool may_be_zero = job->c.settings->over != NULL || job->c.settings->like == LIKE_MONAI
                       || job->c.settings->like == LIKE_NNUNET;
    bool zero = job->c.settings->degenerate != DEGENERATE_FAIL
                || (may_be_zero && !cli_given(job->c.call, "on-degenerate"));
    bool nothing = t->n_empty == job->groups.n;
    char group[160];

    if (t->n_empty > 0 && (job->members.labels == NULL || nothing)) {
        (void)group_name(job, t->first_empty, group, sizeof group);
        if (job->c.settings->degenerate == DEGENERATE_FAIL)
            return sci_fail(
                SCI_ERR_DEGENERATE,
                "'%s': no voxel of group '%s' is inside the mask; look at the mask, or go on "
                "with --on-degenerate keep",
                name, group);
        cli_warn("'%s': %" PRIu64
                 " groups have no voxels inside the mask, the first is '%s'; they stay "
                 "as they are",
                 name, t->n_empty, group);
    }
    if (t->n_degenerate > 0) {
        (void)group_name(job, t->first_degenerate, group, sizeof group);
        if (!zero)
            return sci_fail(SCI_ERR_DEGENERATE,
                            "'%s': group '%s' has no spread to divide by (%" PRIu64
                            " voxels around %.9g); go on with --on-degenerate zero or keep",
                            name, group, t->degenerate.count, t->degenerate.mean_hi);
        cli_warn("'%s': %" PRIu64 " groups have no spread, the first is '%s'; they %s", name,
                 t->n_degenerate, group,
                 job->c.settings->degenerate == DEGENERATE_KEEP ? "stay as they are" : "become 0");
    }
    if (t->n_small > 0)
        cli_note("'%s': %" PRIu64 " labels have fewer than %" PRId64
                 " voxels and stay as they are, the first is '%s'",
                 name, t->n_small, job->c.settings->min_voxels,
                 group_name(job, t->first_small, group, sizeof group));
    return SCI_OK;
}

sci_status
imaging_normal_extras(void *context, const cli_inputs *inputs, size_t input, const char *output,
                      char *out[CLI_EXTRAS_MOST])
{
    const cli_call *const *call = context;
    const imaging_settings *s = (*call)->settings;
    size_t stem = imaging_nifti_stem(output);
    sci_status st =
        stem > 0 ? sci_format(&out[NORMAL_SIDECAR - 1], "%.*s.json", (int)stem, output) : SCI_OK;

    if (st == SCI_OK && s->qc != NULL)
        st = imaging_qc_targets(s->qc, inputs, input, &out[NORMAL_PAGE - 1],
                                &out[NORMAL_NUMBERS - 1]);
    return st;
}

sci_status
imaging_normal_after(void *context, const cli_inputs *inputs, char *const *outputs)
{
    const cli_call *const *call = context;
    const imaging_settings *s = (*call)->settings;

    (void)outputs;
    return s->qc != NULL && inputs->many ? imaging_qc_batch(*call, s->qc, inputs) : SCI_OK;
}

sci_status
imaging_normal_finish(imaging_normal *job, const cli_inputs *inputs)
{
    imaging_output *output = job->output;
    sci_status st = imaging_record_write(job, job->c.worker->temporary[NORMAL_SIDECAR]);

    if (st != SCI_OK)
        return st;
    job->output = NULL;
    st = imaging_output_close(output);
    if (st == SCI_OK && job->c.worker->temporary[NORMAL_PAGE] != NULL)
        st = imaging_qc_normalized(job);
    return st == SCI_OK ? imaging_report_print(job, !inputs->many) : st;
}
