/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normalize: every group of an input to mean 0 and variance 1. */
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"
#include "cli/outputs.h"

#include "record.h"
#include "single.h"
#include "slice.h"
#include "table.h"
#include "verbs.h"

/* One input on its way. */
typedef struct job {
    array_context c;
    sci_source *input;
    array_recipe recipe;
    array_groups groups;
    array_post post;
    sci_affine *affine;
    array_output out;
    sci_h5_rows *rows;
    array_tee tee;
    sci_stats *head;
} job;

static void
job_clear(job *j)
{
    sci_stats_free(j->head);
    sci_h5_rows_free(j->rows);
    array_output_clear(&j->out);
    sci_affine_free(j->affine);
    array_post_clear(&j->post);
    array_groups_clear(&j->groups);
    array_recipe_clear(&j->recipe);
    sci_source_free(j->input);
    array_context_end(&j->c);
}

static sci_status
prepare(job *j, const cli_input *input, const char *dataset)
{
    const array_settings *s = j->c.settings;
    sci_status st = array_input_open(&j->c, input, &j->input);

    if (st == SCI_OK)
        st = array_recipe_from_settings(&j->recipe, s);
    if (st == SCI_OK)
        st = array_groups_make(&j->groups, &j->c, &j->recipe, j->input, ARRAY_NEW);
    if (st == SCI_OK)
        st = array_post_make(&j->post, &j->c, &j->groups, &j->recipe, j->input, s->scale, s->shift,
                             false);
    if (st == SCI_OK)
        st = array_post_affine(&j->affine, &j->groups, &j->post, s->common.eps, (int)s->common.ddof,
                               s->outside);
    if (st == SCI_OK)
        st = array_output_open(&j->out, &j->c, j->input, dataset,
                               array_output_type(&j->c, j->input), NULL);
    return st;
}

/* The pass; the table goes into the record as it comes. */
static sci_status
run(job *j)
{
    sci_rows_sink rows;
    sci_report report;
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/stats", j->out.record);

    if (st == SCI_OK)
        st = sci_h5_output_rows(j->out.file, path, &j->rows, &j->tee.next);
    rows = array_tee_sink(&j->tee);
    if (st == SCI_OK)
        st = sci_normalize(j->input, j->affine, &j->c.options, j->out.sink, &rows, &report);
    if (st == SCI_OK)
        st = sci_stats_head(&j->head, j->input, j->groups.g, &j->c.options, &report,
                            cli_operand_name(j->input->name));
    if (st == SCI_OK)
        st = sci_h5_rows_finish(j->rows, j->head);
    sci_free(path);
    return st;
}

static sci_status
finish(job *j)
{
    char *provenance = NULL;
    sci_status st = array_provenance(j->c.call, j->head, &provenance);

    array_output_flush(&j->out);
    if (st == SCI_OK)
        st = array_record_write(&j->recipe, &j->post, j->c.settings->common.eps, j->input,
                                provenance, &j->out);
    sci_free(provenance);
    if (st == SCI_OK)
        st = array_output_close(&j->out, &j->c);
    if (st == SCI_OK)
        array_tee_note(&j->tee, j->head, j->input->name);
    return st;
}

static sci_status
normalize_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
              const cli_worker *worker)
{
    const cli_call *const *call = context;
    job j = { 0 };
    sci_status st = array_context_start(&j.c, *call, worker);

    if (st == SCI_OK)
        st = prepare(&j, &inputs->items[input], dataset);
    if (st == SCI_OK)
        st = run(&j);
    if (st == SCI_OK)
        st = finish(&j);
    if (st == SCI_OK && worker->temporary[1] != NULL)
        st = array_picture(&j.c, &j.groups.axes, j.input, worker->temporary[0], j.out.dataset,
                           worker->temporary[1]);
    job_clear(&j);
    return st;
}

/* The picture of an input: the file that was named, or below that directory in a batch. */
static sci_status
picture_of(void *context, const cli_inputs *inputs, size_t input, const char *output,
           char *extras[CLI_EXTRAS_MOST])
{
    const cli_call *const *call = context;
    const array_settings *s = (*call)->settings;
    sci_status st;

    (void)output;
    if (s->picture == NULL)
        return SCI_OK;
    if (!inputs->many)
        return sci_strdup(&extras[0], s->picture);
    st = sci_format(&extras[0], "%s/%s.png", s->picture, inputs->items[input].relative);
    return st == SCI_OK ? cli_target_directory_make(extras[0]) : st;
}

int
array_normalize(const cli_call *call)
{
    const array_settings *s = call->settings;
    array_recipe recipe = { 0 };
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "normalizing",
                        .extensions = array_extensions,
                        .extension = NULL,
                        .datasets = true,
                        .extra = picture_of,
                        .work = normalize_one,
                        .context = &call };
    sci_status st = array_recipe_from_settings(&recipe, s);

    array_recipe_clear(&recipe);
    if (st != SCI_OK)
        return cli_misuse(call, st);
    return cli_batch_run(&batch);
}
