/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/memory.h>
#include <xxhash.h>

#include "cli/provenance.h"

#include "decode.h"

enum { RAW = 1 << 16 };

struct econ_text {
    const char *name;
    int fd;
    const volatile int *stop;
    off_t at; /* of the next byte to read */
    econ_encoding encoding;
    bool wrong;
    econ_utf8_state utf8;
    unsigned char *raw; /* bytes that are still to be decoded; of encodings other than UTF-8 */
    size_t raw_n;
    XXH3_state_t *hash; /* of the bytes from the beginning to `at` */
};

const char *
econ_encoding_name(econ_encoding encoding)
{
    static const char *const names[] = { "auto", "utf-8", "utf-16le", "utf-16be", "windows-1252" };

    return names[encoding];
}

/* ---- opening ---- */

static sci_status
copy_input(int from, int to)
{
    char *piece = NULL;
    uint64_t at = 0;
    sci_status st = sci_alloc(&piece, RAW, 1, 1);

    while (st == SCI_OK) {
        ssize_t n = read(from, piece, RAW);

        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        st = n < 0 ? sci_fail_errno("read", "standard input")
                   : sci_write_at(to, "a temporary file", piece, (size_t)n, at);
        at += n < 0 ? 0 : (uint64_t)n;
    }
    sci_free(piece);
    return st;
}

static sci_status
open_input(econ_text *t)
{
    const char *folder = getenv("TMPDIR");
    struct stat found;
    sci_status st;

    if (fstat(STDIN_FILENO, &found) == 0 && S_ISREG(found.st_mode)
        && lseek(STDIN_FILENO, 0, SEEK_CUR) == 0) {
        t->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        return t->fd < 0 ? sci_fail_errno("read", "standard input") : SCI_OK;
    }
    st = sci_scratch_open(&t->fd, folder != NULL && *folder != '\0' ? folder : "/tmp");
    return st == SCI_OK ? copy_input(STDIN_FILENO, t->fd) : st;
}

static sci_status
open_file(econ_text *t, const char *path)
{
    struct stat found;

    t->fd = sci_file_ops_get()->open(path, O_RDONLY | O_CLOEXEC, 0);
    if (t->fd < 0 || fstat(t->fd, &found) != 0)
        return sci_fail_errno("open", path);
    if (S_ISDIR(found.st_mode))
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is a directory", path);
    if (!S_ISREG(found.st_mode))
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is no regular file; - reads from a pipe", path);
    return SCI_OK;
}

sci_status
econ_text_open(econ_text **out, const char *path, const volatile int *stop)
{
    econ_text *t;
    bool input = strcmp(path, "-") == 0;
    sci_status st = sci_alloc_zero(&t, 1, 1, sizeof *t);

    if (st != SCI_OK)
        return st;
    *t = (econ_text){ .name = input ? "standard input" : path, .fd = -1, .stop = stop };
    st = sci_alloc(&t->raw, RAW, 1, 1);
    if (st == SCI_OK && (t->hash = XXH3_createState()) == NULL)
        st = sci_fail(SCI_ERR_NOMEM, "out of memory");
    if (st == SCI_OK)
        (void)XXH3_128bits_reset(t->hash); /* a fresh state holds anything */
    if (st == SCI_OK)
        st = input ? open_input(t) : open_file(t, path);
    if (st == SCI_OK)
        *out = t;
    else
        econ_text_close(t);
    return st;
}

void
econ_text_close(econ_text *t)
{
    if (t == NULL)
        return;
    if (t->fd >= 0)
        (void)sci_file_ops_get()->close(t->fd);
    (void)XXH3_freeState(t->hash);
    sci_free(t->raw);
    sci_free(t);
}

/* ---- reading ---- */

static sci_status
read_raw(econ_text *t, void *out, size_t room, size_t *n)
{
    for (;;) {
        ssize_t got = sci_file_ops_get()->pread(t->fd, out, room, t->at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return sci_fail_errno("read", t->name);
        if (t->stop != NULL && *t->stop != 0)
            return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
        (void)XXH3_128bits_update(t->hash, out, (size_t)got);
        t->at += got;
        *n = (size_t)got;
        return SCI_OK;
    }
}

sci_status
econ_text_start(econ_text *t, econ_encoding encoding)
{
    unsigned char mark[3] = { 0 };
    size_t n = 0;
    sci_status st;

    t->at = 0;
    t->raw_n = 0;
    t->wrong = false;
    t->utf8 = (econ_utf8_state){ 0 };
    st = read_raw(t, mark, sizeof mark, &n);
    t->at = 0;
    (void)XXH3_128bits_reset(t->hash);
    if (n >= 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0
        && (encoding == ECON_ENCODING_AUTO || encoding == ECON_UTF8)) {
        encoding = ECON_UTF8;
        t->at = 3;
    } else if (n >= 2 && memcmp(mark, "\xff\xfe", 2) == 0
               && (encoding == ECON_ENCODING_AUTO || encoding == ECON_UTF16LE)) {
        encoding = ECON_UTF16LE;
        t->at = 2;
    } else if (n >= 2 && memcmp(mark, "\xfe\xff", 2) == 0
               && (encoding == ECON_ENCODING_AUTO || encoding == ECON_UTF16BE)) {
        encoding = ECON_UTF16BE;
        t->at = 2;
    }
    (void)XXH3_128bits_update(t->hash, mark, (size_t)t->at);
    t->encoding = encoding == ECON_ENCODING_AUTO ? ECON_UTF8 : encoding;
    return st;
}

static sci_status
fail_encoding(econ_text *t)
{
    t->wrong = true;
    return sci_fail(SCI_ERR_FORMAT, "'%s' is not %s text; --dialect encoding=... names another",
                    t->name, econ_encoding_name(t->encoding));
}

static sci_status
read_utf8(econ_text *t, char *out, size_t room, size_t *n)
{
    sci_status st = read_raw(t, out, room, n);

    if (st != SCI_OK)
        return st;
    if (!econ_utf8_check(&t->utf8, out, *n) || (*n == 0 && t->utf8.left > 0))
        return fail_encoding(t);
    return SCI_OK;
}

/* One byte of windows-1252, or one unit of UTF-16, becomes at most three. */
static sci_status
read_decoded(econ_text *t, char *out, size_t room, size_t *n)
{
    size_t most = room / 3 < RAW ? room / 3 : RAW, got, used = 0;
    sci_status st = read_raw(t, t->raw + t->raw_n, most - t->raw_n, &got);

    if (st != SCI_OK)
        return st;
    t->raw_n += got;
    if (t->encoding == ECON_WINDOWS_1252)
        *n = econ_decode_1252(out, t->raw, t->raw_n, &used);
    else
        *n = econ_decode_utf16(out, t->raw, t->raw_n, t->encoding == ECON_UTF16BE, got == 0, &used);
    if (used == SIZE_MAX)
        return fail_encoding(t);
    memmove(t->raw, t->raw + used, t->raw_n - used);
    t->raw_n -= used;
    return SCI_OK;
}

sci_status
econ_text_read(econ_text *t, char *out, size_t room, size_t *n)
{
    return t->encoding == ECON_UTF8 ? read_utf8(t, out, room, n) : read_decoded(t, out, room, n);
}

bool
econ_text_wrong(const econ_text *t)
{
    return t->wrong;
}

econ_encoding
econ_text_encoding(const econ_text *t)
{
    return t->encoding;
}

const char *
econ_text_name(const econ_text *t)
{
    return t->name;
}

void
econ_text_digest(econ_text *t, char digest[80])
{
    XXH128_canonical_t bytes;

    XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(t->hash));
    cli_digest_text(SCI_DIGEST_XXH3, bytes.digest, digest);
}
