/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of `info` for programs. */
#include <math.h>

#include <stdio.h>

#include "info.h"

static void
member_reals(cli_json *json, const char *key, uint64_t n, const double *values)
{
    cli_json_key(json, key);
    if (values == NULL) {
        cli_json_null(json);
        return;
    }
    cli_json_array_line(json);
    for (uint64_t i = 0; i < n; i++)
        cli_json_real(json, values[i]);
    cli_json_array_end(json);
}

static void
member_truth(cli_json *json, const char *key, bool value)
{
    cli_json_key(json, key);
    cli_json_boolean(json, value);
}

static void
write_axis(cli_json *json, const imaging_geometry *g, const imaging_facts *f, int a)
{
    const imaging_axis *axis = &g->axes[a];
    double degrees = 0;

    cli_json_object(json);
    cli_json_member_text(json, "name", axis->name);
    cli_json_member_text(json, "role", imaging_role_name(axis->role));
    cli_json_member_unsigned(json, "size", axis->size);
    cli_json_member_real(json, "step", axis->step);
    cli_json_member_real(json, "start", axis->start);
    member_truth(json, "irregular", axis->irregular);
    if (axis->irregular) {
        member_reals(json, "centres", axis->size, axis->centres);
        member_reals(json, "widths", axis->size, axis->widths);
        member_reals(json, "thickness", axis->size, f->thickness[a]);
    }
    cli_json_member_real(json, "extent", f->extent[a]);
    cli_json_member_text(json, "leads_to", imaging_axis_leads(g, axis, &degrees));
    cli_json_object_end(json);
}

static void
write_frame(cli_json *json, const imaging_geometry *g)
{
    cli_json_member_text(json, "frame", !g->placed ? NULL : g->lps ? "LPS" : "RAS");
    if (!g->placed)
        return;
    member_reals(json, "origin", 3, g->origin);
    cli_json_key(json, "directions");
    cli_json_array(json);
    for (int i = 0; i < 3; i++) {
        cli_json_array_line(json);
        for (int k = 0; k < 3; k++)
            cli_json_real(json, g->directions[i][k]);
        cli_json_array_end(json);
    }
    cli_json_array_end(json);
}

/* "voxel_mm3_least" */
static void
write_voxel(cli_json *json, const imaging_geometry *g, const char *which, double value)
{
    char key[32];

    (void)snprintf(key, sizeof key, "voxel_%s_%s", imaging_geometry_measure(g), which);
    cli_json_member_real(json, key, value);
}

void
imaging_info_json(cli_json *json, const char *file, const imaging_volume *v, const imaging_facts *f)
{
    const imaging_geometry *g = &v->geometry;

    cli_json_object(json);
    cli_json_member_text(json, "file", file);
    cli_json_member_text(json, "dataset", v->dataset);
    cli_json_member_text(json, "format", imaging_format_name(v->format));
    cli_json_member_unsigned(json, "bytes", f->bytes);
    cli_json_member_text(json, "type", sci_type_name(v->stored->array.type));
    cli_json_member_text(json, "stored", f->stored[0] != '\0' ? f->stored : NULL);
    member_truth(json, "scaled", v->scaled);
    member_truth(json, "labels", v->looks_like_labels);
    cli_json_key(json, "axes");
    cli_json_array(json);
    for (int a = 0; a < g->rank; a++)
        write_axis(json, g, f, a);
    cli_json_array_end(json);
    member_truth(json, "axes_assumed", g->assumed);
    cli_json_member_text(json, "unit", g->unit[0] != '\0' ? g->unit : NULL);
    cli_json_member_text(json, "spacing_from", g->spacing_from[0] != '\0' ? g->spacing_from : NULL);
    member_truth(json, "weights_cancel", imaging_geometry_is_regular(g));
    write_voxel(json, g, "least", f->least_mm3);
    write_voxel(json, g, "most", f->most_mm3);
    cli_json_member_real(json, "anisotropy", f->anisotropy);
    write_frame(json, g);
    cli_json_key(json, "warnings");
    cli_json_array(json);
    for (size_t i = 0; i < g->n_warnings; i++)
        cli_json_text(json, g->warnings[i]);
    cli_json_array_end(json);
    cli_json_object_end(json);
}
