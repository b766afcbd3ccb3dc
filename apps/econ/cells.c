/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, in POSIX since 2024 */
#include "cells.h"

#include <string.h>
#include <sys/mman.h>

#include <sci/memory.h>

/* Pieces are maps of their own, not of the heap, which keeps what is freed: a panel of ten million cells would be
 * in memory twice. They double from 64 KiB to 2 MiB. */
size_t
econ_cells_piece_size(size_t k)
{
    return (size_t)1 << (k < 5 ? 13 + k : 18);
}

void
econ_cells_piece_free(econ_cells *c, size_t k)
{
    if (c->pieces[k] != NULL)
        (void)munmap(c->pieces[k], econ_cells_piece_size(k) * sizeof(double));
    c->pieces[k] = NULL;
}

void
econ_cells_clear(econ_cells *c)
{
    for (size_t k = 0; k < c->n_pieces; k++)
        econ_cells_piece_free(c, k);
    sci_free(c->runs);
    *c = (econ_cells){ 0 };
}

/* All pages of a piece will be written to, one after the other: had together they cost a fraction of so many
 * page faults. Where the system knows neither it is not wrong to go on. */
static void
ready(void *piece, size_t bytes)
{
#if defined(MADV_HUGEPAGE)
    (void)madvise(piece, bytes, MADV_HUGEPAGE);
#endif
#if defined(MADV_POPULATE_WRITE)
    (void)madvise(piece, bytes, MADV_POPULATE_WRITE);
#endif
}

sci_status
econ_cells_more(econ_cells *c)
{
    size_t n = econ_cells_piece_size(c->n_pieces);
    void *piece;

    if (c->n_pieces == ECON_PIECES_MOST)
        return sci_fail(SCI_ERR_NOMEM, "more than 2^32 cells");
    piece =
        mmap(NULL, n * sizeof(double), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED)
        return sci_fail(SCI_ERR_NOMEM, "no memory for the cells of the panel");
    ready(piece, n * sizeof(double));
    c->pieces[c->n_pieces++] = piece;
    c->at = piece;
    c->end = c->at + n;
    return SCI_OK;
}

sci_status
econ_cells_run(econ_cells *c, uint32_t period, uint32_t indicator)
{
    if (c->n_runs == c->runs_room) {
        size_t room = c->runs_room == 0 ? 256 : c->runs_room + c->runs_room / 2;
        econ_run *runs;
        sci_status st = sci_alloc(&runs, room, 1, sizeof *runs);

        if (st != SCI_OK)
            return st;
        if (c->n_runs > 0)
            memcpy(runs, c->runs, c->n_runs * sizeof *runs);
        sci_free(c->runs);
        c->runs = runs;
        c->runs_room = room;
    }
    c->runs[c->n_runs++] = (econ_run){ .period = period, .indicator = indicator, .n = 1 };
    return SCI_OK;
}
