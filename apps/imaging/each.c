/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "each.h"

#include "cli/each.h"

#include "pairs.h"

typedef struct looking {
    const cli_call *call;
    imaging_describe describe;
} looking;

static sci_status
describe_one(void *context, const cli_worker *worker, const cli_inputs *inputs, size_t i,
             cli_json *json)
{
    const looking *l = context;
    imaging_context c;
    sci_status st = imaging_context_start(&c, l->call, worker);

    if (st == SCI_OK)
        st = l->describe(&c, inputs, i, json);
    imaging_context_end(&c);
    return st;
}

static void
begin(void *context, const cli_inputs *inputs)
{
    (void)context;
    imaging_columns_warn(inputs);
}

int
imaging_each_run(const cli_call *call, imaging_describe describe)
{
    const imaging_settings *s = call->settings;
    looking l = { call, describe };
    cli_each each = { .single = { .call = call,
                                  .common = &s->common,
                                  .extensions = imaging_extensions,
                                  .datasets = true },
                      .list = "images",
                      .rows = s->tsv,
                      .describe = describe_one,
                      .begin = begin,
                      .context = &l };

    return cli_each_run(&each, (size_t)call->n_operands, call->operands);
}
