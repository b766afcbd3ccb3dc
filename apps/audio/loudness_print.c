/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loudness_print.h"

#include <math.h>
#include <stdio.h>

#include "cli/json.h"
#include "cli/message.h"

/* ---- text ---- */

/* In a column so wide; 0 has no sign. */
static void
print_number(double value, int width, bool gain)
{
    double shown = gain ? rint(100.0 * value) / 100.0 + 0.0 : rint(10.0 * value) / 10.0 + 0.0;

    if (isnan(value))
        (void)printf("%*s", width, "-");
    else if (gain)
        (void)printf("%+*.2f", width, shown);
    else
        (void)printf("%*.1f", width, shown);
}

static void
print_levels(const audio_levels *levels, const char *name)
{
    const audio_loudness *l = &levels->loudness;
    char safe[4 * 1024];

    (void)cli_escape(safe, sizeof safe, name);
    print_number(l->lufs, 6, false);
    print_number(l->range_lu, 7, false);
    print_number(audio_decibels(l->sample_peak), 8, false);
    print_number(audio_decibels(l->true_peak), 8, false);
    print_number(levels->gain_db, 8, true);
    (void)printf("%s  %s\n", levels->limited ? "*" : " ", safe);
}

sci_status
audio_levels_print(const audio_levels_report *r)
{
    bool headed = false, limited = false;

    for (size_t k = 0; k < r->inputs->n; k++) {
        if (!r->files[k].measured || r->files[k].status != SCI_OK)
            continue;
        if (!headed)
            (void)printf("%6s  %5s  %6s  %6s  %6s   %s\n", "LUFS", "LU", "dBFS", "dBTP", "gain",
                         "file");
        headed = true;
        limited = limited || r->files[k].limited;
        print_levels(&r->files[k], r->inputs->items[k].path);
    }
    if (r->album != NULL)
        print_levels(r->album, "(album)");
    if (limited)
        (void)printf("* less than the target asks for, so that the true peak stays at %.9g dBTP\n",
                     r->most_dbtp);
    return cli_stdout_finish();
}

/* ---- JSON ---- */

static void
json_levels(cli_json *json, const audio_levels *levels)
{
    const audio_loudness *l = &levels->loudness;

    cli_json_member_real(json, "lufs", l->lufs);
    cli_json_member_real(json, "range_lu", l->range_lu);
    cli_json_member_real(json, "sample_peak_dbfs", audio_decibels(l->sample_peak));
    cli_json_member_real(json, "true_peak_dbtp", audio_decibels(l->true_peak));
    cli_json_member_real(json, "seconds", l->seconds);
    cli_json_member_real(json, "gain_db", levels->gain_db);
    cli_json_key(json, "limited");
    cli_json_boolean(json, levels->limited);
}

static void
json_file(cli_json *json, const char *path, const audio_levels *levels)
{
    cli_json_object(json);
    cli_json_member_text(json, "file", path);
    if (levels->status != SCI_OK)
        cli_json_member_text(json, "error", levels->failure);
    else
        json_levels(json, levels);
    if (levels->written)
        cli_json_member_unsigned(json, "clipped", levels->clipped);
    cli_json_object_end(json);
}

sci_status
audio_levels_json(const audio_levels_report *r)
{
    cli_json json;

    cli_json_start(&json, stdout);
    cli_json_object(&json);
    cli_json_member_real(&json, "target_lufs", r->target_lufs);
    cli_json_member_real(&json, "most_dbtp", r->most_dbtp);
    cli_json_key(&json, "files");
    cli_json_array(&json);
    for (size_t k = 0; k < r->inputs->n; k++)
        if (r->files[k].measured || r->files[k].status != SCI_OK)
            json_file(&json, r->inputs->items[k].path, &r->files[k]);
    cli_json_array_end(&json);
    if (r->album != NULL) {
        cli_json_key(&json, "album");
        cli_json_object(&json);
        json_levels(&json, r->album);
        cli_json_object_end(&json);
    }
    cli_json_object_end(&json);
    return cli_json_finish(&json);
}
