/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole chunks through the pipeline. What comes out of a file is never trusted: every length is
 * checked against what the chunk must give. */
#include <string.h>

#include <sci/memory.h>

#include "h5_codec_priv.h"

#define CHECKSUM_BYTES 4

/* Data on its way through the filters. */
typedef struct stage {
    const unsigned char *at;
    size_t bytes;
} stage;

uint32_t
h5_fletcher32(const unsigned char *bytes, size_t n)
{
    size_t words = n / 2;
    uint32_t sum1 = 0, sum2 = 0;

    /* 360 words are what 32 bits hold without an overflow of sum2. */
    while (words > 0) {
        size_t run = words > 360 ? 360 : words;

        words -= run;
        for (; run > 0; run--, bytes += 2) {
            sum1 += (uint32_t)bytes[0] << 8 | bytes[1];
            sum2 += sum1;
        }
        sum1 = (sum1 & 0xffff) + (sum1 >> 16);
        sum2 = (sum2 & 0xffff) + (sum2 >> 16);
    }
    if (n % 2 != 0) {
        sum1 += (uint32_t)bytes[0] << 8;
        sum2 += sum1;
        sum1 = (sum1 & 0xffff) + (sum1 >> 16);
        sum2 = (sum2 & 0xffff) + (sum2 >> 16);
    }
    sum1 = (sum1 & 0xffff) + (sum1 >> 16);
    sum2 = (sum2 & 0xffff) + (sum2 >> 16);
    return sum2 << 16 | sum1;
}

static bool
checksum_agrees(const unsigned char *bytes, size_t n)
{
    const unsigned char *s = bytes + n;
    uint32_t stored =
        (uint32_t)s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 | (uint32_t)s[3] << 24;
    uint32_t sum = h5_fletcher32(bytes, n);
    /* HDF5 before 1.6.3 swapped the bytes of each half. */
    uint32_t old = (sum & 0x00ff00ff) << 8 | (sum & 0xff00ff00) >> 8;

    return stored == sum || stored == old;
}

/* Bytes that filter `i` was given when the chunk was written: checksums inside make it longer,
 * and behind a compressor nothing is known, which is 0. */
static size_t
bytes_before(const h5_pipeline *p, int i, uint32_t mask)
{
    size_t bytes = p->chunk_bytes;

    for (int k = 0; k < i; k++) {
        if ((mask >> k & 1) != 0 || p->filters[k].id == H5Z_FILTER_SHUFFLE)
            continue;
        if (p->filters[k].id != H5Z_FILTER_FLETCHER32)
            return 0;
        bytes += CHECKSUM_BYTES;
    }
    return bytes;
}

static const char *
undo(h5_codec *c, const h5_filter *f, size_t expected, stage *s, unsigned char *to)
{
    switch (f->id) {
    case H5Z_FILTER_FLETCHER32:
        if (s->bytes < CHECKSUM_BYTES || !checksum_agrees(s->at, s->bytes - CHECKSUM_BYTES))
            return "its checksum is wrong";
        s->bytes -= CHECKSUM_BYTES;
        return NULL;
    case H5Z_FILTER_SHUFFLE:
        if (expected == 0 && s->bytes <= c->capacity)
            expected = s->bytes;
        if (f->value == 0 || s->bytes != expected)
            return "it has the wrong length";
        h5_unshuffle(s->at, s->bytes, f->value, to);
        break;
    case H5Z_FILTER_DEFLATE:
        if (libdeflate_zlib_decompress(c->decompressor, s->at, s->bytes, to, expected, NULL)
            != LIBDEFLATE_SUCCESS)
            return "its compressed data are damaged";
        break;
    default:
        if (!h5_lzf_decode(s->at, s->bytes, to, expected))
            return "its compressed data are damaged";
        break;
    }
    s->at = to;
    s->bytes = expected;
    return NULL;
}

/* The filter that is undone last and moves bytes; it can write where the caller wants them. */
static int
last_to_move(const h5_pipeline *p, uint32_t mask)
{
    for (int i = 0; i < p->n; i++)
        if ((mask >> i & 1) == 0 && p->filters[i].id != H5Z_FILTER_FLETCHER32)
            return i;
    return -1;
}

const char *
h5_codec_decode(h5_codec *c, const h5_pipeline *p, uint32_t mask, const unsigned char *stored,
                size_t stored_bytes, unsigned char *to, const unsigned char **out)
{
    stage s = { stored, stored_bytes };
    int last = last_to_move(p, mask);
    int spare = 0;
    bool direct = last >= 0 && to != NULL && bytes_before(p, last, mask) == p->chunk_bytes;

    for (int i = p->n - 1; i >= 0; i--) {
        const char *wrong;

        if ((mask >> i & 1) != 0)
            continue;
        wrong = undo(c, &p->filters[i], bytes_before(p, i, mask), &s,
                     direct && i == last ? to : c->buffer[spare]);
        if (wrong != NULL)
            return wrong;
        spare = s.at == c->buffer[spare] ? !spare : spare;
    }
    if (s.bytes != p->chunk_bytes)
        return "it has the wrong length";
    if (to != NULL && s.at != to) {
        memcpy(to, s.at, s.bytes);
        s.at = to;
    }
    *out = s.at;
    return NULL;
}

/* ---- encoding: shuffle, deflate or lzf, fletcher32, each at most once and in this order ---- */

size_t
h5_codec_bound(const h5_pipeline *p)
{
    size_t deflate = libdeflate_zlib_compress_bound(NULL, p->chunk_bytes);
    size_t lzf = h5_lzf_bound(p->chunk_bytes);

    return (deflate > lzf ? deflate : lzf) + CHECKSUM_BYTES;
}

static bool
compresses(const h5_filter *f)
{
    return f->id == H5Z_FILTER_DEFLATE || f->id == H5_LZF;
}

static size_t
append_checksum(unsigned char *bytes, size_t n)
{
    uint32_t sum = h5_fletcher32(bytes, n);

    for (int i = 0; i < CHECKSUM_BYTES; i++)
        bytes[n + (size_t)i] = (unsigned char)(sum >> (8 * i));
    return n + CHECKSUM_BYTES;
}

size_t
h5_codec_encode(h5_codec *c, const h5_pipeline *p, const unsigned char *chunk, unsigned char *to)
{
    stage s = { chunk, p->chunk_bytes };

    for (int i = 0; i < p->n; i++) {
        unsigned char *next = i + 1 < p->n && compresses(&p->filters[i + 1]) ? c->buffer[0] : to;

        if (p->filters[i].id == H5Z_FILTER_SHUFFLE) {
            h5_shuffle(s.at, s.bytes, p->filters[i].value, next);
            s.at = next;
        } else if (p->filters[i].id == H5Z_FILTER_DEFLATE) {
            s.bytes = libdeflate_zlib_compress(c->compressor, s.at, s.bytes, to,
                                               h5_codec_bound(p) - CHECKSUM_BYTES);
            s.at = to;
            if (s.bytes == 0)
                return 0;
        } else if (p->filters[i].id == H5_LZF) {
            s.bytes = h5_lzf_encode(s.at, s.bytes, to);
            s.at = to;
        } else {
            if (s.at != to)
                memcpy(to, s.at, s.bytes);
            s.at = to;
            s.bytes = append_checksum(to, s.bytes);
        }
    }
    if (s.at != to)
        memcpy(to, s.at, s.bytes);
    return s.bytes;
}

/* ---- scratch ---- */

/* A chunk with checksums, or what a compressor has made longer. */
static size_t
capacity_of(const h5_pipeline *p)
{
    return p->chunk_bytes + p->chunk_bytes / 8 + 512;
}

size_t
h5_codec_bytes(const h5_pipeline *p)
{
    return p->n == 0 ? 0 : 2 * capacity_of(p);
}

sci_status
h5_codec_create(h5_codec *out, const h5_pipeline *p, int level)
{
    sci_status st = SCI_OK;

    *out = (h5_codec){ .capacity = capacity_of(p) };
    for (int i = 0; st == SCI_OK && i < 2 && p->n > 0; i++)
        st = sci_alloc(&out->buffer[i], out->capacity, 1, 1);
    if (st != SCI_OK)
        goto out;
    if (level > 0)
        out->compressor = libdeflate_alloc_compressor(level);
    else
        out->decompressor = libdeflate_alloc_decompressor();
    if (out->compressor == NULL && out->decompressor == NULL)
        st = sci_fail(SCI_ERR_NOMEM, "cannot allocate memory for deflate");
out:
    if (st != SCI_OK)
        h5_codec_clear(out);
    return st;
}

void
h5_codec_clear(h5_codec *c)
{
    if (c->decompressor != NULL)
        libdeflate_free_decompressor(c->decompressor);
    if (c->compressor != NULL)
        libdeflate_free_compressor(c->compressor);
    sci_free(c->buffer[0]);
    sci_free(c->buffer[1]);
    *c = (h5_codec){ 0 };
}
