/* SPDX-License-Identifier: BSD-3-Clause */
/* The affine map on stretches of a slab, with coefficients for each worker. */
#ifndef SCI_ENGINE_APPLYING_H
#define SCI_ENGINE_APPLYING_H

#include "run.h"

typedef struct sci_applying sci_applying;

/* Bytes for coefficients of up to `rows` groups a worker. */
uint64_t sci_applying_bytes(const sci_run *run, uint64_t rows);

sci_status sci_applying_create(sci_applying **out, sci_run *run, const sci_affine *affine,
                               uint64_t rows) SCI_MUST_CHECK;
void sci_applying_free(sci_applying *applying);

/* sci_fitting_hooks.transform: rows belong to the groups [first_group, first_group + n). */
sci_status sci_applying_transform(void *applying, sci_slab *slab, uint64_t first, uint64_t end,
                                  uint64_t first_group, uint64_t n, const sci_moments *rows,
                                  int worker) SCI_MUST_CHECK;

/* The second of two passes: rows of all groups come from `stats`. Non-finite members are counted
 * and, under `refuse`, fail the pass, where `check` is set; the digest is taken where `digest` is
 * set. */
sci_status sci_apply_pass(sci_run *run, const sci_affine *affine, const sci_rows_source *stats,
                          const sci_range *range, bool check, bool digest, uint64_t progress_done,
                          sci_report *report) SCI_MUST_CHECK;

#endif
