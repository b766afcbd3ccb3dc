/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "failures.h"
#include "utf8.h"

enum { TEXT_MOST = 4096, NAME_WIDTH_MOST = 48 };

static bool
has_failed(const cli_job *job)
{
    return job->result.code != CLI_EXIT_OK && job->result.status != SCI_ERR_INTERRUPTED;
}

static const char *
message_of(const cli_job *job)
{
    return job->result.message ? job->result.message : sci_status_text(job->result.status);
}

/* The message without "'input': " at its beginning, which stands beside it. */
static const char *
message_alone(const cli_job *job)
{
    const char *message = message_of(job);
    size_t n = strlen(job->name);

    if (message[0] == '\'' && strncmp(message + 1, job->name, n) == 0
        && strncmp(message + 1 + n, "': ", 3) == 0)
        return message + 1 + n + 3;
    return message;
}

static void
print_table(const cli_job *jobs, size_t n_jobs)
{
    char name[TEXT_MOST], message[TEXT_MOST];
    size_t width = strlen("input");

    for (size_t k = 0; k < n_jobs; k++) {
        if (!has_failed(&jobs[k]))
            continue;
        cli_escape(name, sizeof name, jobs[k].name);
        if (cli_utf8_width(name) > width)
            width = cli_utf8_width(name);
    }
    if (width > NAME_WIDTH_MOST)
        width = NAME_WIDTH_MOST;
    fprintf(stderr, "  exit  %-*s  message\n", (int)width, "input");
    for (size_t k = 0; k < n_jobs; k++) {
        size_t columns;

        if (!has_failed(&jobs[k]))
            continue;
        cli_escape(name, sizeof name, jobs[k].name);
        cli_escape(message, sizeof message, message_alone(&jobs[k]));
        columns = cli_utf8_width(name);
        fprintf(stderr, "  %4d  %s%*s  %s\n", jobs[k].result.code, name,
                columns < width ? (int)(width - columns) : 0, "", message);
    }
}

static int
report_one(const cli_job *job)
{
    if (job->result.status == SCI_ERR_INTERRUPTED)
        cli_error("interrupted");
    else if (job->result.code != CLI_EXIT_OK)
        cli_error("%s", message_of(job));
    return job->result.code;
}

int
cli_failures_report(const cli_job *jobs, size_t n_jobs)
{
    size_t failed = 0, interrupted = 0;
    int code = CLI_EXIT_OK, signal_code = CLI_EXIT_OK;

    if (n_jobs == 1)
        return report_one(jobs);
    for (size_t k = 0; k < n_jobs; k++) {
        if (jobs[k].result.status == SCI_ERR_INTERRUPTED) {
            interrupted++;
            signal_code = jobs[k].result.code;
        } else if (has_failed(&jobs[k])) {
            failed++;
            code = cli_exit_join(code, jobs[k].result.code);
        }
    }
    if (interrupted > 0)
        cli_error("interrupted; %zu of %zu inputs are done", n_jobs - failed - interrupted, n_jobs);
    if (failed > 0) {
        cli_error("%zu of %zu inputs failed", failed, n_jobs);
        print_table(jobs, n_jobs);
    }
    return signal_code != CLI_EXIT_OK ? signal_code : code;
}

/* ---- failures.tsv ---- */

static sci_status
write_rows(const cli_job *jobs, size_t n_jobs, const char *path, const char *name)
{
    FILE *file = fopen(path, "we");
    char text[TEXT_MOST];
    sci_status st = SCI_OK;

    if (!file)
        return sci_fail_errno("open", name);
    fputs("input\texit\tmessage\n", file);
    for (size_t k = 0; k < n_jobs; k++) {
        if (!has_failed(&jobs[k]))
            continue;
        cli_escape(text, sizeof text, jobs[k].name);
        fprintf(file, "%s\t%d\t", text, jobs[k].result.code);
        cli_escape(text, sizeof text, message_alone(&jobs[k]));
        fprintf(file, "%s\n", text);
    }
    if (fflush(file) != 0 || ferror(file))
        st = sci_fail_errno("write", name);
    if (fclose(file) != 0 && st == SCI_OK)
        st = sci_fail_errno("write", name);
    return st;
}

static bool
any_failed(const cli_job *jobs, size_t n_jobs)
{
    for (size_t k = 0; k < n_jobs; k++)
        if (has_failed(&jobs[k]))
            return true;
    return false;
}

sci_status
cli_failures_write(const cli_job *jobs, size_t n_jobs, const char *directory)
{
    char *target = NULL, *temporary = NULL;
    sci_status st = sci_format(&target, "%s/" CLI_FAILURES_NAME, directory);

    if (st == SCI_OK && !any_failed(jobs, n_jobs)) {
        if (unlink(target) != 0 && errno != ENOENT)
            st = sci_fail_errno("remove", target);
        sci_free(target);
        return st;
    }
    if (st == SCI_OK)
        st = sci_temporary_create(&temporary, target);
    if (st == SCI_OK)
        st = write_rows(jobs, n_jobs, temporary, target);
    if (st == SCI_OK)
        st = sci_temporary_commit(temporary, target, false);
    if (st != SCI_OK)
        sci_temporary_discard(temporary);
    sci_free(temporary);
    sci_free(target);
    return st;
}
