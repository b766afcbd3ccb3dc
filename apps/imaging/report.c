/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `normalize` says when it has done an image. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"

#include "record.h"

#define ROWS_SHOWN 20

/* "(3 to 9)": the distances of neighbours. */
static size_t
write_range(const imaging_axis *axis, char *out, size_t size)
{
    double least = (double)INFINITY, most = 0.0;

    for (uint64_t i = 0; i + 1 < axis->size; i++) {
        double d = fabs(axis->centres[i + 1] - axis->centres[i]);

        least = d < least ? d : least;
        most = d > most ? d : most;
    }
    return (size_t)snprintf(out, size, "(%.6g to %.6g)", least, most);
}

/* "4 x 1 x 1 mm", "(3 to 9) x 4 x 4 mm". */
static void
write_spacing(const imaging_geometry *g, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int a = 0; a < g->rank && used + 32 < size; a++) {
        const imaging_axis *axis = &g->axes[a];

        if (!imaging_role_is_spatial(axis->role))
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s", used > 0 ? " x " : "");
        if (axis->irregular && axis->centres != NULL && axis->size > 1)
            used += write_range(axis, out + used, size - used);
        else if (axis->irregular)
            used += (size_t)snprintf(out + used, size - used, "irregular");
        else if (isnan(axis->step))
            used += (size_t)snprintf(out + used, size - used, "?");
        else
            used += (size_t)snprintf(out + used, size - used, "%.6g", fabs(axis->step));
    }
    if (g->unit[0] != '\0' && used < size)
        (void)snprintf(out + used, size - used, " %s", g->unit);
}

static const char *
mask_words(const imaging_normal *job, char *out, size_t size)
{
    const imaging_members *m = &job->members;

    switch (m->rule.kind) {
    case MASK_NONE:
        if (job->labels != NULL)
            (void)snprintf(out, size, "labels '%s'", cli_operand_name(job->labels));
        else
            (void)snprintf(out, size, "all voxels");
        break;
    case MASK_FILE:
        (void)snprintf(out, size, "mask '%s'", cli_operand_name(job->mask));
        break;
    case MASK_NONZERO:
        (void)snprintf(out, size, "voxels that are not 0");
        break;
    default:
        if (m->n_low == 1)
            (void)snprintf(out, size, "voxels above %.9g", m->low[0]);
        else
            (void)snprintf(out, size, "voxels above the threshold of their channel");
    }
    return out;
}

static void
say_summary(const imaging_normal *job)
{
    const imaging_geometry *g = &job->volume->geometry;
    char method[24], spacing[128], mask[256];

    imaging_method_text(job->c.settings->method, method);
    write_spacing(g, spacing, sizeof spacing);
    if (job->c.settings->stats != NULL)
        cli_note("'%s': %s by the model '%s'", job->volume->name, method, job->c.settings->stats);
    else
        cli_note("'%s': %s over %s: %" PRIu64 " of %" PRIu64 " voxels", job->volume->name, method,
                 mask_words(job, mask, sizeof mask), job->report.members, job->report.elements);
    cli_note("'%s': voxels of %s (%s)%s", job->volume->name, spacing,
             g->spacing_from[0] != '\0' ? g->spacing_from : "no size stated",
             job->members.weighted ? "; each counts by its volume"
             : imaging_geometry_is_regular(g) || !isnan(job->members.weight_mm3)
                 ? "; voxel volumes are equal: weights cancel"
                 : "; each counts the same, whatever its volume");
    if (g->millimetres == 0.0 && job->members.weighted)
        cli_warn(
            "'%s': the unit of its voxel sizes is not known; the result does not depend on it, "
            "%s in %s are left out",
            job->volume->name,
            strcmp(imaging_geometry_measure(g), "mm2") == 0 ? "areas" : "volumes",
            imaging_geometry_measure(g));
}

/* On stderr as the lines above it, so that it stays behind them. */
static void
say_rows(const imaging_normal *job)
{
    uint64_t shown = job->n_rows < ROWS_SHOWN ? job->n_rows : ROWS_SHOWN;
    bool moments = imaging_method_is_moments(job->c.settings->method);
    bool own = moments && job->c.settings->stats == NULL; /* voxels of this image */
    int ddof = job->c.options.ddof;
    char name[160];

    cli_note("%-22s %10s %12s %12s %12s", "group", "voxels",
             imaging_geometry_measure(&job->volume->geometry), moments ? "mean" : "centre",
             moments ? "sd" : "scale");
    for (uint64_t i = 0; i < shown; i++) {
        const sci_moments *row = &job->rows[i];
        char mm3[32] = "-";

        if (sci_stats_group_name(job->head, i, name, sizeof name) != SCI_OK)
            name[0] = '\0';
        if (own && row->count > 0 && !isnan(imaging_normal_mm3(job, row)))
            (void)snprintf(mm3, sizeof mm3, "%.6g", imaging_normal_mm3(job, row));
        if (row->count == 0)
            cli_note("%-22s %10d %12s %12s %12s", name, 0, mm3, "-", "-");
        else
            cli_note("%-22s %10" PRIu64 " %12s %12.6g %12.6g", name, row->count, mm3,
                     imaging_row_centre(row),
                     moments ? sci_moments_sd(row, ddof) : imaging_row_scale(row, 0.0, 0));
    }
    if (job->groups.n > shown)
        cli_note("… and %" PRIu64 " more", job->groups.n - shown);
}

sci_status
imaging_report_print(const imaging_normal *job, bool alone)
{
    cli_json json;

    say_summary(job);
    if (job->c.settings->common.json) {
        cli_json_start(&json, stdout);
        imaging_record_json(&json, job);
        return cli_json_finish(&json);
    }
    if (alone && job->c.settings->method != IMAGING_NYUL) /* a curve has no centre and scale */
        say_rows(job);
    return SCI_OK;
}
