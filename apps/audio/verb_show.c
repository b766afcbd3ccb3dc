/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show: the parameters and the groups of statistics, or of a file of features. */
#include <stdio.h>

#include <sci/memory.h>

#include "cli/message.h"
#include "cli/single.h"
#include "cli/stats.h"

#include "output.h"
#include "verbs.h"

static sci_status
show_json(const sci_stats *stats, const audio_recipe *recipe)
{
    cli_json json;
    sci_status st;

    cli_json_start(&json, stdout);
    cli_json_object(&json);
    cli_json_key(&json, "parameters");
    cli_json_object(&json);
    audio_recipe_json(recipe, &json);
    cli_json_object_end(&json);
    st = cli_stats_json(&json, stats);
    cli_json_object_end(&json);
    return st == SCI_OK ? cli_json_finish(&json) : st;
}

static sci_status
show_text(const sci_stats *stats, const audio_recipe *recipe, bool all)
{
    char *text = NULL;
    sci_status st = audio_recipe_text(recipe, &text);

    if (st == SCI_OK)
        (void)printf("%s\n", text);
    sci_free(text);
    return st == SCI_OK ? cli_stats_print(stats, all) : st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const audio_settings *s = single->call->settings;
    audio_recipe recipe = { 0 };
    sci_stats *stats = NULL;
    sci_status st = audio_model_load(single->inputs.items[0].path, &stats, &recipe);

    (void)worker;
    if (st == SCI_OK)
        st = s->common.json ? show_json(stats, &recipe) : show_text(stats, &recipe, s->all);
    sci_stats_free(stats);
    audio_recipe_clear(&recipe);
    return st;
}

int
audio_show(const cli_call *call)
{
    const audio_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
