/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk over chunks. Positions are compared by subtraction from the file's length, so that no
 * size that a header claims can overflow a sum. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/file.h>

#include "riff_priv.h"

#define CHUNKS_MOST 65536 /* before the samples; a file of empty chunks could have billions */

typedef struct walk {
    riff_facts *f;
    int fd;
    const char *name;
    uint64_t at;        /* of the next chunk */
    uint64_t outer_end; /* where the file ends by its own account */
    bool outer_says;    /* false: "unknown" (0xFFFFFFFF) */
    bool has_format, has_ds64;
    uint64_t ds64_data; /* bytes */
} walk;

typedef struct chunk {
    char id[4];
    uint64_t at;   /* of the content */
    uint64_t size; /* of the content, as claimed */
    uint64_t left; /* bytes of the file from the content on */
} chunk;

static const uint8_t w64_riff[16] = { 'r',  'i',  'f',  'f',  0x2e, 0x91, 0xcf, 0x11,
                                      0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00 };
/* wave, fmt, data and others differ in the first four bytes. */
static const uint8_t w64_tail[12] = { 0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1,
                                      0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a };

const char *
riff_container_name(riff_container container)
{
    static const char *const names[] = { "", "WAV", "RIFX", "RF64", "W64" };

    return names[container];
}

/* ---- the outer header ---- */

static riff_container
container_of(const uint8_t *start, size_t n)
{
    if (n >= sizeof w64_riff && memcmp(start, w64_riff, sizeof w64_riff) == 0)
        return RIFF_W64;
    if (n < 4)
        return RIFF_NONE;
    if (memcmp(start, "RIFF", 4) == 0)
        return RIFF_WAVE;
    if (memcmp(start, "RIFX", 4) == 0)
        return RIFF_RIFX;
    return memcmp(start, "RF64", 4) == 0 || memcmp(start, "BW64", 4) == 0 ? RIFF_RF64 : RIFF_NONE;
}

static void
take_outer(walk *w, const uint8_t *start, size_t n)
{
    riff_facts *f = w->f;
    bool w64 = f->container == RIFF_W64;
    const uint8_t *form = start + (w64 ? 24 : 8);
    uint64_t size;

    w->at = w64 ? 40 : 12;
    if (n < w->at) {
        riff_reject(f, "header cut off after %zu bytes", n);
        return;
    }
    size = riff_number(start + (w64 ? 16 : 4), w64 ? 8 : 4, f->container == RIFF_RIFX);
    if (w64 ? memcmp(form, "wave", 4) != 0 || memcmp(form + 4, w64_tail, sizeof w64_tail) != 0
            : memcmp(form, "WAVE", 4) != 0)
        riff_reject(f, "a RIFF file of another kind than WAVE");
    w->outer_says = w64 || (size != UINT32_MAX && f->container != RIFF_RF64);
    w->outer_end = w64 || size == UINT32_MAX ? size : size + 8;
}

/* ---- chunks ---- */

/* *more is false at the end of the file. A chunk header that is cut off rejects the file. */
static sci_status
next_chunk(walk *w, chunk *c, bool *more)
{
    bool w64 = w->f->container == RIFF_W64;
    size_t head = w64 ? 24 : 8;
    uint64_t left = w->f->file_bytes - w->at;
    uint8_t bytes[24];
    sci_status st;

    *more = false;
    if (left < head) {
        if (left > 0)
            riff_reject(w->f, "header cut off: %" PRIu64 " bytes where a chunk should begin", left);
        return SCI_OK;
    }
    st = sci_read_at(w->fd, w->name, bytes, head, w->at);
    if (st != SCI_OK)
        return st;
    memcpy(c->id, bytes, sizeof c->id);
    c->at = w->at + head;
    c->left = left - head;
    c->size = riff_number(bytes + head - (w64 ? 8 : 4), w64 ? 8 : 4, w->f->container == RIFF_RIFX);
    if (w64 && memcmp(bytes + 4, w64_tail, sizeof w64_tail) != 0)
        memcpy(c->id, "?\0\0", sizeof c->id); /* of a kind that only its maker knows */
    if (w64 && c->size < head) {
        riff_reject(w->f, "a chunk claims %" PRIu64 " bytes, its own header has 24", c->size);
        return SCI_OK;
    }
    c->size -= w64 ? head : 0;
    *more = true;
    return SCI_OK;
}

/* Beyond chunk c, whose padding may be missing at the end of the file. */
static void
step_over(walk *w, const chunk *c)
{
    uint64_t unit = w->f->container == RIFF_W64 ? 8 : 2;
    uint64_t padding = c->size % unit == 0 ? 0 : unit - c->size % unit;

    w->at = padding > c->left - c->size ? w->f->file_bytes : c->at + c->size + padding;
}

static bool
is_named(const chunk *c, const char *name)
{
    return memcmp(c->id, name, sizeof c->id) == 0;
}

static void
printable(char text[5], const char id[4])
{
    for (int i = 0; i < 4; i++)
        text[i] = id[i] >= ' ' && id[i] <= '~' ? id[i] : '?';
    text[4] = '\0';
}

/* Any chunk but the samples. */
static sci_status
take_chunk(walk *w, const chunk *c)
{
    bool format = is_named(c, "fmt ");
    uint8_t bytes[RIFF_FORMAT_MOST];
    size_t n = c->size < sizeof bytes ? (size_t)c->size : sizeof bytes;
    char id[5];
    sci_status st;

    printable(id, c->id);
    if (c->size > c->left) {
        if (format)
            riff_reject(w->f, "header cut off inside the fmt chunk");
        else
            riff_reject(w->f, "chunk %s claims %" PRIu64 " bytes, but %" PRIu64 " are left", id,
                        c->size, c->left);
        return SCI_OK;
    }
    if (!format && !is_named(c, "ds64"))
        return SCI_OK;
    st = sci_read_at(w->fd, w->name, bytes, n, c->at);
    if (st != SCI_OK)
        return st;
    if (!format) {
        w->has_ds64 = w->f->container == RIFF_RF64 && n >= 16;
        w->ds64_data = n >= 16 ? riff_number(bytes + 8, 8, false) : 0;
    } else if (w->has_format) {
        riff_reject(w->f, "two fmt chunks");
    } else {
        w->has_format = true;
        riff_take_format(w->f, bytes, n);
    }
    return SCI_OK;
}

/* ---- samples ---- */

/* Whether chunks follow each other from here to the end of the file. */
static sci_status
chunks_to_the_end(walk *w, uint64_t at, bool *out)
{
    walk rest = *w;
    riff_facts scratch = *w->f;
    bool more = true;
    sci_status st = SCI_OK;

    rest.f = &scratch;
    rest.at = at;
    for (int k = 0; st == SCI_OK && more && k < CHUNKS_MOST; k++) {
        chunk c;

        st = next_chunk(&rest, &c, &more);
        if (st != SCI_OK || !more)
            break;
        for (int i = 0; i < 4; i++)
            if (c.id[i] < ' ' || c.id[i] > '~')
                more = false;
        if (!more || c.size > c.left) {
            *out = false;
            return SCI_OK;
        }
        step_over(&rest, &c);
    }
    *out = rest.at == rest.f->file_bytes;
    return st;
}

/* What programs write that cannot go back to their header: all ones or nearly so, or the largest
 * positive number, whole blocks or not. */
static bool
means_unknown(uint64_t size)
{
    return (size >= 0xFFFFFF00u && size <= UINT32_MAX)
           || (size >= 0x7FFFF000u && size <= 0x80000000u);
}

static void
check_outer(walk *w)
{
    riff_facts *f = w->f;
    uint64_t data_end = f->data_at + f->held_bytes;

    /* A last byte of padding is often missing; what follows the outer size is nobody's. */
    if (w->outer_says && (w->outer_end < data_end || w->outer_end > f->file_bytes + 1))
        riff_warn(f, "RIFF size wrong, read to end of file");
}

static sci_status
take_data(walk *w, const chunk *c)
{
    riff_facts *f = w->f;
    bool streamed = false, empty = true;
    sci_status st = SCI_OK;

    f->has_data = true;
    f->data_at = c->at;
    f->claimed_bytes = c->size;
    if (f->container == RIFF_RF64 && w->has_ds64 && c->size == UINT32_MAX)
        f->claimed_bytes = w->ds64_data;
    if (c->size == 0 && f->claimed_bytes == 0 && c->left > 0)
        st = chunks_to_the_end(w, c->at, &empty);
    if (f->claimed_bytes == 0 && !empty) {
        streamed = true;
        riff_warn(f,
                  "data chunk says 0 but %" PRIu64
                  " bytes follow (streamed header); read to end of "
                  "file",
                  c->left);
    } else if (f->claimed_bytes > c->left && f->claimed_bytes == c->size && means_unknown(c->size)
               && f->container != RIFF_W64) {
        streamed = true;
        riff_warn(f, "streamed header, length taken from the file");
    }
    f->held_bytes = streamed || f->claimed_bytes > c->left ? c->left : f->claimed_bytes;
    if (!streamed && f->held_bytes == f->claimed_bytes)
        check_outer(w);
    if (streamed)
        f->claimed_bytes = UINT64_MAX;
    riff_count_frames(f, streamed);
    return st;
}

/* The samples come first: does a fmt chunk follow at all? */
static sci_status
find_late_format(walk *w, chunk *c)
{
    bool more = true;
    sci_status st = SCI_OK;

    for (int k = 0; more && st == SCI_OK && c->size <= c->left && k < CHUNKS_MOST; k++) {
        if (is_named(c, "fmt "))
            break;
        step_over(w, c);
        st = next_chunk(w, c, &more);
    }
    if (is_named(c, "fmt "))
        riff_reject(w->f, "data chunk before fmt chunk");
    return st;
}

static sci_status
walk_chunks(walk *w)
{
    bool more = true;
    sci_status st = SCI_OK;

    for (int k = 0; st == SCI_OK && w->f->verdict != RIFF_REJECT; k++) {
        chunk c;

        st = next_chunk(w, &c, &more);
        if (st != SCI_OK || !more)
            break;
        if (is_named(&c, "data") && w->has_format)
            return take_data(w, &c);
        if (is_named(&c, "data")) {
            st = find_late_format(w, &c);
            break;
        }
        st = take_chunk(w, &c);
        if (w->f->verdict == RIFF_REJECT || st != SCI_OK)
            break;
        step_over(w, &c);
        if (k == CHUNKS_MOST)
            riff_reject(w->f, "more than %d chunks before the samples", CHUNKS_MOST);
    }
    if (st == SCI_OK)
        riff_reject(w->f, w->has_format ? "no data chunk" : "no fmt chunk");
    return st;
}

sci_status
riff_read(riff_facts *out, int fd, const char *name)
{
    walk w = { .f = out, .fd = fd, .name = name };
    uint8_t start[40] = { 0 };
    struct stat status;
    size_t n;
    sci_status st;

    memset(out, 0, sizeof *out);
    if (fstat(fd, &status) != 0)
        return sci_fail_errno("read", name);
    if (!S_ISREG(status.st_mode))
        return sci_fail(SCI_ERR_IO, "'%s' is no regular file", name);
    out->file_bytes = (uint64_t)status.st_size;
    if (out->file_bytes == 0) {
        riff_reject(out, "empty file");
        return SCI_OK;
    }
    n = out->file_bytes < sizeof start ? (size_t)out->file_bytes : sizeof start;
    st = sci_read_at(fd, name, start, n, 0);
    if (st != SCI_OK)
        return st;
    out->container = container_of(start, n);
    if (out->container == RIFF_NONE)
        return SCI_OK;
    take_outer(&w, start, n);
    return out->verdict == RIFF_REJECT ? SCI_OK : walk_chunks(&w);
}
