/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <sci/file.h>
#include <sci/hash.h>
#include <sci/memory.h>

#include "digest.h"

#define PIECE ((size_t)1 << 18)

static sci_status
hash_open(int fd, const char *path, sci_hasher *hasher, unsigned char *piece,
          const volatile int *stop)
{
    for (off_t at = 0;;) {
        ssize_t n = sci_file_ops_get()->pread(fd, piece, PIECE, at);
        sci_status st;

        if (n == 0)
            return SCI_OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sci_fail_errno("read", path);
        if (stop != NULL && *stop != 0)
            return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
        st = sci_hasher_update(hasher, piece, (size_t)n);
        if (st != SCI_OK)
            return st;
        at += n;
    }
}

sci_status
sci_hash_file(const char *path, sci_digest_kind kind, const volatile int *stop,
              uint8_t digest[SCI_DIGEST_BYTES])
{
    unsigned char *piece = NULL;
    sci_hasher *hasher = NULL;
    sci_digest whole;
    int fd = sci_file_ops_get()->open(path, O_RDONLY | O_CLOEXEC, 0);
    sci_status st = fd < 0 ? sci_fail_errno("open", path) : SCI_OK;

    if (st == SCI_OK)
        st = sci_alloc(&piece, PIECE, 1, 1);
    if (st == SCI_OK)
        st = sci_hasher_create(&hasher, kind);
    if (st == SCI_OK)
        st = hash_open(fd, path, hasher, piece, stop);
    if (st == SCI_OK)
        st = sci_hasher_finish(hasher, &whole);
    if (st == SCI_OK)
        memcpy(digest, whole.bytes, SCI_DIGEST_BYTES);
    if (fd >= 0)
        (void)sci_file_ops_get()->close(fd);
    sci_hasher_free(hasher);
    sci_free(piece);
    return st;
}
