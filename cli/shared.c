/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What outlives a worker: memory and files shared with those that are forked later. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, in POSIX since 2024 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "worker.h"

sci_status
cli_shared_alloc(void *out, size_t n, size_t size)
{
    size_t bytes;
    void *memory;

    if (__builtin_mul_overflow(n, size, &bytes) || bytes == 0)
        return sci_fail(SCI_ERR_NOMEM, "cannot share %zu × %zu bytes", n, size);
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return sci_fail(SCI_ERR_NOMEM, "no memory to share with a worker (%zu bytes)", bytes);
    memcpy(out, &memory, sizeof memory);
    return SCI_OK;
}

void
cli_shared_free(void *memory, size_t n, size_t size)
{
    if (memory)
        (void)munmap(memory, n * size);
}

static void
raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* A new file in `directory`, without its name. */
static sci_status
open_unlinked(const char *directory, int *fd)
{
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/sci-XXXXXX", directory);

    if (st != SCI_OK)
        return st;
    *fd = mkstemp(path);
    if (*fd < 0) {
        st = sci_fail_errno("create a scratch file in", directory);
    } else if (unlink(path) != 0) {
        st = sci_fail_errno("remove", path);
        close(*fd);
    }
    sci_free(path);
    return st;
}

sci_status
cli_scratch_create(cli_scratch *out, const char *directory)
{
    const char *temporary = getenv("TMPDIR");
    sci_status st;
    int fd;

    if (!directory)
        directory = temporary && *temporary ? temporary : "/tmp";
    errno = 0;
    st = open_unlinked(directory, &fd);
    if (st == SCI_ERR_IO && errno == EMFILE) { /* one for each of very many inputs */
        raise_file_limit();
        st = open_unlinked(directory, &fd);
    }
    if (st != SCI_OK)
        return st;
    out->fd = fd;
    snprintf(out->path, sizeof out->path, "/dev/fd/%d", fd);
    return SCI_OK;
}

void
cli_scratch_free(cli_scratch *scratch)
{
    if (scratch->fd > 0)
        close(scratch->fd);
    *scratch = (cli_scratch){ .fd = 0 };
}
