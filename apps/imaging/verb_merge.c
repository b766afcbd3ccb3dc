/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge: models of parts, in any order. */
#include <sci/memory.h>

#include "cli/message.h"
#include "cli/provenance.h"
#include "cli/single.h"

#include "model.h"
#include "verbs.h"

static sci_status
merge(const cli_single *single, imaging_model *parts, imaging_model *out)
{
    size_t n = single->inputs.n;
    const char **names = NULL;
    sci_status st = sci_alloc(&names, n, 1, sizeof *names);

    for (size_t i = 0; i < n && st == SCI_OK; i++) {
        names[i] = single->inputs.items[i].operand;
        st = imaging_model_load(&parts[i], single->inputs.items[i].path);
    }
    if (st == SCI_OK)
        st = imaging_model_merge(out, n, parts, names);
    sci_free(names);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    imaging_model *parts = NULL, model = { 0 };
    char *provenance = NULL;
    sci_status st = sci_alloc_zero(&parts, single->inputs.n, 1, sizeof *parts);

    if (st == SCI_OK)
        st = merge(single, parts, &model);
    if (st == SCI_OK)
        st = cli_provenance_text(&provenance, single->call, 0, NULL, NULL);
    if (st == SCI_OK)
        st = imaging_model_save(&model, worker->temporary[0], provenance, single->common->verify,
                                !single->common->no_sync);
    if (st == SCI_OK)
        imaging_model_note_unfinished(&model, worker->target[0]);
    for (size_t i = 0; parts != NULL && i < single->inputs.n; i++)
        imaging_model_clear(&parts[i]);
    sci_free(parts);
    sci_free(provenance);
    imaging_model_clear(&model);
    return st;
}

int
imaging_merge(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .doing = "merging", .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
