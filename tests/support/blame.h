/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose code crashed: HDF5's, which damaged files may do, or ours, which nothing may. */
#ifndef TESTS_SUPPORT_BLAME_H
#define TESTS_SUPPORT_BLAME_H

/* In a child process: from now on a crash ends it with one of these exit codes. */
void blame_crashes(int in_hdf5, int elsewhere);

#endif
