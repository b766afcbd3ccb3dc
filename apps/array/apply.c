/* SPDX-License-Identifier: GPL-3.0-or-later */
/* apply: rescale inputs with statistics that are there already. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"
#include "cli/message.h"

#include "record.h"
#include "shard.h"
#include "table.h"
#include "verbs.h"

/* One input on its way. */
typedef struct job {
    array_context c;
    sci_source *input;
    array_recipe recipe;
    array_groups groups;
    array_post post;
    sci_stats *table; /* its rows are those of the input's groups */
    sci_affine *affine;
    array_shard shard;
    array_output out;
    sci_report report;
} job;

static void
job_clear(job *j)
{
    array_output_clear(&j->out);
    sci_affine_free(j->affine);
    sci_stats_free(j->table);
    array_post_clear(&j->post);
    array_groups_clear(&j->groups);
    array_recipe_clear(&j->recipe);
    sci_source_free(j->input);
    array_context_end(&j->c);
}

/* The statistics, and the groups of the input as they were made there. */
static sci_status
load_groups(job *j, sci_stats **all)
{
    const char *operand = j->c.settings->stats;
    array_place place = {0};
    sci_status st = array_place_find(&place, operand);

    if (st == SCI_OK)
        st = array_not_output(&j->c, place.file);
    if (st == SCI_OK)
        st = sci_stats_load(all, place.table);
    if (st == SCI_OK && sci_stats_is_shard(*all))
        st = sci_fail(SCI_ERR_REFUSED, "'%s' is one shard of a table; put all shards together with 'merge' first",
                      operand);
    if (st == SCI_OK)
        st = array_place_recipe(&place, *all, &j->recipe);
    if (st == SCI_OK)
        st = array_recipe_override(&j->recipe, j->c.call, true);
    if (st == SCI_OK)
        st = array_groups_make(&j->groups, &j->c, &j->recipe, j->input, ARRAY_ALIKE);
    array_place_clear(&place);
    return st;
}

/* The input's rows; of a table over several files those of the one with its content. */
static sci_status
select_rows(job *j, const sci_stats *all)
{
    uint8_t digest[SCI_DIGEST_BYTES];
    sci_stats *rows = NULL;
    bool sought = sci_stats_needs_digest(all);
    sci_status st = SCI_OK;

    if (sought)
        st = array_digest_bytes(&j->c, j->input, sci_stats_digest_kind(all), digest);
    if (st == SCI_OK)
        st = sci_stats_select(&rows, all, j->c.settings->stats, j->groups.g, sought ? digest : NULL);
    if (st == SCI_OK && sci_stats_get_kind(rows) == SCI_STATS_RUNNING) {
        st = sci_stats_from_running(&j->table, rows);
    } else if (st == SCI_OK) {
        j->table = rows;
        rows = NULL;
    }
    sci_stats_free(rows);
    return st;
}

static sci_status
prepare(job *j, const cli_input *input)
{
    const array_settings *s = j->c.settings;
    sci_stats *all = NULL;
    sci_status st = array_input_open(&j->c, input, &j->input);

    if (st == SCI_OK)
        st = load_groups(j, &all);
    if (st == SCI_OK)
        st = select_rows(j, all);
    sci_stats_free(all);
    if (st == SCI_OK && !cli_given(j->c.call, "nan"))
        j->c.options.nan = sci_stats_nan(j->table);
    if (st == SCI_OK)
        st = array_post_make(&j->post, &j->c, &j->groups, &j->recipe, j->input, s->scale, s->shift, false);
    if (st == SCI_OK)
        st = array_post_affine(&j->affine, &j->groups, &j->post, s->common.eps, sci_stats_ddof(j->table),
                               j->recipe.outside);
    return st;
}

/* The output, or the part of it that --shard names. */
static sci_status
transform(job *j, const char *dataset)
{
    const cli_shard part = j->c.settings->common.shard;
    sci_type type = array_output_type(&j->c, j->input);
    sci_rows_source rows = sci_stats_rows(j->table);
    sci_h5_layout natural;
    sci_status st = SCI_OK;

    sci_h5_source_layout(j->input, &natural);
    if (part.total > 0)
        st = array_shard_plan(&j->shard, &j->input->array, &natural, part);
    if (st == SCI_OK)
        st = array_output_open(&j->out, &j->c, j->input, dataset, type, part.total > 0 ? &j->shard.layout : NULL);
    if (st == SCI_OK && !(part.total > 0 && j->shard.count == 0))
        st = sci_apply(j->input, j->affine, &rows, part.total > 0 ? &j->shard.range : NULL, &j->c.options,
                       j->out.sink, &j->report);
    array_output_flush(&j->out);
    return st;
}

/* The digest of a table as text. */
static void
table_text(const sci_stats *table, char text[40])
{
    uint8_t digest[16];

    sci_stats_digest(table, digest);
    array_chunk_digest_text(digest, text);
}

/* Which part it was stands elsewhere; what remains is the same for all parts of an output. */
static void
forget_part(char *provenance)
{
    char *at = strstr(provenance, " --shard=");

    if (at != NULL) {
        size_t n = strcspn(at + 1, " \n") + 1;

        memmove(at, at + n, strlen(at + n) + 1);
    }
}

static sci_status
finish(job *j)
{
    char *provenance = NULL, *path = NULL, table[40];
    bool whole = j->shard.part.total == 0;
    sci_status st = array_provenance_of(j->c.call, j->table, j->c.options.digest, whole ? j->report.digest : NULL,
                                        &provenance);

    table_text(j->table, table);
    if (st == SCI_OK)
        forget_part(provenance);
    if (st == SCI_OK)
        st = sci_format(&path, "%s/stats", j->out.record);
    if (st == SCI_OK)
        st = sci_h5_output_stats(j->out.file, path, j->table);
    if (st == SCI_OK)
        st = array_record_write(&j->recipe, &j->post, j->c.settings->common.eps, j->input, provenance, &j->out);
    if (st == SCI_OK && !whole)
        st = array_shard_write(&j->shard, &j->out, table);
    if (st == SCI_OK)
        st = array_output_close(&j->out, &j->c);
    sci_free(provenance);
    sci_free(path);
    return st;
}

static sci_status
apply_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset, const cli_worker *worker)
{
    const cli_call *const *call = context;
    job j = {0};
    sci_status st = array_context_start(&j.c, *call, worker);

    if (st == SCI_OK)
        st = prepare(&j, &inputs->items[input]);
    if (st == SCI_OK)
        st = transform(&j, dataset);
    if (st == SCI_OK)
        st = finish(&j);
    job_clear(&j);
    return st;
}

int
array_apply(const cli_call *call)
{
    const array_settings *s = call->settings;
    cli_batch batch = {.call = call, .common = &s->common, .doing = "applying", .extensions = array_extensions,
                       .datasets = true, .work = apply_one, .context = &call};

    return cli_batch_run(&batch);
}
