/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated single-cell matrices, and the raw write that theirs are measured against. */
#ifndef BENCH_H5CELLS_H
#define BENCH_H5CELLS_H

int h5_make_cells(int argc, char **argv); /* FILE CELLS GENES contiguous|gzip */
int write_raw(int argc, char **argv);     /* FILE BYTES: zeros in pieces of 1 MiB */

#endif
