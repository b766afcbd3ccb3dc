/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HDF5 files to read, and the plain copy through HDF5 that streaming is measured against. */
#ifndef BENCH_H5DATA_H
#define BENCH_H5DATA_H

int h5_make(int argc, char **argv); /* FILE SHAPE contiguous|gzip */
int h5_copy(int argc, char **argv); /* IN OUT: dataset /x to float32 /y in slabs */

#endif
