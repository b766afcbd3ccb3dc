/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run a command and see that it is neither slow nor large: limited SECONDS MIB COMMAND...
 *
 * Ends as the command does (128 + signal if it was killed), with 124 after SECONDS of wall time
 * (the whole process group is killed), or with 125 if it or a child of it had more than MIB
 * resident. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t late;

static void
on_alarm(int number)
{
    (void)number;
    late = 1;
}

static void
run_child(char **command)
{
    struct rlimit none = { 0, 0 };

    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &none);
    execvp(command[0], command);
    fprintf(stderr, "limited: cannot run '%s': %s\n", command[0], strerror(errno));
    _exit(127);
}

int
main(int argc, char **argv)
{
    struct sigaction action;
    struct rusage used;
    pid_t child;
    int status = 0;
    long most_kib;

    if (argc < 4) {
        fputs("usage: limited SECONDS MIB COMMAND...\n", stderr);
        return 2;
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm; /* without SA_RESTART: waitpid comes back */
    sigaction(SIGALRM, &action, NULL);
    child = fork();
    if (child == 0)
        run_child(argv + 3);
    if (child < 0)
        return 126;
    alarm((unsigned)strtoul(argv[1], NULL, 10));
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR || !late)
            continue;
        kill(-child, SIGKILL);
        waitpid(child, &status, 0);
        fprintf(stderr, "limited: still running after %s s\n", argv[1]);
        return 124;
    }
    getrusage(RUSAGE_CHILDREN, &used);
    most_kib = strtol(argv[2], NULL, 10) * 1024;
    if (used.ru_maxrss > most_kib) {
        fprintf(stderr, "limited: %ld KiB resident, %ld allowed\n", used.ru_maxrss, most_kib);
        return 125;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
