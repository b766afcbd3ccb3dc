/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signal_at create|rename N SIGNAL COMMAND...: run COMMAND and send it SIGNAL (a number) the moment its first process
 * has created its N-th file, or given its N-th file another name. The exit code is that of the command, 128 + the
 * number for one that a signal ended, 125 where processes may not be traced. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h> /* after sys/ptrace.h */

enum { NOT_TRACED = 125 };

static bool
creates(const struct __ptrace_syscall_info *info)
{
    uint64_t wanted = O_CREAT | O_EXCL;

    return info->entry.nr == SYS_openat && (info->entry.args[2] & wanted) == wanted;
}

static bool
renames(const struct __ptrace_syscall_info *info)
{
    uint64_t number = info->entry.nr;

#ifdef SYS_rename
    if (number == SYS_rename)
        return true;
#endif
#ifdef SYS_renameat
    if (number == SYS_renameat)
        return true;
#endif
    return number == SYS_renameat2;
}

/* The command's wait status at its end. */
static int
follow(pid_t pid, bool (*wanted)(const struct __ptrace_syscall_info *), long n, int number)
{
    bool inside = false;
    int status = 0, pass = 0;

    if (ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD) != 0)
        return NOT_TRACED << 8;
    while (ptrace(PTRACE_SYSCALL, pid, NULL, pass) == 0 && waitpid(pid, &status, 0) == pid
           && WIFSTOPPED(status)) {
        struct __ptrace_syscall_info info;

        pass = WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
        if (pass != 0 || ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) <= 0)
            continue;
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
            inside = wanted(&info);
        else if (inside && info.op == PTRACE_SYSCALL_INFO_EXIT && !info.exit.is_error && --n == 0)
            break;
    }
    if (WIFSTOPPED(status)) {
        (void)kill(pid, number);
        (void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
        (void)waitpid(pid, &status, 0);
    }
    return status;
}

/* A whole number from 1 to `most`; 0 for anything else. */
static long
number_of(const char *text, long most)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && number > 0 && number <= most ? number : 0;
}

int
main(int argc, char **argv)
{
    long n = argc > 4 ? number_of(argv[2], LONG_MAX) : 0;
    int number = argc > 4 ? (int)number_of(argv[3], SIGRTMIN - 1) : 0;
    bool create = argc > 4 && strcmp(argv[1], "create") == 0;
    int status = 0;
    pid_t pid;

    if (n == 0 || number == 0 || (!create && strcmp(argv[1], "rename") != 0)) {
        fprintf(stderr, "usage: signal_at create|rename N SIGNAL COMMAND...\n");
        return 2;
    }
    pid = fork();
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(NOT_TRACED);
        execvp(argv[4], argv + 4);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 1;
    if (WIFSTOPPED(status))
        status = follow(pid, create ? creates : renames, n, number);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
