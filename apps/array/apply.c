/* SPDX-License-Identifier: GPL-3.0-or-later */
/* apply: rescale inputs with statistics that are there already. */
#include <string.h>

#include <sci/memory.h>

#include "cli/batch.h"

#include "record.h"
#include "shard.h"
#include "stored.h"
#include "verbs.h"

/* The groups of the input as they were made for the statistics, and their rows: of a table over
 * several files those of the one with the input's content. */
static sci_status
find_rows(array_stored *job)
{
    uint8_t digest[SCI_DIGEST_BYTES];
    sci_stats *all = NULL;
    sci_status st = array_stored_load(job, &all);
    bool sought = st == SCI_OK && sci_stats_needs_digest(all);

    if (st == SCI_OK)
        st = array_recipe_override(&job->recipe, job->c.call, true);
    if (st == SCI_OK)
        st = array_groups_make(&job->groups, &job->c, &job->recipe, job->input, ARRAY_ALIKE);
    if (st == SCI_OK && sought)
        st = array_digest_bytes(&job->c, job->input, sci_stats_digest_kind(all), digest);
    if (st == SCI_OK)
        st = array_stored_select(job, all, job->c.settings->stats, sought ? digest : NULL);
    sci_stats_free(all);
    return st;
}

static sci_status
prepare(array_stored *job, const cli_input *input)
{
    const array_settings *s = job->c.settings;
    sci_status st = array_input_open(&job->c, input, &job->input);

    if (st == SCI_OK)
        st = find_rows(job);
    if (st == SCI_OK && !cli_given(job->c.call, "nan"))
        job->c.options.nan = sci_stats_nan(job->table);
    if (st == SCI_OK)
        st = array_stored_affine(job, s->scale, s->shift, s->common.eps);
    return st;
}

/* The output, or the part of it that --shard names. */
static sci_status
transform(array_stored *job, array_shard *shard, const char *dataset)
{
    bool whole = job->c.settings->common.shard.total == 0;
    sci_h5_layout natural;
    sci_status st = SCI_OK;

    sci_h5_source_layout(job->input, &natural);
    if (!whole)
        st = array_shard_plan(shard, &job->input->array, &natural, job->c.settings->common.shard);
    if (st == SCI_OK)
        st = array_output_open(&job->out, &job->c, job->input, dataset,
                               array_output_type(&job->c, job->input),
                               whole ? NULL : &shard->layout);
    if (st == SCI_OK)
        st = array_stored_apply(job, whole ? NULL : &shard->range);
    return st;
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
write_shard(const array_stored *job, const array_shard *shard)
{
    uint8_t digest[16];
    char text[40];

    sci_stats_digest(job->table, digest);
    array_chunk_digest_text(digest, text);
    return array_shard_write(shard, &job->out, text, job->input);
}

static sci_status
finish(array_stored *job, const array_shard *shard)
{
    bool whole = shard->part.total == 0;
    char *provenance = NULL, *path = NULL;
    sci_status st = array_provenance_of(job->c.call, job->table, job->c.options.digest,
                                        whole ? job->report.digest : NULL, &provenance);

    if (st == SCI_OK)
        forget_part(provenance);
    if (st == SCI_OK)
        st = sci_format(&path, "%s/stats", job->out.record);
    if (st == SCI_OK)
        st = array_stored_write(job, path);
    if (st == SCI_OK)
        st = array_record_write(&job->recipe, &job->post, job->c.settings->common.eps, job->input,
                                provenance, &job->out);
    if (st == SCI_OK && !whole)
        st = write_shard(job, shard);
    if (st == SCI_OK)
        st = array_output_close(&job->out, &job->c);
    if (st == SCI_OK)
        array_tee_note_stored(&job->tee, job->table, job->input->name, job->c.settings->stats);
    sci_free(provenance);
    sci_free(path);
    return st;
}

static sci_status
apply_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
          const cli_worker *worker)
{
    const cli_call *const *call = context;
    array_stored job = { 0 };
    array_shard shard = { .count = 0 };
    sci_status st = array_context_start(&job.c, *call, worker);

    if (st == SCI_OK)
        st = prepare(&job, &inputs->items[input]);
    if (st == SCI_OK)
        st = transform(&job, &shard, dataset);
    if (st == SCI_OK)
        st = finish(&job, &shard);
    array_stored_clear(&job);
    return st;
}

int
array_apply(const cli_call *call)
{
    const array_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "applying",
                        .extensions = array_extensions,
                        .datasets = true,
                        .work = apply_one,
                        .context = &call };

    return cli_batch_run(&batch);
}
