/* SPDX-License-Identifier: GPL-3.0-or-later */
/* validate: whether an annotated matrix keeps the rules of its format and those that the other verbs
 * rely on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/single.h"

#include "job.h"
#include "validate.h"
#include "verbs.h"

/* ---- findings ---- */

typedef struct report {
    bool as_json;
    cli_json json;
    uint64_t errors, warnings;
} report;

static void
say(void *context, bool error, const char *path, const char *text)
{
    report *r = context;
    char safe_path[1024], safe_text[2048];

    if (error)
        r->errors++;
    else
        r->warnings++;
    if (r->as_json) {
        cli_json_object(&r->json);
        cli_json_member_text(&r->json, "level", error ? "error" : "warning");
        cli_json_member_text(&r->json, "path", path);
        cli_json_member_text(&r->json, "text", text);
        cli_json_object_end(&r->json);
        return;
    }
    (void)cli_escape(safe_path, sizeof safe_path, path);
    (void)cli_escape(safe_text, sizeof safe_text, text);
    (void)printf("%s: %s: %s\n", error ? "error" : "warning", safe_path, safe_text);
}

static sci_status
end_report(report *r, const char *name)
{
    sci_status st;

    if (r->as_json) {
        cli_json_array_end(&r->json);
        cli_json_member_unsigned(&r->json, "errors", r->errors);
        cli_json_member_unsigned(&r->json, "warnings", r->warnings);
        cli_json_object_end(&r->json);
        st = cli_json_finish(&r->json);
    } else {
        if (r->errors == 0)
            (void)printf("%s: valid, %" PRIu64 " warning%s\n", name, r->warnings,
                         r->warnings == 1 ? "" : "s");
        st = cli_stdout_finish();
    }
    if (st == SCI_OK && r->errors > 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' breaks %" PRIu64 " rule%s of its format", name,
                      r->errors, r->errors == 1 ? "" : "s");
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const cli_input *input = &single->inputs.items[0];
    report r = { .as_json = false };
    genomics_job job;
    sci_status st = genomics_job_start(&job, single->call, worker);

    if (st != SCI_OK)
        return st;
    r.as_json = job.settings->common.json;
    if (r.as_json) {
        cli_json_start(&r.json, stdout);
        cli_json_object(&r.json);
        cli_json_member_text(&r.json, "file", input->path);
        cli_json_key(&r.json, "findings");
        cli_json_array(&r.json);
    }
    st = genomics_validate_file(input->path, &job.options, &job.h5, say, &r);
    genomics_job_end(&job);
    return st == SCI_OK ? end_report(&r, input->path) : st;
}

int
genomics_validate(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .work = work };

    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
