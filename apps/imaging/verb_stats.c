/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats: moments, volumes and percentiles of images, by channel and by label. */
#include <sci/memory.h>

#include "cli/message.h"
#include "cli/single.h"

#include "each.h"
#include "pairs.h"
#include "summary.h"
#include "verbs.h"

static void
print(const imaging_context *c, const imaging_summary *summary, size_t i, cli_json *json)
{
    const imaging_geometry *g = &summary->volume->geometry;

    for (size_t k = 0; k < g->n_warnings && json == NULL; k++)
        cli_warn("'%s': %s", summary->volume->name, g->warnings[k]);
    if (json != NULL) {
        imaging_summary_json(json, summary);
    } else if (c->settings->tsv) {
        if (i == 0)
            imaging_summary_tsv_head();
        imaging_summary_tsv(summary);
    } else {
        imaging_summary_text(summary);
    }
}

static sci_status
describe(const imaging_context *c, const cli_inputs *inputs, size_t i, cli_json *json)
{
    const cli_input *input = &inputs->items[i];
    const char *mask = NULL, *labels = NULL;
    char *owned[2] = { NULL, NULL };
    imaging_summary summary = { 0 };
    sci_status st = imaging_pair_find(c, inputs, i, "mask", c->settings->mask, &mask, &owned[0]);

    if (st == SCI_OK)
        st = imaging_pair_find(c, inputs, i, "labels", c->settings->labels, &labels, &owned[1]);
    if (st == SCI_OK)
        st = imaging_summary_make(&summary, c, input->path, input->dataset, mask, labels);
    if (st == SCI_OK)
        print(c, &summary, i, json);
    imaging_summary_clear(&summary);
    sci_free(owned[0]);
    sci_free(owned[1]);
    return st;
}

int
imaging_stats(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    sci_status st = imaging_members_check(call);

    if (st == SCI_OK && s->tsv && s->common.json)
        st = sci_fail(SCI_ERR_ARGUMENT, "--tsv and --json exclude each other");
    return st == SCI_OK ? imaging_each_run(call, describe) : cli_misuse(call, st);
}
