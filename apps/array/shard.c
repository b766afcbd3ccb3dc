/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shard.h"

#include <stdio.h>

#include <sci/hash.h>
#include <sci/memory.h>

#define CHUNK_ELEMENTS ((uint64_t)1 << 18)  /* of a dataset that would not be chunked otherwise */
enum { PIECES = 16, PIECE_ELEMENTS = 256 }; /* of an input, to know it again */

static const char *const attributes[] = { "shard",    "first", "count",  "total", "contiguous",
                                          "siblings", "table", "sample", "chunks" };

/* ---- planning ---- */

/* Chunks of whole rows, planes, …, that fill CHUNK_ELEMENTS as well as they can. */
static void
choose_chunks(const sci_array *array, sci_h5_layout *layout)
{
    uint64_t elements = 1;

    layout->chunked = true;
    for (int a = array->rank - 1; a >= 0; a--) {
        uint64_t room = CHUNK_ELEMENTS / elements, size = array->shape[a] > 0 ? array->shape[a] : 1;

        layout->chunk[a] = size < room ? size : room > 0 ? room : 1;
        elements = size < room ? elements * size : CHUNK_ELEMENTS;
    }
}

/* A band is a run of chunks that is one stretch of C order: one chunk along the first axis that
 * chunks cut into more than single indices, whole axes behind it. */
typedef struct bands {
    uint64_t outer, inner; /* bands: outer × inner */
    uint64_t elements;     /* of the axes from the cut one on */
    uint64_t thickness;    /* elements of a band, but for the last of `inner` */
    uint64_t chunks;       /* of a band */
} bands;

static bands
cut_bands(const sci_array *array, const sci_h5_layout *layout)
{
    bands b = { .outer = 1, .inner = 1, .elements = 1, .thickness = 1, .chunks = 1 };
    int cut = 0;

    while (cut < array->rank - 1 && (layout->chunk[cut] == 1 || array->shape[cut] == 1))
        b.outer *= array->shape[cut++];
    for (int a = cut + 1; a < array->rank; a++) {
        b.thickness *= array->shape[a];
        b.chunks *= array->shape[a] / layout->chunk[a] + (array->shape[a] % layout->chunk[a] != 0);
    }
    b.elements = b.thickness * array->shape[cut];
    b.thickness *= layout->chunk[cut];
    b.inner =
        array->shape[cut] / layout->chunk[cut] + (array->shape[cut] % layout->chunk[cut] != 0);
    return b;
}

/* The first element of a band; that behind the last is the end of the array. */
static uint64_t
band_element(const bands *b, uint64_t band)
{
    return b->inner == 0 ? 0 : band / b->inner * b->elements + band % b->inner * b->thickness;
}

sci_range
array_shard_range(const sci_array *array, const sci_h5_layout *layout, uint64_t first,
                  uint64_t count)
{
    bands b = cut_bands(array, layout);
    uint64_t end = b.chunks > 0 ? (first + count) / b.chunks : 0;

    if (b.chunks == 0 || b.outer * b.inner == 0)
        return (sci_range){ 0, 0 };
    return (sci_range){ .first = band_element(&b, first / b.chunks),
                        .end = end == b.outer * b.inner ? b.outer * b.elements
                                                        : band_element(&b, end) };
}

sci_status
array_shard_plan(array_shard *out, const sci_array *array, const sci_h5_layout *natural,
                 cli_shard part)
{
    __extension__ typedef unsigned __int128 wide;
    bands b;
    uint64_t n, first, end;

    if (array->rank == 0)
        return sci_fail(SCI_ERR_REFUSED, "an array without axes cannot be cut; leave out --shard");
    *out =
        (array_shard){ .part = part, .layout = *natural, .joins_to_contiguous = !natural->chunked };
    if (!natural->chunked)
        choose_chunks(array, &out->layout);
    b = cut_bands(array, &out->layout);
    n = b.outer * b.inner;
    first = (uint64_t)((wide)n * (unsigned)(part.number - 1) / (unsigned)part.total);
    end = (uint64_t)((wide)n * (unsigned)part.number / (unsigned)part.total);
    out->first = first * b.chunks;
    out->count = (end - first) * b.chunks;
    out->total = n * b.chunks;
    out->range = array_shard_range(array, &out->layout, out->first, out->count);
    return SCI_OK;
}

/* ---- attributes ---- */

void
array_chunk_digest_text(const uint8_t digest[16], char text[40])
{
    int used = snprintf(text, 40, "xxh3:");

    for (int i = 0; i < 16; i++)
        (void)snprintf(text + used + 2 * i, 3, "%02x", digest[i]);
}

/* Elements from `first` on that one chunk has. */
static uint64_t
within_chunk(const sci_array *array, const sci_h5_layout *layout, uint64_t first)
{
    uint64_t row = array->shape[array->rank - 1], at = first % row, chunk;

    if (!layout->chunked)
        return PIECE_ELEMENTS;
    chunk = layout->chunk[array->rank - 1];
    chunk -= at % chunk;
    return chunk < row - at ? chunk : row - at;
}

/* XXH3 of pieces spread over the input from its first element to its last, none of them in two
 * chunks: what a few reads can tell of another input. The same for every part. */
static sci_status
sample(sci_source *input, char text[40])
{
    const sci_array *array = &input->array;
    size_t size = sci_type_size(array->type), used = 0;
    uint64_t all = 0, n, gaps = PIECES - 1;
    sci_h5_layout layout;
    uint8_t digest[16];
    unsigned char *bytes = NULL;
    sci_status st = sci_array_count(array, &all);

    if (st == SCI_OK)
        st = sci_alloc(&bytes, PIECES * PIECE_ELEMENTS, size, 1);
    n = all < PIECE_ELEMENTS ? all : PIECE_ELEMENTS;
    sci_h5_source_layout(input, &layout);
    for (uint64_t k = 0; st == SCI_OK && n > 0 && k < PIECES; k++) {
        uint64_t first = (all - n) / gaps * k + (all - n) % gaps * k / gaps;
        uint64_t most = within_chunk(array, &layout, first), count = most < n ? most : n;

        st = sci_source_read(input, first, count, bytes + used);
        used += (size_t)count * size;
    }
    if (st == SCI_OK) {
        sci_hash(bytes, used, digest);
        array_chunk_digest_text(digest, text);
    }
    sci_free(bytes);
    return st;
}

sci_status
array_shard_write(const array_shard *shard, const array_output *out, const char *table,
                  sci_source *input)
{
    char part[32], chunks[40], pieces[40];
    uint8_t digest[16];
    sci_status st =
        sci_h5_output_chunks_digest(out->file, out->dataset, shard->first, shard->count, digest);

    if (st == SCI_OK)
        st = sample(input, pieces);
    (void)snprintf(part, sizeof part, "%d/%d", shard->part.number, shard->part.total);
    if (st != SCI_OK)
        return st;
    array_chunk_digest_text(digest, chunks);
    st = sci_h5_output_text(out->file, out->dataset, "shard", part);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out->file, out->dataset, "first", (int64_t)shard->first);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out->file, out->dataset, "count", (int64_t)shard->count);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out->file, out->dataset, "total", (int64_t)shard->total);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out->file, out->dataset, "contiguous",
                                   shard->joins_to_contiguous);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out->file, out->dataset, "siblings", out->siblings);
    if (st == SCI_OK)
        st = sci_h5_output_text(out->file, out->dataset, "table", table);
    if (st == SCI_OK)
        st = sci_h5_output_text(out->file, out->dataset, "sample", pieces);
    if (st == SCI_OK)
        st = sci_h5_output_text(out->file, out->dataset, "chunks", chunks);
    return st;
}

void
array_shard_claim_clear(array_shard_claim *claim)
{
    sci_free(claim->part);
    sci_free(claim->table);
    sci_free(claim->sample);
    sci_free(claim->digest);
    *claim = (array_shard_claim){ 0 };
}

sci_status
array_shard_read(array_shard_claim *out, sci_h5_file *file, const char *dataset)
{
    int64_t contiguous = 0, siblings = 0;
    sci_status st;

    *out = (array_shard_claim){ 0 };
    st = sci_h5_file_text(file, dataset, "shard", &out->part);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, dataset, "first", &out->first);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, dataset, "count", &out->count);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, dataset, "total", &out->total);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, dataset, "contiguous", &contiguous);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, dataset, "siblings", &siblings);
    if (st == SCI_OK)
        st = sci_h5_file_text(file, dataset, "table", &out->table);
    if (st == SCI_OK)
        st = sci_h5_file_text(file, dataset, "sample", &out->sample);
    if (st == SCI_OK)
        st = sci_h5_file_text(file, dataset, "chunks", &out->digest);
    if (st == SCI_OK
        && (out->first < 0 || out->count < 0 || out->total < 0 || out->count > out->total
            || out->first > out->total - out->count))
        st = sci_fail(SCI_ERR_FORMAT, "'%s' claims chunks that cannot be", dataset);
    if (st != SCI_OK) {
        array_shard_claim_clear(out);
        return st;
    }
    out->joins_to_contiguous = contiguous != 0;
    out->siblings = siblings != 0;
    return SCI_OK;
}

sci_status
array_shard_forget(const array_output *out)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < sizeof attributes / sizeof attributes[0]; i++)
        st = sci_h5_output_forget(out->file, out->dataset, attributes[i]);
    return st;
}
