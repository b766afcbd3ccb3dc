/* SPDX-License-Identifier: BSD-3-Clause */
#include "h5_blocks_priv.h"

#include <string.h>

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Bytes of a block that ends at `axis` with one chunk along it. */
static uint64_t
block_bytes(const h5_grid *g, int axis)
{
    uint64_t bytes = g->size;

    for (int i = 0; i < g->rank; i++) {
        uint64_t n = i <= axis ? least(g->chunk[i], g->shape[i]) : g->shape[i];

        if (__builtin_mul_overflow(bytes, n, &bytes))
            return UINT64_MAX;
    }
    return bytes;
}

/* The block at the origin: cut where the array ends. */
static sci_status
measure(h5_blocks *b)
{
    const h5_grid *g = b->grid;
    sci_array array = { .rank = g->rank, .type = b->block.type };

    for (int i = 0; i < g->rank; i++) {
        uint64_t most = i < b->axis    ? g->chunk[i]
                        : i == b->axis ? b->run * g->chunk[i]
                                       : g->shape[i];

        array.shape[i] = least(most, g->shape[i] - b->origin[i]);
    }
    return h5_grid_create(&b->block, &array, g->chunk);
}

sci_status
h5_blocks_start(h5_blocks *b, const h5_grid *grid, uint64_t bytes_most)
{
    uint64_t one;

    *b = (h5_blocks){ .grid = grid, .axis = grid->axis, .inner = 1 };
    while (b->axis < grid->rank - 1 && block_bytes(grid, b->axis) > bytes_most)
        b->axis++;
    one = block_bytes(grid, b->axis);
    b->run = bytes_most / one;
    b->run = b->run < 1 ? 1 : least(b->run, grid->chunks[b->axis]);
    b->bytes = b->run * one;
    for (int i = b->axis + 1; i < grid->rank; i++)
        b->inner *= grid->shape[i];
    b->block.type = grid->type;
    return measure(b);
}

sci_status
h5_blocks_next(h5_blocks *b, bool *more)
{
    const h5_grid *g = b->grid;

    for (int i = b->axis; i >= 0; i--) {
        b->origin[i] += i == b->axis ? b->run * g->chunk[i] : g->chunk[i];
        if (b->origin[i] < g->shape[i]) {
            *more = true;
            return measure(b);
        }
        b->origin[i] = 0;
    }
    *more = false;
    return SCI_OK;
}

uint64_t
h5_blocks_chunks(const h5_blocks *b)
{
    uint64_t n = 1;

    for (int i = 0; i < b->block.rank; i++)
        n *= b->block.chunks[i];
    return n;
}

void
h5_blocks_cell(const h5_blocks *b, uint64_t index, h5_cell *in_array, h5_cell *in_block)
{
    uint64_t array[SCI_MAX_RANK], block[SCI_MAX_RANK];

    for (int i = b->block.rank - 1; i >= 0; i--) {
        block[i] = index % b->block.chunks[i] * b->block.chunk[i];
        index /= b->block.chunks[i];
        array[i] = b->origin[i] + block[i];
    }
    h5_grid_cell_at(b->grid, array, in_array);
    h5_grid_cell_at(&b->block, block, in_block);
}

uint64_t
h5_blocks_rows(const h5_blocks *b, uint64_t *row_elements)
{
    uint64_t rows = 1;

    for (int i = 0; i < b->axis; i++)
        rows *= b->block.shape[i];
    *row_elements = b->block.shape[b->axis] * b->inner;
    return rows;
}

uint64_t
h5_blocks_row(const h5_blocks *b, uint64_t row)
{
    uint64_t first = b->origin[b->axis] * b->inner, step = b->inner * b->grid->shape[b->axis];

    for (int i = b->axis - 1; i >= 0; i--) {
        first += (b->origin[i] + row % b->block.shape[i]) * step;
        row /= b->block.shape[i];
        step *= b->grid->shape[i];
    }
    return first;
}
