/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge: statistics files as one, in any order. */
#include <sci/memory.h>

#include "cli/single.h"

#include "model.h"
#include "output.h"
#include "verbs.h"

static sci_status
merge(const cli_single *m, sci_stats **tables, audio_recipe *recipes, sci_stats **out)
{
    size_t n = m->inputs.n;
    const char **names = NULL;
    sci_status st = sci_alloc(&names, n, 1, sizeof(const char *));

    for (size_t k = 0; k < n && st == SCI_OK; k++) {
        names[k] = m->inputs.items[k].operand;
        st = audio_model_load(m->inputs.items[k].path, &tables[k], &recipes[k]);
    }
    if (st == SCI_OK)
        st = audio_tables_merge(n, tables, recipes, names, out);
    sci_free(names);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *m = context;
    size_t n = m->inputs.n;
    sci_stats **tables = NULL, *merged = NULL;
    audio_recipe *recipes = NULL;
    sci_status st = sci_alloc_zero(&tables, n, 1, sizeof(sci_stats *));

    if (st == SCI_OK)
        st = sci_alloc_zero(&recipes, n, 1, sizeof *recipes);
    if (st == SCI_OK)
        st = merge(m, tables, recipes, &merged);
    if (st == SCI_OK)
        st = audio_stats_write(worker->temporary[0], m->call, merged, &recipes[0]);
    for (size_t k = 0; k < n; k++) {
        if (tables != NULL)
            sci_stats_free(tables[k]);
        if (recipes != NULL)
            audio_recipe_clear(&recipes[k]);
    }
    sci_free(tables);
    sci_free(recipes);
    sci_stats_free(merged);
    return st;
}

int
audio_merge(const cli_call *call)
{
    const audio_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .doing = "merging", .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
