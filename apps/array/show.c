/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show: the groups of a table, as text or JSON. */
#include <stdio.h>

#include "cli/stats.h"

#include "single.h"
#include "table.h"
#include "verbs.h"

static sci_status
show_json(const sci_stats *stats)
{
    cli_json json;
    sci_status st;

    cli_json_start(&json, stdout);
    cli_json_object(&json);
    st = cli_stats_json(&json, stats);
    cli_json_object_end(&json);
    return st == SCI_OK ? cli_json_finish(&json) : st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const array_settings *s = single->call->settings;
    array_place place = { 0 };
    sci_stats *stats = NULL;
    sci_status st = array_place_find(&place, single->inputs.items[0].operand);

    (void)worker;
    if (st == SCI_OK)
        st = sci_stats_load(&stats, place.table);
    if (st == SCI_OK && s->common.json)
        st = show_json(stats);
    else if (st == SCI_OK)
        st = cli_stats_print(stats, s->all);
    sci_stats_free(stats);
    array_place_clear(&place);
    return st;
}

int
array_show(const cli_call *call)
{
    return array_single_run(call, (size_t)call->n_operands, call->operands, NULL, work);
}
