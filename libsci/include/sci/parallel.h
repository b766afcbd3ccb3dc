/* SPDX-License-Identifier: BSD-3-Clause */
/* What the passes compute with, for programs that go on computing on what the passes deliver: a pool
 * of threads behind one parallel for, and kernels for several instruction sets. */
#ifndef SCI_PARALLEL_H
#define SCI_PARALLEL_H

#include <stddef.h>
#include <stdint.h> /* of the C library, which says whether it is glibc */

#include <sci/status.h>

typedef struct sci_pool sci_pool;
typedef sci_status (*sci_task)(void *context, size_t index, int worker);

/* `threads` workers, the caller among them; 0: one a processor that this process may use. */
SCI_API sci_status sci_pool_create(sci_pool **out, int threads) SCI_MUST_CHECK;
SCI_API void sci_pool_free(sci_pool *pool); /* accepts NULL */
SCI_API int sci_pool_threads(const sci_pool *pool);

/* Run task(context, i, worker) for i in [0, n), handed out in increasing order; the caller is worker 0
 * and takes part. After a failure no new index starts; the failure of the lowest failing index is
 * returned, and its sci_message() becomes the caller's. pool NULL: run on the caller alone. */
SCI_API sci_status sci_parallel_for(sci_pool *pool, size_t n, sci_task task,
                                    void *context) SCI_MUST_CHECK;

/* One source, several instruction sets, chosen when the program is loaded. Where lanes are written out
 * in the source and contraction is off (-ffp-contract=off), every clone gives the same bits. The thread
 * sanitizer crashes in the resolver before main. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) \
    && defined(__linux__) && defined(__GLIBC__) && !defined(SCI_NO_CLONES)
#define SCI_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SCI_CLONES
#endif

#endif
