/* SPDX-License-Identifier: BSD-3-Clause */
/* Up to two sources of one length and a sink in step, through the pipeline: stretches whose ends
 * the caller chooses (rows of a sparse matrix have no fixed length) are read and decoded, worked
 * on, encoded and written. */
#ifndef SCI_ENGINE_FEED_H
#define SCI_ENGINE_FEED_H

#include <sci/engine.h>

#include "../core/parallel.h"

#define SCI_FEED_INPUTS 2

/* Memory that a pass may use. */
typedef struct sci_budget {
    uint64_t target, limit; /* bytes; the default target may grow to the limit where it must */
    bool given;             /* by the caller: the target is the limit */
} sci_budget;
sci_budget sci_budget_of(const sci_options *opt);

typedef struct sci_feed_slab {
    uint64_t number;
    uint64_t first, count; /* elements of the inputs */
    int slot;
    const void *raw[SCI_FEED_INPUTS];      /* bytes as stored */
    const void *elements[SCI_FEED_INPUTS]; /* native, half decoded to float */
    bool owned[SCI_FEED_INPUTS];           /* elements are the slab's: they may be changed */
    void *out;                             /* of the sink's type */
} sci_feed_slab;

typedef struct sci_feed {
    const sci_options *opt;
    sci_pool *pool;
    uint64_t slabs;
    int slots;
    int n_inputs;
    sci_source *inputs[SCI_FEED_INPUTS];
    const uint64_t *ends; /* [slabs + 1] slab i has elements [ends[i], ends[i + 1]) */
    sci_sink *out;        /* NULL: nothing is written */
    const uint64_t *out_ends;
    bool keep_sink; /* the pass over the sink goes on after this feed and began before */
    void *context;
    sci_status (*process)(void *context, const sci_feed_slab *slab); /* all workers are free */
} sci_feed;

/* Bytes that a feed holds for slabs of up to `count` elements in and `out_count` out. */
uint64_t sci_feed_bytes(const sci_feed *feed, uint64_t count, uint64_t out_count, int slots,
                        int workers);
/* The part of it that chunks in flight are. */
uint64_t sci_feed_chunk_bytes(const sci_feed *feed, uint64_t count, uint64_t out_count, int slots,
                              int workers);
/* Elements below which slabs leave workers idle, of inputs and output. */
uint64_t sci_feed_grain(const sci_feed *feed);
bool sci_feed_in_memory(const sci_feed *feed);

sci_status sci_feed_run(sci_feed *feed) SCI_MUST_CHECK;

#endif
