/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "support/testing.h"

/* An allocator that counts, and fails from call `fail_at` on. */
typedef struct counter {
    size_t calls, alive, fail_at, last_bytes;
} counter;

static void *
count_allocate(void *context, size_t bytes)
{
    counter *c = context;

    c->last_bytes = bytes;
    if (c->calls++ >= c->fail_at)
        return NULL;
    c->alive++;
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void
count_release(void *context, void *pointer)
{
    counter *c = context;

    if (pointer)
        c->alive--;
    free(pointer);
}

static void
use_counter(counter *c, size_t fail_at)
{
    const sci_allocator allocator = { count_allocate, count_release, c };

    *c = (counter){ .fail_at = fail_at };
    sci_allocator_set(&allocator);
}

static int
restore_default(void **state)
{
    (void)state;
    sci_allocator_set(NULL);
    return 0;
}

static void
storage_is_aligned_to_64_bytes(void **state)
{
    (void)state;
    for (size_t bytes = 1; bytes < 5000; bytes = bytes * 3 + 1) {
        char *p = NULL;

        assert_ok(sci_alloc(&p, bytes, 1, 1));
        assert_int_equal((uintptr_t)p % 64, 0);
        memset(p, 1, bytes);
        sci_free(p);
    }
}

static void
alloc_zero_clears_every_byte(void **state)
{
    unsigned char *p = NULL;

    (void)state;
    assert_ok(sci_alloc(&p, 10, 100, 1)); /* dirty storage, likely to be reused */
    memset(p, 0xff, 1000);
    sci_free(p);
    assert_ok(sci_alloc_zero(&p, 10, 100, 1));
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(p[i], 0);
    sci_free(p);
}

static void
a_product_that_overflows_is_out_of_memory(void **state)
{
    static const size_t products[][3] = {
        { SIZE_MAX, 2, 1 },
        { SIZE_MAX, 1, 2 },
        { (size_t)1 << 32, (size_t)1 << 32, 1 },
        { (size_t)1 << 31, (size_t)1 << 31, 8 },
    };
    counter c;

    (void)state;
    use_counter(&c, SIZE_MAX);
    for (size_t i = 0; i < ARRAY_LEN(products); i++) {
        double *p = (double *)&c;

        assert_fails(sci_alloc(&p, products[i][0], products[i][1], products[i][2]), SCI_ERR_NOMEM);
        assert_null(p);
        p = (double *)&c;
        assert_fails(sci_alloc_zero(&p, products[i][0], products[i][1], products[i][2]),
                     SCI_ERR_NOMEM);
        assert_null(p);
    }
    assert_int_equal(c.calls, 0);
}

static void
more_than_the_machine_has_is_out_of_memory(void **state)
{
    char *p = (char *)1;

    (void)state;
    assert_fails(sci_alloc(&p, SIZE_MAX / 2, 1, 1), SCI_ERR_NOMEM);
    assert_null(p);
    assert_message_has("cannot allocate");
}

static void
a_product_of_0_gives_storage_that_may_be_freed(void **state)
{
    counter c;
    int *p = NULL;

    (void)state;
    use_counter(&c, SIZE_MAX);
    assert_ok(sci_alloc(&p, 0, 7, sizeof *p));
    assert_non_null(p);
    assert_true(c.last_bytes > 0);
    sci_free(p);
    assert_ok(sci_alloc_zero(&p, 3, 0, sizeof *p));
    assert_non_null(p);
    sci_free(p);
    assert_int_equal(c.alive, 0);
}

static void
everything_goes_through_the_replaced_allocator(void **state)
{
    counter c;
    char *text = NULL;
    double *numbers = NULL;

    (void)state;
    use_counter(&c, SIZE_MAX);
    assert_ok(sci_strdup(&text, "abc"));
    assert_ok(sci_alloc(&numbers, 5, 3, sizeof *numbers));
    assert_int_equal(c.last_bytes, 120);
    assert_int_equal(c.calls, 2);
    assert_int_equal(c.alive, 2);
    sci_free(text);
    sci_free(numbers);
    sci_free(NULL);
    assert_int_equal(c.alive, 0);
}

static void
a_failing_allocator_gives_clean_errors(void **state)
{
    counter c;
    char *p = (char *)1;

    (void)state;
    use_counter(&c, 0);
    assert_fails(sci_alloc(&p, 1, 1, 1), SCI_ERR_NOMEM);
    assert_null(p);
    p = (char *)1;
    assert_fails(sci_alloc_zero(&p, 1, 1, 1), SCI_ERR_NOMEM);
    assert_null(p);
    p = (char *)1;
    assert_fails(sci_strdup(&p, "text"), SCI_ERR_NOMEM);
    assert_null(p);
    p = (char *)1;
    assert_fails(sci_format(&p, "%d", 1), SCI_ERR_NOMEM);
    assert_null(p);
}

static void
strdup_copies_and_null_stays_null(void **state)
{
    const char text[] = "bands.csv";
    char *copy = NULL;

    (void)state;
    assert_ok(sci_strdup(&copy, text));
    assert_ptr_not_equal(copy, text);
    assert_string_equal(copy, text);
    sci_free(copy);
    copy = (char *)1;
    assert_ok(sci_strdup(&copy, NULL));
    assert_null(copy);
}

static void
format_makes_room_for_any_length(void **state)
{
    char *text = NULL;

    (void)state;
    assert_ok(sci_format(&text, "%s:%0*d", "x", 5000, 7));
    assert_int_equal(strlen(text), 5002);
    assert_int_equal(text[5001], '7');
    sci_free(text);
    assert_ok(sci_format(&text, "%s", ""));
    assert_string_equal(text, "");
    sci_free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(storage_is_aligned_to_64_bytes),
        cmocka_unit_test(alloc_zero_clears_every_byte),
        cmocka_unit_test_teardown(a_product_that_overflows_is_out_of_memory, restore_default),
        cmocka_unit_test(more_than_the_machine_has_is_out_of_memory),
        cmocka_unit_test_teardown(a_product_of_0_gives_storage_that_may_be_freed, restore_default),
        cmocka_unit_test_teardown(everything_goes_through_the_replaced_allocator, restore_default),
        cmocka_unit_test_teardown(a_failing_allocator_gives_clean_errors, restore_default),
        cmocka_unit_test(strdup_copies_and_null_stays_null),
        cmocka_unit_test(format_makes_room_for_any_length),
    };

    return run_all(tests);
}
