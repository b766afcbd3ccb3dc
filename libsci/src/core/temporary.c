/* SPDX-License-Identifier: BSD-3-Clause */
/* Outputs that appear under their final name complete or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sci/memory.h>

#include <sci/file.h>

enum {
    ATTEMPTS = 100,
    BASE_BYTES_MOST = 200 /* the temporary's name has to fit in NAME_MAX (255) with 26 more */
};

/* Not a secret: O_EXCL keeps others out, this only avoids collisions. splitmix64. */
static uint64_t
scramble(uint64_t attempt)
{
    struct timespec t;
    uint64_t z;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    z = (uint64_t)t.tv_nsec ^ (uint64_t)t.tv_sec << 30 ^ (uint64_t)getpid() << 40;
    z += (attempt + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static const char *
base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static sci_status
make_name(char **out, const char *target, uint64_t attempt)
{
    const char *base = base_of(target);
    int base_bytes = (int)(strlen(base) < BASE_BYTES_MOST ? strlen(base) : BASE_BYTES_MOST);

    return sci_format(out, "%.*s.%.*s.%016llx.tmp", (int)(base - target), target, base_bytes, base,
                      (unsigned long long)scramble(attempt));
}

/* The permissions of a regular file that will be replaced stay as they are. */
static sci_status
take_mode(const char *path, const char *target)
{
    struct stat old;

    if (lstat(target, &old) != 0 || !S_ISREG(old.st_mode))
        return SCI_OK;
    if (chmod(path, old.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO)) != 0)
        return sci_fail_errno("set the permissions of", path);
    return SCI_OK;
}

sci_status
sci_temporary_create(char **path, const char *target)
{
    const sci_file_ops *ops = sci_file_ops_get();
    sci_status st;
    char *name = NULL;
    int fd = -1;

    if (base_of(target)[0] == '\0')
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is not the name of a file", target);
    for (uint64_t attempt = 0; fd < 0; attempt++) {
        sci_free(name);
        st = make_name(&name, target, attempt);
        if (st != SCI_OK)
            goto out;
        fd = ops->open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && (errno != EEXIST || attempt + 1 == ATTEMPTS)) {
            st = sci_fail_errno("create", target);
            goto out;
        }
    }
    st = take_mode(name, target);
    if (ops->close(fd) != 0 && st == SCI_OK)
        st = sci_fail_errno("create", target);
    if (st != SCI_OK) {
        sci_temporary_discard(name);
        goto out;
    }
    *path = name;
    name = NULL;
out:
    sci_free(name);
    return st;
}

static sci_status
sync_file(const char *path, int flags, const char *name)
{
    const sci_file_ops *ops = sci_file_ops_get();
    sci_status st = SCI_OK;
    int fd = ops->open(path, O_RDONLY | O_CLOEXEC | flags, 0);

    if (fd < 0)
        return sci_fail_errno("open", name);
    /* EINVAL: a file system where there is nothing to be synchronized */
    if (ops->fsync(fd) != 0 && errno != EINVAL)
        st = sci_fail_errno("synchronize", name);
    if (ops->close(fd) != 0 && st == SCI_OK)
        st = sci_fail_errno("close", name);
    return st;
}

static sci_status
sync_directory_of(const char *target)
{
    size_t bytes = (size_t)(base_of(target) - target);
    char *directory = NULL;
    sci_status st = sci_format(&directory, "%.*s", (int)bytes, bytes ? target : "");

    if (st == SCI_OK)
        st = sync_file(bytes ? directory : ".", O_DIRECTORY, bytes ? directory : ".");
    sci_free(directory);
    return st;
}

sci_status
sci_temporary_commit(const char *path, const char *target, bool sync)
{
    const sci_file_ops *ops = sci_file_ops_get();
    struct stat old;
    bool replaces = lstat(target, &old) == 0;
    sci_status st = sync ? sync_file(path, 0, target) : SCI_OK;

    if (st != SCI_OK)
        return st;
    if (ops->rename(path, target) != 0)
        return sci_fail_errno("create", target);
    if (sync)
        st = sync_directory_of(target);
    /* A new output whose name may not last is taken back; a file that was replaced is gone. */
    if (st != SCI_OK && !replaces)
        (void)ops->unlink(target);
    return st;
}

void
sci_temporary_discard(const char *path)
{
    if (path)
        (void)sci_file_ops_get()->unlink(path);
}

sci_status
sci_scratch_open(int *fd, const char *directory)
{
    const sci_file_ops *ops = sci_file_ops_get();
    struct timespec now;
    char *path = NULL;
    sci_status st = SCI_OK;

    *fd = -1;
    for (unsigned attempt = 0; *fd < 0; attempt++) {
        sci_free(path);
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        st = sci_format(&path, "%s/.sci.%ld.%09ld.%u.tmp", directory, (long)getpid(), now.tv_nsec,
                        attempt);
        if (st != SCI_OK)
            return st;
        *fd = ops->open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (*fd < 0 && (errno != EEXIST || attempt + 1 == ATTEMPTS)) {
            st = sci_fail_errno("create a scratch file in", directory);
            goto out;
        }
    }
    if (ops->unlink(path) != 0) {
        st = sci_fail_errno("unlink scratch file", path);
        (void)ops->close(*fd);
        *fd = -1;
    }
out:
    sci_free(path);
    return st;
}
