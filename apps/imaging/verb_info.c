/* SPDX-License-Identifier: GPL-3.0-or-later */
/* info: what is known about images before anything is done with them. */
#include "each.h"
#include "info.h"
#include "verbs.h"

static sci_status
describe(const imaging_context *c, const cli_inputs *inputs, size_t i, cli_json *json)
{
    const cli_input *input = &inputs->items[i];
    imaging_volume *volume = NULL;
    imaging_facts facts = { 0 };
    sci_status st = imaging_volume_open(&volume, c, input->path, input->dataset);

    if (st == SCI_OK)
        st = imaging_facts_find(&facts, volume, input->path, c->settings->slice_weight);
    if (st == SCI_OK && json != NULL)
        imaging_info_json(json, input->path, volume, &facts);
    else if (st == SCI_OK)
        imaging_info_text(volume, &facts);
    imaging_facts_clear(&facts);
    imaging_volume_free(volume);
    return st;
}

int
imaging_info(const cli_call *call)
{
    return imaging_each_run(call, describe);
}
