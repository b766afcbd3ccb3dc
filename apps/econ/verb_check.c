/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: what a panel is, and what looks wrong. */
#include <stdio.h>

#include "cli/single.h"

#include "settings.h"
#include "verbs.h"

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const econ_settings *s = single->call->settings;
    const econ_reader reader = { .options = &s->reading, .stop = worker->stop };
    econ_panel panel = { 0 };
    sci_status st = econ_panel_read(&panel, single->inputs.items[0].path, &reader);

    if (st == SCI_OK)
        (void)printf("%zu indicators, %zu %ss\n", panel.n_indicators, panel.n_periods,
                     econ_frequency_unit(panel.frequency));
    econ_panel_clear(&panel);
    return st;
}

int
econ_check(const cli_call *call)
{
    const econ_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
