/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks and C order, against one element at a time. */
#include <stdlib.h>
#include <string.h>

#include "io/h5_blocks_priv.h"
#include "io/h5_grid_priv.h"
#include "support/random.h"
#include "support/testing.h"

enum { ROUNDS = 200 };

/* A small array and chunks that fit it badly. */
static h5_grid
random_grid(random_stream *r)
{
    static const sci_type types[] = { SCI_INT8, SCI_INT16, SCI_FLOAT32, SCI_FLOAT64 };
    sci_array array = { .rank = (int)random_between(r, 1, 4), .type = types[random_below(r, 4)] };
    uint64_t chunk[SCI_MAX_RANK];
    h5_grid g;

    for (int i = 0; i < array.rank; i++) {
        array.shape[i] = 1 + random_below(r, 9);
        chunk[i] = random_below(r, 4) == 0 ? 1 : 1 + random_below(r, 11);
    }
    assert_ok(h5_grid_create(&g, &array, chunk));
    return g;
}

static uint64_t
count_of(const h5_grid *g)
{
    uint64_t n = 1;

    for (int i = 0; i < g->rank; i++)
        n *= g->shape[i];
    return n;
}

static void
bands_follow_each_other_and_are_made_of_whole_chunks(void **state)
{
    random_stream r = random_start(1);

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        h5_grid g = random_grid(&r);
        uint64_t at = 0;

        test_context("round %d", round);
        for (uint64_t band = 0; band < g.bands; band++) {
            uint64_t first, end;

            h5_grid_band(&g, band, &first, &end);
            assert_count(first, at);
            assert_that(end > first && end - first <= g.band_elements);
            for (uint64_t e = first; e < end; e++)
                assert_count(h5_grid_band_of(&g, e), band);
            for (uint64_t i = 0; i < g.band_chunks; i++) {
                h5_cell cell;

                h5_grid_cell(&g, band, i, &cell);
                assert_that(cell.first >= first && cell.end <= end);
            }
            at = end;
        }
        assert_count(at, count_of(&g));
    }
}

/* The element of the array at `index`, in the chunk that has it, by division. */
static uint64_t
place_in_chunk(const h5_grid *g, uint64_t element, const h5_cell *cell, bool *inside)
{
    uint64_t place = 0, step = 1;

    *inside = true;
    for (int i = g->rank - 1; i >= 0; i--) {
        uint64_t index = element % g->shape[i];

        element /= g->shape[i];
        *inside = *inside && index >= cell->at[i] && index < cell->at[i] + cell->extent[i];
        place += (index - cell->at[i]) * step;
        step *= g->chunk[i];
    }
    return place;
}

static void
scattered_chunks_are_the_array(void **state)
{
    random_stream r = random_start(2);

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        h5_grid g = random_grid(&r);
        uint64_t n = count_of(&g), from = random_below(&r, n),
                 to = from + 1 + random_below(&r, n - from);
        unsigned char *out = test_alloc(n, g.size), *chunk = test_alloc(g.chunk_elements, g.size);
        unsigned char *expected = test_alloc(n, g.size);
        h5_window window = { from, to, out };

        test_context("round %d", round);
        memset(out, 0xee, n * g.size);
        memset(expected, 0xee, n * g.size);
        for (uint64_t c = 0; c < g.bands * g.band_chunks; c++) {
            h5_cell cell;

            h5_grid_cell(&g, c / g.band_chunks, c % g.band_chunks, &cell);
            for (size_t i = 0; i < g.chunk_bytes; i++)
                chunk[i] = (unsigned char)random_bits(&r);
            h5_grid_scatter(&g, &cell, chunk, NULL, &window);
            for (uint64_t e = from; e < to; e++) {
                bool inside;
                uint64_t place = place_in_chunk(&g, e, &cell, &inside);

                if (inside)
                    memcpy(expected + (e - from) * g.size, chunk + place * g.size, g.size);
            }
            if (cell.run)
                assert_count(cell.end - cell.first, g.chunk_elements);
        }
        assert_same_bytes(out, expected, n, g.size);
        free(expected);
        free(chunk);
        free(out);
    }
}

/* What a window has of a chunk comes back when the chunk is scattered again. */
static void
gathering_undoes_scattering(void **state)
{
    random_stream r = random_start(3);

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        h5_grid g = random_grid(&r);
        uint64_t n = count_of(&g), cut = random_below(&r, n + 1);
        unsigned char *x = test_alloc(n, g.size), *y = test_alloc(n, g.size);
        unsigned char *chunk = test_alloc(g.chunk_elements, g.size);
        h5_window left = { 0, cut, x }, right = { cut, n, x + cut * g.size }, all = { 0, n, y };

        test_context("round %d", round);
        for (size_t i = 0; i < n * g.size; i++)
            x[i] = (unsigned char)random_bits(&r);
        for (uint64_t c = 0; c < g.bands * g.band_chunks; c++) {
            h5_cell cell;

            h5_grid_cell(&g, c / g.band_chunks, c % g.band_chunks, &cell);
            h5_grid_gather(&g, &cell, &left, chunk);
            h5_grid_gather(&g, &cell, &right, chunk);
            h5_grid_scatter(&g, &cell, chunk, NULL, &all);
        }
        assert_same_bytes(x, y, n, g.size);
        free(chunk);
        free(y);
        free(x);
    }
}

static void
a_chunk_never_written_is_filled(void **state)
{
    sci_array array = { .rank = 2, .shape = { 3, 5 }, .type = SCI_INT16 };
    uint64_t chunk[2] = { 2, 3 };
    int16_t x[15] = { 0 }, fill = 0x1234;
    h5_window all = { 0, 15, (unsigned char *)x };
    h5_grid g;
    h5_cell cell;

    (void)state;
    assert_ok(h5_grid_create(&g, &array, chunk));
    h5_grid_cell(&g, 0, 1, &cell);
    h5_grid_scatter(&g, &cell, NULL, (unsigned char *)&fill, &all);
    for (int i = 0; i < 15; i++)
        assert_int_equal(x[i], i / 5 < 2 && i % 5 >= 3 ? fill : 0);
}

static void
impossible_chunks_are_refused(void **state)
{
    sci_array array = { .rank = 2, .shape = { 3, 5 }, .type = SCI_FLOAT64 };
    uint64_t none[2] = { 2, 0 }, huge[2] = { UINT64_C(1) << 62, 2 },
             many[2] = { UINT64_C(1) << 40, 1 << 30 };
    h5_grid g;

    (void)state;
    assert_fails(h5_grid_create(&g, &array, none), SCI_ERR_SHAPE);
    assert_fails(h5_grid_create(&g, &array, huge), SCI_ERR_SHAPE);
    assert_fails(h5_grid_create(&g, &array, many), SCI_ERR_SHAPE);
}

/* Every element belongs to one row of one block, and to one chunk of that block. */
static void
blocks_cover_the_array_once(void **state)
{
    random_stream r = random_start(4);

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        h5_grid g = random_grid(&r);
        uint64_t n = count_of(&g), chunks = 0;
        unsigned char *seen = calloc(n, 1);
        h5_blocks b;
        bool more = true;

        test_context("round %d", round);
        assert_non_null(seen);
        assert_ok(h5_blocks_start(&b, &g, random_below(&r, 2000)));
        while (more) {
            uint64_t length, rows = h5_blocks_rows(&b, &length);

            assert_that(rows * length * g.size <= b.bytes);
            for (uint64_t row = 0; row < rows; row++)
                for (uint64_t i = 0; i < length; i++)
                    seen[h5_blocks_row(&b, row) + i]++;
            for (uint64_t c = 0; c < h5_blocks_chunks(&b); c++) {
                h5_cell in_array, in_block;

                h5_blocks_cell(&b, c, &in_array, &in_block);
                assert_memory_equal(in_array.extent, in_block.extent,
                                    (size_t)g.rank * sizeof *in_array.extent);
                chunks++;
            }
            assert_ok(h5_blocks_next(&b, &more));
        }
        for (uint64_t i = 0; i < n; i++)
            assert_count(seen[i], 1);
        assert_count(chunks, g.bands * g.band_chunks);
        free(seen);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_follow_each_other_and_are_made_of_whole_chunks),
        cmocka_unit_test(scattered_chunks_are_the_array),
        cmocka_unit_test(gathering_undoes_scattering),
        cmocka_unit_test(a_chunk_never_written_is_filled),
        cmocka_unit_test(impossible_chunks_are_refused),
        cmocka_unit_test(blocks_cover_the_array_once),
    };

    return run_all(tests);
}
