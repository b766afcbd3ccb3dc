/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge: tables of several inputs, or shards of one, in any order. */
#include <sci/memory.h>

#include "cli/message.h"

#include "single.h"
#include "table.h"
#include "verbs.h"

/* All tables, and what their recipes share. */
static sci_status
load_all(const cli_single *m, sci_stats **tables, array_recipe *recipe)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < m->inputs.n; i++) {
        array_place place = { 0 };
        array_recipe one = { 0 };

        st = array_place_find(&place, m->inputs.items[i].operand);
        if (st == SCI_OK)
            st = sci_stats_load(&tables[i], place.table);
        if (st == SCI_OK)
            st = array_place_recipe(&place, tables[i], i == 0 ? recipe : &one);
        if (st == SCI_OK && i > 0 && array_recipe_join(recipe, &one) != SCI_OK)
            array_recipe_clear(recipe); /* the table says by itself what its groups are */
        array_recipe_clear(&one);
        array_place_clear(&place);
    }
    return st;
}

static sci_status
merge_loaded(const cli_single *m, const sci_stats *const *tables, sci_stats **out)
{
    const char **names = NULL;
    sci_status st = sci_alloc(&names, m->inputs.n, 1, sizeof *names);

    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < m->inputs.n; i++)
        names[i] = m->inputs.items[i].operand;
    st = sci_stats_merge_all(out, m->inputs.n, tables, names);
    sci_free(names);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *m = context;
    const array_settings *s = m->call->settings;
    sci_stats **tables = NULL, *merged = NULL;
    array_recipe recipe = { 0 };
    char *provenance = NULL, missing[512];
    sci_status st = sci_alloc_zero(&tables, m->inputs.n, 1, sizeof *tables);

    if (st == SCI_OK)
        st = load_all(m, tables, &recipe);
    if (st == SCI_OK)
        st = merge_loaded(m, (const sci_stats *const *)tables, &merged);
    if (st == SCI_OK)
        st = array_provenance(m->call, merged, &provenance);
    if (st == SCI_OK)
        st = array_stats_write(worker->temporary[0], merged, recipe.axes != NULL ? &recipe : NULL,
                               provenance, s->common.verify, !s->common.no_sync);
    if (st == SCI_OK && sci_stats_is_shard(merged)) {
        sci_stats_missing(merged, missing, sizeof missing);
        cli_note("'%s' is still a shard: %s", worker->target[0], missing);
    }
    for (size_t i = 0; tables != NULL && i < m->inputs.n; i++)
        sci_stats_free(tables[i]);
    sci_free(tables);
    sci_free(provenance);
    array_recipe_clear(&recipe);
    sci_stats_free(merged);
    return st;
}

int
array_merge(const cli_call *call)
{
    return array_single_run(call, (size_t)call->n_operands, call->operands, "merging", work);
}
