/* SPDX-License-Identifier: GPL-3.0-or-later */
/* invert: undo normalize or apply, with the statistics that the output keeps or with --stats. */
#include <string.h>

#include <sci/memory.h>

#include "cli/batch.h"
#include "cli/message.h"

#include "record.h"
#include "stored.h"
#include "verbs.h"

/* What the options say, or what the record of the input says in their place. */
typedef struct terms {
    char *gamma, *beta;
    double eps;
    sci_type type; /* of the output */
} terms;

static void
terms_clear(terms *t)
{
    sci_free(t->gamma);
    sci_free(t->beta);
}

/* The record that the dataset points at. */
static sci_status
read_kept(array_stored *job, const char *path, terms *t, sci_stats **all)
{
    array_record kept = { .eps = 0.0 };
    char *record = NULL, *table = NULL;
    sci_status st = sci_h5_source_text(job->input, "libsci", &record);

    if (st == SCI_ERR_NOTFOUND)
        return sci_fail(SCI_ERR_NOTFOUND,
                        "'%s' keeps no statistics to undo; name those that were used with --stats",
                        job->input->name);
    if (st == SCI_OK)
        st = array_record_read(&kept, path, record);
    if (st == SCI_OK) {
        job->recipe = kept.recipe;
        *t = (terms){ .gamma = kept.gamma, .beta = kept.beta, .eps = kept.eps, .type = kept.type };
    }
    if (st == SCI_OK)
        st = sci_format(&table, "%s:%s/stats", path, record);
    if (st == SCI_OK)
        st = array_stored_open(job, table, all);
    sci_free(record);
    sci_free(table);
    return st;
}

static sci_status
read_given(array_stored *job, terms *t, sci_stats **all)
{
    const array_settings *s = job->c.settings;
    sci_status st = array_stored_load(job, all);

    *t = (terms){ .eps = s->common.eps, .type = job->input->array.type };
    if (st == SCI_OK)
        st = sci_strdup(&t->gamma, s->scale);
    if (st == SCI_OK)
        st = sci_strdup(&t->beta, s->shift);
    return st;
}

/* The input has other contents than what was normalized, so that its stretch of a table over
 * several files cannot be found by digest; the table that an output keeps is its own. */
static sci_status
select_rows(array_stored *job, const sci_stats *all)
{
    const char *stats = job->c.settings->stats;
    const char *name = stats != NULL ? stats : job->input->name;

    if (sci_stats_needs_digest(all))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' is a table over several files and cannot tell which of them this "
                        "was; undo an output that keeps its own statistics",
                        name);
    return array_stored_select(job, all, name, NULL);
}

/* What the record says against --stats and what goes with it. */
static sci_status
compare_kept(const array_stored *job, const terms *t, const array_record *kept,
             const sci_stats *table)
{
    const char *name = job->input->name;
    bool scale = kept->gamma != NULL, shift = kept->beta != NULL;
    uint8_t theirs[16], ours[16];

    sci_stats_digest(table, theirs);
    sci_stats_digest(job->table, ours);
    if (memcmp(theirs, ours, sizeof ours) != 0)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' keeps the statistics that it was made with, and those of '%s' are "
                        "others; leave out --stats",
                        name, job->c.settings->stats);
    if (!(kept->eps == t->eps))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' was made with --eps %.15g, not %.15g; leave out --stats", name,
                        kept->eps, t->eps);
    if (scale != (t->gamma != NULL))
        return sci_fail(SCI_ERR_REFUSED, "'%s' was made %s --scale; leave out --stats", name,
                        scale ? "with" : "without");
    if (shift != (t->beta != NULL))
        return sci_fail(SCI_ERR_REFUSED, "'%s' was made %s --shift; leave out --stats", name,
                        shift ? "with" : "without");
    return SCI_OK;
}

/* An input that keeps how it was made cannot be undone in another way. */
static sci_status
check_given(const array_stored *job, const char *path, const terms *t)
{
    array_record kept = { .eps = 0.0 };
    char *record = NULL, *table = NULL;
    sci_h5_table *theirs = NULL;
    sci_status st = SCI_OK;

    /* The dataset may have been copied into another file, without its record. */
    if (sci_h5_source_text(job->input, "libsci", &record) == SCI_OK
        && array_record_read(&kept, path, record) == SCI_OK
        && sci_format(&table, "%s:%s/stats", path, record) == SCI_OK
        && sci_h5_table_open(&theirs, table) == SCI_OK)
        st = compare_kept(job, t, &kept, sci_h5_table_head(theirs));
    sci_h5_table_free(theirs);
    sci_free(table);
    sci_free(record);
    array_record_clear(&kept);
    return st;
}

static sci_status
prepare(array_stored *job, const cli_input *input, terms *t)
{
    bool given = job->c.settings->stats != NULL;
    sci_stats *all = NULL;
    sci_status st = array_input_open(&job->c, input, &job->input);

    if (st == SCI_OK && !given && cli_given(job->c.call, "outside"))
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' keeps what was done outside of mask and labels; "
                                        "--outside goes with --stats",
                      job->input->name);
    if (st == SCI_OK)
        st = given ? read_given(job, t, &all) : read_kept(job, input->path, t, &all);
    if (st == SCI_OK)
        st = array_recipe_override(&job->recipe, job->c.call, given);
    if (st == SCI_OK)
        st = array_groups_make(&job->groups, &job->c, &job->recipe, job->input,
                               given ? ARRAY_ALIKE : ARRAY_SAME);
    if (st == SCI_OK)
        st = select_rows(job, all);
    if (st == SCI_OK && given)
        st = check_given(job, input->path, t);
    if (st == SCI_OK)
        st = array_stored_affine(job, t->gamma, t->beta, t->eps);
    if (st == SCI_OK)
        st = sci_affine_invert(job->affine);
    /* NaN that normalize let in, or put outside of mask and labels, are no reason to refuse now. */
    if (st == SCI_OK)
        job->c.options.nan =
            sci_stats_nan(job->table) == SCI_NAN_IGNORE ? SCI_NAN_IGNORE : SCI_NAN_PROPAGATE;
    sci_stats_free(all);
    return st;
}

/* Zeroed or NaN elements do not come back. */
static void
note_lost(const array_stored *job)
{
    bool partly = false;

    for (int m = 0; m < job->recipe.n_maps; m++)
        partly = partly || job->recipe.maps[m].role != ARRAY_CONDITION;
    if (partly && job->recipe.outside >= SCI_OUTSIDE_ZERO)
        cli_note("'%s': elements outside of mask and labels were replaced and do not come back",
                 job->input->name);
}

static sci_status
transform(array_stored *job, const terms *t, const char *dataset)
{
    sci_type type =
        cli_given(job->c.call, "dtype") ? array_output_type(&job->c, job->input) : t->type;
    sci_status st;

    if (type == SCI_FLOAT16)
        type = SCI_FLOAT32; /* half is read, never written */
    st = array_output_open(&job->out, &job->c, job->input, dataset, type, NULL);
    return st == SCI_OK ? array_stored_apply(job, NULL) : st;
}

/* The record is gone, and so is the pointer to it. */
static sci_status
finish(array_stored *job)
{
    char *provenance = NULL;
    sci_status st = array_provenance_of(job->c.call, job->table, job->c.options.digest,
                                        job->report.digest, &provenance);

    if (st == SCI_OK)
        st = sci_h5_output_forget(job->out.file, job->out.dataset, "libsci");
    if (st == SCI_OK)
        st = sci_h5_output_text(job->out.file, job->out.dataset, "provenance", provenance);
    if (st == SCI_OK)
        st = array_output_close(&job->out, &job->c);
    if (st == SCI_OK)
        note_lost(job);
    sci_free(provenance);
    return st;
}

static sci_status
invert_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
           const cli_worker *worker)
{
    const cli_call *const *call = context;
    array_stored job = { 0 };
    terms t = { .eps = 0.0 };
    sci_status st = array_context_start(&job.c, *call, worker);

    if (st == SCI_OK)
        st = prepare(&job, &inputs->items[input], &t);
    if (st == SCI_OK)
        st = transform(&job, &t, dataset);
    if (st == SCI_OK)
        st = finish(&job);
    terms_clear(&t);
    array_stored_clear(&job);
    return st;
}

int
array_invert(const cli_call *call)
{
    const array_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "inverting",
                        .extensions = array_extensions,
                        .datasets = true,
                        .work = invert_one,
                        .context = &call };

    if (s->stats == NULL && (s->scale != NULL || s->shift != NULL || cli_given(call, "eps")))
        return cli_usage_error(
            call, "--scale, --shift and --eps are kept in the input; give them with --stats only");
    return cli_batch_run(&batch);
}
