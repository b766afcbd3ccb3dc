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

/* The worker was ended. Where it had several files, the message names them: "'a.h5', 'b.h5': …". */
static cli_result
ended(const cli_job *job, int code, sci_status status, const char *how)
{
    const char *suspects = job->several != NULL ? job->several : "";
    char text[1024];

    snprintf(text, sizeof text, "%.900s%s%s", suspects, *suspects != '\0' ? ": " : "", how);
    return failure(job, code, status, text);
}

static cli_result
died_of(const cli_job *job, int number)
{
    char how[64];

    if (number == SIGKILL)
        return ended(job, CLI_EXIT_ENVIRONMENT, SCI_ERR_NOMEM,
                     "the reader was killed, most likely for want of memory");
    if (number == SIGXCPU)
        return ended(job, CLI_EXIT_FAILED, SCI_ERR_UNSAFE, "took over 4 s of CPU in one read");
    snprintf(how, sizeof how, "the reader crashed (signal %d)", number);
    return ended(job, CLI_EXIT_FAILED, SCI_ERR_FORMAT, how);
}

cli_result
cli_verdict(const cli_job *job, const cli_slot *slot, int wait_status)
{
    char message[sizeof slot->message], how[64];

    if (WIFSIGNALED(wait_status))
        return died_of(job, WTERMSIG(wait_status));
    if (WEXITSTATUS(wait_status) != CLI_EXIT_OK || !atomic_load(&slot->complete)) {
        snprintf(how, sizeof how, "the reader ended unexpectedly (exit code %d)",
                 WEXITSTATUS(wait_status));
        return ended(job, CLI_EXIT_FAILED, SCI_ERR_FORMAT, how);
    }
    if (slot->status == SCI_OK)
        return (cli_result){ .code = CLI_EXIT_OK, .status = SCI_OK };
    memcpy(message, slot->message, sizeof message);
    message[sizeof message - 1] = '\0';
    return failure(job, cli_exit_of(slot->status), slot->status, message);
}
