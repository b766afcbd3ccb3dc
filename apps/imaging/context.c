/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "context.h"

#include <sci/memory.h>

const char *const imaging_extensions[] = { ".h5",  ".hdf5", ".hdf",    ".he5",
                                           ".mnc", ".nii",  ".nii.gz", NULL };

sci_status
imaging_context_start(imaging_context *c, const cli_call *call, const cli_worker *worker)
{
    const imaging_settings *settings = call->settings;
    const cli_common *common = &settings->common;

    *c = (imaging_context){ .call = call, .settings = settings, .worker = worker };
    cli_worker_options(worker, &c->options);
    c->options.nan = (sci_nan_policy)common->nan;
    c->options.digest = (sci_digest_kind)common->digest;
    c->options.ddof = (int)common->ddof;
    return cli_worker_h5(worker, common, &c->h5, &c->scratch);
}

void
imaging_context_end(imaging_context *c)
{
    sci_free(c->scratch);
    c->scratch = NULL;
}
