/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record_read.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "cli/json_read.h"

#include "pairs.h"
#include "record.h"

void
imaging_record_clear(imaging_record *record)
{
    sci_free(record->outside);
    sci_free(record->mask);
    sci_free(record->mask_digest);
    sci_free(record->labels_digest);
    sci_free(record->groups_digest);
    sci_free(record->mask_reading);
    sci_free(record->mask_kind);
    sci_free(record->labels);
    sci_free(record->bias_field);
    sci_free(record->channel_groups);
    sci_free(record->over);
    sci_free(record->centre);
    sci_free(record->scale);
    sci_free(record->curve_x);
    sci_free(record->curve_y);
    *record = (imaging_record){ 0 };
}

static sci_status
no_record(const imaging_volume *volume)
{
    return sci_fail(
        SCI_ERR_NOTFOUND,
        "'%s' keeps no record of how it was made; only outputs of normalize and apply can be "
        "undone (of NIfTI with the JSON file beside them)",
        volume->name);
}

static sci_status
damaged(const imaging_volume *volume, const char *what)
{
    return sci_fail(SCI_ERR_FORMAT, "'%s': its record is damaged: %s", volume->name, what);
}

/* Neither is finite where --nan propagate made a group NaN. */
static bool
is_usable(double centre, double scale)
{
    return isfinite(centre) ? scale > 0.0 : !isfinite(scale);
}

/* Everything that is read must be usable. */
static sci_status
check(const imaging_record *r, const imaging_volume *volume)
{
    if (r->method < 0)
        return damaged(volume, "the method is not known");
    if (r->n == 0)
        return damaged(volume, "it has no groups");
    for (uint64_t i = 0; i < r->n; i++)
        if (!is_usable(r->centre[i], r->scale[i]))
            return damaged(volume, "a centre or a scale");
    for (uint64_t i = 0; i < r->n * r->n_points; i++)
        if (!isfinite(r->curve_x[i]) || !isfinite(r->curve_y[i])
            || (i % r->n_points > 0
                && (r->curve_x[i] < r->curve_x[i - 1] || r->curve_y[i] < r->curve_y[i - 1])))
            return damaged(volume, "a curve");
    return SCI_OK;
}

/* ---- HDF5 ---- */

static sci_status
read_text(sci_h5_file *file, const char *group, const char *name, char **out)
{
    sci_status st = sci_h5_file_text(file, group, name, out);

    return st == SCI_ERR_NOTFOUND ? SCI_OK : st;
}

static sci_status
read_flag(sci_h5_file *file, const char *group, const char *name, bool *out)
{
    int64_t value = 0;
    sci_status st = sci_h5_file_integer(file, group, name, &value);

    *out = value != 0;
    return st;
}

/* *out stays NULL if it is not there. */
static sci_status
read_numbers(sci_h5_file *file, const char *group, const char *name, uint64_t *n, double **out)
{
    char *path = NULL;
    bool there = false;
    sci_status st = sci_format(&path, "%s/%s", group, name);

    *n = 0;
    if (st == SCI_OK)
        st = sci_h5_file_has(file, path, &there);
    if (st == SCI_OK && there)
        st = sci_h5_file_numbers(file, path, NULL, n, out);
    sci_free(path);
    return st;
}

static sci_status
read_tables(imaging_record *r, sci_h5_file *file, const char *group, const imaging_volume *volume)
{
    uint64_t n = 0, nx = 0, ny = 0;
    sci_status st = read_numbers(file, group, "centre", &r->n, &r->centre);

    if (st == SCI_OK)
        st = read_numbers(file, group, "scale", &n, &r->scale);
    if (st == SCI_OK)
        st = read_numbers(file, group, "curve_x", &nx, &r->curve_x);
    if (st == SCI_OK)
        st = read_numbers(file, group, "curve_y", &ny, &r->curve_y);
    if (st == SCI_OK && r->n == 0)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' keeps no table of its groups, which were too many",
                      volume->name);
    if (st == SCI_OK && (n != r->n || nx != ny || nx % r->n != 0))
        st = damaged(volume, "its tables differ in length");
    if (st == SCI_OK)
        r->n_points = (size_t)(nx / r->n);
    return st;
}

static sci_status
read_h5(imaging_record *r, const imaging_volume *volume, const char *path)
{
    struct {
        const char *name;
        char **out;
    } texts[] = { { "outside", &r->outside },
                  { "mask", &r->mask },
                  { "mask_digest", &r->mask_digest },
                  { "labels_digest", &r->labels_digest },
                  { "groups_digest", &r->groups_digest },
                  { "mask_reading", &r->mask_reading },
                  { "mask_kind", &r->mask_kind },
                  { "labels", &r->labels },
                  { "bias_field", &r->bias_field },
                  { "over", &r->over },
                  { "channel_groups", &r->channel_groups } };
    char *group = NULL, *method = NULL;
    sci_h5_file *file = NULL;
    bool there = false;
    sci_status st = sci_format(&group, "%s%s", IMAGING_RECORD, volume->dataset);

    if (st == SCI_OK)
        st = sci_h5_file_open(&file, path);
    if (st == SCI_OK)
        st = sci_h5_file_has(file, group, &there);
    if (st == SCI_OK && !there)
        st = no_record(volume);
    if (st == SCI_OK)
        st = sci_h5_file_text(file, group, "method", &method);
    if (st == SCI_OK)
        r->method = cli_choice_find(IMAGING_METHODS, method);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && st == SCI_OK; i++)
        st = read_text(file, group, texts[i].name, texts[i].out);
    if (st == SCI_OK)
        st = read_flag(file, group, "pooled", &r->pooled);
    if (st == SCI_OK)
        st = read_flag(file, group, "clipped", &r->clipped);
    if (st == SCI_OK)
        st = read_tables(r, file, group, volume);
    sci_h5_file_close(file);
    sci_free(method);
    sci_free(group);
    return st;
}

/* ---- JSON ---- */

static sci_status
take_text(const cli_json_value *json, const char *key, char **out)
{
    const cli_json_value *v = cli_json_member(json, key);

    return v != NULL && v->kind == CLI_JSON_TEXT ? sci_strdup(out, v->text) : SCI_OK;
}

static bool
is_true(const cli_json_value *json, const char *key)
{
    const cli_json_value *v = cli_json_member(json, key);

    return v != NULL && v->kind == CLI_JSON_BOOLEAN && v->truth;
}

static bool
take_number(const cli_json_value *json, const char *key, double *out)
{
    const cli_json_value *v = cli_json_member(json, key);

    if (v == NULL)
        return false;
    *out = v->kind == CLI_JSON_NUMBER ? v->number : (double)INFINITY; /* null is not finite */
    return v->kind == CLI_JSON_NUMBER || v->kind == CLI_JSON_NULL;
}

static bool
take_points(const cli_json_value *json, const char *key, size_t n, double *out)
{
    const cli_json_value *v = cli_json_member(json, key);

    if (v == NULL || v->kind != CLI_JSON_ARRAY || v->n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (v->items[i].kind != CLI_JSON_NUMBER)
            return false;
        out[i] = v->items[i].number;
    }
    return true;
}

static sci_status
take_groups(imaging_record *r, const cli_json_value *groups, const imaging_volume *volume)
{
    const cli_json_value *curve;
    sci_status st;

    if (groups == NULL || groups->kind != CLI_JSON_ARRAY || groups->n == 0)
        return damaged(volume, "it has no groups");
    r->n = groups->n;
    curve = cli_json_member(&groups->items[0], "curve_x");
    r->n_points = curve != NULL && curve->kind == CLI_JSON_ARRAY ? curve->n : 0;
    st = sci_alloc(&r->centre, r->n, 1, sizeof *r->centre);
    if (st == SCI_OK)
        st = sci_alloc(&r->scale, r->n, 1, sizeof *r->scale);
    if (st == SCI_OK && r->n_points > 0)
        st = sci_alloc(&r->curve_x, r->n, r->n_points, sizeof *r->curve_x);
    if (st == SCI_OK && r->n_points > 0)
        st = sci_alloc(&r->curve_y, r->n, r->n_points, sizeof *r->curve_y);
    for (uint64_t i = 0; i < r->n && st == SCI_OK; i++) {
        const cli_json_value *g = &groups->items[i];

        if (!take_number(g, "centre", &r->centre[i]) || !take_number(g, "scale", &r->scale[i])
            || (r->n_points > 0
                && (!take_points(g, "curve_x", r->n_points, r->curve_x + i * r->n_points)
                    || !take_points(g, "curve_y", r->n_points, r->curve_y + i * r->n_points))))
            st = damaged(volume, "a group");
    }
    return st;
}

static sci_status
read_json(imaging_record *r, const imaging_volume *volume, const char *path)
{
    size_t stem = imaging_nifti_stem(path);
    char *name = NULL, *method = NULL;
    cli_json_value *json = NULL;
    sci_status st = sci_format(&name, "%.*s.json", (int)stem, path);

    if (st == SCI_OK && (stem == 0 || access(name, F_OK) != 0))
        st = no_record(volume);
    if (st == SCI_OK)
        st = cli_json_read(&json, name);
    if (st == SCI_OK)
        st = take_text(json, "method", &method);
    if (st == SCI_OK && (method == NULL || cli_json_member(json, "n_groups") == NULL))
        st = no_record(volume);
    if (st == SCI_OK)
        r->method = cli_choice_find(IMAGING_METHODS, method);
    if (st == SCI_OK)
        st = take_text(json, "outside", &r->outside);
    if (st == SCI_OK)
        st = take_text(json, "mask", &r->mask);
    if (st == SCI_OK)
        st = take_text(json, "mask_digest", &r->mask_digest);
    if (st == SCI_OK)
        st = take_text(json, "labels_digest", &r->labels_digest);
    if (st == SCI_OK)
        st = take_text(json, "groups_digest", &r->groups_digest);
    if (st == SCI_OK)
        st = take_text(json, "mask_reading", &r->mask_reading);
    if (st == SCI_OK)
        st = take_text(json, "mask_kind", &r->mask_kind);
    if (st == SCI_OK)
        st = take_text(json, "labels", &r->labels);
    if (st == SCI_OK)
        st = take_text(json, "bias_field", &r->bias_field);
    if (st == SCI_OK)
        st = take_text(json, "over", &r->over);
    if (st == SCI_OK)
        st = take_text(json, "channel_groups", &r->channel_groups);
    if (st == SCI_OK) {
        r->pooled = is_true(json, "pooled");
        r->clipped = is_true(json, "clipped");
        st = take_groups(r, cli_json_member(json, "groups"), volume);
    }
    cli_json_value_free(json);
    sci_free(method);
    sci_free(name);
    return st;
}

sci_status
imaging_record_read(imaging_record *out, const imaging_volume *volume, const char *path)
{
    sci_status st;

    *out = (imaging_record){ 0 };
    st = volume->dataset != NULL ? read_h5(out, volume, path) : read_json(out, volume, path);
    if (st == SCI_OK)
        st = check(out, volume);
    if (st != SCI_OK)
        imaging_record_clear(out);
    return st;
}
