/* SPDX-License-Identifier: BSD-3-Clause */
/* A walk over an array in blocks of whole chunks that fit in memory, for arrays whose bands do not.
 *
 * A block holds one chunk across the axes before `axis`, `run` neighbouring chunks along it, and
 * everything behind it, so that its rows are as long as memory allows. No HDF5 here. */
#ifndef SCI_H5_BLOCKS_PRIV_H
#define SCI_H5_BLOCKS_PRIV_H

#include "h5_grid_priv.h"

typedef struct h5_blocks {
    const h5_grid *grid;
    int axis;
    uint64_t run;
    uint64_t inner; /* elements of one index of `axis` */
    uint64_t bytes; /* of the largest block */
    uint64_t origin[SCI_MAX_RANK];
    h5_grid block; /* the current one, as an array of its own */
} h5_blocks;

/* Go to the first block. The grid must outlive it and not be empty. */
sci_status h5_blocks_start(h5_blocks *b, const h5_grid *grid, uint64_t bytes_most) SCI_MUST_CHECK;
/* Go to the next block; *more is false behind the last. */
sci_status h5_blocks_next(h5_blocks *b, bool *more) SCI_MUST_CHECK;

/* Chunks of the block, and one of them as a cell of the array and of the block. */
uint64_t h5_blocks_chunks(const h5_blocks *b);
void h5_blocks_cell(const h5_blocks *b, uint64_t index, h5_cell *in_array, h5_cell *in_block);
/* Rows of the block: `row_elements` elements that are neighbours in the array too, from *first
 * on. */
uint64_t h5_blocks_rows(const h5_blocks *b, uint64_t *row_elements);
uint64_t h5_blocks_row(const h5_blocks *b, uint64_t row);

#endif
