/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci.h>
#include <sci/h5_look.h>
#include <sci/memory.h>

#include "cli/provenance.h"

void
imaging_method_text(int method, char text[24])
{
    cli_choice_text(IMAGING_METHODS, method, text, 24);
}

void
imaging_mask_reading(const imaging_normal *job, char text[48])
{
    const imaging_settings *s = job->c.settings;

    text[0] = '\0';
    if (job->members.mask == NULL)
        return;
    if (s->mask_weights)
        (void)snprintf(text, 48, "weights");
    else
        (void)snprintf(text, 48, "above %.17g", s->mask_threshold);
}

double
imaging_row_centre(const sci_moments *row)
{
    return row->count > 0 ? ldexp(row->mean_hi + row->mean_lo, row->exponent) : 0.0;
}

/* What the engine divides by: 1 where a row is empty, infinity where all become 0. */
double
imaging_row_scale(const sci_moments *row, double eps, int ddof)
{
    if (row->count == 0)
        return 1.0;
    return ldexp(1.0 / sci_affine_scale_of(row, eps, ddof), row->exponent);
}

double
imaging_normal_mm3(const imaging_normal *job, const sci_moments *row)
{
    return row->weight * job->members.weight_mm3;
}

static const char *
map_digest(const imaging_normal *job, int k)
{
    return job->map_digests[k][0] != '\0' ? job->map_digests[k] : NULL;
}

static sci_status
provenance(const imaging_normal *job, char **text)
{
    char own[80], fingerprint[33];
    const char *digests[1] = { own };
    uint8_t bytes[16];
    sci_status st;

    cli_digest_text(job->c.options.digest, job->report.digest, own);
    sci_stats_fingerprint(job->head, bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(fingerprint + 2 * i, 3, "%02x", bytes[i]);
    st = cli_provenance_text(text, job->c.call, 1, digests, fingerprint);
    return st;
}

/* ---- JSON ---- */

static void
member_name(cli_json *j, const char *key, const char *operand)
{
    cli_json_member_text(j, key, operand != NULL ? cli_operand_name(operand) : NULL);
}

static void
write_axes(cli_json *j, const imaging_geometry *g)
{
    cli_json_key(j, "axes");
    cli_json_array(j);
    for (int a = 0; a < g->rank; a++) {
        cli_json_object_line(j);
        cli_json_member_text(j, "name", g->axes[a].name);
        cli_json_member_text(j, "role", imaging_role_name(g->axes[a].role));
        cli_json_member_unsigned(j, "size", g->axes[a].size);
        cli_json_member_real(j, "step", g->axes[a].step);
        cli_json_key(j, "irregular");
        cli_json_boolean(j, g->axes[a].irregular);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
    cli_json_member_text(j, "unit", g->unit[0] != '\0' ? g->unit : NULL);
    cli_json_member_text(j, "spacing_from", g->spacing_from[0] != '\0' ? g->spacing_from : NULL);
}

static void
write_group(cli_json *j, const imaging_normal *job, uint64_t i)
{
    int ddof = imaging_method_is_moments(job->c.settings->method) ? job->c.options.ddof : 0;
    const sci_moments *seen = &job->rows[i];
    const sci_moments *used = job->scaling.rows != NULL ? &job->scaling.rows[i] : seen;
    char name[160];

    if (sci_stats_group_name(job->head, i, name, sizeof name) != SCI_OK)
        name[0] = '\0';
    cli_json_object_line(j);
    cli_json_member_text(j, "name", name);
    cli_json_member_unsigned(j, "count", seen->count);
    cli_json_member_real(j, imaging_geometry_measure(&job->volume->geometry),
                         imaging_method_is_moments(job->c.settings->method) && seen->count > 0
                             ? imaging_normal_mm3(job, seen)
                             : (double)NAN);
    if (imaging_method_is_moments(job->c.settings->method)) {
        cli_json_member_real(j, "mean", sci_moments_mean(seen));
        cli_json_member_real(j, "sd", sci_moments_sd(seen, job->c.options.ddof));
        cli_json_member_real(j, "min", seen->count > 0 ? seen->min : (double)NAN);
        cli_json_member_real(j, "max", seen->count > 0 ? seen->max : (double)NAN);
    }
    cli_json_member_real(j, "centre", imaging_row_centre(used));
    cli_json_member_real(j, "scale", imaging_row_scale(used, job->eps, ddof));
    if (job->low != NULL) {
        uint64_t kept = job->groups.kept_of != NULL ? job->groups.kept_of[i] : i;

        cli_json_member_real(j, "clip_low", job->low[kept]);
        cli_json_member_real(j, "clip_high", job->high[kept]);
    }
    for (int k = 0; k < 2 && job->curve_x != NULL; k++) {
        const double *points = (k == 0 ? job->curve_x : job->curve_y) + i * job->n_points;

        cli_json_key(j, k == 0 ? "curve_x" : "curve_y");
        cli_json_array_line(j);
        for (size_t p = 0; p < job->n_points; p++)
            cli_json_real(j, points[p]);
        cli_json_array_end(j);
    }
    cli_json_object_end(j);
}

void
imaging_record_json(cli_json *j, const imaging_normal *job)
{
    const imaging_settings *s = job->c.settings;
    char method[24], digest[80], reading[48];

    imaging_method_text(s->method, method);
    imaging_mask_reading(job, reading);
    cli_digest_text(job->c.options.digest, job->report.digest, digest);
    cli_json_object(j);
    cli_json_key(j, "version");
    cli_json_integer(j, IMAGING_RECORD_VERSION);
    cli_json_member_text(j, "program", "sci-imaging " SCI_VERSION);
    member_name(j, "input", job->volume->name);
    cli_json_member_text(j, "digest", digest);
    cli_json_member_text(j, "type", sci_type_name(job->volume->stored->array.type));
    cli_json_member_text(j, "method", method);
    member_name(j, "mask", job->mask);
    member_name(j, "labels", job->labels);
    member_name(j, "bias_field", s->bias_field);
    cli_json_member_text(j, "mask_digest", map_digest(job, 0));
    cli_json_member_text(j, "labels_digest", map_digest(job, 1));
    cli_json_member_text(j, "groups_digest", map_digest(job, 2));
    cli_json_member_text(j, "mask_reading", reading[0] != '\0' ? reading : NULL);
    cli_json_member_text(j, "mask_kind", imaging_mask_word(job->members.rule.kind));
    cli_json_member_text(j, "outside", job->outside);
    member_name(j, "channel_groups", s->groups);
    cli_json_member_text(j, "over", s->over);
    cli_json_key(j, "pooled");
    cli_json_boolean(j, job->c.pooled);
    cli_json_key(j, "clipped");
    cli_json_boolean(j, job->low != NULL);
    cli_json_key(j, "volume_weighted");
    cli_json_boolean(j, job->members.weighted);
    cli_json_key(j, "ddof");
    cli_json_integer(j, imaging_method_is_moments(s->method) ? job->c.options.ddof : 0);
    cli_json_member_real(j, "eps", job->eps);
    cli_json_member_unsigned(j, "voxels", job->report.elements);
    cli_json_member_unsigned(j, "members", job->report.members);
    write_axes(j, &job->volume->geometry);
    cli_json_member_unsigned(j, "n_groups", job->groups.n);
    cli_json_key(j, "groups");
    cli_json_array(j);
    for (uint64_t i = 0; i < job->n_rows && job->groups.n <= NORMAL_ROWS_KEPT; i++)
        write_group(j, job, i);
    cli_json_array_end(j);
    if (job->bids_source != NULL) { /* as BIDS has it in sidecars */
        cli_json_key(j, "Sources");
        cli_json_array_line(j);
        cli_json_text(j, job->bids_source);
        cli_json_array_end(j);
    }
    cli_json_key(j, "warnings");
    cli_json_array(j);
    for (size_t i = 0; i < job->volume->geometry.n_warnings; i++)
        cli_json_text(j, job->volume->geometry.warnings[i]);
    cli_json_array_end(j);
    cli_json_object_end(j);
}

/* ---- where it is kept ---- */

static sci_status
write_sidecar(const imaging_normal *job, const char *path)
{
    FILE *file = fopen(path, "wb");
    cli_json json;
    sci_status st;

    if (file == NULL)
        return sci_fail(SCI_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    cli_json_start(&json, file);
    imaging_record_json(&json, job);
    st = cli_json_finish(&json);
    if (fclose(file) != 0 && st == SCI_OK)
        st = sci_fail(errno == ENOSPC ? SCI_ERR_NOSPACE : SCI_ERR_IO, "cannot write '%s': %s", path,
                      strerror(errno));
    return st;
}

static sci_status
write_numbers(sci_h5_output *file, const char *group, const char *name, uint64_t n,
              const double *values)
{
    sci_array array = { .rank = 1, .shape = { n }, .type = SCI_FLOAT64 };
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/%s", group, name);

    if (st == SCI_OK)
        st = sci_h5_output_array(file, path, &array, values);
    sci_free(path);
    return st;
}

/* centre and scale of each group, and the limits of the kept ones. */
static sci_status
write_scaling(const imaging_normal *job, sci_h5_output *file, const char *group)
{
    int ddof = imaging_method_is_moments(job->c.settings->method) ? job->c.options.ddof : 0;
    const sci_moments *rows = job->scaling.rows != NULL ? job->scaling.rows : job->rows;
    double *centre = NULL, *scale = NULL;
    sci_status st = sci_alloc(&centre, job->n_rows, 1, sizeof *centre);

    if (st == SCI_OK)
        st = sci_alloc(&scale, job->n_rows, 1, sizeof *scale);
    for (uint64_t i = 0; st == SCI_OK && i < job->n_rows; i++) {
        centre[i] = imaging_row_centre(&rows[i]);
        scale[i] = imaging_row_scale(&rows[i], job->eps, ddof);
    }
    if (st == SCI_OK)
        st = write_numbers(file, group, "centre", job->n_rows, centre);
    if (st == SCI_OK)
        st = write_numbers(file, group, "scale", job->n_rows, scale);
    if (st == SCI_OK && job->low != NULL)
        st = write_numbers(file, group, "clip_low", job->groups.n_kept, job->low);
    if (st == SCI_OK && job->low != NULL)
        st = write_numbers(file, group, "clip_high", job->groups.n_kept, job->high);
    if (st == SCI_OK && job->curve_x != NULL)
        st = write_numbers(file, group, "curve_x", job->n_rows * job->n_points, job->curve_x);
    if (st == SCI_OK && job->curve_y != NULL)
        st = write_numbers(file, group, "curve_y", job->n_rows * job->n_points, job->curve_y);
    sci_free(centre);
    sci_free(scale);
    return st;
}

static sci_status
write_texts(const imaging_normal *job, sci_h5_output *file, const char *group, const char *text)
{
    char reading[48];
    const struct {
        const char *name, *value;
    } texts[] = { { "provenance", text },
                  { "type", sci_type_name(job->volume->stored->array.type) },
                  { "mask", job->mask != NULL ? cli_operand_name(job->mask) : NULL },
                  { "labels", job->labels != NULL ? cli_operand_name(job->labels) : NULL },
                  { "bias_field", job->c.settings->bias_field != NULL
                                      ? cli_operand_name(job->c.settings->bias_field)
                                      : NULL },
                  { "mask_digest", map_digest(job, 0) },
                  { "labels_digest", map_digest(job, 1) },
                  { "groups_digest", map_digest(job, 2) },
                  { "mask_reading", job->members.mask != NULL ? reading : NULL },
                  { "mask_kind", imaging_mask_word(job->members.rule.kind) },
                  { "outside", job->outside },
                  { "channel_groups", job->c.settings->groups != NULL
                                          ? cli_operand_name(job->c.settings->groups)
                                          : NULL },
                  { "over", job->c.settings->over } };
    char method[24];
    sci_status st = sci_h5_output_integer(file, group, "version", IMAGING_RECORD_VERSION);

    imaging_mask_reading(job, reading);
    imaging_method_text(job->c.settings->method, method);
    if (st == SCI_OK)
        st = sci_h5_output_text(file, group, "method", method);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && st == SCI_OK; i++)
        if (texts[i].value != NULL)
            st = sci_h5_output_text(file, group, texts[i].name, texts[i].value);
    if (st == SCI_OK)
        st = sci_h5_output_number(file, group, "eps", job->eps);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, group, "ddof", job->c.options.ddof);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, group, "weighted", job->members.weighted);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, group, "pooled", job->c.pooled);
    if (st == SCI_OK)
        st = sci_h5_output_integer(file, group, "clipped", job->low != NULL);
    return st;
}

static sci_status
write_group_h5(const imaging_normal *job, sci_h5_output *file, const char *text)
{
    char *group = NULL, *stats = NULL;
    sci_status st = sci_format(&group, "%s%s", IMAGING_RECORD, imaging_output_dataset(job->output));

    if (st == SCI_OK)
        st = sci_h5_output_remove(file, group);
    if (st == SCI_OK)
        st = sci_h5_output_group(file, group);
    if (st == SCI_OK)
        st = write_texts(job, file, group, text);
    if (st == SCI_OK && job->groups.n <= NORMAL_ROWS_KEPT)
        st = write_scaling(job, file, group);
    if (st == SCI_OK)
        st = sci_format(&stats, "%s/stats", group);
    if (st == SCI_OK && job->scaling.stats != NULL)
        st = sci_h5_output_stats(file, stats, job->scaling.stats);
    if (st == SCI_OK)
        st = sci_h5_output_text(file, imaging_output_dataset(job->output), "sci_imaging", group);
    sci_free(group);
    sci_free(stats);
    return st;
}

sci_status
imaging_record_write(imaging_normal *job, const char *sidecar)
{
    sci_h5_output *file = imaging_output_h5(job->output);
    char *text = NULL, *line = NULL, *options = NULL;
    sci_status st = provenance(job, &text);

    if (st == SCI_OK)
        st = cli_provenance_options(&options, job->c.call);
    if (st == SCI_OK)
        st = sci_format(&line, "sci-imaging %s normalize %s", SCI_VERSION, options);
    if (st == SCI_OK)
        st = imaging_output_history(job->output, line);
    if (st == SCI_OK && file != NULL)
        st = write_group_h5(job, file, text);
    if (st == SCI_OK && sidecar != NULL)
        st = write_sidecar(job, sidecar);
    sci_free(options);
    sci_free(line);
    sci_free(text);
    return st;
}
