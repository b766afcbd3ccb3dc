/* SPDX-License-Identifier: BSD-3-Clause */
/* One pass over an array: what is read, in which slabs, within which memory. fit, apply, normalize
 * and gradient each say what happens to a slab; everything else is here. */
#ifndef SCI_ENGINE_RUN_H
#define SCI_ENGINE_RUN_H

#include <sci/engine.h>

#include "../core/digest.h"
#include "../core/parallel.h"
#include "../stats/affine.h"
#include "maps.h"

/* Stored elements of one source in a slab. */
typedef struct sci_input {
    sci_piece piece;
    unsigned char *stored;         /* owned buffer, NULL where the source has addresses */
    unsigned char *decoded;        /* owned buffer, NULL where nothing needs decoding */
    const unsigned char *raw;      /* the bytes as stored */
    const unsigned char *elements; /* the bytes as computed with */
} sci_input;

typedef struct sci_slab {
    uint64_t first, end;                 /* elements */
    uint64_t first_segment, end_segment; /* those that it touches */
    sci_input x, dy;
    sci_piece out;
    unsigned char *out_buffer; /* owned, NULL where the sink has addresses */
    unsigned char *out_elements;
    unsigned char *map_buffer;
    sci_map_view views[SCI_LAYOUT_MAPS];
} sci_slab;

/* The problem: set by the caller of sci_run_plan. */
typedef struct sci_job {
    const sci_options *opt;
    sci_source *x, *dy;        /* dy: gradient only */
    sci_sink *out;             /* NULL: nothing is written */
    const sci_grouping *g, *h; /* h: NULL if there is no second step */
} sci_job;

typedef struct sci_run {
    sci_job job;
    sci_effective g;       /* the grouping that counts */
    sci_layout fit_layout; /* of g */
    sci_layout layout;     /* of g and h */
    sci_segmentation cut;
    uint64_t count, groups;
    uint64_t segment_groups; /* most groups of one segment */
    sci_type type, dy_type;  /* as computed with */
    sci_maps *maps;
    sci_pool *pool;
    int threads;
    uint64_t budget_target, budget_limit;
    uint64_t held_bytes, worker_bytes; /* for the own_bytes of a pass: in all, and of each worker */
} sci_run;

/* Check the job, compile its layouts, read its maps, start its threads. Call sci_run_clear
 * afterwards, also on failure. */
sci_status sci_run_open(sci_run *run, const sci_job *job) SCI_MUST_CHECK;
void sci_run_clear(sci_run *run);

/* What one pass does with the slabs of a run. */
typedef struct sci_pass {
    sci_run *run;
    void *context;
    sci_status (*process)(void *context, sci_slab *slab); /* all workers are free to be used */
    sci_range range;                                      /* elements */
    bool reads_dy, writes;
    bool whole_periods; /* slabs do not cut periods */
    uint64_t (*own_bytes)(
        const sci_run *run); /* what the pass itself holds, for run->threads workers */
    uint64_t progress_done, progress_total; /* elements before this pass, and in all passes */
    /* set by sci_pass_plan */
    uint64_t slab_segments, first_segment, end_segment;
    int slots;
} sci_pass;

/* Fit slabs into the budget, with fewer workers if need be (nothing but time depends on their
 * number). With `fits` it is told whether the working target holds them; without, the budget grows
 * to its limit, and beyond that SCI_ERR_BUDGET says what is needed. */
sci_status sci_pass_plan(sci_pass *pass, bool *fits) SCI_MUST_CHECK;
sci_status sci_pass_run(sci_pass *pass) SCI_MUST_CHECK;

/* The stretch that a slab's x (or dy) is, for a layout of this run. */
sci_stretch sci_slab_stretch(const sci_run *run, const sci_slab *slab, const sci_layout *layout);

#define SCI_TARGET_BYTES (UINT64_C(32) << 20) /* of work, where no budget is given */
/* A quarter of the machine's or the control group's memory. */
uint64_t sci_memory_limit(void);

/* True if the elements lie in memory: nothing has to be fetched. */
bool sci_has_addresses(sci_source *source);

sci_segment sci_run_segment(const sci_run *run, uint64_t number);

#endif
