/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "single.h"

#include "cli/exit.h"
#include "cli/message.h"
#include "cli/outputs.h"

int
array_misuse(const cli_call *call, sci_status status)
{
    if (status == SCI_ERR_ARGUMENT || status == SCI_ERR_EXISTS)
        return cli_usage_error(call, "%s", sci_message());
    cli_error_status(status);
    return cli_exit_of(status);
}

/* For verbs that only look: what a damaged file may make a library ask for. */
#define LOOK_BYTES (UINT64_C(1) << 30)

static sci_status
expand(array_single *single, size_t n_operands, const char *const *operands)
{
    const array_settings *s = single->call->settings;
    cli_inputs_rules rules = { .recursive = s->common.recursive,
                               .manifest = s->common.manifest,
                               .dataset = s->common.dataset,
                               .datasets = true,
                               .extensions = array_extensions };
    sci_status st = cli_inputs_expand(&single->inputs, n_operands, operands, &rules);

    if (st == SCI_OK && s->common.output != NULL)
        st = cli_target_check(s->common.output, s->common.force, &single->inputs);
    if (st == SCI_OK && s->common.output != NULL)
        st = cli_target_directory_check(s->common.output);
    return st;
}

int
array_single_run(const cli_call *call, size_t n_operands, const char *const *operands,
                 const char *doing, cli_work work)
{
    const array_settings *s = call->settings;
    array_single single = { .call = call };
    /* Which of several operands failed is up to the message. */
    cli_job job = { .name = call->n_operands == 1 ? call->operands[0] : NULL,
                    .targets = { s->common.output } };
    cli_run run = { .doing = doing, .work = work, .context = &single, .jobs = &job, .n_jobs = 1 };
    sci_status st = expand(&single, n_operands, operands);
    int code;

    if (st != SCI_OK) {
        code = array_misuse(call, st);
    } else {
        cli_run_settings(&run, call->general, &s->common);
        if (doing == NULL && run.memory == 0)
            run.memory = LOOK_BYTES;
        code = cli_worker_run_one(&run);
    }
    cli_inputs_clear(&single.inputs);
    return code;
}
