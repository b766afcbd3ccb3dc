/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements compressed in blocks of a fixed size, each by whichever worker is free. A block begins
 * on a byte and looks at nothing before it (Z_FULL_FLUSH), so that all together are one deflate
 * stream. What a piece has of a block that goes on behind it is carried to the next piece. */
#include <string.h>

#include <zlib.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "nifti.h"

#define LEVEL 1 /* as nibabel's; higher ones make noise hardly smaller */
#define WORKER_BYTES ((uint64_t)320 << 10)

typedef struct block {
    const uint8_t *bytes;
    size_t n;
    bool last; /* of the stream */
    uint8_t *packed;
    size_t packed_bytes;
    uint32_t crc;
} block;

typedef struct staging {
    uint8_t *first; /* a block that was begun by the piece before */
    uint8_t *packed;
    block *blocks;
    size_t n, room;
} staging;

typedef struct gzip_sink {
    sci_sink base;
    nifti_written *written;
    size_t size;    /* of one element */
    uint64_t bytes; /* in all */
    int workers;
    z_stream *streams; /* one a worker */
    size_t bound;      /* of one packed block */
    uint8_t *carry;
    size_t carried;
} gzip_sink;

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

static void
free_streams(gzip_sink *s)
{
    for (int i = 0; i < s->workers; i++)
        (void)deflateEnd(&s->streams[i]);
    sci_free(s->streams);
    s->streams = NULL;
    s->workers = 0;
}

static sci_status
make_streams(gzip_sink *s, int workers)
{
    sci_status st;

    if (workers <= s->workers)
        return SCI_OK;
    free_streams(s);
    st = sci_alloc_zero(&s->streams, (size_t)workers, 1, sizeof *s->streams);
    for (; st == SCI_OK && s->workers < workers; s->workers++) {
        z_stream *z = &s->streams[s->workers];

        z->zalloc = z_alloc;
        z->zfree = z_free;
        if (deflateInit2(z, LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            return sci_fail(SCI_ERR_NOMEM, "'%s': no memory to compress it", s->base.name);
        s->bound = (size_t)deflateBound(z, NIFTI_BLOCK_BYTES) + 16; /* the flush takes some */
    }
    return st;
}

static sci_status
start(sci_sink *self, uint64_t first, uint64_t end, int workers)
{
    gzip_sink *s = (gzip_sink *)self;

    if (first != 0 || end * s->size != s->bytes)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': a compressed image is written as a whole",
                        s->base.name);
    s->carried = 0;
    s->written->crc = 0;
    s->written->elements = 0;
    s->written->end = s->written->begin;
    return make_streams(s, workers);
}

/* ---- from pieces to blocks ---- */

static sci_status
staging_of(const gzip_sink *s, sci_piece *piece, staging **out)
{
    size_t room = (size_t)piece->count * s->size / NIFTI_BLOCK_BYTES + 2;
    staging *t = piece->staging;
    sci_status st = SCI_OK;

    if (t == NULL) {
        st = sci_alloc_zero(&t, 1, 1, sizeof *t);
        if (st != SCI_OK)
            return st;
        piece->staging = t;
        st = sci_alloc(&t->first, NIFTI_BLOCK_BYTES, 1, 1);
    }
    if (st == SCI_OK && room > t->room) {
        t->room = 0;
        sci_free(t->packed);
        sci_free(t->blocks);
        t->packed = NULL;
        t->blocks = NULL;
        st = sci_alloc(&t->packed, room, s->bound, 1);
        if (st == SCI_OK)
            st = sci_alloc(&t->blocks, room, 1, sizeof *t->blocks);
        if (st == SCI_OK)
            t->room = room;
    }
    *out = t;
    return st;
}

static void
add_block(const gzip_sink *s, staging *t, const uint8_t *bytes, size_t n, bool last)
{
    t->blocks[t->n] =
        (block){ .bytes = bytes, .n = n, .last = last, .packed = t->packed + t->n * s->bound };
    t->n++;
}

static sci_status
prepare(sci_sink *self, sci_piece *piece)
{
    gzip_sink *s = (gzip_sink *)self;
    const uint8_t *at = piece->bytes;
    size_t left = (size_t)piece->count * s->size;
    bool ends = piece->first * s->size + left == s->bytes;
    staging *t;
    sci_status st = staging_of(s, piece, &t);

    if (st != SCI_OK)
        return st;
    t->n = 0;
    if (s->carried > 0) {
        size_t missing = NIFTI_BLOCK_BYTES - s->carried, n = left < missing ? left : missing;

        memcpy(s->carry + s->carried, at, n);
        s->carried += n;
        at += n;
        left -= n;
        if (s->carried == NIFTI_BLOCK_BYTES || (ends && left == 0)) {
            memcpy(t->first, s->carry, s->carried);
            add_block(s, t, t->first, s->carried, ends && left == 0);
            s->carried = 0;
        }
    }
    for (; left >= NIFTI_BLOCK_BYTES; at += NIFTI_BLOCK_BYTES, left -= NIFTI_BLOCK_BYTES)
        add_block(s, t, at, NIFTI_BLOCK_BYTES, ends && left == NIFTI_BLOCK_BYTES);
    if (ends && left > 0) {
        add_block(s, t, at, left, true);
    } else if (left > 0) {
        memcpy(s->carry, at, left);
        s->carried = left;
    }
    piece->n_tasks = t->n;
    return SCI_OK;
}

static sci_status
encode(sci_sink *self, sci_piece *piece, size_t task, int worker)
{
    const gzip_sink *s = (gzip_sink *)self;
    block *b = &((staging *)piece->staging)->blocks[task];
    z_stream *z = &s->streams[worker];
    int code;

    (void)deflateReset(z);
    z->next_in = (Bytef *)(uintptr_t)b->bytes; /* zlib does not write there */
    z->avail_in = (unsigned)b->n;
    z->next_out = b->packed;
    z->avail_out = (unsigned)s->bound;
    code = deflate(z, b->last ? Z_FINISH : Z_FULL_FLUSH);
    if (code != (b->last ? Z_STREAM_END : Z_OK) || z->avail_in != 0 || z->avail_out == 0)
        return sci_fail(SCI_ERR_IO, "'%s': a block cannot be compressed", s->base.name);
    b->packed_bytes = s->bound - z->avail_out;
    b->crc = (uint32_t)crc32_z(0, b->bytes, b->n);
    return SCI_OK;
}

static sci_status
store(sci_sink *self, sci_piece *piece)
{
    nifti_written *w = ((gzip_sink *)self)->written;
    const staging *t = piece->staging;
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < t->n; i++) {
        const block *b = &t->blocks[i];

        st = sci_write_at(w->fd, w->name, b->packed, b->packed_bytes, w->end);
        w->end += b->packed_bytes;
        w->crc = (uint32_t)crc32_combine(w->crc, b->crc, (z_off_t)b->n);
    }
    w->elements += piece->count;
    return st;
}

static void
release(sci_sink *self, sci_piece *piece)
{
    staging *t = piece->staging;

    (void)self;
    piece->staging = NULL;
    if (t == NULL)
        return;
    sci_free(t->first);
    sci_free(t->packed);
    sci_free(t->blocks);
    sci_free(t);
}

/* ---- the sink ---- */

static uint64_t
overhead(const sci_sink *self, uint64_t count, int pieces, int workers)
{
    const gzip_sink *s = (const gzip_sink *)self;
    uint64_t packed = count * s->size + 2 * NIFTI_BLOCK_BYTES;

    return (uint64_t)workers * WORKER_BYTES + NIFTI_BLOCK_BYTES
           + (uint64_t)pieces * (packed + packed / 512 + NIFTI_BLOCK_BYTES);
}

static uint64_t
grain(const sci_sink *self)
{
    return NIFTI_BLOCK_BYTES / ((const gzip_sink *)self)->size;
}

static void
gzip_free(sci_sink *self)
{
    gzip_sink *s = (gzip_sink *)self;

    free_streams(s);
    sci_free(s->carry);
    sci_free(s);
}

static const sci_sink_ops ops = {
    .start = start,
    .prepare = prepare,
    .encode = encode,
    .store = store,
    .release = release,
    .overhead = overhead,
    .grain = grain,
    .free = gzip_free,
};

sci_status
nifti_sink_gzip_create(sci_sink **out, const sci_array *array, nifti_written *written)
{
    gzip_sink *s = NULL;
    uint64_t count;
    sci_status st = sci_array_count(array, &count);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s, 1, 1, sizeof *s);
    if (st == SCI_OK)
        st = sci_alloc(&s->carry, NIFTI_BLOCK_BYTES, 1, 1);
    if (st != SCI_OK) {
        sci_free(s);
        return st;
    }
    s->base.ops = &ops;
    s->base.array = *array;
    s->base.name = written->name;
    s->written = written;
    s->size = sci_type_size(array->type);
    s->bytes = count * s->size;
    *out = &s->base;
    return SCI_OK;
}
