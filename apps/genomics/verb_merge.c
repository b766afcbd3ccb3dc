/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge: summaries of several sites, or shards of one, in any order. */
#include <stdio.h>

#include <sci/memory.h>

#include "cli/single.h"

#include "describe.h"
#include "provenance.h"
#include "verbs.h"

static sci_status
merge_all(const cli_single *single, genomics_summary *out)
{
    const genomics_settings *s = single->call->settings;
    size_t n = single->inputs.n;
    genomics_summary *parts = NULL;
    const char **names = NULL;
    sci_status st = sci_alloc_zero(&parts, n, 1, sizeof *parts);

    if (st == SCI_OK)
        st = sci_alloc(&names, n, 1, sizeof *names);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        names[i] = single->inputs.items[i].operand;
        st = genomics_summary_read(&parts[i], single->inputs.items[i].path);
    }
    if (st == SCI_OK)
        st = genomics_summary_merge(out, n, parts, names, (genomics_join)s->join);
    for (size_t i = 0; parts != NULL && i < n; i++)
        genomics_summary_clear(&parts[i]);
    sci_free(parts);
    sci_free(names);
    return st;
}

static sci_status
say(const cli_single *single, const genomics_summary *s)
{
    const genomics_settings *settings = single->call->settings;
    char batches[1024];
    cli_json json;

    genomics_describe_batches(&s->terms, genomics_summary_cells(s), batches, sizeof batches);
    cli_note("%llu genes, %llu batches: %s%s", (unsigned long long)s->genes.n,
             (unsigned long long)s->terms.batches.n, batches,
             s->table == NULL ? "; shards are missing still" : "");
    if (!settings->common.json)
        return SCI_OK;
    cli_json_start(&json, stdout);
    cli_json_object(&json);
    genomics_describe_summary_json(&json, s);
    cli_json_object_end(&json);
    return cli_json_finish(&json);
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    genomics_summary merged = { 0 };
    sci_status st = merge_all(single, &merged);

    if (st == SCI_OK && merged.provenance == NULL) /* shards keep theirs */
        st = genomics_provenance(single->call, NULL, &merged.provenance);
    if (st == SCI_OK)
        st = genomics_summary_write(&merged, worker->temporary[0], single->common->verify,
                                    !single->common->no_sync);
    if (st == SCI_OK)
        st = say(single, &merged);
    genomics_summary_clear(&merged);
    return st;
}

int
genomics_merge(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .doing = "merging", .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
