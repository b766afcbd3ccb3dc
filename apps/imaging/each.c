/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "each.h"

#include <stdio.h>
#include <string.h>

#include "cli/message.h"
#include "cli/single.h"

#include "pairs.h"

/* The last failure, which the worker ends with; those before it are printed. */
typedef struct failure {
    sci_status status;
    char text[1024];
} failure;

static void
remember(failure *f, sci_status st)
{
    if (f->status != SCI_OK)
        cli_error("%s", f->text);
    /* Of failures of several kinds no single code says what happened. */
    f->status =
        f->status == SCI_OK || cli_exit_of(f->status) == cli_exit_of(st) ? st : SCI_ERR_FORMAT;
    (void)snprintf(f->text, sizeof f->text, "%s", sci_message());
}

static sci_status
describe_all(const imaging_context *c, const cli_inputs *inputs, cli_json *json,
             imaging_describe describe)
{
    failure failed = { SCI_OK, "" };

    for (size_t i = 0; i < inputs->n; i++) {
        sci_status st;

        if (json == NULL && i > 0 && !c->settings->tsv)
            (void)putchar('\n');
        st = describe(c, inputs, i, json);
        if (st == SCI_ERR_NOMEM || st == SCI_ERR_INTERRUPTED)
            return st;
        if (st == SCI_OK)
            continue;
        remember(&failed, st);
        if (json != NULL) {
            cli_json_object(json);
            cli_json_member_text(json, "file", inputs->items[i].path);
            cli_json_member_text(json, "error", failed.text);
            cli_json_object_end(json);
        }
    }
    return failed.status == SCI_OK ? SCI_OK : sci_fail(failed.status, "%s", failed.text);
}

typedef struct looking {
    cli_single single;
    imaging_describe describe;
} looking;

static sci_status
work(void *context, const cli_worker *worker)
{
    const looking *l = context;
    const cli_single *single = &l->single;
    const imaging_settings *s = single->call->settings;
    imaging_context c;
    cli_json json;
    sci_status st = imaging_context_start(&c, single->call, worker), written;

    if (st != SCI_OK)
        return st;
    imaging_columns_warn(&single->inputs);
    if (s->common.json) {
        cli_json_start(&json, stdout);
        cli_json_object(&json);
        cli_json_key(&json, "images");
        cli_json_array(&json);
    }
    st = describe_all(&c, &single->inputs, s->common.json ? &json : NULL, l->describe);
    if (s->common.json) {
        cli_json_array_end(&json);
        cli_json_object_end(&json);
    }
    written = s->common.json ? cli_json_finish(&json) : cli_stdout_finish();
    imaging_context_end(&c);
    return st == SCI_OK ? written : st;
}

int
imaging_each_run(const cli_call *call, imaging_describe describe)
{
    const imaging_settings *s = call->settings;
    looking l = { .single = { .call = call,
                              .common = &s->common,
                              .extensions = imaging_extensions,
                              .datasets = true,
                              .work = work },
                  .describe = describe };

    l.single.context = &l;
    return cli_single_run(&l.single, (size_t)call->n_operands, call->operands);
}
