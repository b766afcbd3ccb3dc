/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nifti_gzip.h"

#include <errno.h>
#include <string.h>

#include <libdeflate.h>
#include <zlib.h>

#include <sci/file.h>
#include <sci/memory.h>

#define INPUT_BYTES ((size_t)256 << 10)
#define GZIP_WINDOW (15 + 16) /* of inflateInit2: 32 KiB, gzip's header and trailer */
#define RATIO_MOST 1032       /* a match of 258 bytes takes 2 bits at least */

struct nifti_gzip {
    int fd;
    const char *name;
    uint64_t offset; /* of the next input */
    z_stream z;
    bool started, inside, ended; /* zlib has memory; in the middle of a member; all was read */
    uint8_t input[INPUT_BYTES];
};

bool
nifti_gzip_likely(const uint8_t *bytes, size_t n)
{
    return n >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

uint64_t
nifti_gzip_most(uint64_t n)
{
    return n < UINT64_MAX / RATIO_MOST ? n * RATIO_MOST : UINT64_MAX;
}

/* zlib's memory comes from libsci, so that it can be made to fail. */
static void *
z_alloc(void *context, unsigned items, unsigned size)
{
    void *out = NULL;

    (void)context;
    return sci_alloc(&out, items, size, 1) == SCI_OK ? out : NULL;
}

static void
z_free(void *context, void *pointer)
{
    (void)context;
    sci_free(pointer);
}

sci_status
nifti_gzip_open(nifti_gzip **out, int fd, const char *name)
{
    nifti_gzip *z = NULL;
    sci_status st = sci_alloc_zero(&z, 1, 1, sizeof *z);

    if (st != SCI_OK)
        return st;
    z->fd = fd;
    z->name = name;
    z->z.zalloc = z_alloc;
    z->z.zfree = z_free;
    if (inflateInit2(&z->z, GZIP_WINDOW) != Z_OK) {
        sci_free(z);
        return sci_fail(SCI_ERR_NOMEM, "'%s': no memory to inflate it", name);
    }
    z->started = true;
    *out = z;
    return SCI_OK;
}

void
nifti_gzip_close(nifti_gzip *z)
{
    if (z == NULL)
        return;
    if (z->started)
        (void)inflateEnd(&z->z);
    sci_free(z);
}

static sci_status
fill(nifti_gzip *z)
{
    ssize_t got;

    do
        got = sci_file_ops_get()->pread(z->fd, z->input, INPUT_BYTES, (off_t)z->offset);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return sci_fail_errno("read", z->name);
    z->offset += (uint64_t)got;
    z->z.next_in = z->input;
    z->z.avail_in = (unsigned)got;
    return SCI_OK;
}

/* Between members: another one, or nothing but zeros (tapes pad with them), or what no reader of
 * gzip minds. */
static sci_status
next_member(nifti_gzip *z)
{
    if (z->z.avail_in < 3) { /* keep what is left and read on behind it */
        z->offset -= z->z.avail_in;
        sci_status st = fill(z);

        if (st != SCI_OK)
            return st;
    }
    if (!nifti_gzip_likely(z->z.next_in, z->z.avail_in)) {
        z->ended = true;
        return SCI_OK;
    }
    (void)inflateReset(&z->z);
    z->inside = true;
    return SCI_OK;
}

static sci_status
inflate_some(nifti_gzip *z)
{
    int code;

    if (z->z.avail_in == 0) {
        sci_status st = fill(z);

        if (st != SCI_OK)
            return st;
        if (z->z.avail_in == 0)
            return sci_fail(SCI_ERR_FORMAT, "'%s' is cut off: its compressed data end early",
                            z->name);
    }
    code = inflate(&z->z, Z_NO_FLUSH);
    if (code == Z_STREAM_END)
        z->inside = false;
    else if (code == Z_MEM_ERROR)
        return sci_fail(SCI_ERR_NOMEM, "'%s': no memory to inflate it", z->name);
    else if (code != Z_OK && code != Z_BUF_ERROR)
        return sci_fail(SCI_ERR_FORMAT, "'%s': its compressed data are damaged (%s)", z->name,
                        z->z.msg != NULL ? z->z.msg : "no reason given");
    return SCI_OK;
}

sci_status
nifti_gzip_read(nifti_gzip *z, void *to, size_t n, size_t *got)
{
    uint8_t *at = to;
    sci_status st = SCI_OK;

    *got = 0;
    while (st == SCI_OK && !z->ended && *got < n) {
        size_t left = n - *got;

        if (!z->inside) {
            st = next_member(z);
            continue;
        }
        z->z.next_out = at + *got;
        z->z.avail_out = left < (1U << 30) ? (unsigned)left : 1U << 30;
        left = z->z.avail_out;
        st = inflate_some(z);
        *got += left - z->z.avail_out;
    }
    return st;
}

sci_status
nifti_gzip_whole(const uint8_t *bytes, size_t n, void *to, size_t room, bool *fits)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    size_t used = 0, made = 0;

    *fits = false;
    if (d == NULL)
        return sci_fail(SCI_ERR_NOMEM, "no memory to inflate");
    while (nifti_gzip_likely(bytes + used, n - used)) {
        size_t in = 0, out = 0;

        if (libdeflate_gzip_decompress_ex(d, bytes + used, n - used, (uint8_t *)to + made,
                                          room - made, &in, &out)
            != LIBDEFLATE_SUCCESS)
            break;
        used += in;
        made += out;
        *fits = made == room && used == n;
    }
    libdeflate_free_decompressor(d);
    return SCI_OK;
}
