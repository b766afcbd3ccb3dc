/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of an output cover it without gaps, in whole runs of chunks. */
#include "apps/array/shard.h"

#include "support/random.h"
#include "support/testing.h"

static sci_array
random_array(random_stream *r)
{
    sci_array array = { .rank = 1 + (int)random_below(r, 4), .type = SCI_FLOAT32 };

    for (int a = 0; a < array.rank; a++)
        array.shape[a] = 1 + random_below(r, 9);
    return array;
}

static sci_h5_layout
random_layout(random_stream *r, const sci_array *array)
{
    sci_h5_layout layout = { .chunked = random_below(r, 4) > 0 };

    for (int a = 0; a < array->rank; a++)
        layout.chunk[a] = random_below(r, 3) == 0 ? 1 : 1 + random_below(r, array->shape[a]);
    return layout;
}

static uint64_t
chunks_of(const sci_array *array, const sci_h5_layout *layout)
{
    uint64_t n = 1;

    for (int a = 0; a < array->rank; a++)
        n *= (array->shape[a] + layout->chunk[a] - 1) / layout->chunk[a];
    return n;
}

static void
parts_follow_each_other_to_the_end(void **state)
{
    random_stream r = random_start(70);

    (void)state;
    for (int k = 0; k < 500; k++) {
        sci_array array = random_array(&r);
        sci_h5_layout natural = random_layout(&r, &array);
        int total = 1 + (int)random_below(&r, 8);
        uint64_t chunk = 0, element = 0, count;

        test_context("case %d, %d parts", k, total);
        assert_ok(sci_array_count(&array, &count));
        for (int i = 1; i <= total; i++) {
            array_shard shard;
            sci_range again;

            assert_ok(array_shard_plan(&shard, &array, &natural, (cli_shard){ i, total }));
            assert_that(shard.layout.chunked && shard.joins_to_contiguous == !natural.chunked);
            assert_count(shard.total, chunks_of(&array, &shard.layout));
            assert_count(shard.first, chunk);
            assert_count(shard.range.first, element);
            again = array_shard_range(&array, &shard.layout, shard.first, shard.count);
            assert_that(again.first == shard.range.first && again.end == shard.range.end);
            chunk += shard.count;
            element = shard.range.end;
            if (i == total)
                assert_count(chunk, shard.total);
        }
        assert_count(element, count);
    }
}

static void
chunks_of_a_contiguous_output_are_whole_rows_of_about_a_mebibyte(void **state)
{
    const sci_array array = { .rank = 3, .shape = { 40, 1000, 300 }, .type = SCI_FLOAT32 };
    const sci_h5_layout natural = { .chunked = false };
    array_shard shard;

    (void)state;
    assert_ok(array_shard_plan(&shard, &array, &natural, (cli_shard){ 1, 2 }));
    assert_count(shard.layout.chunk[2], 300);
    assert_count(shard.layout.chunk[1], (1 << 18) / 300);
    assert_count(shard.layout.chunk[0], 1);
}

static void
empty_arrays_have_empty_parts(void **state)
{
    const sci_array array = { .rank = 2, .shape = { 3, 0 }, .type = SCI_FLOAT32 };
    const sci_h5_layout natural = { .chunked = false };
    array_shard shard;

    (void)state;
    assert_ok(array_shard_plan(&shard, &array, &natural, (cli_shard){ 2, 3 }));
    assert_count(shard.count, 0);
    assert_count(shard.total, 0);
    assert_that(shard.range.first == shard.range.end);
}

static void
a_single_number_cannot_be_cut(void **state)
{
    const sci_array array = { .rank = 0, .type = SCI_FLOAT32 };
    const sci_h5_layout natural = { .chunked = false };
    array_shard shard;

    (void)state;
    assert_fails(array_shard_plan(&shard, &array, &natural, (cli_shard){ 1, 2 }), SCI_ERR_REFUSED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_follow_each_other_to_the_end),
        cmocka_unit_test(chunks_of_a_contiguous_output_are_whole_rows_of_about_a_mebibyte),
        cmocka_unit_test(empty_arrays_have_empty_parts),
        cmocka_unit_test(a_single_number_cannot_be_cut),
    };

    return run_all(tests);
}
