/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table.h"

#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"
#include "cli/provenance.h"

#include "context.h"

#define RECIPE "/recipe"

/* ---- where a table is ---- */

void
array_place_clear(array_place *place)
{
    sci_free(place->file);
    sci_free(place->table);
    sci_free(place->record);
    *place = (array_place){ 0 };
}

/* Datasets of a file that have a record. */
typedef struct finder {
    int n;
    char *record; /* of the first */
    char names[256];
} finder;

static sci_status
find_record(void *context, const sci_h5_item *item)
{
    finder *f = context;
    size_t used = strlen(f->names);

    if (item->kind != SCI_H5_DATASET)
        return SCI_OK;
    for (size_t i = 0; i < item->n_attributes; i++) {
        const sci_h5_attribute *a = &item->attributes[i];

        if (strcmp(a->name, "libsci") != 0 || a->texts == NULL || a->n != 1)
            continue;
        (void)snprintf(f->names + used, sizeof f->names - used, "%s%s", f->n > 0 ? ", " : "",
                       item->path);
        if (f->n++ > 0)
            continue;
        return sci_strdup(&f->record, a->texts[0]);
    }
    return SCI_OK;
}

/* The record of an object ("/y"), or the single one of the file if `object` is NULL; NULL if
 * there is none. */
static sci_status
record_of(sci_h5_file *file, const char *path, const char *object, char **record)
{
    finder f = { 0 };
    sci_status st;

    *record = NULL;
    if (object != NULL) {
        st = sci_h5_file_text(file, object, "libsci", record);
        return st == SCI_ERR_NOTFOUND ? SCI_OK : st;
    }
    st = sci_h5_file_list(file, "/", find_record, &f);
    if (st == SCI_OK && f.n > 1)
        st = sci_fail(SCI_ERR_NOTFOUND,
                      "'%s' keeps the statistics of %d datasets (%s); name one: %s:/DATASET", path,
                      f.n, f.names, path);
    if (st != SCI_OK) {
        sci_free(f.record);
        return st;
    }
    *record = f.record;
    return SCI_OK;
}

/* The group of a statistics file beside whose columns the recipe lies. */
static sci_status
recipe_of(array_place *place, sci_h5_file *file, const char *group)
{
    bool there = false;
    char *path = NULL;
    sci_status st = sci_format(&path, "%s%s", group != NULL ? group : "", RECIPE);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, path, &there);
    if (st == SCI_OK && there) {
        place->record = path;
        path = NULL;
    }
    sci_free(path);
    return st;
}

sci_status
array_place_find(array_place *out, const char *operand)
{
    sci_h5_file *file = NULL;
    char *object = NULL;
    sci_status st;

    *out = (array_place){ 0 };
    st = sci_h5_split_operand(operand, &out->file, &object);
    if (st == SCI_OK)
        st = sci_h5_file_open(&file, out->file);
    if (st == SCI_OK)
        st = record_of(file, out->file, object, &out->record);
    if (st == SCI_OK && out->record != NULL)
        st = sci_format(&out->table, "%s:%s/stats", out->file, out->record);
    else if (st == SCI_OK) {
        st = sci_strdup(&out->table, operand);
        if (st == SCI_OK)
            st = recipe_of(out, file, object);
    }
    sci_h5_file_close(file);
    sci_free(object);
    if (st != SCI_OK)
        array_place_clear(out);
    return st;
}

/* ---- recipes of tables ---- */

static sci_status
append_name(char **list, const char *name)
{
    char *longer = NULL;
    sci_status st =
        *list != NULL ? sci_format(&longer, "%s,%s", *list, name) : sci_strdup(&longer, name);

    if (st != SCI_OK)
        return st;
    sci_free(*list);
    *list = longer;
    return SCI_OK;
}

static sci_status
append_factor(array_recipe *out, const sci_stats *stats, int factor)
{
    sci_stats_factor f;
    sci_stats_axis axis;
    char *axes = NULL;
    sci_status st = sci_stats_get_factor(stats, factor, &f);

    for (int i = 0; st == SCI_OK && i < f.n_axes; i++) {
        st = sci_stats_get_axis(stats, f.axes[i], &axis);
        if (st == SCI_OK)
            st = append_name(f.keep ? &out->keep : &axes, axis.name);
    }
    if (st == SCI_OK && !f.keep && out->n_maps < ARRAY_MAPS_MOST) {
        out->maps[out->n_maps++] = (array_map){ .role = ARRAY_LABEL, .axes = axes };
        axes = NULL;
    }
    sci_free(axes);
    return st;
}

static sci_status
recipe_of_table(const sci_stats *stats, array_recipe *out)
{
    sci_status st = SCI_OK;

    *out = (array_recipe){ 0 };
    for (int a = 0; st == SCI_OK && a < sci_stats_rank(stats); a++) {
        sci_stats_axis axis;

        st = sci_stats_get_axis(stats, a, &axis);
        if (st == SCI_OK)
            st = append_name(&out->axes, axis.name);
    }
    for (int f = 0; st == SCI_OK && f < sci_stats_factors(stats); f++)
        st = append_factor(out, stats, f);
    if (st != SCI_OK)
        array_recipe_clear(out);
    return st;
}

sci_status
array_place_recipe(const array_place *place, const sci_stats *stats, array_recipe *out)
{
    sci_h5_file *file = NULL;
    sci_status st;

    if (place->record == NULL)
        return recipe_of_table(stats, out);
    st = sci_h5_file_open(&file, place->file);
    if (st == SCI_OK)
        st = array_recipe_read(out, file, place->record);
    sci_h5_file_close(file);
    return st;
}

/* ---- statistics files ---- */

sci_status
array_stats_describe(sci_h5_output *out, const array_recipe *recipe, const char *provenance)
{
    sci_status st = SCI_OK;

    if (recipe != NULL)
        st = array_recipe_write(recipe, out, RECIPE);
    if (st == SCI_OK && provenance != NULL)
        st = sci_h5_output_text(out, "/", "provenance", provenance);
    return st;
}

sci_status
array_stats_write(const char *path, const sci_stats *stats, const array_recipe *recipe,
                  const char *provenance, bool verify, bool sync)
{
    sci_h5_output *out = NULL;
    sci_status st = sci_h5_output_create(&out, path);

    if (st == SCI_OK)
        st = sci_h5_output_stats(out, "/", stats);
    if (st == SCI_OK)
        st = array_stats_describe(out, recipe, provenance);
    if (st != SCI_OK) {
        sci_h5_output_free(out);
        return st;
    }
    return sci_h5_output_close(out, verify, sync);
}

#define PROVENANCE_DIGESTS \
    256 /* more are left to the table, which has them all; attributes hold 64 KiB */

static sci_status
provenance(const cli_call *call, const sci_stats *stats, size_t n, const char *const *digests,
           char **text)
{
    char fingerprint[33];
    uint8_t bytes[16];

    sci_stats_fingerprint(stats, bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(fingerprint + 2 * i, 3, "%02x", bytes[i]);
    return cli_provenance_text(text, call, n, digests, fingerprint);
}

sci_status
array_provenance(const cli_call *call, const sci_stats *stats, char **text)
{
    uint64_t n = sci_stats_origins(stats) <= PROVENANCE_DIGESTS ? sci_stats_origins(stats) : 0;
    sci_stats_origin origin;
    const char **digests = NULL;
    char(*texts)[80] = NULL;
    sci_status st = sci_alloc(&digests, n, 1, sizeof *digests);

    if (st == SCI_OK)
        st = sci_alloc(&texts, n, 1, sizeof *texts);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        st = sci_stats_get_origin(stats, i, &origin);
        if (st == SCI_OK)
            memcpy(texts[i], origin.digest, sizeof texts[i]);
        digests[i] = texts[i];
    }
    if (st == SCI_OK)
        st = provenance(call, stats, n, digests, text);
    sci_free(texts);
    sci_free(digests);
    return st;
}

sci_status
array_provenance_of(const cli_call *call, const sci_stats *stats, sci_digest_kind kind,
                    const uint8_t *digest, char **text)
{
    char hex[80];
    const char *digests[1] = { hex };

    if (digest != NULL)
        cli_digest_text(kind, digest, hex);
    return provenance(call, stats, digest != NULL ? 1 : 0, digests, text);
}

/* ---- rows that pass by ---- */

static void
look_at(array_tee *tee, uint64_t group, const sci_moments *m)
{
    if (m->count == 0 && tee->n_empty++ < ARRAY_NAMED)
        tee->empty[tee->n_empty - 1] = group;
    if (m->count > 0 && sci_moments_is_constant(m) && tee->n_constant++ < ARRAY_NAMED)
        tee->constant[tee->n_constant - 1] = group;
}

static sci_status
append_rows(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows)
{
    array_tee *tee = context;

    for (uint64_t i = 0; i < n; i++)
        look_at(tee, first_group + i, &rows[i]);
    return tee->next.append != NULL ? tee->next.append(tee->next.context, first_group, n, rows)
                                    : SCI_OK;
}

sci_rows_sink
array_tee_sink(array_tee *tee)
{
    return (sci_rows_sink){ .append = append_rows, .context = tee };
}

void
array_tee_table(array_tee *tee, const sci_stats *stats)
{
    const sci_moments *rows = sci_stats_moments(stats);

    if (rows == NULL || sci_stats_is_shard(stats))
        return;
    for (uint64_t g = 0; g < sci_stats_groups(stats); g++)
        look_at(tee, g, &rows[g]);
}

static void
note_groups(uint64_t n, const uint64_t *groups, const sci_stats *stats, const char *input,
            const char *what, const char *where)
{
    char names[512] = "", name[128];
    size_t used = 0;

    if (n == 0)
        return;
    for (uint64_t i = 0; i < n && i < ARRAY_NAMED && used < sizeof names; i++) {
        if (sci_stats_group_name(stats, groups[i], name, sizeof name) != SCI_OK)
            return;
        used +=
            (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? "; " : "", name);
    }
    cli_note("'%s': %llu group%s %s%s (%s%s)", input, (unsigned long long)n, n == 1 ? "" : "s",
             what, where, names, n > ARRAY_NAMED ? "; …" : "");
}

void
array_tee_note(const array_tee *tee, const sci_stats *stats, const char *input)
{
    note_groups(tee->n_constant, tee->constant, stats, input,
                tee->n_constant == 1 ? "has zero variance" : "have zero variance", "");
    note_groups(tee->n_empty, tee->empty, stats, input,
                tee->n_empty == 1 ? "is empty" : "are empty", "");
}

void
array_tee_note_stored(const array_tee *tee, const sci_stats *stats, const char *input,
                      const char *table)
{
    char where[512];

    (void)snprintf(where, sizeof where, " in '%s'", table);
    note_groups(tee->n_constant, tee->constant, stats, input,
                tee->n_constant == 1 ? "has zero variance" : "have zero variance", where);
    note_groups(tee->n_empty, tee->empty, stats, input,
                tee->n_empty == 1 ? "is not rescaled, as it is empty"
                                  : "are not rescaled, as they are empty",
                where);
}
