/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "single.h"

#include "exit.h"
#include "message.h"
#include "outputs.h"
#include "reads.h"

int
cli_misuse(const cli_call *call, sci_status status)
{
    if (status == SCI_ERR_ARGUMENT || status == SCI_ERR_EXISTS)
        return cli_usage_error(call, "%s", sci_message());
    cli_error_status(status);
    return cli_exit_of(status);
}

/* For verbs that only look: what a damaged file may make a library ask for. */
#define LOOK_BYTES (UINT64_C(1) << 30)

static sci_status
check_target(const cli_single *single, const char *target)
{
    sci_status st = cli_target_check(target, single->common->force, &single->inputs);

    if (st == SCI_OK)
        st = cli_target_unread(single->call, target);
    return st == SCI_OK ? cli_target_directory_check(target) : st;
}

static sci_status
check_targets(const cli_single *single)
{
    const char *main_target = single->common->output;
    sci_status st = main_target ? check_target(single, main_target) : SCI_OK;

    for (int k = 0; st == SCI_OK && k < CLI_TARGETS_MOST - 1; k++) {
        if (single->extra[k] == NULL)
            continue;
        if (main_target && strcmp(single->extra[k], main_target) == 0)
            st = sci_fail(SCI_ERR_ARGUMENT, "two outputs would be called '%s'", main_target);
        else
            st = check_target(single, single->extra[k]);
    }
    return st;
}

static sci_status
expand(cli_single *single, size_t n_operands, const char *const *operands)
{
    const cli_common *common = single->common;
    cli_inputs_rules rules = { .recursive = common->recursive,
                               .manifest = common->manifest,
                               .glob = common->glob,
                               .null_list = common->null_list,
                               .dataset = common->dataset,
                               .datasets = single->datasets,
                               .extensions = single->extensions };
    sci_status st = cli_inputs_expand(&single->inputs, n_operands, operands, &rules);

    return st == SCI_OK ? check_targets(single) : st;
}

/* What is read, in quotes and at most four of it, for a worker that ended without a word. */
static void
list_inputs(const cli_single *single, char *out, size_t size)
{
    const cli_inputs *inputs = &single->inputs;
    size_t used = 0;

    for (size_t i = 0; i <= inputs->n && i < 4 && used < size; i++) {
        const char *name = i > 0 ? inputs->items[i - 1].operand : single->beside;
        int n = name == NULL
                    ? 0
                    : snprintf(out + used, size - used, "%s'%.200s'", used > 0 ? ", " : "", name);

        if (n < 0)
            break;
        used += (size_t)n;
    }
}

int
cli_single_run(cli_single *single, size_t n_operands, const char *const *operands)
{
    cli_job job = { .targets = { single->common->output } };
    cli_run run = { .doing = single->doing,
                    .work = single->work,
                    .context = single->context ? single->context : single,
                    .jobs = &job,
                    .n_jobs = 1 };
    sci_status st = expand(single, n_operands, operands);
    char several[900] = "";
    int code;

    if (st != SCI_OK) {
        code = cli_misuse(single->call, st);
    } else {
        int used = single->common->output != NULL;

        for (int k = 0; k < CLI_TARGETS_MOST - 1; k++)
            if (single->extra[k])
                job.targets[used++] = single->extra[k];
        /* Which of several inputs failed is up to the message. */
        job.name = single->inputs.n == 1 ? single->inputs.items[0].operand : NULL;
        if (single->inputs.n > 1 || single->beside != NULL) {
            list_inputs(single, several, sizeof several);
            job.several = several;
        }
        cli_run_settings(&run, single->call->general, single->common);
        if (single->doing == NULL && run.memory == 0)
            run.memory = LOOK_BYTES;
        code = cli_worker_run_one(&run);
    }
    cli_inputs_clear(&single->inputs);
    return code;
}
