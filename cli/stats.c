/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

enum { GROUPS_SHOWN = 20, NAME_WIDTH_MOST = 40, NAME_ROOM = 1024 };

/* ---- JSON ---- */

static sci_status
json_group(cli_json *json, const sci_stats *stats, uint64_t g)
{
    const sci_moments *rows = sci_stats_moments(stats);
    const sci_running *running = sci_stats_running(stats);
    int ddof = sci_stats_ddof(stats);
    char name[NAME_ROOM];
    sci_status st = sci_stats_group_name(stats, g, name, sizeof name);

    if (st != SCI_OK)
        return st;
    cli_json_object_line(json);
    cli_json_member_text(json, "name", name);
    if (running != NULL) {
        cli_json_member_unsigned(json, "steps", running[g].steps);
        cli_json_member_real(json, "mean", running[g].mean);
        cli_json_member_real(json, "variance", running[g].variance);
        cli_json_member_real(json, "sd", sqrt(running[g].variance));
    } else {
        const sci_moments *m = &rows[g];

        cli_json_member_unsigned(json, "count", m->count);
        cli_json_member_real(json, "weight", m->weight * sci_stats_equal_weight(stats));
        cli_json_member_real(json, "mean", sci_moments_mean(m));
        cli_json_member_real(json, "variance", sci_moments_variance(m, ddof));
        cli_json_member_real(json, "sd", sci_moments_sd(m, ddof));
        cli_json_member_real(json, "min", m->min);
        cli_json_member_real(json, "max", m->max);
    }
    cli_json_object_end(json);
    return SCI_OK;
}

sci_status
cli_stats_json(cli_json *out, const sci_stats *stats)
{
    char missing[512];
    sci_status st = SCI_OK;
    uint64_t n = sci_stats_is_shard(stats) ? 0 : sci_stats_groups(stats);

    cli_json_key(out, "ddof");
    cli_json_integer(out, sci_stats_ddof(stats));
    if (sci_stats_is_shard(stats)) {
        sci_stats_missing(stats, missing, sizeof missing);
        cli_json_member_text(out, "shard", missing);
    }
    if (sci_stats_running(stats) != NULL) {
        cli_json_member_text(out, "running",
                             sci_stats_rule(stats) == SCI_RUNNING_CUMULATIVE ? "cumulative"
                                                                             : "exponential");
        cli_json_member_unsigned(out, "steps", sci_stats_steps(stats));
    }
    cli_json_key(out, "groups");
    cli_json_array(out);
    for (uint64_t g = 0; st == SCI_OK && g < n; g++)
        st = json_group(out, stats, g);
    cli_json_array_end(out);
    return st;
}

/* ---- text ---- */

/* A name of a group as a terminal shows it. */
static sci_status
group_name(const sci_stats *stats, uint64_t g, char *text, size_t size)
{
    char name[NAME_ROOM];
    sci_status st = sci_stats_group_name(stats, g, name, sizeof name);

    if (st == SCI_OK)
        (void)cli_escape(text, size, name);
    return st;
}

static sci_status
name_width(const sci_stats *stats, uint64_t n, int *width)
{
    char name[NAME_ROOM];
    sci_status st = SCI_OK;

    *width = 5;
    for (uint64_t g = 0; st == SCI_OK && g < n; g++) {
        st = group_name(stats, g, name, sizeof name);
        if (st == SCI_OK && (int)strlen(name) > *width)
            *width = (int)strlen(name);
    }
    if (*width > NAME_WIDTH_MOST)
        *width = NAME_WIDTH_MOST;
    return st;
}

static void
print_number(double value)
{
    if (isnan(value))
        (void)printf(" %13s", "-");
    else
        (void)printf(" %13.6g", value);
}

/* A column that says more than the count. */
static bool
has_weights(const sci_stats *stats)
{
    return sci_stats_is_weighted(stats) || sci_stats_equal_weight(stats) != 1.0;
}

static sci_status
print_group(const sci_stats *stats, uint64_t g, int width)
{
    const sci_moments *rows = sci_stats_moments(stats);
    const sci_running *running = sci_stats_running(stats);
    int ddof = sci_stats_ddof(stats);
    char name[NAME_ROOM];
    sci_status st = group_name(stats, g, name, sizeof name);

    if (st != SCI_OK)
        return st;
    (void)printf("%-*s", width, name);
    if (running != NULL) {
        (void)printf(" %12" PRIu64, running[g].steps);
        print_number(running[g].mean);
        print_number(sqrt(running[g].variance));
    } else {
        const sci_moments *m = &rows[g];
        bool empty = m->count == 0;

        (void)printf(" %12" PRIu64, m->count);
        if (has_weights(stats))
            print_number(m->weight * sci_stats_equal_weight(stats));
        print_number(sci_moments_mean(m));
        print_number(sci_moments_sd(m, ddof));
        print_number(empty ? (double)NAN : m->min);
        print_number(empty ? (double)NAN : m->max);
    }
    (void)putchar('\n');
    return SCI_OK;
}

static void
print_head(const sci_stats *stats, int width)
{
    (void)printf("%-*s", width, "group");
    if (sci_stats_running(stats) != NULL) {
        (void)printf(" %12s %13s %13s\n", "steps", "mean", "sd");
        return;
    }
    (void)printf(" %12s", "count");
    if (has_weights(stats))
        (void)printf(" %13s", "weight");
    (void)printf(" %13s %13s %13s %13s\n", "mean", "sd", "min", "max");
}

static void
print_sources(const sci_stats *stats)
{
    uint64_t n = sci_stats_origins(stats);
    sci_stats_origin origin;
    char name[NAME_ROOM];

    if (n == 1 && sci_stats_get_origin(stats, 0, &origin) == SCI_OK) {
        (void)cli_escape(name, sizeof name, origin.name);
        (void)printf("from %s", name);
    } else {
        (void)printf("from %" PRIu64 " sources", n);
    }
}

/* "8 groups of 2359296 elements from x.h5:/x; ddof 0" and what is special. */
static void
print_summary(const sci_stats *stats)
{
    const sci_moments *rows = sci_stats_moments(stats);
    uint64_t n = sci_stats_groups(stats), members = 0, empty = 0, constant = 0;

    for (uint64_t g = 0; rows != NULL && g < n; g++) {
        members += rows[g].count;
        empty += rows[g].count == 0;
        constant += rows[g].count > 0 && sci_moments_is_constant(&rows[g]);
    }
    (void)printf("%" PRIu64 " group%s", n, n == 1 ? "" : "s");
    if (rows != NULL)
        (void)printf(" of %" PRIu64 " element%s, ", members, members == 1 ? "" : "s");
    else
        (void)printf(" of running statistics (%s) after %" PRIu64 " step%s",
                     sci_stats_rule(stats) == SCI_RUNNING_CUMULATIVE ? "cumulative" : "exponential",
                     sci_stats_steps(stats), sci_stats_steps(stats) == 1 ? "" : "s");
    if (rows != NULL)
        print_sources(stats);
    (void)printf("; ddof %d", sci_stats_ddof(stats));
    if (constant > 0)
        (void)printf("; %" PRIu64 " of zero variance", constant);
    if (empty > 0)
        (void)printf("; %" PRIu64 " empty", empty);
    (void)putchar('\n');
}

static sci_status
show_shard(const sci_stats *stats)
{
    char missing[512];

    sci_stats_missing(stats, missing, sizeof missing);
    (void)printf("a shard ");
    print_sources(stats);
    (void)printf("; %s\n", missing);
    return cli_stdout_finish();
}

sci_status
cli_stats_print(const sci_stats *stats, bool all)
{
    uint64_t n = sci_stats_groups(stats), shown = all || n <= GROUPS_SHOWN ? n : GROUPS_SHOWN;
    int width = 0;
    sci_status st;

    if (sci_stats_is_shard(stats))
        return show_shard(stats);
    st = name_width(stats, shown, &width);

    if (st != SCI_OK)
        return st;
    print_head(stats, width);
    for (uint64_t g = 0; st == SCI_OK && g < shown; g++)
        st = print_group(stats, g, width);
    if (shown < n)
        (void)printf("… and %" PRIu64 " more\n", n - shown);
    print_summary(stats);
    return st == SCI_OK ? cli_stdout_finish() : st;
}
