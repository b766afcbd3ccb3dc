/* SPDX-License-Identifier: BSD-3-Clause */
/* Slabs through read, work and write, each stage in the order of slabs, the stages at the same
 * time. */
#ifndef SCI_ENGINE_PIPELINE_H
#define SCI_ENGINE_PIPELINE_H

#include <stdint.h>

#include <sci/status.h>

typedef sci_status (*sci_stage)(void *context, uint64_t slab, int slot);

typedef struct sci_pipeline {
    void *context;
    uint64_t slabs;
    int slots;       /* slabs in memory at once; with 1 everything runs on the calling thread */
    sci_stage read;  /* on a thread of its own */
    sci_stage work;  /* on the calling thread */
    sci_stage write; /* on a thread of its own; may be NULL */
} sci_pipeline;

/* Slab n uses slot n mod slots. After a failure no stage starts another slab; the failure of the
 * lowest slab is returned, with its message. */
sci_status sci_pipeline_run(const sci_pipeline *pipeline) SCI_MUST_CHECK;

#endif
