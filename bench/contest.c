/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contest.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct server {
    pid_t pid;
    FILE *to, *from;
};

/* execv wants pointers to char that are not const; it does not write through them. */
static void
execute(const char *const *arguments)
{
    union {
        const char *const *in;
        char *const *out;
    } view = { .in = arguments };

    execvp(arguments[0], view.out);
    fprintf(stderr, "cannot run '%s': %s\n", arguments[0], strerror(errno));
    _exit(127);
}

static void
discard_first_line(char *text)
{
    char *end = strchr(text, '\n');

    if (end != NULL)
        *end = '\0';
}

server *
server_start(const char *const *arguments, char *reason, size_t size)
{
    int to[2], from[2];
    char line[256] = "";
    server *s;

    snprintf(reason, size, "cannot start '%s'", arguments[0]);
    if (pipe(to) != 0)
        return NULL;
    if (pipe(from) != 0) {
        close(to[0]);
        close(to[1]);
        return NULL;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        close(to[0]);
        close(to[1]);
        close(from[0]);
        close(from[1]);
        execute(arguments);
    }
    close(to[0]);
    close(from[1]);
    /* A later child must not hold this one's pipes open. */
    fcntl(to[1], F_SETFD, FD_CLOEXEC);
    fcntl(from[0], F_SETFD, FD_CLOEXEC);
    s = calloc(1, sizeof *s);
    if (pid < 0 || s == NULL) {
        close(to[1]);
        close(from[0]);
        free(s);
        return NULL;
    }
    s->pid = pid;
    s->to = fdopen(to[1], "w");
    s->from = fdopen(from[0], "r");
    if (s->to != NULL && s->from != NULL && fgets(line, sizeof line, s->from) != NULL) {
        discard_first_line(line);
        if (strcmp(line, "ready") == 0)
            return s;
        snprintf(reason, size, "%s", line);
    }
    server_stop(s);
    return NULL;
}

double
server_ask(server *s, const char *word)
{
    char line[256];
    char *end = NULL;

    if (fprintf(s->to, "%s\n", word) < 0 || fflush(s->to) != 0)
        return NO_TIME;
    if (fgets(line, sizeof line, s->from) == NULL)
        return NO_TIME;
    double seconds = strtod(line, &end);
    if (end == line || *end != '\n') {
        fprintf(stderr, "bench: '%s': %s", word, line);
        return NO_TIME;
    }
    return seconds;
}

void
server_stop(server *s)
{
    if (s == NULL)
        return;
    if (s->to != NULL)
        fclose(s->to);
    if (s->from != NULL)
        fclose(s->from);
    waitpid(s->pid, NULL, 0);
    free(s);
}

/* Sum of VmHWM over a process and its descendants; a process that ends meanwhile counts 0. */
static uint64_t
resident_peak(pid_t pid)
{
    char path[64], line[256];
    unsigned long long kib = 0;
    uint64_t sum = 0;
    long child;

    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return 0;
    while (fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "VmHWM: %llu", &kib) == 1)
            break;
    fclose(f);
    sum = (uint64_t)kib * 1024;

    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    f = fopen(path, "r");
    if (f == NULL)
        return sum;
    while (fscanf(f, "%ld", &child) == 1)
        sum += resident_peak((pid_t)child);
    fclose(f);
    return sum;
}

/* Wait for `pid`, watching its memory if `peak` is not NULL. */
static int
wait_for(pid_t pid, uint64_t *peak)
{
    int status = -1;

    if (peak == NULL) {
        waitpid(pid, &status, 0);
        return status;
    }
    *peak = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        struct timespec pause = { .tv_nsec = 1000 * 1000 };
        uint64_t bytes = resident_peak(pid);
        *peak = bytes > *peak ? bytes : *peak;
        nanosleep(&pause, NULL);
    }
    return status;
}

/* Start a command; -1 if that failed. */
static pid_t
command_start(const char *const *command)
{
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        execute(command);
    }
    return pid;
}

static bool
ended_well(const char *const *command, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    fprintf(stderr, "bench: '%s' failed (status %d)\n", command[0], status);
    return false;
}

double
command_run(const char *const *command, uint64_t *peak_bytes)
{
    double start = now_seconds(), seconds;
    pid_t pid = command_start(command);
    int status;

    if (pid < 0)
        return NO_TIME;
    status = wait_for(pid, peak_bytes);
    seconds = now_seconds() - start;
    return ended_well(command, status) ? seconds : NO_TIME;
}

static double
seconds_of(const struct timeval *t)
{
    return (double)t->tv_sec + 1e-6 * (double)t->tv_usec;
}

/* The usage of all children that have been waited for, and theirs. */
static double
children_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_CHILDREN, &usage);
    return seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
}

double
command_cpu(const char *const *command)
{
    double before = children_seconds();
    pid_t pid = command_start(command);
    int status = -1;

    if (pid < 0)
        return NO_TIME;
    waitpid(pid, &status, 0);
    return ended_well(command, status) ? children_seconds() - before : NO_TIME;
}

double
contestant_run(const contestant *c)
{
    if (c->server != NULL)
        return server_ask(c->server, c->word);
    if (c->output != NULL)
        unlink(c->output);
    return c->cpu ? command_cpu(c->command) : command_run(c->command, NULL);
}

bool
contest(const contestant *a, const contestant *b, int repetitions, samples *of_a, samples *of_b)
{
    of_a->n = of_b->n = 0;
    if (isnan(contestant_run(a)) || isnan(contestant_run(b)))
        return false;
    for (int i = 0; i < repetitions; i++) {
        double seconds_a = contestant_run(a);
        double seconds_b = contestant_run(b);
        if (isnan(seconds_a) || isnan(seconds_b))
            return false;
        samples_add(of_a, seconds_a);
        samples_add(of_b, seconds_b);
    }
    return true;
}
