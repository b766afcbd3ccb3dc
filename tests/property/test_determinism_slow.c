/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every number of threads with every budget, for every case. */
#define STRIDE 1
#include "test_determinism.c"
