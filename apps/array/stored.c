/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stored.h"

#include <string.h>

#include <sci/memory.h>

#define ROWS_AT_ONCE UINT64_C(16384) /* 1 MiB */

void
array_stored_clear(array_stored *job)
{
    array_output_clear(&job->out);
    sci_affine_free(job->affine);
    array_post_clear(&job->post);
    sci_stats_free(job->table);
    sci_h5_table_free(job->kept);
    sci_free(job->path);
    array_groups_clear(&job->groups);
    array_recipe_clear(&job->recipe);
    sci_source_free(job->input);
    array_context_end(&job->c);
}

sci_status
array_stored_open(array_stored *job, const char *path, sci_stats **all)
{
    sci_status st = sci_strdup(&job->path, path);

    if (st == SCI_OK)
        st = sci_h5_table_open(&job->kept, path);
    if (st == SCI_ERR_REFUSED)
        return sci_stats_load(all, path);
    return st == SCI_OK ? sci_stats_copy(all, sci_h5_table_head(job->kept)) : st;
}

sci_status
array_stored_load(array_stored *job, sci_stats **all)
{
    const char *operand = job->c.settings->stats;
    array_place place = { 0 };
    sci_status st = array_place_find(&place, operand);

    if (st == SCI_OK)
        st = cli_worker_not_output(job->c.worker, place.file);
    if (st == SCI_OK)
        st = array_stored_open(job, place.table, all);
    if (st == SCI_OK && sci_stats_is_shard(*all))
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' is one shard of a table; put all shards together with 'merge' first",
                      operand);
    if (st == SCI_OK)
        st = array_place_recipe(&place, *all, &job->recipe);
    if (job->c.settings->scale == NULL && job->c.settings->shift == NULL)
        array_recipe_drop(&job->recipe, ARRAY_CONDITION); /* of a gamma and beta not asked for */
    array_place_clear(&place);
    return st;
}

/* True if row by row the table's groups are the input's. */
static sci_status
has_same_groups(const array_stored *job, const sci_stats *all, bool *same)
{
    const sci_report nothing = { 0 };
    uint8_t theirs[16], ours[16];
    sci_stats *head = NULL;
    sci_status st =
        sci_stats_head(&head, job->input, job->groups.g, &job->c.options, &nothing, NULL);

    if (st != SCI_OK)
        return st;
    sci_stats_fingerprint(all, theirs);
    sci_stats_fingerprint(head, ours);
    *same = memcmp(theirs, ours, sizeof ours) == 0;
    sci_stats_free(head);
    return SCI_OK;
}

static sci_status
select_loaded(array_stored *job, const sci_stats *all, const char *name, const uint8_t *digest)
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
array_stored_select(array_stored *job, const sci_stats *all, const char *name,
                    const uint8_t *digest)
{
    sci_stats *loaded = NULL;
    bool same = false;
    sci_status st = SCI_OK;

    if (job->kept == NULL)
        return select_loaded(job, all, name, digest);
    if (!sci_stats_needs_digest(all))
        st = has_same_groups(job, all, &same);
    if (st == SCI_OK && same)
        return sci_stats_copy(&job->table, all);
    sci_h5_table_free(job->kept);
    job->kept = NULL;
    if (st == SCI_OK)
        st = sci_stats_load(&loaded, job->path);
    if (st == SCI_OK)
        st = select_loaded(job, loaded, name, digest);
    sci_stats_free(loaded);
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
    sci_rows_source rows =
        job->kept != NULL ? sci_h5_table_rows(job->kept) : sci_stats_rows(job->table);
    sci_status st = SCI_OK;

    if (range == NULL || range->first < range->end)
        st = sci_apply(job->input, job->affine, &rows, range, &job->c.options, job->out.sink,
                       &job->report);
    array_output_flush(&job->out);
    return st;
}

static sci_status
copy_rows(array_stored *job, sci_moments *block, const sci_rows_sink *to)
{
    sci_rows_source from = sci_h5_table_rows(job->kept);
    uint64_t n = sci_stats_groups(job->table);
    sci_status st = SCI_OK;

    for (uint64_t first = 0; st == SCI_OK && first < n; first += ROWS_AT_ONCE) {
        uint64_t some = n - first < ROWS_AT_ONCE ? n - first : ROWS_AT_ONCE;

        st = from.read(from.context, first, some, block);
        if (st == SCI_OK)
            st = to->append(to->context, first, some, block);
    }
    return st;
}

sci_status
array_stored_write(array_stored *job, const char *path)
{
    sci_h5_rows *rows = NULL;
    sci_rows_sink sink = array_tee_sink(&job->tee);
    sci_moments *block = NULL;
    sci_status st;

    if (job->kept == NULL) {
        array_tee_table(&job->tee, job->table);
        return sci_h5_output_stats(job->out.file, path, job->table);
    }
    st = sci_alloc(&block, ROWS_AT_ONCE, 1, sizeof *block);
    if (st == SCI_OK)
        st = sci_h5_output_rows(job->out.file, path, &rows, &job->tee.next);
    if (st == SCI_OK)
        st = copy_rows(job, block, &sink);
    if (st == SCI_OK)
        st = sci_h5_rows_finish(rows, job->table);
    sci_h5_rows_free(rows);
    sci_free(block);
    return st;
}
