/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void
cpu_model(char *text, size_t size)
{
    char line[256], model[128];
    FILE *f = fopen("/proc/cpuinfo", "r");

    snprintf(text, size, "unknown processor");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "model name : %127[^\n]", model) == 1) {
            snprintf(text, size, "%s", model);
            break;
        }
    }
    if (f != NULL)
        fclose(f);
}

static double
load_average(void)
{
    double load = 0.0;
    FILE *f = fopen("/proc/loadavg", "r");

    if (f != NULL) {
        if (fscanf(f, "%lf", &load) != 1)
            load = 0.0;
        fclose(f);
    }
    return load;
}

void
report_begin(report *r, const char *files)
{
    char model[128];
    struct utsname host;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    double load = load_average();

    cpu_model(model, sizeof model);
    uname(&host);
    fprintf(r->table,
            "%s, %ld processors, %s %s, load %.2f at the start\n"
            "Medians of alternating repetitions, page cache warm. Where a machine is shared,\n"
            "times are noise: only the figures, ratios of neighbouring repetitions, count.\n"
            "HDF5 files: %s; those of section process: on a disk.\n\n",
            model, processors, host.sysname, host.release, load, files);
    fprintf(r->table, "%-46s %10s  %-20s %10s %9s %9s\n", "what", "ours", "against", "figure",
            "must", "aim");
    if (r->json != NULL)
        fprintf(r->json,
                "{\"processor\": \"%s\", \"processors\": %ld, \"kernel\": \"%s\", "
                "\"load\": %.2f}\n",
                model, processors, host.release, load);
    fflush(r->table);
}

/* "12.3 ms", "1.20 s", "61.0 MiB" */
static void
quantity(char *text, size_t size, double value, const char *unit)
{
    if (strcmp(unit, "s") != 0)
        snprintf(text, size, "%.1f %s", value, unit);
    else if (value < 1.0)
        snprintf(text, size, "%.*f ms", value < 0.01 ? 3 : 1, value * 1e3);
    else
        snprintf(text, size, "%.2f s", value);
}

static void
bound(char *text, size_t size, const figure_row *row, double value)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%s%g", row->at_most ? "<= " : ">= ", value);
}

static bool
reaches(const figure_row *row, double value)
{
    return row->at_most ? row->figure <= value : row->figure >= value;
}

static const char *
verdict(const figure_row *row)
{
    if (isnan(row->must) && isnan(row->aim))
        return "";
    if (!isnan(row->aim) && reaches(row, row->aim))
        return "aim";
    if (isnan(row->must) || reaches(row, row->must))
        return "must";
    return "MISSED";
}

static void
json_number(FILE *f, const char *key, double value)
{
    if (isfinite(value))
        fprintf(f, ", \"%s\": %.6g", key, value);
    else
        fprintf(f, ", \"%s\": null", key);
}

static void
json_row(FILE *f, const figure_row *row)
{
    fprintf(f, "{\"section\": \"%s\", \"what\": \"%s\", \"unit\": \"%s\"", row->section, row->what,
            row->unit);
    json_number(f, "ours", row->ours);
    if (row->peer_name != NULL) {
        fprintf(f, ", \"peer\": \"%s\"", row->peer_name);
        json_number(f, "theirs", row->peer);
    }
    json_number(f, "figure", row->figure);
    fprintf(f, ", \"figure_unit\": \"%s\", \"better\": \"%s\"", row->figure_unit,
            row->at_most ? "less" : "more");
    json_number(f, "must", row->must);
    json_number(f, "aim", row->aim);
    fprintf(f, ", \"verdict\": \"%s\"}\n", verdict(row));
    fflush(f);
}

void
report_row(report *r, const figure_row *row)
{
    char ours[32], peer[64] = "", value[32], figure[32], must[32], aim[32];

    quantity(ours, sizeof ours, row->ours, row->unit);
    if (row->peer_name != NULL) {
        quantity(value, sizeof value, row->peer, row->unit);
        snprintf(peer, sizeof peer, "%s %s", row->peer_name, value);
    }
    snprintf(figure, sizeof figure, "%.*f %s", strcmp(row->figure_unit, "x") == 0 ? 2 : 0,
             row->figure, row->figure_unit);
    bound(must, sizeof must, row, row->must);
    bound(aim, sizeof aim, row, row->aim);
    fprintf(r->table, "%-46s %10s  %-20s %10s %9s %9s  %s\n", row->what, ours, peer, figure, must,
            aim, verdict(row));
    fflush(r->table);
    if (strcmp(verdict(row), "MISSED") == 0)
        r->missed++;
    if (r->json != NULL)
        json_row(r->json, row);
}

void
report_absent(report *r, const char *section, const char *what, const char *reason)
{
    fprintf(r->table, "%-46s not measured: %s\n", what, reason);
    fflush(r->table);
    if (r->json != NULL)
        fprintf(r->json, "{\"section\": \"%s\", \"what\": \"%s\", \"absent\": \"%s\"}\n", section,
                what, reason);
}

void
report_end(const report *r)
{
    if (r->missed == 0)
        fprintf(r->table, "\nEvery bound that was measured is met.\n");
    else
        fprintf(r->table, "\n%u rows miss what they must be.\n", r->missed);
}
