/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qc_run.h"

#include <stdio.h>
#include <string.h>

#include <sci.h>
#include <sci/memory.h>

#include "cli/outputs.h"
#include "pairs.h"
#include "qc_cohort.h"
#include "qc_facts.h"
#include "qc_measure.h"
#include "record.h"

/* ---- names ---- */

static sci_status
name_both(const char *directory, const char *relative, char **page, char **numbers)
{
    sci_status st = sci_format(page, "%s/%s.html", directory, relative);

    return st == SCI_OK ? sci_format(numbers, "%s/%s.json", directory, relative) : st;
}

sci_status
imaging_qc_targets(const char *directory, const cli_inputs *inputs, size_t input, char **page,
                   char **numbers)
{
    sci_status st = name_both(directory, inputs->items[input].relative, page, numbers);

    return st == SCI_OK ? cli_target_directory_make(*page) : st;
}

/* ---- one page ---- */

sci_status
imaging_qc_write(imaging_qc *qc, const qc_facts *facts, const char *page, const char *page_name,
                 const char *numbers)
{
    char method[24];
    sci_status st;

    qc->version = SCI_VERSION;
    if (facts->method >= 0) {
        imaging_method_text(facts->method, method);
        qc->method = method;
    }
    qc->facts = facts->items;
    qc->n_facts = facts->n;
    st = imaging_qc_page(qc, page);
    if (st == SCI_OK && numbers != NULL)
        st = imaging_qc_json(qc, qc_base_name(page_name), numbers);
    qc->method = NULL; /* of this function */
    return st;
}

sci_status
imaging_qc_normalized(imaging_normal *job)
{
    const cli_worker *worker = job->c.worker;
    qc_files files = { .before = job->volume,
                       .values = job->divided ? job->divided : job->volume->source,
                       .before_name = job->volume->name,
                       .after_name = worker->target[0],
                       .members = &job->members,
                       .method = job->c.settings->method };
    qc_facts facts = { .method = -1 };
    imaging_qc qc = { .version = NULL };
    sci_status st =
        imaging_volume_open(&files.after, &job->c, worker->temporary[0], job->volume->dataset);

    if (st == SCI_OK)
        st = imaging_qc_measure(&qc, &job->c, &files);
    if (st == SCI_OK)
        st = qc_facts_read(&facts, worker->temporary[0], files.after->dataset,
                           worker->temporary[NORMAL_SIDECAR]);
    facts.method = files.method;
    if (st == SCI_OK)
        st = imaging_qc_write(&qc, &facts, worker->temporary[NORMAL_PAGE],
                              worker->target[NORMAL_PAGE], worker->temporary[NORMAL_NUMBERS]);
    imaging_qc_clear(&qc);
    qc_facts_clear(&facts);
    imaging_volume_free(files.after);
    return st;
}

/* ---- the index ---- */

typedef struct batch_index {
    const char *directory;
    const cli_inputs *inputs;
} batch_index;

static sci_status
write_index(void *context, const cli_worker *worker)
{
    const batch_index *b = context;
    size_t n = b->inputs->n;
    qc_image *images = NULL;
    char **names = NULL;
    sci_status st = sci_alloc(&images, n, 1, sizeof *images);

    if (st == SCI_OK)
        st = sci_alloc_zero(&names, n, 2, sizeof *names);
    for (size_t k = 0; st == SCI_OK && k < n; k++) {
        const char *relative = b->inputs->items[k].relative;

        st = name_both(b->directory, relative, &names[2 * k], &names[2 * k + 1]);
        if (st == SCI_OK) /* links are relative to the index */
            images[k] =
                (qc_image){ relative, names[2 * k + 1], names[2 * k] + strlen(b->directory) + 1 };
    }
    if (st == SCI_OK)
        st = imaging_qc_index(worker->temporary[0], n, images, SCI_VERSION);
    for (size_t k = 0; names != NULL && k < 2 * n; k++)
        sci_free(names[k]);
    sci_free(names);
    sci_free(images);
    return st;
}

sci_status
imaging_qc_batch(const cli_call *call, const char *directory, const cli_inputs *inputs)
{
    const imaging_settings *s = call->settings;
    batch_index b = { directory, inputs };
    char *path = NULL;
    cli_job job = { .name = directory };
    cli_run run = { .work = write_index, .context = &b, .jobs = &job, .n_jobs = 1 };
    sci_status st = sci_format(&path, "%s/index.html", directory);

    if (st != SCI_OK)
        return st;
    job.targets[0] = path;
    cli_run_settings(&run, call->general, &s->common);
    (void)cli_workers_run(&run);
    if (job.result.status != SCI_OK)
        st = sci_fail(job.result.status, "%s", job.result.message ? job.result.message : path);
    cli_jobs_clear(&job, 1);
    sci_free(path);
    return st;
}
