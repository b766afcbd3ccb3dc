/* SPDX-License-Identifier: GPL-3.0-or-later */
/* invert: undo normalize or apply, with the statistics that the output keeps or with --stats. */
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"
#include "cli/message.h"

#include "record.h"
#include "table.h"
#include "verbs.h"

/* One input on its way. */
typedef struct job {
    array_context c;
    sci_source *input;
    array_record record; /* of the input, or what the options say in its place */
    array_groups groups;
    array_post post;
    sci_stats *table;
    sci_affine *affine;
    array_output out;
} job;

static void
job_clear(job *j)
{
    array_output_clear(&j->out);
    sci_affine_free(j->affine);
    sci_stats_free(j->table);
    array_post_clear(&j->post);
    array_groups_clear(&j->groups);
    array_record_clear(&j->record);
    sci_source_free(j->input);
    array_context_end(&j->c);
}

/* The record that the dataset points at. */
static sci_status
read_kept(job *j, const char *path, sci_stats **all)
{
    char *record = NULL, *table = NULL;
    sci_status st = sci_h5_source_text(j->input, "libsci", &record);

    if (st == SCI_ERR_NOTFOUND)
        return sci_fail(SCI_ERR_NOTFOUND, "'%s' keeps no statistics to undo; name those that were used with --stats",
                        j->input->name);
    if (st == SCI_OK)
        st = array_record_read(&j->record, path, record);
    if (st == SCI_OK)
        st = sci_format(&table, "%s:%s/stats", path, record);
    if (st == SCI_OK)
        st = sci_stats_load(all, table);
    sci_free(record);
    sci_free(table);
    return st;
}

/* What --stats and the other options say. */
static sci_status
read_given(job *j, sci_stats **all)
{
    const array_settings *s = j->c.settings;
    array_place place = {0};
    sci_status st = array_place_find(&place, s->stats);

    if (st == SCI_OK)
        st = array_not_output(&j->c, place.file);
    if (st == SCI_OK)
        st = sci_stats_load(all, place.table);
    if (st == SCI_OK && sci_stats_is_shard(*all))
        st = sci_fail(SCI_ERR_REFUSED, "'%s' is one shard of a table; put all shards together with 'merge' first",
                      s->stats);
    if (st == SCI_OK)
        st = array_place_recipe(&place, *all, &j->record.recipe);
    j->record.eps = s->common.eps;
    j->record.type = j->input->array.type;
    if (st == SCI_OK && s->scale != NULL)
        st = sci_strdup(&j->record.gamma, s->scale);
    if (st == SCI_OK && s->shift != NULL)
        st = sci_strdup(&j->record.beta, s->shift);
    array_place_clear(&place);
    return st;
}

/* The rows of the input's groups. Its contents are those of the output, so the stretch of a table over several files is
 * not to be found by digest; the table that an output keeps is its own. */
static sci_status
select_rows(job *j, const sci_stats *all)
{
    const char *name = j->c.settings->stats != NULL ? j->c.settings->stats : j->input->name;
    sci_stats *rows = NULL;
    sci_status st;

    if (sci_stats_needs_digest(all))
        return sci_fail(SCI_ERR_REFUSED, "'%s' is a table over several files and cannot tell which of them this was; "
                                         "undo an output that keeps its own statistics", name);
    st = sci_stats_select(&rows, all, name, j->groups.g, NULL);
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
    bool given = j->c.settings->stats != NULL;
    sci_stats *all = NULL;
    sci_status st = array_input_open(&j->c, input, &j->input);

    if (st == SCI_OK)
        st = given ? read_given(j, &all) : read_kept(j, input->path, &all);
    if (st == SCI_OK)
        st = array_recipe_override(&j->record.recipe, j->c.call, given);
    if (st == SCI_OK)
        st = array_groups_make(&j->groups, &j->c, &j->record.recipe, j->input, given ? ARRAY_ALIKE : ARRAY_SAME);
    if (st == SCI_OK)
        st = select_rows(j, all);
    if (st == SCI_OK)
        st = array_post_make(&j->post, &j->c, &j->groups, &j->record.recipe, j->input, j->record.gamma,
                             j->record.beta, false);
    if (st == SCI_OK)
        st = array_post_affine(&j->affine, &j->groups, &j->post, j->record.eps, sci_stats_ddof(j->table),
                               j->record.recipe.outside);
    if (st == SCI_OK)
        st = sci_affine_invert(j->affine);
    /* NaN that normalize let in, or put outside of mask and labels, are no reason to refuse now. */
    if (st == SCI_OK)
        j->c.options.nan = sci_stats_nan(j->table) == SCI_NAN_IGNORE ? SCI_NAN_IGNORE : SCI_NAN_PROPAGATE;
    sci_stats_free(all);
    return st;
}

/* Zeroed or NaN elements do not come back. */
static void
note_lost(const job *j)
{
    bool partly = false;

    for (int m = 0; m < j->record.recipe.n_maps; m++)
        partly = partly || j->record.recipe.maps[m].role != ARRAY_CONDITION;
    if (partly && j->record.recipe.outside >= SCI_OUTSIDE_ZERO)
        cli_note("'%s': elements outside of mask and labels were replaced and do not come back", j->input->name);
}

static sci_status
invert_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset, const cli_worker *worker)
{
    const cli_call *const *call = context;
    job j = {0};
    char *provenance = NULL;
    sci_rows_source rows;
    sci_report report;
    sci_type type;
    sci_status st = array_context_start(&j.c, *call, worker);

    if (st == SCI_OK)
        st = prepare(&j, &inputs->items[input]);
    if (st != SCI_OK)
        goto out;
    type = cli_given(*call, "dtype") ? array_output_type(&j.c, j.input) : j.record.type;
    if (type == SCI_FLOAT16)
        type = SCI_FLOAT32; /* half is read, never written */
    st = array_output_open(&j.out, &j.c, j.input, dataset, type, NULL);
    rows = sci_stats_rows(j.table);
    if (st == SCI_OK)
        st = sci_apply(j.input, j.affine, &rows, NULL, &j.c.options, j.out.sink, &report);
    array_output_flush(&j.out);
    if (st == SCI_OK)
        st = array_provenance_of(*call, j.table, j.c.options.digest, report.digest, &provenance);
    if (st == SCI_OK)
        st = sci_h5_output_forget(j.out.file, j.out.dataset, "libsci");
    if (st == SCI_OK)
        st = sci_h5_output_text(j.out.file, j.out.dataset, "provenance", provenance);
    if (st == SCI_OK)
        st = array_output_close(&j.out, &j.c);
    if (st == SCI_OK)
        note_lost(&j);
out:
    sci_free(provenance);
    job_clear(&j);
    return st;
}

int
array_invert(const cli_call *call)
{
    const array_settings *s = call->settings;
    cli_batch batch = {.call = call, .common = &s->common, .doing = "inverting", .extensions = array_extensions,
                       .datasets = true, .work = invert_one, .context = &call};

    if (s->stats == NULL && (s->scale != NULL || s->shift != NULL || cli_given(call, "eps")))
        return cli_usage_error(call, "--scale, --shift and --eps are kept in the input; give them with --stats only");
    return cli_batch_run(&batch);
}
