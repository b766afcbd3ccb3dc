/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a worker ended, as an exit code and a sentence. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <sci/memory.h>

#include "worker_priv.h"

/* True if the message has the input's file in quotes, with or without its dataset. */
static bool
is_named(const char *text, const char *name)
{
    const char *dataset = strstr(name, ":/");
    size_t n = dataset ? (size_t)(dataset - name) : strlen(name);

    for (const char *quote = strchr(text, '\''); quote; quote = strchr(quote + 1, '\''))
        if (strncmp(quote + 1, name, n) == 0)
            return true;
    return false;
}

/* The message names the input, unless it does so already. */
static cli_result
failure(const cli_job *job, int code, sci_status status, const char *text)
{
    cli_result result = { .code = code, .status = status };
    bool named = !job->name || is_named(text, job->name);
    sci_status st = named ? sci_strdup(&result.message, text)
                          : sci_format(&result.message, "'%s': %s", job->name, text);

    if (st != SCI_OK)
        result.message = NULL; /* the report has a text for the status */
    return result;
}

cli_result
cli_verdict_of(const cli_job *job, sci_status status)
{
    const char *detail = sci_message();

    return failure(job, cli_exit_of(status), status, *detail ? detail : sci_status_text(status));
}

/* "'a.h5', 'b.h5'" where one of several files made the worker end. */
static const char *
suspects(const cli_job *job)
{
    return job->several != NULL ? job->several : "";
}

static cli_result
died_of(const cli_job *job, int number)
{
    char text[1024];

    if (number == SIGKILL)
        return failure(job, CLI_EXIT_ENVIRONMENT, SCI_ERR_NOMEM,
                       "the reader was killed, most likely for want of memory");
    if (number == SIGXCPU)
        return failure(job, CLI_EXIT_FAILED, SCI_ERR_UNSAFE, "took over 4 s of CPU in one read");
    snprintf(text, sizeof text, "%.900s%sthe reader crashed (signal %d)", suspects(job),
             *suspects(job) != '\0' ? ": " : "", number);
    return failure(job, CLI_EXIT_FAILED, SCI_ERR_FORMAT, text);
}

cli_result
cli_verdict(const cli_job *job, const cli_slot *slot, int wait_status)
{
    char message[sizeof slot->message], text[1024];

    if (WIFSIGNALED(wait_status))
        return died_of(job, WTERMSIG(wait_status));
    if (WEXITSTATUS(wait_status) != CLI_EXIT_OK || !atomic_load(&slot->complete)) {
        snprintf(text, sizeof text, "%.900s%sthe reader ended unexpectedly (exit code %d)",
                 suspects(job), *suspects(job) != '\0' ? ": " : "", WEXITSTATUS(wait_status));
        return failure(job, CLI_EXIT_FAILED, SCI_ERR_FORMAT, text);
    }
    if (slot->status == SCI_OK)
        return (cli_result){ .code = CLI_EXIT_OK, .status = SCI_OK };
    memcpy(message, slot->message, sizeof message);
    message[sizeof message - 1] = '\0';
    return failure(job, cli_exit_of(slot->status), slot->status, message);
}
