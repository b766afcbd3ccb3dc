/* SPDX-License-Identifier: GPL-3.0-or-later */
/* qc: a page about an image before and after. */
#include <sci.h>
#include <sci/memory.h>

#include "cli/single.h"
#include "pairs.h"
#include "qc_facts.h"
#include "qc_measure.h"
#include "qc_run.h"
#include "verbs.h"

/* "a.json" beside "a.nii.gz". */
static sci_status
sidecar_of(char **out, const char *path)
{
    size_t stem = imaging_nifti_stem(path);

    return stem > 0 ? sci_format(out, "%.*s.json", (int)stem, path) : SCI_OK;
}

typedef struct comparing {
    imaging_context c;
    imaging_members members;
    qc_files files;
    qc_facts facts;
    imaging_qc qc;
    char *sidecar;
} comparing;

static sci_status
compare(comparing *q, const cli_input *before, const cli_input *after, const char *page)
{
    const imaging_settings *s = q->c.settings;
    sci_status st = imaging_volume_open(&q->files.before, &q->c, before->path, before->dataset);

    if (st == SCI_OK)
        st = imaging_volume_open(&q->files.after, &q->c, after->path, after->dataset);
    if (st == SCI_OK)
        st = imaging_members_open(&q->members, &q->c, q->files.before, s->mask, s->labels);
    if (st == SCI_OK)
        st = sidecar_of(&q->sidecar, after->path);
    if (st == SCI_OK)
        st = qc_facts_read(&q->facts, after->path, q->files.after->dataset, q->sidecar);
    if (st != SCI_OK)
        return st;
    q->files.values = q->files.before->source;
    q->files.before_name = before->operand;
    q->files.after_name = after->operand;
    q->files.members = &q->members;
    q->files.method = q->facts.method;
    st = imaging_qc_measure(&q->qc, &q->c, &q->files);
    if (st == SCI_OK)
        st = imaging_qc_write(&q->qc, &q->facts, page, page, NULL);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const cli_input *items = single->inputs.items;
    comparing q = { .facts.method = -1 };
    sci_status st = imaging_context_start(&q.c, single->call, worker);

    if (st == SCI_OK)
        st = compare(&q, &items[0], &items[1], worker->temporary[0]);
    imaging_qc_clear(&q.qc);
    qc_facts_clear(&q.facts);
    imaging_members_clear(&q.members);
    imaging_volume_free(q.files.before);
    imaging_volume_free(q.files.after);
    imaging_context_end(&q.c);
    sci_free(q.sidecar);
    return st;
}

int
imaging_qc_verb(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    cli_single single = {
        .call = call, .common = &s->common, .doing = "drawing", .datasets = true, .work = work
    };

    sci_status st = imaging_members_check(call);

    return st == SCI_OK ? cli_single_run(&single, (size_t)call->n_operands, call->operands)
                        : cli_misuse(call, st);
}
