/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays in memory, and what sci_source_read makes of any source. */
#include <string.h>

#include <sci/io.h>

#include "support/testing.h"

static const sci_array plane = { .rank = 2, .shape = { 3, 4 }, .type = SCI_INT16 };

static void
a_source_hands_out_the_elements_themselves(void **state)
{
    int16_t x[12] = { 0 };
    sci_source *s = NULL;

    (void)state;
    assert_ok(sci_source_memory(&s, &plane, x, "x"));
    assert_ptr_equal(s->ops->address(s, 5, 2), x + 5);
    assert_string_equal(s->name, "x");
    sci_source_free(s);
}

static void
a_part_is_read(void **state)
{
    int16_t x[12], part[3];
    sci_source *s = NULL;

    (void)state;
    for (int i = 0; i < 12; i++)
        x[i] = (int16_t)(100 + i);
    assert_ok(sci_source_memory(&s, &plane, x, NULL));
    assert_ok(sci_source_read(s, 9, 3, part));
    assert_same_bytes(part, x + 9, 3, sizeof *x);
    assert_ok(sci_source_read(s, 12, 0, NULL));
    sci_source_free(s);
}

typedef struct visited {
    uint64_t next, pieces;
    const int32_t *expected;
    uint64_t fail_at;
} visited;

static sci_status
compare_piece(void *context, uint64_t first, uint64_t count, const void *elements)
{
    visited *v = context;

    assert_count(first, v->next);
    assert_that(count > 0 && count * 4 <= (uint64_t)4 << 20);
    assert_same_bytes(elements, v->expected + first, count, 4);
    v->next += count;
    v->pieces++;
    return v->pieces == v->fail_at ? sci_fail(SCI_ERR_FORMAT, "enough") : SCI_OK;
}

/* Hides that the elements are in memory. */
static sci_status
copy_piece(sci_source *self, sci_piece *piece)
{
    const int32_t *x = *(const int32_t *const *)(self + 1);

    memcpy(piece->bytes, x + piece->first, piece->count * 4);
    return SCI_OK;
}

static void
a_long_array_is_visited_in_pieces(void **state)
{
    enum { N = 3000000 };
    static int32_t x[N];
    static const sci_source_ops ops = { .fetch = copy_piece };
    sci_array line = { .rank = 1, .shape = { N }, .type = SCI_INT32 };
    struct {
        sci_source base;
        const int32_t *x;
    } streamed = { { .ops = &ops, .array = line, .name = "x" }, x };
    sci_source *memory = NULL;

    (void)state;
    for (int i = 0; i < N; i++)
        x[i] = i;
    assert_ok(sci_source_memory(&memory, &line, x, NULL));
    for (int k = 0; k < 2; k++) {
        sci_source *s = k ? &streamed.base : memory;
        visited v = { .next = 5, .expected = x };

        assert_ok(sci_source_visit(s, 5, N - 7, compare_piece, &v));
        assert_count(v.next, N - 2);
        assert_count(v.pieces, 3);
        v = (visited){ .expected = x, .fail_at = 2 };
        assert_fails(sci_source_visit(s, 0, N, compare_piece, &v), SCI_ERR_FORMAT);
        assert_count(v.pieces, 2);
        assert_fails(sci_source_visit(s, N, 1, compare_piece, &v), SCI_ERR_ARGUMENT);
        assert_ok(sci_source_visit(s, N, 0, compare_piece, &v));
    }
    sci_source_free(memory);
}

static void
elements_beyond_the_end_are_refused(void **state)
{
    int16_t x[12] = { 0 }, part[12];
    sci_source *s = NULL;

    (void)state;
    assert_ok(sci_source_memory(&s, &plane, x, "x"));
    assert_fails(sci_source_read(s, 10, 3, part), SCI_ERR_ARGUMENT);
    assert_fails(sci_source_read(s, 13, 0, part), SCI_ERR_ARGUMENT);
    assert_fails(sci_source_read(s, 1, UINT64_MAX, part), SCI_ERR_ARGUMENT);
    assert_message_has("of 12");
    sci_source_free(s);
}

static void
an_array_without_elements_needs_no_memory(void **state)
{
    sci_array empty = { .rank = 2, .shape = { 0, 4 }, .type = SCI_FLOAT64 };
    sci_source *s = NULL;
    sci_sink *k = NULL;

    (void)state;
    assert_ok(sci_source_memory(&s, &empty, NULL, "x"));
    assert_ok(sci_sink_memory(&k, &empty, NULL, "y"));
    assert_fails(sci_source_memory(&s, &plane, NULL, "x"), SCI_ERR_ARGUMENT);
    assert_fails(sci_sink_memory(&k, &plane, NULL, "y"), SCI_ERR_ARGUMENT);
    sci_source_free(s);
    sci_sink_free(k);
}

static void
a_sink_takes_native_byte_order_only(void **state)
{
    sci_array swapped = plane;
    int16_t y[12];
    sci_sink *k = NULL;

    (void)state;
    swapped.swapped = true;
    assert_fails(sci_sink_memory(&k, &swapped, y, "y"), SCI_ERR_ARGUMENT);
    assert_ok(sci_sink_memory(&k, &plane, y, "y"));
    assert_ptr_equal(k->ops->address(k, 4, 1), y + 4);
    sci_sink_free(k);
}

static void
nothing_is_freed_without_harm(void **state)
{
    (void)state;
    sci_source_free(NULL);
    sci_sink_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_hands_out_the_elements_themselves),
        cmocka_unit_test(a_part_is_read),
        cmocka_unit_test(a_long_array_is_visited_in_pieces),
        cmocka_unit_test(elements_beyond_the_end_are_refused),
        cmocka_unit_test(an_array_without_elements_needs_no_memory),
        cmocka_unit_test(a_sink_takes_native_byte_order_only),
        cmocka_unit_test(nothing_is_freed_without_harm),
    };

    return run_all(tests);
}
