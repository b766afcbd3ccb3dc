/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show: a summary, or the models that a file keeps. */
#include <inttypes.h>
#include <stdio.h>

#include <sci/memory.h>

#include "cli/single.h"

#include "describe.h"
#include "verbs.h"

static sci_status
show_summary(const cli_single *single, const char *path)
{
    const genomics_settings *settings = single->call->settings;
    genomics_summary s = { 0 };
    cli_json json;
    sci_status st = genomics_summary_read(&s, path);

    if (st == SCI_OK && settings->common.json) {
        cli_json_start(&json, stdout);
        cli_json_object(&json);
        genomics_describe_summary_json(&json, &s);
        cli_json_object_end(&json);
        st = cli_json_finish(&json);
    } else if (st == SCI_OK) {
        genomics_describe_summary_text(&s);
        st = cli_stdout_finish();
    }
    genomics_summary_clear(&s);
    return st;
}

static sci_status
show_record(const genomics_settings *settings, const genomics_record *r, const char *path,
            cli_json *json)
{
    if (settings->common.json) {
        cli_json_object(json);
        cli_json_member_text(json, "record", path);
        cli_json_member_text(json, "form", r->affine ? "affine" : "dense");
        cli_json_member_text(json, "matrix", r->place);
        cli_json_member_text(json, "batch_key", r->batch_key);
        genomics_describe_json(json, r->model);
        cli_json_object_end(json);
        return SCI_OK;
    }
    (void)printf("%s (%s%s):\n", path, r->place, r->affine ? ", in affine form" : "");
    genomics_describe_text(r->model, settings->all);
    return SCI_OK;
}

static sci_status
show_records(const cli_single *single, sci_h5_file *file, const char *path)
{
    const genomics_settings *settings = single->call->settings;
    anndata_texts records = { 0 };
    cli_json json;
    sci_status st = genomics_record_find(file, &records);

    if (st == SCI_OK && records.n == 0)
        st = sci_fail(SCI_ERR_NOTFOUND,
                      "'%s' is no summary and keeps no model in " GENOMICS_RECORDS, path);
    if (st == SCI_OK && settings->common.json) {
        cli_json_start(&json, stdout);
        cli_json_object(&json);
        cli_json_key(&json, "models");
        cli_json_array(&json);
    }
    for (uint64_t i = 0; st == SCI_OK && i < records.n; i++) {
        genomics_record r = { 0 };

        st = genomics_record_read(&r, file, path, records.items[i]);
        if (st == SCI_OK)
            st = show_record(settings, &r, records.items[i], &json);
        genomics_record_clear(&r);
    }
    if (st == SCI_OK && settings->common.json) {
        cli_json_array_end(&json);
        cli_json_object_end(&json);
        st = cli_json_finish(&json);
    } else if (st == SCI_OK) {
        st = cli_stdout_finish();
    }
    anndata_texts_clear(&records);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const char *path = single->inputs.items[0].path;
    sci_h5_file *file = NULL;
    bool summary = false;
    sci_status st = sci_h5_file_open(&file, path);

    (void)worker;
    if (st == SCI_OK)
        st = genomics_summary_is(file, &summary);
    if (st == SCI_OK && !summary)
        st = show_records(single, file, path);
    sci_h5_file_close(file);
    return st == SCI_OK && summary ? show_summary(single, path) : st;
}

int
genomics_show(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
