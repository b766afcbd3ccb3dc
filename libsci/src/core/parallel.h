/* SPDX-License-Identifier: BSD-3-Clause */
/* The pool of threads is public: programs compute with it too. */
#ifndef SCI_CORE_PARALLEL_H
#define SCI_CORE_PARALLEL_H

#include <sci/engine.h> /* sci_processors */
#include <sci/parallel.h>

/* The last-level cache: only a hint for speed, no result depends on it. */
uint64_t sci_cache_bytes(void);

/* One job follows the other with nothing but arithmetic between: idle workers watch for it longer.
 * Where files are waited for, that would only burn the processor. Before the first job. */
void sci_pool_patient(sci_pool *pool);

#endif
