/* SPDX-License-Identifier: BSD-3-Clause */
/* The moments of the segments of a slab, put together in order. Used by fit alone, and by
 * normalize, which may transform each period as soon as its moments are known. */
#ifndef SCI_ENGINE_FITTING_H
#define SCI_ENGINE_FITTING_H

#include "run.h"
#include "tree.h"

typedef struct sci_fitting sci_fitting;

typedef struct sci_fitting_hooks {
    void *context;
    bool no_digest; /* nobody asks for the digest of the source */
    /* Rows of complete periods, in the order of groups. */
    sci_status (*rows)(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows);
    /* The maximal nodes of a period that is not complete (shards only; else NULL). */
    sci_status (*nodes)(void *context, uint64_t period, const sci_tree *tree);
    /* Transform [first, end) of the slab with the rows of its groups, on `worker`, right after they
     * were fitted; NULL: do not. Called from several workers at once. */
    sci_status (*transform)(void *context, sci_slab *slab, uint64_t first, uint64_t end,
                            uint64_t first_group, uint64_t n, const sci_moments *rows, int worker);
} sci_fitting_hooks;

/* Bytes that fitting holds. */
uint64_t sci_fitting_bytes(const sci_run *run);

sci_status sci_fitting_create(sci_fitting **out, sci_run *run,
                              const sci_fitting_hooks *hooks) SCI_MUST_CHECK;
void sci_fitting_free(sci_fitting *fitting);

/* sci_pass.process */
sci_status sci_fitting_process(void *fitting, sci_slab *slab) SCI_MUST_CHECK;

/* After the last slab: what is left in the tree, the digest, and whether NaN is refused. */
sci_status sci_fitting_finish(sci_fitting *fitting) SCI_MUST_CHECK;

/* The failure of a pass under `refuse`: how many, and where the first is. */
sci_status sci_fail_nonfinite(const sci_source *source, const sci_report *report);

const sci_report *sci_fitting_report(const sci_fitting *fitting);
/* The maximal nodes of the digest tree over the segments that were read. */
const sci_digest_node *sci_fitting_digests(const sci_fitting *fitting, size_t *n);

#endif
