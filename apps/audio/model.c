/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model.h"

#include <stdio.h>
#include <unistd.h>

#include <sci/handover.h>
#include <sci/memory.h>

/* ---- one recording ---- */

typedef struct parcel {
    const audio_recipe *recipe;
    const sci_stats *stats;
} parcel;

static sci_status
write_parcel(void *context, int fd)
{
    const parcel *p = context;
    sci_status st = sci_stats_put(p->stats, fd);

    return st == SCI_OK ? audio_recipe_put(p->recipe, fd) : st;
}

sci_status
audio_collection_fit(audio_collection *collection, size_t input, const cli_worker *worker)
{
    audio_normal job = { 0 };
    sci_stats *stats = NULL;
    sci_status st =
        audio_normal_begin(&job, collection->call, collection->inputs, input, worker, NULL);

    if (st == SCI_OK)
        st = audio_normal_fit(&job, &stats);
    if (st == SCI_OK) {
        parcel p = { &job.recipe, stats };

        audio_normal_note(&job, stats);
        st = cli_parcels_put(&collection->parcels, input, write_parcel, &p);
    }
    sci_stats_free(stats);
    audio_normal_end(&job);
    return st;
}

/* ---- all of them ---- */

sci_status
audio_tables_merge(size_t n, sci_stats *const *tables, const audio_recipe *recipes,
                   const char *const *names, sci_stats **out)
{
    sci_status st = SCI_OK;

    for (size_t k = 1; k < n && st == SCI_OK; k++)
        st = audio_recipe_same(&recipes[0], names[0], &recipes[k], names[k]);
    return st == SCI_OK ? sci_stats_merge_all(out, n, (const sci_stats *const *)tables, names) : st;
}

/* Tables, recipes and names of those that are there. */
typedef struct taken {
    size_t n;
    sci_stats **tables;
    audio_recipe *recipes;
    const char **names;
} taken;

static void
taken_clear(taken *t)
{
    for (size_t k = 0; k < t->n; k++) {
        sci_stats_free(t->tables[k]);
        audio_recipe_clear(&t->recipes[k]);
    }
    sci_free(t->tables);
    sci_free(t->recipes);
    sci_free(t->names);
}

static sci_status
take_parcel(const audio_collection *c, size_t which, sci_stats **stats, audio_recipe *recipe,
            bool *there)
{
    int fd = -1;
    sci_status st = cli_parcels_take(&c->parcels, which, &fd, there);

    if (st != SCI_OK || !*there)
        return st;
    st = sci_stats_take(stats, fd);
    if (st == SCI_OK)
        st = audio_recipe_take(recipe, fd);
    (void)close(fd);
    return st;
}

static sci_status
take_one(taken *t, const audio_collection *c, size_t input)
{
    bool there = false;
    sci_status st = take_parcel(c, input, &t->tables[t->n], &t->recipes[t->n], &there);

    t->names[t->n] = c->inputs->items[input].operand;
    t->n += there;
    return st;
}

sci_status
audio_collection_merge(audio_collection *c, sci_stats **stats, audio_recipe *recipe)
{
    size_t n = c->inputs->n;
    taken t = { 0 };
    sci_status st = sci_alloc_zero(&t.tables, n, 1, sizeof(sci_stats *));

    if (st == SCI_OK)
        st = sci_alloc_zero(&t.recipes, n, 1, sizeof *t.recipes);
    if (st == SCI_OK)
        st = sci_alloc(&t.names, n, 1, sizeof(const char *));
    for (size_t k = 0; k < n && st == SCI_OK; k++)
        st = take_one(&t, c, k);
    if (st == SCI_OK && t.n == 0)
        st = sci_fail(SCI_ERR_DEGENERATE, "no recording gave statistics");
    if (st == SCI_OK)
        st = audio_tables_merge(t.n, t.tables, t.recipes, t.names, stats);
    if (st == SCI_OK) {
        *recipe = t.recipes[0];
        t.recipes[0] = (audio_recipe){ 0 };
    }
    taken_clear(&t);
    return st;
}

sci_status
audio_collection_keep(audio_collection *c)
{
    audio_recipe recipe = { 0 };
    sci_stats *stats = NULL;
    sci_status st = audio_collection_merge(c, &stats, &recipe);

    if (st == SCI_OK) {
        parcel p = { &recipe, stats };

        st = cli_parcels_put(&c->parcels, c->inputs->n, write_parcel, &p);
    }
    if (st == SCI_OK && c->digest != NULL) {
        uint8_t digest[16];

        sci_stats_digest(stats, digest);
        for (size_t k = 0; k < sizeof digest; k++)
            (void)snprintf(c->digest + 2 * k, 3, "%02x", digest[k]);
    }
    sci_stats_free(stats);
    audio_recipe_clear(&recipe);
    return st;
}

sci_status
audio_collection_take(const audio_collection *c, sci_stats **stats, audio_recipe *recipe)
{
    bool there = false;
    sci_status st = take_parcel(c, c->inputs->n, stats, recipe, &there);

    return st == SCI_OK && !there ? sci_fail(SCI_ERR_IO, "no statistics of all recordings") : st;
}

sci_status
audio_model_rows(const sci_stats *stats, const char *name, const audio_normal *job,
                 sci_stats **rows)
{
    return sci_stats_select(rows, stats, name, job->partition.g, NULL);
}
