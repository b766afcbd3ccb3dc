/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/digest.h"
#include <sci/hash.h>

#include "support/place.h"
#include "support/random.h"
#include "support/testing.h"

static const sci_digest_kind kinds[] = { SCI_DIGEST_XXH3, SCI_DIGEST_SHA256 };

static void
assert_text(sci_digest_kind kind, const sci_digest *digest, const char *expected)
{
    char text[80];

    sci_digest_text(kind, digest, text);
    assert_string_equal(text, expected);
}

/* FIPS 180-2, B.1; the output of xxh128sum, which is big endian on every machine. */
static void
digests_are_those_of_the_published_tools(void **state)
{
    sci_digest digest;

    (void)state;
    assert_ok(sci_digest_of(SCI_DIGEST_SHA256, "abc", 3, &digest));
    assert_text(SCI_DIGEST_SHA256, &digest,
                "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_ok(sci_digest_of(SCI_DIGEST_SHA256, "", 0, &digest));
    assert_text(SCI_DIGEST_SHA256, &digest,
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_ok(sci_digest_of(SCI_DIGEST_XXH3, "", 0, &digest));
    assert_text(SCI_DIGEST_XXH3, &digest, "xxh3:99aa06d3014798d86001c324468d497f");
    assert_ok(sci_digest_of(SCI_DIGEST_XXH3, "abc", 3, &digest));
    assert_text(SCI_DIGEST_XXH3, &digest, "xxh3:06b05ab6733a618578af5f94892f3950");
}

static void
xxh3_leaves_the_rest_zero(void **state)
{
    static const uint8_t zeros[SCI_DIGEST_BYTES - 16];
    sci_digest digest;

    (void)state;
    memset(&digest, 0xff, sizeof digest);
    assert_ok(sci_digest_of(SCI_DIGEST_XXH3, "abc", 3, &digest));
    assert_memory_equal(digest.bytes + 16, zeros, sizeof zeros);
}

static void
stretches_give_the_digest_of_the_whole(void **state)
{
    enum { BYTES = 10000 };
    random_stream r = random_start(1);
    uint8_t *bytes = test_alloc(BYTES, 1);

    (void)state;
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)random_bits(&r);
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        sci_hasher *h = NULL;
        sci_digest whole, pieces;

        assert_ok(sci_digest_of(kinds[k], bytes, BYTES, &whole));
        assert_ok(sci_hasher_create(&h, kinds[k]));
        for (int round = 0; round < 5; round++) { /* the hasher is ready again after each finish */
            for (size_t done = 0; done < BYTES;) {
                size_t n = (size_t)random_below(&r, 700);

                n = n < BYTES - done ? n : BYTES - done;
                assert_ok(sci_hasher_update(h, bytes + done, n));
                done += n;
            }
            memset(&pieces, 0xff, sizeof pieces);
            assert_ok(sci_hasher_finish(h, &pieces));
            assert_memory_equal(&pieces, &whole, sizeof whole);
        }
        assert_ok(sci_hasher_finish(h, &pieces)); /* nothing since */
        assert_ok(sci_digest_of(kinds[k], NULL, 0, &whole));
        assert_memory_equal(&pieces, &whole, sizeof whole);
        sci_hasher_free(h);
    }
    free(bytes);
}

static void
join_is_the_digest_of_left_then_right(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        size_t size = sci_digest_size(kinds[k]);
        sci_digest left, right, joined, expected;
        uint8_t both[2 * SCI_DIGEST_BYTES];

        assert_ok(sci_digest_of(kinds[k], "left", 4, &left));
        assert_ok(sci_digest_of(kinds[k], "right", 5, &right));
        memcpy(both, left.bytes, size);
        memcpy(both + size, right.bytes, size);
        assert_ok(sci_digest_of(kinds[k], both, 2 * size, &expected));
        assert_ok(sci_digest_join(kinds[k], &left, &right, &joined));
        assert_memory_equal(&joined, &expected, sizeof expected);
        assert_ok(sci_digest_join(kinds[k], &right, &left, &joined));
        assert_memory_not_equal(&joined, &expected, sizeof expected);
    }
}

static void
sizes_are_16_and_32(void **state)
{
    (void)state;
    assert_int_equal(sci_digest_size(SCI_DIGEST_XXH3), 16);
    assert_int_equal(sci_digest_size(SCI_DIGEST_SHA256), 32);
}

static void *
no_storage(void *context, size_t bytes)
{
    (void)context;
    (void)bytes;
    return NULL;
}

static void
no_release(void *context, void *pointer)
{
    (void)context;
    assert_null(pointer);
}

static void
a_hasher_without_memory_is_a_clean_failure(void **state)
{
    const sci_allocator allocator = { no_storage, no_release, NULL };
    sci_hasher *h = NULL;

    (void)state;
    sci_allocator_set(&allocator);
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        assert_fails(sci_hasher_create(&h, kinds[k]), SCI_ERR_NOMEM);
        assert_null(h);
    }
    sci_allocator_set(NULL);
    sci_hasher_free(NULL);
}

/* Longer than the pieces that are read, and not a multiple of them. */
static void
a_file_has_the_digest_of_its_bytes(void **state)
{
    enum { BYTES = 700001 };
    static unsigned char bytes[BYTES];
    uint8_t digest[SCI_DIGEST_BYTES];
    volatile int stop = 1;
    char path[PLACE_ROOM];
    sci_digest whole;

    (void)state;
    for (size_t k = 0; k < BYTES; k++)
        bytes[k] = (unsigned char)(k * 7 + k / 251);
    place_scratch(path, "bytes");
    place_write(path, bytes, BYTES);
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        assert_ok(sci_hash_file(path, kinds[k], NULL, digest));
        assert_ok(sci_digest_of(kinds[k], bytes, BYTES, &whole));
        assert_memory_equal(digest, whole.bytes, SCI_DIGEST_BYTES);
    }
    assert_fails(sci_hash_file(path, SCI_DIGEST_XXH3, &stop, digest), SCI_ERR_INTERRUPTED);
    assert_fails(sci_hash_file("/missing/file", SCI_DIGEST_XXH3, NULL, digest), SCI_ERR_IO);
    assert_message_has("'/missing/file'");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_published_tools),
        cmocka_unit_test(xxh3_leaves_the_rest_zero),
        cmocka_unit_test(stretches_give_the_digest_of_the_whole),
        cmocka_unit_test(join_is_the_digest_of_left_then_right),
        cmocka_unit_test(sizes_are_16_and_32),
        cmocka_unit_test(a_file_has_the_digest_of_its_bytes),
        cmocka_unit_test(a_hasher_without_memory_is_a_clean_failure),
    };

    return run_all(tests);
}
