/* SPDX-License-Identifier: GPL-3.0-or-later */
/* concat: the cells of several inputs in one file. */
#include <sci/memory.h>

#include "cli/single.h"

#include "concat.h"
#include "output.h"
#include "provenance.h"
#include "verbs.h"

static sci_status
write_record(sci_h5_output *out, const cli_call *call)
{
    char *text = NULL;
    sci_status st = genomics_provenance(call, NULL, &text);

    if (st == SCI_OK)
        st = anndata_write_text(out, "/uns/sci_genomics/concat/provenance", text);
    sci_free(text);
    return st;
}

static sci_status
write(const cli_single *single, const genomics_job *job, sci_h5_output *out)
{
    const genomics_settings *s = job->settings;
    concat_request r = { .n = single->inputs.n, .outer = s->join == GENOMICS_OUTER };
    const char **paths = NULL;
    sci_status st = sci_alloc(&paths, 2 * r.n, 1, sizeof *paths);

    if (st == SCI_OK)
        st = genomics_storage_parse(s->compression, &r.storage);
    for (size_t i = 0; st == SCI_OK && i < r.n; i++) {
        paths[i] = single->inputs.items[i].path;
        paths[r.n + i] = single->inputs.items[i].operand;
    }
    if (st == SCI_OK) {
        r.paths = paths;
        r.names = paths + r.n;
        st = genomics_concat_write(out, &r, &job->options, &job->h5);
    }
    sci_free(paths);
    return st == SCI_OK ? write_record(out, job->call) : st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const genomics_settings *s = single->call->settings;
    sci_h5_output *out = NULL;
    genomics_job job;
    sci_status st = genomics_job_start(&job, single->call, worker);

    if (st == SCI_OK)
        st = sci_h5_output_create(&out, worker->temporary[0]);
    if (st == SCI_OK) {
        sci_h5_output_digests(out, s->common.verify);
        st = write(single, &job, out);
    }
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, s->common.verify, !s->common.no_sync);
        out = NULL;
    }
    sci_h5_output_free(out);
    genomics_job_end(&job);
    return st;
}

int
genomics_concat(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = {
        .call = call, .common = &s->common, .doing = "putting together", .work = work
    };
    sci_status st = genomics_output_check(call);

    return st != SCI_OK ? cli_misuse(call, st)
                        : cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
