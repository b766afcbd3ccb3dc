/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show: what a model says. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/single.h"

#include "model.h"
#include "record.h"
#include "verbs.h"

static const char *
name_of(const imaging_model *m, uint64_t group, char *text, size_t size)
{
    if (m->stats == NULL || sci_stats_group_name(m->stats, group, text, size) != SCI_OK)
        (void)snprintf(text, size, "channel=%" PRIu64, group);
    return text;
}

/* ---- text ---- */

static void
print_moments(const imaging_model *m)
{
    char name[160];

    (void)printf("%-22s %12s %12s %12s %12s %12s", "group", "voxels", "mean", "sd", "min", "max");
    (void)printf(m->limits != NULL ? " %12s %12s %12s\n" : "\n", "0.5 %", "median", "99.5 %");
    for (uint64_t i = 0; i < m->n; i++) {
        const sci_moments *row = &sci_stats_moments(m->stats)[i];

        (void)printf("%-22s %12" PRIu64 " %12.6g %12.6g %12.6g %12.6g",
                     name_of(m, i, name, sizeof name), row->count, sci_moments_mean(row),
                     sci_moments_sd(row, m->ddof), row->min, row->max);
        for (int k = 0; k < CT_LIMITS && m->limits != NULL; k++)
            (void)printf(" %12.6g", m->limits[i * CT_LIMITS + (uint64_t)k]);
        (void)putchar('\n');
    }
}

static void
print_landmarks(const imaging_model *m)
{
    double scale[NYUL_POINTS];

    for (uint64_t g = 0; g < m->n; g++) {
        imaging_nyul_scale(m, g, scale);
        (void)printf("%-24s", m->n > 1 ? "percentile, by channel" : "percentile");
        for (int k = 0; k < NYUL_POINTS; k++)
            (void)printf(" %9g", imaging_nyul_percent[k]);
        (void)printf("\n%-24s", "standard scale");
        for (int k = 0; k < NYUL_POINTS; k++)
            (void)printf(" %9.5g", scale[k]);
        (void)putchar('\n');
        for (uint64_t i = 0; i < m->n_images; i++) {
            char safe[256];

            (void)cli_escape(safe, sizeof safe, m->names.items[i]);
            (void)printf("%-24s", safe);
            for (int k = 0; k < NYUL_POINTS; k++)
                (void)printf(" %9.5g", m->landmarks[(i * m->n + g) * NYUL_POINTS + (uint64_t)k]);
            (void)putchar('\n');
        }
    }
}

static void
print_text(const imaging_model *m)
{
    char method[24], missing[512];

    imaging_method_text(m->method, method);
    if (m->method == IMAGING_NYUL) {
        (void)printf("%s of %" PRIu64 " images\n", method, m->n_images);
        print_landmarks(m);
        return;
    }
    (void)printf("%s of %" PRIu64 " images; ddof %d\n", method, sci_stats_origins(m->stats),
                 m->ddof);
    if (sci_stats_is_shard(m->stats)) {
        sci_stats_missing(m->stats, missing, sizeof missing);
        (void)printf("a shard: %s\n", missing);
        return;
    }
    print_moments(m);
    if (m->method == IMAGING_CT && m->limits == NULL)
        (void)printf("%sround %d of %d of the percentiles is counted\n",
                     sci_quantiles_is_partial(m->counts) ? "a part of " : "",
                     sci_quantiles_round(m->counts) + 1, sci_quantiles_rounds(m->counts));
}

/* ---- JSON ---- */

static void
json_groups(cli_json *j, const imaging_model *m)
{
    static const char *const keys[CT_LIMITS] = { "p0.5", "median", "p99.5" };
    char name[160];

    cli_json_key(j, "groups");
    cli_json_array(j);
    for (uint64_t i = 0; i < m->n; i++) {
        const sci_moments *row = &sci_stats_moments(m->stats)[i];

        cli_json_object_line(j);
        cli_json_member_text(j, "name", name_of(m, i, name, sizeof name));
        cli_json_member_unsigned(j, "count", row->count);
        cli_json_member_real(j, "weight", row->weight);
        cli_json_member_real(j, "mean", sci_moments_mean(row));
        cli_json_member_real(j, "variance", sci_moments_variance(row, m->ddof));
        cli_json_member_real(j, "sd", sci_moments_sd(row, m->ddof));
        cli_json_member_real(j, "min", row->count > 0 ? row->min : (double)NAN);
        cli_json_member_real(j, "max", row->count > 0 ? row->max : (double)NAN);
        for (int k = 0; k < CT_LIMITS && m->limits != NULL; k++)
            cli_json_member_real(j, keys[k], m->limits[i * CT_LIMITS + (uint64_t)k]);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

static void
json_numbers(cli_json *j, const double *x)
{
    cli_json_array_line(j);
    for (int k = 0; k < NYUL_POINTS; k++)
        cli_json_real(j, x[k]);
    cli_json_array_end(j);
}

static void
json_nyul(cli_json *j, const imaging_model *m)
{
    double scale[NYUL_POINTS];

    cli_json_key(j, "percentiles");
    json_numbers(j, imaging_nyul_percent);
    cli_json_key(j, "standard_scale");
    cli_json_array(j);
    for (uint64_t g = 0; g < m->n; g++) {
        imaging_nyul_scale(m, g, scale);
        json_numbers(j, scale);
    }
    cli_json_array_end(j);
    cli_json_key(j, "images");
    cli_json_array(j);
    for (uint64_t i = 0; i < m->n_images; i++) {
        cli_json_object(j);
        cli_json_member_text(j, "name", m->names.items[i]);
        cli_json_member_text(j, "digest", m->digests.items[i]);
        cli_json_key(j, "landmarks");
        cli_json_array(j);
        for (uint64_t g = 0; g < m->n; g++)
            json_numbers(j, m->landmarks + (i * m->n + g) * NYUL_POINTS);
        cli_json_array_end(j);
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
}

static sci_status
print_json(const imaging_model *m)
{
    char method[24];
    cli_json j;

    imaging_method_text(m->method, method);
    cli_json_start(&j, stdout);
    cli_json_object(&j);
    cli_json_member_text(&j, "method", method);
    cli_json_key(&j, "ddof");
    cli_json_integer(&j, m->ddof);
    if (m->method == IMAGING_NYUL) {
        json_nyul(&j, m);
    } else {
        cli_json_member_unsigned(&j, "images", sci_stats_origins(m->stats));
        cli_json_key(&j, "shard");
        cli_json_boolean(&j, sci_stats_is_shard(m->stats));
        json_groups(&j, m);
    }
    cli_json_object_end(&j);
    return cli_json_finish(&j);
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    imaging_model model = { 0 };
    sci_status st = imaging_model_load(&model, single->inputs.items[0].path);

    (void)worker;
    if (st == SCI_OK && single->common->json)
        st = print_json(&model);
    else if (st == SCI_OK) {
        print_text(&model);
        st = cli_stdout_finish();
    }
    imaging_model_clear(&model);
    return st;
}

int
imaging_show(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    return cli_single_run(&single, 1, call->operands);
}
