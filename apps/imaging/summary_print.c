/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics of an image as a table for people, as TSV and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/message.h"

#include "summary.h"

static const char *
number(char text[32], double value)
{
    (void)snprintf(text, 32, isnan(value) ? "-" : "%.6g", value);
    return text;
}

static double
first_value(const imaging_summary_row *row, double value)
{
    return row->moments.count > 0 ? value : (double)NAN;
}

static void
print_row(const imaging_summary *s, const imaging_summary_row *row)
{
    char text[11][32], name[320];
    const double *p = row->percentiles;

    (void)cli_escape(name, sizeof name, row->name);
    (void)printf("%-18s %10" PRIu64 " %11s %11s %11s %9s %9s %9s %9s %9s %9s\n", name,
                 row->moments.count, number(text[0], row->mm3),
                 number(text[1], sci_moments_mean(&row->moments)),
                 number(text[2], sci_moments_sd(&row->moments, s->ddof)),
                 number(text[3], first_value(row, row->moments.min)), number(text[4], p[2]),
                 number(text[5], p[SUMMARY_MEDIAN]), number(text[6], p[12]),
                 number(text[7], first_value(row, row->moments.max)), number(text[8], row->mad));
}

void
imaging_summary_text(const imaging_summary *s)
{
    char name[1024], text[3][32];

    (void)cli_escape(name, sizeof name, s->volume->name);
    (void)printf("%s: %" PRIu64 " voxels%s\n", name, s->voxels,
                 s->members.weighted ? ", each counting by its volume" : "");
    (void)printf("%-18s %10s %11s %11s %11s %9s %9s %9s %9s %9s %9s\n", "group", "voxels",
                 imaging_geometry_measure(&s->volume->geometry), "mean", "sd", "min", "1 %",
                 "median", "99 %", "max", "mad");
    for (uint64_t i = 0; i < s->n; i++)
        print_row(s, &s->rows[i]);
    for (uint64_t i = 0; i < s->n; i++)
        if (imaging_summary_differs(s, &s->rows[i]))
            (void)printf("%s: with every voxel counting the same mean %s, sd %s\n", s->rows[i].name,
                         number(text[0], sci_moments_mean(&s->rows[i].plain)),
                         number(text[1], sci_moments_sd(&s->rows[i].plain, s->ddof)));
    for (uint64_t i = 0; i < s->n; i++)
        if (!isnan(s->rows[i].otsu))
            (void)printf("%s: Otsu's threshold %s\n", s->rows[i].name,
                         number(text[0], s->rows[i].otsu));
}

void
imaging_summary_tsv_head(void)
{
    (void)printf(
        "file\tgroup\tcount\tweight\tmm3\tmean\tvariance\tsd\tmin\tmax\tmad\totsu\tplain_mean\t"
        "plain_sd");
    for (int k = 0; k < SUMMARY_PERCENTS; k++)
        (void)printf("\tp%g", summary_percents[k]);
    (void)puts("\tmm2");
}

static void
tsv_number(double value)
{
    if (isnan(value))
        (void)printf("\tn/a");
    else
        (void)printf("\t%.17g", value);
}

void
imaging_summary_tsv(const imaging_summary *s)
{
    bool plane = strcmp(imaging_geometry_measure(&s->volume->geometry), "mm2") == 0;
    char name[1024], group[320];

    (void)cli_escape(name, sizeof name, s->volume->name);
    for (uint64_t i = 0; i < s->n; i++) {
        const imaging_summary_row *row = &s->rows[i];

        (void)cli_escape(group, sizeof group, row->name);
        (void)printf("%s\t%s\t%" PRIu64, name, group, row->moments.count);
        tsv_number(row->moments.weight);
        tsv_number(plane ? (double)NAN : row->mm3);
        tsv_number(sci_moments_mean(&row->moments));
        tsv_number(sci_moments_variance(&row->moments, s->ddof));
        tsv_number(sci_moments_sd(&row->moments, s->ddof));
        tsv_number(first_value(row, row->moments.min));
        tsv_number(first_value(row, row->moments.max));
        tsv_number(row->mad);
        tsv_number(row->otsu);
        tsv_number(sci_moments_mean(&row->plain));
        tsv_number(sci_moments_sd(&row->plain, s->ddof));
        for (int k = 0; k < SUMMARY_PERCENTS; k++)
            tsv_number(row->percentiles[k]);
        tsv_number(plane ? row->mm3 : (double)NAN);
        (void)putchar('\n');
    }
}

static void
json_moments(cli_json *j, const sci_moments *m, int ddof)
{
    cli_json_member_real(j, "mean", sci_moments_mean(m));
    cli_json_member_real(j, "variance", sci_moments_variance(m, ddof));
    cli_json_member_real(j, "sd", sci_moments_sd(m, ddof));
}

static void
json_row(cli_json *j, const imaging_summary *s, const imaging_summary_row *row)
{
    char key[32];

    cli_json_object_line(j);
    cli_json_member_text(j, "name", row->name);
    cli_json_member_unsigned(j, "count", row->moments.count);
    cli_json_member_real(j, "weight", row->moments.weight);
    cli_json_member_real(j, imaging_geometry_measure(&s->volume->geometry), row->mm3);
    json_moments(j, &row->moments, s->ddof);
    cli_json_member_real(j, "min", first_value(row, row->moments.min));
    cli_json_member_real(j, "max", first_value(row, row->moments.max));
    cli_json_key(j, "plain");
    cli_json_object_line(j);
    json_moments(j, &row->plain, s->ddof);
    cli_json_object_end(j);
    cli_json_key(j, "percentiles");
    cli_json_object_line(j);
    for (int k = 0; k < SUMMARY_PERCENTS; k++) {
        (void)snprintf(key, sizeof key, "%g", summary_percents[k]);
        cli_json_member_real(j, key, row->percentiles[k]);
    }
    cli_json_object_end(j);
    cli_json_member_real(j, "median", row->percentiles[SUMMARY_MEDIAN]);
    cli_json_member_real(j, "mad", row->mad);
    cli_json_member_real(j, "otsu", row->otsu);
    cli_json_object_end(j);
}

void
imaging_summary_json(cli_json *j, const imaging_summary *s)
{
    const imaging_geometry *g = &s->volume->geometry;

    cli_json_object(j);
    cli_json_member_text(j, "file", s->volume->name);
    cli_json_member_unsigned(j, "voxels", s->voxels);
    cli_json_key(j, "volume_weighted");
    cli_json_boolean(j, s->members.weighted);
    cli_json_key(j, "ddof");
    cli_json_integer(j, s->ddof);
    cli_json_member_text(j, "unit", g->unit[0] != '\0' ? g->unit : NULL);
    cli_json_member_text(j, "spacing_from", g->spacing_from[0] != '\0' ? g->spacing_from : NULL);
    cli_json_key(j, "groups");
    cli_json_array(j);
    for (uint64_t i = 0; i < s->n; i++)
        json_row(j, s, &s->rows[i]);
    cli_json_array_end(j);
    cli_json_key(j, "warnings");
    cli_json_array(j);
    for (size_t i = 0; i < g->n_warnings; i++)
        cli_json_text(j, g->warnings[i]);
    cli_json_array_end(j);
    cli_json_object_end(j);
}
