/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stored.h"

#include <sci/memory.h>

void
array_stored_clear(array_stored *job)
{
    array_output_clear(&job->out);
    sci_affine_free(job->affine);
    array_post_clear(&job->post);
    sci_stats_free(job->table);
    array_groups_clear(&job->groups);
    array_recipe_clear(&job->recipe);
    sci_source_free(job->input);
    array_context_end(&job->c);
}

sci_status
array_stored_load(array_stored *job, sci_stats **all)
{
    const char *operand = job->c.settings->stats;
    array_place place = { 0 };
    sci_status st = array_place_find(&place, operand);

    if (st == SCI_OK)
        st = array_not_output(&job->c, place.file);
    if (st == SCI_OK)
        st = sci_stats_load(all, place.table);
    if (st == SCI_OK && sci_stats_is_shard(*all))
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' is one shard of a table; put all shards together with 'merge' first",
                      operand);
    if (st == SCI_OK)
        st = array_place_recipe(&place, *all, &job->recipe);
    array_place_clear(&place);
    return st;
}

sci_status
array_stored_select(array_stored *job, const sci_stats *all, const char *name,
                    const uint8_t *digest)
{
    sci_stats *rows = NULL;
    sci_status st = sci_stats_select(&rows, all, name, job->groups.g, digest);

    if (st == SCI_OK && sci_stats_get_kind(rows) == SCI_STATS_RUNNING) {
        st = sci_stats_from_running(&job->table, rows);
    } else if (st == SCI_OK) {
        job->table = rows;
        rows = NULL;
    }
    sci_stats_free(rows);
    return st;
}

sci_status
array_stored_affine(array_stored *job, const char *scale, const char *shift, double eps)
{
    sci_status st = array_post_make(&job->post, &job->c, &job->groups, &job->recipe, job->input,
                                    scale, shift, false);

    if (st == SCI_OK)
        st = array_post_affine(&job->affine, &job->groups, &job->post, eps,
                               sci_stats_ddof(job->table), job->recipe.outside);
    return st;
}

sci_status
array_stored_apply(array_stored *job, const sci_range *range)
{
    sci_rows_source rows = sci_stats_rows(job->table);
    sci_status st = SCI_OK;

    if (range == NULL || range->first < range->end)
        st = sci_apply(job->input, job->affine, &rows, range, &job->c.options, job->out.sink,
                       &job->report);
    array_output_flush(&job->out);
    return st;
}
