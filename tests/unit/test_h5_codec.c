/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks through the filters. */
#include <stdlib.h>
#include <string.h>

#include "io/h5_codec_priv.h"
#include "support/random.h"
#include "support/testing.h"

enum { CHUNK = 3001 };

static h5_pipeline
pipeline_of(int n, const H5Z_filter_t *ids, size_t size, size_t bytes)
{
    h5_pipeline p = { .n = n, .chunk_bytes = bytes };

    for (int i = 0; i < n; i++)
        p.filters[i] = (h5_filter){ ids[i], (unsigned)size };
    return p;
}

/* Compressible, with some noise. */
static void
make_chunk(unsigned char *bytes, size_t n)
{
    random_stream r = random_start(7);

    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(i % 4 == 3 ? 0x40 : i / 64 + random_below(&r, 3));
}

static void
shuffling_back_gives_the_bytes(void **state)
{
    unsigned char from[CHUNK], to[CHUNK], back[CHUNK];

    (void)state;
    make_chunk(from, sizeof from);
    for (size_t size = 1; size <= 16; size++) {
        for (size_t n = CHUNK - 20; n <= CHUNK; n++) {
            test_context("%zu bytes in elements of %zu", n, size);
            h5_shuffle(from, n, size, to);
            h5_unshuffle(to, n, size, back);
            assert_same_bytes(back, from, n, 1);
            for (size_t i = 0; i < n / size; i++)
                assert_int_equal(to[i], from[i * size]);
        }
    }
}

static void
encoded_chunks_decode_to_themselves(void **state)
{
    static const H5Z_filter_t ids[] = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE,
                                        H5Z_FILTER_FLETCHER32 };
    unsigned char chunk[CHUNK], to[CHUNK];

    (void)state;
    make_chunk(chunk, sizeof chunk);
    for (unsigned subset = 0; subset < 8; subset++) {
        H5Z_filter_t chosen[3];
        int n = 0;

        for (unsigned i = 0; i < 3; i++)
            if ((subset >> i & 1) != 0)
                chosen[n++] = ids[i];
        for (size_t size = 1; size <= 8; size *= 2) {
            h5_pipeline p = pipeline_of(n, chosen, size, CHUNK);
            h5_codec encoder, decoder;
            unsigned char *stored = test_alloc(h5_codec_bound(&p), 1);
            const unsigned char *out = NULL;
            size_t bytes;

            test_context("filters %u, elements of %zu", subset, size);
            p.filters[n > 1 ? 1 : 0].value = (unsigned)size;
            assert_ok(h5_codec_create(&encoder, &p, 4));
            assert_ok(h5_codec_create(&decoder, &p, 0));
            bytes = h5_codec_encode(&encoder, &p, chunk, stored);
            assert_that(bytes > 0 && bytes <= h5_codec_bound(&p));
            assert_null(h5_codec_decode(&decoder, &p, 0, stored, bytes, NULL, &out));
            assert_same_bytes(out, chunk, CHUNK, 1);
            memset(to, 0, sizeof to);
            assert_null(h5_codec_decode(&decoder, &p, 0, stored, bytes, to, &out));
            assert_ptr_equal(out, to);
            assert_same_bytes(to, chunk, CHUNK, 1);
            h5_codec_clear(&decoder);
            h5_codec_clear(&encoder);
            free(stored);
        }
    }
}

static void
masked_filters_are_left_out(void **state)
{
    static const H5Z_filter_t both[] = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE };
    unsigned char chunk[CHUNK], shuffled[CHUNK];
    h5_pipeline p = pipeline_of(2, both, 4, CHUNK);
    const unsigned char *out = NULL;
    h5_codec c;

    (void)state;
    make_chunk(chunk, sizeof chunk);
    h5_shuffle(chunk, CHUNK, 4, shuffled);
    assert_ok(h5_codec_create(&c, &p, 0));
    assert_null(h5_codec_decode(&c, &p, 2, shuffled, CHUNK, NULL, &out));
    assert_same_bytes(out, chunk, CHUNK, 1);
    assert_null(h5_codec_decode(&c, &p, 3, chunk, CHUNK, NULL, &out));
    assert_ptr_equal(out, chunk);
    assert_non_null(h5_codec_decode(&c, &p, 3, chunk, CHUNK - 1, NULL, &out));
    h5_codec_clear(&c);
}

/* With a checksum not one byte can be changed or lost without notice. (Deflate's own is weaker:
 * some bits of a stream mean nothing, and small changes that cancel out pass.) */
static void
damage_is_noticed(void **state)
{
    static const H5Z_filter_t ids[] = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE,
                                        H5Z_FILTER_FLETCHER32 };
    unsigned char chunk[CHUNK];
    h5_pipeline p = pipeline_of(3, ids, 4, CHUNK);
    unsigned char *stored = test_alloc(h5_codec_bound(&p), 1);
    const unsigned char *out = NULL;
    h5_codec encoder, decoder;
    size_t bytes;

    (void)state;
    make_chunk(chunk, sizeof chunk);
    assert_ok(h5_codec_create(&encoder, &p, 1));
    assert_ok(h5_codec_create(&decoder, &p, 0));
    bytes = h5_codec_encode(&encoder, &p, chunk, stored);
    for (size_t i = 0; i < bytes; i++) {
        stored[i] ^= 0x10;
        assert_non_null(h5_codec_decode(&decoder, &p, 0, stored, bytes, NULL, &out));
        stored[i] ^= 0x10;
        assert_non_null(h5_codec_decode(&decoder, &p, 0, stored, i, NULL, &out));
    }
    h5_codec_clear(&decoder);
    h5_codec_clear(&encoder);
    free(stored);
}

/* The old byte order of HDF5 before 1.6.3 is accepted too. */
static void
fletcher32_is_that_of_hdf5(void **state)
{
    static const H5Z_filter_t id = H5Z_FILTER_FLETCHER32;
    /* Words 0x0102, 0x0304, 0x0500: sums 0x0906 and 0x0e0e (0x0102 + 0x0406 + 0x0906). */
    unsigned char bytes[] = { 1, 2, 3, 4, 5, 0x06, 0x09, 0x0e, 0x0e };
    h5_pipeline p = pipeline_of(1, &id, 1, 5);
    const unsigned char *out = NULL;
    h5_codec c;

    (void)state;
    assert_int_equal(h5_fletcher32(bytes, 5), 0x0e0e0906);
    assert_ok(h5_codec_create(&c, &p, 0));
    assert_null(h5_codec_decode(&c, &p, 0, bytes, sizeof bytes, NULL, &out));
    memcpy(bytes + 5, "\x09\x06\x0e\x0e", 4);
    assert_null(h5_codec_decode(&c, &p, 0, bytes, sizeof bytes, NULL, &out));
    bytes[0] = 9;
    assert_non_null(h5_codec_decode(&c, &p, 0, bytes, sizeof bytes, NULL, &out));
    h5_codec_clear(&c);
}

static void
lzf_is_decoded(void **state)
{
    /* "abc" as literals; 5 bytes from 3 back; 7 + 2 + 2 bytes from 1 back in the long form */
    static const unsigned char stored[] = { 2, 'a', 'b', 'c', 3 << 5, 2, 7 << 5, 2, 0 };
    unsigned char out[32];

    (void)state;
    assert_true(h5_lzf_decode(stored, sizeof stored, out, 19));
    assert_memory_equal(out, "abcabcabbbbbbbbbbbb", 19);
    assert_false(h5_lzf_decode(stored, sizeof stored, out, 18));
    assert_false(h5_lzf_decode(stored, sizeof stored, out, 20));
    for (size_t n = 0; n < sizeof stored; n++)
        assert_false(h5_lzf_decode(stored, n, out, 19));
}

static void
lzf_never_reads_before_its_beginning(void **state)
{
    static const unsigned char stored[] = { 0, 'a', 1 << 5, 1 };
    unsigned char out[8];

    (void)state;
    assert_false(h5_lzf_decode(stored, sizeof stored, out, 4));
}

/* Bytes of every kind come back, whatever their length, within the bound. */
static void
lzf_is_encoded(void **state)
{
    enum { MOST = 70000 };
    unsigned char *bytes = test_alloc(MOST, 1), *back = test_alloc(MOST, 1);
    unsigned char *stored = test_alloc(h5_lzf_bound(MOST), 1);
    random_stream r = random_start(7);

    (void)state;
    for (int kind = 0; kind < 4; kind++)
        for (size_t n = 0; n <= MOST; n = n < 300 ? n + 1 : 3 * n + 11) {
            size_t used;

            test_context("kind %d, %zu bytes", kind, n);
            for (size_t i = 0; i < n; i++)
                bytes[i] = (unsigned char)(kind == 0   ? 0
                                           : kind == 1 ? random_bits(&r)
                                           : kind == 2 ? i % 9000 / 7
                                                       : random_below(&r, 3));
            used = h5_lzf_encode(bytes, n, stored);
            assert_that(used <= h5_lzf_bound(n));
            assert_that(kind != 0 || n < 300 || used < n / 30);
            assert_that(h5_lzf_decode(stored, used, back, n));
            assert_memory_equal(back, bytes, n);
        }
    free(stored);
    free(back);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuffling_back_gives_the_bytes),
        cmocka_unit_test(encoded_chunks_decode_to_themselves),
        cmocka_unit_test(masked_filters_are_left_out),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(fletcher32_is_that_of_hdf5),
        cmocka_unit_test(lzf_is_decoded),
        cmocka_unit_test(lzf_never_reads_before_its_beginning),
        cmocka_unit_test(lzf_is_encoded),
    };

    return run_all(tests);
}
