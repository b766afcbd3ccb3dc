/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: what a panel is, and what looks wrong. */
#include <stdio.h>
#include <string.h>

#include <sci/file.h>

#include "cli/single.h"

#include "check_print.h"
#include "map.h"
#include "quality.h"
#include "settings.h"
#include "unit_rules.h"
#include "verbs.h"

static sci_status
write_map(const econ_panel *panel, const cli_worker *worker)
{
    FILE *out = fopen(worker->temporary[0], "wbe");
    sci_status st = out == NULL ? sci_fail_errno("write", worker->target[0]) : SCI_OK;

    if (st == SCI_OK)
        st = econ_map_write(panel, out, worker->target[0]);
    if (out != NULL && fclose(out) != 0 && st == SCI_OK)
        st = sci_fail_errno("write", worker->target[0]);
    return st;
}

/* With --json a file that cannot be read is described too. */
static sci_status
fail_described(const econ_panel *panel, sci_status st, bool json)
{
    char message[1024];

    (void)snprintf(message, sizeof message, "%s", sci_message());
    if (json && panel->fault.code != NULL && econ_check_json(panel, message) != SCI_OK)
        return SCI_ERR_IO;
    return sci_fail(st, "%s", message);
}

/* Where nobody speaks of units, check does not ask for them; score does. */
static bool
has_units(const econ_panel *panel)
{
    for (size_t k = 0; k < panel->n_indicators; k++)
        if (panel->indicators[k].unit != NULL)
            return true;
    return false;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const econ_settings *s = single->call->settings;
    econ_units *units = NULL;
    const econ_reader reader = { .options = &s->reading,
                                 .convert = econ_unit_rules_convert,
                                 .context = &units,
                                 .stop = worker->stop };
    econ_panel panel = { 0 };
    sci_status st = econ_panel_read(&panel, single->inputs.items[0].path, &reader);

    if (st != SCI_OK)
        st = fail_described(&panel, st, s->common.json);
    if (st == SCI_OK && has_units(&panel))
        st = econ_unit_rules_check(&panel, false, &units);
    if (st == SCI_OK)
        st = econ_quality_check(&panel, true);
    if (st == SCI_OK && s->write_map != NULL)
        st = write_map(&panel, worker);
    if (st == SCI_OK && s->common.json)
        st = econ_check_json(&panel, NULL);
    else if (st == SCI_OK)
        econ_check_print(&panel);
    econ_panel_clear(&panel);
    econ_units_close(units);
    return st;
}

int
econ_check(const cli_call *call)
{
    const econ_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    single.extra[0] = s->write_map;
    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
