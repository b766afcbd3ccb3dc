/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics of many recordings: each by itself in a worker, then put together. */
#ifndef AUDIO_MODEL_H
#define AUDIO_MODEL_H

#include "cli/parcels.h"

#include "normal.h"

/* Of a batch: the table and the recipe of each input, by number. */
typedef struct audio_collection {
    const cli_call *call;
    const cli_inputs *inputs;
    cli_parcels parcels;
    char *
        digest; /* of what audio_collection_keep kept, AUDIO_DIGEST_ROOM bytes that workers share; NULL */
} audio_collection;

#define AUDIO_DIGEST_ROOM 40

/* In a worker: fit one input into its parcel. */
sci_status audio_collection_fit(audio_collection *collection, size_t input,
                                const cli_worker *worker) SCI_MUST_CHECK;

/* In a later worker: all tables that are there as one, whatever the order of the inputs, and the recipe
 * that they share. SCI_ERR_REFUSED names the parameter that differs; SCI_ERR_DEGENERATE if there is no
 * table. */
sci_status audio_collection_merge(audio_collection *collection, sci_stats **stats,
                                  audio_recipe *recipe) SCI_MUST_CHECK;

/* The same, kept as a parcel of its own, the last one, for workers that come later. */
sci_status audio_collection_keep(audio_collection *collection) SCI_MUST_CHECK;
sci_status audio_collection_take(const audio_collection *collection, sci_stats **stats,
                                 audio_recipe *recipe) SCI_MUST_CHECK;

/* n tables as one; the recipes have to be the same. */
sci_status audio_tables_merge(size_t n, sci_stats *const *tables, const audio_recipe *recipes,
                              const char *const *names, sci_stats **out) SCI_MUST_CHECK;

/* The rows of a table for a recording. */
sci_status audio_model_rows(const sci_stats *stats, const char *name, const audio_normal *job,
                            sci_stats **rows) SCI_MUST_CHECK;

#endif
