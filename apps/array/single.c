/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "single.h"

int
array_single_run(const cli_call *call, size_t n_operands, const char *const *operands,
                 const char *doing, cli_work work)
{
    const array_settings *s = call->settings;
    cli_single single = { .call = call,
                          .common = &s->common,
                          .doing = doing,
                          .extensions = array_extensions,
                          .datasets = true,
                          .work = work };

    return cli_single_run(&single, n_operands, operands);
}
