/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the caller wants a pass to give up. Another thread or process may set the flag at any
 * time. */
#ifndef SCI_ENGINE_STOP_H
#define SCI_ENGINE_STOP_H

#include <sci/engine.h>

static inline sci_status
sci_check_stop(const sci_options *opt)
{
    if (opt->stop && __atomic_load_n(opt->stop, __ATOMIC_RELAXED))
        return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    return SCI_OK;
}

#endif
