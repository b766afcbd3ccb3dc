/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks and C order.
 *
 * Let `axis` be the first axis whose chunks hold more than one index. A *band* is one layer of
 * chunks across that axis: a run of the array in C order made of whole chunks, and the least
 * such run. Bands are numbered in C order, and the chunks inside a band too. No HDF5 here. */
#ifndef SCI_H5_GRID_PRIV_H
#define SCI_H5_GRID_PRIV_H

#include <sci/types.h>

typedef struct h5_grid {
    int rank; /* at least 1 */
    int axis;
    sci_type type;
    size_t size; /* bytes of an element */
    uint64_t shape[SCI_MAX_RANK], chunk[SCI_MAX_RANK];
    uint64_t chunks[SCI_MAX_RANK]; /* along each axis */
    uint64_t inner;                /* elements of one index of `axis` */
    uint64_t bands, band_chunks;
    uint64_t band_elements; /* of a whole band */
    uint64_t chunk_elements, chunk_bytes;
} h5_grid;

/* One chunk: where it begins, and how much of it lies inside the array. */
typedef struct h5_cell {
    uint64_t at[SCI_MAX_RANK], extent[SCI_MAX_RANK];
    uint64_t first, end; /* C-order bounds of what it covers */
    bool run;            /* whole, and all of [first, end) in order: its bytes are the array's */
} h5_cell;

/* A stretch [first, end) of the array in C order in memory. */
typedef struct h5_window {
    uint64_t first, end;
    unsigned char *bytes;
} h5_window;

/* Everything follows from shape and chunk; SCI_ERR_SHAPE if a chunk is empty or too large. */
sci_status h5_grid_create(h5_grid *out, const sci_array *array,
                          const uint64_t *chunk) SCI_MUST_CHECK;
/* The band of an element, and the bounds of a band. */
uint64_t h5_grid_band_of(const h5_grid *g, uint64_t element);
void h5_grid_band(const h5_grid *g, uint64_t band, uint64_t *first, uint64_t *end);
void h5_grid_cell(const h5_grid *g, uint64_t band, uint64_t index, h5_cell *out);
/* The chunk that begins at the index `at`. */
void h5_grid_cell_at(const h5_grid *g, const uint64_t *at, h5_cell *out);
/* "(0, 3, 16)": where the chunk begins. */
void h5_grid_text(const h5_grid *g, const h5_cell *cell, char *text, size_t bytes);

/* Copy what a decoded chunk covers of the window; NULL for `chunk` writes `fill`, one element. */
void h5_grid_scatter(const h5_grid *g, const h5_cell *cell, const unsigned char *chunk,
                     const unsigned char *fill, const h5_window *to);
/* The other way; what the window does not have stays as it is. */
void h5_grid_gather(const h5_grid *g, const h5_cell *cell, const h5_window *from,
                    unsigned char *chunk);
/* n times one element of `size` bytes. */
void h5_fill(unsigned char *to, uint64_t n, const unsigned char *fill, size_t size);

#endif
