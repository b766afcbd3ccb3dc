/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "testing.h"

static atomic_long allocations, live, descriptors;
static atomic_long calls[FAULTS_CALLS];
static long failing_allocation = -1, failing_call = -1;
static faults_call failing_kind;
static bool memory_onwards, files_onwards;
static int failing_error;

/* ---- memory ---- */

static void *
allocate(void *context, size_t bytes)
{
    long number = atomic_fetch_add(&allocations, 1);
    void *p = NULL;

    (void)context;
    if (failing_allocation >= 0 &&
        (number == failing_allocation || (memory_onwards && number > failing_allocation)))
        return NULL;
    if (posix_memalign(&p, 64, bytes) != 0)
        return NULL;
    atomic_fetch_add(&live, 1);
    return p;
}

static void
release(void *context, void *pointer)
{
    (void)context;
    if (pointer != NULL)
        atomic_fetch_sub(&live, 1);
    free(pointer);
}

void
faults_memory(long n, bool onwards)
{
    static const sci_allocator counting = { allocate, release, NULL };

    atomic_store(&allocations, 0);
    failing_allocation = n;
    memory_onwards = onwards;
    sci_allocator_set(&counting);
}

long
faults_memory_calls(void)
{
    return atomic_load(&allocations);
}

long
faults_memory_live(void)
{
    return atomic_load(&live);
}

void
faults_memory_end(void)
{
    if (atomic_load(&live) != 0)
        test_failed(__FILE__, __LINE__, "%ld blocks were not released", atomic_load(&live));
    sci_allocator_set(NULL);
}

/* ---- files ---- */

const char *
faults_call_name(faults_call call)
{
    static const char *const names[] = { "open",      "close", "pread",  "pwrite",
                                         "ftruncate", "fsync", "rename", "unlink" };

    return names[call];
}

/* Count a call; true if this one is to fail (with errno set, unless it is to be short). */
static bool
fails(faults_call call)
{
    long number = atomic_fetch_add(&calls[call], 1);

    if (failing_call < 0 || call != failing_kind)
        return false;
    if (number != failing_call && !(files_onwards && number > failing_call))
        return false;
    errno = failing_error;
    return true;
}

static int
failing_open(const char *path, int flags, mode_t mode)
{
    int fd = fails(FAULTS_OPEN) ? -1 : open(path, flags, mode);

    if (fd >= 0)
        atomic_fetch_add(&descriptors, 1);
    return fd;
}

/* A failing close closes: the descriptor is gone whatever it returns (as on Linux). */
static int
failing_close(int fd)
{
    bool failing = fails(FAULTS_CLOSE);
    int error = errno, result = close(fd);

    atomic_fetch_sub(&descriptors, 1);
    if (failing) {
        errno = error;
        return -1;
    }
    return result;
}

static ssize_t
failing_pread(int fd, void *buffer, size_t bytes, off_t offset)
{
    if (!fails(FAULTS_PREAD))
        return pread(fd, buffer, bytes, offset);
    return failing_error != 0 ? -1 : pread(fd, buffer, bytes > 1 ? bytes / 2 : bytes, offset);
}

static ssize_t
failing_pwrite(int fd, const void *buffer, size_t bytes, off_t offset)
{
    if (!fails(FAULTS_PWRITE))
        return pwrite(fd, buffer, bytes, offset);
    return failing_error != 0 ? -1 : pwrite(fd, buffer, bytes > 1 ? bytes / 2 : bytes, offset);
}

static int
failing_ftruncate(int fd, off_t length)
{
    return fails(FAULTS_FTRUNCATE) ? -1 : ftruncate(fd, length);
}

/* Nothing is really synchronized: the tests would wait for the disk hundreds of times. */
static int
failing_fsync(int fd)
{
    (void)fd;
    return fails(FAULTS_FSYNC) ? -1 : 0;
}

static int
failing_rename(const char *from, const char *to)
{
    return fails(FAULTS_RENAME) ? -1 : rename(from, to);
}

static int
failing_unlink(const char *path)
{
    return fails(FAULTS_UNLINK) ? -1 : unlink(path);
}

void
faults_files(faults_call call, long n, bool onwards, int error)
{
    static const sci_file_ops failing = { failing_open,   failing_close,     failing_pread,
                                          failing_pwrite, failing_ftruncate, failing_fsync,
                                          failing_rename, failing_unlink };

    for (int k = 0; k < FAULTS_CALLS; k++)
        atomic_store(&calls[k], 0);
    failing_kind = call;
    failing_call = n;
    files_onwards = onwards;
    failing_error = error;
    sci_file_ops_set(&failing);
}

long
faults_files_calls(faults_call call)
{
    return atomic_load(&calls[call]);
}

long
faults_files_open(void)
{
    return atomic_load(&descriptors);
}

void
faults_files_end(void)
{
    failing_call = -1;
    sci_file_ops_set(NULL);
}
