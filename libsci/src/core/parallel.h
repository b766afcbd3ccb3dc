/* SPDX-License-Identifier: BSD-3-Clause */
/* A pool of threads behind one parallel for. */
#ifndef SCI_CORE_PARALLEL_H
#define SCI_CORE_PARALLEL_H

#include <sci/engine.h> /* sci_processors */
#include <sci/status.h>
#include <stddef.h>

typedef struct sci_pool sci_pool;
typedef sci_status (*sci_task)(void *context, size_t index, int worker);

/* `threads` workers, the caller among them; 0: one a processor that this process may use. */
sci_status sci_pool_create(sci_pool **out, int threads) SCI_MUST_CHECK;
void sci_pool_free(sci_pool *pool);
int sci_pool_threads(const sci_pool *pool);

/* Run task(context, i, worker) for i in [0, n), handed out in increasing order; the caller is worker 0
 * and takes part. After a failure no new index starts; the failure of the lowest failing index is
 * returned, and its sci_message() becomes the caller's. pool NULL: run on the caller alone. */
sci_status sci_parallel_for(sci_pool *pool, size_t n, sci_task task, void *context) SCI_MUST_CHECK;

/* The last-level cache: only a hint for speed, no result depends on it. */
uint64_t sci_cache_bytes(void);

#endif
