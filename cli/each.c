/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "each.h"

#include <stdio.h>

#include "message.h"

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
describe_all(const cli_each *e, const cli_worker *worker, cli_json *json)
{
    const cli_inputs *inputs = &e->single.inputs;
    failure failed = { SCI_OK, "" };

    for (size_t i = 0; i < inputs->n; i++) {
        sci_status st;

        if (json == NULL && i > 0 && !e->rows)
            (void)putchar('\n');
        st = e->describe(e->context, worker, inputs, i, json);
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

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_each *e = context;
    bool in_json = e->single.common->json;
    cli_json json;
    sci_status st, written;

    if (e->begin != NULL)
        e->begin(e->context, &e->single.inputs);
    if (in_json) {
        cli_json_start(&json, stdout);
        cli_json_object(&json);
        cli_json_key(&json, e->list);
        cli_json_array(&json);
    }
    st = describe_all(e, worker, in_json ? &json : NULL);
    if (in_json) {
        cli_json_array_end(&json);
        cli_json_object_end(&json);
    }
    written = in_json ? cli_json_finish(&json) : cli_stdout_finish();
    return st == SCI_OK ? written : st;
}

int
cli_each_run(cli_each *each, size_t n_operands, const char *const *operands)
{
    each->single.work = work;
    each->single.context = each;
    return cli_single_run(&each->single, n_operands, operands);
}
